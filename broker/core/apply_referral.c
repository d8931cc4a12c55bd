/* The household's way from open to admitted. */
#include "core/apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"
#include "core/gate/gate_state.h"
#include "core/nobed/nobed_apply.h"
#include "core/may_suit.h"
#include "core/stay/stay_apply.h"

#include <string.h>

void referral_move(struct engine *e, struct referral_slot *s, enum referral_state to, uint64_t seq)
{
    CHECK(s->r.state == to || referral_may_become(s->r.state, to));
    e->n_live += referral_is_live(to);
    e->n_live -= referral_is_live(s->r.state);
    s->r.state = to;
    s->r.version = seq;
    if (!referral_is_live(to)) {
        may_suit_forget(e, s->r.id);
        gate_on_referral_closed(e, &s->r, s->r.closed_at_ms, seq);
    }
    due_refresh_referral(e, s);
    timers_refresh(e, &s->r);
    digest_refresh_referral(e, s);
}

void referral_settle(struct engine *e, struct referral_slot *s, uint64_t seq)
{
    bool pending = false;

    for (unsigned i = 0; i < s->r.n_requests; i++)
        pending |= request_is_asking(engine_request(e, s->r.requests[i]));
    referral_move(e, s, pending ? REFERRAL_ASKED : REFERRAL_OPEN, seq);
}

const struct request *referral_accepted(const struct engine *e, const struct referral *r)
{
    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (q->state == REQUEST_ACCEPTED && !q->bridge)
            return q;
    }
    return NULL;
}

const char *referral_opened_impossible(const struct engine *e, const struct event *ev)
{
    if (ev->u.opened.id.v != (uint64_t)e->n_referrals + 1 || ev->u.opened.id.v > UINT32_MAX / 4)
        return "a referral out of order";
    if (engine_org(e, ev->u.opened.org) == NULL)
        return "a referral of no organisation";
    if (ev->u.opened.code[0] == '\0' || !text_is_clean(ev->u.opened.code, sizeof ev->u.opened.code))
        return "a referral without a code";
    if (engine_referral_code_exists(e, ev->u.opened.code))
        return "the code of another referral";
    if ((unsigned)ev->u.opened.urgency >= URGENCY_N || ev->u.opened.deadline_ms < 0 ||
        ev->u.opened.deadline_ms > FIELD_TIME_MAX)
        return "a referral with a value out of range";
    if (ev->u.opened.facts_known && !need_is_valid(&ev->u.opened.need))
        return "a need with a value out of range";
    return NULL;
}

void referral_opened_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = NULL;

    MEM_GROW_TIGHT(e->referrals, e->n_referrals, e->cap_referrals);
    s = &e->referrals[e->n_referrals++];
    memset(s, 0, sizeof *s);
    s->r.id = ev->u.opened.id;
    memcpy(s->r.code, ev->u.opened.code, sizeof s->r.code);
    s->r.org = ev->u.opened.org;
    s->r.opened_by = ev->account;
    s->r.state = REFERRAL_OPEN;
    e->n_live++;
    s->r.urgency = ev->u.opened.urgency;
    s->r.home_region = ev->u.opened.home_region;
    s->r.opened_at_ms = ev->at_ms;
    s->r.deadline_ms = ev->u.opened.deadline_ms;
    s->r.facts_known = ev->u.opened.facts_known;
    s->r.need = ev->u.opened.facts_known ? ev->u.opened.need : need_empty();
    code_add(e, &e->referral_codes, referral_code_of, (uint32_t)s->r.id.v);
    referral_move(e, s, REFERRAL_OPEN, ev->seq);
}

/* The event's referral, if it may become TO. */
static const char *move_impossible(const struct engine *e, const struct event *ev, enum referral_state to)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);

    if (r == NULL)
        return "no such referral";
    return referral_may_become(r->state, to) ? NULL : "a move that its state does not allow";
}

/* The event names the request that was accepted for its referral. */
static const char *accepted_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.referral.request);

    if (q == NULL || q->referral.v != ev->u.referral.referral.v || q->state != REQUEST_ACCEPTED || q->bridge)
        return "not the accepted request of this referral";
    return NULL;
}

const char *referral_travelling_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);

    if (ev->u.referral.eta_ms < 0 || ev->u.referral.eta_ms > FIELD_TIME_MAX)
        return "a moment out of range";
    /* Already on the way: a new time of arrival. */
    if (r != NULL && r->state == REFERRAL_TRAVELLING)
        return NULL;
    return move_impossible(e, ev, REFERRAL_TRAVELLING);
}

void referral_travelling_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    s->r.eta_ms = ev->u.referral.eta_ms;
    referral_move(e, s, REFERRAL_TRAVELLING, ev->seq);
}

const char *referral_admitted_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = move_impossible(e, ev, REFERRAL_ADMITTED);

    if (why != NULL)
        return why;
    if (nobed_has_live_bridge(e, ev->u.referral.referral))
        return "an arrival that leaves a bridge standing";
    return accepted_impossible(e, ev);
}

void referral_admitted_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    request_end(e, ev, ev->u.referral.request, REQUEST_ADMITTED, CANCEL_NONE);
    s->r.admitted_at_ms = ev->at_ms;
    s->r.closed_at_ms = ev->at_ms;
    referral_move(e, s, REFERRAL_ADMITTED, ev->seq);
}

const char *referral_no_show_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = accepted_impossible(e, ev);

    return why != NULL ? why : move_impossible(e, ev, REFERRAL_OPEN);
}

void referral_no_show_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    request_end(e, ev, ev->u.referral.request, REQUEST_CANCELLED, CANCEL_NO_SHOW);
    s->r.eta_ms = 0;
    s->r.accepted_at_ms = 0;
    referral_move(e, s, REFERRAL_OPEN, ev->seq);
}

/* Its yes ends by the no show behind this; here it is noted of the house that gave it. */
const char *household_refused_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = accepted_impossible(e, ev);

    if (why == NULL && engine_request(e, ev->u.referral.request)->refused)
        why = "refused twice";
    return why;
}

void household_refused_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *s = request_slot(e, ev->u.referral.request);
    struct referral_slot *r = referral_slot(e, ev->u.referral.referral);

    s->r.refused = true;
    s->r.version = ev->seq;
    digest_refresh_request(e, s);
    referral_move(e, r, r->r.state, ev->seq);
}

const char *referral_withdrawn_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);
    const char *why = move_impossible(e, ev, REFERRAL_WITHDRAWN);

    if (why != NULL)
        return why;
    for (unsigned i = 0; i < r->n_requests; i++) {
        if (request_is_holding(engine_request(e, r->requests[i])))
            return "a withdrawal that leaves a unit held";
    }
    return nobed_has_live_bridge(e, r->id) ? "a withdrawal that leaves a bridge standing" : NULL;
}

void referral_withdrawn_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    s->r.withdraw_reason = ev->u.referral.reason;
    s->r.closed_at_ms = ev->at_ms;
    referral_move(e, s, REFERRAL_WITHDRAWN, ev->seq);
    household_timers_refresh(e, s->r.id); /* the reason may say that nothing else of it is for today */
}

const char *referral_unplaced_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.referral.referral);

    if (r == NULL)
        return "no such referral";
    return due_of_referral(r) > ev->at_ms ? "a deadline that has not passed" : NULL;
}

void referral_unplaced_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.referral.referral);

    s->r.unplaced = true;
    referral_move(e, s, s->r.state, ev->seq);
}

/* What would be judged anew (does it fit, is it better?) is not asked here: settings and codes may have
 * changed since. */
const char *place_found_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.found.referral);

    if (r == NULL || !referral_is_looking(r->state))
        return "a place found for no referral that looks for one";
    if (engine_pool(e, ev->u.found.pool) == NULL)
        return "a place found in no pool";
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->pool.v == ev->u.found.pool.v && request_is_holding(q))
            return "a place found where it is asked already";
    }
    return NULL;
}

void place_found_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.found.referral);
    struct referral *r = &s->r;

    if (r->n_found == REFERRAL_FOUND_MAX) {
        memmove(&r->found[0], &r->found[1], (REFERRAL_FOUND_MAX - 1) * sizeof r->found[0]);
        r->n_found--;
    } else {
        r->found = mem_resize(r->found, r->n_found + 1u, sizeof r->found[0]);
    }
    r->found[r->n_found++] =
        (struct place_found){.pool = ev->u.found.pool, .at_ms = ev->at_ms, .seq = ev->seq};
    referral_move(e, s, r->state, ev->seq);
}
