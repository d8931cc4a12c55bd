/* The shelter's answers. The first yes wins and lets go of the others in the same events; a yes that comes
 * too late gets a clear answer and is recorded once; a no because the house is full corrects its number. */
#include "core/decide.h"

#include "base/check.h"
#include "core/engine_state.h"
#include "core/nobed/nobed_decide.h"
#include "core/stay/stay_state.h"

enum refusal decide_see_request(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    if (q->state == REQUEST_PENDING && q->seen_at_ms == 0)
        decision_request_event(d, EV_REQUEST_SEEN, q);
    return REFUSAL_NONE;
}

/* An answer to a hold that ended by itself: what to tell the shelter. */
static enum refusal over(const struct request *q)
{
    if (q->state == REQUEST_EXPIRED)
        return REFUSAL_LAPSED;
    if (request_was_taken_back(q))
        return REFUSAL_TAKEN_BACK;
    return q->cancel_why == CANCEL_OTHER_YES ? REFUSAL_OTHER_WAS_FIRST : REFUSAL_WRONG_STATE;
}

void decision_accept(struct decision *d, const struct request *q)
{
    const struct referral *r = engine_referral(d->e, q->referral);

    /* The others go first, so that no moment shows a household with two places. A bridge bed leaves alone
     * what the household still looks for; the place it looked for needs no bridge that is not there yet. */
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *other = engine_request(d->e, r->requests[i]);

        if (other->state != REQUEST_PENDING || other->id.v == q->id.v || (q->bridge && !other->bridge) ||
            decision_has_cancelled(d, other->id))
            continue;
        decision_request_event(d, EV_REQUEST_CANCELLED, other)->u.request.why = CANCEL_OTHER_YES;
        decision_names(d, other->id);
    }
    if (!q->bridge)
        stay_decide_let_go(d, r);
    decision_request_event(d, EV_REQUEST_ACCEPTED, q);
    if (q->bridge)
        decide_open_bed(d, q);
    else
        timers_hold(d, q);
}

enum refusal decide_accept(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);
    const struct conflict *c = engine_conflict_of(d->e, q->id);

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    switch (q->state) {
    case REQUEST_PENDING:
        if (q->bridge && !nobed_may_open(d->e, q->referral))
            return REFUSAL_LIMIT;
        if (c != NULL && c->state == CONFLICT_OPEN)
            return REFUSAL_CONFLICT_OPEN;
        /* Asked before anybody knew that it is one household: its other place stands. */
        if (!q->bridge && engine_household_promised(d->e, q->referral).v != 0) {
            decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_OTHER_YES;
            return REFUSAL_OTHER_WAS_FIRST;
        }
        decision_accept(d, q);
        return REFUSAL_NONE;
    case REQUEST_ACCEPTED:
    case REQUEST_ADMITTED:
    case REQUEST_LEFT:
        return REFUSAL_NONE;
    case REQUEST_DECLINED:
        return REFUSAL_ANSWERED;
    case REQUEST_EXPIRED:
    case REQUEST_CANCELLED:
        if (q->answered_at_ms == 0)
            decision_request_event(d, EV_REQUEST_LATE_YES, q);
        return over(q);
    case REQUEST_STATE_N:
        break;
    }
    CHECK(q->state < REQUEST_STATE_N);
    return REFUSAL_WRONG_STATE;
}

/* Units of a pool that count as held for a report of NOW, but for the request WITHOUT. */
static int32_t held_but(const struct decision *d, const struct request *without)
{
    int32_t units = 0;

    for (uint64_t id = d->e->pools[without->pool.v - 1].first_hold; id != 0;
         id = d->e->requests[id - 1].next_hold) {
        const struct request *q = &d->e->requests[id - 1].r;

        if (id != without->id.v && (request_is_holding(q) || q->ended_at_ms >= d->now_ms))
            units += q->units;
    }
    return units;
}

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* 'We are full' and 'just taken' correct a number that says otherwise: nothing is free, or the units of this
 * request less, but never below what is held for others, who get their own answer. Told by the house now, so
 * that only a later report says different. */
static void correct_count(struct decision *d, const struct request *q, bool is_full)
{
    struct pool_view view = engine_pool_view(d->e, q->pool, d->now_ms);
    int32_t others = held_but(d, q);
    struct observation *o = NULL;

    if (!view.reported || view.latest->free == UNITS_UNKNOWN || view.latest->free <= view.held - q->units ||
        view.latest->observed_at_ms > d->now_ms)
        return;
    o = &decision_event(d, EV_CAPACITY_OBSERVED)->u.capacity.o;
    *o = observation_of(view.latest, q->pool);
    o->source = SOURCE_HAND;
    o->report = 0;
    /* What arrived since the report is in its number still, and the unit asked for is gone. */
    o->free = is_full ? others : larger(others, view.latest->free - (view.held - others));
    o->occupied = UNITS_UNKNOWN;
    o->observed_at_ms = d->now_ms;
    o->received_at_ms = d->now_ms;
    d->out->list[d->out->n - 1].u.capacity.used = true;
    d->out->list[d->out->n - 1].u.capacity.kept = KEPT_COUNTS;
}

void decision_house_is_out(struct decision *d, const struct request *q, uint8_t reason)
{
    int conflict = vocab_list_find(engine_vocab(d->e), LIST_DECLINE, "netwerk_conflict");
    uint32_t house = engine_pool(d->e, q->pool)->location.v;
    struct referral_id at = engine_household_first(d->e, q->referral);

    if (conflict < 0 || reason != conflict + 1)
        return;
    for (; at.v != 0; at = engine_household_next(d->e, at)) {
        const struct referral *r = engine_referral(d->e, at);

        for (unsigned i = 0; i < r->n_requests; i++) {
            const struct request *other = engine_request(d->e, r->requests[i]);

            if (other->id.v == q->id.v || engine_pool(d->e, other->pool)->location.v != house)
                continue;
            /* No machine undoes a yes, nor takes anybody out of a bed: its desk does, and is told to look. */
            if (request_has_bed(other))
                timers_conflict(d, at);
            if (other->state != REQUEST_PENDING)
                continue;
            decision_request_event(d, EV_REQUEST_DECLINED, other)->u.request.reason = reason;
            decision_names(d, other->id);
        }
    }
}

void decide_units_taken(struct decision *d, const struct request *q)
{
    struct pool_view view = engine_pool_view(d->e, q->pool, d->now_ms);
    int32_t others = held_but(d, q);
    struct observation *o = NULL;

    if (!view.reported || view.latest->free == UNITS_UNKNOWN || view.latest->observed_at_ms > d->now_ms)
        return;
    o = &decision_event(d, EV_CAPACITY_OBSERVED)->u.capacity.o;
    *o = observation_of(view.latest, q->pool);
    o->source = SOURCE_HAND;
    o->report = 0;
    o->free = larger(others, view.latest->free - (view.held - others) - q->units);
    o->occupied = UNITS_UNKNOWN;
    o->observed_at_ms = d->now_ms;
    o->received_at_ms = d->now_ms;
    d->out->list[d->out->n - 1].u.capacity.used = true;
    d->out->list[d->out->n - 1].u.capacity.kept = KEPT_COUNTS;
}

static void decline(struct decision *d, const struct request *q, uint8_t reason)
{
    decision_request_event(d, EV_REQUEST_DECLINED, q)->u.request.reason = reason;
    stay_decide_declined(d, q, reason);
    decision_house_is_out(d, q, reason);
    if (vocab_decline_is_full(engine_vocab(d->e), reason))
        correct_count(d, q, true);
    else if (vocab_decline_is_taken(engine_vocab(d->e), reason))
        correct_count(d, q, false);
}

enum refusal decide_decline(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);
    uint8_t reason = d->cmd->u.answer.reason;

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    if (reason < 1 || reason > vocab_list_size(engine_vocab(d->e), LIST_DECLINE))
        return REFUSAL_UNKNOWN_REASON;
    switch (q->state) {
    case REQUEST_PENDING:
        decline(d, q, reason);
        return REFUSAL_NONE;
    case REQUEST_DECLINED:
        return q->decline_reason == reason ? REFUSAL_NONE : REFUSAL_ANSWERED;
    case REQUEST_EXPIRED:
    case REQUEST_CANCELLED:
        return over(q);
    case REQUEST_ACCEPTED:
    case REQUEST_ADMITTED:
    case REQUEST_LEFT:
    case REQUEST_STATE_N:
        break;
    }
    return REFUSAL_WRONG_STATE;
}

/* One request, and the referral stands: a wrong house was asked, or the bed for the meantime is not needed
 * any more. What is answered is undone otherwise, by a yes that falls through. */
enum refusal decide_take_back(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    switch (q->state) {
    case REQUEST_PENDING:
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_TAKEN_BACK;
        return REFUSAL_NONE;
    case REQUEST_CANCELLED:
        return request_was_taken_back(q) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
    case REQUEST_EXPIRED:
        return REFUSAL_WRONG_STATE;
    case REQUEST_ACCEPTED:
    case REQUEST_DECLINED:
    case REQUEST_ADMITTED:
    case REQUEST_LEFT:
    case REQUEST_STATE_N:
        break;
    }
    return REFUSAL_ANSWERED;
}
