#include "found_model.h"

#include "base/mem.h"
#include "core/match.h"

#include <stdlib.h>

#define FREED_MAX 16

struct found_model {
    struct trace *trace;
    struct pool_id freed[FREED_MAX]; /* by the last event that could change who gets what */
    unsigned n_freed;
    int64_t at_ms;
};

struct found_model *found_model_new(struct trace *t)
{
    struct found_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void found_model_free(struct found_model *m)
{
    free(m);
}

/* What changes neither a place nor who looks, and nothing that the order of the list goes by. */
static bool is_quiet(enum event_kind kind)
{
    return kind == EV_COMMAND_DONE || kind == EV_REQUEST_SEEN || kind == EV_STAY_FUNDED ||
           kind == EV_STAY_READY || kind == EV_RETURN_CODE_GIVEN || kind == EV_ALARM_RAISED ||
           kind == EV_ALARM_REPEATED || kind == EV_ALARM_ACKNOWLEDGED;
}

void found_model_event(struct found_model *m, const struct engine *e, const struct event *ev)
{
    if (engine_freed_pool(e, 0).v == 0 && is_quiet(ev->kind))
        return;
    m->n_freed = 0;
    m->at_ms = ev->at_ms;
    while (m->n_freed < FREED_MAX && engine_freed_pool(e, m->n_freed).v != 0) {
        m->freed[m->n_freed] = engine_freed_pool(e, m->n_freed);
        m->n_freed++;
    }
}

static bool asks(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        if (request_is_asking(engine_request(e, r->requests[i])))
            return true;
    }
    return false;
}

bool found_model_took_back(const struct engine *e, const struct referral *r, struct pool_id pool)
{
    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (!q->bridge && q->pool.v == pool.v)
            return q->cancel_why == CANCEL_TAKEN_BACK;
    }
    return false;
}

static bool is_best_at(const struct engine *e, const struct referral *r, struct pool_id pool, int64_t at_ms)
{
    struct match_query q = match_query_of(e, r, at_ms);
    struct match_candidate best;

    return match_first(e, &q, &best) && best.pool.v == pool.v;
}

/* POOL may be told to somebody, as far as it goes, when it came free and now. */
static bool is_to_tell(const struct found_model *m, const struct engine *e, struct pool_id pool,
                       int64_t now_ms)
{
    return engine_pool_room(e, pool, m->at_ms) > 0 && engine_pool_room(e, pool, now_ms) > 0 &&
           engine_pool_untold(e, pool, now_ms) > 0;
}

static void look(struct found_model *m, const struct engine *e, struct pool_id pool, int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_referrals(e); i++) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});

        if (!referral_is_looking(r->state) || !r->facts_known || r->opened_at_ms > m->at_ms || asks(e, r) ||
            engine_was_found(e, r->id, pool) || found_model_took_back(e, r, pool) ||
            engine_search_is_left(e, r->id) || !match_may_suit(e, r->id, pool))
            continue;
        m->trace->counts.waited++;
        if (is_best_at(e, r, pool, now_ms) && is_best_at(e, r, pool, m->at_ms))
            trace_fail(m->trace,
                       "a place came free in pool %u, the best for referral %llu, and it was not told",
                       pool.v, (unsigned long long)i);
    }
}

void found_model_idle(struct found_model *m, const struct engine *e, int64_t now_ms)
{
    for (unsigned i = 0; i < m->n_freed; i++) {
        if (is_to_tell(m, e, m->freed[i], now_ms))
            look(m, e, m->freed[i], now_ms);
    }
    m->n_freed = 0;
}
