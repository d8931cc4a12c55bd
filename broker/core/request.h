/* A request (bedverzoek) asks one pool to take one household. It holds its units from the moment it is made,
 * durably, until it ends.
 *
 *            ┌─► declined
 *   pending ─┼─► expired ──(late yes is recorded)
 *            ├─► cancelled ──(late yes is recorded)
 *            └─► accepted ─┬─► admitted    (arrival confirmed)
 *                          └─► cancelled   (withdrawn, no show, hold ended)
 *   admitted ─► left, where it was a bridge bed and the household left it (core/nobed)
 *
 * Its two moments: the house's clock starts at its opening, that is when it is asked, or when it next takes
 * people in if it is known to be closed. From there it has its time to answer; after that it is silent, and
 * others may be asked too, by the broker as well. A yes counts until the hold lapses: at the household's
 * deadline at the latest as long as that is ahead, but never before the house had its time to answer. */
#ifndef PLEK_CORE_REQUEST_H
#define PLEK_CORE_REQUEST_H

#include "base/time_text.h"
#include "core/ids.h"
#include "core/match.h"

enum request_state {
    REQUEST_PENDING,
    REQUEST_ACCEPTED,
    REQUEST_DECLINED,
    REQUEST_EXPIRED,
    REQUEST_CANCELLED,
    REQUEST_ADMITTED,
    REQUEST_LEFT, /* a bridge bed that the household left */
    REQUEST_STATE_N
} ONE_BYTE;

enum cancel_why {
    CANCEL_NONE,
    CANCEL_OTHER_YES,
    CANCEL_WITHDRAWN,
    CANCEL_NO_SHOW,
    CANCEL_HOLD_ENDED, /* nobody came, nor told of a journey, within the hold after the yes */
    CANCEL_LEAKED,     /* its location is about to be frozen (core/safety/) */
    /* A yes that falls through, as a person says; the journal's order: add at the end. */
    CANCEL_BED_GONE,     /* the house has it no more */
    CANCEL_HOUSEHOLD_NO, /* the household does not want to go there */
    CANCEL_FELL_THROUGH, /* something else on the referrer's side */
    CANCEL_TAKEN_BACK,   /* while it was pending, by who had asked: the search goes on without it */
    CANCEL_N
} ONE_BYTE;

/* What the proposal was based on, frozen when it was asked. */
struct proposal {
    uint64_t rules_version;
    int64_t observed_at_ms;   /* of the pool's number then */
    int32_t free, held;       /* units, before this request */
    int32_t minutes;          /* of travel, -1 = not known */
    uint16_t rank;            /* 1 = first; 0 = not among the ranked */
    uint16_t score;           /* 0..1000 */
    int32_t utility;          /* 1000 less all terms: what the order went by */
    struct price price;       /* of scarcity then */
    struct match_terms terms; /* private, with utility and why: distance and language tell of the household */
    uint16_t fits,
        asks;       /* places that fitted, and that wanted a question, at that moment; 0 and 0 = not kept */
    bool by_broker; /* asked after silence by the broker itself, as the settings say */
    enum verdict verdict;
    uint8_t n_reasons;
    struct reason why;                        /* of its rank; private */
    struct reason reasons[MATCH_REASONS_MAX]; /* private: they describe the household */
};

struct request {
    struct request_id id;
    struct referral_id referral;
    struct pool_id pool;
    struct account_id asked_by;
    struct account_id answered_by;
    enum request_state state;
    enum cancel_why cancel_why;
    uint8_t decline_reason; /* index in the decline list + 1 */
    uint8_t units;          /* 1, or 2 linked */
    bool late_yes;
    /* ---- timers and escalation ---- */
    bool widened;               /* asked by the broker because there was no yes for long */
    bool refused;               /* said yes, and did not let the household in when it stood at the door */
    uint8_t n_rung, n_extended; /* rung again; extra time that the house asked for */
    /* ---- no bed: bridges and the unplaced register ---- */
    bool bridge; /* asked as a bridge bed; its yes and its arrival do not end the search */
    /* ---- location leaked, surge, conflict check ---- */
    bool overflow; /* asked at a place that is kept for a surge */
    /* ---- stays, clocks, nights and funding ---- */
    bool left_untold; /* LEFT_AT_MS was set by a journal before version 5, whose digests do not count it */
    /* ---- gatekeepers ---- */
    enum gatekeeper keeper; /* that the pool had when it was asked */
    struct gate_id gate;    /* the gate request through which it was asked; 0 = none was needed */
    int64_t asked_at_ms;
    int64_t seen_at_ms;   /* 0 = not seen yet */
    int64_t answer_by_ms; /* what the shelter is asked to keep; after it others may be asked too */
    int64_t silent_at_ms; /* when the broker noted that it had passed without an answer; 0 = not */
    int64_t lapse_at_ms;  /* the hold ends here by itself; never before answer_by_ms */
    int64_t answered_at_ms;
    int64_t ended_at_ms; /* of the hold: declined, expired, cancelled, or arrival */
    uint64_t version;    /* seq of the last event that touched it */
    struct proposal proposal;
    /* ---- timers and escalation ---- */
    int64_t rung_at_ms; /* the last time; 0 = never */
    int64_t extended_at_ms;
    /* ---- stays, clocks, nights and funding ---- */
    int64_t left_at_ms; /* when the household that was admitted departed; 0 = it is there. Its stay's */
};

/* The moments of a request made at NOW to a house whose clock starts at OPENS_AT, by the rule above.
 * ANSWER_MS and HOLD_MS are the lengths that the settings give; a hold shorter than the answer counts as that
 * long. */
struct request_terms {
    int64_t answer_by_ms, lapse_at_ms;
};
struct request_terms request_terms(int64_t now_ms, int64_t opens_at_ms, int64_t deadline_ms,
                                   int64_t answer_ms, int64_t hold_ms);

/* The only table of moves. */
bool request_may_become(enum request_state from, enum request_state to);
/* Ended after its yes by what people said of it: nobody came, the hold ended, or it fell through. Whoever
 * stands at the door after all may still be let in (decide_after_all.c). */
bool request_lost_its_yes(const struct request *r);
#define REQUEST_LOST_MS MS_DAY /* until then: that night, and not a week later */
/* The yes is undone by people with this: a no show, or one of those that say what fell through. */
bool cancel_why_is_fall_through(enum cancel_why w);
/* By who had asked it, before it was answered: the house is asked no more for it. */
bool request_was_taken_back(const struct request *r);
/* True while its units are held: pending or accepted. */
bool request_is_holding(const struct request *r);
/* True while it asks for the place that the household looks for: pending, and no bridge. */
bool request_is_asking(const struct request *r);
/* True while a household has its bed, or the promise of it: said yes to, or arrived and still there. */
bool request_has_bed(const struct request *r);
const char *request_state_code(enum request_state s); /* "pending" ... */
const char *cancel_why_code(enum cancel_why w); /* "" "other_yes" "withdrawn" "no_show" "hold_ended" "leaked"
                                                 * "bed_gone" "household_no" "fell_through" "taken_back" */

#endif
