/* What there is and what is taken, added up over pools. The one way of counting, for the overview and for the
 * table of kinds by region that goes out to partners:
 *
 * - total: what the last report said, else the profile.
 * - occupied: as reported, else total - free - out of order. Unknown counts as nothing, and the pool then has
 *   no part in KNOWN either.
 * - free: offerable (reported free less what this exchange holds), with staff, without a stop, and said
 *   within a day. */
#ifndef PLEK_REPORT_SUPPLY_H
#define PLEK_REPORT_SUPPLY_H

#include "core/engine.h"

struct supply_count {
    int64_t pools, fresh; /* pools, and those of them whose number is fresh */
    int64_t total, known, occupied, free;
    int64_t observed_at_ms; /* the oldest number in it that is not older than a day; 0 = none */
};
void supply_add(struct supply_count *t, const struct pool_kept *p, const struct pool_view *v);

/* Kinds by region, with the totals of both. What is small is hidden (report/suppress.h), and as much of the
 * rest, totals included, as it takes that nobody works it out: for the cells go out to partners and the
 * totals stand in the overview, and whoever sees the one may see the other. It is one table for all; a reader
 * gets a part of it, never one that was made for less.
 *
 * How many units there are is about nobody, and yet small ones are hidden, always: in a region where
 * everything is taken, whoever knows of one unit of a kind knows of one household. */
struct supply_cell {
    struct supply_count n; /* -1 where hidden */
    bool hidden;           /* occupied */
    bool total_hidden;     /* never in the totals of kinds and regions: those are public */
    bool free_hidden;      /* with either of them */
};
struct supply_table {
    int minimum_cell;
    size_t n_regions;
    struct supply_cell cell[VOCAB_REGIONS_MAX][KIND_N]; /* pools 0: there is nothing of that kind */
    struct supply_cell kind[KIND_N];                    /* of all regions */
    struct supply_cell region[VOCAB_REGIONS_MAX];       /* of all kinds */
    struct supply_cell all;
};

/* Fill OUT. MINIMUM_CELL 1 shows everything. Cost: one pass over all pools, and about a millisecond. */
void supply_table_make(const struct engine *e, int64_t now_ms, int minimum_cell, struct supply_table *out);

#endif
