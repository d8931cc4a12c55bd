/* Timers and escalation: what happens by itself around a referral so that no clock runs out unnoticed.
 *
 *   looking     rung again    a pending request that nobody answers is rung, each interval, until its time is
 * over widened       no yes for so long: the broker asks the next places that fit LEAD          no yes for
 * still longer: the organisation's team lead is alarmed reserved    hold          the place is kept until
 * hold_until_ms; before that HOLD_ENDING; then the place is let go of, the referral looks again, and
 * HOLD_ENDED says so travelling  NO_SHOW       past the time of arrival: both sides are alarmed, and a person
 * decides
 *
 *   looking     GATE          the gatekeeper has not decided when it presses (gate_clocks.act_by_ms): its
 * desk and the referrer are alarmed
 *   looking,    LEAKED        the address where the household is, or was to go, is known to who must not know
 *   reserved                  it (core/safety): raised in the commit that freezes the house, whatever the
 * threat
 *
 *   has a bed   CONFLICT      the house where it has a yes, a bridge bed or a stay has said, of another of
 * its rooms or of another referral of the household, that somebody there is known to them (core/safety):
 * raised in the commit that says so, whatever the threat; ends with that bed
 *
 *   any alarm   raised again  that stands and nobody acknowledged:
 * again_times times each interval, and as often once more with the helpdesk of the exchange, which is next in
 * line
 *
 * A machine never closes a referral. Alarms stand until what they are about is over, or a person acknowledges
 * them. Lengths and counts are settings per threat level (domain: section 5); a level that is not known has
 * oranje's. One record per referral; one that no timer and no colleague touched is in no digest. When the
 * next thing falls due is derived from state and settings, and is no state itself. */
#ifndef PLEK_CORE_TIMERS_H
#define PLEK_CORE_TIMERS_H

#include "core/ids.h"
#include "core/kinds.h"

#include <stdbool.h>
#include <stddef.h>

struct engine;
struct core_settings;
struct referral;
struct request;

#define EXTENSIONS_MAX 3 /* extra time for one answer, and for one hold: up to three times */
#define RINGS_MAX 20     /* of one request; the setting is below it */
#define NEXT_DAY_NEVER 1440

/* 0 in a length or a count: never. Index: enum threat_level. */
struct timers_settings {
    uint32_t ring_s[THREAT_N];      /* 5, 15, 60 min: ring again */
    uint32_t widen_s[THREAT_N];     /* 10, 30 min, 4 h without a yes: ask the next places */
    uint8_t widen_by[THREAT_N];     /* 2, 1, 1: so many in one step */
    uint32_t lead_s[THREAT_N];      /* 20, 60 min; groen 0: at next_day_minute of the next day. Of a planned
                                     * search (engine_is_planned) so long before its deadline */
    uint32_t hold_s[THREAT_N];      /* 3, 6, 24 h after the yes; of a planned one at least to its deadline */
    uint32_t hold_warn_s[THREAT_N]; /* 30 min, 1 h, 4 h before it ends an alarm: time to ring and to extend */
    uint32_t no_show_s[THREAT_N];   /* 30, 60 min, 4 h after the time of arrival */
    uint32_t again_s[THREAT_N];     /* 5, 15, 60 min: as a house is rung again */
    uint32_t journey_s;       /* 3 h: a journey where neither its end nor the distance is known; 0 = nobody
                               * is missed before the hold ends */
    uint32_t extra_s;         /* 5 min: what a house gets that asks for extra time */
    uint16_t next_day_minute; /* 540: nine in the morning, when a team starts; NEXT_DAY_NEVER */
    uint8_t again_times;      /* 3 times to its own organisation, then 3 times the helpdesk too; <= 9 */
    bool gate;                /* true: a gatekeeper that does not decide is alarmed */
    uint8_t rings_max;        /* 6 times for one request: a phone that rings all night is turned off */
    uint8_t widen_steps;      /* 6 in a round; a round starts when a person asks, or a place is lost */
};
struct timers_settings timers_settings_default(void);
/* Nothing happens by itself and no place has an end: for simulated worlds, and for tests of something else.
 */
struct timers_settings timers_settings_off(void);

/* The journal's order: add at the end. */
enum alarm {
    ALARM_LEAD,
    ALARM_HOLD_ENDING,
    ALARM_HOLD_ENDED,
    ALARM_NO_SHOW,
    ALARM_GATE,
    ALARM_LEAKED,
    ALARM_CONFLICT,
    ALARM_N
};
#define ALARMS_KEPT ALARM_LEAKED /* in each record; those from it on are seldom, and kept beside */
#define ALARM_AGAIN_MAX 20       /* of one alarm; twice the setting is below it */
const char *
alarm_code(enum alarm v); /* "lead" "hold_ending" "hold_ended" "no_show" "gate" "leaked" "conflict" */
const char *const *alarm_codes(void); /* ALARM_N of them, for json_choice() */

/* Why a hold got its end. */
enum hold_how { HOLD_YES, HOLD_EXTENDED, HOLD_JOURNEY, HOLD_LATE, HOLD_HOW_N };

/* What an event of this part says; each kind uses what it needs (core/event.h). */
struct escalation {
    struct referral_id referral;
    struct request_id request;
    int64_t until_ms;
    struct account_id to; /* handed over: to whom; 0 = whoever is next */
    enum alarm alarm;
    enum hold_how how;
    uint8_t again;  /* raised again: for the how many-th time, from 1 */
    bool passed_on; /* raised again: the helpdesk of the exchange is told too */
};

struct alarm_state {
    int64_t raised_at_ms; /* 0 = never; when what it is about began */
    int64_t again_at_ms;  /* raised again, the last time */
    int64_t acknowledged_at_ms;
    struct account_id acknowledged_by;
    uint8_t n_again;
    bool passed_on; /* the helpdesk was told */
};

/* Of one referral. */
struct timers {
    struct alarm_state alarms[ALARMS_KEPT]; /* ask timers_alarm() */
    struct request_id
        hold_request; /* the hold below is of this request, and counts only while that is accepted */
    int64_t hold_until_ms;
    int64_t hold_set_at_ms;
    int64_t widened_at_ms;   /* last step; 0 = none */
    uint8_t widen_steps;     /* in the round that step belonged to */
    uint8_t hold_extensions; /* by people */
    bool hold_warned;        /* HOLD_ENDING was raised for this end */
    bool hold_missed;        /* NO_SHOW was raised for this time of arrival */
    bool handed;             /* offered to a colleague who has not taken it over yet */
    struct account_id owner; /* 0 = who opened it */
    struct account_id handed_to;
    int64_t handed_at_ms;
    uint64_t version; /* seq of the last event of this part; 0 = none, and the rest is zero */
};

/* ---- look ---- */
/* The record; a referral without one gives an empty one. Valid until the next apply. */
const struct timers *timers_of(const struct engine *e, struct referral_id id);
/* The state of one alarm; one that was never raised gives an empty one. Valid until the next apply. */
const struct alarm_state *timers_alarm(const struct engine *e, struct referral_id id, enum alarm alarm);
/* Who is responsible for the referral: who took it over last, else who opened it; 0 = nobody yet: the broker
 * opened it by itself, and it waits for somebody of its organisation. */
struct account_id timers_owner(const struct engine *e, const struct referral *r);
/* Who takes it says how its desk is rung, and on what ground it works: the broker opened it by itself, or
 * that is missing. Of any other referral it was said when it was opened, with all its checks. */
bool timers_desk_is_to_say(const struct referral *r);
/* The end of the hold on the place that said yes; 0 = no yes, or none was set. */
int64_t timers_hold_until(const struct engine *e, const struct referral *r);
/* The alarm was raised, and what it is about is not over. */
bool timers_alarm_stands(const struct engine *e, const struct referral *r, enum alarm alarm);
/* When an alarm that stands is raised again; INT64_MAX = never. What fell due while the broker was away comes
 * once, at its start, and the next an interval after it; nothing of what was first raised more than a day
 * before the start: that is shown as it stands, and a broker that comes back after weeks does not ring for
 * all of it. */
int64_t timers_again_ms(const struct engine *e, const struct referral *r, enum alarm alarm);
/* Its gatekeeper, which has not decided yet, is alarmed then; INT64_MAX = there is none. */
int64_t timers_gate_ms(const struct engine *e, const struct referral *r);
/* Earliest moment at which a timer of the referral falls due; INT64_MAX = none. */
int64_t timers_due_ms(const struct engine *e, const struct referral *r);
/* The single timers, INT64_MAX = not running: the next ring of a request; the next step of widening; the
 * alarm without a yes; the end of a hold's warning time, or the hold's end after it; the alarm of a missed
 * arrival: so long after the time that was told, else after the time that the way takes, and at the latest
 * when the hold ends. */
int64_t timers_ring_ms(const struct engine *e, const struct referral *r, const struct request *q);
int64_t timers_widen_ms(const struct engine *e, const struct referral *r);
int64_t timers_lead_ms(const struct engine *e, const struct referral *r);
int64_t timers_hold_ms(const struct engine *e, const struct referral *r);
int64_t timers_no_show_ms(const struct engine *e, const struct referral *r);
/* How long the way to POOL takes, from where the household lives or else from its referrer, by regions; where
 * those are not known the setting journey_s. 0 = that setting says that nothing is estimated. */
int64_t timers_way_ms(const struct engine *e, const struct referral *r, struct pool_id pool);

/* The promises of this part over the whole state; false with WHY. */
bool timers_check(const struct engine *e, char *why, size_t why_size);

#endif
