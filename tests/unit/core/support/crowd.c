#include "support/crowd.h"

#include "base/time_text.h"
#include "core/nobed/bridge.h"
#include "core/scarcity.h"

#include <stdio.h>

#define POOLS_OF_HOUSE 3
#define NAMES 49
#define REPORTS 9

static void apply(struct engine *e, struct event *ev)
{
    ev->seq = engine_seq(e) + 1;
    engine_apply(e, ev);
}

static void add_pool(struct engine *e, const struct crowd *c, const struct scene *s, uint32_t id)
{
    struct event ev = {.kind = EV_LOCATION_DEFINED, .at_ms = NOON_MS};
    unsigned name = c->own_names ? id : id % NAMES;

    if (id % POOLS_OF_HOUSE == 1) {
        ev.u.location = s->location;
        ev.u.location.id.v = engine_locations(e) + 1;
        ev.u.location.org.v = 1;
        snprintf(ev.u.location.code, sizeof ev.u.location.code, "opvanghuis-%05u", ev.u.location.id.v);
        apply(e, &ev);
    }
    ev = (struct event){.kind = EV_POOL_DEFINED, .at_ms = NOON_MS};
    ev.u.pool = s->pool;
    ev.u.pool.id.v = id;
    ev.u.pool.location.v = engine_locations(e);
    ev.u.pool.org.v = 1;
    snprintf(ev.u.pool.code, sizeof ev.u.pool.code, "huis-%05u-kamer-%02u", ev.u.pool.location.v, id % 100);
    snprintf(ev.u.pool.name, sizeof ev.u.pool.name, "Gezinskamer %06u", name);
    snprintf(ev.u.pool.name_en, sizeof ev.u.pool.name_en, "Family room %06u", name);
    snprintf(ev.u.pool.funding, sizeof ev.u.pool.funding, "wmo");
    apply(e, &ev);
}

static void report(struct engine *e, const struct crowd *c, uint32_t id, unsigned nth)
{
    struct event ev = {.kind = EV_CAPACITY_OBSERVED, .at_ms = NOON_MS + nth * MS_MINUTE};
    bool is_hand = nth == 1 && (c->both_sides || id % 2 == 0);

    ev.u.capacity.o = (struct observation){.pool = {id},
                                           .source = is_hand ? SOURCE_HAND : SOURCE_FEED,
                                           .report = (uint64_t)id << 32 | (nth + 1),
                                           .total = 6,
                                           .free = (int32_t)((id + nth) % 4),
                                           .occupied = 2,
                                           .deliverable = TRI_YES,
                                           .stop = id % 10 == 0,
                                           .observed_at_ms = ev.at_ms,
                                           .received_at_ms = ev.at_ms};
    ev.u.capacity.used = true;
    ev.u.capacity.kept = KEPT_WHOLE;
    apply(e, &ev);
}

static void live(struct engine *e, struct referral_id r, uint32_t pools)
{
    struct event ev = {.kind = EV_PLACE_FOUND, .at_ms = NOON_MS + MS_HOUR};
    struct pool_id pool = {1 + (uint32_t)(r.v * 7) % pools}, other = {1 + (uint32_t)(r.v * 11 + 3) % pools};

    ev.u.found.referral = r;
    ev.u.found.pool = pool;
    apply(e, &ev);
    world_decline(e, world_ask(e, r, pool, NOON_MS + MS_HOUR), NOON_MS + MS_HOUR);
    world_ask(e, r, other, NOON_MS + MS_HOUR);
    if (r.v % 3 == 0) {
        ev = (struct event){.kind = EV_NIGHT_NOTED, .at_ms = NOON_MS + MS_HOUR};
        ev.u.night.referral = r;
        ev.u.night.night = (struct night){.day = 20000, .slept = 1};
        apply(e, &ev);
    }
    if (r.v % 4 == 0) {
        ev = (struct event){.kind = EV_GATE_SENT, .at_ms = NOON_MS + MS_HOUR};
        ev.u.gate.gate.v = (uint32_t)r.v / 4;
        ev.u.gate.referral = r;
        ev.u.gate.org.v = 1;
        ev.u.gate.kind = KIND_COSM;
        ev.u.gate.keeper = GATEKEEPER_COMENSHA;
        apply(e, &ev);
    }
}

struct engine *crowd_new(const struct vocab *v, const struct crowd *c)
{
    struct engine *e = world_new(v);
    struct rng rng = rng_seed(4);
    struct scarcity_moment moment;
    struct scene s;

    scene_init(&s, v);
    for (uint32_t i = 1; i <= c->pools; i++) {
        any_supply(&rng, &s);
        add_pool(e, c, &s, i);
    }
    for (unsigned nth = 0; nth < REPORTS; nth++) {
        for (uint32_t i = 1; i <= c->pools; i++)
            report(e, c, i, nth);
    }
    for (uint32_t i = 0; i < c->referrals; i++) {
        any_need(&rng, &s);
        live(e, world_open(e, &s.need, NOON_MS), c->pools);
    }
    scarcity_at(e, NOON_MS + MS_HOUR, &moment);
    for (uint64_t i = 1; i <= engine_referrals(e); i++)
        scarcity_may_suit(e, (struct referral_id){i});
    return e;
}
