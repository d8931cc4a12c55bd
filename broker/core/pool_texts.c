/* The texts of pools, and how they are funded, in one block of memory for all. A code is a pool's own and
 * never changes. Names are few and shared by many ("Gezinskamer voor 4"): each set of them is kept once. A
 * pool that is renamed leaves its old names behind; once those may be an eighth of the block it is written
 * anew, so it does not grow with the number of changes. */
#include "core/engine_state.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Names in the block: the moment until which the pool is funded, then name, English name and funding, each
 * with its NUL. */
#define TEXTS_OF_NAMES 3
#define NAMES_MAX (sizeof(int64_t) + NAME_SIZE + NAME_SIZE + sizeof((struct pool *)0)->funding)
#define STALE_SHARE 8    /* of the block */
#define STALE_LEAST 4096 /* bytes; a small block is not written anew for every change */

static size_t names_size(const char *names)
{
    size_t n = sizeof(int64_t);

    for (int i = 0; i < TEXTS_OF_NAMES; i++)
        n += strlen(names + n) + 1;
    return n;
}

static const char *text_of(const char *names, int nth)
{
    const char *text = names + sizeof(int64_t);

    for (int i = 0; i < nth; i++)
        text += strlen(text) + 1;
    return text;
}

static uint32_t append(struct pool_texts *t, const char *bytes, size_t n)
{
    uint32_t at = t->used > 0 ? t->used : 1; /* 0 = none */

    CHECK(n < UINT32_MAX / 2 && at < UINT32_MAX / 2);
    if (at + n > t->cap) {
        t->cap = (uint32_t)(at + n) + (uint32_t)(at + n) / 32 + 256;
        t->bytes = mem_resize(t->bytes, t->cap, 1);
    }
    memcpy(t->bytes + at, bytes, n);
    t->used = at + (uint32_t)n;
    return at;
}

/* ---- names, each set once ---- */

static uint32_t place_of(const struct pool_texts *t, const char *names, size_t n)
{
    uint32_t i = (uint32_t)hash_bytes(BYTES(names, n)) & (t->names_cap - 1);

    while (t->names[i] != 0) {
        const char *known = t->bytes + t->names[i];

        if (names_size(known) == n && memcmp(known, names, n) == 0)
            break;
        i = (i + 1) & (t->names_cap - 1);
    }
    return i;
}

static void grow_names(struct pool_texts *t)
{
    uint32_t *old = t->names;
    uint32_t old_cap = t->names_cap;

    t->names_cap = old_cap == 0 ? 64 : old_cap * 2;
    t->names = mem_new(t->names_cap, sizeof *t->names);
    for (uint32_t i = 0; i < old_cap; i++) {
        if (old[i] != 0)
            t->names[place_of(t, t->bytes + old[i], names_size(t->bytes + old[i]))] = old[i];
    }
    free(old);
}

static uint32_t names_at(struct pool_texts *t, const char *names, size_t n)
{
    uint32_t i = 0;

    if ((t->n_names + 1) * 4 > t->names_cap * 3)
        grow_names(t);
    i = place_of(t, names, n);
    if (t->names[i] == 0) {
        t->names[i] = append(t, names, n);
        t->n_names++;
    }
    return t->names[i];
}

/* ---- the block ---- */

static void write_anew(struct engine *e)
{
    struct pool_texts old = e->pool_texts;
    struct pool_texts t = {.bytes = NULL};

    for (uint32_t i = 0; i < e->n_pools; i++) {
        struct pool_slot *s = &e->pools[i];
        const char *code = old.bytes + s->code_at, *names = old.bytes + s->names_at;

        s->code_at = append(&t, code, strlen(code) + 1);
        s->names_at = names_at(&t, names, names_size(names));
    }
    e->pool_texts = t;
    pool_texts_free(&old);
}

static size_t put_text(char *out, size_t n, const char *text)
{
    size_t size = strlen(text) + 1;

    memcpy(out + n, text, size);
    return n + size;
}

void pool_texts_keep(struct engine *e, struct pool_slot *s, const struct pool *p)
{
    struct pool_texts *t = &e->pool_texts;
    char names[NAMES_MAX];
    size_t n = sizeof p->funded_until_ms;
    uint32_t before = s->names_at;

    if (s->code_at == 0)
        s->code_at = append(t, p->code, strlen(p->code) + 1);
    memcpy(names, &p->funded_until_ms, n);
    n = put_text(names, n, p->name);
    n = put_text(names, n, p->name_en);
    n = put_text(names, n, p->funding);
    s->names_at = names_at(t, names, n);
    if (before == 0 || before == s->names_at)
        return;
    t->stale += (uint32_t)names_size(t->bytes + before); /* unless others bear them too */
    if (t->stale > t->used / STALE_SHARE + STALE_LEAST)
        write_anew(e);
}

void pool_texts_free(struct pool_texts *t)
{
    free(t->bytes);
    free(t->names);
    *t = (struct pool_texts){.bytes = NULL};
}

/* ---- look ---- */

static const char *names_of(const struct engine *e, struct pool_id id)
{
    CHECK(engine_pool(e, id) != NULL);
    return e->pool_texts.bytes + e->pools[id.v - 1].names_at;
}

const char *engine_pool_code(const struct engine *e, struct pool_id id)
{
    CHECK(engine_pool(e, id) != NULL);
    return e->pool_texts.bytes + e->pools[id.v - 1].code_at;
}

const char *engine_pool_name(const struct engine *e, struct pool_id id)
{
    return text_of(names_of(e, id), 0);
}

const char *engine_pool_name_en(const struct engine *e, struct pool_id id)
{
    return text_of(names_of(e, id), 1);
}

static void copy(char *out, const char *text)
{
    memcpy(out, text, strlen(text) + 1);
}

struct pool pool_definition(const struct engine *e, const struct pool_slot *s)
{
    const char *names = e->pool_texts.bytes + s->names_at;
    struct pool p = pool_unkeep(&s->pool);

    copy(p.code, e->pool_texts.bytes + s->code_at);
    copy(p.name, text_of(names, 0));
    copy(p.name_en, text_of(names, 1));
    copy(p.funding, text_of(names, 2));
    memcpy(&p.funded_until_ms, names, sizeof p.funded_until_ms);
    return p;
}

struct pool engine_pool_definition(const struct engine *e, struct pool_id id)
{
    CHECK(engine_pool(e, id) != NULL);
    return pool_definition(e, &e->pools[id.v - 1]);
}
