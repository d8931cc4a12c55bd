/* Care once more, from the domain's words: who sits in an MDO, who co-ordinates a referral, who was asked
 * what. Fed with committed events in order. It knows of each the event from which on somebody has to do with
 * it.
 *
 *   exactly one co-ordinator of each household at any moment, over all of its referrals, who changes only by
 * the hand of the one it was offered to, and ends only where nothing is looked for any more;
 * nothing is noted by who has not joined; an MDO closes with no action open; a consult ends once */
#ifndef PLEK_SIM_CARE_MODEL_H
#define PLEK_SIM_CARE_MODEL_H

#include "core/engine.h"
#include "core/event.h"
#include "trace.h"

struct care_model;

struct care_model *care_model_new(struct trace *t);
void care_model_free(struct care_model *m);

/* The next committed event; breaches go to the trace. */
void care_model_event(struct care_model *m, const struct event *ev);

/* Who co-ordinates each referral by the engine, which is as far as the events told. */
void care_model_compare(const struct care_model *m, const struct engine *e);

/* True if ORG has to do with an event of care, as others than the referrer have. */
bool care_model_concerns(const struct care_model *m, const struct event *ev, struct org_id org);

#endif
