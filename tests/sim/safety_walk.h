/* What people do for safety: report a leak and confirm it, lift it, set a surge, ask for a known conflict.
 * Mostly by two who may, sometimes by one alone or by others. */
#ifndef PLEK_SIM_SAFETY_WALK_H
#define PLEK_SIM_SAFETY_WALK_H

#include "supply.h"

/* One act; Q: a request that is pending, or NULL. */
void safety_walk(struct world *w, struct rng *r, const struct cast *c, const struct request *q);
/* The calm: no house stays frozen. */
void safety_walk_lift(struct world *w, const struct cast *c);
/* True if Q's question was answered, because its house can say nothing else before. */
bool safety_walk_answer(struct world *w, const struct request *q);

#endif
