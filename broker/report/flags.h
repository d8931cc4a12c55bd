/* How often a house said no for want of money at code rood, by region: the count that the municipality of a
 * region answers for. It sees its own in whole (audience_of_flags); to everybody else a small one points at a
 * household, and is hidden with what it would follow from (report/suppress.h).
 *
 * Why a municipality may see a 1, though small counts are not for it (domain.md, Who uses it): a refusal for
 * funding at code rood is flagged to it (domain.md, Money), one by one and when it happens, so that it can
 * settle who pays. The count is how many of those flags it got; hiding it would hide nothing from it. A flag
 * tells a region and a moment, and no house, desk or fact of the household. */
#ifndef PLEK_REPORT_FLAGS_H
#define PLEK_REPORT_FLAGS_H

#include "core/audience/audience.h"

struct flags_cell {
    int64_t count;
    bool hidden;
};

struct flags_report {
    size_t n_regions;
    struct flags_cell regions[VOCAB_REGIONS_MAX];
    struct flags_cell all; /* of no region too */
};

/* Of the Dutch days FIRST to LAST, inclusive, as AUDIENCE may see them: of a region that is not its own
 * nothing is given, so that all that is not hidden may be shown. MINIMUM >= 1; 1 hides nothing. Cost: all
 * flags. */
void flags_report_make(const struct engine *e, const struct flags_audience *audience, int32_t first,
                       int32_t last, int64_t minimum, struct flags_report *out);

#endif
