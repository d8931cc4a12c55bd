/* May this actor give this command: first its role, then the object. An object of another organisation does
 * not exist for the asker. */
#include "core/audience/audience_parts.h"

#include "core/decide.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"

/* Whether it speaks as the right side is a fault of the report (decide_capacity.c), with its place. */
static enum refusal permit_report(const struct engine *e, const struct command *cmd, struct outcome *outcome)
{
    for (uint16_t i = 0; i < cmd->u.report.n; i++) {
        const struct pool_kept *p = engine_pool(e, cmd->u.report.list[i].pool);

        if (is_own_pool(&cmd->actor, p))
            continue;
        outcome->fault_index = i;
        outcome->pool = cmd->u.report.list[i].pool;
        return p == NULL ? REFUSAL_NOT_FOUND : REFUSAL_NOT_ALLOWED;
    }
    return REFUSAL_NONE;
}

static bool permits_care(const struct engine *e, const struct command *cmd)
{
    const struct actor *a = &cmd->actor;
    const struct care_command *c = cmd->u.care;
    const struct mdo *m = engine_mdo(e, c->id);
    const struct referral *r = engine_referral(e, c->referral);
    const struct mdo_item *i = NULL;
    struct regie held;

    switch ((int)cmd->kind) { /* only those of care come here */
    case CMD_CONVENE_MDO:
    case CMD_ASK_CONSULT:
        return is_close(e, a, r);
    case CMD_INVITE_MDO:
    case CMD_DATE_MDO:
    case CMD_CLOSE_MDO:
        return leads_mdo(e, a, m);
    case CMD_ANSWER_MDO:
        return m != NULL && mdo_participant_of(m, a->org) != NULL;
    case CMD_NOTE_MDO:
        return has_joined(a, m);
    case CMD_MOVE_ITEM:
        i = engine_mdo_item(e, c->id);
        return i != NULL && has_joined(a, engine_mdo(e, i->mdo));
    case CMD_NAME_REGIE:
        return is_regie(e, a, r);
    case CMD_OFFER_REGIE:
    case CMD_END_REGIE:
        return is_regie(e, a, r) || may_let_go_of_regie(e, a, r) ||
               (cmd->kind == CMD_END_REGIE && is_close(e, a, r) &&
                engine_regie(e, r->id).state == REGIE_ENDED);
    case CMD_TAKE_REGIE:
    case CMD_KEEP_REGIE:
        held = engine_regie(e, c->referral);
        if (cmd->kind == CMD_TAKE_REGIE && may_relieve_regie(e, a, r))
            return true;
        return holds_regie_for(e, a, r) &&
               (held.offered_to.v == a->org.v || held.holder.v == a->org.v || held.was_offered.v == a->org.v);
    case CMD_ANSWER_CONSULT:
        return engine_consult(e, c->id) != NULL && engine_consult(e, c->id)->to.v == a->org.v;
    case CMD_CLOSE_CONSULT:
        return is_in_consult(a, engine_consult(e, c->id));
    default:
        return false;
    }
}

/* Its owner does with it what it will; who it is offered to may take it; the others who see it may only look.
 */
static enum refusal permit_clock(const struct engine *e, const struct command *cmd)
{
    const struct stay_clock *c = engine_clock(e, cmd->u.clock.clock);
    const struct actor *a = &cmd->actor;

    if (c == NULL || !may_see_clock(e, a, c))
        return REFUSAL_NOT_FOUND;
    if (is_of_desk(a, c->owner, c->desk) || (cmd->kind == CMD_TAKE_CLOCK && c->offered_to.v == a->org.v))
        return REFUSAL_NONE;
    return REFUSAL_NOT_ALLOWED;
}

bool permit_role(const struct engine *e, const struct command *cmd)
{
    return role_may_command(&cmd->actor, cmd->kind) && is_who_it_says(e, &cmd->actor);
}

enum refusal permit_command(const struct engine *e, const struct command *cmd, struct outcome *outcome)
{
    const struct actor *a = &cmd->actor;
    const struct referral *r = NULL;
    bool is_visible = true;

    if (!permit_role(e, cmd))
        return REFUSAL_NOT_ALLOWED;
    switch (cmd->kind) {
    case CMD_REPORT_CAPACITY:
        return permit_report(e, cmd, outcome);
    case CMD_ASK:
        r = engine_referral(e, cmd->u.ask.referral);
        is_visible = is_own_referral(a, r) || is_live_keeper(e, a, r);
        break;
    case CMD_SEE_REQUEST:
    case CMD_ACCEPT:
    case CMD_DECLINE:
    case CMD_CONFIRM_ARRIVAL:
        is_visible = is_party(e, a, engine_request(e, cmd->u.answer.request));
        break;
    case CMD_TRAVEL:
    case CMD_NO_SHOW:
    case CMD_WITHDRAW:
        r = engine_referral(e, cmd->u.referral.referral);
        is_visible = is_own_referral(a, r) || is_receiving(e, a, r);
        break;
    /* ---- timers and escalation ---- */
    case CMD_EXTEND_REQUEST:
        is_visible = is_party(e, a, engine_request(e, cmd->u.answer.request));
        break;
    case CMD_EXTEND_HOLD:
    case CMD_TAKE_OVER:
        is_visible = is_own_referral(a, engine_referral(e, cmd->u.referral.referral));
        break;
    case CMD_ACKNOWLEDGE_ALARM:
    case CMD_HAND_OVER:
        is_visible = is_own_referral(a, engine_referral(e, cmd->u.escalation.referral));
        break;
    /* ---- no bed: bridges and the unplaced register ---- */
    case CMD_OPEN_BRIDGE:
        is_visible = is_own_referral(a, engine_referral(e, cmd->u.open_bridge.referral));
        break;
    case CMD_CHANGE_BRIDGE:
        is_visible = is_party_to_bridge(e, a, engine_bridge(e, cmd->u.open_bridge.bridge));
        break;
    case CMD_START_BRIDGE:
    case CMD_CHECK_IN:
    case CMD_END_BRIDGE:
    case CMD_BRIDGE_TRAVEL:
        is_visible = is_party_to_bridge(e, a, engine_bridge(e, cmd->u.bridge.bridge));
        break;
    case CMD_FUND_BRIDGE:
        is_visible = is_party_to_bridge(e, a, engine_bridge(e, cmd->u.fund_bridge.bridge));
        break;
    case CMD_NOTE_NIGHT:
    case CMD_CLOSE_REFERRAL:
        is_visible = is_own_referral(a, engine_referral(e, cmd->u.night.referral));
        break;
    /* ---- gatekeepers ---- */
    case CMD_GATE_SEND:
        is_visible = is_own_referral(a, engine_referral(e, cmd->u.gate.referral));
        break;
    case CMD_GATE_TAKE:
    case CMD_GATE_ASK_BACK:
    case CMD_GATE_ASSENT:
    case CMD_GATE_RETURN:
        is_visible = is_keeper(a, engine_gate(e, cmd->u.gate.gate));
        break;
    case CMD_GATE_ANSWER:
    case CMD_GATE_WITHDRAW:
        is_visible = is_sender(e, a, engine_gate(e, cmd->u.gate.gate));
        break;
    case CMD_FIND_RESIDENCE:
        r = engine_referral(e, cmd->u.residence.referral);
        is_visible = is_own_referral(a, r) || is_host(e, a, r) || is_live_keeper(e, a, r);
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case CMD_DEPART:
    case CMD_STAY_READY:
    case CMD_FUND_STAY:
    case CMD_GIVE_RETURN_CODE:
        is_visible = is_stay_house(e, a, engine_stay(e, cmd->u.stay.stay));
        break;
    case CMD_RESUME_STAY: /* which of the two, its departure says */
        is_visible = may(e, a, ACT_SEE_STAY, cmd->u.stay.stay.v);
        break;
    case CMD_DATE_NIGHTS:
        if (cmd->u.dates.bridge.v != 0)
            is_visible =
                cmd->u.dates.stay.v == 0 && is_party_to_bridge(e, a, engine_bridge(e, cmd->u.dates.bridge));
        else
            is_visible = is_stay_house(e, a, engine_stay(e, cmd->u.dates.stay));
        break;
    case CMD_START_CLOCK:
        r = engine_referral(e, cmd->u.clock.referral);
        is_visible = is_own_referral(a, r) || is_host(e, a, r);
        break;
    case CMD_TAKE_CLOCK:
    case CMD_OFFER_CLOCK:
    case CMD_PROLONG_CLOCK:
    case CMD_STOP_CLOCK:
        return permit_clock(e, cmd);
    /* ---- MDO, regiehouder, consult ---- */
    case CMD_CONVENE_MDO:
    case CMD_INVITE_MDO:
    case CMD_ANSWER_MDO:
    case CMD_DATE_MDO:
    case CMD_CLOSE_MDO:
    case CMD_NOTE_MDO:
    case CMD_MOVE_ITEM:
    case CMD_OFFER_REGIE:
    case CMD_TAKE_REGIE:
    case CMD_NAME_REGIE:
    case CMD_KEEP_REGIE:
    case CMD_END_REGIE:
    case CMD_ASK_CONSULT:
    case CMD_ANSWER_CONSULT:
    case CMD_CLOSE_CONSULT:
        is_visible = permits_care(e, cmd);
        break;
    /* ---- warm handover, keys and notes ---- */
    case CMD_MAKE_KEY:
        return has_keys(e, a) ? REFUSAL_NONE : REFUSAL_NOT_ALLOWED;
    case CMD_CONFIRM_KEY:
    case CMD_CONFIRM_KEY_LOSS:
    case CMD_KEEP_KEY:
        is_visible = is_own_key(e, a, cmd->u.key);
        break;
    case CMD_LOSE_KEY:
        is_visible = is_own_key(e, a, cmd->u.key_loss.key);
        break;
    case CMD_HANDOVER_ITEM:
        is_visible = is_of_handover(e, a, cmd->u.item.referral);
        break;
    case CMD_WRITE_NOTE:
        is_visible = is_of_handover(e, a, cmd->u.write_note->referral);
        break;
    case CMD_PICK_UP_NOTE:
        is_visible = may_read_note(e, a, cmd->u.note.v);
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case CMD_REPORT_LEAK:
        is_visible = is_own_location(e, a, cmd->u.safety.location);
        break;
    case CMD_CONFIRM_LEAK:
    case CMD_WITHDRAW_LEAK:
    case CMD_ASK_LIFT:
    case CMD_LIFT_LEAK:
        is_visible = may_see_leak(e, a, cmd->u.safety.leak);
        break;
    case CMD_ASK_CONFLICT: /* the gatekeeper that made the request, too */
        is_visible = may_see_request(e, a, cmd->u.safety.request);
        break;
    case CMD_ANSWER_CONFLICT:
        is_visible = is_party(e, a, engine_request(e, cmd->u.safety.request));
        break;
    case CMD_SET_SURGE:
    case CMD_DEFINE_ORG:
    case CMD_DEFINE_LOCATION:
    case CMD_DEFINE_POOL:
    case CMD_OPEN_REFERRAL:
    case CMD_TICK:
    case CMD_ANNOUNCE:
    case CMD_N:
        break;
    }
    return is_visible ? REFUSAL_NONE : REFUSAL_NOT_FOUND;
}

bool may_command(const struct engine *e, const struct command *cmd)
{
    struct outcome unused = {0};

    return permit_command(e, cmd, &unused) == REFUSAL_NONE;
}
