/* The engine: the whole truth of the exchange in memory, and the only three things one can do with it:
 *
 *   decide  command + now → events, or a refusal; changes nothing
 *   apply   event → state; the only way state changes
 *   look    the queries below, digest and check
 *
 * Deterministic: no clock, no randomness, no I/O. The same events in the same order give the same digest. */
#ifndef PLEK_CORE_ENGINE_H
#define PLEK_CORE_ENGINE_H

#include "core/event.h"
#include "core/handover/handover.h"
#include "core/vocab.h"

struct engine;

/* What may be tuned; minutes unless the name says otherwise. Index: enum threat_level (unknown uses groen's
 * row for limits upwards, oranje's for times). Defaults: domain section 5 and matching.md 3.4. */
struct core_settings {
    uint8_t ask_default[THREAT_N];     /* 2 rood, 1 oranje, 1 groen: what the page proposes */
    uint8_t ask_max[THREAT_N];         /* 5, 3, 1: what a worker may ask at once */
    uint32_t answer_by_s[THREAT_N];    /* 10, 40, 160 min: after it others may be asked too */
    uint32_t hold_pending_s[THREAT_N]; /* 3, 6, 12 h: an unanswered request lapses (never before answer_by) */
    struct freshness_limits freshness[SOURCE_N]; /* 2, 8, 24 h */
    uint32_t keys_max;                           /* outcomes remembered: 200,000 */
    uint32_t keys_age_s;                         /* and for how long: 48 h */
    int64_t disagree_ms;  /* feed and people are held against each other if both spoke since then: 24 h */
    uint16_t far_minutes; /* travel from which distance is a caution: 120 */

    /* Asking on after silence: how many pools the broker itself asks in addition when the asked ones have not
     * answered in time, per referral and round of asking; counted from the opening of the house. */
    uint8_t ask_next[THREAT_N];          /* 1: a second (at rood a third) house; 0 = never by itself */
    uint32_t urgent_answer_s[URGENCY_N]; /* 40, 80, 160 min: silence is never longer than this ... */
    uint32_t urgent_hold_s[URGENCY_N];   /* ... and 3, 6, 12 h: nor a hold longer than this */
    uint32_t again_after_silence_s;      /* a house that let a request lapse may be asked again after 3 h */
    uint32_t again_after_full_s;         /* one that said it was full, after 12 h */
    uint32_t tier_window_s[URGENCY_N];   /* 2, 8, 16 h before the deadline scarce places open to all */

    /* The price of scarcity (matching.md 3.3), permille of a perfect fit. */
    uint16_t price_coverage; /* 300: points per household in a thousand that would lose its chance */
    uint16_t price_rarity;   /* 500: points for a place of average rarity */
    uint16_t price_short;    /* 300: permille of the price for emergency places, free again within days */
    uint16_t
        price_distance;  /* 200: points per 100 km of travel in the order, besides what it costs the fit */
    uint16_t wait_share; /* 500: a house that opens within this permille of the time that is left to the
                            deadline stands beside those that answer now (not at code rood) */
    uint16_t chance;     /* 150: permille chance that one given free unit is the one that helps */
    bool late_first;     /* freed units: those past their deadline first, instead of last */
    bool plain_clock;    /* for simulated worlds: minutes of the week without time zone or summer time */
    /* ---- timers and escalation ---- */
    struct timers_settings timers;
    /* ---- no bed: bridges and the unplaced register ---- */
    uint16_t bridge_check_in_minutes; /* 120: between check-ins, where nobody says */
    uint32_t bridge_grace_s;          /* 15 min: after a check-in's moment the alarm rings */
    uint32_t bridge_again_s;          /* 10 min: it rings again until a person answers it */
    uint32_t bridge_seen_s;           /* 30 min: a person who saw it has so long to reach the household */
    uint32_t bridge_arrival_s; /* 3 h: a household on its way to a bridge bed, as the hold after a yes */
    uint32_t order_minutes; /* 14,400: a barring order lasts 10 days (clocks.csv, Wet tijdelijk huisverbod) */
    uint32_t order_warn_s;  /* 24 h: before its end, in time to extend it or to find a place */
    uint32_t order_again_s; /* 1 h: that warning again, until seen */
    /* ---- gatekeepers ---- */
    /* ---- stays, clocks, nights and funding ---- */
    /* ---- MDO, regiehouder, consult ---- */
    struct care_settings care;
    /* ---- warm handover, keys and notes ---- */
    struct handover_settings handover;
    /* ---- location leaked, surge, conflict check ---- */
};
struct core_settings core_settings_default(void);

/* Make an empty engine. VOCAB is borrowed and must outlive it; SETTINGS is copied. */
struct engine *engine_new(const struct vocab *vocab, const struct core_settings *settings);
void engine_free(struct engine *e);

/* Decide a command at NOW. On REFUSAL_NONE the events to apply are appended to OUT, in order, with at_ms set
 * and seq 0. A refusal appends nothing, but for those that must be remembered or recorded (a late yes, an
 * outcome under a key): so append, apply and journal whatever is in OUT in both cases. A known key gives the
 * stored outcome and no events. May not be called while an earlier decision's events are not applied.
 *
 * Remembered under a key: what was done, and refusals that the state of the exchange caused (taken, answered,
 * other was first, ...). Not remembered, and judged afresh: not allowed, not found, bad report, unknown
 * reason, limit, key reused, and a capacity report that told nothing new. */
void engine_decide(const struct engine *e, const struct command *cmd, int64_t now_ms, struct event_list *out,
                   struct outcome *outcome);

/* Is something remembered under KEY at NOW, so that a command with it is answered and not decided? */
bool engine_has_key(const struct engine *e, const struct command_key *key, int64_t now_ms);

/* Apply one event: its seq must be engine_seq() + 1 (CHECK). */
void engine_apply(struct engine *e, const struct event *ev);

/* Apply an event decoded from a journal: as engine_apply, but an impossible one gives ERR_BAD_INPUT with the
 * reason in WHY and leaves the engine as it was. */
MUST_CHECK enum err engine_replay(struct engine *e, const struct event *ev, char *why, size_t why_size);

uint64_t engine_seq(const struct engine *e); /* of the last event applied; 0 = empty */

/* The broker takes up at NOW what it replayed: an alarm that was first raised more than a day before is not
 * raised again (core/timers). What happened is not changed; without this call all are. */
void engine_took_up(struct engine *e, int64_t now_ms);

/* Earliest moment at which CMD_TICK has something to do; INT64_MAX = never. */
int64_t engine_next_due_ms(const struct engine *e);

/* Fingerprint of the whole state without the households' facts (they may have been erased since); costs
 * nothing, however large the state. It does not depend on the settings. WITH_FACTS counts everything again,
 * adds the facts and the keys that are kept, for tests that compare a live engine with its replay; cost: the
 * whole state.
 */
uint64_t engine_digest(const struct engine *e, bool with_facts);

/* True if every invariant of the ledger holds; otherwise WHY names the first broken one. Cost: the whole
 * state. */
bool engine_check(const struct engine *e, char *why, size_t why_size);
/* The same of a journal that an older version may have begun, when a household could hold two places: a
 * referral that holds or asks for one beside what its household was promised breaks nothing there, and is
 * counted in BESIDE. What this version decides adds none. */
bool engine_check_older(const struct engine *e, uint64_t *beside, char *why, size_t why_size);

/* Bytes that the tables of the engine take now, with what lies idle in them and what the allocator adds; for
 * the bars of memory. Cost: a pass over pools and referrals. */
struct engine_memory {
    size_t pools;       /* all of a pool: its place, words, texts, code, and its price of scarcity */
    size_t pools_match; /* of that, what the match reads of every pool that it looks at */
    size_t places;      /* locations and organisations */
    size_t referrals;   /* with their codes, deadlines and all tables beside them, but for the two below */
    size_t requests;
    size_t may_suit; /* one bit per pool for each open referral that was looked at */
};
struct engine_memory engine_memory(const struct engine *e);

/* ---- look: everything returned is borrowed and valid until the next apply; NULL = no such thing ---- */
const struct vocab *engine_vocab(const struct engine *e);
const struct core_settings *engine_settings(const struct engine *e);
uint32_t engine_orgs(const struct engine *e); /* ids are 1..n */
uint32_t engine_locations(const struct engine *e);
uint32_t engine_pools(const struct engine *e);
uint64_t engine_referrals(const struct engine *e);
uint64_t engine_requests(const struct engine *e);
const struct org *engine_org(const struct engine *e, struct org_id id);
const struct location *engine_location(const struct engine *e, struct location_id id);
const struct pool_kept *engine_pool(const struct engine *e, struct pool_id id);
const struct referral *engine_referral(const struct engine *e, struct referral_id id);
const struct request *engine_request(const struct engine *e, struct request_id id);
/* Its texts, and its definition in full. CHECKs that it exists. */
const char *engine_pool_code(const struct engine *e, struct pool_id id);
const char *engine_pool_name(const struct engine *e, struct pool_id id);
const char *engine_pool_name_en(const struct engine *e, struct pool_id id); /* may be "" */
struct pool engine_pool_definition(const struct engine *e, struct pool_id id);
struct org_id engine_org_find(const struct engine *e, const char *code); /* 0 = none */
struct location_id engine_location_find(const struct engine *e, const char *code);
struct pool_id engine_pool_find(const struct engine *e, const char *code);

/* The ledger's view of a pool. */
struct pool_view {
    bool reported;                 /* at least one observation is believed */
    const struct believed *latest; /* NULL if not reported */
    int32_t held;                  /* units held by this exchange that the report cannot yet know of */
    int32_t offerable;             /* max(0, free - held); UNITS_UNKNOWN if free was never said */
    bool overcommitted;            /* more held than the last report leaves: people must ring */
    bool stopped;                  /* a stop is in force at NOW */
    bool hidden;                   /* its location is frozen (core/safety/): offerable is 0 */
    bool idle;                     /* kept for a surge that is not: offerable is 0 */
    enum freshness freshness;
    uint64_t version; /* seq of the last event that touched the pool: for If-Match */
};
struct pool_view engine_pool_view(const struct engine *e, struct pool_id id, int64_t now_ms);

/* The stop in force at NOW. The feed's own is shown as the feed's; where the feed says none, the one that
 * people set stays until its end, or until people report without it: a feed mostly cannot say a stop, and a
 * house must not reopen by itself. */
struct pool_stop {
    uint8_t reason; /* index in the stop list + 1; 0 = none */
    enum side side;
    int64_t until_ms; /* 0 = until told otherwise */
    int64_t ended_ms; /* none in force: when the last one ended by its time; 0 = none did */
};
struct pool_stop engine_pool_stop(const struct engine *e, struct pool_id id, int64_t now_ms);

/* The last word of each side, and whether they disagree at NOW: the one rule for pages and API. */
struct pool_said {
    struct word words[SIDE_N];
    bool disagrees;
};
struct pool_said engine_pool_said(const struct engine *e, struct pool_id id, int64_t now_ms);

/* Units of the pool that can be offered for certain at NOW: 0 with a stop in force, without staff, where free
 * is not known or the number is stale. */
int32_t engine_pool_room(const struct engine *e, struct pool_id id, int64_t now_ms);
/* The NTH pool (from 0) that the event last applied left more room than it had: a unit came free, a stop was
 * lifted, staff came, an old number was confirmed, or it was defined anew. 0 = no more. */
struct pool_id engine_freed_pool(const struct engine *e, unsigned nth);
/* Of that room, what was announced to nobody who still looks; may be below 0. */
int32_t engine_pool_untold(const struct engine *e, struct pool_id id, int64_t now_ms);
/* When the pool last came to have more room; a stop that ended by its time counts. 0 = never. */
int64_t engine_pool_freed_ms(const struct engine *e, struct pool_id id, int64_t now_ms);
/* True if the pool was announced to the referral and has neither been closed nor asked since. */
bool engine_was_found(const struct engine *e, struct referral_id referral, struct pool_id pool);
/* The newest announced place that can still be offered to a referral that looks and has not asked it since;
 * NULL = none. */
const struct place_found *engine_place_found(const struct engine *e, struct referral_id id, int64_t now_ms);

/* Requests whose hold on the pool still counts, newest last; returns how many there are, writes at most MAX.
 */
size_t engine_pool_holds(const struct engine *e, struct pool_id id, struct request_id *out, size_t max);

/* ---- timers and escalation ---- */
/* ---- no bed: bridges and the unplaced register ---- */
/* ---- gatekeepers ---- */
/* core/gate/gate_look.h */
/* ---- stays, clocks, nights and funding ---- */
/* ---- MDO, regiehouder, consult ---- */
/* ---- warm handover, keys and notes ---- */
/* ---- location leaked, surge, conflict check ---- */
#endif
