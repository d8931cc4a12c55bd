/* The unplaced register in numbers, for those who may not see a household: how many referrals of a region got
 * no place in time, and what became of them. The total of a region is the one of the overview
 * (report/overview.h): where that is hidden, nothing of the region is given here either, so that the two
 * cannot be held against each other; of the rest, small parts are hidden (report/suppress.h).
 *
 * - waiting: still looked for. closed: without a place, by a person. withdrawn: withdrawn after the deadline.
 */
#ifndef PLEK_REPORT_UNPLACED_H
#define PLEK_REPORT_UNPLACED_H

#include "core/engine.h"

enum unplaced_part { UNPLACED_WAITING, UNPLACED_CLOSED, UNPLACED_WITHDRAWN, UNPLACED_TOTAL, UNPLACED_PART_N };

struct unplaced_row {
    int64_t value[UNPLACED_PART_N];
    bool hidden[UNPLACED_PART_N];
};

struct unplaced_report {
    int days;
    size_t n_regions;
    struct unplaced_row regions[VOCAB_REGIONS_MAX];
    struct unplaced_row all;
};

/* Of the referrals opened in the last DAYS. MINIMUM_CELL 1 shows everything. Cost: a pass over them, and one
 * overview. */
void unplaced_report_make(const struct engine *e, int64_t now_ms, int days, int minimum_cell,
                          struct unplaced_report *out);

/* True if a referral stands in the register: past its deadline, or closed, and no house's yes holds for it.
 */
bool unplaced_is_listed(const struct engine *e, const struct referral *r);

#endif
