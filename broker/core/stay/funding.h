/* Who pays for which night. A stay carries spans: from this day on that stream and that municipality pay. A
 * night bears the day on which it begins; a household that arrives on the 3rd and leaves on the 5th has the
 * nights of the 3rd and the 4th: the day of arrival counts, that of departure does not, as in the sector's
 * accounts. So a household that moves has no night twice, and each night of a stay falls in exactly one span.
 *
 * Which stream is proposed is data with dates (schema/codes/funding_rules.csv), derived purely; it is never a
 * condition, and 'te_regelen' is always right. */
#ifndef PLEK_CORE_FUNDING_H
#define PLEK_CORE_FUNDING_H

#include "core/need.h"

struct stay_rules;

/* Longer histories give up their oldest boundary only after years of monthly changes; then it is refused. */
#define FUNDING_SPANS_MAX 16

struct funding_span {
    int32_t from_day;      /* Dutch civil day (base/time_text.h), inclusive */
    uint8_t stream;        /* nr in funding_streams.csv */
    uint16_t municipality; /* number, 599 for GM0599; 0 = not known yet */
    uint8_t rule;          /* nr of the rule that proposed it; 0 = set by a person, or no rule applied */
    uint8_t reason;        /* why a person set it, index + 1; 0 = proposed */
};

struct funding {
    struct funding_span spans[FUNDING_SPANS_MAX]; /* days rising, the first not after arrival */
    uint8_t n;                                    /* at least 1 */
};

/* What a proposal looks at. */
struct funding_case {
    const struct need *need; /* NULL = facts are not known any more */
    enum kind kind;
    uint8_t region; /* of the house: answers for who has no home region; REGION_NONE = not known */
};

/* The proposal for nights from DAY on, and where a rule or a stream ends later, what follows it: at most MAX
 * spans, the last open. Always at least one; te_regelen where no rule applies. */
struct vocab;
uint8_t funding_propose(const struct vocab *v, const struct funding_case *c, int32_t day,
                        struct funding_span *out, uint8_t max);

/* From SPAN's day on: takes the place of all that began then or later. False if there is no room. What one
 * event does. */
bool funding_change(struct funding *f, struct funding_span span);
/* What a person means by SPAN, set over F, into OUT. It takes the place of all that began then or later, but
 * pays for no night after the last day of its stream: what was told for the nights behind that stays, and
 * where that is nothing which pays then, the rules propose anew for C. Where its stream is the one that paid
 * for that night already, only its municipality is corrected: what followed stays too. A later proposal for
 * the municipality that SPAN corrects gets SPAN's, for the household did not move house on New Year's Day.
 * What comes before SPAN's day is not touched. False if there is no room; OUT is then worth nothing. */
bool funding_set(const struct vocab *v, const struct funding_case *c, const struct funding *f,
                 struct funding_span span, struct funding *out);
/* The span of the night that begins on DAY; NULL before the first. */
const struct funding_span *funding_of_night(const struct funding *f, int32_t day);
/* Nights of [FIRST, LAST] (days, inclusive) that fall in span N, of a stay from ARRIVAL to DEPARTURE day. */
int32_t funding_nights(const struct funding *f, unsigned n, int32_t arrival, int32_t departure, int32_t first,
                       int32_t last);

#endif
