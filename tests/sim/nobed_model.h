/* What must be of bridges and closings, from the domain's words: a hotel has a safety owner and a next
 * check-in as long as it stands, its alarm rings a quarter of an hour after a missed one and again until it
 * is answered, every bridge ends once, and only a person closes a referral, with where the household slept. A
 * bed at a place with a longest stay rings when that is over, and its nights are paid once each: by whom the
 * journal last said, and in no other place that the household had before or after it. */
#ifndef PLEK_SIM_NOBED_MODEL_H
#define PLEK_SIM_NOBED_MODEL_H

#include "core/nobed/nobed.h"
#include "trace.h"
#include "vocabulary.h"

struct nobed_model;

struct nobed_model *nobed_model_new(struct trace *t);
void nobed_model_free(struct nobed_model *m);

/* The next committed event; breaches go to the trace. */
void nobed_model_event(struct nobed_model *m, const struct event *ev);

/* Nothing is due at NOW: every alarm that should ring in a live engine has. ALL_TOLD: the model heard all
 * that the engine knows; else one that just rang may still be on its way to the journal. */
void nobed_model_due(struct nobed_model *m, const struct engine *e, bool all_told, int64_t now_ms);

/* The engine accounts the nights of bridge beds as the journal told. */
void nobed_model_compare(struct nobed_model *m, const struct engine *e, int64_t now_ms);

/* The request of a bridge bed; 0 = none. */
struct request_id nobed_model_request_of(const struct nobed_model *m, struct bridge_id id);

#endif
