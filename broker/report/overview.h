/* The national picture as municipalities and rapporteurs see it: supply now, demand over the last days, per
 * kind of place and per region, with small numbers hidden (report/suppress.h). Worked out from the engine
 * when asked: a pass over all pools and over the referrals of the period. How it is counted:
 *
 * - units total, occupied, free: report/supply.h. Small numbers of free units are shown: they are about rooms
 *   that nobody is in, and they are what the page is for; they go only with an occupied number that is
 * hidden.
 * - referrals: opened in the period, by the home region, else the referrer's region.
 * - placed: a house said yes, and it was not undone.
 * - withdrawn: withdrawn before a yes held.
 * - unplaced: its deadline passed without a place, and it is not placed since.
 * - looking: the rest, still within its deadline.
 *
 * By kind, demand is known only once a house said yes: placed alone is given. */
#ifndef PLEK_REPORT_OVERVIEW_H
#define PLEK_REPORT_OVERVIEW_H

#include "core/engine.h"

struct overview_cell {
    int64_t value; /* -1 where the figure does not exist */
    bool suppressed;
};

struct overview_row {
    struct overview_cell units_total, units_occupied, units_free;
    struct overview_cell referrals, placed, unplaced, looking, withdrawn;
    int occupancy_percent;         /* -1 = not known, or hidden with its parts */
    int fresh_percent;             /* of the pools, whose number is fresh */
    int own_region_percent;        /* of the placed; -1 below 10 placed or when either part is small */
    int64_t median_minutes_to_yes; /* from opening to the first yes that held; -1 below 10 placed */
};

struct overview {
    int64_t at_ms;
    int days;
    int minimum_cell;
    struct overview_row totals;
    struct overview_row kinds[KIND_N];
    struct overview_row regions[VOCAB_REGIONS_MAX];
    size_t n_regions;
};

/* Fill OUT. MINIMUM_CELL 1 shows everything (for those who may see all, and for tests). */
void overview_make(const struct engine *e, int64_t now_ms, int days, int minimum_cell, struct overview *out);

#endif
