/* Care's part of the engine: its tables and what apply, digest and check need. Private to core. */
#ifndef PLEK_CORE_CARE_STATE_H
#define PLEK_CORE_CARE_STATE_H

#include "core/engine_state.h"

/* Keep a record's digest and the engine's sum in step; call after each change. */
void care_refresh_mdo(struct engine *e, struct mdo_slot *s);
void care_refresh_item(struct engine *e, struct mdo_item_slot *s);
void care_refresh_regie(struct engine *e, struct regie_slot *s);
void care_refresh_consult(struct engine *e, struct consult_slot *s);

/* ID was linked behind EARLIER, and stands in the list of its household. */
void care_linked(struct engine *e, struct referral_id id, struct referral_id earlier);
/* What stands in the record of ID itself, whatever became of its household's; without one, as it began. */
struct regie care_own_regie(const struct engine *e, struct referral_id id);
/* The referral with which the group under one regie began that ID is in. */
struct referral_id care_regie_first(const struct engine *e, struct referral_id id);

#endif
