#include "support/crowd.h"

#include "base/time_text.h"
#include "core/nobed/bridge.h"
#include "core/may_suit.h"
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

/* An MDO with one item, somebody else asked to co-ordinate, a specialist asked. */
static void care(struct engine *e, struct referral_id r)
{
    struct event ev = {.kind = EV_MDO_CONVENED, .at_ms = NOON_MS + MS_HOUR};

    if (r.v % 10 == 2) {
        ev.u.mdo.mdo = (uint32_t)(r.v / 10 + 1);
        ev.u.mdo.referral = r;
        ev.u.mdo.ground = GROUND_CONSENT;
        ev.u.mdo.orgs[0].v = 1;
        ev.u.mdo.orgs[1].v = 2;
        ev.u.mdo.n_orgs = 2;
        apply(e, &ev);
        ev = (struct event){.kind = EV_MDO_NOTED, .at_ms = NOON_MS + MS_HOUR};
        ev.u.mdo_item.item = ev.u.mdo_item.mdo = (uint32_t)(r.v / 10 + 1);
        ev.u.mdo_item.referral = r;
        ev.u.mdo_item.acts.v = ev.u.mdo_item.by.v = 1;
        snprintf(ev.u.mdo_item.text, sizeof ev.u.mdo_item.text, "School");
        apply(e, &ev);
    }
    if (r.v % 5 == 3) {
        ev = (struct event){.kind = EV_REGIE_OFFERED, .at_ms = NOON_MS + MS_HOUR};
        ev.u.regie.referral = ev.u.regie.of = r;
        ev.u.regie.from.v = 1;
        ev.u.regie.to.v = 2;
        apply(e, &ev);
    }
    if (r.v % 50 == 7) {
        ev = (struct event){.kind = EV_CONSULT_ASKED, .at_ms = NOON_MS + MS_HOUR};
        ev.u.consult.consult = (uint32_t)(r.v / 50 + 1);
        ev.u.consult.referral = r;
        ev.u.consult.from.v = 1;
        ev.u.consult.to.v = 2;
        snprintf(ev.u.consult.text, sizeof ev.u.consult.text, "Papers");
        apply(e, &ev);
    }
}

/* Looked after where it is until it has a place; a stay elsewhere that runs out. */
static void meantime(struct engine *e, struct referral_id r)
{
    struct event ev = {.kind = EV_BRIDGE_OPENED, .at_ms = NOON_MS + MS_HOUR};

    if (r.v % 10 == 4) {
        ev.u.bridge_opened.id.v = r.v / 10 + 1;
        ev.u.bridge_opened.referral = r;
        ev.u.bridge_opened.kind = BRIDGE_HOTEL;
        ev.u.bridge_opened.state = BRIDGE_ACTIVE;
        ev.u.bridge_opened.owner.kind = BRIDGE_OWNER_DESK;
        ev.u.bridge_opened.every_minutes = 120;
        ev.u.bridge_opened.next_ms = NOON_MS + 3 * MS_HOUR;
        ev.u.bridge_opened.due_ms = NOON_MS + 4 * MS_HOUR;
        apply(e, &ev);
    }
    if (r.v % 10 == 9) {
        ev = (struct event){.kind = EV_CLOCK_STARTED, .at_ms = NOON_MS + MS_HOUR};
        ev.u.clock.clock.v = (uint32_t)(r.v / 10 + 1);
        ev.u.clock.referral = r;
        ev.u.clock.kind = 1;
        ev.u.clock.owner.v = ev.u.clock.org.v = 1;
        ev.u.clock.started_at_ms = ev.at_ms;
        ev.u.clock.warn_at_ms = ev.at_ms + MS_DAY;
        ev.u.clock.runs_out_ms = ev.at_ms + 3 * MS_DAY;
        apply(e, &ev);
    }
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

/* A second organisation, to have at the table. */
static void add_colleague(struct engine *e)
{
    struct event ev = {.kind = EV_ORG_DEFINED, .at_ms = NOON_MS};

    ev.u.org = *engine_org(e, (struct org_id){1});
    ev.u.org.id.v = engine_orgs(e) + 1;
    snprintf(ev.u.org.code, sizeof ev.u.org.code, "collega");
    apply(e, &ev);
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
    add_colleague(e);
    for (uint32_t i = 0; i < c->referrals; i++) {
        any_need(&rng, &s);
        live(e, world_open(e, &s.need, NOON_MS), c->pools);
        care(e, (struct referral_id){engine_referrals(e)});
        meantime(e, (struct referral_id){engine_referrals(e)});
    }
    scarcity_at(e, NOON_MS + MS_HOUR, &moment);
    for (uint64_t i = 1; i <= engine_referrals(e); i++)
        may_suit_bits(e, (struct referral_id){i});
    return e;
}
