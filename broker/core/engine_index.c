/* Ids by code. Own table and not uthash: the records live in arrays that move when they grow, and a million
 * pools may not cost a handle each. */
#include "core/engine_state.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define CAP_FIRST 64

static uint32_t tag_of(const char *code)
{
    return (uint32_t)hash_bytes(bytes_of_text(code));
}

/* Where to begin to look: tags spread over any number of places. */
static uint32_t first_place(const struct code_index *ix, uint32_t tag)
{
    return (uint32_t)((uint64_t)tag * ix->cap >> 32);
}

static uint32_t next_place(const struct code_index *ix, uint32_t at)
{
    return at + 1 < ix->cap ? at + 1 : 0;
}

static void put(struct code_index *ix, uint32_t tag, uint32_t id)
{
    uint32_t at = first_place(ix, tag);

    while (ix->entries[at].id != 0)
        at = next_place(ix, at);
    ix->entries[at] = (struct code_entry){.tag = tag, .id = id};
}

static void grow(struct code_index *ix)
{
    struct code_index wider = {.cap = ix->cap == 0 ? CAP_FIRST : ix->cap + ix->cap / 2, .n = ix->n};

    CHECK(wider.cap > ix->cap);
    wider.entries = mem_new(wider.cap, sizeof *wider.entries);
    for (uint32_t i = 0; i < ix->cap; i++) {
        if (ix->entries[i].id != 0)
            put(&wider, ix->entries[i].tag, ix->entries[i].id);
    }
    free(ix->entries);
    *ix = wider;
}

uint32_t code_find(const struct engine *e, const struct code_index *ix, code_of_fn *code_of, const char *code)
{
    uint32_t tag = tag_of(code);

    if (ix->cap == 0)
        return 0;
    for (uint32_t at = first_place(ix, tag); ix->entries[at].id != 0; at = next_place(ix, at)) {
        if (ix->entries[at].tag == tag && strcmp(code_of(e, ix->entries[at].id), code) == 0)
            return ix->entries[at].id;
    }
    return 0;
}

void code_add(const struct engine *e, struct code_index *ix, code_of_fn *code_of, uint32_t id)
{
    CHECK(code_find(e, ix, code_of, code_of(e, id)) == 0);
    if ((uint64_t)ix->n * 4 >= (uint64_t)ix->cap * 3)
        grow(ix);
    put(ix, tag_of(code_of(e, id)), id);
    ix->n++;
}

const char *org_code_of(const struct engine *e, uint32_t id)
{
    return e->orgs[id - 1].code;
}

const char *location_code_of(const struct engine *e, uint32_t id)
{
    return e->locations[id - 1].code;
}

const char *pool_code_of(const struct engine *e, uint32_t id)
{
    return engine_pool_code(e, (struct pool_id){id});
}

const char *referral_code_of(const struct engine *e, uint32_t id)
{
    return e->referrals[id - 1].r.code;
}
