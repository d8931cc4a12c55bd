/* What became of a command: done, or a refusal that a person can act on. A refusal is a normal answer.
 * Outcomes are part of the state: the same Idempotency-Key gives the same outcome, also after a restart. */
#ifndef PLEK_CORE_OUTCOME_H
#define PLEK_CORE_OUTCOME_H

#include "core/ids.h"

#define OUTCOME_IDS_MAX 8

enum refusal {
    REFUSAL_NONE,
    REFUSAL_NOT_ALLOWED,     /* this role or organisation may not do this */
    REFUSAL_NOT_FOUND,       /* no such thing, or not visible to the asker */
    REFUSAL_WRONG_STATE,     /* the referral or request is past this step */
    REFUSAL_TAKEN,           /* no unit of `pool` can be offered now: full, a stop in force, or no staff */
    REFUSAL_DOES_NOT_FIT,    /* a hard rule excludes `pool` */
    REFUSAL_ASKED_ALREADY,   /* `pool` was asked for this referral already, or said no to it */
    REFUSAL_TOO_MANY,        /* more at once than the threat level allows */
    REFUSAL_GATEKEEPER,      /* `pool` is placed by CoMensha or GI */
    REFUSAL_OTHER_WAS_FIRST, /* another shelter said yes first; the unit is free again */
    REFUSAL_LAPSED,          /* the time to answer is over; the late yes is recorded */
    REFUSAL_ANSWERED,        /* this request was answered already, differently */
    REFUSAL_STALE_VERSION,   /* somebody changed it since it was read */
    REFUSAL_KEY_REUSED,      /* the same key came with another body */
    REFUSAL_BAD_REPORT,      /* at least one observation cannot be true: nothing of the batch is taken */
    REFUSAL_UNKNOWN_REASON,  /* coded reason does not exist */
    REFUSAL_LIMIT,           /* a bound of the engine is reached, or a value lies outside its range */
    REFUSAL_DUPLICATE,       /* a definition with this code exists already, with other content */
    /* ---- timers and escalation ---- */
    REFUSAL_EXTENSIONS, /* extra time was given as often as it can be */
    /* ---- no bed: bridges and the unplaced register ---- */
    /* ---- gatekeepers ---- */
    REFUSAL_NO_GATEKEEPER, /* no organisation of the exchange is the gatekeeper here: ring it */
    REFUSAL_NOT_YOURS,     /* a gatekeeper asks its own places only */
    /* ---- stays, clocks, nights and funding ---- */
    /* ---- MDO, regiehouder, consult ---- */
    REFUSAL_NO_CONSENT,   /* the household said no to a consult of organisations: another ground is needed */
    REFUSAL_OPEN_ACTIONS, /* an MDO with actions that nobody has done or dropped cannot be closed */
    /* ---- warm handover, keys and notes ---- */
    REFUSAL_NO_KEY,            /* the receiver has no confirmed key: nothing can be sealed to it */
    REFUSAL_KEY_SECOND_PERSON, /* who made a key cannot confirm it */
    /* ---- location leaked, surge, conflict check ---- */
    REFUSAL_SAME_PERSON,   /* a second person must say so too */
    REFUSAL_CONFLICT_OPEN, /* the referrer asked for a known conflict; answer that first */
    /* ---- keys (warm handover) ---- */
    REFUSAL_TOO_MANY_KEYS, /* the organisation has made as many as it ever may */
    /* ---- at the door after all ---- */
    REFUSAL_PLACED_ELSEWHERE, /* another place has said yes to the household, or has it */
    REFUSAL_UNIT_GONE,        /* the house has no unit left for who stands at its door */
    REFUSAL_SEARCH_OVER,      /* the referral was withdrawn or closed */
    REFUSAL_BRIDGE_THERE,     /* a bridge of this kind stands already, or a bed is promised */
    /* ---- MDO, regiehouder, consult, since ---- */
    REFUSAL_NOT_AT_TABLE, /* an action for who refused the invitation or has left */
    REFUSAL_OWN_ACTIONS,  /* who leaves an MDO has something open there */
    REFUSAL_REGIE_TAKEN,  /* the organisation has it already: a colleague took it, with other words */
    REFUSAL_OFFER_OVER,   /* it was offered, and is not any more */
    /* ---- stays: one household, one place ---- */
    REFUSAL_SEARCH_RUNS,     /* `referral` looks for this household already: ring its desk */
    REFUSAL_HAS_PLACE,       /* `referral` of the same household has a promised place */
    REFUSAL_NO_MUNICIPALITY, /* a municipality pays from this stream: say which */
    /* ---- at the door after all, since ---- */
    REFUSAL_LONG_OVER, /* its yes was over more than a day ago: the place must be asked anew */
    /* ---- stays, since ---- */
    REFUSAL_WAS_ELSEWHERE, /* the household was in another place at that moment */
    REFUSAL_TOO_LATE,      /* it was told too long ago to be corrected */
    REFUSAL_HAS_LEFT,      /* it arrived there, and its departure was told since */
    REFUSAL_MOVED_ON,      /* it has been in another place since it left this one */
    /* ---- MDO, regiehouder, consult, after a flight ---- */
    REFUSAL_NOT_THEIR_DESK, /* a house that they fled gives the regie to the desk of the flight only */
    /* ---- stays, since ---- */
    REFUSAL_LEFT_UNSAFE, /* it left because it was not safe there: its desk takes that back, and no house */
    REFUSAL_N
};

struct outcome {
    enum refusal refusal;
    struct pool_id pool;                         /* the pool a refusal is about, 0 = none */
    struct referral_id referral;                 /* made or changed; of a refusal: what it is about */
    struct request_id requests[OUTCOME_IDS_MAX]; /* made or changed */
    uint8_t n_requests;
    uint16_t fault_index; /* REFUSAL_BAD_REPORT: first bad observation of the batch */
    uint16_t fault_bits;  /* its enum observation_fault */
    uint16_t applied;     /* capacity reports: observations now believed, also those that only confirm */
    uint16_t late;        /* kept, not used: older than what is known */
    uint16_t unchanged;   /* the same report again */
    uint64_t seq;         /* durable when the journal is past this; 0 = nothing was written */
    uint64_t made; /* what was made that is neither referral nor request: id in its own table; 0 = nothing */
};

const char *refusal_code(enum refusal r); /* "taken", "other_was_first", ...: problem type and text key */

#endif
