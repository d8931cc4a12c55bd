/* What the events of the no-bed path do to the state. Private to apply (core/apply.h says how). */
#ifndef PLEK_CORE_NOBED_APPLY_H
#define PLEK_CORE_NOBED_APPLY_H

#include "core/apply.h"

impossible_fn bridge_opened_impossible, bridge_started_impossible, bridge_checked_impossible,
    bridge_alarmed_impossible, bridge_arrived_impossible, bridge_ended_impossible, night_noted_impossible,
    referral_closed_impossible, bridge_funded_impossible, bridge_travelling_impossible,
    bridge_changed_impossible, bridge_watched_impossible;
apply_fn bridge_opened_apply, bridge_started_apply, bridge_checked_apply, bridge_alarmed_apply,
    bridge_arrived_apply, bridge_ended_apply, night_noted_apply, referral_closed_apply, bridge_funded_apply,
    bridge_travelling_apply, bridge_changed_apply, bridge_watched_apply;

/* A leak of the house was confirmed: the alarm of its bridge bed B rings at once. It is lifted: a bed without
 * a term rings no more, and one with a term goes by that. */
void bridge_endangered(struct engine *e, struct bridge_id id, const struct event *ev);
void bridges_safe_again(struct engine *e, struct location_id location, const struct event *ev);
/* True if a bridge of the referral lives. */
bool nobed_has_live_bridge(const struct engine *e, struct referral_id id);
/* True if a house said yes to a bridge bed that the household did not reach yet: it asks for no other. */
bool nobed_has_next_bed(const struct engine *e, const struct referral *r);
/* True if the household sleeps in a bridge bed of POOL now. */
bool nobed_sleeps_in(const struct engine *e, const struct referral *r, struct pool_id pool);

#endif
