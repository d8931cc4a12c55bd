/* What a clairvoyant reaches for sure: a schedule that keeps to the units, found by prices and mended by
 * moving one household for another. The truth about the best plan lies between this and the bound. */
#ifndef PLEK_SIMULATE_BOUND_SCHEDULE_H
#define PLEK_SIMULATE_BOUND_SCHEDULE_H

#include "simulate/bound_columns.h"

struct bound_placement {
    int pool;       /* -1 = not placed on time */
    int start, end; /* the unit is taken in [start, end) */
};

/* Share of referrals placed on time. PRICES per slot of C. PLACED (n_referrals, may be NULL) gets the plan.
 * For worlds without continued referrals. */
double bound_schedule(const struct sim_world *w, const struct bound_columns *c, const double *prices,
                      struct bound_placement *placed);

#endif
