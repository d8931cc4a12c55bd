/* A request from being made to its end; its hold on the pool and its referral's state move along. */
#include "core/apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"
#include "core/gate/gate_state.h"
#include "core/ledger.h"
#include "core/nobed/nobed_apply.h"

#include <string.h>

/* Everything that hangs on a request, after it changed. */
static void touched(struct engine *e, struct request_slot *s, uint64_t seq)
{
    struct pool_slot *p = pool_slot(e, s->r.pool);

    s->r.version = seq;
    p->version = seq;
    ledger_refresh(e, s);
    due_refresh_request(e, s);
    digest_refresh_request(e, s);
    digest_refresh_pool(e, p);
}

static void request_move(struct request_slot *s, enum request_state to)
{
    CHECK(request_may_become(s->r.state, to));
    s->r.state = to;
}

void request_end(struct engine *e, const struct event *ev, struct request_id id, enum request_state to,
                 enum cancel_why why)
{
    struct request_slot *s = request_slot(e, id);

    if (s->r.state == REQUEST_ACCEPTED && to == REQUEST_CANCELLED)
        gate_on_yes_undone(e, &s->r, ev->seq);
    request_move(s, to);
    s->r.cancel_why = why;
    s->r.ended_at_ms = ev->at_ms;
    touched(e, s, ev->seq);
    if (to != REQUEST_ADMITTED)
        handover_request_ended(e, ev, &s->r);
}

/* A bridge does not move its referral: the search goes on whatever becomes of it. */
static void settle(struct engine *e, const struct request *q, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, q->referral);

    if (q->bridge)
        referral_move(e, r, r->r.state, seq);
    else
        referral_settle(e, r, seq);
}

void request_left(struct engine *e, const struct event *ev, struct request_id id, bool untold)
{
    struct request_slot *s = request_slot(e, id);

    s->r.left_at_ms = ev->at_ms;
    s->r.left_untold = untold;
    touched(e, s, ev->seq);
}

void request_back(struct engine *e, const struct event *ev, struct request_id id)
{
    struct request_slot *s = request_slot(e, id);

    s->r.left_at_ms = 0;
    s->r.left_untold = false;
    touched(e, s, ev->seq);
}

/* ---- made ---- */

const char *request_made_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = &ev->u.made;
    const struct referral *r = engine_referral(e, q->referral);

    if (q->id.v != (uint64_t)e->n_requests + 1 || q->id.v > UINT32_MAX / 4)
        return "a request out of order";
    if (r == NULL || (r->state != REFERRAL_OPEN && r->state != REFERRAL_ASKED))
        return "a request for no referral that looks for a place";
    if (r->n_requests >= REFERRAL_REQUESTS_MAX)
        return "more requests than a referral can have";
    if (engine_pool(e, q->pool) == NULL)
        return "a request to no pool";
    /* Kept for a surge that is not, it is asked by nobody either; but whom it had said yes to is let in after
     * all (decide_after_all.c). */
    if (engine_pool_is_hidden(e, q->pool))
        return "a request to a pool that is not there for anybody";
    if (q->units < 1 || q->units > 2 || q->state != REQUEST_PENDING || q->answer_by_ms < ev->at_ms ||
        q->lapse_at_ms < q->answer_by_ms || q->lapse_at_ms > FIELD_TIME_MAX)
        return "a request with a value out of range";
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *other = engine_request(e, r->requests[i]);

        if (other->pool.v == q->pool.v && request_is_holding(other))
            return "a pool asked twice for one household";
    }
    if (gate_request_impossible(e, q) != NULL)
        return gate_request_impossible(e, q);
    if (q->bridge && nobed_has_next_bed(e, r))
        return "a second bridge bed for one household";
    if (q->bridge && nobed_sleeps_in(e, r, q->pool))
        return "a bridge from a place to itself";
    return ledger_is_within(e, q->pool, q->units) ? NULL : "more units held than there are";
}

void request_made_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *r = referral_slot(e, ev->u.made.referral);
    struct request_slot *s = NULL;

    MEM_GROW_TIGHT(e->requests, e->n_requests, e->cap_requests);
    s = &e->requests[e->n_requests++];
    memset(s, 0, sizeof *s);
    s->r.id = ev->u.made.id;
    s->r.referral = ev->u.made.referral;
    s->r.pool = ev->u.made.pool;
    s->r.asked_by = ev->u.made.asked_by;
    s->r.state = REQUEST_PENDING;
    s->r.units = ev->u.made.units;
    s->r.asked_at_ms = ev->u.made.asked_at_ms;
    s->r.answer_by_ms = ev->u.made.answer_by_ms;
    s->r.lapse_at_ms = ev->u.made.lapse_at_ms;
    s->r.proposal = ev->u.made.proposal;
    s->r.keeper = ev->u.made.keeper;
    s->r.gate = ev->u.made.gate;
    s->r.bridge = ev->u.made.bridge;
    s->r.overflow = engine_pool(e, s->r.pool)->overflow;
    touched(e, s, ev->seq);
    gate_on_request_made(e, &s->r, ev->seq);

    r->r.requests = mem_resize(r->r.requests, r->r.n_requests + 1u, sizeof *r->r.requests);
    r->r.requests[r->r.n_requests++] = s->r.id;
    if (r->r.first_asked_ms == 0 && !s->r.bridge)
        r->r.first_asked_ms = ev->at_ms;
    referral_move(e, r, s->r.bridge ? r->r.state : REFERRAL_ASKED, ev->seq);
}

/* ---- what follows; all name a request and its referral ---- */

static const char *named_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.request.request);

    return q == NULL || q->referral.v != ev->u.request.referral.v ? "no such request of this referral" : NULL;
}

static const char *in_state_impossible(const struct engine *e, const struct event *ev, enum request_state s)
{
    const char *why = named_impossible(e, ev);

    if (why != NULL)
        return why;
    return engine_request(e, ev->u.request.request)->state != s ? "a request that is past this step" : NULL;
}

const char *request_seen_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = in_state_impossible(e, ev, REQUEST_PENDING);

    if (why != NULL)
        return why;
    return engine_request(e, ev->u.request.request)->seen_at_ms != 0 ? "a request seen already" : NULL;
}

void request_seen_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);
    struct referral_slot *r = referral_slot(e, s->r.referral);

    s->r.seen_at_ms = ev->at_ms;
    s->r.version = ev->seq;
    digest_refresh_request(e, s);
    referral_move(e, r, r->r.state, ev->seq);
}

const char *request_silent_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = in_state_impossible(e, ev, REQUEST_PENDING);
    const struct request *q = NULL;

    if (why != NULL)
        return why;
    q = engine_request(e, ev->u.request.request);
    if (q->silent_at_ms != 0)
        return "a silence noted already";
    return q->answer_by_ms > ev->at_ms ? "silent before its time to answer was over" : NULL;
}

void request_silent_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);
    struct referral_slot *r = referral_slot(e, s->r.referral);

    s->r.silent_at_ms = ev->at_ms;
    s->r.version = ev->seq;
    due_refresh_request(e, s);
    digest_refresh_request(e, s);
    referral_move(e, r, r->r.state, ev->seq);
}

const char *request_accepted_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = in_state_impossible(e, ev, REQUEST_PENDING);
    const struct conflict *c = engine_conflict_of(e, ev->u.request.request);
    const struct referral *r = NULL;
    const struct request *q = NULL;

    if (why != NULL)
        return why;
    if (c != NULL && c->state != CONFLICT_NO)
        return "a yes past an open question";
    r = engine_referral(e, ev->u.request.referral);
    q = engine_request(e, ev->u.request.request);
    if (!referral_is_looking(r->state))
        return "a yes to a household that looks no more";
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *other = engine_request(e, r->requests[i]);
        /* The one exception: a bridge bed that the household has, and the place it waits for. */
        bool is_beside = q->bridge != other->bridge && (q->bridge || other->state != REQUEST_PENDING);

        if (other->id.v != q->id.v && !is_beside && request_is_holding(other))
            return "a yes that leaves the household with two places";
    }
    return q->bridge && nobed_has_next_bed(e, r) ? "a second bridge bed for one household" : NULL;
}

void request_accepted_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);
    struct referral_slot *r = referral_slot(e, s->r.referral);

    request_move(s, REQUEST_ACCEPTED);
    s->r.answered_by = ev->account;
    s->r.answered_at_ms = ev->at_ms;
    touched(e, s, ev->seq);
    if (s->r.bridge) {
        referral_move(e, r, r->r.state, ev->seq);
        return;
    }
    r->r.accepted_at_ms = ev->at_ms;
    gate_on_accepted(e, &s->r, ev->seq);
    referral_move(e, r, REFERRAL_RESERVED, ev->seq);
}

const char *request_declined_impossible(const struct engine *e, const struct event *ev)
{
    return in_state_impossible(e, ev, REQUEST_PENDING);
}

void request_declined_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);

    s->r.answered_by = ev->account;
    s->r.answered_at_ms = ev->at_ms;
    s->r.decline_reason = ev->u.request.reason;
    request_end(e, ev, s->r.id, REQUEST_DECLINED, CANCEL_NONE);
    settle(e, &s->r, ev->seq);
}

const char *request_expired_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = in_state_impossible(e, ev, REQUEST_PENDING);

    if (why != NULL)
        return why;
    return engine_request(e, ev->u.request.request)->lapse_at_ms > ev->at_ms ? "a hold that has not lapsed"
                                                                             : NULL;
}

void request_expired_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);

    request_end(e, ev, s->r.id, REQUEST_EXPIRED, CANCEL_NONE);
    settle(e, &s->r, ev->seq);
}

const char *request_cancelled_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct request *q = NULL;

    if (why != NULL)
        return why;
    q = engine_request(e, ev->u.request.request);
    if (!request_is_holding(q))
        return "a request that is past this step";
    if (q->bridge && q->state == REQUEST_ACCEPTED)
        return "a bridge bed let go of outside its bridge";
    /* A no show has its own event; another's yes can only cancel what is still pending. */
    if (ev->u.request.why == CANCEL_WITHDRAWN)
        return NULL;
    /* Nobody is on the way to a place that ends with its hold. */
    if (ev->u.request.why == CANCEL_HOLD_ENDED && q->state == REQUEST_ACCEPTED)
        return engine_referral(e, q->referral)->state == REFERRAL_RESERVED ? NULL
                                                                           : "a hold ended on a journey";
    /* Fell through, reserved or on the way there, as a person says. */
    if (cancel_why_is_fall_through(ev->u.request.why))
        return q->state == REQUEST_ACCEPTED && ev->account.v != 0 ? NULL : "a yes undone that there is not";
    /* With a leak that is about to be confirmed: nothing may be held once it is. */
    if (ev->u.request.why == CANCEL_LEAKED && engine_leak_of(e, engine_pool(e, q->pool)->location) != NULL)
        return NULL;
    /* By a person, who asked it: a yes is undone otherwise. */
    if (ev->u.request.why == CANCEL_TAKEN_BACK)
        return q->state == REQUEST_PENDING && ev->account.v != 0 ? NULL : "taken back after its answer";
    /* A journal may hold two places of one household, from before its referrals knew of each other. */
    return ev->u.request.why == CANCEL_OTHER_YES &&
                   (q->state == REQUEST_PENDING || engine_household_promised(e, q->referral).v != 0)
               ? NULL
               : "cancelled for no reason";
}

void request_cancelled_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);
    bool was_promised = s->r.state == REQUEST_ACCEPTED;

    request_end(e, ev, s->r.id, REQUEST_CANCELLED, ev->u.request.why);
    /* A yes taken back with its referral, or with its house: nobody travels any more. */
    if (!s->r.bridge) {
        struct referral_slot *r = referral_slot(e, s->r.referral);

        r->r.eta_ms = 0;
        if (ev->u.request.why == CANCEL_HOLD_ENDED || ev->u.request.why == CANCEL_LEAKED ||
            cancel_why_is_fall_through(ev->u.request.why) ||
            (ev->u.request.why == CANCEL_OTHER_YES && was_promised))
            r->r.accepted_at_ms = 0;
    }
    settle(e, &s->r, ev->seq);
}

const char *request_late_yes_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct request *q = NULL;

    if (why != NULL)
        return why;
    q = engine_request(e, ev->u.request.request);
    if (q->state != REQUEST_EXPIRED && q->state != REQUEST_CANCELLED)
        return "a late yes to what is not over";
    if (q->answered_at_ms != 0)
        return "a late yes to what was answered";
    return NULL;
}

void request_late_yes_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.request.request);
    struct referral_slot *r = referral_slot(e, s->r.referral);

    s->r.late_yes = true;
    s->r.answered_by = ev->account;
    s->r.answered_at_ms = ev->at_ms;
    s->r.version = ev->seq;
    digest_refresh_request(e, s);
    referral_move(e, r, r->r.state, ev->seq);
}
