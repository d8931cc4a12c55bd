/* A binary heap of events; see events.h for the order. */
#include "simulate/events.h"

#include "base/mem.h"

#include <stdlib.h>

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    if (a->minute != b->minute)
        return a->minute < b->minute;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return a->id < b->id;
}

void events_push(struct sim_events *e, int minute, enum sim_event_kind kind, int id)
{
    struct sim_event added = {minute, kind, id};
    size_t at = e->n;

    MEM_GROW(e->heap, e->n, e->cap);
    e->n++;
    while (at > 0 && is_before(&added, &e->heap[(at - 1) / 2])) {
        e->heap[at] = e->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    e->heap[at] = added;
}

bool events_pop(struct sim_events *e, struct sim_event *out)
{
    struct sim_event last;
    size_t at = 0;

    if (e->n == 0)
        return false;
    *out = e->heap[0];
    last = e->heap[--e->n];
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= e->n)
            break;
        if (child + 1 < e->n && is_before(&e->heap[child + 1], &e->heap[child]))
            child++;
        if (!is_before(&e->heap[child], &last))
            break;
        e->heap[at] = e->heap[child];
        at = child;
    }
    e->heap[at] = last;
    return true;
}

void events_fini(struct sim_events *e)
{
    free(e->heap);
    *e = (struct sim_events){0};
}
