/* The referral's own steps: opened, on the way, arrived, not shown up, withdrawn. Who may take them was
 * judged before (audience/permit.c). Saying again what is so already changes nothing and is no refusal: at
 * night people tap twice. */
#include "core/decide.h"

#include "base/rng.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/fields.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed_decide.h"
#include "core/stay/dates.h"
#include "core/stay/stay_decide.h"
#include "core/timers/timers_state.h"

#include <string.h>

/* Draws per length before a longer code is tried: with half of all codes in use, 1 in 256 gets longer. */
#define DRAWS_PER_LENGTH 8

/* A code that no referral has; false if none was found. */
bool decide_find_code(const struct engine *e, uint64_t draw, char code[REFERRAL_CODE_SIZE])
{
    for (unsigned letters = REFERRAL_CODE_LETTERS; letters <= REFERRAL_CODE_LETTERS_MAX; letters++) {
        for (int i = 0; i < DRAWS_PER_LENGTH; i++) {
            referral_code_make_long(draw, letters, code);
            if (!engine_referral_code_exists(e, code))
                return true;
            draw = rng_mix(draw + 1);
        }
    }
    return false;
}

enum refusal decide_open_referral(struct decision *d)
{
    const struct need *need = d->cmd->u.need;
    char code[REFERRAL_CODE_SIZE];
    struct event *ev = NULL;

    if (!need_is_valid(need) ||
        !residence_until_is_valid(need->residence, d->cmd->u.residence_until_ms, d->now_ms) ||
        !decide_find_code(d->e, d->cmd->draw, code))
        return REFUSAL_LIMIT;
    d->outcome->referral = stay_search_of_code(d, need->return_code);
    if (d->outcome->referral.v != 0)
        return REFUSAL_SEARCH_RUNS;
    ev = decision_event(d, EV_REFERRAL_OPENED);
    ev->u.opened.id.v = engine_referrals(d->e) + 1;
    memcpy(ev->u.opened.code, code, sizeof code);
    ev->u.opened.org = d->cmd->actor.org;
    ev->u.opened.urgency = need->urgency;
    ev->u.opened.home_region = need->home_region;
    ev->u.opened.deadline_ms = d->now_ms + vocab_deadline_minutes(d->e->vocab, need->urgency) * MS_MINUTE;
    ev->u.opened.facts_known = true;
    ev->u.opened.need = *need;
    d->outcome->referral = ev->u.opened.id;
    if (d->cmd->u.residence_until_ms != 0)
        decide_residence_event(d, d->outcome->referral, need->residence, d->cmd->u.residence_until_ms);
    stay_decide_opened(d, d->outcome->referral, need->return_code);
    return REFUSAL_NONE;
}

static const struct referral *named(struct decision *d)
{
    d->outcome->referral = d->cmd->u.referral.referral;
    return engine_referral(d->e, d->cmd->u.referral.referral);
}

enum refusal decide_travel(struct decision *d)
{
    const struct referral *r = named(d);
    int64_t eta_ms = d->cmd->u.referral.eta_ms;
    struct event *ev = NULL;

    if (r->state != REFERRAL_RESERVED && r->state != REFERRAL_TRAVELLING)
        return REFUSAL_WRONG_STATE;
    if (eta_ms < 0 || eta_ms > FIELD_TIME_MAX)
        return REFUSAL_LIMIT;
    if (r->state == REFERRAL_TRAVELLING && r->eta_ms == eta_ms)
        return REFUSAL_NONE;
    ev = decision_referral_event(d, EV_REFERRAL_TRAVELLING, r);
    ev->u.referral.request = referral_accepted(d->e, r)->id;
    ev->u.referral.eta_ms = eta_ms;
    timers_journey(d, r, referral_accepted(d->e, r), eta_ms);
    return REFUSAL_NONE;
}

void decision_admit(struct decision *d, const struct request *q, int64_t at_ms)
{
    /* Whatever carried the household so far ends with its arrival, in the same commit. */
    decide_end_bridges(d, engine_referral(d->e, q->referral), BRIDGE_END_PLACED);
    stay_decide_let_go(d, engine_referral(d->e, q->referral));
    decision_referral_event(d, EV_REFERRAL_ADMITTED, engine_referral(d->e, q->referral))->u.referral.request =
        q->id;
    stay_decide_arrival(d, q, at_ms);
}

enum refusal decide_confirm_arrival(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.answer.request);
    enum refusal refusal = REFUSAL_NONE;

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    if (q->left_at_ms != 0) /* nothing would happen: the house says that they are still there */
        return REFUSAL_HAS_LEFT;
    if (q->state == REQUEST_ADMITTED) /* that they came is known; that it was earlier is a correction */
        return dates_came_at(d->e, q, d->cmd->u.answer.at_ms) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
    if (q->state != REQUEST_ACCEPTED && (q->bridge || !request_lost_its_yes(q)))
        return REFUSAL_WRONG_STATE;
    refusal = dates_judge_arrival(d, q, d->cmd->u.answer.at_ms);
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (q->state != REQUEST_ACCEPTED)
        return decide_after_all(d, q);
    if (q->bridge)
        return decide_bridge_arrival(d, q);
    decision_admit(d, q, d->cmd->u.answer.at_ms);
    return REFUSAL_NONE;
}

enum refusal decide_no_show(struct decision *d)
{
    const struct referral *r = named(d);
    const struct request *q = referral_accepted(d->e, r);
    enum cancel_why why = d->cmd->u.referral.why;
    bool is_house = d->cmd->actor.role == ROLE_SHELTER;

    if (q == NULL)
        return REFUSAL_WRONG_STATE;
    decision_names(d, q->id);
    if (cancel_why_is_fall_through(why)) {
        /* Each side speaks for itself; that the bed is gone the house may have told its referrer. */
        if (is_house && why != CANCEL_BED_GONE)
            return REFUSAL_UNKNOWN_REASON;
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = why;
        if (why == CANCEL_BED_GONE)
            timers_lost(d, r, ALARM_HOLD_ENDED);
        return REFUSAL_NONE;
    }
    if (why != CANCEL_NONE && why != CANCEL_NO_SHOW)
        return REFUSAL_UNKNOWN_REASON;
    if (d->cmd->u.referral.refused)
        decision_referral_event(d, EV_HOUSEHOLD_REFUSED, r)->u.referral.request = q->id;
    decision_referral_event(d, EV_REFERRAL_NO_SHOW, r)->u.referral.request = q->id;
    /* Who stood at the door is not missed, and has no place; who did not come is missed. */
    timers_lost(d, r, d->cmd->u.referral.refused ? ALARM_HOLD_ENDED : ALARM_NO_SHOW);
    return REFUSAL_NONE;
}

enum refusal decide_withdraw(struct decision *d)
{
    const struct referral *r = named(d);
    uint8_t reason = d->cmd->u.referral.reason;

    if (reason < 1 || reason > vocab_list_size(d->e->vocab, LIST_WITHDRAW))
        return REFUSAL_UNKNOWN_REASON;
    if (r->state == REFERRAL_WITHDRAWN && r->withdraw_reason == reason)
        return REFUSAL_NONE;
    if (!referral_is_live(r->state))
        return REFUSAL_WRONG_STATE;
    follow_up_search_over(d, r, reason);
    decide_end_bridges(d, r, BRIDGE_END_WITHDRAWN);
    /* First let go of every unit, then close: no moment in which a closed referral holds a bed. */
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if (!request_is_holding(q) || engine_bridge_bed(d->e, q->id) != NULL)
            continue;
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_WITHDRAWN;
        decision_names(d, q->id);
    }
    decision_referral_event(d, EV_REFERRAL_WITHDRAWN, r)->u.referral.reason = reason;
    return REFUSAL_NONE;
}
