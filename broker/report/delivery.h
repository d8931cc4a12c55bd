/* The delivery record: how one provider answers what it is asked, over the last days, for that provider
 * itself; and beside it how the sector does, in which no other provider can be recognised. It is a mirror and
 * no stick: nothing that ranks or asks houses reads it (a test holds that), and only the provider and the
 * exchange's own people see it.
 *
 * Counted are requests asked in the period, by what became of them:
 *
 * - asked:      all of them. The others below are parts of it.
 * - waiting:    not answered yet, and within its time.
 * - let go:     ended by another's yes or a withdrawal before its time to answer was over: it had no chance,
 * so it is in no rate.
 * - in time:    a yes or no by the moment the house had agreed to (extra time that it asked for included).
 * - yes, no:    answers that counted, in time or later; a yes that was undone afterwards is a yes.
 * - late no:    a no after that moment: the household waited for nothing.
 * - unanswered: its time passed without an answer.
 * - late yes:   of those, a yes that came when the hold had ended.
 * - false free: a no because it is full or was just taken, though at the asking its own number had units
 * left.
 * - refused:    of the yes, those where the household stood at the door and was not let in, as its referrer
 * (or the house itself) says.
 * - bed gone:   of the yes, those that fell through because the house had the bed no more, whoever of the two
 * said so. What the referrer undid for the household, or for a reason of its own, is counted for no house.
 * - extra time: times it asked for some.
 *
 * Who was let in after the yes was over (core/decide_after_all.c) was asked by nobody the second time: that
 * request is not counted.
 *
 * Rates are percentages of asked less waiting and let go. The norm is the quarter, the half and the three
 * quarters of the providers' rates, rounded to 5 so that no one provider's own number shows through, and only
 * of DELIVERY_PROVIDERS_MIN or more providers with DELIVERY_ASKED_MIN or more counted requests each. */
#ifndef PLEK_REPORT_DELIVERY_H
#define PLEK_REPORT_DELIVERY_H

#include "core/engine.h"

#define DELIVERY_PROVIDERS_MIN 5
#define DELIVERY_ASKED_MIN 5

enum delivery_rate {
    RATE_IN_TIME,
    RATE_YES,
    RATE_UNANSWERED,
    RATE_LATE_NO,
    RATE_FALSE_FREE,
    RATE_REFUSED,
    RATE_BED_GONE,
    RATE_N
};
const char *delivery_rate_code(
    enum delivery_rate r); /* "inTime" "yes" "unanswered" "lateNo" "falseFree" "refused" "bedGone" */

struct delivery {
    int64_t from_ms, to_ms; /* the period: asked at or after, before */
    uint32_t asked, waiting, let_go, in_time, yes, no, late_no, unanswered, late_yes, false_free, refused,
        bed_gone, extra_time;
    int rates[RATE_N];      /* percent; -1 where nothing is counted */
    int64_t median_minutes; /* from asking to the answer, of those answered; -1 = none */
};

struct delivery_norm {
    bool is_shown; /* false: too few providers */
    uint32_t providers;
    struct {
        int low, middle, high; /* a quarter of the providers is at or below; half; three quarters */
    } rates[RATE_N];
    int64_t median_minutes; /* half of the providers' medians, rounded to 5 */
};

/* Fill OUT for ORG over the last DAYS. Cost: one pass over the requests of the period. */
void delivery_make(const struct engine *e, struct org_id org, int64_t now_ms, int days, struct delivery *out);
/* Fill OUT for all providers. The same cost, and a small sort. */
void delivery_norm_make(const struct engine *e, int64_t now_ms, int days, struct delivery_norm *out);

#endif
