/* What must be of bridges and closings, from the domain's words: a hotel has a safety owner and a next
 * check-in as long as it stands, its alarm rings a quarter of an hour after a missed one and again until it
 * is answered, every bridge ends once, and only a person closes a referral, with where the household slept.
 */
#ifndef PLEK_SIM_NOBED_MODEL_H
#define PLEK_SIM_NOBED_MODEL_H

#include "core/nobed/nobed.h"
#include "trace.h"

struct nobed_model;

struct nobed_model *nobed_model_new(struct trace *t);
void nobed_model_free(struct nobed_model *m);

/* The next committed event; breaches go to the trace. */
void nobed_model_event(struct nobed_model *m, const struct event *ev);

/* Nothing is due at NOW: every alarm that should ring in a live engine has. */
void nobed_model_due(struct nobed_model *m, const struct engine *e, int64_t now_ms);

#endif
