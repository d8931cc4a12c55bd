#include "supply.h"

#include "base/check.h"
#include "vocabulary.h"

#include <stdio.h>

struct actor actor_of(enum role role, struct org_id org)
{
    return (struct actor){.role = role, .org = org, .account = {org.v * 100 + (uint32_t)role}};
}

/* ---- the set-up has no faults: one turn, one commit, one answer ---- */

struct waiting {
    bool done;
    struct outcome outcome;
};

static void on_defined(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct waiting *w = ctx;

    CHECK(trouble == OK);
    w->done = true;
    w->outcome = *outcome;
}

static void define(struct world *w, enum command_kind kind, const void *object)
{
    struct command cmd = {.kind = kind, .actor = {.role = ROLE_SYSTEM}};
    struct waiting waiting = {0};
    struct broker *b = w->active;

    if (kind == CMD_DEFINE_ORG)
        cmd.u.org = object;
    else if (kind == CMD_DEFINE_LOCATION)
        cmd.u.location = object;
    else
        cmd.u.pool = object;
    CHECK(flow_submit(b->flow, &cmd, on_defined, &waiting) == OK);
    for (int i = 0; i < 10 && !waiting.done; i++) {
        flow_turn(b->flow, w->now_ms);
        journal_memory_step(b->journal);
        flow_deliver(b->flow);
    }
    CHECK(waiting.done && waiting.outcome.refusal == REFUSAL_NONE);
}

static struct org_id define_org(struct world *w, enum org_kind kind, const char *name, uint8_t region)
{
    struct org o = {.kind = kind, .region = region};

    snprintf(o.code, sizeof o.code, "%s", name);
    snprintf(o.name, sizeof o.name, "%s", name);
    define(w, CMD_DEFINE_ORG, &o);
    return (struct org_id){engine_orgs(flow_engine(w->active->flow))};
}

/* ---- pools ---- */

/* Mostly yes, sometimes unknown, seldom no: a world in which something fits. */
static enum tri mostly(struct rng *r)
{
    uint32_t n = rng_below(r, 10);

    return n < 7 ? TRI_YES : n < 9 ? TRI_UNKNOWN : TRI_NO;
}

static struct tri_set mostly_all(struct rng *r, unsigned bits)
{
    struct tri_set s = {0};

    for (unsigned i = 0; i < bits; i++)
        tri_put(&s, i, mostly(r));
    return s;
}

void pool_redraw(struct rng *r, const struct plan *plan, struct pool *p)
{
    p->unit_size = (uint8_t)(2 + rng_below(r, 4));
    p->units_total = (uint16_t)(1 + rng_below(r, (uint32_t)plan->units_max));
    p->women = p->kind == KIND_MANNEN ? TRI_NO : TRI_YES;
    p->men = p->kind == KIND_MANNEN ? TRI_YES : mostly(r);
    p->adult_age_min = 0;
    p->adult_age_max = AGE_NO_LIMIT;
    p->children = mostly(r);
    p->son_age_max = rng_chance(r, 700) ? AGE_NO_LIMIT : (int16_t)(10 + rng_below(r, 8));
    p->daughter_age_max = AGE_NO_LIMIT;
    p->residences = mostly_all(r, RESIDENCE_N);
    p->threat_levels = mostly_all(r, THREAT_N);
    p->threat_kinds = mostly_all(r, THREAT_KIND_N);
    p->traits = mostly_all(r, VOCABULARY_TRAITS);
    p->languages = 1 + rng_below(r, 15);
    p->serves_regions = UINT64_MAX;
    p->linkable = mostly(r);
    if (plan->plenty) {
        p->children = TRI_YES;
        p->son_age_max = AGE_NO_LIMIT;
        p->residences.no = p->threat_levels.no = p->threat_kinds.no = p->traits.no = 0;
    }
}

static enum kind draw_kind(struct rng *r)
{
    static const enum kind kinds[] = {KIND_NOOD, KIND_CRISIS,  KIND_CRISIS, KIND_BEVEILIGD, KIND_NOOD,
                                      KIND_COSM, KIND_VERVOLG, KIND_MANNEN, KIND_COSM,      KIND_JEUGD};

    return kinds[rng_below(r, 10)];
}

static void define_pool(struct world *w, struct rng *r, struct cast *c, struct location_id location,
                        struct org_id org)
{
    struct pool p = {.location = location, .org = org, .kind = draw_kind(r)};

    if (c->n_pools == POOLS_MAX)
        return;
    snprintf(p.code, sizeof p.code, "pool-%d", c->n_pools + 1);
    snprintf(p.name, sizeof p.name, "Groep %d", c->n_pools + 1);
    snprintf(p.funding, sizeof p.funding, "wmo");
    p.gatekeeper =
        p.kind == KIND_COSM && w->plan.broken != BROKEN_GATE ? GATEKEEPER_COMENSHA : GATEKEEPER_NONE;
    p.overflow = rng_chance(r, 150);
    pool_redraw(r, &w->plan, &p);
    define(w, CMD_DEFINE_POOL, &p);
    p.id.v = (uint32_t)c->n_pools + 1;
    c->pools[c->n_pools++] = p;
}

static void define_shelter(struct world *w, struct rng *r, struct cast *c)
{
    char name[24];
    struct org_id org;
    int locations = 1 + (int)rng_below(r, (uint32_t)w->plan.locations_max);

    snprintf(name, sizeof name, "opvang-%d", c->n_shelters + 1);
    org = define_org(w, ORG_SHELTER, name, (uint8_t)rng_below(r, VOCABULARY_REGIONS));
    c->shelters[c->n_shelters++] = org;
    for (int i = 0; i < locations; i++) {
        struct location l = {.org = org, .region = (uint8_t)rng_below(r, VOCABULARY_REGIONS)};
        struct location_id id;
        int pools = 1 + (int)rng_below(r, (uint32_t)w->plan.pools_max);

        snprintf(l.code, sizeof l.code, "%s-huis-%d", name, i + 1);
        snprintf(l.name, sizeof l.name, "Huis %d", i + 1);
        l.secret_address = TRI_YES;
        l.night_intake = mostly(r);
        l.intake_from_minute = 0;
        l.intake_until_minute = 24 * 60;
        define(w, CMD_DEFINE_LOCATION, &l);
        id.v = engine_locations(flow_engine(w->active->flow));
        for (int p = 0; p < pools; p++)
            define_pool(w, r, c, id, org);
    }
}

void supply_define(struct world *w, struct rng *r, struct cast *c)
{
    c->operator_org = define_org(w, ORG_OPERATOR, "beheer", 255);
    c->comensha = define_org(w, ORG_COMENSHA, "comensha", 255);
    c->municipality = define_org(w, ORG_MUNICIPALITY, "gemeente", 0);
    c->rapporteur = define_org(w, ORG_RAPPORTEUR, "rapporteur", 255);
    for (int i = 0; i < w->plan.referrers; i++) {
        char name[32];

        snprintf(name, sizeof name, "veilig-thuis-%d", i + 1);
        c->referrers[c->n_referrers++] =
            define_org(w, ORG_VEILIG_THUIS, name, (uint8_t)rng_below(r, VOCABULARY_REGIONS));
    }
    for (int i = 0; i < w->plan.shelters; i++)
        define_shelter(w, r, c);
}
