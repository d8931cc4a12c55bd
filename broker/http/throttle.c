#include "http/throttle.h"

#include "base/crypto.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

#define WAYS 8 /* slots that a key may be in: one cache line or two */

struct slot {
    uint64_t key; /* 0 = empty */
    int64_t seen_ms;
    int64_t level;    /* bucket: milliseconds that its tries still cost; lock: failures */
    int64_t until_ms; /* lock */
};

struct throttle {
    size_t n; /* a power of two, at least WAYS */
    uint64_t salt;
    struct slot *slots;
};

struct throttle *throttle_new(size_t slots)
{
    struct throttle *t = mem_new(1, sizeof *t);

    for (t->n = WAYS; t->n < slots;)
        t->n *= 2;
    t->salt = crypto_random_u64();
    t->slots = mem_new(t->n, sizeof *t->slots);
    return t;
}

void throttle_free(struct throttle *t)
{
    if (t == NULL)
        return;
    free(t->slots);
    free(t);
}

uint64_t throttle_key(const struct throttle *t, struct bytes who)
{
    uint64_t h = hash_combine(t->salt, hash_bytes(who));

    return h != 0 ? h : 1;
}

/* The slot of KEY, made if it has none. */
static struct slot *slot_of(struct throttle *t, uint64_t key, int64_t now_ms)
{
    struct slot *set = &t->slots[key & (t->n - 1) & ~(uint64_t)(WAYS - 1)];
    struct slot *oldest = set;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].key == 0) {
            oldest = &set[i];
            break;
        }
        if (set[i].seen_ms < oldest->seen_ms)
            oldest = &set[i];
    }
    *oldest = (struct slot){.key = key, .seen_ms = now_ms};
    return oldest;
}

/* Let the time since it was last seen pay off the bucket. */
static struct slot *bucket_of(struct throttle *t, uint64_t key, int64_t now_ms)
{
    struct slot *s = slot_of(t, key, now_ms);

    s->level -= now_ms - s->seen_ms;
    if (s->level < 0)
        s->level = 0;
    s->seen_ms = now_ms;
    return s;
}

int64_t throttle_take(struct throttle *t, uint64_t key, const struct throttle_rate *rate, int64_t now_ms)
{
    struct slot *s = bucket_of(t, key, now_ms);
    int64_t over = s->level + rate->every_ms - rate->burst * rate->every_ms;

    if (over > 0)
        return over;
    s->level += rate->every_ms;
    return 0;
}

void throttle_give_back(struct throttle *t, uint64_t key, const struct throttle_rate *rate, int64_t now_ms)
{
    struct slot *s = bucket_of(t, key, now_ms);

    s->level = s->level > rate->every_ms ? s->level - rate->every_ms : 0;
}

int64_t throttle_locked_until(struct throttle *t, uint64_t key, int64_t now_ms)
{
    struct slot *s = slot_of(t, key, now_ms);

    return s->until_ms > now_ms ? s->until_ms : 0;
}

void throttle_fail(struct throttle *t, uint64_t key, uint32_t max, int64_t wait_ms, int64_t now_ms)
{
    struct slot *s = slot_of(t, key, now_ms);

    s->seen_ms = now_ms;
    s->level++;
    if (s->level < (int64_t)max)
        return;
    s->level = 0;
    s->until_ms = now_ms + wait_ms;
}
