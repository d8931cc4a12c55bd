/* Safety once more, from the domain's words: which houses are frozen and by whom, which regions have a surge,
 * which request has an open question. Fed with committed events in order.
 *
 *   two people freeze and two lift; nothing is held or asked at a frozen house; who lives there is moved,
 * each household once, the most endangered first; an overflow place is asked in a surge only; no yes past an
 * open question */
#ifndef PLEK_SIM_SAFETY_MODEL_H
#define PLEK_SIM_SAFETY_MODEL_H

#include "core/event.h"
#include "trace.h"

struct safety_model;

struct safety_model *safety_model_new(struct trace *t);
void safety_model_free(struct safety_model *m);

/* The next committed event; breaches go to the trace. */
void safety_model_event(struct safety_model *m, const struct event *ev);

bool safety_model_is_frozen(const struct safety_model *m, struct location_id id);
/* Whose location it is; 0 = nobody's. */
struct org_id safety_model_owner(const struct safety_model *m, struct location_id id);

#endif
