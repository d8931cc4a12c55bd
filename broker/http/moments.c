#include "http/moments.h"

#include "base/check.h"
#include "base/time_text.h"
#include "core/stay/stay.h"

static const struct {
    const char *code;
    const char *reason; /* English, as any fault */
} texts[MOMENT_WRONG_N] = {
    [MOMENT_IN_FUTURE] = {"in_future", "must not lie in the future"},
    [MOMENT_BEFORE_YES] = {"before_yes", "must not lie before the yes of the house"},
    [MOMENT_BEFORE_ARRIVAL] = {"before_arrival", "must not lie before the arrival"},
    [MOMENT_AFTER_DEPARTURE] = {"after_departure", "must not lie after the leaving"},
    [MOMENT_TOO_LONG_AGO] = {"too_long_ago", "must lie at most 31 days ago"},
    [MOMENT_TOO_LONG_BEFORE] = {"too_long_before", "must lie at most 31 days before it was told"},
    [MOMENT_ORDER_TOO_OLD] = {"order_too_old", "must lie in the past 10 days"},
};

enum moment_wrong moment_judge(int64_t at_ms, const struct moment_bounds *b)
{
    if (at_ms > b->now_ms)
        return MOMENT_IN_FUTURE;
    if (b->yes_ms != 0 && at_ms < b->yes_ms)
        return MOMENT_BEFORE_YES;
    if (b->arrival_ms != 0 && at_ms < b->arrival_ms)
        return MOMENT_BEFORE_ARRIVAL;
    if (b->departure_ms != 0 && at_ms > b->departure_ms)
        return MOMENT_AFTER_DEPARTURE;
    if (b->told_ms != 0)
        return at_ms < b->told_ms - DATES_AGO_MAX_MS ? MOMENT_TOO_LONG_BEFORE : MOMENT_RIGHT;
    return at_ms < b->now_ms - DATES_AGO_MAX_MS ? MOMENT_TOO_LONG_AGO : MOMENT_RIGHT;
}

const char *moment_code(enum moment_wrong why)
{
    CHECK(why > MOMENT_RIGHT && why < MOMENT_WRONG_N);
    return texts[why].code;
}

void moment_fault(struct json_faults *f, struct json_at at, enum moment_wrong why)
{
    if (why != MOMENT_RIGHT)
        json_fault_coded(f, at.pointer, moment_code(why), texts[why].reason);
}
