/* The invented world of schema/demo/national.json as the structs of core. Reading collects every fault with
 * its pointer. */
#ifndef PLEK_MAIN_DEMO_WORLD_H
#define PLEK_MAIN_DEMO_WORLD_H

#include "base/json.h"
#include "core/capacity.h"
#include "core/supply.h"
#include "core/vocab.h"
#include "flow/people_port.h"
#include "flow/secrets_port.h"

struct demo_machine {
    char name[DISPLAY_SIZE];
    struct org_id *orgs;
    size_t n_orgs;
};

struct demo_world {
    struct org *orgs;
    struct location *locations;
    struct revealed_location *sealed; /* one for each location */
    struct pool *pools;
    struct observation *observations; /* observed_at_ms counts back from now */
    struct account *accounts;
    struct demo_machine *machines;
    size_t n_orgs, n_locations, n_pools, n_observations, n_accounts, n_machines;
};

/* Read ROOT at moment NOW. True if no fault was added. The caller ends OUT with demo_world_fini in both
 * cases. */
bool demo_world_read(const struct vocab *v, const json_t *root, int64_t now_ms, struct demo_world *out,
                     struct json_faults *faults);
void demo_world_fini(struct demo_world *w);

#endif
