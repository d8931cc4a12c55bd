/* What the events of the no-bed path do to the state. Private to apply (core/apply.h says how). */
#ifndef PLEK_CORE_NOBED_APPLY_H
#define PLEK_CORE_NOBED_APPLY_H

#include "core/apply.h"

impossible_fn bridge_opened_impossible, bridge_started_impossible, bridge_checked_impossible,
    bridge_alarmed_impossible, bridge_arrived_impossible, bridge_ended_impossible, night_noted_impossible,
    referral_closed_impossible, bridge_funded_impossible;
apply_fn bridge_opened_apply, bridge_started_apply, bridge_checked_apply, bridge_alarmed_apply,
    bridge_arrived_apply, bridge_ended_apply, night_noted_apply, referral_closed_apply, bridge_funded_apply;

/* True if a bridge of the referral lives. */
bool nobed_has_live_bridge(const struct engine *e, struct referral_id id);
/* True if the referral has a bridge bed: said yes to, or arrived at. */
bool nobed_has_bed(const struct engine *e, const struct referral *r);

#endif
