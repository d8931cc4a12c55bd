/* Tables first, then the object: a role that a table does not name may not; an object of another organisation
 * does not exist for the asker. */
#include "core/audience.h"

#include "base/check.h"
#include "core/decide.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"

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
    [CMD_START_BRIDGE] = R(REFERRER) | R(COMENSHA),
    [CMD_CHECK_IN] = R(REFERRER) | R(COMENSHA),
    [CMD_END_BRIDGE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
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
    [CMD_FIND_RESIDENCE] = R(REFERRER) | R(COMENSHA),
    /* ---- stays, clocks, nights and funding ---- */
    [CMD_DEPART] = R(SHELTER),
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
    [CMD_ANSWER_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_DATE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_CLOSE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_NOTE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_MOVE_ITEM] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_OFFER_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_TAKE_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_KEEP_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_END_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_ASK_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_ANSWER_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [CMD_CLOSE_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    /* ---- warm handover, keys and notes ---- */
    [CMD_MAKE_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_CONFIRM_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [CMD_LOSE_KEY] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
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
    [CMD_ASK_CONFLICT] = R(REFERRER) | R(COMENSHA),
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
    [ACT_SEE_UNPLACED] = R(REFERRER) | R(COMENSHA) | R(MUNICIPALITY) | R(RAPPORTEUR),
    /* ---- gatekeepers ---- */
    [ACT_WORK_GATE] = R(COMENSHA) | R(GATEKEEPER),
    [ACT_SEE_GATE] = R(REFERRER) | R(COMENSHA) | R(GATEKEEPER),
    /* ---- stays, clocks, nights and funding ---- */
    [ACT_SEE_STAY] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_STAYS] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [ACT_SEE_CLOCK] = R(REFERRER) | R(COMENSHA) | R(SHELTER) | R(ORG_ADMIN),
    [ACT_OPEN_RETURN] = R(REFERRER) | R(COMENSHA),
    [ACT_SEE_STATEMENT] = R(MUNICIPALITY) | R(RAPPORTEUR) | R(SHELTER) | R(ORG_ADMIN),
    [ACT_SEE_FUNDING_FLAGS] = R(MUNICIPALITY) | R(RAPPORTEUR),
    /* ---- MDO, regiehouder, consult ---- */
    [ACT_SEE_MDO] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_REGIE] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_CONSULT] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
    [ACT_SEE_ORGANISATIONS] = R(REFERRER) | R(COMENSHA) | R(SHELTER),
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

static const enum capacity_sight capacity_sights[ROLE_N] = {
    [ROLE_REFERRER] = CAPACITY_PER_POOL,       [ROLE_COMENSHA] = CAPACITY_PER_POOL,
    [ROLE_EXCHANGE_ADMIN] = CAPACITY_PER_POOL, [ROLE_SHELTER] = CAPACITY_OWN,
    [ROLE_ORG_ADMIN] = CAPACITY_OWN,           [ROLE_MUNICIPALITY] = CAPACITY_AGGREGATED,
    [ROLE_RAPPORTEUR] = CAPACITY_AGGREGATED,
};

/* ---- who the actor is ---- */

static bool has_role(uint16_t roles, const struct actor *a)
{
    return (unsigned)a->role < ROLE_N && ((unsigned)roles >> (unsigned)a->role & 1u) != 0;
}

static bool is_who_it_says(const struct engine *e, const struct actor *a)
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

static bool carries(const struct actor *a, struct org_id org)
{
    for (uint16_t i = 0; i < a->n_carries; i++) {
        if (a->carries[i].v == org.v)
            return true;
    }
    return false;
}

/* The pool is of the house (or, for a machine, of a house) that the actor speaks for. */
static bool is_own_pool(const struct actor *a, const struct pool_kept *p)
{
    if (p == NULL)
        return false;
    if (a->role == ROLE_MACHINE)
        return carries(a, p->org);
    return a->org.v == p->org.v && (a->location.v == 0 || a->location.v == p->location.v);
}

static bool is_referrer(const struct actor *a)
{
    return a->role == ROLE_REFERRER || a->role == ROLE_COMENSHA;
}

static bool is_own_referral(const struct actor *a, const struct referral *r)
{
    return r != NULL && is_referrer(a) && a->org.v == r->org.v;
}

/* The desk in whose queue the gate request is. */
static bool is_keeper(const struct actor *a, const struct gate *g)
{
    return g != NULL && (a->role == ROLE_COMENSHA || a->role == ROLE_GATEKEEPER) && a->org.v == g->org.v;
}

static bool is_sender(const struct engine *e, const struct actor *a, const struct gate *g)
{
    return g != NULL && is_own_referral(a, engine_referral(e, g->referral));
}

/* The desk that is needed for the referral now: as long as that lasts, it sees the whole file. */
static bool is_live_keeper(const struct engine *e, const struct actor *a, const struct referral *r)
{
    return r != NULL && is_keeper(a, gate_live_at(e, r, a->org));
}

/* ---- may: commands ---- */

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

static bool is_party(const struct engine *e, const struct actor *a, const struct request *q)
{
    if (q == NULL)
        return false;
    if (a->role == ROLE_SHELTER)
        return is_own_pool(a, engine_pool(e, q->pool));
    return is_own_referral(a, engine_referral(e, q->referral));
}

/* The shelter that said yes to the referral, as long as that yes stands. Also when the household has left: it
 * reads the return code out to them from the same page. A bridge bed's house is one, beside the house of the
 * place that the household waits for. */
static bool is_host(const struct engine *e, const struct actor *a, const struct referral *r)
{
    if (r == NULL || a->role != ROLE_SHELTER)
        return false;
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        bool stands = q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED;

        if (stands && is_own_pool(a, engine_pool(e, q->pool)))
            return true;
    }
    return false;
}

/* The host whose place it is that the household came for. One that has a bed for the meantime receives nobody
 * for another house, and must not undo another's yes by saying that nobody came. */
static bool is_receiving(const struct engine *e, const struct actor *a, const struct referral *r)
{
    const struct request *q = handover_request(e, r);

    return q != NULL && is_host(e, a, r) && is_own_pool(a, engine_pool(e, q->pool));
}

/* ---- care: who sits at the table, who co-ordinates, who was asked ---- */

/* The co-ordinator sees what it co-ordinates. In the organisation whose referral it is that is its referrers,
 * and not the desk of a house of the same organisation. */
static bool is_regie(const struct engine *e, const struct actor *a, const struct referral *r)
{
    if (r == NULL || (!is_referrer(a) && a->role != ROLE_SHELTER) ||
        engine_regie(e, r->id).holder.v != a->org.v)
        return false;
    return is_referrer(a) || r->org.v != a->org.v;
}

/* Whose referral it is, who took the household in, and who co-ordinates. */
static bool is_close(const struct engine *e, const struct actor *a, const struct referral *r)
{
    return is_own_referral(a, r) || is_host(e, a, r) || is_regie(e, a, r);
}

/* At the table: invited (who then only knows that it is), or joined. */
static bool sits_in(const struct actor *a, const struct mdo *m)
{
    const struct mdo_participant *p = m != NULL ? mdo_participant_of(m, a->org) : NULL;

    return p != NULL && (p->state == PARTICIPANT_INVITED || p->state == PARTICIPANT_JOINED);
}

static bool has_joined(const struct actor *a, const struct mdo *m)
{
    return sits_in(a, m) && mdo_participant_of(m, a->org)->state == PARTICIPANT_JOINED;
}

static bool is_in_consult(const struct actor *a, const struct consult *c)
{
    return c != NULL && (a->org.v == c->from.v || a->org.v == c->to.v);
}

/* Who called the table together leads it while the household is its concern; who co-ordinates, in any case.
 */
static bool leads_mdo(const struct engine *e, const struct actor *a, const struct mdo *m)
{
    const struct referral *r = m != NULL ? engine_referral(e, m->referral) : NULL;

    return m != NULL && ((a->org.v == m->convened_by.v && is_close(e, a, r)) || is_regie(e, a, r));
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
    case CMD_OFFER_REGIE:
    case CMD_END_REGIE:
        return is_regie(e, a, r) || (cmd->kind == CMD_END_REGIE && is_close(e, a, r) &&
                                     engine_regie(e, r->id).state == REGIE_ENDED);
    case CMD_TAKE_REGIE:
    case CMD_KEEP_REGIE:
        held = engine_regie(e, c->referral);
        return r != NULL && (held.offered_to.v == a->org.v || held.holder.v == a->org.v);
    case CMD_ANSWER_CONSULT:
        return engine_consult(e, c->id) != NULL && engine_consult(e, c->id)->to.v == a->org.v;
    case CMD_CLOSE_CONSULT:
        return is_in_consult(a, engine_consult(e, c->id));
    default:
        return false;
    }
}

/* The referrer's own, or for a bridge bed the house that has it. */
static bool is_party_to_bridge(const struct engine *e, const struct actor *a, const struct bridge *b)
{
    if (b == NULL)
        return false;
    if (a->role == ROLE_SHELTER)
        return b->kind == BRIDGE_BED && is_party(e, a, engine_request(e, b->request));
    return is_own_referral(a, engine_referral(e, b->referral));
}

/* ---- stays and clocks ---- */

static bool is_stay_house(const struct engine *e, const struct actor *a, const struct stay *s)
{
    return s != NULL && a->role == ROLE_SHELTER && is_own_pool(a, engine_pool(e, s->pool));
}

static bool may_see_stay(const struct engine *e, const struct actor *a, const struct stay *s)
{
    return s != NULL && (is_stay_house(e, a, s) || is_own_referral(a, engine_referral(e, s->referral)));
}

/* The desk of one house speaks for the clocks of that house, and for those that no house has. */
static bool is_of_desk(const struct actor *a, struct org_id org, struct location_id desk)
{
    return a->org.v == org.v && (a->location.v == 0 || desk.v == 0 || a->location.v == desk.v);
}

static bool may_see_clock(const struct engine *e, const struct actor *a, const struct stay_clock *c)
{
    const struct referral *r = c != NULL ? engine_referral(e, c->referral) : NULL;

    if (c == NULL)
        return false;
    return is_of_desk(a, c->owner, c->desk) || (c->offered_to.v != 0 && c->offered_to.v == a->org.v) ||
           is_own_referral(a, r) || is_host(e, a, r);
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

struct statement_audience audience_of_statement(const struct engine *e, const struct actor *a)
{
    struct statement_audience seen = {.region = REGION_NONE};
    const struct org *o = engine_org(e, a->org);

    if (!has_role(action_roles[ACT_SEE_STATEMENT], a) || !is_who_it_says(e, a))
        return seen;
    seen.sees = true;
    if (a->role == ROLE_MUNICIPALITY) {
        seen.region = o->region;
        seen.sees = o->region != REGION_NONE;
    } else if (a->role != ROLE_RAPPORTEUR) {
        seen.org = a->org;
        seen.whole = true;
        seen.sees = o->kind == ORG_SHELTER;
    }
    return seen;
}

/* Keys are of organisations that notes and night sheets go to. */
static bool has_keys(const struct engine *e, const struct actor *a)
{
    enum org_kind kind = engine_org(e, a->org)->kind;

    return kind == ORG_SHELTER || kind == ORG_VEILIG_THUIS || kind == ORG_COMENSHA;
}

static bool is_own_key(const struct engine *e, const struct actor *a, struct org_key_id id)
{
    const struct org_key *k = engine_org_key(e, id);

    return k != NULL && k->org.v == a->org.v;
}

static bool is_of_handover(const struct engine *e, const struct actor *a, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    return is_own_referral(a, r) || is_receiving(e, a, r);
}

/* Its receiver, at the desk of the house that said yes where it is a house; after a no show, and after the
 * household has left, the house is no receiver any more. */
static bool may_read_note(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct sealed_note *n =
        object <= UINT32_MAX ? engine_note(e, (struct note_id){(uint32_t)object}) : NULL;
    const struct request *q = n != NULL ? engine_request(e, n->request) : NULL;

    if (q == NULL || (q->state != REQUEST_ACCEPTED && q->state != REQUEST_ADMITTED))
        return false;
    if (n->from == HANDOVER_HOUSE)
        return is_own_referral(a, engine_referral(e, n->referral));
    return a->role == ROLE_SHELTER && q->left_at_ms == 0 && is_own_pool(a, engine_pool(e, q->pool));
}

/* ---- safety ---- */

/* The people of the house itself, and the exchange's administrators: where a place is known to who must not
 * know it, nobody else is told that it is. */
static bool is_own_location(const struct engine *e, const struct actor *a, struct location_id id)
{
    const struct location *l = engine_location(e, id);

    if (l == NULL)
        return false;
    if (a->role == ROLE_EXCHANGE_ADMIN)
        return true;
    return (a->role == ROLE_SHELTER || a->role == ROLE_ORG_ADMIN) && a->org.v == l->org.v &&
           (a->location.v == 0 || a->location.v == l->id.v);
}

static bool may_see_leak(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct leak *l = object <= UINT32_MAX ? engine_leak(e, (uint32_t)object) : NULL;

    return l != NULL && is_own_location(e, a, l->location);
}

bool permit_role(const struct engine *e, const struct command *cmd)
{
    return (unsigned)cmd->kind < CMD_N && has_role(command_roles[cmd->kind], &cmd->actor) &&
           is_who_it_says(e, &cmd->actor);
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
    case CMD_START_BRIDGE:
    case CMD_CHECK_IN:
    case CMD_END_BRIDGE:
        is_visible = is_party_to_bridge(e, a, engine_bridge(e, cmd->u.bridge.bridge));
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
        is_visible = is_own_referral(a, r);
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case CMD_DEPART:
    case CMD_STAY_READY:
    case CMD_FUND_STAY:
    case CMD_GIVE_RETURN_CODE:
        is_visible = is_stay_house(e, a, engine_stay(e, cmd->u.stay.stay));
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
    case CMD_LOSE_KEY:
        is_visible = is_own_key(e, a, cmd->u.key);
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
    case CMD_ASK_CONFLICT:
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

/* ---- may: looking ---- */

static bool may_see_pool(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct pool_kept *p =
        object <= UINT32_MAX ? engine_pool(e, (struct pool_id){(uint32_t)object}) : NULL;

    if (p == NULL)
        return false;
    if (engine_pool_is_hidden(e, p->id))
        return a->role == ROLE_EXCHANGE_ADMIN || (!is_referrer(a) && is_own_pool(a, p));
    if (a->role == ROLE_GATEKEEPER)
        return gate_keeper_of_pool(e, p->id) == GATEKEEPER_GI;
    return is_referrer(a) || a->role == ROLE_EXCHANGE_ADMIN || is_own_pool(a, p);
}

/* A gatekeeper sees what becomes of the requests made through it; the address is not for it. */
static bool may_see_request(const struct engine *e, const struct actor *a, struct request_id id)
{
    const struct request *q = engine_request(e, id);

    return is_party(e, a, q) || (q != NULL && is_keeper(a, engine_gate(e, q->gate)));
}

static bool may_see_gate(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct gate *g = object <= UINT32_MAX ? engine_gate(e, (struct gate_id){(uint32_t)object}) : NULL;

    return object == 0 || is_keeper(a, g) || is_sender(e, a, g);
}

static bool may_reveal(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct request *q = engine_request(e, (struct request_id){object});

    if (!is_party(e, a, q))
        return false;
    return a->role == ROLE_SHELTER || (q->state == REQUEST_ACCEPTED && !engine_pool_is_hidden(e, q->pool));
}

/* A file is read by the profile of an organisation that has places. */
static bool may_upload(const struct engine *e, const struct actor *a, uint64_t object)
{
    return engine_org(e, a->org)->kind == ORG_SHELTER && (object == 0 || object == a->org.v);
}

/* How a provider answers is its own business: nobody else's, but the exchange's that must help it. */
static bool may_see_delivery(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct org *o = object <= UINT32_MAX ? engine_org(e, (struct org_id){(uint32_t)object}) : NULL;

    if (object == 0)
        return a->role == ROLE_EXCHANGE_ADMIN || engine_org(e, a->org)->kind == ORG_SHELTER;
    if (o == NULL || o->kind != ORG_SHELTER)
        return false;
    return a->role == ROLE_EXCHANGE_ADMIN || object == a->org.v;
}

/* Who a machine reads as: nobody, but for what it is enrolled to read. */
static struct actor reader_of(const struct actor *a)
{
    if (a->role != ROLE_MACHINE)
        return *a;
    return (struct actor){.role = a->reads_as, .org = a->reads_for};
}

struct capacity_audience audience_of_capacity(const struct engine *e, const struct actor *actor)
{
    struct actor a = reader_of(actor);
    struct capacity_audience seen = {.sight = CAPACITY_NONE, .region = REGION_NONE};

    if (!has_role(action_roles[ACT_SEE_CAPACITY], &a) || !is_who_it_says(e, &a))
        return seen;
    seen.sight = capacity_sights[a.role];
    if (seen.sight == CAPACITY_OWN)
        seen.org = a.org;
    if (a.role == ROLE_MUNICIPALITY) {
        seen.region = engine_org(e, a.org)->region;
        if (seen.region == REGION_NONE) /* of no region: not of all of them */
            seen.sight = CAPACITY_NONE;
    }
    return seen;
}

static bool may_see_capacity(const struct engine *e, const struct actor *actor, uint64_t object)
{
    const struct pool_kept *p =
        object <= UINT32_MAX ? engine_pool(e, (struct pool_id){(uint32_t)object}) : NULL;
    enum capacity_sight sight = audience_of_capacity(e, actor).sight;
    struct actor a = reader_of(actor);

    if (object == 0)
        return sight != CAPACITY_NONE;
    if (p == NULL)
        return false;
    if (sight == CAPACITY_PER_POOL && a.role != ROLE_EXCHANGE_ADMIN && engine_pool_is_hidden(e, p->id))
        return false;
    return sight == CAPACITY_PER_POOL || (sight == CAPACITY_OWN && is_own_pool(&a, p));
}

static bool may_see_mdo(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct mdo *m = object <= UINT32_MAX ? engine_mdo(e, (uint32_t)object) : NULL;

    return m != NULL && (sits_in(a, m) || is_close(e, a, engine_referral(e, m->referral)));
}

static bool may_see_regie(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct referral *r = engine_referral(e, (struct referral_id){object});

    return r != NULL && (is_close(e, a, r) || engine_regie(e, r->id).offered_to.v == a->org.v ||
                         has_joined(a, engine_mdo_of(e, r->id)));
}

bool may(const struct engine *e, const struct actor *a, enum action action, uint64_t object)
{
    if (action == ACT_SEE_CAPACITY) /* the one thing that a machine does as somebody else */
        return may_see_capacity(e, a, object);
    if ((unsigned)action >= ACT_N || !has_role(action_roles[action], a) || !is_who_it_says(e, a))
        return false;
    switch (action) {
    case ACT_SEARCH:
    case ACT_SEE_STATISTICS:
        return true;
    case ACT_SEE_POOL:
        return may_see_pool(e, a, object);
    case ACT_SEE_REFERRAL:
        return audience_of_referral(e, a, (struct referral_id){object}) == SIGHT_FULL;
    case ACT_SEE_REQUEST:
        return may_see_request(e, a, (struct request_id){object});
    case ACT_REVEAL_LOCATION:
        return may_reveal(e, a, object);
    case ACT_SEE_CAPACITY:
        break;
    case ACT_MANAGE_ACCOUNTS:
    case ACT_SEE_FEEDS:
    case ACT_REPLAY_FEED:
    case ACT_SEE_NOTIFICATIONS:
        return a->role == ROLE_EXCHANGE_ADMIN || object == 0 || object == a->org.v;
    case ACT_TELL_FEED:
        return object <= UINT32_MAX && carries(a, (struct org_id){(uint32_t)object});
    case ACT_UPLOAD:
        return may_upload(e, a, object);
    /* ---- timers and escalation ---- */
    case ACT_SEE_DELIVERY:
        return may_see_delivery(e, a, object);
    /* ---- no bed: bridges and the unplaced register ---- */
    case ACT_SEE_NOBED:
        return audience_of_referral(e, a, (struct referral_id){object}) == SIGHT_FULL;
    case ACT_SEE_UNPLACED:
        return true;
    /* ---- gatekeepers ---- */
    case ACT_WORK_GATE:
        return object <= UINT32_MAX && is_keeper(a, engine_gate(e, (struct gate_id){(uint32_t)object}));
    case ACT_SEE_GATE:
        return may_see_gate(e, a, object);
    /* ---- stays, clocks, nights and funding ---- */
    case ACT_SEE_STAY:
        return may_see_stay(e, a, engine_stay(e, (struct stay_id){object}));
    case ACT_SEE_CLOCK:
        return may_see_clock(e, a, engine_clock(e, (struct clock_id){object}));
    case ACT_SEE_STAYS:
        return object == 0 || object == a->org.v;
    case ACT_SEE_STATEMENT:
        return audience_of_statement(e, a).sees;
    case ACT_OPEN_RETURN:
        return true;
    case ACT_SEE_FUNDING_FLAGS:
        return a->role == ROLE_RAPPORTEUR || engine_org(e, a->org)->region != REGION_NONE;
    /* ---- MDO, regiehouder, consult ---- */
    case ACT_SEE_MDO:
        return may_see_mdo(e, a, object);
    case ACT_SEE_REGIE:
        return may_see_regie(e, a, object);
    case ACT_SEE_CONSULT:
        return is_in_consult(a, object <= UINT32_MAX ? engine_consult(e, (uint32_t)object) : NULL);
    case ACT_SEE_ORGANISATIONS:
        return true;
    /* ---- warm handover, keys and notes ---- */
    case ACT_SEE_KEYS:
        return has_keys(e, a);
    case ACT_SEE_HANDOVER:
        return is_of_handover(e, a, (struct referral_id){object});
    case ACT_READ_NOTE:
        return may_read_note(e, a, object);
    /* ---- location leaked, surge, conflict check ---- */
    case ACT_SEE_LOCATIONS:
        return object == 0 || is_own_location(e, a, (struct location_id){(uint32_t)object});
    case ACT_SEE_LEAK:
        return object == 0 || may_see_leak(e, a, object);
    case ACT_SEE_SURGE:
        return true;
    case ACT_N:
        break;
    }
    return false;
}

enum sight audience_of_mdo(const struct engine *e, const struct actor *a, uint32_t id)
{
    const struct mdo *m = engine_mdo(e, id);

    if (m == NULL || !may(e, a, ACT_SEE_MDO, id))
        return SIGHT_NONE;
    return has_joined(a, m) || is_close(e, a, engine_referral(e, m->referral)) ? SIGHT_FULL : SIGHT_MINIMUM;
}

enum sight audience_of_consult(const struct engine *e, const struct actor *a, uint32_t id)
{
    const struct consult *c = engine_consult(e, id);

    if (c == NULL || !may(e, a, ACT_SEE_CONSULT, id))
        return SIGHT_NONE;
    if (a->org.v == c->to.v && c->state == CONSULT_ASKED)
        return SIGHT_FULL;
    return is_close(e, a, engine_referral(e, c->referral)) ? SIGHT_FULL : SIGHT_MINIMUM;
}

enum sight audience_of_referral(const struct engine *e, const struct actor *a, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL || !is_who_it_says(e, a))
        return SIGHT_NONE;
    if (is_close(e, a, r) || is_live_keeper(e, a, r))
        return SIGHT_FULL;
    if (a->role != ROLE_SHELTER)
        return SIGHT_NONE;
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == REQUEST_PENDING && is_own_pool(a, engine_pool(e, q->pool)))
            return SIGHT_MINIMUM;
    }
    return SIGHT_NONE;
}

static bool hears_request(const struct engine *e, const struct actor *a, struct request_id id)
{
    return (is_referrer(a) || a->role == ROLE_SHELTER || a->role == ROLE_GATEKEEPER) &&
           may_see_request(e, a, id);
}

/* Its referrer, and the desks that work on it. */
static bool hears_referral(const struct engine *e, const struct actor *a, struct referral_id id,
                           const struct event *ev)
{
    const struct referral *r = engine_referral(e, id);

    for (unsigned i = 0; r != NULL && i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        /* What ended its work too is the last it hears. */
        if (is_keeper(a, g) && g->sent_seq <= ev->seq && (gate_is_live(g) || g->version >= ev->seq))
            return true;
    }
    return is_own_referral(a, r);
}

static bool hears_gate(const struct engine *e, const struct actor *a, struct gate_id id)
{
    const struct gate *g = engine_gate(e, id);

    return is_keeper(a, g) || is_sender(e, a, g);
}

/* By what the event says of whose it is and of what never changes: the engine may be ahead of what is
 * durable. */
static bool hears_clock(const struct engine *e, const struct actor *a, const struct clock_event *ev)
{
    const struct stay_clock *c = engine_clock(e, ev->clock);

    if (c == NULL || !has_role(action_roles[ACT_SEE_CLOCK], a))
        return false;
    return is_of_desk(a, ev->owner, c->desk) || (ev->org.v != 0 && ev->org.v == a->org.v) ||
           is_own_referral(a, engine_referral(e, c->referral)) ||
           is_stay_house(e, a, engine_stay(e, c->stay));
}

/* One of the pools that were confirmed is one the actor may see. */
static bool hears_confirmed(const struct engine *e, const struct actor *a, const struct confirmed *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        if (may(e, a, ACT_SEE_POOL, c->pools[i].v))
            return true;
    }
    return false;
}

/* What moves in care: the referrer, who co-ordinates, who sits at the table, and who was asked. The engine
 * may be ahead of what is told: who came later does not hear what was before. */
static bool hears_as_regie(const struct engine *e, const struct actor *a, struct referral_id id, uint64_t seq)
{
    const struct referral *r = engine_referral(e, id);

    return is_own_referral(a, r) || (is_regie(e, a, r) && engine_regie(e, id).since <= seq);
}

static bool hears_mdo(const struct engine *e, const struct actor *a, uint32_t id, bool joined, uint64_t seq)
{
    const struct mdo *m = engine_mdo(e, id);

    if (m == NULL)
        return false;
    if (joined ? has_joined(a, m) : sits_in(a, m))
        return mdo_participant_of(m, a->org)->since <= seq || hears_as_regie(e, a, m->referral, seq);
    return hears_as_regie(e, a, m->referral, seq);
}

static bool hears_care(const struct engine *e, const struct actor *a, const struct event *ev)
{
    if (!is_referrer(a) && a->role != ROLE_SHELTER)
        return false;
    switch ((int)ev->kind) { /* only those of care come here */
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        return is_in_consult(a, engine_consult(e, ev->u.consult.consult));
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
        return ev->u.regie.to.v == a->org.v || hears_as_regie(e, a, ev->u.regie.referral, ev->seq);
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
        return hears_mdo(e, a, ev->u.mdo_item.mdo, true, ev->seq);
    default:
        return hears_mdo(e, a, ev->u.mdo.mdo, false, ev->seq);
    }
}

bool audience_of_event(const struct engine *e, const struct actor *a, const struct event *ev)
{
    if (!is_who_it_says(e, a))
        return false;
    switch (ev->kind) {
    case EV_POOL_DEFINED:
        return may(e, a, ACT_SEE_POOL, ev->u.pool.id.v);
    case EV_CAPACITY_OBSERVED:
        return may(e, a, ACT_SEE_POOL, ev->u.capacity.o.pool.v);
    case EV_CAPACITY_CONFIRMED:
        return hears_confirmed(e, a, &ev->u.confirmed);
    case EV_REFERRAL_OPENED:
        return is_own_referral(a, engine_referral(e, ev->u.opened.id));
    case EV_REQUEST_MADE:
        return hears_request(e, a, ev->u.made.id);
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        return hears_request(e, a, ev->u.request.request);
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_NO_SHOW:
        /* The request it names is the accepted one: referrer and host hear it, no other shelter. */
        return hears_request(e, a, ev->u.referral.request);
    case EV_REFERRAL_ADMITTED: /* and the desks whose work ends with it, whichever place it is */
        return hears_request(e, a, ev->u.referral.request) ||
               hears_referral(e, a, ev->u.referral.referral, ev);
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
        return hears_referral(e, a, ev->u.referral.referral, ev);
    case EV_PLACE_FOUND: /* its referrer, and not the house: it is asked nothing */
        return is_own_referral(a, engine_referral(e, ev->u.found.referral));
    /* ---- timers and escalation ---- */
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_HOLD_SET:
        return hears_request(e, a, ev->u.escalation.request);
    case EV_ALARM_RAISED: /* the house too, if it is about the place it keeps */
        if (ev->u.escalation.request.v != 0)
            return hears_request(e, a, ev->u.escalation.request);
        return is_own_referral(a, engine_referral(e, ev->u.escalation.referral));
    case EV_REFERRAL_WIDENED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        return is_own_referral(a, engine_referral(e, ev->u.escalation.referral));
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED: /* only a bed has a request, and with it a house */
        return is_own_referral(a, engine_referral(e, ev->u.bridge_opened.referral)) ||
               hears_request(e, a, ev->u.bridge_opened.request);
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
        return is_own_referral(a, engine_referral(e, ev->u.bridge.referral));
    case EV_BRIDGE_ALARMED: /* the house knows best whether they came */
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED: /* and the house whose bed it is */
        return is_own_referral(a, engine_referral(e, ev->u.bridge.referral)) ||
               hears_request(e, a, ev->u.bridge.request);
    case EV_NIGHT_NOTED:
        return is_own_referral(a, engine_referral(e, ev->u.night.referral));
    case EV_REFERRAL_CLOSED:
        return hears_referral(e, a, ev->u.night.referral, ev);
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        return hears_gate(e, a, ev->u.gate.gate);
    case EV_RESIDENCE_FOUND:
        return hears_referral(e, a, ev->u.residence.referral, ev);
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
        return may(e, a, ACT_SEE_STAY, ev->u.stay.stay.v);
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        return hears_clock(e, a, &ev->u.clock);
    case EV_REFERRAL_LINKED: /* not those of the earlier one: they have nothing to do with where it goes */
        return is_own_referral(a, engine_referral(e, ev->u.link.referral));
    case EV_FUNDING_FLAGGED:
        return may(e, a, ACT_SEE_FUNDING_FLAGS, 0) &&
               (a->role == ROLE_RAPPORTEUR || engine_org(e, a->org)->region == ev->u.flag.region);
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        return hears_care(e, a, ev);
    /* ---- warm handover, keys and notes ---- */
    case EV_HANDOVER_ITEM:
        return hears_request(e, a, ev->u.item.request);
    case EV_NOTE_WRITTEN:
        return hears_request(e, a, ev->u.note_written.request);
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        return hears_request(e, a, ev->u.note.request);
    case EV_KEY_MADE:
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case EV_LEAK_REPORTED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
        return may(e, a, ACT_SEE_LEAK, ev->u.leak.leak);
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET: /* for lists of places, which the others do not have */
        return may(e, a, ACT_SEE_SURGE, 0) && a->role != ROLE_MUNICIPALITY && a->role != ROLE_RAPPORTEUR;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        return hears_request(e, a, ev->u.conflict.request);
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_COMMAND_DONE:
    case EV_N:
        break;
    }
    return false;
}
