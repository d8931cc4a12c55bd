/* What the events of this folder do to the state; see core/apply.h. */
#ifndef PLEK_CORE_SAFETY_APPLY_H
#define PLEK_CORE_SAFETY_APPLY_H

#include "core/apply.h"

impossible_fn leak_reported_impossible, leak_dropped_impossible, location_frozen_impossible,
    leak_repeated_impossible, leak_household_impossible, leak_bridge_impossible, leak_search_impossible,
    leak_promised_impossible, lift_asked_impossible, lift_refused_impossible, location_lifted_impossible,
    supply_changed_impossible, surge_set_impossible, conflict_asked_impossible, conflict_answered_impossible;
apply_fn leak_reported_apply, leak_repeated_apply, leak_dropped_apply, location_frozen_apply,
    leak_household_apply, leak_bridge_apply, leak_search_apply, leak_promised_apply, lift_asked_apply,
    lift_refused_apply, location_lifted_apply, supply_changed_apply, surge_set_apply, conflict_asked_apply,
    conflict_answered_apply;

#endif
