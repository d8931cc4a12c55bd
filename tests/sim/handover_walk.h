/* What both sides do after a yes: the list, keys, notes (their sizes and hashes; no ciphertext here). */
#ifndef PLEK_SIM_HANDOVER_WALK_H
#define PLEK_SIM_HANDOVER_WALK_H

#include "supply.h"
#include "world.h"

/* One act for REFERRAL, or for the keys of whoever takes part; nothing if there is nothing to do. */
void handover_walk_step(struct world *w, struct rng *rng, const struct cast *cast,
                        const struct referral *referral);

/* Count what happened. */
void handover_walk_count(struct trace *t, const struct event *ev);

#endif
