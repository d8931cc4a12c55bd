/* What houses said of their pools, and what a pool can still give: free as it was said, less what is held. */
#include "ledger_parts.h"

#include "base/mem.h"

static struct said *said_find(const struct ledger_model *m, uint64_t report, struct pool_id pool)
{
    struct said probe = {.key = {.report = report, .pool = pool.v}}, *s = NULL;

    HASH_FIND(hh, m->said, &probe.key, sizeof probe.key, s);
    return s;
}

void ledger_model_said(struct ledger_model *m, const struct observation *o)
{
    struct said *s = said_find(m, o->report, o->pool);

    if (s != NULL)
        return;
    s = mem_new(1, sizeof *s);
    s->key.report = o->report;
    s->key.pool = o->pool.v;
    s->o = *o;
    HASH_ADD(hh, m->said, key, sizeof s->key, s);
}

const struct observation *ledger_model_sent(const struct ledger_model *m, uint64_t report,
                                            struct pool_id pool)
{
    const struct said *s = said_find(m, report, pool);

    return s != NULL ? &s->o : NULL;
}

static bool counts(const struct pool_model *p, const struct request_model *r)
{
    if (r->hold == HOLD_ARRIVED)
        return !p->reported || r->arrived_at_ms >= p->observed_at_ms;
    return r->hold != HOLD_OVER;
}

int32_t held(struct ledger_model *m, struct pool_model *p)
{
    int32_t units = 0;
    size_t kept = 0;

    for (size_t i = 0; i < p->n_counted; i++) {
        const struct request_model *r = &m->requests[p->counted[i] - 1];

        if (!counts(p, r))
            continue;
        p->counted[kept++] = p->counted[i];
        units += r->units;
    }
    p->n_counted = kept;
    return units;
}

void on_pool(struct ledger_model *m, const struct pool *pool)
{
    if (pool->id.v == m->n_pools + 1) {
        MEM_GROW(m->pools, m->n_pools, m->cap_pools);
        m->pools[m->n_pools++] = (struct pool_model){.org = pool->org};
    }
    pool_at(m, pool->id)->units_profile = pool->units_total;
}

void on_full(struct ledger_model *m, const struct event *ev)
{
    uint32_t pool = request_at(m, ev->u.request.request)->pool;
    struct pool_model *p = &m->pools[pool - 1];

    if (!p->reported || p->free == UNITS_UNKNOWN || p->free <= held(m, p))
        return;
    p->observed_at_ms = ev->at_ms;
    p->free = held(m, p);
    m->full_pool = pool;
}

/* A number told since they left may have their unit among the free ones, and has one free then; it is taken
 * off. One told while they lived there never had it. */
void on_there_still(struct ledger_model *m, const struct event *ev, uint64_t request)
{
    struct request_model *r = &m->requests[request - 1];
    struct pool_model *p = &m->pools[r->pool - 1];
    int32_t before = held(m, p), others = 0;

    r->hold = HOLD_ARRIVED;
    if (counts(p, r)) {
        MEM_GROW(p->counted, p->n_counted, p->cap_counted);
        p->counted[p->n_counted++] = request;
        return;
    }
    if (!p->reported || p->free == UNITS_UNKNOWN || p->observed_at_ms < r->left_at_ms ||
        p->observed_at_ms > ev->at_ms)
        return;
    if (p->free - before < r->units)
        trace_fail(m->trace, "seq %llu: who lives there has a unit that is another's",
                   (unsigned long long)ev->seq);
    p->observed_at_ms = ev->at_ms;
    others = held(m, p);
    p->free -= before - others + r->units;
    p->free = p->free > others ? p->free : others;
    m->full_pool = r->pool;
}

/* A number without a report: only a house that just said it was full, or that they live there still, gives
 * one. */
static void on_corrected(struct ledger_model *m, const struct event *ev)
{
    const struct observation *o = &ev->u.capacity.o;
    const struct pool_model *p = pool_at(m, o->pool);

    if (m->full_pool != o->pool.v || !ev->u.capacity.used || o->free != p->free || o->total != p->total ||
        o->observed_at_ms != p->observed_at_ms)
        trace_fail(m->trace, "seq %llu: pool %u is said to have %d free, %d after 'full'",
                   (unsigned long long)ev->seq, o->pool.v, o->free, m->full_pool == o->pool.v ? p->free : -1);
}

void on_capacity(struct ledger_model *m, const struct event *ev)
{
    const struct observation *o = &ev->u.capacity.o;
    const struct said *s = said_find(m, o->report, o->pool);
    struct pool_model *p = pool_at(m, o->pool);
    int64_t observed_at_ms = 0;

    if (o->report == 0) {
        on_corrected(m, ev);
        return;
    }
    if (s == NULL) {
        trace_fail(m->trace, "seq %llu: a report that no house sent", (unsigned long long)ev->seq);
        return;
    }
    if (!ev->u.capacity.used)
        return;
    /* A clock that runs fast does not make a report of the future: it is of the moment it came in. */
    observed_at_ms = s->o.observed_at_ms < ev->at_ms ? s->o.observed_at_ms : ev->at_ms;
    if (p->reported && observed_at_ms < p->observed_at_ms)
        trace_fail(m->trace, "seq %llu: an older report won from a newer one", (unsigned long long)ev->seq);
    p->reported = true;
    p->free = s->o.free;
    p->total = s->o.total;
    p->observed_at_ms = observed_at_ms;
    held(m, p); /* an arrival that this report knows of is counted by the house from here on, for ever */
}

void on_confirmed(struct ledger_model *m, const struct event *ev)
{
    for (unsigned i = 0; i < ev->u.confirmed.n; i++) {
        struct pool_id id = ev->u.confirmed.pools[i];
        struct pool_model *p = pool_at(m, id);
        const struct said *s = said_find(m, ev->u.confirmed.reports[i], id);

        if (s == NULL || !p->reported || s->o.free != p->free || s->o.total != p->total) {
            trace_fail(m->trace, "seq %llu: pool %u is confirmed with %d free, its house %s",
                       (unsigned long long)ev->seq, id.v, p->free, s == NULL ? "sent nothing" : "said other");
            return;
        }
        p->observed_at_ms = s->o.observed_at_ms < ev->at_ms ? s->o.observed_at_ms : ev->at_ms;
        held(m, p);
    }
}
