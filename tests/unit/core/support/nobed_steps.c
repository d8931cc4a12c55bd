#include "support/nobed_steps.h"

struct bridge_wish a_hotel(void)
{
    return (struct bridge_wish){
        .kind = BRIDGE_HOTEL,
        .active = true,
        .slept = HOTEL_NIGHT,
        .owner = {.kind = BRIDGE_OWNER_DESK, .account = {101}, .callback = "010 555 0100"}};
}

struct outcome open_bridge(struct exchange *x, struct referral_id r, const struct bridge_wish *w)
{
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = referrer_of(VT_OOST)};

    cmd.u.open_bridge.referral = r;
    cmd.u.open_bridge.wish = w;
    return exchange_do(x, &cmd);
}

const struct bridge *opened(struct exchange *x, struct referral_id r, struct bridge_wish w)
{
    if (open_bridge(x, r, &w).refusal != REFUSAL_NONE)
        fail_msg("bridge refused: %s", refusal_code(x->last.refusal));
    return engine_bridge_of(x->e, r, w.kind);
}

struct outcome about_bridge(struct exchange *x, enum command_kind kind, struct bridge_id id, int64_t until_ms,
                            unsigned code)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.bridge.bridge = id;
    cmd.u.bridge.until_ms = until_ms;
    cmd.u.bridge.code = (uint8_t)code;
    return exchange_do(x, &cmd);
}

const struct bridge *the_bridge(const struct exchange *x, uint64_t id)
{
    const struct bridge *b = engine_bridge(x->e, (struct bridge_id){id});

    assert_non_null(b);
    return b;
}

struct request_id ask_bridge(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(VT_OOST)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    exchange_do(x, &cmd);
    return x->last.requests[0];
}

struct request_id bridge_granted(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.ask.referral = r;
    cmd.u.ask.pools[0].v = pool;
    cmd.u.ask.n = 1;
    cmd.u.ask.bridge = true;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    return x->last.requests[0];
}

struct request_id promised_bed(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = bridge_granted(x, r, pool);

    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    return q;
}

const struct bridge *in_a_bed(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = promised_bed(x, r, pool);

    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    return engine_bridge_bed(x->e, q);
}

unsigned an_emergency_pool(struct exchange *x, unsigned location, enum an_org org, const char *code)
{
    struct pool p = pool_of_kind(x, location, code, KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;
    unsigned id;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    id = engine_pool_find(x->e, code).v;
    o = an_observation(x, id, 2, 2);
    do_report(x, shelter_of(org), &o, 1);
    return id;
}

int32_t nights_of(const struct exchange *x, struct bridge_id id)
{
    struct bridge_days days = bridge_days(x->e, the_bridge(x, id.v), x->now);

    return days.end - days.first;
}

void tick_at(struct exchange *x, int64_t at_ms)
{
    x->now = at_ms;
    do_tick(x);
}

void replays(const struct exchange *x)
{
    struct engine *again = exchange_replay(x);
    char why[200] = "";

    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    if (!engine_check(again, why, sizeof why))
        fail_msg("%s", why);
    engine_free(again);
}

void is_sound(const struct exchange *x)
{
    char why[200] = "";

    if (!engine_check(x->e, why, sizeof why))
        fail_msg("%s", why);
    replays(x);
}
