#include "core/request.h"

#include "base/check.h"

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct request_terms request_terms(int64_t now_ms, int64_t opens_at_ms, int64_t deadline_ms,
                                   int64_t answer_ms, int64_t hold_ms)
{
    int64_t bound_ms = deadline_ms > now_ms ? deadline_ms : INT64_MAX;
    int64_t held_ms = hold_ms > answer_ms ? hold_ms : answer_ms;

    CHECK(opens_at_ms >= now_ms && answer_ms >= 0);
    /* Asked shortly before the deadline, a house still gets its time to answer: a late place is a place. */
    return (struct request_terms){
        .answer_by_ms = opens_at_ms + answer_ms,
        .lapse_at_ms = later(earlier(opens_at_ms + held_ms, bound_ms), opens_at_ms + answer_ms),
    };
}

#define TO(s) (1u << REQUEST_##s)

static const uint8_t may_become[REQUEST_STATE_N] = {
    [REQUEST_PENDING] = TO(ACCEPTED) | TO(DECLINED) | TO(EXPIRED) | TO(CANCELLED),
    [REQUEST_ACCEPTED] = TO(CANCELLED) | TO(ADMITTED),
    [REQUEST_ADMITTED] = TO(LEFT), /* a bridge bed only */
};

bool request_may_become(enum request_state from, enum request_state to)
{
    CHECK((unsigned)from < REQUEST_STATE_N && (unsigned)to < REQUEST_STATE_N);
    return ((unsigned)may_become[from] >> (unsigned)to & 1u) != 0;
}

bool request_is_holding(const struct request *r)
{
    return r->state == REQUEST_PENDING || r->state == REQUEST_ACCEPTED;
}

bool cancel_why_is_fall_through(enum cancel_why w)
{
    return w == CANCEL_BED_GONE || w == CANCEL_HOUSEHOLD_NO || w == CANCEL_FELL_THROUGH;
}

bool request_lost_its_yes(const struct request *r)
{
    return r->state == REQUEST_CANCELLED &&
           (r->cancel_why == CANCEL_NO_SHOW || r->cancel_why == CANCEL_HOLD_ENDED ||
            cancel_why_is_fall_through(r->cancel_why));
}

bool request_was_taken_back(const struct request *r)
{
    return r->state == REQUEST_CANCELLED && r->cancel_why == CANCEL_TAKEN_BACK;
}

bool request_is_asking(const struct request *r)
{
    return r->state == REQUEST_PENDING && !r->bridge;
}

bool request_has_bed(const struct request *r)
{
    return r->state == REQUEST_ACCEPTED || (r->state == REQUEST_ADMITTED && r->left_at_ms == 0);
}

const char *request_state_code(enum request_state s)
{
    static const char *const list[REQUEST_STATE_N] = {
        [REQUEST_PENDING] = "pending", [REQUEST_ACCEPTED] = "accepted",   [REQUEST_DECLINED] = "declined",
        [REQUEST_EXPIRED] = "expired", [REQUEST_CANCELLED] = "cancelled", [REQUEST_ADMITTED] = "admitted",
        [REQUEST_LEFT] = "left",
    };

    CHECK((unsigned)s < REQUEST_STATE_N);
    return list[s];
}

const char *cancel_why_code(enum cancel_why w)
{
    static const char *const list[CANCEL_N] = {
        [CANCEL_NONE] = "",
        [CANCEL_OTHER_YES] = "other_yes",
        [CANCEL_WITHDRAWN] = "withdrawn",
        [CANCEL_NO_SHOW] = "no_show",
        [CANCEL_HOLD_ENDED] = "hold_ended",
        [CANCEL_LEAKED] = "leaked",
        [CANCEL_BED_GONE] = "bed_gone",
        [CANCEL_HOUSEHOLD_NO] = "household_no",
        [CANCEL_FELL_THROUGH] = "fell_through",
        [CANCEL_TAKEN_BACK] = "taken_back",
    };

    CHECK((unsigned)w < CANCEL_N);
    return list[w];
}
