/* Care's part of the engine: its tables and what apply, digest and check need. Private to core. */
#ifndef PLEK_CORE_CARE_STATE_H
#define PLEK_CORE_CARE_STATE_H

#include "core/engine_state.h"

/* Keep a record's digest, the engine's sum, and when it is due in step; call after each change. */
void care_refresh_mdo(struct engine *e, struct mdo_slot *s);
void care_refresh_item(struct engine *e, struct mdo_item_slot *s);
void care_refresh_regie(struct engine *e, struct regie_slot *s);
void care_refresh_consult(struct engine *e, struct consult_slot *s);

/* When somebody is to be reminded of it; INT64_MAX = never. care_remind.c */
/* The moment of engine_took_up is known: what was due long before it is due no more. */
void care_took_up(struct engine *e);
int64_t care_due_of_mdo(const struct engine *e, const struct mdo *m);
int64_t care_due_of_item(const struct engine *e, const struct mdo_item *i);
int64_t care_due_of_regie(const struct engine *e, const struct regie *r);
int64_t care_due_of_consult(const struct engine *e, const struct consult *c);
/* Where the record says that it stands in the heap. */
uint32_t *care_due_place(struct engine *e, const struct due *d);
/* The minute after AT_MS, since 1970. */
uint32_t care_minute(int64_t at_ms);

/* ID was linked behind EARLIER, and stands in the list of its household. */
void care_linked(struct engine *e, struct referral_id id, struct referral_id earlier);
/* What stands in the record of ID itself, whatever became of its household's; without one, as it began. */
struct regie care_own_regie(const struct engine *e, struct referral_id id);
/* The referral with which the group under one regie began that ID is in. */
struct referral_id care_regie_first(const struct engine *e, struct referral_id id);

#endif
