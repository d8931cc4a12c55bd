/* Keys and their outcomes: the last keys_max of at most keys_age_s, oldest out first. Only the moments of
 * events decide what is forgotten, so live and replay forget alike. */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/hash.h"
#include "base/time_text.h"

#include <stdlib.h>

static bool is_past(const struct engine *e, const struct key_slot *k, int64_t now_ms)
{
    return k->at_ms + (int64_t)e->settings.keys_age_s * MS_SECOND < now_ms;
}

const struct key_slot *key_find(const struct engine *e, const struct command_key *key, int64_t now_ms)
{
    struct key_slot *k = NULL;
    struct key_slot probe = {.key = {.hi = key->hi, .lo = key->lo}};

    HASH_FIND(hh, e->keys, &probe.key, sizeof probe.key, k);
    /* Past its age it is as good as forgotten, whether or not the next key has swept it out yet. */
    return k != NULL && !is_past(e, k, now_ms) ? k : NULL;
}

bool engine_has_key(const struct engine *e, const struct command_key *key, int64_t now_ms)
{
    return key_find(e, key, now_ms) != NULL;
}

static void forget(struct engine *e, struct key_slot *k)
{
    HASH_DEL(e->keys, k);
    free(k);
    e->n_keys--;
}

void key_store(struct engine *e, const struct command_key *key, const struct outcome *outcome, int64_t at_ms)
{
    struct key_slot *k = mem_new(1, sizeof *k);
    struct key_slot *same = NULL;

    k->key.hi = key->hi;
    k->key.lo = key->lo;
    k->body = key->body;
    k->at_ms = at_ms;
    k->outcome = *outcome;
    e->keys_chain = hash_combine(e->keys_chain, digest_of_key(k));

    while (e->keys != NULL && is_past(e, e->keys, at_ms))
        forget(e, e->keys);
    HASH_FIND(hh, e->keys, &k->key, sizeof k->key, same);
    if (same != NULL)
        forget(e, same);
    HASH_ADD(hh, e->keys, key, sizeof k->key, k);
    e->n_keys++;
    while (e->n_keys > e->settings.keys_max)
        forget(e, e->keys);
}

void keys_free(struct engine *e)
{
    struct key_slot *k = NULL, *next = NULL;

    HASH_ITER(hh, e->keys, k, next)
    {
        HASH_DEL(e->keys, k);
        free(k);
    }
    e->n_keys = 0;
}
