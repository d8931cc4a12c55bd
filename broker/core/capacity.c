#include "core/capacity.h"

#include "base/time_text.h"

/* Clocks of providers run apart; a report from further ahead than this has a wrong clock or zone. */
#define FUTURE_MAX_MS (2 * MS_MINUTE)
/* A week-old count is a mistake of the feed, not news. */
#define OLD_MAX_MS (7 * MS_DAY)
/* A feed that sends persons, or a whole region, for one pool's units is caught by this factor. */
#define ODD_FACTOR 10

enum freshness freshness_of(int64_t observed_at_ms, int64_t now_ms, const struct freshness_limits *limits)
{
    int64_t age_ms = now_ms - observed_at_ms;

    if (age_ms < limits->fresh_ms)
        return FRESH;
    if (age_ms < limits->ageing_ms)
        return AGEING;
    return age_ms < limits->stale_ms ? STALE : NOT_KNOWN;
}

bool observation_says_the_same(const struct observation *a, const struct observation *b)
{
    return a->total == b->total && a->free == b->free && a->occupied == b->occupied &&
           a->out_of_order == b->out_of_order && a->deliverable == b->deliverable && a->stop == b->stop &&
           a->stop_until_ms == b->stop_until_ms;
}

/* The fields are as wide as what apply and decide let in. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"

struct believed believed_of(const struct observation *o)
{
    return (struct believed){.said = true,
                             .source = o->source,
                             .report = o->report,
                             .total = o->total,
                             .free = o->free,
                             .occupied = o->occupied,
                             .out_of_order = o->out_of_order,
                             .deliverable = o->deliverable,
                             .stop = o->stop,
                             .stop_until_ms = o->stop_until_ms,
                             .observed_at_ms = o->observed_at_ms,
                             .received_at_ms = o->received_at_ms};
}

struct word word_of(const struct observation *o)
{
    return (struct word){.observed_at_ms = o->observed_at_ms,
                         .stop_until_ms = o->stop_until_ms,
                         .total = o->total,
                         .free = o->free,
                         .deliverable = o->deliverable,
                         .stop = o->stop,
                         .said = true};
}

struct word word_of_believed(const struct believed *b)
{
    return (struct word){.observed_at_ms = b->observed_at_ms,
                         .stop_until_ms = b->stop_until_ms,
                         .total = b->total,
                         .free = b->free,
                         .deliverable = b->deliverable,
                         .stop = b->stop,
                         .said = true};
}

#pragma GCC diagnostic pop

struct observation observation_of(const struct believed *b, struct pool_id pool)
{
    return (struct observation){.pool = {b->said ? pool.v : 0},
                                .source = b->source,
                                .report = b->report,
                                .total = b->total,
                                .free = b->free,
                                .occupied = b->occupied,
                                .out_of_order = b->out_of_order,
                                .deliverable = b->deliverable,
                                .stop = (uint8_t)b->stop,
                                .stop_until_ms = b->stop_until_ms,
                                .observed_at_ms = b->observed_at_ms,
                                .received_at_ms = b->received_at_ms};
}

/* ---- the two sides ---- */

enum side side_of(enum source source)
{
    return source == SOURCE_FEED ? SIDE_FEED : SIDE_HAND;
}

const char *side_code(enum side v)
{
    return source_code(v == SIDE_FEED ? SOURCE_FEED : SOURCE_HAND);
}

bool word_equal(const struct word *a, const struct word *b)
{
    return a->said == b->said && a->observed_at_ms == b->observed_at_ms && a->total == b->total &&
           a->free == b->free && a->deliverable == b->deliverable && a->stop == b->stop &&
           a->stop_until_ms == b->stop_until_ms;
}

bool word_has_stop(const struct word *w, int64_t now_ms)
{
    return w != NULL && w->stop != 0 && (w->stop_until_ms == 0 || now_ms < w->stop_until_ms);
}

unsigned words_differ(const struct word *a, const struct word *b, int64_t now_ms)
{
    unsigned bits = 0;

    if (a->free != UNITS_UNKNOWN && b->free != UNITS_UNKNOWN && a->free != b->free)
        bits |= CORRECTS_FREE;
    if (a->deliverable != TRI_UNKNOWN && b->deliverable != TRI_UNKNOWN && a->deliverable != b->deliverable)
        bits |= CORRECTS_STAFF;
    if (word_has_stop(a, now_ms) != word_has_stop(b, now_ms))
        bits |= CORRECTS_STOP;
    return bits;
}

bool words_disagree(const struct word *feed, const struct word *hand, int64_t now_ms, int64_t window_ms)
{
    if (!feed->said || !hand->said || now_ms - feed->observed_at_ms > window_ms ||
        now_ms - hand->observed_at_ms > window_ms)
        return false;
    return (words_differ(feed, hand, now_ms) & hand->corrects) != 0;
}

/* ---- faults ---- */

static int64_t said(int32_t count)
{
    return count > 0 ? count : 0;
}

static bool is_negative(int32_t count)
{
    return count < 0 && count != UNITS_UNKNOWN;
}

unsigned observation_faults(const struct observation *o, int pool_units, int64_t now_ms)
{
    const int32_t counts[] = {o->total, o->free, o->occupied, o->out_of_order};
    unsigned faults = 0;

    for (int i = 0; i < 4; i++) {
        if (is_negative(counts[i]))
            faults |= OBS_NEGATIVE;
        if (pool_units > 0 && said(counts[i]) > (int64_t)ODD_FACTOR * pool_units)
            faults |= OBS_TOTAL_ODD;
    }
    if (o->total >= 0 && said(o->free) + said(o->occupied) + said(o->out_of_order) > o->total)
        faults |= OBS_FREE_OVER_TOTAL;
    if (o->observed_at_ms > now_ms + FUTURE_MAX_MS)
        faults |= OBS_FUTURE;
    if (o->observed_at_ms < now_ms - OLD_MAX_MS)
        faults |= OBS_TOO_OLD;
    if (o->free == UNITS_UNKNOWN && o->stop == 0 && o->deliverable == TRI_UNKNOWN)
        faults |= OBS_NO_COUNT;
    return faults;
}
