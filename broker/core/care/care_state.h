/* Care's part of the engine: its tables and what apply, digest and check need. Private to core. */
#ifndef PLEK_CORE_CARE_STATE_H
#define PLEK_CORE_CARE_STATE_H

#include "core/engine_state.h"

/* Keep a record's digest and the engine's sum in step; call after each change. */
void care_refresh_mdo(struct engine *e, struct mdo_slot *s);
void care_refresh_item(struct engine *e, struct mdo_item_slot *s);
void care_refresh_regie(struct engine *e, struct regie_slot *s);
void care_refresh_consult(struct engine *e, struct consult_slot *s);

#endif
