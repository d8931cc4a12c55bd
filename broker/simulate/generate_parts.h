/* The parts of the generator, in the order in which world_draw() calls them. */
#ifndef PLEK_SIMULATE_GENERATE_PARTS_H
#define PLEK_SIMULATE_GENERATE_PARTS_H

#include "simulate/generate_draw.h"
#include "simulate/params.h"
#include "simulate/world.h"

struct generator {
    struct sim_world *w;
    const struct sim_params *par;
    uint64_t seed;
    int64_t stay_mean; /* of the log-normal of stays, permille of its median */
    int pools_drawn;   /* also those that were left out for having no units */
};

static inline int gen_par(const struct generator *g, enum sim_param p)
{
    return g->par->v[p];
}

/* generate_regions.c: the 35 regions of the centre municipalities. */
void gen_regions(struct sim_world *w);
int gen_region_by_weight(const struct sim_world *w, struct draw *d);
int gen_region_km(const struct sim_world *w, int a, int b); /* whole km, rounded down */

/* generate_network.c: houses and pools. */
void gen_network(struct generator *g);
/* generate_people.c: household INDEX (all but its moment), the stream of households, who follows whom. */
void gen_household(const struct generator *g, int index, struct sim_referral *out);
void gen_stay(const struct generator *g, int index, struct sim_referral *r);
/* generate_stream.c: how many come and when; who moves on; who lives there at the start. */
MUST_CHECK enum err gen_stream(struct generator *g); /* ERR_TOO_BIG: more than a world may hold */
void gen_residents(struct generator *g);
/* generate_truth.c: who accepts, how fast houses answer, how late counts change. */
void gen_truth(struct generator *g);

#endif
