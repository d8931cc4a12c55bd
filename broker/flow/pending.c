#include "flow/pending.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>

#define FIRST_CAP 64

static struct pending *at(const struct pending_list *l, size_t i)
{
    return &l->ring[(l->head + i) & (l->cap - 1)];
}

static void grow(struct pending_list *l)
{
    size_t cap = l->cap == 0 ? FIRST_CAP : 2 * l->cap;
    struct pending *ring = mem_new(cap, sizeof *ring);

    for (size_t i = 0; i < l->n; i++)
        ring[i] = *at(l, i);
    free(l->ring);
    l->ring = ring;
    l->head = 0;
    l->cap = cap;
}

void pending_add(struct pending_list *l, const struct pending *p)
{
    CHECK(l->n == 0 || at(l, l->n - 1)->seq <= p->seq);
    if (l->n == l->cap)
        grow(l);
    *at(l, l->n) = *p;
    l->n++;
}

bool pending_is_ready(const struct pending_list *l, uint64_t seq)
{
    return l->n > 0 && at(l, 0)->seq <= seq;
}

bool pending_take(struct pending_list *l, uint64_t seq, struct pending *out)
{
    if (!pending_is_ready(l, seq))
        return false;
    *out = *at(l, 0);
    l->head = (l->head + 1) & (l->cap - 1);
    l->n--;
    return true;
}

void pending_fini(struct pending_list *l)
{
    free(l->ring);
    *l = (struct pending_list){0};
}
