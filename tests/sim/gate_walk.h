/* What gatekeepers and those who need them do in the random walk. */
#ifndef PLEK_SIM_GATE_WALK_H
#define PLEK_SIM_GATE_WALK_H

#include "supply.h"

/* Draw one act about gate requests. REFERRAL is one that is under way, NULL = there is none. */
void gate_walk(struct world *w, struct rng *rng, const struct cast *c, const struct referral *referral);

#endif
