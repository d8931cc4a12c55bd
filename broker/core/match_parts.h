/* Inside the match, for match*.c and their tests only: a query and a pool each brought to the form in which
 * rules are cheap, and what the parts of the match do with them.
 *
 *   query ─► match_ctx ─┐
 *                       ├─► rules ─► masks, verdict ─► score, order ─► reasons
 *   pool  ─► place ─────┘
 */
#ifndef PLEK_CORE_MATCH_PARTS_H
#define PLEK_CORE_MATCH_PARTS_H

#include "core/engine.h"
#include "core/match.h"
#include "core/reason.h"
#include "core/scarcity.h"
#include "core/vocab.h"

#define NO_BIT (-1)

/* A pool that was asked for this referral, or said no to it. */
struct match_asked {
    struct pool_id pool;
    bool declined;
    uint8_t decline_reason; /* index in the decline list + 1, 0 = none */
};

/* What stands between a household and a house, whatever its rooms; the weightier stands behind. From HOUSE_NO
 * on it excludes the house; below that people may ask it, and are asked to look first: the broker never does.
 */
enum house_word {
    HOUSE_NONE,
    HOUSE_UNWANTED_BEFORE, /* the household did not want to go there: some time ago, or another referral says
                            */
    HOUSE_REFUSED_BEFORE,  /* it turned the household away at its door, as another of its referrals says */
    HOUSE_UNSAFE,          /* the household left it because it was not safe */
    HOUSE_UNWANTED,        /* the household said just now that it does not want to go there */
    HOUSE_REFUSED,         /* it said yes, and turned them away */
    HOUSE_CONFLICT /* a resident knows them: of every referral of the household, for place and bridge */
} ONE_BYTE;
#define HOUSE_NO HOUSE_UNWANTED

/* Houses with a word on them that are remembered; past that the lighter ones give way. */
#define MATCH_HOUSES_MAX 64

struct match_house {
    struct location_id location;
    enum house_word word;
};

/* What a query comes down to, computed once. Borrows need and vocab. */
struct match_ctx {
    const struct vocab *vocab;
    const struct need *need;
    enum role role;
    unsigned placing; /* bits of enum gatekeeper: may place there */
    int64_t now_ms;
    int64_t deadline_ms;
    int64_t intake_by_ms; /* intake must start before: the deadline; past it, a fresh term from now */
    int day_minute;       /* Dutch time, of the day */
    int weekday;          /* 0 = Monday */
    bool office_hours;    /* Monday to Friday, 8:30 to 18:00 */
    bool plain_clock;
    const struct core_settings *settings;
    const struct scarcity_moment *moment; /* NULL: no price enters */
    const struct engine *engine;          /* for prices; NULL with MOMENT */
    uint64_t all_regions;

    /* household; ages are -1 where there is nobody */
    int persons;
    int children;
    int women, men;    /* adults */
    int others;        /* adults of unknown or other sex */
    int adult_age_low; /* of the adults whose age is known */
    int adult_age_high;
    bool adult_age_unknown; /* at least one */
    int oldest_boy;
    int oldest_girl;
    int oldest_other; /* child of unknown or other sex */

    struct tri_set traits; /* the need's, and a pregnancy told with a person */
    uint64_t excluding;    /* traits with rule MUST or REFUSAL */
    uint64_t soft;         /* traits with rule SOFT */
    int secret_bit;        /* traits that a location's own facts answer too; NO_BIT if not in the list */
    int guard_bit;
    int dutch;             /* language index, or -1 */
    enum tri trafficking;  /* threat kind netwerk, or a trait of exploitation */
    enum tri guard_needed; /* for the scarce guarded places: code rood, or guards asked for */
    uint64_t unsafe;       /* regions that are unsafe or too near an unsafe point */
    bool unsafe_given;     /* the need names an unsafe area at all */
    bool home_unsafe;
    bool follows_up; /* its clock runs out where it is: what is looked for is a place that lasts */
    struct location_id known_house; /* where it lived before and could go back safely; 0 = none */
    uint8_t from; /* distance counts from here: home, else the referrer's region, else REGION_NONE */
    uint16_t distance_cost[VOCAB_REGIONS_MAX]; /* points off the fit score, by region of the place */
    uint16_t travel_cost[VOCAB_REGIONS_MAX]; /* points off the order besides: core_settings.price_distance */

    struct match_asked asked[64];                /* REFERRAL_REQUESTS_MAX */
    struct match_house houses[MATCH_HOUSES_MAX]; /* one for each location */
    size_t n_asked, n_houses;
    uint8_t conflict_reason; /* 'a resident knows them' in the decline list + 1 */
};

/* When a house takes people in, seen from now. */
enum intake {
    INTAKE_NOW,
    INTAKE_LATER,    /* opens before the household must have a place */
    INTAKE_TOO_LATE, /* opens after that */
    INTAKE_UNKNOWN
};

/* A pool at this moment, for this query. Borrows from the engine until the next apply. */
struct match_place {
    const struct pool_kept *pool;
    const struct location *location;
    const struct vocab_kind *kind;
    struct pool_view view;
    int32_t room;          /* units this exchange does not hold yet, whatever was reported of them */
    int32_t offerable;     /* UNITS_UNKNOWN also where the number is too old to exclude anything */
    struct tri_set traits; /* the pool's, completed by what the location says of address and guard */
    enum gatekeeper gatekeeper;
    enum intake intake;
    bool later;      /* answers so much later that it stands behind places that answer now */
    enum tri needed; /* of a scarce kind: does this household need it? YES for ordinary kinds */
};

struct match_judgement {
    enum verdict verdict;
    uint32_t out_mask;
    uint32_t ask_mask;
    uint8_t units;
};

/* ---- match_context.c ---- */
void match_ctx_init(struct match_ctx *c, const struct vocab *vocab, const struct core_settings *settings,
                    const struct match_query *q);
/* Add what was asked for the query's referral already; nothing for a search without saving. */
void match_ctx_add_asked(struct match_ctx *c, const struct engine *e, struct referral_id id, bool bridge);
/* Add what stands between the household and houses that it was asked at or has lived in, by all its
 * referrals; of a search without saving, by those that its return code leads to. Cost: the household. */
void match_ctx_add_houses(struct match_ctx *c, const struct engine *e, struct referral_id id, bool bridge);
/* The house that a household that comes back, or moves on, knows already. */
void match_ctx_add_known(struct match_ctx *c, const struct engine *e, struct referral_id id);
/* VIEW is copied. */
void match_place_init(struct match_place *p, const struct match_ctx *c, const struct pool_kept *pool,
                      const struct location *location, const struct pool_view *view);
void match_place_load(struct match_place *p, const struct match_ctx *c, const struct engine *e,
                      struct pool_id id);
/* Moment of the next opening, for a house that is closed now. */
int64_t match_opens_at_ms(const struct match_ctx *c, const struct location *l);
int match_opens_day_minute(const struct match_ctx *c, const struct location *l); /* its clock time */

/* ---- match_rules.c ---- */
void match_judge(const struct match_ctx *c, const struct match_place *p, struct match_judgement *out);
/* True if the verdict is OUT; stops at the first rule that says so. */
bool match_excludes(const struct match_ctx *c, const struct match_place *p);
bool match_excludes_but(const struct match_ctx *c, const struct match_place *p,
                        uint32_t but); /* rules passed over */
/* One rule alone; for tests and explanations. */
enum verdict match_rule(enum rule rule, const struct match_ctx *c, const struct match_place *p);
const struct match_asked *match_find_asked(const struct match_ctx *c, struct pool_id pool); /* NULL = not */
enum house_word match_house_word(const struct match_ctx *c, struct location_id id);

/* ---- match_score.c ---- */
void match_distance_costs(struct match_ctx *c); /* fills distance_cost; the rest of C is ready */
/* 0..1000, and in TERMS what it lost where. */
int match_fit(const struct match_ctx *c, const struct match_place *p, struct match_terms *terms);
/* A household that must move on because its time there runs out, and a place where it would again. */
bool match_moves_again(const struct match_ctx *c, const struct match_place *p);
/* What the order goes by within a class: the fit less the weighed price of scarcity, which is put in TERMS.
 */
int match_utility(const struct match_ctx *c, const struct match_place *p, int fit, struct price *price,
                  struct match_terms *terms);

/* ---- match_explain.c ---- */
/* Fill M's reasons; verdict, masks and units are set. */
void match_explain(const struct match_ctx *c, const struct match_place *p, struct pool_match *m);

/* ---- match_rank_why.c ---- */
/* Why a place stands where it does: BEFORE is the one above it, NULL for the first. */
struct ranked_place {
    const struct match_place *place;
    const struct pool_match *match;
};
struct reason match_rank_why(const struct match_ctx *c, const struct ranked_place *before,
                             const struct ranked_place *own);

/* ---- match_near.c ---- */
/* Fill R's near misses from its list, which is complete. */
void match_near(const struct match_ctx *c, const struct engine *e, const struct match_query *q,
                struct match_result *r);

#endif
