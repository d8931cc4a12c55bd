/* Who takes part: organisations of every kind, houses and their pools, drawn from the seed and defined
 * through the exchange before the night begins. */
#ifndef PLEK_SIM_SUPPLY_H
#define PLEK_SIM_SUPPLY_H

#include "world.h"

#define REFERRERS_MAX 4
#define SHELTERS_MAX 6
#define POOLS_MAX 36

struct cast {
    struct org_id operator_org, comensha, municipality, rapporteur;
    struct org_id referrers[REFERRERS_MAX];
    struct org_id shelters[SHELTERS_MAX]; /* also what the machine carries */
    int n_referrers, n_shelters;
    struct pool pools[POOLS_MAX]; /* as last defined; ids are 1..n_pools */
    int n_pools;
};

/* Define everything at the active broker, one after the other, each durable before the next. */
void supply_define(struct world *w, struct rng *r, struct cast *c);

/* Give POOL another profile, as an administrator might; code, place and kind stay. */
void pool_redraw(struct rng *r, const struct plan *plan, struct pool *pool);

struct actor actor_of(enum role role, struct org_id org);

#endif
