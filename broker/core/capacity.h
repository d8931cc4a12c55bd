/* What a source said of a pool at a moment (an observation) and what we believe because of it. An observation
 * is never truth: the newest observed_at wins, late ones are kept and not used, the same report twice changes
 * nothing.
 *
 * Two sides speak of a pool: its feed, and people (by hand or by phone). The last word of each is kept beside
 * what is believed, so that it can be shown where they disagree, and so that a stop set by people does not
 * end because a feed, which mostly cannot say one, says nothing of it. */
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

/* The observation that is believed of a pool, as the engine keeps it: an observation without its pool, in 40
 * bytes. The widths hold every value that a journal can (core/fields.h: counts to a million, moments to the
 * year 9999); apply refuses others. */
struct believed {
    uint64_t report;
    int64_t observed_at_ms : 49;
    unsigned stop : 8;
    enum source source : 2;
    enum tri deliverable : 2;
    bool said : 1; /* false: nothing was ever reported, and all else is 0 */
    unsigned spare : 2;
    /* What the match reads straddles no word. */
    int32_t total : 21;
    int32_t free : 21;
    int32_t occupied : 21;
    unsigned spare_too : 1;
    int64_t stop_until_ms : 49;
    int64_t received_at_ms : 49;
    int32_t out_of_order : 21;
} __attribute__((packed, aligned(8)));
_Static_assert(sizeof(struct believed) == 40, "what is believed of a pool takes 40 bytes");

struct believed believed_of(const struct observation *o);
/* The other way round, of POOL. All zero if nothing was said. */
struct observation observation_of(const struct believed *b, struct pool_id pool);

/* Both say the same of the pool: every count, staff and stop. Who said it, when, and in which report may
 * differ. */
bool observation_says_the_same(const struct observation *a, const struct observation *b);

enum side { SIDE_FEED, SIDE_HAND, SIDE_N };
enum side side_of(enum source source); /* the phone is people too */
const char *side_code(enum side v);    /* "feed" "hand" */

/* In what people contradicted what their feed had said when they spoke, as bits. */
enum correction { CORRECTS_FREE = 1, CORRECTS_STAFF = 2, CORRECTS_STOP = 4, CORRECTS_ALL = 7 };

/* The last word of one side, as far as it matters once the other has spoken. Small: a pool may keep two. */
struct word {
    int64_t observed_at_ms : 49;
    int64_t stop_until_ms : 49;    /* 0 = until told otherwise */
    int32_t total : 21, free : 21; /* UNITS_UNKNOWN where not said */
    unsigned stop : 8;             /* 0 = none, else index in the stop list + 1 */
    unsigned deliverable : 2;      /* enum tri */
    bool said : 1;                 /* false: never, and all else is 0 */
    bool echoes : 1; /* people: the stop is the feed's, said again with all the rest; it is none of theirs */
    unsigned
        corrects : 3; /* people: enum correction; a bit goes when the feed says something else by itself */
} __attribute__((packed, aligned(4)));
struct word word_of(const struct observation *o);
struct word word_of_believed(const struct believed *b);
/* Whether echoed, or a correction, or not. */
bool word_equal(const struct word *a, const struct word *b);
bool word_has_stop(const struct word *w, int64_t now_ms); /* its end is not past at NOW; NULL has none */

/* In what two words differ: the units free and staff where both said them, and whether there is a stop at NOW
 * (not its reason or its end). As enum correction. */
unsigned words_differ(const struct word *a, const struct word *b, int64_t now_ms);

/* Both sides spoke at most WINDOW ago, and differ in something in which people contradicted the feed and the
 * feed has not moved since. A feed that reports a change differs from what people confirmed before, and
 * nobody contradicts anybody. */
bool words_disagree(const struct word *feed, const struct word *hand, int64_t now_ms, int64_t window_ms);

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
    OBS_TOTAL_ODD = 32,      /* total, or any count, over 10 times the pool profile: a mapping mistake */
    OBS_SOURCE =
        64 /* a machine that speaks as people, or people as the feed; only decide knows who reports */
};
/* POOL_UNITS is the profile's total, 0 if not known here. Every count that was said takes part in the sum and
 * in OBS_TOTAL_ODD; UNITS_UNKNOWN in none. (decide adds: a count or moment that no journal could hold.) */
unsigned observation_faults(const struct observation *o, int pool_units, int64_t now_ms);

#endif
