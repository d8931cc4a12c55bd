/* The monthly statement: nights by municipality and stream, for every funder from the same rows; those of
 * stays, and those of bridge beds (core/nobed), whose households have no stay yet. A night
 * counts once, for who pays it (core/stay/funding.h); nights that have not begun are not in it. */
#ifndef PLEK_REPORT_STATEMENT_H
#define PLEK_REPORT_STATEMENT_H

#include "core/audience/audience.h"

#define STATEMENT_ROWS_MAX 2048

struct statement_row {
    uint16_t municipality; /* 0 = not known yet */
    uint8_t stream;        /* nr; 0 = none was known */
    int64_t nights;
    int64_t stays;   /* with at least one of these nights; a bridge bed is one */
    bool suppressed; /* nights and stays are not for this reader: fewer stays than MINIMUM */
};

struct statement {
    int32_t first_day, last_day;                   /* inclusive */
    struct statement_row rows[STATEMENT_ROWS_MAX]; /* by municipality, then stream */
    size_t n;
    bool cut; /* more rows than fit: narrow it down */
    int64_t nights, stays;
    bool totals_suppressed; /* or a hidden row could be worked out from the others */
};

/* Count the nights of [FIRST, LAST] that AUDIENCE may see. Where it may not see all by the night, rows of 1
 * to MINIMUM - 1 stays are hidden. Cost: all stays and bridges. */
void statement_make(const struct engine *e, const struct statement_audience *audience, int32_t first,
                    int32_t last, int64_t now_ms, int64_t minimum, struct statement *out);

#endif
