#include "support/chaos.h"

#include "support/chaos_nobed.h"
#include "support/chaos_safety.h"
#include "support/chaos_stay.h"
#include "support/match_builders.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"

#include <string.h>

/* More than the profile says, so that there is something to ask for. */
#define CHAOS_UNITS 6

/* An id that is probably a recent one, sometimes any, sometimes none. */
static uint64_t an_id(struct rng *r, uint64_t n)
{
    uint64_t recent = n > 12 ? 12 : n;

    if (n == 0 || rng_chance(r, 20))
        return n + rng_below(r, 3);
    return rng_chance(r, 900) ? n - rng_below(r, (uint32_t)recent) : 1 + rng_next(r) % n;
}

/* Mostly one with which something can still happen. */
static uint64_t a_referral(const struct exchange *x, struct rng *r)
{
    for (int tries = 0; tries < 40 && rng_chance(r, 980); tries++) {
        uint64_t id = an_id(r, engine_referrals(x->e));
        const struct referral *ref = engine_referral(x->e, (struct referral_id){id});

        if (ref != NULL && referral_is_live(ref->state))
            return id;
    }
    return an_id(r, engine_referrals(x->e));
}

static uint64_t a_request(const struct exchange *x, struct rng *r)
{
    for (int tries = 0; tries < 40 && rng_chance(r, 970); tries++) {
        uint64_t id = an_id(r, engine_requests(x->e));
        const struct request *q = engine_request(x->e, (struct request_id){id});

        if (q != NULL && request_is_holding(q))
            return id;
    }
    return an_id(r, engine_requests(x->e));
}

static bool is_gate_step(enum command_kind kind)
{
    return kind >= CMD_GATE_TAKE && kind <= CMD_GATE_WITHDRAW;
}

static struct actor keeper_of(const struct exchange *x, const struct gate *g)
{
    bool is_comensha = g == NULL || engine_org(x->e, g->org)->kind == ORG_COMENSHA;

    return actor_of(is_comensha ? ROLE_COMENSHA : ROLE_GATEKEEPER, g == NULL ? COMENSHA : g->org.v);
}

static struct actor gate_actor(const struct exchange *x, struct rng *r, const struct command *cmd)
{
    const struct gate *g = engine_gate(x->e, cmd->u.gate.gate);
    struct actor desk = keeper_of(x, g);

    if (g != NULL && (cmd->kind == CMD_GATE_ANSWER || cmd->kind == CMD_GATE_WITHDRAW))
        return referrer_of(engine_referral(x->e, g->referral)->org.v);
    desk.account.v += rng_below(r, 2);
    return desk;
}

static void gate_step(const struct exchange *x, struct rng *r, struct command *cmd)
{
    cmd->u.gate.gate.v = (uint32_t)an_id(r, engine_gates(x->e));
    for (uint32_t i = engine_gates(x->e); i > 0 && rng_chance(r, 900); i--) {
        const struct gate *g = engine_gate(x->e, (struct gate_id){i});

        if (gate_is_live(g) && (cmd->kind != CMD_GATE_ANSWER || g->state == GATE_ASKED_BACK) &&
            (cmd->kind != CMD_GATE_ASSENT || (g->keeper == GATEKEEPER_GI && gate_may_ask(g)))) {
            cmd->u.gate.gate = g->id;
            break;
        }
    }
    cmd->u.gate.asked = (uint32_t)rng_below(r, 1u << (GATE_FACT_N + (rng_chance(r, 50) ? 1 : 0)));
    if (cmd->kind == CMD_GATE_ANSWER && engine_gate(x->e, cmd->u.gate.gate) != NULL)
        cmd->u.gate.answers.yes =
            engine_gate(x->e, cmd->u.gate.gate)->asked & (rng_chance(r, 50) ? UINT64_MAX : rng_next(r));
    cmd->u.gate.reason = (uint8_t)rng_below(r, GATE_RETURN_N + 2);
}

static struct actor an_actor(struct exchange *x, struct rng *r, const struct command *cmd, bool is_right)
{
    const struct referral *ref = NULL;
    const struct request *q = NULL;

    if (!is_right)
        return actor_of(PICK(r, role, ROLE_N), rng_below(r, RAPPORTEUR + 2));
    if (cmd->kind == CMD_TICK || cmd->kind == CMD_ANNOUNCE)
        return (struct actor){.role = ROLE_SYSTEM};
    if (cmd->kind == CMD_OPEN_REFERRAL)
        return referrer_of(rng_chance(r, 500) ? VT_OOST : rng_chance(r, 800) ? VT_WEST : COMENSHA);
    if (is_gate_step(cmd->kind))
        return gate_actor(x, r, cmd);
    if (cmd->kind == CMD_ASK)
        ref = engine_referral(x->e, cmd->u.ask.referral);
    if (cmd->kind == CMD_ASK && ref != NULL && ref->n_gates > 0 && rng_chance(r, 500))
        return keeper_of(x, engine_gate(x->e, ref->gates[ref->n_gates - 1]));
    if (cmd->kind == CMD_ASK)
        ref = engine_referral(x->e, cmd->u.ask.referral);
    else if (cmd->kind == CMD_GATE_SEND)
        ref = engine_referral(x->e, cmd->u.gate.referral);
    else if (cmd->kind == CMD_FIND_RESIDENCE)
        ref = engine_referral(x->e, cmd->u.residence.referral);
    else if (cmd->kind == CMD_ACKNOWLEDGE_ALARM || cmd->kind == CMD_HAND_OVER)
        ref = engine_referral(x->e, cmd->u.escalation.referral);
    else if (cmd->kind == CMD_TRAVEL || cmd->kind == CMD_NO_SHOW || cmd->kind == CMD_WITHDRAW ||
             cmd->kind == CMD_EXTEND_HOLD || cmd->kind == CMD_TAKE_OVER)
        ref = engine_referral(x->e, cmd->u.referral.referral);
    else
        q = engine_request(x->e, cmd->u.answer.request);
    if (ref != NULL) {
        struct actor a = referrer_of(ref->org.v);

        if (cmd->kind == CMD_TAKE_OVER)
            a.account.v += 1000 * rng_below(r, 2); /* a colleague */
        return a;
    }
    return shelter_of(q != NULL ? engine_pool(x->e, q->pool)->org.v : HUIS_A);
}

static struct outcome report_step(struct exchange *x, struct rng *r)
{
    static const enum an_org owners[] = {HUIS_A, HUIS_A, HUIS_A, HUIS_B, HUIS_C, HUIS_C};
    unsigned pool = 1 + rng_below(r, POOL_COSM);
    struct observation list[3];
    uint16_t n = (uint16_t)(1 + rng_below(r, 3));
    bool is_feed = rng_chance(r, 333);

    for (uint16_t i = 0; i < n; i++) {
        struct pool_view v = the_pool(x, pool);

        if (v.reported && rng_chance(r, 250)) { /* still so */
            list[i] = observation_of(v.latest, (struct pool_id){pool});
            list[i].source = is_feed ? SOURCE_FEED : rng_chance(r, 500) ? SOURCE_HAND : SOURCE_PHONE;
            list[i].report = rng_next(r);
            list[i].observed_at_ms = x->now;
            continue;
        }
        list[i] = an_observation(x, pool, CHAOS_UNITS,
                                 rng_chance(r, 100) ? UNITS_UNKNOWN : (int)rng_below(r, CHAOS_UNITS + 1));
        list[i].report = rng_below(r, 200);
        list[i].source = is_feed ? SOURCE_FEED : rng_chance(r, 500) ? SOURCE_HAND : SOURCE_PHONE;
        list[i].observed_at_ms -= rng_chance(r, 300) ? (int64_t)rng_below(r, 10) * MS_HOUR : 0;
        list[i].deliverable = rng_chance(r, 100) ? TRI_NO : TRI_YES;
        list[i].stop = rng_chance(r, 50) ? (uint8_t)rng_below(r, 12) : 0;
        if (rng_chance(r, 100))
            list[i].total = UNITS_UNKNOWN;
    }
    return do_report(x, shelter_of(owners[pool]), list, n);
}

static enum command_kind a_kind(struct rng *r)
{
    static const uint8_t often[CMD_N] = {
        [CMD_REPORT_CAPACITY] = 18,
        [CMD_OPEN_REFERRAL] = 10,
        [CMD_ASK] = 18,
        [CMD_SEE_REQUEST] = 5,
        [CMD_ACCEPT] = 10,
        [CMD_DECLINE] = 10,
        [CMD_TRAVEL] = 5,
        [CMD_CONFIRM_ARRIVAL] = 6,
        [CMD_NO_SHOW] = 2,
        [CMD_WITHDRAW] = 3,
        [CMD_TICK] = 9,
        [CMD_ANNOUNCE] = 4,
        [CMD_GATE_SEND] = 5,
        [CMD_GATE_TAKE] = 5,
        [CMD_GATE_ASK_BACK] = 2,
        [CMD_GATE_ANSWER] = 2,
        [CMD_GATE_ASSENT] = 2,
        [CMD_GATE_RETURN] = 1,
        [CMD_GATE_WITHDRAW] = 1,
        [CMD_FIND_RESIDENCE] = 2,
        [CMD_EXTEND_REQUEST] = 2,
        [CMD_EXTEND_HOLD] = 2,
        [CMD_ACKNOWLEDGE_ALARM] = 1,
        [CMD_HAND_OVER] = 1,
        [CMD_TAKE_OVER] = 1,
    };
    uint32_t sum = 0, at = 0;

    for (unsigned k = 0; k < CMD_N; k++)
        sum += often[k];
    at = rng_below(r, sum);
    for (unsigned k = 0; k < CMD_N; k++) {
        if (at < often[k])
            return (enum command_kind)k;
        at -= often[k];
    }
    return CMD_TICK;
}

struct outcome chaos_step(struct exchange *x, struct rng *r)
{
    struct command cmd = {.kind = a_kind(r), .draw = rng_next(r)};
    struct need need = chaos_need(r);

    x->now += rng_below(r, 4 * 60 * 1000);
    if (rng_chance(r, 120))
        return chaos_nobed_step(x, r);
    if (rng_chance(r, 150) && chaos_stay_command(x, r, &cmd))
        return exchange_do(x, &cmd);
    if (rng_chance(r, 5))
        x->now += 6 * MS_HOUR; /* a broker that stood still */
    if (rng_chance(r, 150))
        return chaos_care_step(x, r);
    if (rng_chance(r, 120))
        return chaos_handover_step(x, r);
    if (rng_chance(r, 40))
        return chaos_safety_step(x, r);
    if (cmd.kind == CMD_REPORT_CAPACITY)
        return report_step(x, r);
    if (rng_chance(r, 700))
        cmd.key = (struct command_key){1, rng_below(r, 2000), rng_below(r, 2)};
    if (cmd.kind == CMD_OPEN_REFERRAL) {
        need = rng_chance(r, 700) ? a_need(.level = PICK(r, threat_level, THREAT_N)) : need;
        if (rng_chance(r, 80)) {
            need = a_need(.adults = 0, .children = 1, .child_age = 15);
            need.minor_alone = true;
        }
        if (engine_stays(x->e) > 0 && rng_chance(r, 200)) /* it comes back */
            memcpy(need.return_code,
                   engine_stay(x->e, (struct stay_id){1 + rng_next(r) % engine_stays(x->e)})->return_code,
                   sizeof need.return_code);
        cmd.u.need = &need;
    } else if (cmd.kind == CMD_ASK) {
        cmd.u.ask.referral.v = a_referral(x, r);
        cmd.u.ask.n = (uint8_t)(1 + rng_below(r, 2));
        for (unsigned i = 0; i < cmd.u.ask.n; i++)
            cmd.u.ask.pools[i].v = 1 + rng_below(r, POOL_COSM + (rng_chance(r, 50) ? 1 : 0));
    } else if (cmd.kind == CMD_ACKNOWLEDGE_ALARM || cmd.kind == CMD_HAND_OVER) {
        cmd.u.escalation.referral.v = a_referral(x, r);
        cmd.u.escalation.alarm = PICK(r, alarm, ALARM_N);
        cmd.u.escalation.to.v = rng_below(r, 3);
    } else if (cmd.kind == CMD_TRAVEL || cmd.kind == CMD_NO_SHOW || cmd.kind == CMD_WITHDRAW ||
               cmd.kind == CMD_EXTEND_HOLD || cmd.kind == CMD_TAKE_OVER) {
        const struct request *q = engine_request(x->e, (struct request_id){a_request(x, r)});

        cmd.u.referral.referral.v = a_referral(x, r);
        if (cmd.kind != CMD_WITHDRAW && q != NULL && rng_chance(r, 900))
            cmd.u.referral.referral = q->referral;
        cmd.u.referral.eta_ms = x->now + MS_HOUR;
        cmd.u.referral.reason = (uint8_t)rng_below(r, 13);
        cmd.u.referral.refused = cmd.kind == CMD_NO_SHOW && cmd.u.referral.reason % 2 == 0;
        if (cmd.kind == CMD_TAKE_OVER &&
            cmd.u.referral.reason % 2 == 0) /* no draw: the days stay as they were */
            cmd.u.referral.desk = (struct desk_said){true, WAY_BACK_PHONE, GROUND_CONSENT, "030 555 0000"};
    } else if (cmd.kind == CMD_ANNOUNCE) {
        cmd.u.announce.referral.v = a_referral(x, r);
        cmd.u.announce.pool.v = 1 + rng_below(r, POOL_COSM + (rng_chance(r, 50) ? 1 : 0));
    } else if (cmd.kind == CMD_GATE_SEND) {
        const struct referral *ref = NULL;

        cmd.u.gate.referral.v = a_referral(x, r);
        ref = engine_referral(x->e, cmd.u.gate.referral);
        cmd.u.gate.kind = rng_chance(r, 50)                      ? PICK(r, kind, KIND_N)
                          : ref != NULL && ref->need.minor_alone ? KIND_JEUGD
                                                                 : KIND_COSM;
    } else if (is_gate_step(cmd.kind)) {
        gate_step(x, r, &cmd);
    } else if (cmd.kind == CMD_FIND_RESIDENCE) {
        cmd.u.residence.referral.v = a_referral(x, r);
        cmd.u.residence.residence = PICK(r, residence, RESIDENCE_N);
        cmd.u.residence.until_ms = rng_chance(r, 300) ? x->now + MS_DAY : 0;
    } else if (cmd.kind != CMD_TICK) {
        cmd.u.answer.request.v = a_request(x, r);
        cmd.u.answer.reason = (uint8_t)rng_below(r, 17);
        if (rng_chance(r, 150))
            cmd.u.answer.reason = (uint8_t)(vocab_list_find(x->vocab, LIST_DECLINE, "bekostiging") + 1);
    }
    cmd.actor = an_actor(x, r, &cmd, rng_chance(r, 950));
    return exchange_do(x, &cmd);
}
