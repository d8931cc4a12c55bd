/* A bridge (brug): where a household is kept safe while the search for its place goes on. It never ends the
 * search: the referral stays open, and is searched for again.
 *
 *   order     tijdelijk huisverbod: the perpetrator leaves the house, for 10 days, extended to 28
 *   network   the household sleeps with people of its own; coded, never an address
 *   hotel     with a safety owner who is named, and moments at which the household checks in
 *   bed       a place of kind nood, uur72 or crisis, asked as a bridge: a request of its own holds the unit
 *
 *   planned ─┬─► active ─┬─► ended
 *            ├─► alarm ◄─┘ (a check-in missed, a term that ends, a household that did not come)
 *            │     ├─► active (checked in, extended, arrived), ended
 *            │     └─► planned (who did not come to a bed is on the way after all)
 *            └─► ended   (refused, placed elsewhere ...)
 *
 * A machine rings the alarm and never ends a bridge: people do, or an arrival, a withdrawal or a closing that
 * people told of. */
#ifndef PLEK_CORE_NOBED_BRIDGE_H
#define PLEK_CORE_NOBED_BRIDGE_H

#include "core/ids.h"

#include <stdbool.h>
#include <stdint.h>

#define BRIDGE_TIMES_MAX                                                                                     \
    8 /* check-ins named one by one: two nights of four; after them the interval counts */
#define BRIDGE_OWNER_SIZE 48
#define BRIDGE_CALLBACK_SIZE 24
#define BRIDGES_PER_REFERRAL_MAX 32 /* over its whole life */
#define BRIDGE_EVERY_MIN 15         /* minutes between check-ins: oftener is no night's sleep */
#define BRIDGE_EVERY_MAX 1440
#define BRIDGE_TEAM_LEAD_AT 2 /* alarms without a check-in after which the team lead is called in */
#define BRIDGE_UNTIL_MAX_DAYS 35
#define BRIDGE_JOURNEY_MAX_MS                                                                                \
    INT64_C(172800000) /* two days: longer a bed is not kept for who is on the way */

enum bridge_kind { BRIDGE_ORDER, BRIDGE_NETWORK, BRIDGE_HOTEL, BRIDGE_BED, BRIDGE_KIND_N };

enum bridge_state { BRIDGE_PLANNED, BRIDGE_ACTIVE, BRIDGE_ALARM, BRIDGE_ENDED, BRIDGE_STATE_N };

/* Placed, withdrawn and closed come with the referral, leaked with its house; the others are said by people.
 */
enum bridge_end {
    BRIDGE_END_NONE,
    BRIDGE_END_PLACED,
    BRIDGE_END_HOME,
    BRIDGE_END_MOVED,
    BRIDGE_END_FAILED,  /* not safe, not there, never came */
    BRIDGE_END_REFUSED, /* an order that was applied for and not given */
    BRIDGE_END_OVER,    /* its term is over */
    BRIDGE_END_WITHDRAWN,
    BRIDGE_END_CLOSED,
    BRIDGE_END_LEAKED, /* the address of its house is known to who must not know it: before the household came
                        */
    BRIDGE_END_N
};

/* What a person says to an alarm or at a moment of checking in. */
enum bridge_check {
    BRIDGE_CHECK_SAFE, /* spoken with the household: it is well */
    BRIDGE_CHECK_SEEN, /* the alarm is seen and somebody goes after it; rings again if nothing follows */
    BRIDGE_CHECK_N
};

/* Who answers for the household's safety. Never the household itself, and never a client's name. */
enum bridge_owner_kind {
    BRIDGE_OWNER_NONE,
    BRIDGE_OWNER_DESK,  /* the referrer's own desk: the account that said so */
    BRIDGE_OWNER_OTHER, /* another organisation, by role */
    BRIDGE_OWNER_KIND_N
};

enum bridge_owner_role {
    BRIDGE_ROLE_DESK,
    BRIDGE_ROLE_TEAM_LEAD,
    BRIDGE_ROLE_POLICE,
    BRIDGE_ROLE_MUNICIPALITY,
    BRIDGE_ROLE_SHELTER,
    BRIDGE_ROLE_HOTEL,
    BRIDGE_ROLE_OTHER,
    BRIDGE_ROLE_N
};

struct bridge_owner {
    enum bridge_owner_kind kind;
    struct account_id account;           /* who took it on, or told of it */
    enum bridge_owner_role role;         /* private from here: sealed with the referral's key */
    char org[BRIDGE_OWNER_SIZE];         /* "" for the own desk */
    char callback[BRIDGE_CALLBACK_SIZE]; /* "" = erased, or none */
};

struct bridge {
    struct bridge_id id;
    struct referral_id referral;
    struct request_id request; /* a bed's; 0 = none */
    enum bridge_kind kind;
    enum bridge_state state;
    enum bridge_end end;
    uint8_t slept; /* network, hotel: index + 1 in the destination list, where the household sleeps; 0 = not
                      said */
    struct bridge_owner owner;
    uint16_t every_minutes; /* between check-ins; 0 = none */
    uint8_t n_times;
    int64_t times_ms[BRIDGE_TIMES_MAX]; /* rising */
    int64_t until_ms;                   /* of an order, of a bed that was reached; 0 = not said, no longest */
    int64_t next_ms; /* check-in, arrival or end of term that is waited for; 0 = none, or not
                        known when */
    int64_t due_ms;  /* when the alarm rings if nothing is heard; 0 = never */
    uint8_t alarms;  /* rung since the last good word */
    int64_t opened_at_ms;
    int64_t started_at_ms; /* 0 = not yet */
    int64_t checked_at_ms; /* last good word; 0 = none */
    int64_t seen_at_ms;    /* the alarm that rings was seen; 0 = not */
    int64_t ended_at_ms;
    uint64_t version;      /* seq of the last event that touched it */
    int64_t set_out_at_ms; /* to a bed, when it was told last; 0 = not */
};

/* What is asked for when a bridge is opened. */
struct bridge_wish {
    enum bridge_kind kind; /* not BED: that is asked for as a request */
    bool active;           /* the household is there, the order is given; false = planned, applied for */
    uint8_t slept;
    struct bridge_owner owner;
    uint16_t every_minutes; /* 0 = the setting's */
    uint8_t n_times;
    int64_t times_ms[BRIDGE_TIMES_MAX];
    int64_t until_ms;   /* 0 = an order's usual term */
    int64_t imposed_ms; /* an order that is in force: since when; 0 = now, or what its clock says */
};

#define NIGHTS_BEFORE 366 /* days before the referral was opened that a night may be told of: a year */

/* One night without a place. */
struct night {
    int32_t day;    /* days since 1970-01-01 of the evening it began, Dutch calendar as its teller says */
    uint8_t slept;  /* index + 1 in the destination list; a row with slept=yes */
    uint8_t reason; /* index + 1 in the unplaced list: why there was no place; 0 = not said */
};

/* The only table of moves. */
bool bridge_may_become(enum bridge_state from, enum bridge_state to);
bool bridge_is_live(const struct bridge *b); /* not ended */
/* Kinds that a household checks in from: there must be a safety owner. A network may have one. */
bool bridge_needs_owner(enum bridge_kind k);
bool bridge_has_check_ins(const struct bridge *b);
/* It stands until a day that is named: an order that was given, a bed of a kind that has a longest stay. */
bool bridge_has_term(const struct bridge *b);
/* The team lead is called in: two alarms without a check-in. */
bool bridge_is_escalated(const struct bridge *b);

/* The next check-in after one at NOW; one that is within GRACE_MS is taken to be this one. */
int64_t bridge_next_check(const struct bridge *b, int64_t now_ms, int64_t grace_ms);

/* True if a safety owner can stand in the journal: somebody, with a number to ring; an organisation and a
 * role unless it is the own desk. */
bool bridge_owner_is_valid(const struct bridge_owner *o);

const char *bridge_kind_code(enum bridge_kind k);   /* "order" "network" "hotel" "bed" */
const char *bridge_state_code(enum bridge_state s); /* "planned" "active" "alarm" "ended" */
const char *bridge_end_code(enum bridge_end e);     /* "" "placed" "home" ... */
const char *bridge_owner_role_code(enum bridge_owner_role r);
const char *const *bridge_kind_codes(void);
const char *const *bridge_end_codes(void);
const char *const *bridge_check_codes(void); /* "safe" "seen" */
const char *const *bridge_owner_role_codes(void);

#endif
