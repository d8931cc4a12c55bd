/* What people do for a household without a place. */
#ifndef PLEK_SIM_NOBED_WALK_H
#define PLEK_SIM_NOBED_WALK_H

#include "base/rng.h"
#include "world.h"

/* Something of the no-bed path for a referral, by REFERRER: a bridge opened, asked for, begun, checked in
 * from, ended; a night told; now and then closed, or somebody else's hands. */
void nobed_walk(struct world *w, struct rng *rng, struct actor referrer, const struct referral *r);
void nobed_close(struct world *w, struct rng *rng, struct actor referrer, const struct referral *r);

#endif
