/* Which pools suit a household now, in what order, and why. Pure: engine, need and moment in, ranked list
 * out. Hard rules give fits / ask / out; unknown on either side gives 'ask', never a silent yes or no. */
#ifndef PLEK_CORE_MATCH_H
#define PLEK_CORE_MATCH_H

#include "core/ids.h"
#include "core/need.h"

#include <stddef.h>

struct engine;
struct actor;
struct referral;

enum verdict { VERDICT_FITS, VERDICT_ASK, VERDICT_OUT, VERDICT_N } ONE_BYTE;

/* The rules in the order in which the first failing one is named to the worker. Bit in a mask. */
enum rule {
    RULE_ASKED, /* this pool is asked already, or said no to this referral; or its house is none for this
                   household, or no house to go to without a word first (match_parts.h: house_word) */
    RULE_STOP,  /* stop in force */
    RULE_DELIVERABLE, /* no staff now */
    RULE_FULL,        /* no offerable unit */
    RULE_UNSAFE,      /* in an unsafe region, or too near an unsafe point */
    RULE_GATEKEEPER,  /* placing right: only CoMensha (COSM, OMM) or GI (jeugd) places here */
    RULE_TARGET,      /* kind is for another group: men, minors, trafficking */
    RULE_SIZE,        /* household does not fit one unit, nor two linked ones */
    RULE_SEX,
    RULE_ADULT_AGE,
    RULE_CHILDREN,
    RULE_SON,
    RULE_DAUGHTER,
    RULE_RESIDENCE,
    RULE_THREAT_LEVEL,
    RULE_THREAT_KIND,
    RULE_TRAIT,  /* a needed trait is refused or missing; which one is in the reason */
    RULE_SERVES, /* own region only */
    RULE_NIGHT,  /* no intake before the deadline */
    RULE_TIER,   /* scarce place held back for those who need it */
    RULE_STALE,  /* number too old: ask */
    RULE_N
};

/* One stated fact. What A and B mean stands with the code in core/reason.def. */
struct reason {
    uint8_t code; /* enum reason_code, core/reason.h */
    int16_t a;
    int16_t b;
};

#define MATCH_REASONS_MAX 20

/* What the others lose if one unit of a pool goes now, in thousandths (matching.md 3.3). */
struct price {
    int32_t coverage; /* of 1000 referrals like the last ones, how many lose their chance of a bed */
    int32_t rarity;   /* 1000 = an average place; more: few places like it for those who need it */
};

/* How the order was found: points for and against, each 0 or more (permille of a perfect fit). */
struct match_terms {
    int16_t distance, language, soft, second_move; /* lost fit, and travel that counts in the order only */
    int16_t scarcity;                              /* the price, weighed */
};

struct pool_match {
    struct pool_id pool;
    enum verdict verdict;
    uint32_t out_mask;  /* rules that exclude */
    uint32_t ask_mask;  /* rules with an unknown fact */
    uint16_t score;     /* 0..1000, fit only (matching.md 3.2) */
    int32_t utility;    /* what the order goes by within a class: 1000 less all terms */
    struct price price; /* of a place that is out: none */
    struct match_terms terms;
    struct reason why; /* of the rank: what sets it behind the place above it; code 0 = nothing to say */
    uint16_t rank;     /* 1.. among fits, then among asks; 0 for out */
    uint8_t units;     /* units the household would take: 1 or 2 */
    int16_t minutes;   /* travel from home (or the referrer's region); -1 = not known */
    uint8_t n_reasons;
    struct reason reasons[MATCH_REASONS_MAX]; /* for first, then cautions and questions, then against */
};

/* "Change this, and so many more places are no longer out" (they fit, or fit with a question). Only changes
 * that a worker may make. */
struct near_miss {
    uint8_t rule;   /* TRAIT: not needed after all (the dog is boarded elsewhere); UNSAFE: all distances to
                       unsafe points so many minutes shorter; SIZE: the household may sleep in two units */
    int16_t detail; /* trait bit, minutes, or 0 */
    uint16_t pools;
};

#define MATCH_NEAR_MAX 8
#define MATCH_STANDING_MAX 16

struct match_result {
    struct pool_match *list; /* ranked: fits, then ask, then out (by pool id) */
    size_t n;
    size_t n_fits, n_ask, n_out;
    size_t regions;             /* compared */
    uint32_t out_first[RULE_N]; /* pools by their first excluding rule */
    struct near_miss near[MATCH_NEAR_MAX];
    size_t n_near;
    uint64_t rules_version;
};

/* What to match for. REFERRAL 0 = a search without saving. */
struct match_query {
    const struct need *need;
    struct referral_id referral;
    uint8_t referrer_region; /* distance counts from here if the need has no home region */
    enum role role;          /* placing right: COSM/OMM only for ROLE_COMENSHA */
    int64_t now_ms;
    int64_t deadline_ms; /* for a saved referral; 0 = opened now */
    unsigned placing;    /* gatekeepers whose places may be asked, besides those of ROLE: GATE_BIT */
    bool bridge;         /* a bed for the meantime: what houses said of that counts, and of a place too */
};

/* Fill OUT; the caller ends it with match_fini. Cost: one pass over all pools. */
void match_run(const struct engine *e, const struct match_query *q, struct match_result *out);
void match_fini(struct match_result *r);

/* The one change a worker may make after which the pool of M, which is out, is not; false if there is none.
 * The smallest step; OUT->pools is 1. */
bool match_change(const struct engine *e, const struct match_query *q, const struct pool_match *m,
                  struct near_miss *out);

/* Judge one pool only (used by decide before it holds a unit). */
void match_one(const struct engine *e, const struct match_query *q, struct pool_id pool,
               struct pool_match *out);

/* Where pools stand among all: what match_run would say, without its words. */
struct match_standing {
    struct reason why[MATCH_STANDING_MAX]; /* of that rank */
    uint16_t rank[MATCH_STANDING_MAX];     /* of each pool asked about, in that order; 0 = out */
    uint16_t fits, asks;                   /* all places that fit, and that want a question */
};
/* N <= MATCH_STANDING_MAX. Much cheaper than match_run. */
void match_ranks(const struct engine *e, const struct match_query *q, const struct pool_id *pools, size_t n,
                 struct match_standing *out);

/* A place for a saved referral, judged without words: what a desk needs to choose by. */
struct match_candidate {
    struct pool_id pool;
    enum verdict verdict;
    uint32_t out_mask, ask_mask;
    uint32_t rank_class; /* lower is better: verdict, scarce kind without need, for a few days only where the
                            household must move on already, opens too late to stand beside those that answer
                            now, stale */
    int32_t utility;
    int64_t observed_at_ms;
    uint16_t fit;
    uint8_t units;
    bool answers_now;
    int64_t opens_at_ms; /* when the house answers: now, or its next opening */
    struct price price;
};

/* Bit of rank_class: a scarce place, and a household that is not known to need it. */
#define MATCH_CLASS_SCARCE 8u

/* The places that a SAVED referral may be offered now, best first (as match_run ranks them): those that fit
 * or may be asked about, at most MAX. With BUT = a mask of rules, places that only those exclude are in it
 * too, behind the others. Far cheaper than match_run: pools that can never suit are not looked at. */
size_t match_candidates(const struct engine *e, const struct match_query *q, uint32_t but,
                        struct match_candidate *out, size_t max);

/* What the worker of a saved referral would ask at NOW, with the rights of its organisation. */
struct match_query match_query_of(const struct engine *e, const struct referral *r, int64_t now_ms);

/* The best place that fits a SAVED referral and was not announced to others for all its units; false if there
 * is none. */
bool match_first(const struct engine *e, const struct match_query *q, struct match_candidate *out);

/* False if the pool can never suit the saved referral, whatever is free and whoever is asked: a cheap first
 * look before it is judged. True where nothing is kept: a closed referral, facts erased. */
bool match_may_suit(const struct engine *e, struct referral_id referral, struct pool_id pool);
/* True if match_may_suit knows the answer; if not, its next call judges all pools for the referral. */
bool match_may_suit_is_known(const struct engine *e, struct referral_id referral);

/* When the clock of a house starts that is asked now: now, or its next opening if it is known to be closed.
 */
int64_t match_answers_at_ms(const struct engine *e, const struct match_query *q, struct pool_id pool);

/* Name of a rule in API and texts: "full", "unsafe", ... */
const char *rule_code(enum rule r);
const char *verdict_code(enum verdict v); /* "fits" "ask" "out" */

#endif
