/* What people do around a referral besides placing it: MDO, regie, questions to specialists. Mostly by those
 * who may, about something recent; sometimes by others. */
#ifndef PLEK_SIM_CARE_WALK_H
#define PLEK_SIM_CARE_WALK_H

#include "supply.h"

/* One act, about R or about what is going on. False if there was nothing to do. */
bool care_walk(struct world *w, struct rng *r, const struct cast *c, const struct referral *about);

#endif
