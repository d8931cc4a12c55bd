/* Only for base/csv.c: the one place that sees libcsv's <csv.h>, whose csv_free and csv_parse would clash
 * with the names of base/csv.h in one file. */
#ifndef PLEK_BASE_CSV_SPLIT_H
#define PLEK_BASE_CSV_SPLIT_H

#include "base/bytes.h"

struct csv_splitter {
    void (*on_field)(void *context, struct bytes field); /* borrowed for the call */
    void (*on_row)(void *context, int line);             /* LINE where the row began, from 1 */
    void *context;
};

/* Split TEXT by RFC 4180 (comma, CR LF or LF, spaces kept; the caller has refused lone CRs) and call back in
 * order; empty lines are skipped. A quote that is not closed, doubled or alone in its place gives
 * ERR_BAD_INPUT and its line in BAD_LINE; what was called back before stands. */
MUST_CHECK enum err csv_split(struct bytes text, const struct csv_splitter *to, int *bad_line);

#endif
