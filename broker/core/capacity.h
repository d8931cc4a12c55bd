/* What a source said of a pool at a moment (an observation) and what we believe because of it. An observation
 * is never truth: the newest observed_at wins, late ones are kept and not used, the same report twice changes
 * nothing. */
#ifndef PLEK_CORE_CAPACITY_H
#define PLEK_CORE_CAPACITY_H

#include "core/ids.h"
#include "core/kinds.h"
#include "core/tri.h"

#define UNITS_UNKNOWN INT32_C(-1)

struct observation {
    struct pool_id pool;
    enum source source;
    uint64_t report; /* hash of source channel and report id: the same report twice is recognised by it */
    int32_t total;   /* units; UNITS_UNKNOWN where the source did not say */
    int32_t free;    /* units without a resident, those promised through this exchange included */
    int32_t occupied;
    int32_t out_of_order;
    enum tri deliverable;  /* staffed now; a unit without staff is not free */
    uint8_t stop;          /* 0 = none, else index in the stop list + 1: no new intake */
    int64_t stop_until_ms; /* 0 = until told otherwise */
    int64_t observed_at_ms;
    int64_t received_at_ms;
};

/* Ages at which a number stops being fresh, ageing, stale (domain: section 4); per source. */
struct freshness_limits {
    int64_t fresh_ms, ageing_ms, stale_ms;
};

enum freshness freshness_of(int64_t observed_at_ms, int64_t now_ms, const struct freshness_limits *limits);

/* Faults of one observation, as bits, so that all are told at once. */
enum observation_fault {
    OBS_NEGATIVE = 1,        /* a count below 0 */
    OBS_FREE_OVER_TOTAL = 2, /* free, or free + occupied + out of order, more than total */
    OBS_FUTURE = 4,          /* observed more than 2 minutes after now */
    OBS_TOO_OLD = 8,         /* observed more than 7 days ago: not a report of now */
    OBS_NO_COUNT = 16,       /* says nothing that helps: no free, no stop, no deliverable */
    OBS_TOTAL_ODD = 32       /* total, or any count, over 10 times the pool profile: a mapping mistake */
};
/* POOL_UNITS is the profile's total, 0 if not known here. Every count that was said takes part in the sum and
 * in OBS_TOTAL_ODD; UNITS_UNKNOWN in none. (decide adds: a count or moment that no journal could hold.) */
unsigned observation_faults(const struct observation *o, int pool_units, int64_t now_ms);

#endif
