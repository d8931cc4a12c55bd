/* Which role gives which command and does which action, and in which kind of organisation a role exists. What
 * a table does not name is denied, whatever the object. */
#include "core/audience/audience_parts.h"

#define R(role) (1u << ROLE_##role)
#define K(kind) (1u << ORG_##kind)

/* The kinds of organisation in which a role exists; without a row there is none. MACHINE speaks for the
 * organisations it carries and may be the operator's; SYSTEM has no organisation at all. */
static const uint8_t role_org_kinds[ROLE_N] = {
    [ROLE_REFERRER] = K(VEILIG_THUIS) | K(SHELTER),
    [ROLE_SHELTER] = K(SHELTER),
    [ROLE_COMENSHA] = K(COMENSHA),
    [ROLE_MUNICIPALITY] = K(MUNICIPALITY),
    [ROLE_RAPPORTEUR] = K(RAPPORTEUR),
    [ROLE_ORG_ADMIN] = K(SHELTER) | K(VEILIG_THUIS) | K(COMENSHA) | K(MUNICIPALITY) | K(RAPPORTEUR),
    [ROLE_EXCHANGE_ADMIN] = K(OPERATOR),
    [ROLE_GATEKEEPER] = K(MUNICIPALITY),
};

static const uint16_t command_roles[CMD_N] = {
    [CMD_DEFINE_ORG] = R(SYSTEM) | R(EXCHANGE_ADMIN),
    [CMD_DEFINE_LOCATION] = R(SYSTEM) | R(EXCHANGE_ADMIN),
    [CMD_DEFINE_POOL] = R(SYSTEM) | R(EXCHANGE_ADMIN),
    [CMD_REPORT_CAPACITY] = R(SHELTER) | R(MACHINE),
    [CMD_OPEN_REFERRAL] = R(REFERRER) | R(COMENSHA),
    [CMD_ASK] = R(REFERRER) | R(COMENSHA) | R(GATEKEEPER),
    [CMD_SEE_REQUEST] = R(SHELTER),
    [CMD_ACCEPT] = R(SHELTER),
    [CMD_DECLINE] = R(SHELTER),
    [CMD_TRAVEL] = R(REFERRER) | R(COMENSHA),
    [CMD_CONFIRM_ARRIVAL] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_NO_SHOW] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_WITHDRAW] = R(REFERRER) | R(COMENSHA),
    [CMD_TICK] = R(SYSTEM),
    [CMD_ANNOUNCE] = R(SYSTEM),
    /* ---- timers and escalation ---- */
    [CMD_EXTEND_REQUEST] = R(SHELTER),
    [CMD_EXTEND_HOLD] = R(REFERRER) | R(COMENSHA),
    [CMD_ACKNOWLEDGE_ALARM] = R(REFERRER) | R(COMENSHA),
    [CMD_HAND_OVER] = R(REFERRER) | R(COMENSHA),
    [CMD_TAKE_OVER] = R(REFERRER) | R(COMENSHA),
    /* ---- no bed: bridges and the unplaced register ---- */
    [CMD_OPEN_BRIDGE] = R(REFERRER) | R(COMENSHA),
    [CMD_CHANGE_BRIDGE] = R(REFERRER) | R(COMENSHA),
    [CMD_START_BRIDGE] = R(REFERRER) | R(COMENSHA),
    [CMD_CHECK_IN] = R(REFERRER) | R(COMENSHA),
    [CMD_END_BRIDGE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_FUND_BRIDGE] = R(SHELTER),
    [CMD_BRIDGE_TRAVEL] = R(REFERRER) | R(COMENSHA),
    [CMD_NOTE_NIGHT] = R(REFERRER) | R(COMENSHA),
    [CMD_CLOSE_REFERRAL] = R(REFERRER) | R(COMENSHA),
    /* ---- gatekeepers ---- */
    [CMD_GATE_SEND] = R(REFERRER) | R(COMENSHA),
    [CMD_GATE_TAKE] = R(COMENSHA) | R(GATEKEEPER),
    [CMD_GATE_ASK_BACK] = R(COMENSHA) | R(GATEKEEPER),
    [CMD_GATE_ANSWER] = R(REFERRER) | R(COMENSHA),
    [CMD_GATE_ASSENT] = R(GATEKEEPER),
    [CMD_GATE_RETURN] = R(COMENSHA) | R(GATEKEEPER),
    [CMD_GATE_WITHDRAW] = R(REFERRER) | R(COMENSHA),
    [CMD_FIND_RESIDENCE] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    /* ---- stays, clocks, nights and funding ---- */
    [CMD_DEPART] = R(SHELTER),
    [CMD_DATE_NIGHTS] = R(SHELTER),
    [CMD_RESUME_STAY] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_STAY_READY] = R(SHELTER),
    [CMD_FUND_STAY] = R(SHELTER),
    [CMD_GIVE_RETURN_CODE] = R(SHELTER),
    [CMD_START_CLOCK] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_OFFER_CLOCK] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_TAKE_CLOCK] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_PROLONG_CLOCK] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    [CMD_STOP_CLOCK] = R(SHELTER) | R(REFERRER) | R(COMENSHA),
    /* ---- MDO, regiehouder, consult ---- */
    [CMD_CONVENE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_INVITE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_ANSWER_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [CMD_DATE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_CLOSE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_NOTE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [CMD_MOVE_ITEM] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [CMD_OFFER_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_TAKE_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_NAME_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_KEEP_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_END_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_ASK_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_ANSWER_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_CLOSE_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    /* ---- warm handover, keys and notes ---- */
    [CMD_MAKE_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_CONFIRM_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_LOSE_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_CONFIRM_KEY_LOSS] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_KEEP_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_HANDOVER_ITEM] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_WRITE_NOTE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_PICK_UP_NOTE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    /* ---- location leaked, surge, conflict check ---- */
    [CMD_REPORT_LEAK] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [CMD_CONFIRM_LEAK] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [CMD_WITHDRAW_LEAK] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [CMD_ASK_LIFT] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [CMD_LIFT_LEAK] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [CMD_SET_SURGE] = R(EXCHANGE_ADMIN),
    [CMD_ASK_CONFLICT] = R(REFERRER) | R(COMENSHA) | R(GATEKEEPER),
    [CMD_ANSWER_CONFLICT] = R(SHELTER),
};

static const uint16_t action_roles[ACT_N] = {
    [ACT_SEARCH] = R(REFERRER) | R(COMENSHA),
    [ACT_SEE_POOL] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(MACHINE) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN) |
                     R(GATEKEEPER),
    [ACT_SEE_REFERRAL] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [ACT_SEE_REQUEST] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [ACT_REVEAL_LOCATION] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_STATISTICS] = R(MUNICIPALITY) | R(RAPPORTEUR),
    [ACT_SEE_CAPACITY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(MUNICIPALITY) | R(RAPPORTEUR) |
                         R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_MANAGE_ACCOUNTS] = R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_TELL_FEED] = R(MACHINE),
    [ACT_SEE_FEEDS] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_REPLAY_FEED] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_UPLOAD] = R(SHELTER) | R(ORG_ADMIN),
    [ACT_SEE_NOTIFICATIONS] = R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    /* ---- timers and escalation ---- */
    [ACT_SEE_DELIVERY] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    /* ---- no bed: bridges and the unplaced register ---- */
    [ACT_SEE_NOBED] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_BRIDGE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_UNPLACED] = R(REFERRER) | R(COMENSHA) | R(MUNICIPALITY) | R(RAPPORTEUR),
    /* ---- gatekeepers ---- */
    [ACT_WORK_GATE] = R(COMENSHA) | R(GATEKEEPER),
    [ACT_RING_GATE] = R(REFERRER) | R(COMENSHA),
    [ACT_SEE_GATE] = R(REFERRER) | R(COMENSHA) | R(GATEKEEPER),
    /* ---- stays, clocks, nights and funding ---- */
    [ACT_SEE_STAY] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_STAYS] = R(REFERRER) | R(COMENSHA) | R(SHELTER), /* of households: no administrator's business */
    [ACT_SEE_CLOCK] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_CLOCK_CASE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_OPEN_RETURN] = R(REFERRER) | R(COMENSHA),
    [ACT_SEE_STATEMENT] = R(MUNICIPALITY) | R(RAPPORTEUR) | R(SHELTER) | R(ORG_ADMIN),
    [ACT_SEE_FUNDING_FLAGS] = R(MUNICIPALITY) | R(RAPPORTEUR),
    /* ---- MDO, regiehouder, consult ---- */
    [ACT_SEE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    [ACT_SEE_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_ORGANISATIONS] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(GATEKEEPER),
    /* ---- warm handover, keys and notes ---- */
    [ACT_SEE_KEYS] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [ACT_SEE_HANDOVER] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_READ_NOTE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    /* ---- location leaked, surge, conflict check ---- */
    [ACT_SEE_LOCATIONS] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_SEE_LEAK] = R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN),
    [ACT_SEE_SURGE] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN) | R(EXCHANGE_ADMIN) |
                      R(MUNICIPALITY) | R(RAPPORTEUR) | R(GATEKEEPER),
};

/* ---- who the actor is ---- */

static bool has_role(uint16_t roles, const struct actor *a)
{
    return (unsigned)a->role < ROLE_N && ((unsigned)roles >> (unsigned)a->role & 1u) != 0;
}

bool role_may_command(const struct actor *a, enum command_kind kind)
{
    return (unsigned)kind < CMD_N && has_role(command_roles[kind], a);
}

bool role_may_act(const struct actor *a, enum action action)
{
    return (unsigned)action < ACT_N && has_role(action_roles[action], a);
}

bool is_who_it_says(const struct engine *e, const struct actor *a)
{
    const struct org *o = engine_org(e, a->org);

    if (a->role == ROLE_SYSTEM)
        return true;
    /* What it carries decides, one by one. */
    if (a->role == ROLE_MACHINE)
        return a->n_carries > 0;
    return o != NULL && (unsigned)a->role < ROLE_N &&
           ((unsigned)role_org_kinds[a->role] >> (unsigned)o->kind & 1u) != 0;
}
