/* Small numbers point at people. This hides them in a published table, and hides enough of the rest that they
 * cannot be worked out from the totals.
 *
 * A table has its margins in it: the last row is the column totals, the last column the row totals, so that
 * every row and every column is an equation "cells = margin". Three rules, repeated until nothing changes:
 *
 *   1. a value from 1 to MINIMUM - 1 is hidden (0 is shown: it is about nobody);
 *   2. no hidden cell may follow from the equations. Seen as a graph (rows and columns are points, hidden
 * cells are lines between them) a cell follows exactly when its line is a bridge; every bridge is closed into
 * a ring by hiding the cheapest way round;
 *   3. what is hidden beside a shown margin must add up to at least MINIMUM, otherwise small sums give small
 * parts away.
 *
 * Where every cell has a public upper bound (of so many places, so many occupied), rule 3 holds from above as
 * well: what the hidden cells leave of their bounds adds up to at least MINIMUM, so that a full house is not
 * told by its region. */
#ifndef PLEK_REPORT_SUPPRESS_H
#define PLEK_REPORT_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUPPRESS_ROWS_MAX 66 /* 64 regions, totals, one spare */
#define SUPPRESS_COLS_MAX 12 /* 10 kinds, totals, one spare */

struct suppress_table {
    size_t rows, cols; /* margins included; at most the bounds above */
    int64_t value[SUPPRESS_ROWS_MAX][SUPPRESS_COLS_MAX];
    bool quiet[SUPPRESS_COLS_MAX]; /* column is not about people: rule 1 does not hide in it */
    bool open[SUPPRESS_ROWS_MAX][SUPPRESS_COLS_MAX];  /* public by nature: never hidden */
    bool given[SUPPRESS_ROWS_MAX][SUPPRESS_COLS_MAX]; /* is not published at all; not together with open */
    bool bounded;                                     /* BOUND counts: 0 <= value <= bound, known to all */
    int64_t bound[SUPPRESS_ROWS_MAX][SUPPRESS_COLS_MAX];
    bool hidden[SUPPRESS_ROWS_MAX][SUPPRESS_COLS_MAX]; /* out */
};

/* Work out HIDDEN. MINIMUM >= 1; 1 hides nothing. Values are >= 0 and add up (CHECK). If OPEN cells make
 * protection impossible, everything that may be hidden is. */
void suppress_table(struct suppress_table *t, int64_t minimum);

#endif
