#include "support/gate_steps.h"

#include "base/time_text.h"
#include "core/gate/gate_look.h"

struct exchange *with_youth_care(struct exchange *x)
{
    struct pool p = pool_of_kind(x, C_HUIS, "jeugd", KIND_JEUGD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    exchange_do(x, &cmd);
    o = an_observation(x, POOL_JEUGD, POOL_UNITS, POOL_UNITS);
    if (do_report(x, shelter_of(HUIS_C), &o, 1).applied != 1)
        fail_msg("no youth care in this world");
    x->now += MS_MINUTE;
    return x;
}

struct exchange *the_exchange(void)
{
    return with_youth_care(exchange_new());
}

struct need a_victim(void)
{
    struct need n = a_need(.level = THREAT_ORANJE);

    tri_put(&n.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    n.residence = RESIDENCE_BEDENKTIJD_AANGEBODEN;
    return n;
}

struct need a_minor(void)
{
    struct need n = a_need(.adults = 0, .children = 1, .child_age = 15);

    n.minor_alone = true;
    return n;
}

struct actor desk(void)
{
    return actor_of(ROLE_COMENSHA, COMENSHA);
}

struct actor town(void)
{
    return actor_of(ROLE_GATEKEEPER, GEMEENTE);
}

struct outcome gate_do(struct exchange *x, enum command_kind kind, struct actor who, unsigned gate,
                       unsigned value)
{
    struct command cmd = {.kind = kind, .actor = who, .u.gate.gate = {gate}};

    cmd.u.gate.asked = value;
    cmd.u.gate.answers.yes = kind == CMD_GATE_ANSWER ? value : 0;
    cmd.u.gate.reason = (uint8_t)value;
    return exchange_do(x, &cmd);
}

enum refusal send_to_gate(struct exchange *x, struct referral_id r, enum kind kind)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.gate.referral = r;
    cmd.u.gate.kind = kind;
    return exchange_do(x, &cmd).refusal;
}

const struct gate *gate_at(const struct exchange *x, unsigned id)
{
    return engine_gate(x->e, (struct gate_id){id});
}

struct outcome ask_as(struct exchange *x, struct actor who, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = who, .u.ask = {.referral = r, .pools = {{pool}}, .n = 1}};

    return exchange_do(x, &cmd);
}

struct referral_id at_state(struct exchange *x, enum gate_state state)
{
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct outcome o;

    assert_int_equal(send_to_gate(x, r, KIND_COSM), REFUSAL_NONE);
    if (state == GATE_WITHDRAWN)
        gate_do(x, CMD_GATE_WITHDRAW, referrer_of(VT_OOST), 1, 0);
    if (state == GATE_WAITING || state == GATE_WITHDRAWN)
        return r;
    gate_do(x, CMD_GATE_TAKE, desk(), 1, 0);
    if (state == GATE_ASKED_BACK)
        gate_do(x, CMD_GATE_ASK_BACK, desk(), 1, 3);
    if (state == GATE_RETURNED)
        gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
    if (state != GATE_PLACING && state != GATE_PLACED)
        return r;
    o = ask_as(x, desk(), r, POOL_COSM);
    assert_int_equal(o.refusal, REFUSAL_NONE);
    if (state == GATE_PLACED)
        do_answer(x, CMD_ACCEPT, o.requests[0], 0);
    return r;
}
