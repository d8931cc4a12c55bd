#include "core/safety/safety_apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"
#include "core/nobed/nobed_apply.h"
#include "core/scarcity.h"
#include "core/stay/stay_apply.h"

#include <string.h>

static struct leak_slot *leak_slot(struct engine *e, uint32_t id)
{
    CHECK(engine_leak(e, id) != NULL);
    return &e->safety.leaks[id - 1];
}

static void leak_move(struct engine *e, struct leak_slot *s, enum leak_state to, uint64_t seq)
{
    CHECK(leak_may_become(s->l.state, to));
    s->l.state = to;
    s->l.version = seq;
    safety_refresh_leak(e, s);
    safety_refresh_due(e, s);
}

/* Its pools are offered again, or no more: all that is kept of what they could serve is counted anew. */
static void supply_moved(struct engine *e, struct pool_slot *p, uint64_t seq)
{
    p->version = seq;
    p->has_changed = true;
    e->supply_version++;
    digest_refresh_pool(e, p);
}

static void location_moved(struct engine *e, struct location_id id, uint64_t seq)
{
    for (uint32_t i = 0; i < e->n_pools; i++) {
        if (e->pools[i].pool.location.v == id.v)
            supply_moved(e, &e->pools[i], seq);
    }
}

static void set_leak_of_location(struct engine *e, struct location_id id, uint32_t leak)
{
    struct safety_tables *t = &e->safety;

    while (t->n_leak_of_location < id.v) {
        MEM_GROW(t->leak_of_location, t->n_leak_of_location, t->cap_leak_of_location);
        t->leak_of_location[t->n_leak_of_location++] = 0;
    }
    t->leak_of_location[id.v - 1] = leak;
}

/* ---- the leak ---- */

const char *leak_reported_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;

    if (v->leak != engine_leaks(e) + 1)
        return "a leak out of order";
    if (engine_location(e, v->location) == NULL || engine_leak_of(e, v->location) != NULL)
        return "a leak of no location, or of one that has one";
    return v->reason >= LEAK_REASON_N || ev->account.v == 0 ? "a leak without a reason or a reporter" : NULL;
}

void leak_reported_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = NULL;

    MEM_GROW(e->safety.leaks, e->safety.n_leaks, e->safety.cap_leaks);
    s = &e->safety.leaks[e->safety.n_leaks++];
    memset(s, 0, sizeof *s);
    s->l.id = ev->u.leak.leak;
    s->l.location = ev->u.leak.location;
    s->l.state = LEAK_REPORTED;
    s->l.reason = (enum leak_reason)ev->u.leak.reason;
    s->l.reported_by = ev->account;
    s->l.reported_at_ms = ev->at_ms;
    s->l.version = ev->seq;
    set_leak_of_location(e, s->l.location, s->l.id);
    safety_refresh_leak(e, s);
    safety_refresh_due(e, s);
}

/* The event's leak, if it may become TO. */
static const char *leak_impossible(const struct engine *e, const struct event *ev, enum leak_state to)
{
    const struct leak *l = engine_leak(e, ev->u.leak.leak);

    if (l == NULL || l->location.v != ev->u.leak.location.v)
        return "no such leak of this location";
    return leak_may_become(l->state, to) ? NULL : "a move that the leak's state does not allow";
}

const char *leak_dropped_impossible(const struct engine *e, const struct event *ev)
{
    return leak_impossible(e, ev, LEAK_DROPPED);
}

void leak_dropped_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = leak_slot(e, ev->u.leak.leak);

    s->l.ended_at_ms = ev->at_ms;
    set_leak_of_location(e, s->l.location, 0);
    leak_move(e, s, LEAK_DROPPED, ev->seq);
}

const char *location_frozen_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = leak_impossible(e, ev, LEAK_FROZEN);

    if (why != NULL)
        return why;
    if (engine_leak(e, ev->u.leak.leak)->state != LEAK_REPORTED)
        return "a leak frozen twice";
    for (uint32_t i = 0; i < e->n_requests; i++) {
        const struct request *q = &e->requests[i].r;

        if (request_is_holding(q) && engine_pool(e, q->pool)->location.v == ev->u.leak.location.v)
            return "a location frozen that still holds a unit for somebody";
    }
    return ev->account.v == 0 || ev->account.v == engine_leak(e, ev->u.leak.leak)->reported_by.v
               ? "a leak confirmed by who reported it"
               : NULL;
}

void location_frozen_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = leak_slot(e, ev->u.leak.leak);

    s->l.confirmed_by = ev->account;
    s->l.frozen_at_ms = ev->at_ms;
    e->safety.n_frozen++;
    leak_move(e, s, LEAK_FROZEN, ev->seq);
    location_moved(e, s->l.location, ev->seq);
}

const char *leak_household_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct leak *l = engine_leak(e, v->leak);
    const struct stay *s = engine_stay(e, v->stay);

    if (l == NULL || l->location.v != v->location.v || l->state != LEAK_FROZEN)
        return "a household of no leak that was just confirmed";
    if (v->rank != l->households + 1)
        return "a household out of order";
    /* That it was said to have left is no proof of it: decide says which of those are moved too. */
    if (s == NULL || (s->state == STAY_DEPARTED && s->departure == 0) || s->referral.v != v->earlier.v ||
        engine_pool(e, s->pool)->location.v != v->location.v)
        return "a household that does not live there";
    if (v->later.v != 0 &&
        (engine_referral(e, v->later) == NULL || engine_household(e, v->later).earlier.v != v->earlier.v))
        return "moved by a referral that is not the household's";
    return NULL;
}

void leak_household_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *l = leak_slot(e, ev->u.leak.leak);
    struct leak_household_slot *s = NULL;

    MEM_GROW(e->safety.households, e->safety.n_households, e->safety.cap_households);
    s = &e->safety.households[e->safety.n_households++];
    memset(s, 0, sizeof *s);
    s->h = (struct leak_household){.leak = l->l.id,
                                   .rank = ev->u.leak.rank,
                                   .stay = ev->u.leak.stay,
                                   .bridge = ev->u.leak.bridge,
                                   .promised = ev->u.leak.promised,
                                   .earlier = ev->u.leak.earlier,
                                   .later = ev->u.leak.later};
    safety_refresh_household(e, s);
    l->l.households++;
    l->l.version = ev->seq;
    safety_refresh_leak(e, l);
}

const char *leak_bridge_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct leak *l = engine_leak(e, v->leak);
    const struct bridge *b = engine_bridge(e, v->bridge);
    const struct request *q = b != NULL ? engine_request(e, b->request) : NULL;

    if (l == NULL || l->location.v != v->location.v || l->state != LEAK_FROZEN)
        return "a household of no leak that was just confirmed";
    if (v->rank != l->households + 1)
        return "a household out of order";
    if (q == NULL || !bridge_is_live(b) || b->started_at_ms == 0 || b->referral.v != v->earlier.v ||
        v->later.v != v->earlier.v || engine_pool(e, q->pool)->location.v != v->location.v)
        return "a household that is in no bridge bed there";
    return v->deadline_ms <= 0 || v->deadline_ms > FIELD_TIME_MAX ? "a search without an end" : NULL;
}

/* Its own search moves it: for now, and away from there. The yes that it has elsewhere stands. */
static void look_elsewhere(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.leak.later);
    uint8_t region = engine_location(e, ev->u.leak.location)->region;

    s->r.urgency = URGENCY_NU;
    if (ev->u.leak.deadline_ms < s->r.deadline_ms)
        s->r.deadline_ms = ev->u.leak.deadline_ms;
    if (s->r.facts_known) {
        s->r.need.urgency = URGENCY_NU;
        if (region < SURGE_REGIONS_MAX)
            s->r.need.unsafe_regions |= UINT64_C(1) << region;
        scarcity_need_changed(e, s->r.id);
    }
    referral_move(e, s, s->r.state, ev->seq);
}

/* The household of the event's bridge bed, which it was on its way to until just now. */
static const char *way_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct bridge *b = engine_bridge(e, v->bridge);

    if (b == NULL || b->kind != BRIDGE_BED || b->end != BRIDGE_END_LEAKED || b->started_at_ms != 0 ||
        b->referral.v != v->earlier.v || v->later.v != v->earlier.v ||
        engine_pool(e, engine_request(e, b->request)->pool)->location.v != v->location.v)
        return "a household that was on its way to no bridge bed there";
    return NULL;
}

const char *leak_search_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct leak *l = engine_leak(e, v->leak);
    const struct referral *later = engine_referral(e, v->later);
    const char *why = NULL;

    if (v->stay.v != 0 && v->bridge.v == 0) {
        why = leak_household_impossible(e, ev);
        if (why != NULL)
            return why;
    } else {
        if (l == NULL || l->location.v != v->location.v || l->state != LEAK_FROZEN)
            return "a household of no leak that was just confirmed";
        if (v->rank != l->households + 1)
            return "a household out of order";
        why = v->stay.v != 0 ? "a household in two places" : way_impossible(e, ev);
        if (why != NULL)
            return why;
    }
    if (later == NULL || !referral_is_live(later->state))
        return "moved by a search that is over";
    return v->deadline_ms <= 0 || v->deadline_ms > FIELD_TIME_MAX ? "a search without an end" : NULL;
}

/* Whatever it was opened for, it gets the household out of there now: no longer planned for a day. */
void leak_search_apply(struct engine *e, const struct event *ev)
{
    leak_household_apply(e, ev);
    if (ev->u.leak.stay.v != 0) {
        struct household_slot *h = household_slot(e, ev->u.leak.later);

        h->h.why = LINK_LEAKED;
        household_touched(e, h);
    }
    look_elsewhere(e, ev);
}

/* Its yes was taken back in this commit, and nothing else says that it is listed. */
const char *leak_promised_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct leak *l = engine_leak(e, v->leak);
    const struct request *q = engine_request(e, v->promised);

    if (l == NULL || l->location.v != v->location.v || l->state != LEAK_FROZEN)
        return "a household of no leak that was just confirmed";
    if (v->rank != l->households + 1)
        return "a household out of order";
    if (q == NULL || q->referral.v != v->earlier.v || v->later.v != v->earlier.v ||
        engine_pool(e, q->pool)->location.v != v->location.v)
        return "a household that was promised no place there";
    if (q->state != REQUEST_CANCELLED || q->cancel_why != CANCEL_LEAKED || q->bridge || q->late_yes ||
        q->answered_at_ms == 0 || q->ended_at_ms != l->frozen_at_ms)
        return "a household whose yes was not taken back by the leak";
    for (unsigned i = 0; i < l->households; i++) {
        if (engine_leak_household(e, l->id, i)->later.v == v->later.v)
            return "a household listed twice";
    }
    return NULL;
}

void leak_promised_apply(struct engine *e, const struct event *ev)
{
    leak_household_apply(e, ev);
}

void leak_bridge_apply(struct engine *e, const struct event *ev)
{
    leak_household_apply(e, ev);
    look_elsewhere(e, ev);
    bridge_endangered(e, ev->u.leak.bridge, ev);
}

const char *lift_asked_impossible(const struct engine *e, const struct event *ev)
{
    return ev->account.v == 0 ? "a lift that nobody asked for" : leak_impossible(e, ev, LEAK_LIFT_ASKED);
}

void lift_asked_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = leak_slot(e, ev->u.leak.leak);

    s->l.lift_asked_by = ev->account;
    leak_move(e, s, LEAK_LIFT_ASKED, ev->seq);
}

const char *lift_refused_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = leak_impossible(e, ev, LEAK_FROZEN);

    if (why != NULL)
        return why;
    return engine_leak(e, ev->u.leak.leak)->state != LEAK_LIFT_ASKED ? "no lift to take back" : NULL;
}

void lift_refused_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = leak_slot(e, ev->u.leak.leak);

    s->l.lift_asked_by.v = 0;
    leak_move(e, s, LEAK_FROZEN, ev->seq);
}

const char *location_lifted_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = leak_impossible(e, ev, LEAK_LIFTED);

    if (why != NULL)
        return why;
    return ev->account.v == 0 || ev->account.v == engine_leak(e, ev->u.leak.leak)->lift_asked_by.v
               ? "a leak lifted by who asked for it"
               : NULL;
}

void location_lifted_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = leak_slot(e, ev->u.leak.leak);

    s->l.lifted_by = ev->account;
    s->l.ended_at_ms = ev->at_ms;
    e->safety.n_frozen--;
    set_leak_of_location(e, s->l.location, 0);
    leak_move(e, s, LEAK_LIFTED, ev->seq);
    location_moved(e, s->l.location, ev->seq);
    if (!ev->u.leak.beds_untold)
        bridges_safe_again(e, s->l.location, ev);
}

/* Says to all lists that they are to be read anew, and not why: who has no part in a leak hears of none. */
const char *supply_changed_impossible(const struct engine *e, const struct event *ev)
{
    (void)e;
    (void)ev;
    return NULL;
}

void supply_changed_apply(struct engine *e, const struct event *ev)
{
    (void)e;
    (void)ev;
}

/* ---- surge ---- */

const char *surge_set_impossible(const struct engine *e, const struct event *ev)
{
    const struct surge_event *v = &ev->u.surge;

    if (v->region >= SURGE_REGIONS_MAX || v->reason >= SURGE_REASON_N)
        return "a surge with a value out of range";
    return engine_in_surge(e, v->region) == v->on ? "a surge set twice" : NULL;
}

static void surge_begin(struct engine *e, const struct event *ev)
{
    struct surge_slot *s = NULL;

    MEM_GROW(e->safety.surges, e->safety.n_surges, e->safety.cap_surges);
    s = &e->safety.surges[e->safety.n_surges++];
    memset(s, 0, sizeof *s);
    s->s = (struct surge){.region = ev->u.surge.region,
                          .reason = (enum surge_reason)ev->u.surge.reason,
                          .by = ev->account,
                          .from_ms = ev->at_ms};
    e->safety.in_surge |= UINT64_C(1) << ev->u.surge.region;
    safety_refresh_surge(e, s, e->safety.n_surges);
}

static void surge_end(struct engine *e, const struct event *ev)
{
    uint32_t i = e->safety.n_surges;

    while (i > 0 && e->safety.surges[i - 1].s.region != ev->u.surge.region)
        i--;
    CHECK(i > 0);
    e->safety.surges[i - 1].s.until_ms = ev->at_ms;
    e->safety.in_surge &= ~(UINT64_C(1) << ev->u.surge.region);
    safety_refresh_surge(e, &e->safety.surges[i - 1], i);
}

void surge_set_apply(struct engine *e, const struct event *ev)
{
    if (ev->u.surge.on)
        surge_begin(e, ev);
    else
        surge_end(e, ev);
    for (uint32_t i = 0; i < e->n_pools; i++) {
        const struct pool_kept *p = &e->pools[i].pool;

        if (p->overflow && engine_location(e, p->location)->region == ev->u.surge.region)
            supply_moved(e, &e->pools[i], ev->seq);
    }
}

/* ---- conflict ---- */

const char *conflict_asked_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.conflict.request);

    if (q == NULL || q->referral.v != ev->u.conflict.referral.v || q->state != REQUEST_PENDING)
        return "a question about no request that is pending";
    return engine_conflict_of(e, q->id) != NULL ? "a second question about one request" : NULL;
}

/* Who looks at the request sees it; so its version, and its referral's, move. */
static void request_touched(struct engine *e, struct request_id id, uint64_t seq)
{
    struct request_slot *s = request_slot(e, id);
    struct referral_slot *r = referral_slot(e, s->r.referral);

    s->r.version = seq;
    digest_refresh_request(e, s);
    referral_move(e, r, r->r.state, seq);
}

void conflict_asked_apply(struct engine *e, const struct event *ev)
{
    struct conflict_slot *s = NULL;

    MEM_GROW_TIGHT(e->safety.conflicts, e->safety.n_conflicts, e->safety.cap_conflicts);
    s = &e->safety.conflicts[e->safety.n_conflicts++];
    memset(s, 0, sizeof *s);
    s->c.id = e->safety.n_conflicts;
    s->c.request = ev->u.conflict.request;
    s->c.state = CONFLICT_OPEN;
    s->c.asked_at_ms = ev->at_ms;
    memcpy(s->c.token, ev->u.conflict.token, sizeof s->c.token);
    request_slot(e, s->c.request)->conflict = s->c.id & INT32_MAX;
    safety_refresh_conflict(e, s);
    request_touched(e, s->c.request, ev->seq);
}

/* A yes to it stands behind the no to the request, so that no moment shows a known conflict and a house that
 * may still say yes. */
const char *conflict_answered_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.conflict.request);
    const struct conflict *c = q != NULL ? engine_conflict_of(e, q->id) : NULL;
    enum request_state in = ev->u.conflict.conflict ? REQUEST_DECLINED : REQUEST_PENDING;

    if (q == NULL || q->referral.v != ev->u.conflict.referral.v || q->state != in)
        return "an answer that its request does not show";
    return c == NULL || c->state != CONFLICT_OPEN ? "an answer to no open question" : NULL;
}

void conflict_answered_apply(struct engine *e, const struct event *ev)
{
    struct conflict_slot *s = &e->safety.conflicts[engine_conflict_of(e, ev->u.conflict.request)->id - 1];
    enum conflict_state to = ev->u.conflict.conflict ? CONFLICT_YES : CONFLICT_NO;

    CHECK(conflict_may_become(s->c.state, to));
    s->c.state = to;
    s->c.answered_at_ms = ev->at_ms;
    safety_refresh_conflict(e, s);
    request_touched(e, s->c.request, ev->seq);
}
