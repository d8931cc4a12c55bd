/* What the events of this folder do to the state; see core/apply.h. */
#ifndef PLEK_CORE_STAY_APPLY_H
#define PLEK_CORE_STAY_APPLY_H

#include "core/apply.h"

impossible_fn stay_started_impossible, stay_ready_impossible, stay_funded_impossible,
    return_code_given_impossible, stay_ended_impossible, referral_linked_impossible,
    funding_flagged_impossible, clock_started_impossible, clock_changed_impossible, nights_dated_impossible,
    stay_resumed_impossible;
apply_fn stay_started_apply, stay_ready_apply, stay_funded_apply, return_code_given_apply, stay_ended_apply,
    referral_linked_apply, funding_flagged_apply, clock_started_apply, clock_offered_apply, clock_taken_apply,
    clock_prolonged_apply, clock_stopped_apply, clock_warned_apply, clock_ran_out_apply, nights_dated_apply,
    stay_resumed_apply;
/* follow_up.c */
impossible_fn referral_retimed_impossible, referral_still_there_impossible;
apply_fn referral_retimed_apply, referral_still_there_apply;
/* A bed of the household of ID began or ended: when its searches fall due may have changed. */
void household_timers_refresh(struct engine *e, struct referral_id id);

/* The slot of a referral; made, with all before it, if there was none. */
struct household_slot *household_slot(struct engine *e, struct referral_id id);
void household_touched(struct engine *e, struct household_slot *h);

/* Bring version and digest of a stay up to date after the event SEQ; move it where its table allows. */
void stay_touched(struct engine *e, struct stay_slot *s, uint64_t seq);
void stay_move(struct stay_slot *s, enum stay_state to);
/* The clocks of ID's place (STAY; 0 = its bridge bed) that began with its arrival at WAS began at NOW_MS:
 * what they count from, and not when they ring, which an event of their own says. */
void clocks_begun_apply(struct engine *e, struct referral_id id, struct stay_id stay, int64_t was_ms,
                        int64_t now_ms, uint64_t seq);

#endif
