#include "nobed_walk.h"

#include "base/time_text.h"
#include "calls.h"
#include "core/nobed/nobed.h"
#include "vocabulary.h"

#include <stdio.h>

static const struct engine *engine_of(const struct world *w)
{
    return flow_engine(w->active->flow);
}

static void open_bridge(struct world *w, struct rng *rng, struct actor who, const struct referral *r)
{
    struct bridge_wish wish = {.kind = (enum bridge_kind)rng_below(rng, BRIDGE_BED),
                               .active = rng_chance(rng, 700)};
    struct command cmd = {.kind = CMD_OPEN_BRIDGE, .actor = who};

    if (wish.kind == BRIDGE_HOTEL || rng_chance(rng, 100)) {
        wish.owner.kind = BRIDGE_OWNER_DESK;
        wish.owner.account = who.account;
        snprintf(wish.owner.callback, sizeof wish.owner.callback, "010 555 0100");
        wish.every_minutes = rng_chance(rng, 500) ? (uint16_t)(15 + rng_below(rng, 120)) : 0;
    }
    if (rng_chance(rng, 300)) {
        wish.n_times = 1;
        wish.times_ms[0] = w->now_ms + MS_HOUR + rng_below(rng, 120) * MS_MINUTE;
    }
    cmd.u.open_bridge.referral = r->id;
    cmd.u.open_bridge.wish = &wish;
    calls_begin(w->calls, &cmd, r->id);
}

static void ask_bridge(struct world *w, struct rng *rng, struct actor who, const struct referral *r)
{
    struct command cmd = {.kind = CMD_ASK, .actor = who};

    cmd.u.ask.referral = r->id;
    cmd.u.ask.n = 1;
    cmd.u.ask.pools[0].v = 1 + rng_below(rng, engine_pools(engine_of(w)));
    cmd.u.ask.bridge = true;
    calls_begin(w->calls, &cmd, r->id);
}

/* The household came to its bridge bed, or a bridge goes on, or ends. */
static void go_on(struct world *w, struct rng *rng, struct actor who, const struct referral *r)
{
    const struct bridge *b =
        engine_bridge_of(engine_of(w), r->id, (enum bridge_kind)rng_below(rng, BRIDGE_KIND_N));
    struct command cmd = {.actor = who};

    if (b == NULL)
        return;
    if (b->kind == BRIDGE_BED && b->started_at_ms == 0 && rng_chance(rng, 800)) {
        cmd.kind = CMD_CONFIRM_ARRIVAL;
        cmd.u.answer.request = b->request;
        calls_begin(w->calls, &cmd, r->id);
        return;
    }
    cmd.u.bridge.bridge = b->id;
    if (rng_chance(rng, 150)) {
        cmd.kind = CMD_END_BRIDGE;
        cmd.u.bridge.code = (uint8_t)(BRIDGE_END_HOME + rng_below(rng, 3));
    } else if (b->started_at_ms == 0 || rng_chance(rng, 50)) {
        cmd.kind = CMD_START_BRIDGE;
    } else {
        cmd.kind = CMD_CHECK_IN;
        cmd.u.bridge.code = (uint8_t)rng_below(rng, BRIDGE_CHECK_N);
    }
    calls_begin(w->calls, &cmd, r->id);
}

/* The house settles who pays for some of the nights there. */
static void fund(struct world *w, struct rng *rng, const struct referral *r)
{
    const struct bridge *b = engine_bridge_of(engine_of(w), r->id, BRIDGE_BED);
    struct command cmd = {.kind = CMD_FUND_BRIDGE, .actor = {.role = ROLE_SHELTER, .account = {1}}};

    if (b == NULL)
        return;
    cmd.actor.org = engine_pool(engine_of(w), engine_request(engine_of(w), b->request)->pool)->org;
    cmd.u.fund_bridge.bridge = b->id;
    cmd.u.fund_bridge.reason = (uint8_t)(1 + rng_below(rng, VOCABULARY_REASONS));
    cmd.u.fund_bridge.stream = (uint8_t)(1 + rng_below(rng, 3));
    cmd.u.fund_bridge.municipality = (uint16_t)(100 + rng_below(rng, VOCABULARY_REGIONS));
    cmd.u.fund_bridge.from_day = time_day_nl(w->now_ms) - (int32_t)rng_below(rng, 2);
    calls_begin(w->calls, &cmd, (struct referral_id){0});
}

static struct command night_of(const struct world *w, struct rng *rng, enum command_kind kind,
                               const struct referral *r)
{
    struct command cmd = {.kind = kind};

    cmd.u.night.referral = r->id;
    cmd.u.night.night = (struct night){.day = (int32_t)(w->now_ms / MS_DAY),
                                       .slept = (uint8_t)(1 + rng_below(rng, VOCABULARY_REASONS)),
                                       .reason = (uint8_t)(1 + rng_below(rng, VOCABULARY_REASONS))};
    return cmd;
}

void nobed_close(struct world *w, struct rng *rng, struct actor referrer, const struct referral *r)
{
    struct command cmd = night_of(w, rng, CMD_CLOSE_REFERRAL, r);

    cmd.actor = referrer;
    calls_begin(w->calls, &cmd, r->id);
}

void nobed_walk(struct world *w, struct rng *rng, struct actor referrer, const struct referral *r)
{
    uint32_t at = rng_below(rng, 100);
    struct command cmd;

    if (at < 25) {
        open_bridge(w, rng, referrer, r);
    } else if (at < 45) {
        ask_bridge(w, rng, referrer, r);
    } else if (at < 80) {
        go_on(w, rng, referrer, r);
    } else if (at < 85) {
        fund(w, rng, r);
    } else if (at < 93) {
        cmd = night_of(w, rng, CMD_NOTE_NIGHT, r);
        cmd.actor = referrer;
        calls_begin(w->calls, &cmd, r->id);
    } else if (at < 96) {
        nobed_close(w, rng, referrer, r);
    } else { /* somebody else's hands */
        cmd = night_of(w, rng, CMD_CLOSE_REFERRAL, r);
        cmd.actor = referrer;
        cmd.actor.role = ROLE_MUNICIPALITY;
        cmd.draw = DRAW_INTRUDER;
        calls_begin(w->calls, &cmd, (struct referral_id){0});
    }
}
