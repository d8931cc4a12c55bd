/* The columns of the clairvoyant's linear programme (matching.md 5.6): referral I in pool P, starting in
 * window K. Time is looked at in instants b * BOUND_GRID_MIN; a column is the instants at which such a
 * placement is in its unit for sure, wherever in its window it starts. Leaving the other instants out, and
 * everything a policy cannot see, only lets the clairvoyant do more: what follows from columns is an upper
 * bound. */
#ifndef PLEK_SIMULATE_BOUND_COLUMNS_H
#define PLEK_SIMULATE_BOUND_COLUMNS_H

#include "simulate/world.h"

#define BOUND_GRID_MIN (48 * 60)

/* Instants are numbered pool by pool: pool P has slots P * stride ... P * stride + instants, the last of
 * which only closes a span. */
struct bound_column {
    uint32_t from, to; /* slots [from, to), from <= to, in one pool */
};

struct bound_columns {
    int n;                     /* referrals */
    size_t *first;             /* n + 1: columns of referral i are first[i] ... first[i + 1] - 1 */
    struct bound_column *list; /* by referral, pool, window */
    size_t n_columns, cap;     /* entries in list, allocated */
    int instants;              /* per pool */
    size_t stride, slots;      /* instants + 1; n_pools * stride */
    double *units;             /* per slot: units that no resident of t = 0 still has; closing slots 0 */
    int *parent;               /* per referral: the one it continues, -1 = none */
    bool *given;               /* counts as on time whatever happens (see open_span) */
};

void bound_columns_of(const struct sim_world *w, struct bound_columns *out);
void bound_columns_fini(struct bound_columns *c);

/* First minute at which POOL can have said yes to the first-hand referral I: at once in its own region if it
 * looks there first, else after the quickest ask. May lie beyond the deadline. */
int bound_earliest(const struct sim_world *w, int i, int pool);
/* Minutes from the yes until the unit can be used again. */
int bound_occupies_min(const struct sim_world *w, int i, int pool);
/* POOL may take I by the rules and would say yes. */
bool bound_may_place(const struct sim_world *w, int i, int pool);

#endif
