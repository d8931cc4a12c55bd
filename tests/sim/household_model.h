/* What one household keeps from place to place, from the domain's words and not from the engine. Fed with
 * committed events.
 *
 *   who moves on moves whole: a follow-up, and a search after a leak, have the same persons, and the region
 * of the leak is no safe one for it; a return code leads to the household that was given it, at its newest
 * place; a house that finds a conflict has declined in that commit, in all its rooms, and is asked no
 * more for that household, and each desk that has a bed for it there is told in that commit, and nobody else;
 * the broker asks none that turned it away at the door; a no for want of money at code rood is told to the
 * centrumgemeente in that commit, and nothing else is */
#ifndef PLEK_SIM_HOUSEHOLD_MODEL_H
#define PLEK_SIM_HOUSEHOLD_MODEL_H

#include "core/engine.h"
#include "trace.h"

struct household_model;

struct household_model *household_model_new(struct trace *t);
void household_model_free(struct household_model *m);

/* The next committed event; breaches go to the trace. */
void household_model_event(struct household_model *m, const struct event *ev);

/* E has applied exactly the events told so far: it keeps the same regions unsafe. Cost: all referrals. */
void household_model_compare(const struct household_model *m, const struct engine *e);

#endif
