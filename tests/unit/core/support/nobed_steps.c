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

void tick_at(struct exchange *x, int64_t at_ms)
{
    x->now = at_ms;
    do_tick(x);
}

void replays(const struct exchange *x)
{
    struct engine *again = exchange_replay(x);

    assert_true(engine_digest(again, true) == engine_digest(x->e, true));
    engine_free(again);
}
