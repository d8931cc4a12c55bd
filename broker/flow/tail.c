#include "flow/tail.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>

#define FIRST_CAP 256

/* An event is large (a whole need or proposal), so a ring that a burst has grown is given back when it runs
 * empty: 4,096 entries are a few MiB. */
#define KEEP_CAP 4096

static struct tail_entry *entry(const struct tail *t, size_t i)
{
    return &t->ring[(t->head + i) & (t->cap - 1)];
}

static void grow(struct tail *t)
{
    size_t cap = t->cap == 0 ? FIRST_CAP : 2 * t->cap;
    struct tail_entry *ring = mem_new(cap, sizeof *ring);

    for (size_t i = 0; i < t->n; i++)
        ring[i] = *entry(t, i);
    free(t->ring);
    t->ring = ring;
    t->head = 0;
    t->cap = cap;
}

void tail_restart(struct tail *t, uint64_t seq)
{
    CHECK(t->n == 0);
    t->published = t->durable = t->appended = seq;
}

uint64_t tail_applied(const struct tail *t)
{
    return t->published + t->n;
}

void tail_add(struct tail *t, const struct event *ev, uint64_t digest)
{
    struct tail_entry *e = NULL;

    CHECK(ev->seq == tail_applied(t) + 1);
    if (t->n == t->cap)
        grow(t);
    e = entry(t, t->n);
    e->ev = *ev;
    e->digest = digest;
    e->more = false;
    t->n++;
}

void tail_join(struct tail *t, size_t n)
{
    CHECK(n <= t->n);
    for (size_t i = 1; i < n; i++)
        entry(t, t->n - 1 - i)->more = true;
}

const struct tail_entry *tail_at(const struct tail *t, uint64_t seq)
{
    CHECK(seq > t->published && seq <= tail_applied(t));
    return entry(t, (size_t)(seq - t->published - 1));
}

void tail_forget_published(struct tail *t)
{
    CHECK(t->published < t->durable);
    t->head = (t->head + 1) & (t->cap - 1);
    t->n--;
    t->published++;
    if (t->n == 0 && t->cap > KEEP_CAP) {
        free(t->ring);
        t->ring = NULL;
        t->head = t->cap = 0;
    }
}

bool tail_is_sane(const struct tail *t)
{
    return t->published <= t->durable && t->durable <= t->appended && t->appended <= tail_applied(t) &&
           t->n <= t->cap;
}

void tail_fini(struct tail *t)
{
    free(t->ring);
    *t = (struct tail){0};
}
