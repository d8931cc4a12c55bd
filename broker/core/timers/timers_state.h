/* Inside of timers: the table, and what apply, decide, digest and the heap need of it. Private to core. */
#ifndef PLEK_CORE_TIMERS_STATE_H
#define PLEK_CORE_TIMERS_STATE_H

#include "core/timers/timers.h"

struct decision;
struct ask_on;
struct event;
struct fields;
struct referral_slot;

struct timers_slot {
    struct timers t;
    uint64_t sum;    /* digest of t and of the alarm beside it; 0 while its version is 0 */
    uint32_t due;    /* place in the heap + 1, 0 = not there */
    uint32_t seldom; /* place of the first in the table of these alarms + 1, 0 = none was ever raised */
};

/* An alarm from ALARMS_KEPT on, of a referral that had it. */
struct seldom_alarm {
    struct alarm_state a;
    enum alarm alarm;
    uint32_t next; /* of the same referral: place + 1, 0 = none */
};

/* By referral id - 1; as long as the table of referrals. */
struct timers_state {
    struct timers_slot *list;
    uint32_t n, cap;
    struct seldom_alarm *seldom;
    uint32_t n_seldom, cap_seldom;
    int64_t took_up_ms; /* see engine_took_up; 0 = not. No state: of the running broker, as its settings */
};

void timers_free(struct timers_state *s);
/* After a referral or one of its requests changed: bring the heap up to date. Makes its record. */
void timers_refresh(struct engine *e, const struct referral *r);
struct timers_slot *timers_slot(struct engine *e, struct referral_id id); /* CHECK that it exists */

/* The request that is accepted now and whose hold is set; NULL if not. */
const struct request *timers_held(const struct engine *e, const struct referral *r);
/* As timers_alarm_stands, by what no journal loses: true for all that stand. */
bool timers_alarm_may_stand(const struct engine *e, const struct referral *r, enum alarm alarm);
/* When the referral came to look: opened, or lost its place. */
int64_t timers_looks_since_ms(const struct engine *e, const struct referral *r);
/* Steps of widening in the round that goes on. */
unsigned timers_steps(const struct engine *e, const struct referral *r);

/* timers_records.c */
void escalation_fields(struct fields *f, struct escalation *x);
void alarm_repeated_fields(struct fields *f, struct escalation *x);
bool desk_has_private(const struct event *ev);
void desk_private_fields(struct fields *f, struct event *ev);
void timers_request_fields(struct fields *f, struct request *q);
bool timers_request_is_empty(const struct request *q);
uint64_t timers_digest(struct referral_id id, const struct timers *t); /* 0 for an untouched one */
/* Of one from ALARMS_KEPT on; 0: never raised. */
uint64_t timers_digest_seldom(struct referral_id id, enum alarm alarm, const struct alarm_state *a);
uint64_t timers_digest_of(const struct engine *e, struct referral_id id); /* the record and what is beside */
uint64_t timers_recount(const struct engine *e);

/* Until when a yes of NOW keeps its place: the hold of its level, and for a planned search
 * (engine_is_planned) at least its deadline. */
int64_t timers_hold_end_ms(const struct engine *e, const struct referral *r, int64_t now_ms);
/* timers_decide.c, for the other decisions: the yes starts a hold, a journey moves its end. */
void timers_hold(struct decision *d, const struct request *q);
/* The place is lost, as a person said: its referrer's organisation is alarmed in the same commit, if there
 * are alarms. */
void timers_lost(struct decision *d, const struct referral *r, enum alarm alarm);
void timers_journey(struct decision *d, const struct referral *r, const struct request *q, int64_t eta_ms);
/* Where the household of referral ID is, or was to go, is known to who must not know it: alarm, once in a
 * decision. The referral looks for a place, or has one reserved, when that is applied. */
void timers_leaked(struct decision *d, struct referral_id id);
/* The household of referral ID has a bed in a house that has said that somebody there is known to it: alarm,
 * once in a decision. It has that bed when that is applied. */
void timers_conflict(struct decision *d, struct referral_id id);
/* Let fall due what is due of referral ID. False, with nothing added, if this tick has searched often enough.
 */
bool timers_tick(struct decision *d, struct ask_on *a, struct referral_id id);

#endif
