/* When a pool came to have more room, and when it had none: what a new search for those who wait goes by.
 * Derived from events alone, so replay comes to the same; in no digest. */
#include "core/engine_state.h"

#include "core/ledger.h"

#include <string.h>

static struct pool_id pool_of_request(const struct engine *e, struct request_id id)
{
    const struct request *q = engine_request(e, id);

    return q != NULL ? q->pool : (struct pool_id){0};
}

/* The one pool of an event that touches one; 0 = none. */
static struct pool_id pool_of(const struct engine *e, const struct event *ev)
{
    const struct stay *stay = NULL;

    if (!event_may_change_room(ev->kind))
        return (struct pool_id){0};
    switch ((int)event_body_of(ev->kind)) { /* the others touch several: freed_look */
    case BODY_POOL:
        return ev->u.pool.id;
    case BODY_CAPACITY:
        return ev->u.capacity.o.pool;
    case BODY_MADE:
        return ev->u.made.pool;
    case BODY_REQUEST:
        return pool_of_request(e, ev->u.request.request);
    case BODY_REFERRAL:
        return pool_of_request(e, ev->u.referral.request);
    case BODY_BRIDGE:
        return pool_of_request(e, ev->u.bridge.request);
    case BODY_STAY:
        stay = engine_stay(e, ev->u.stay.stay);
        return stay != NULL ? stay->pool : (struct pool_id){0};
    default:
        return (struct pool_id){0};
    }
}

void freed_look(const struct engine *e, const struct event *ev, struct freed_watch *w)
{
    w->n = 1;
    w->pools[0] = pool_of(e, ev);
    if (ev->kind == EV_CAPACITY_CONFIRMED) {
        w->n = ev->u.confirmed.n;
        memcpy(w->pools, ev->u.confirmed.pools, w->n * sizeof w->pools[0]);
    }
    safety_watch(e, ev, w);
    for (unsigned i = 0; i < w->n; i++)
        w->room[i] = ev->kind == EV_POOL_DEFINED ? 0 : engine_pool_room(e, w->pools[i], ev->at_ms);
}

static void note(struct engine *e, const struct event *ev, struct pool_id pool, int32_t room)
{
    int32_t now = engine_pool_room(e, pool, ev->at_ms);
    struct pool_slot *s = NULL;

    if (engine_pool(e, pool) == NULL)
        return;
    s = pool_slot(e, pool);
    if (room == 0 || now == 0 || ev->kind == EV_REQUEST_MADE) {
        s->closed_seq = ev->seq;
        s->told = 0;
    }
    if (now > room) {
        s->freed_ms = ev->at_ms;
        e->freed[e->n_freed++] = pool;
    }
}

void freed_note(struct engine *e, const struct event *ev, const struct freed_watch *w)
{
    e->n_freed = 0;
    for (unsigned i = 0; i < w->n; i++)
        note(e, ev, w->pools[i], w->room[i]);
}

int32_t engine_pool_room(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_view v = engine_pool_view(e, id, now_ms);

    if (v.offerable <= 0 || v.stopped || v.freshness >= STALE || v.latest->deliverable == TRI_NO)
        return 0;
    return v.offerable;
}

struct pool_id engine_freed_pool(const struct engine *e, unsigned nth)
{
    return nth < e->n_freed ? e->freed[nth] : (struct pool_id){0};
}

int64_t engine_pool_freed_ms(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    int64_t ended_ms = engine_pool_stop(e, id, now_ms).ended_ms;

    if (engine_pool(e, id) == NULL)
        return 0;
    return ended_ms > e->pools[id.v - 1].freed_ms ? ended_ms : e->pools[id.v - 1].freed_ms;
}

bool engine_was_found(const struct engine *e, struct referral_id referral, struct pool_id pool)
{
    const struct referral *r = engine_referral(e, referral);

    if (r == NULL || engine_pool(e, pool) == NULL)
        return false;
    for (unsigned i = 0; i < r->n_found; i++) {
        if (r->found[i].pool.v == pool.v && r->found[i].seq > e->pools[pool.v - 1].closed_seq)
            return true;
    }
    return false;
}

void freed_count_told(struct engine *e, struct referral_id id, int by)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL || !referral_is_looking(r->state))
        return;
    for (unsigned i = 0; i < r->n_found; i++) {
        struct pool_slot *s = pool_slot(e, r->found[i].pool);

        if (r->found[i].seq > s->closed_seq)
            s->told = (unsigned)((int32_t)s->told + by) & TOLD_MAX;
    }
}

int32_t engine_pool_untold(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    return engine_pool(e, id) == NULL ? 0
                                      : engine_pool_room(e, id, now_ms) - (int32_t)e->pools[id.v - 1].told;
}

/* The place is asked, or was since it was announced and said no, or nothing; or people took that back. */
static bool is_answered(const struct engine *e, const struct referral *r, const struct place_found *f)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->pool.v == f->pool.v &&
            (request_is_holding(q) ||
             ((q->state != REQUEST_CANCELLED || request_was_taken_back(q)) && q->asked_at_ms >= f->at_ms)))
            return true;
    }
    return false;
}

const struct place_found *engine_place_found(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL || !referral_is_looking(r->state))
        return NULL;
    for (unsigned i = r->n_found; i > 0; i--) {
        const struct place_found *f = &r->found[i - 1];

        if (engine_pool_room(e, f->pool, now_ms) > 0 && !is_answered(e, r, f))
            return f;
    }
    return NULL;
}
