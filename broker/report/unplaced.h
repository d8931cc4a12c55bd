/* The unplaced register in numbers, for those who may not see a household: how many referrals of a region got
 * no place in time, and what became of them. The total of a region is the one of the overview
 * (report/overview.h): where that is hidden, nothing of the region is given here either, so that the two
 * cannot be held against each other; of the rest, small parts are hidden (report/suppress.h).
 *
 * - waiting: still looked for. closed: without a place, by a person. withdrawn: withdrawn after the deadline.
 *
 * Of the whole country, beside it and with the same total: why there was no place, where the household slept
 * last, and how long it waited. Three lines, each by itself: what is hidden in one does not follow from
 * another.
 */
#ifndef PLEK_REPORT_UNPLACED_H
#define PLEK_REPORT_UNPLACED_H

#include "core/engine.h"

enum unplaced_part { UNPLACED_WAITING, UNPLACED_CLOSED, UNPLACED_WITHDRAWN, UNPLACED_TOTAL, UNPLACED_PART_N };

struct unplaced_row {
    int64_t value[UNPLACED_PART_N];
    bool hidden[UNPLACED_PART_N];
};

struct unplaced_cell {
    int64_t count;
    bool hidden;
};

/* Of the register: from opening to the yes, the end, or NOW. */
int64_t unplaced_hours(const struct referral *r, int64_t now_ms);
/* Index + 1 of the newest reason; 0 = nobody said. */
uint8_t unplaced_reason(const struct engine *e, struct referral_id id);
/* Index + 1 of where they slept last, by what was told and by the bridges that stood (core/nobed/slept.h);
 * 0 = not known. */
uint8_t unplaced_slept(const struct engine *e, struct referral_id id, int64_t now_ms);

#define UNPLACED_HOURS_N 4 /* less than 4 hours, 12, 24, and longer */
/* The hours below which line N counts; INT64_MAX of the last. */
int64_t unplaced_hours_below(size_t n);

struct unplaced_report {
    int days;
    size_t n_regions;
    struct unplaced_row regions[VOCAB_REGIONS_MAX];
    struct unplaced_row all;
    size_t n_reasons, n_slept; /* of the lists, and nobody said: index 0 */
    struct unplaced_cell reasons[VOCAB_REASONS_MAX + 1];
    struct unplaced_cell slept[VOCAB_REASONS_MAX + 1];
    struct unplaced_cell hours[UNPLACED_HOURS_N];
};

/* Of the referrals opened in the last DAYS. MINIMUM_CELL 1 shows everything. Cost: a pass over them, and one
 * overview. */
void unplaced_report_make(const struct engine *e, int64_t now_ms, int days, int minimum_cell,
                          struct unplaced_report *out);

/* True if a referral stands in the register: past its deadline, or closed, and no house's yes holds for it.
 */
bool unplaced_is_listed(const struct engine *e, const struct referral *r);

#endif
