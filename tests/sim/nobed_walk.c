#include "nobed_walk.h"

#include "base/time_text.h"
#include "calls.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "vocabulary.h"

#include <stdio.h>

static const struct engine *engine_of(const struct world *w)
{
    return flow_engine(w->active->flow);
}

/* Another watches over them, or they check in at other times. */
static void change_bridge(struct world *w, struct rng *rng, struct actor who, const struct bridge *b)
{
    struct bridge_wish wish = {.owner = {.kind = BRIDGE_OWNER_DESK, .account = who.account},
                               .every_minutes = (uint16_t)(15 + rng_below(rng, 120))};
    struct command cmd = {.kind = CMD_CHANGE_BRIDGE, .actor = who};

    snprintf(wish.owner.callback, sizeof wish.owner.callback, "010 555 0101");
    cmd.u.open_bridge.bridge = b->id;
    cmd.u.open_bridge.wish = &wish;
    calls_begin(w->calls, &cmd, b->referral);
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

static struct pool_id some_pool(const struct world *w, struct rng *rng)
{
    struct pool_id p = {1 + rng_below(rng, engine_pools(engine_of(w)))};

    for (int i = 0; i < 8 && (!gate_may_bridge(engine_of(w), p) ||
                              engine_pool_view(engine_of(w), p, w->now_ms).offerable < 1);
         i++)
        p.v = 1 + rng_below(rng, engine_pools(engine_of(w)));
    return p;
}

static void ask_bridge(struct world *w, struct rng *rng, struct actor who, const struct referral *r)
{
    struct command cmd = {.kind = CMD_ASK, .actor = who};

    cmd.u.ask.referral = r->id;
    cmd.u.ask.n = rng_chance(rng, 300) ? 2 : 1;
    for (unsigned i = 0; i < cmd.u.ask.n; i++)
        cmd.u.ask.pools[i] = some_pool(w, rng);
    cmd.u.ask.bridge = true;
    calls_begin(w->calls, &cmd, r->id);
}

/* A house says yes to one of the beds that were asked for last. */
static void yes_to_bed(struct world *w, struct rng *rng)
{
    struct command cmd = {.kind = CMD_ACCEPT, .actor = {.role = ROLE_SHELTER, .account = {1}}};
    uint64_t n = engine_requests(engine_of(w));
    uint64_t from = n > 60 ? n - 60 : 0;

    for (int i = 0; n > 0 && i < 60; i++) {
        const struct request *q = engine_request(
            engine_of(w), (struct request_id){1 + from + rng_below(rng, (uint32_t)(n - from))});

        if (!q->bridge || q->state != REQUEST_PENDING)
            continue;
        cmd.actor.org = engine_pool(engine_of(w), q->pool)->org;
        cmd.u.answer.request = q->id;
        calls_begin(w->calls, &cmd, q->referral);
        return;
    }
}

/* One of the last beds that stand, whoever's; NULL = none. */
static const struct bridge *some_bed(const struct engine *e, struct rng *rng)
{
    uint64_t n = engine_bridges(e);
    uint64_t from = n > 24 ? n - 24 : 0;

    for (int i = 0; n > 0 && i < 24; i++) {
        const struct bridge *b =
            engine_bridge(e, (struct bridge_id){1 + from + rng_below(rng, (uint32_t)(n - from))});

        if (b->kind == BRIDGE_BED && bridge_is_live(b))
            return b;
    }
    return NULL;
}

/* From the bed that a household is in, the next is asked for. */
static void ask_next(struct world *w, struct rng *rng, struct actor who)
{
    const struct bridge *b = NULL;
    const struct referral *r = NULL;

    for (int i = 0; i < 6 && (b == NULL || b->started_at_ms == 0); i++)
        b = some_bed(engine_of(w), rng);
    r = b != NULL ? engine_referral(engine_of(w), b->referral) : NULL;
    if (b == NULL || b->started_at_ms == 0) {
        yes_to_bed(w, rng);
        return;
    }
    who.org = r->org;
    ask_bridge(w, rng, who, r);
}

/* One of the last networks that nobody watches over; NULL = none. */
static const struct bridge *some_network(const struct engine *e, struct rng *rng)
{
    uint64_t n = engine_bridges(e);
    uint64_t from = n > 24 ? n - 24 : 0;

    for (int i = 0; n > 0 && i < 8; i++) {
        const struct bridge *b =
            engine_bridge(e, (struct bridge_id){1 + from + rng_below(rng, (uint32_t)(n - from))});

        if (b->kind == BRIDGE_NETWORK && bridge_is_live(b) && b->owner.kind == BRIDGE_OWNER_NONE)
            return b;
    }
    return NULL;
}

/* From here somebody watches over a household that is with people of its own. */
static void watch_network(struct world *w, struct rng *rng, struct actor who)
{
    const struct bridge *b = some_network(engine_of(w), rng);

    if (b == NULL)
        return;
    who.org = engine_referral(engine_of(w), b->referral)->org;
    change_bridge(w, rng, who, b);
}

/* The household came to its bridge bed, or a bridge goes on, or ends. */
static void go_on(struct world *w, struct rng *rng, struct actor who, const struct referral *r)
{
    const struct bridge *b = rng_chance(rng, 600) ? some_bed(engine_of(w), rng) : NULL;
    struct command cmd = {.actor = who};

    if (b == NULL)
        b = engine_bridge_of(engine_of(w), r->id, (enum bridge_kind)rng_below(rng, BRIDGE_KIND_N));
    if (b == NULL) {
        yes_to_bed(w, rng);
        return;
    }
    if (b->kind == BRIDGE_BED && engine_bridge_bed_next(engine_of(w), b->referral) != NULL)
        b = engine_bridge_bed_next(engine_of(w), b->referral);
    r = engine_referral(engine_of(w), b->referral);
    cmd.actor.org = r->org;
    if (b->kind == BRIDGE_BED && b->started_at_ms == 0 && rng_chance(rng, 800)) {
        cmd.kind = CMD_CONFIRM_ARRIVAL;
        cmd.u.answer.request = b->request;
        if ((b->id.v + w->step) % 3 == 0)
            cmd.u.answer.at_ms = b->opened_at_ms + (w->now_ms - b->opened_at_ms) / 2;
        calls_begin(w->calls, &cmd, r->id);
        return;
    }
    if (rng_chance(rng, 100)) {
        change_bridge(w, rng, cmd.actor, b);
        return;
    }
    cmd.u.bridge.bridge = b->id;
    if (b->kind == BRIDGE_BED && b->started_at_ms == 0 && rng_chance(rng, 600)) {
        cmd.kind = CMD_BRIDGE_TRAVEL;
        cmd.u.bridge.until_ms = rng_chance(rng, 250) ? 0 : w->now_ms + rng_below(rng, 180) * MS_MINUTE;
    } else if (rng_chance(rng, 150)) {
        cmd.kind = CMD_END_BRIDGE;
        cmd.u.bridge.code = (uint8_t)(BRIDGE_END_HOME + rng_below(rng, 3));
        if (b->kind == BRIDGE_BED && b->started_at_ms != 0 && b->id.v % 2 == 0)
            cmd.u.bridge.at_ms = b->started_at_ms + (w->now_ms - b->started_at_ms) / 2;
    } else if (b->started_at_ms == 0 || rng_chance(rng, 50)) {
        cmd.kind = CMD_START_BRIDGE;
    } else {
        cmd.kind = CMD_CHECK_IN;
        cmd.u.bridge.code = (uint8_t)rng_below(rng, BRIDGE_CHECK_N);
    }
    calls_begin(w->calls, &cmd, r->id);
}

/* The house settles who pays for some of the nights there. */
static void fund(struct world *w, struct rng *rng)
{
    const struct bridge *b = some_bed(engine_of(w), rng);
    struct command cmd = {.kind = CMD_FUND_BRIDGE, .actor = {.role = ROLE_SHELTER, .account = {1}}};

    if (b == NULL)
        return;
    cmd.actor.org = engine_pool(engine_of(w), engine_request(engine_of(w), b->request)->pool)->org;
    if (b->started_at_ms != 0 &&
        (b->id.v + w->step) % 2 == 0) { /* or says that they came at another moment */
        cmd.kind = CMD_DATE_NIGHTS;
        cmd.u.dates = (struct dates_command){
            .bridge = b->id, .from_ms = b->started_at_ms + ((int64_t)(w->step % 41) - 24) * 10 * MS_MINUTE};
        calls_begin(w->calls, &cmd, (struct referral_id){0});
        return;
    }
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

    if (at < 15) {
        open_bridge(w, rng, referrer, r);
    } else if (at < 40) {
        ask_bridge(w, rng, referrer, r);
    } else if (at < 50) {
        ask_next(w, rng, referrer);
    } else if (at < 53) {
        watch_network(w, rng, referrer);
    } else if (at < 80) {
        go_on(w, rng, referrer, r);
    } else if (at < 85) {
        fund(w, rng);
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
