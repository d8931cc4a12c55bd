/* Keys of organisations once more, from the domain's words: whose each is, who made it, which is in use. Fed
 * with committed events in order.
 *
 *   two people put a key in use, and two lose it; whoever asked for its loss is not the one who confirms it;
 * no question outlives the key it is about */
#ifndef PLEK_SIM_KEY_MODEL_H
#define PLEK_SIM_KEY_MODEL_H

#include "core/event.h"
#include "trace.h"

struct key_model;

struct key_model *key_model_new(struct trace *t);
void key_model_free(struct key_model *m);

/* The next committed event; breaches go to the trace. */
void key_model_event(struct key_model *m, const struct event *ev);

/* Whose key it is; 0 = nobody's. */
struct org_id key_model_owner(const struct key_model *m, struct org_key_id id);

#endif
