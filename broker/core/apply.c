/* The only way state changes: one table from kind of event to what it does. Live, replay, standby and
 * simulator all come through here. */
#include "core/apply.h"

#include "base/check.h"
#include "core/engine.h"
#include "core/fields.h"
#include "core/nobed/nobed_apply.h"
#include "core/safety/safety_apply.h"
#include "core/stay/stay_apply.h"

#include <stdio.h>

struct applier {
    impossible_fn *impossible;
    apply_fn *apply;
};

static const char *command_done_impossible(const struct engine *e, const struct event *ev)
{
    const struct command_key *k = &ev->u.done.key;

    (void)e;
    if (k->hi == 0 && k->lo == 0)
        return "an outcome without a key";
    return ev->u.done.outcome.seq != ev->seq ? "an outcome of another moment" : NULL;
}

static void command_done_apply(struct engine *e, const struct event *ev)
{
    key_store(e, &ev->u.done.key, &ev->u.done.outcome, ev->at_ms);
}

static const struct applier appliers[EV_N] = {
    [EV_ORG_DEFINED] = {org_defined_impossible, org_defined_apply},
    [EV_LOCATION_DEFINED] = {location_defined_impossible, location_defined_apply},
    [EV_POOL_DEFINED] = {pool_defined_impossible, pool_defined_apply},
    [EV_CAPACITY_OBSERVED] = {capacity_observed_impossible, capacity_observed_apply},
    [EV_REFERRAL_OPENED] = {referral_opened_impossible, referral_opened_apply},
    [EV_REQUEST_MADE] = {request_made_impossible, request_made_apply},
    [EV_REQUEST_SEEN] = {request_seen_impossible, request_seen_apply},
    [EV_REQUEST_ACCEPTED] = {request_accepted_impossible, request_accepted_apply},
    [EV_REQUEST_DECLINED] = {request_declined_impossible, request_declined_apply},
    [EV_REQUEST_EXPIRED] = {request_expired_impossible, request_expired_apply},
    [EV_REQUEST_CANCELLED] = {request_cancelled_impossible, request_cancelled_apply},
    [EV_REQUEST_LATE_YES] = {request_late_yes_impossible, request_late_yes_apply},
    [EV_REFERRAL_TRAVELLING] = {referral_travelling_impossible, referral_travelling_apply},
    [EV_REFERRAL_ADMITTED] = {referral_admitted_impossible, referral_admitted_apply},
    [EV_REFERRAL_NO_SHOW] = {referral_no_show_impossible, referral_no_show_apply},
    [EV_REFERRAL_WITHDRAWN] = {referral_withdrawn_impossible, referral_withdrawn_apply},
    [EV_REFERRAL_UNPLACED] = {referral_unplaced_impossible, referral_unplaced_apply},
    [EV_COMMAND_DONE] = {command_done_impossible, command_done_apply},
    [EV_REQUEST_SILENT] = {request_silent_impossible, request_silent_apply},
    [EV_PLACE_FOUND] = {place_found_impossible, place_found_apply},
    [EV_CAPACITY_CONFIRMED] = {capacity_confirmed_impossible, capacity_confirmed_apply},
    /* ---- timers and escalation ---- */
    [EV_REQUEST_RUNG] = {request_rung_impossible, request_rung_apply},
    [EV_REQUEST_EXTENDED] = {request_extended_impossible, request_extended_apply},
    [EV_REFERRAL_WIDENED] = {referral_widened_impossible, referral_widened_apply},
    [EV_HOLD_SET] = {hold_set_impossible, hold_set_apply},
    [EV_ALARM_RAISED] = {alarm_raised_impossible, alarm_raised_apply},
    [EV_HOUSEHOLD_REFUSED] = {household_refused_impossible, household_refused_apply},
    [EV_ALARM_REPEATED] = {alarm_repeated_impossible, alarm_repeated_apply},
    [EV_ALARM_ACKNOWLEDGED] = {alarm_acknowledged_impossible, alarm_acknowledged_apply},
    [EV_REFERRAL_HANDED_OVER] = {handed_over_impossible, handed_over_apply},
    [EV_REFERRAL_TAKEN_OVER] = {taken_over_impossible, taken_over_apply},
    /* ---- no bed: bridges and the unplaced register ---- */
    [EV_BRIDGE_OPENED] = {bridge_opened_impossible, bridge_opened_apply},
    [EV_BRIDGE_CHANGED] = {bridge_changed_impossible, bridge_changed_apply},
    [EV_BRIDGE_STARTED] = {bridge_started_impossible, bridge_started_apply},
    [EV_BRIDGE_CHECKED] = {bridge_checked_impossible, bridge_checked_apply},
    [EV_BRIDGE_ALARMED] = {bridge_alarmed_impossible, bridge_alarmed_apply},
    [EV_BRIDGE_ARRIVED] = {bridge_arrived_impossible, bridge_arrived_apply},
    [EV_BRIDGE_ENDED] = {bridge_ended_impossible, bridge_ended_apply},
    [EV_BRIDGE_TRAVELLING] = {bridge_travelling_impossible, bridge_travelling_apply},
    [EV_BRIDGE_FUNDED] = {bridge_funded_impossible, bridge_funded_apply},
    [EV_NIGHT_NOTED] = {night_noted_impossible, night_noted_apply},
    [EV_REFERRAL_CLOSED] = {referral_closed_impossible, referral_closed_apply},
    /* ---- gatekeepers ---- */
    [EV_GATE_SENT] = {gate_sent_impossible, gate_sent_apply},
    [EV_GATE_TAKEN] = {gate_step_impossible, gate_step_apply},
    [EV_GATE_ASKED_BACK] = {gate_step_impossible, gate_step_apply},
    [EV_GATE_ANSWERED] = {gate_step_impossible, gate_step_apply},
    [EV_GATE_ASSENTED] = {gate_step_impossible, gate_step_apply},
    [EV_GATE_RETURNED] = {gate_step_impossible, gate_step_apply},
    [EV_GATE_WITHDRAWN] = {gate_step_impossible, gate_step_apply},
    [EV_RESIDENCE_FOUND] = {residence_found_impossible, residence_found_apply},
    /* ---- stays, clocks, nights and funding ---- */
    [EV_STAY_STARTED] = {stay_started_impossible, stay_started_apply},
    [EV_STAY_READY] = {stay_ready_impossible, stay_ready_apply},
    [EV_STAY_FUNDED] = {stay_funded_impossible, stay_funded_apply},
    [EV_RETURN_CODE_GIVEN] = {return_code_given_impossible, return_code_given_apply},
    [EV_STAY_ENDED] = {stay_ended_impossible, stay_ended_apply},
    [EV_REFERRAL_LINKED] = {referral_linked_impossible, referral_linked_apply},
    [EV_NIGHTS_DATED] = {nights_dated_impossible, nights_dated_apply},
    [EV_STAY_RESUMED] = {stay_resumed_impossible, stay_resumed_apply},
    [EV_FUNDING_FLAGGED] = {funding_flagged_impossible, funding_flagged_apply},
    [EV_CLOCK_STARTED] = {clock_started_impossible, clock_started_apply},
    [EV_CLOCK_OFFERED] = {clock_changed_impossible, clock_offered_apply},
    [EV_CLOCK_TAKEN] = {clock_changed_impossible, clock_taken_apply},
    [EV_CLOCK_PROLONGED] = {clock_changed_impossible, clock_prolonged_apply},
    [EV_CLOCK_STOPPED] = {clock_changed_impossible, clock_stopped_apply},
    [EV_CLOCK_WARNED] = {clock_changed_impossible, clock_warned_apply},
    [EV_CLOCK_RAN_OUT] = {clock_changed_impossible, clock_ran_out_apply},
    /* ---- MDO, regiehouder, consult ---- */
    [EV_MDO_CONVENED] = {mdo_convened_impossible, mdo_convened_apply},
    [EV_MDO_INVITED] = {mdo_invited_impossible, mdo_invited_apply},
    [EV_MDO_ANSWERED] = {mdo_answered_impossible, mdo_answered_apply},
    [EV_MDO_DATED] = {mdo_dated_impossible, mdo_dated_apply},
    [EV_MDO_CLOSED] = {mdo_closed_impossible, mdo_closed_apply},
    [EV_MDO_NOTED] = {mdo_noted_impossible, mdo_noted_apply},
    [EV_MDO_ITEM_MOVED] = {mdo_item_moved_impossible, mdo_item_moved_apply},
    [EV_REGIE_OFFERED] = {regie_offered_impossible, regie_offered_apply},
    [EV_REGIE_TAKEN] = {regie_taken_impossible, regie_taken_apply},
    [EV_REGIE_KEPT] = {regie_kept_impossible, regie_kept_apply},
    [EV_REGIE_ENDED] = {regie_ended_impossible, regie_ended_apply},
    [EV_CONSULT_ASKED] = {consult_asked_impossible, consult_asked_apply},
    [EV_CONSULT_ANSWERED] = {consult_answered_impossible, consult_answered_apply},
    [EV_CONSULT_CLOSED] = {consult_closed_impossible, consult_closed_apply},
    [EV_REGIE_NAMED] = {regie_named_impossible, regie_named_apply},
    [EV_MDO_NOTED_OUTSIDE] = {mdo_noted_impossible, mdo_noted_apply},
    [EV_MDO_REMINDED] = {mdo_reminded_impossible, mdo_reminded_apply},
    [EV_MDO_ITEM_REMINDED] = {item_reminded_impossible, item_reminded_apply},
    [EV_REGIE_REMINDED] = {regie_reminded_impossible, regie_reminded_apply},
    [EV_CONSULT_REMINDED] = {consult_reminded_impossible, consult_reminded_apply},
    /* ---- warm handover, keys and notes ---- */
    [EV_KEY_MADE] = {key_made_impossible, key_made_apply},
    [EV_KEY_CONFIRMED] = {key_confirmed_impossible, key_confirmed_apply},
    [EV_KEY_LOST] = {key_lost_impossible, key_lost_apply},
    [EV_KEY_LOSS_ASKED] = {key_loss_asked_impossible, key_loss_asked_apply},
    [EV_KEY_LOSS_DROPPED] = {key_loss_dropped_impossible, key_loss_dropped_apply},
    [EV_HANDOVER_ITEM] = {handover_item_impossible, handover_item_apply},
    [EV_NOTE_WRITTEN] = {note_written_impossible, note_written_apply},
    [EV_NOTE_PICKED_UP] = {note_picked_up_impossible, note_picked_up_apply},
    [EV_NOTE_UNREADABLE] = {note_unreadable_impossible, note_unreadable_apply},
    [EV_NOTE_DESTROYED] = {note_destroyed_impossible, note_destroyed_apply},
    /* ---- location leaked, surge, conflict check ---- */
    [EV_LEAK_REPORTED] = {leak_reported_impossible, leak_reported_apply},
    [EV_LEAK_REPEATED] = {leak_repeated_impossible, leak_repeated_apply},
    [EV_LEAK_DROPPED] = {leak_dropped_impossible, leak_dropped_apply},
    [EV_LOCATION_FROZEN] = {location_frozen_impossible, location_frozen_apply},
    [EV_LEAK_HOUSEHOLD] = {leak_household_impossible, leak_household_apply},
    [EV_LEAK_BRIDGE] = {leak_bridge_impossible, leak_bridge_apply},
    [EV_LEAK_SEARCH] = {leak_search_impossible, leak_search_apply},
    [EV_LEAK_PROMISED] = {leak_promised_impossible, leak_promised_apply},
    /* ---- stays, clocks, nights and funding, since ---- */
    [EV_REFERRAL_RETIMED] = {referral_retimed_impossible, referral_retimed_apply},
    [EV_REFERRAL_STILL_THERE] = {referral_still_there_impossible, referral_still_there_apply},
    /* ---- no bed, since ---- */
    [EV_BRIDGE_WATCHED] = {bridge_watched_impossible, bridge_watched_apply},
    /* ---- timers and escalation, since ---- */
    [EV_REFERRAL_DESK] = {referral_desk_impossible, referral_desk_apply},
    [EV_LEAK_LIFT_ASKED] = {lift_asked_impossible, lift_asked_apply},
    [EV_LEAK_LIFT_REFUSED] = {lift_refused_impossible, lift_refused_apply},
    [EV_LOCATION_LIFTED] = {location_lifted_impossible, location_lifted_apply},
    [EV_SUPPLY_CHANGED] = {supply_changed_impossible, supply_changed_apply},
    [EV_SURGE_SET] = {surge_set_impossible, surge_set_apply},
    [EV_CONFLICT_ASKED] = {conflict_asked_impossible, conflict_asked_apply},
    [EV_CONFLICT_ANSWERED] = {conflict_answered_impossible, conflict_answered_apply},
};

/* NULL if the event can happen now. */
static const char *impossible(const struct engine *e, const struct event *ev)
{
    if ((unsigned)ev->kind >= EV_N)
        return "no such kind of event";
    if (ev->seq != e->seq + 1)
        return "a gap in the sequence";
    if (ev->at_ms < 0 || ev->at_ms > FIELD_TIME_MAX)
        return "a moment out of range";
    return appliers[ev->kind].impossible(e, ev);
}

static void apply(struct engine *e, const struct event *ev)
{
    struct freed_watch w;

    freed_look(e, ev, &w);
    freed_count_told(e, event_subject(ev), -1);
    appliers[ev->kind].apply(e, ev);
    e->seq = ev->seq;
    freed_note(e, ev, &w);
    freed_count_told(e, event_subject(ev), 1);
}

void engine_apply(struct engine *e, const struct event *ev)
{
    const char *why = impossible(e, ev);

    if (why != NULL)
        check_failed(__FILE__, __LINE__, __func__, why);
    apply(e, ev);
}

enum err engine_replay(struct engine *e, const struct event *ev, char *why, size_t why_size)
{
    const char *reason = impossible(e, ev);

    if (reason != NULL) {
        snprintf(why, why_size, "event %llu (%s): %s", (unsigned long long)ev->seq,
                 (unsigned)ev->kind < EV_N ? event_name(ev->kind) : "?", reason);
        return ERR_BAD_INPUT;
    }
    apply(e, ev);
    return OK;
}
