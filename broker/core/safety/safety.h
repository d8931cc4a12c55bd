/* Safety of places. Three things that cannot wait for a telephone round:
 *
 *   leak       reported ──► frozen ──► lift asked ──► lifted      a location whose address is known to who
 * must │            ▲───────────┘                      not know it: two people freeze it, two lift it └─►
 * dropped surge      per region off ◄─► on                              opens the places that are kept for it
 *   conflict   none ─► open ─► no / yes                           'known conflict with a resident?' of a
 * request
 *
 * A report that nobody confirms or withdraws is said again, and then to the next in line; the broker itself
 * freezes nothing.
 * A frozen location is hidden from everybody but its own house and the exchange's administrators: its pools
 * are in no list, nothing can be asked there, and what was asked or promised is taken back in the commit that
 * freezes it. The households that live there get a referral in the same commit, the most endangered first;
 * one whose next place is looked for already keeps that search. Each desk is alarmed (timers, ALARM_LEAKED).
 * No name enters here: whether there is a conflict is said by telephone, over a token that both see. */
#ifndef PLEK_CORE_SAFETY_H
#define PLEK_CORE_SAFETY_H

#include "core/ids.h"
#include "core/stay/stay.h"

#define SURGE_REGIONS_MAX 64 /* as many as fit into a set of regions */
#define CONFLICT_TOKEN_SIZE 12
#define CONFLICT_TOKEN_LETTERS 5 /* 25^5 = 9.8 million: nobody who rings guesses it */

enum leak_state {
    LEAK_REPORTED,
    LEAK_FROZEN,
    LEAK_LIFT_ASKED, /* still frozen */
    LEAK_LIFTED,
    LEAK_DROPPED, /* reported, and not confirmed */
    LEAK_STATE_N
};

/* The order is the journal's: add at the end only. */
enum leak_reason {
    LEAK_DADER_AAN_DEUR,
    LEAK_ADRES_GEDEELD,
    LEAK_ONLINE_GEZIEN,
    LEAK_MEDEWERKER,
    LEAK_ANDERS,
    LEAK_REASON_N
};

/* The same: of a surge, when it begins; when it ends none is needed. */
enum surge_reason { SURGE_DRUKTE, SURGE_SLUITING, SURGE_RAMP, SURGE_ANDERS, SURGE_REASON_N };

enum conflict_state { CONFLICT_OPEN, CONFLICT_NO, CONFLICT_YES, CONFLICT_STATE_N };

struct leak {
    uint32_t id;
    struct location_id location;
    enum leak_state state;
    enum leak_reason reason;
    struct account_id reported_by;
    struct account_id confirmed_by;  /* another one; 0 = not yet */
    struct account_id lift_asked_by; /* 0 = nobody now */
    struct account_id lifted_by;     /* another than who asked */
    int64_t reported_at_ms;
    int64_t frozen_at_ms; /* 0 = never */
    int64_t ended_at_ms;  /* lifted or dropped; 0 = neither */
    uint16_t households;  /* that lived there when it was frozen, may still, or were to come */
    uint64_t version;     /* seq of the last event that touched it */
    int64_t again_at_ms;  /* the report was said again, the last time; 0 = never */
    uint8_t n_again;      /* so often */
    bool passed_on;       /* to the next in line too */
};

/* One household that lived there or was to come, in the order in which they are to be moved, or stopped. */
struct leak_household {
    uint32_t leak;
    uint16_t rank;           /* 1 = first; those whose facts are erased stand behind */
    struct stay_id stay;     /* 0 = it is in a bridge bed there, or was on its way to it: */
    struct bridge_id bridge; /* that bed, whose referral looks for a place already and is both of these */
    struct request_id
        promised; /* neither: it had this yes and had not arrived; its referral is both of these */
    struct referral_id earlier; /* of that stay */
    struct referral_id later;   /* looks for the next place; 0 = its facts are erased: ring the house */
};

/* From when to when a region had a surge. */
struct surge {
    uint8_t region;
    enum surge_reason reason;
    struct account_id by;
    int64_t from_ms;
    int64_t until_ms; /* 0 = it goes on */
};

struct conflict {
    uint32_t id;
    struct request_id request;
    enum conflict_state state;
    int64_t asked_at_ms;
    int64_t answered_at_ms;          /* 0 = not yet */
    char token[CONFLICT_TOKEN_SIZE]; /* private; "" when the household's key was destroyed */
};

/* ---- what a command asks, and what an event says; each kind uses what it needs ---- */

struct safety_command {
    struct location_id location; /* report */
    uint32_t leak;               /* all that follow a report */
    uint8_t reason;              /* report: enum leak_reason; surge: enum surge_reason */
    uint64_t regions;            /* surge: bit = region */
    bool on;                     /* surge */
    struct request_id request;   /* conflict */
    bool conflict;               /* answer */
};

struct leak_event { /* of a leak, of its location, and of one household */
    uint32_t leak;
    struct location_id location;
    uint8_t reason; /* reported */
    uint16_t rank;  /* household, with all below */
    struct stay_id stay;
    struct referral_id earlier, later;
    struct bridge_id bridge;    /* a bridge bed instead of a stay; both referrals are its own */
    int64_t deadline_ms;        /* of a search under way, which is for now: this is when */
    uint8_t again;              /* repeated: for the how many-th time, from 1 */
    bool passed_on;             /* repeated: the next in line is told too */
    bool is_last;               /* repeated: nobody is told again after this */
    struct request_id promised; /* its yes, taken back just before; both referrals are its own */
    bool beds_untold; /* lifted in a journal before version 5: said nothing of beds; never written */
};

struct surge_event {
    uint8_t region;
    bool on;
    uint8_t reason;
};

struct conflict_event {
    struct request_id request;
    struct referral_id referral;
    bool conflict;                   /* answered */
    char token[CONFLICT_TOKEN_SIZE]; /* asked; private */
};

/* The only tables of moves. */
bool leak_may_become(enum leak_state from, enum leak_state to);
bool conflict_may_become(enum conflict_state from, enum conflict_state to);

const char *leak_state_code(enum leak_state s);   /* "reported" "frozen" "lift_asked" "lifted" "dropped" */
const char *leak_reason_code(enum leak_reason r); /* "dader_aan_deur" ... */
const char *surge_reason_code(enum surge_reason r);
const char *conflict_state_code(enum conflict_state s); /* "open" "no" "yes" */
const char *const *leak_reason_codes(void);             /* LEAK_REASON_N of them */
const char *const *surge_reason_codes(void);

/* Write the token that DRAW gives: "CT-7K3MA". */
void conflict_token_make(uint64_t draw, char out[CONFLICT_TOKEN_SIZE]);

/* ---- look: borrowed until the next apply; NULL = no such thing ---- */
struct engine;
uint32_t engine_leaks(const struct engine *e); /* ids are 1..n, oldest first */
const struct leak *engine_leak(const struct engine *e, uint32_t id);
/* The leak of a location that is neither lifted nor dropped. */
const struct leak *engine_leak_of(const struct engine *e, struct location_id id);
/* When a report that nobody confirmed or withdrew is said again; INT64_MAX = never. As the alarm of a leak:
 * by the settings of code rood, so often to its own house and then as often to the next in line too; after a
 * start nothing of what was reported more than a day before it (timers_again_ms). */
int64_t leak_again_ms(const struct engine *e, const struct leak *l);
/* It waits for a second person, and nobody is told again. */
bool leak_is_given_up(const struct engine *e, const struct leak *l);
bool engine_location_is_frozen(const struct engine *e, struct location_id id);
/* The NTH household (from 0) of a leak, by rank. Cost: all households of all leaks. */
const struct leak_household *engine_leak_household(const struct engine *e, uint32_t leak, unsigned nth);

/* The household of ID slept in a bridge bed of ORG, or was on its way to one, when its address was known to
 * who must not know it; lifted since or not. Cost: all households of all leaks. */
bool engine_fled_bed(const struct engine *e, struct org_id org, struct referral_id id);

bool engine_in_surge(const struct engine *e, uint8_t region);
/* The surge of a region that goes on, or else its last one. */
const struct surge *engine_surge(const struct engine *e, uint8_t region);

/* Hidden: its location is frozen. Idle: kept for a surge that is not. Neither can be offered or asked. */
bool engine_pool_is_hidden(const struct engine *e, struct pool_id id);
bool engine_pool_is_idle(const struct engine *e, struct pool_id id);

const struct conflict *engine_conflict_of(const struct engine *e, struct request_id id);

#endif
