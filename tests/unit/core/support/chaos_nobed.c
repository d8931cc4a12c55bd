#include "support/chaos_nobed.h"

#include "base/time_text.h"
#include "core/nobed/nobed.h"

#include <stdio.h>

/* One of the last few, or none at all. */
static uint64_t recent(struct rng *r, uint64_t n)
{
    return n == 0 ? 1 : n - rng_below(r, n > 8 ? 8 : (uint32_t)n) + rng_below(r, 2) * rng_below(r, 2);
}

static void wish(struct exchange *x, struct rng *r, struct bridge_wish *w)
{
    *w = (struct bridge_wish){.kind = (enum bridge_kind)rng_below(r, BRIDGE_KIND_N),
                              .active = rng_chance(r, 600),
                              .slept = (uint8_t)rng_below(r, 17)};
    if (w->kind == BRIDGE_HOTEL || rng_chance(r, 200)) {
        w->owner.kind = rng_chance(r, 700) ? BRIDGE_OWNER_DESK : BRIDGE_OWNER_OTHER;
        w->owner.account.v = 5;
        snprintf(w->owner.callback, sizeof w->owner.callback, "010 555");
        if (w->owner.kind == BRIDGE_OWNER_OTHER || rng_chance(r, 100))
            snprintf(w->owner.org, sizeof w->owner.org, "Basisteam");
        w->every_minutes = rng_chance(r, 500) ? (uint16_t)rng_below(r, 200) : 0;
    }
    if (rng_chance(r, 300)) {
        w->n_times = 2;
        w->times_ms[0] = x->now + rng_below(r, 100) * MS_MINUTE;
        w->times_ms[1] = w->times_ms[0] + rng_below(r, 100) * MS_MINUTE;
    }
    w->until_ms = rng_chance(r, 300) ? x->now + rng_below(r, 40) * MS_DAY : 0;
}

struct outcome chaos_nobed_step(struct exchange *x, struct rng *r)
{
    static const enum command_kind kinds[] = {CMD_OPEN_BRIDGE,   CMD_OPEN_BRIDGE,     CMD_ASK,
                                              CMD_CHECK_IN,      CMD_START_BRIDGE,    CMD_END_BRIDGE,
                                              CMD_NOTE_NIGHT,    CMD_CONFIRM_ARRIVAL, CMD_CLOSE_REFERRAL,
                                              CMD_BRIDGE_TRAVEL, CMD_CHANGE_BRIDGE,   CMD_CHANGE_BRIDGE};
    struct command cmd = {.kind = kinds[rng_below(r, sizeof kinds / sizeof *kinds)]};
    struct referral_id id = {recent(r, engine_referrals(x->e))};
    struct bridge_id bridge = {recent(r, engine_bridges(x->e))};
    const struct bridge *b = engine_bridge(x->e, bridge);
    const struct referral *ref = NULL;
    struct bridge_wish w;

    if (cmd.kind == CMD_OPEN_BRIDGE) {
        wish(x, r, &w);
        cmd.u.open_bridge.referral = id;
        cmd.u.open_bridge.wish = &w;
    } else if (cmd.kind == CMD_CHANGE_BRIDGE) {
        wish(x, r, &w);
        id = b != NULL ? b->referral : id;
        cmd.u.open_bridge.bridge = bridge;
        cmd.u.open_bridge.wish = &w;
    } else if (cmd.kind == CMD_ASK) {
        cmd.u.ask.referral = id;
        cmd.u.ask.n = 1;
        cmd.u.ask.pools[0].v = 1 + rng_below(r, POOL_COSM);
        cmd.u.ask.bridge = true;
    } else if (cmd.kind == CMD_CONFIRM_ARRIVAL) {
        if (b == NULL || b->request.v == 0)
            return do_tick(x);
        id = b->referral;
        cmd.u.answer.request = b->request;
    } else if (cmd.kind == CMD_NOTE_NIGHT || cmd.kind == CMD_CLOSE_REFERRAL) {
        cmd.u.night.referral = id;
        cmd.u.night.night = (struct night){.day = (int32_t)(x->now / MS_DAY) - (int32_t)rng_below(r, 3),
                                           .slept = (uint8_t)rng_below(r, 17),
                                           .reason = (uint8_t)rng_below(r, 17)};
    } else {
        id = b != NULL ? b->referral : id;
        cmd.u.bridge.bridge = bridge;
        cmd.u.bridge.until_ms = rng_chance(r, 200) ? x->now + rng_below(r, 30) * MS_DAY : 0;
        if (cmd.kind == CMD_BRIDGE_TRAVEL)
            cmd.u.bridge.until_ms = x->now + rng_below(r, 300) * MS_MINUTE;
        cmd.u.bridge.code = (uint8_t)rng_below(r, cmd.kind == CMD_CHECK_IN ? 3 : BRIDGE_END_N);
    }
    ref = engine_referral(x->e, id);
    cmd.actor = referrer_of(ref != NULL && rng_chance(r, 950) ? ref->org.v : VT_WEST);
    if (rng_chance(r, 300))
        cmd.key = (struct command_key){2, rng_below(r, 500), rng_below(r, 2)};
    return exchange_do(x, &cmd);
}
