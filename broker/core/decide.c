/* Decide a command: permission, known key, the decision itself, and what must be remembered of it. */
#include "core/decide.h"

#include "base/check.h"
#include "core/engine_state.h"
#include "core/safety/safety_decide.h"
#include "core/stay/dates.h"
#include "core/stay/stay_decide.h"

static decide_fn *const deciders[CMD_N] = {
    [CMD_DEFINE_ORG] = decide_define_org,
    [CMD_DEFINE_LOCATION] = decide_define_location,
    [CMD_DEFINE_POOL] = decide_define_pool,
    [CMD_REPORT_CAPACITY] = decide_report_capacity,
    [CMD_OPEN_REFERRAL] = decide_open_referral,
    [CMD_ASK] = decide_ask,
    [CMD_SEE_REQUEST] = decide_see_request,
    [CMD_ACCEPT] = decide_accept,
    [CMD_DECLINE] = decide_decline,
    [CMD_TRAVEL] = decide_travel,
    [CMD_CONFIRM_ARRIVAL] = decide_confirm_arrival,
    [CMD_NO_SHOW] = decide_no_show,
    [CMD_WITHDRAW] = decide_withdraw,
    [CMD_TICK] = decide_tick,
    [CMD_ANNOUNCE] = decide_announce,
    /* ---- timers and escalation ---- */
    [CMD_EXTEND_REQUEST] = decide_extend_request,
    [CMD_EXTEND_HOLD] = decide_extend_hold,
    [CMD_ACKNOWLEDGE_ALARM] = decide_acknowledge_alarm,
    [CMD_HAND_OVER] = decide_hand_over,
    [CMD_TAKE_OVER] = decide_take_over,
    /* ---- no bed: bridges and the unplaced register ---- */
    [CMD_OPEN_BRIDGE] = decide_open_bridge,
    [CMD_START_BRIDGE] = decide_start_bridge,
    [CMD_CHECK_IN] = decide_check_in,
    [CMD_END_BRIDGE] = decide_end_bridge,
    [CMD_BRIDGE_TRAVEL] = decide_bridge_travel,
    [CMD_FUND_BRIDGE] = decide_fund_bridge,
    [CMD_NOTE_NIGHT] = decide_note_night,
    [CMD_CLOSE_REFERRAL] = decide_close_referral,
    /* ---- gatekeepers ---- */
    [CMD_GATE_SEND] = decide_gate_send,
    [CMD_GATE_TAKE] = decide_gate_take,
    [CMD_GATE_ASK_BACK] = decide_gate_ask_back,
    [CMD_GATE_ANSWER] = decide_gate_answer,
    [CMD_GATE_ASSENT] = decide_gate_assent,
    [CMD_GATE_RETURN] = decide_gate_return,
    [CMD_GATE_WITHDRAW] = decide_gate_withdraw,
    [CMD_FIND_RESIDENCE] = decide_find_residence,
    /* ---- stays, clocks, nights and funding ---- */
    [CMD_DEPART] = decide_depart,
    [CMD_STAY_READY] = decide_stay_ready,
    [CMD_FUND_STAY] = decide_fund_stay,
    [CMD_GIVE_RETURN_CODE] = decide_give_return_code,
    [CMD_START_CLOCK] = decide_start_clock,
    [CMD_OFFER_CLOCK] = decide_offer_clock,
    [CMD_TAKE_CLOCK] = decide_take_clock,
    [CMD_PROLONG_CLOCK] = decide_prolong_clock,
    [CMD_STOP_CLOCK] = decide_stop_clock,
    /* ---- MDO, regiehouder, consult ---- */
    [CMD_CONVENE_MDO] = decide_convene_mdo,
    [CMD_INVITE_MDO] = decide_invite_mdo,
    [CMD_ANSWER_MDO] = decide_answer_mdo,
    [CMD_DATE_MDO] = decide_date_mdo,
    [CMD_CLOSE_MDO] = decide_close_mdo,
    [CMD_NOTE_MDO] = decide_note_mdo,
    [CMD_MOVE_ITEM] = decide_move_item,
    [CMD_OFFER_REGIE] = decide_offer_regie,
    [CMD_TAKE_REGIE] = decide_take_regie,
    [CMD_NAME_REGIE] = decide_name_regie,
    [CMD_KEEP_REGIE] = decide_keep_regie,
    [CMD_END_REGIE] = decide_end_regie,
    [CMD_ASK_CONSULT] = decide_ask_consult,
    [CMD_ANSWER_CONSULT] = decide_answer_consult,
    [CMD_CLOSE_CONSULT] = decide_close_consult,
    /* ---- warm handover, keys and notes ---- */
    [CMD_MAKE_KEY] = decide_make_key,
    [CMD_CONFIRM_KEY] = decide_confirm_key,
    [CMD_LOSE_KEY] = decide_lose_key,
    [CMD_CONFIRM_KEY_LOSS] = decide_confirm_key_loss,
    [CMD_KEEP_KEY] = decide_keep_key,
    [CMD_HANDOVER_ITEM] = decide_handover_item,
    [CMD_WRITE_NOTE] = decide_write_note,
    [CMD_PICK_UP_NOTE] = decide_pick_up_note,
    /* ---- location leaked, surge, conflict check ---- */
    [CMD_REPORT_LEAK] = decide_report_leak,
    [CMD_CONFIRM_LEAK] = decide_confirm_leak,
    [CMD_WITHDRAW_LEAK] = decide_withdraw_leak,
    [CMD_ASK_LIFT] = decide_ask_lift,
    [CMD_LIFT_LEAK] = decide_lift_leak,
    [CMD_SET_SURGE] = decide_set_surge,
    [CMD_ASK_CONFLICT] = decide_ask_conflict,
    [CMD_ANSWER_CONFLICT] = decide_answer_conflict,
    [CMD_CHANGE_BRIDGE] = decide_change_bridge,
    /* ---- stays, clocks, nights and funding, since ---- */
    [CMD_DATE_NIGHTS] = decide_date_nights,
    [CMD_RESUME_STAY] = decide_resume_stay,
    /* ---- requests, since ---- */
    [CMD_TAKE_BACK] = decide_take_back,
};

/* Refusals that the state of the exchange caused: a repeat must get the same, though the state has moved on.
 * The others follow from the command alone, or are the door's: a repeat is judged afresh, and nobody without
 * rights, and no broken feed, can write to the journal. A bad report follows from the clock and the pool's
 * profile besides: nothing of it was taken, so taking it later under the same key does nothing twice. */
static const bool is_remembered[REFUSAL_N] = {
    [REFUSAL_NONE] = true,           [REFUSAL_WRONG_STATE] = true,
    [REFUSAL_TAKEN] = true,          [REFUSAL_DOES_NOT_FIT] = true,
    [REFUSAL_ASKED_ALREADY] = true,  [REFUSAL_TOO_MANY] = true,
    [REFUSAL_GATEKEEPER] = true,     [REFUSAL_OTHER_WAS_FIRST] = true,
    [REFUSAL_LAPSED] = true,         [REFUSAL_ANSWERED] = true,
    [REFUSAL_STALE_VERSION] = true,  [REFUSAL_DUPLICATE] = true,
    [REFUSAL_NO_CONSENT] = true,     [REFUSAL_OPEN_ACTIONS] = true,
    [REFUSAL_NO_KEY] = true,         [REFUSAL_KEY_SECOND_PERSON] = true,
    [REFUSAL_NO_GATEKEEPER] = true,  [REFUSAL_EXTENSIONS] = true,
    [REFUSAL_SAME_PERSON] = true,    [REFUSAL_CONFLICT_OPEN] = true,
    [REFUSAL_TOO_MANY_KEYS] = true,  [REFUSAL_PLACED_ELSEWHERE] = true,
    [REFUSAL_UNIT_GONE] = true,      [REFUSAL_SEARCH_OVER] = true,
    [REFUSAL_NOT_AT_TABLE] = true,   [REFUSAL_OWN_ACTIONS] = true,
    [REFUSAL_REGIE_TAKEN] = true,    [REFUSAL_OFFER_OVER] = true,
    [REFUSAL_BRIDGE_THERE] = true,   [REFUSAL_SEARCH_RUNS] = true,
    [REFUSAL_HAS_PLACE] = true,      [REFUSAL_LONG_OVER] = true,
    [REFUSAL_NOT_THEIR_DESK] = true, [REFUSAL_TAKEN_BACK] = true,
};

bool decision_has_cancelled(const struct decision *d, struct request_id id)
{
    for (size_t i = d->first; i < d->out->n; i++) {
        if (d->out->list[i].kind == EV_REQUEST_CANCELLED && d->out->list[i].u.request.request.v == id.v)
            return true;
    }
    return false;
}

struct event *decision_event(struct decision *d, enum event_kind kind)
{
    struct event *ev = event_list_add(d->out, kind);

    ev->at_ms = d->now_ms;
    ev->account = d->cmd->actor.account;
    return ev;
}

struct event *decision_request_event(struct decision *d, enum event_kind kind, const struct request *r)
{
    struct event *ev = decision_event(d, kind);

    ev->u.request.request = r->id;
    ev->u.request.referral = r->referral;
    return ev;
}

struct event *decision_referral_event(struct decision *d, enum event_kind kind, const struct referral *r)
{
    struct event *ev = decision_event(d, kind);

    ev->u.referral.referral = r->id;
    return ev;
}

size_t decision_events(const struct decision *d)
{
    return d->out->n - d->first;
}

void decision_names(struct decision *d, struct request_id id)
{
    if (d->outcome->n_requests < OUTCOME_IDS_MAX)
        d->outcome->requests[d->outcome->n_requests++] = id;
}

static bool has_key(const struct command *cmd)
{
    return cmd->key.hi != 0 || cmd->key.lo != 0;
}

/* A capacity report that tells nothing new leaves no trace: feeds repeat themselves all day, and saying
 * 'unchanged' again needs no memory. */
static bool leaves_trace(const struct decision *d, enum refusal refusal)
{
    if (!has_key(d->cmd) || !is_remembered[refusal])
        return false;
    return d->cmd->kind != CMD_REPORT_CAPACITY || refusal != REFUSAL_NONE || decision_events(d) > 0;
}

void engine_decide(const struct engine *e, const struct command *cmd, int64_t now_ms, struct event_list *out,
                   struct outcome *outcome)
{
    struct decision d = {
        .e = e, .cmd = cmd, .now_ms = now_ms, .out = out, .first = out->n, .outcome = outcome};
    const struct key_slot *known = NULL;
    bool is_kept = false;

    CHECK((unsigned)cmd->kind < CMD_N && now_ms >= 0);
    check_context(command_name(cmd->kind));
    *outcome = (struct outcome){0};
    if (!permit_role(e, cmd)) {
        outcome->refusal = REFUSAL_NOT_ALLOWED;
        return;
    }
    /* The key before the object: what the first try did may have ended the right to do it (a house that
     * reports a no show is no host any more), and the repeat must still hear the same. A key holds its
     * account. */
    known = has_key(cmd) ? key_find(e, &cmd->key, now_ms) : NULL;
    if (known != NULL) {
        if (known->body == cmd->key.body)
            *outcome = known->outcome;
        else
            outcome->refusal = REFUSAL_KEY_REUSED;
        return;
    }
    outcome->refusal = permit_command(e, cmd, outcome);
    if (outcome->refusal != REFUSAL_NONE)
        return;

    outcome->refusal = deciders[cmd->kind](&d);
    CHECK(outcome->refusal == REFUSAL_NONE || decision_events(&d) <= 1);
    is_kept = leaves_trace(&d, outcome->refusal);
    if (decision_events(&d) > 0 || is_kept)
        outcome->seq = e->seq + decision_events(&d) + (is_kept ? 1 : 0);
    if (is_kept) {
        struct event *ev = decision_event(&d, EV_COMMAND_DONE);

        ev->u.done.key = cmd->key;
        ev->u.done.outcome = *outcome;
    }
}
