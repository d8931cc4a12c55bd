/* What each kind of event does to the state, and when it is impossible. Private to apply. An *_impossible
 * function returns why the event cannot happen in this state (a static text without personal data), or NULL;
 * the apply function may be called only after NULL. Impossible means: no decision could have made it,
 * whatever the reference data and settings were. */
#ifndef PLEK_CORE_APPLY_H
#define PLEK_CORE_APPLY_H

#include "core/engine_state.h"

typedef const char *impossible_fn(const struct engine *e, const struct event *ev);
typedef void apply_fn(struct engine *e, const struct event *ev);

/* apply_supply.c */
impossible_fn org_defined_impossible, location_defined_impossible, pool_defined_impossible,
    capacity_observed_impossible, capacity_confirmed_impossible;
apply_fn org_defined_apply, location_defined_apply, pool_defined_apply, capacity_observed_apply,
    capacity_confirmed_apply;

/* apply_request.c */
impossible_fn request_made_impossible, request_seen_impossible, request_accepted_impossible,
    request_declined_impossible, request_expired_impossible, request_cancelled_impossible,
    request_late_yes_impossible, request_silent_impossible;
apply_fn request_made_apply, request_seen_apply, request_accepted_apply, request_declined_apply,
    request_expired_apply, request_cancelled_apply, request_late_yes_apply, request_silent_apply;

/* apply_referral.c */
impossible_fn referral_opened_impossible, referral_travelling_impossible, referral_admitted_impossible,
    referral_no_show_impossible, referral_withdrawn_impossible, referral_unplaced_impossible,
    place_found_impossible;
apply_fn referral_opened_apply, referral_travelling_apply, referral_admitted_apply, referral_no_show_apply,
    referral_withdrawn_apply, referral_unplaced_apply, place_found_apply;

/* ---- timers and escalation ---- */
/* timers/timers_apply.c */
impossible_fn request_rung_impossible, request_extended_impossible, referral_widened_impossible,
    hold_set_impossible, household_refused_impossible, alarm_raised_impossible, alarm_repeated_impossible,
    alarm_acknowledged_impossible, handed_over_impossible, taken_over_impossible, referral_desk_impossible;
apply_fn request_rung_apply, request_extended_apply, referral_widened_apply, hold_set_apply,
    household_refused_apply, alarm_raised_apply, alarm_repeated_apply, alarm_acknowledged_apply,
    handed_over_apply, taken_over_apply, referral_desk_apply;
/* ---- no bed: bridges and the unplaced register ---- */
/* ---- gatekeepers ---- */
/* gate/gate_apply.c */
impossible_fn gate_sent_impossible, gate_step_impossible;
apply_fn gate_sent_apply, gate_step_apply;
/* gate/residence.c */
impossible_fn residence_found_impossible;
apply_fn residence_found_apply;
/* ---- stays, clocks, nights and funding ---- */
/* ---- MDO, regiehouder, consult ---- */
/* care/care_apply.c */
impossible_fn mdo_convened_impossible, mdo_invited_impossible, mdo_answered_impossible,
    mdo_seat_ended_impossible, mdo_dated_impossible, mdo_closed_impossible, mdo_noted_impossible,
    mdo_item_moved_impossible, regie_offered_impossible, regie_taken_impossible, regie_kept_impossible,
    regie_ended_impossible, consult_asked_impossible, consult_answered_impossible, consult_closed_impossible,
    regie_named_impossible;
apply_fn mdo_convened_apply, mdo_invited_apply, mdo_answered_apply, mdo_seat_ended_apply, mdo_dated_apply,
    mdo_closed_apply, mdo_noted_apply, mdo_item_moved_apply, regie_offered_apply, regie_taken_apply,
    regie_kept_apply, regie_ended_apply, consult_asked_apply, consult_answered_apply, consult_closed_apply,
    regie_named_apply;
/* care/care_remind.c */
impossible_fn mdo_reminded_impossible, item_reminded_impossible, regie_reminded_impossible,
    consult_reminded_impossible;
apply_fn mdo_reminded_apply, item_reminded_apply, regie_reminded_apply, consult_reminded_apply;

/* ---- warm handover, keys and notes ---- */
/* handover/handover_apply.c */
impossible_fn key_made_impossible, key_confirmed_impossible, key_lost_impossible, key_loss_asked_impossible,
    key_loss_dropped_impossible, handover_item_impossible, note_written_impossible, note_picked_up_impossible,
    note_unreadable_impossible, note_destroyed_impossible;
apply_fn key_made_apply, key_confirmed_apply, key_lost_apply, key_loss_asked_apply, key_loss_dropped_apply,
    handover_item_apply, note_written_apply, note_picked_up_apply, note_unreadable_apply,
    note_destroyed_apply;
/* The yes of Q was undone: its notes are of no use to anybody and fall due. */
void handover_request_ended(struct engine *e, const struct event *ev, const struct request *q);
/* ---- location leaked, surge, conflict check ---- */
/* End a request's hold: the one way out of pending and accepted. Its referral is settled afterwards. */
void request_end(struct engine *e, const struct event *ev, struct request_id id, enum request_state to,
                 enum cancel_why why);

/* The household of an admitted request has departed: its units count for nothing any more. UNTOLD: as a
 * journal before version 5 said it, see request.left_untold. */
void request_left(struct engine *e, const struct event *ev, struct request_id id, bool untold);
/* That was a mistake: it is there, and counts again as one that has arrived. */
void request_back(struct engine *e, const struct event *ev, struct request_id id);

/* Move a referral; CHECK that the table of moves allows it. Brings deadline and digest up to date. */
void referral_move(struct engine *e, struct referral_slot *s, enum referral_state to, uint64_t seq);

/* Give a referral without a yes the state its requests say: asked while one is pending, else open. */
void referral_settle(struct engine *e, struct referral_slot *s, uint64_t seq);

/* The request of a referral that is accepted now; NULL if none. */
const struct request *referral_accepted(const struct engine *e, const struct referral *r);

#endif
