/* Does who waits hear of a place that came free? Nothing is proved of a busy moment: where a place came free,
 * nothing happened since that could change who it suits, and the broker has nothing left to do, nobody who
 * asks nothing may be left for whom it is the best place, with a unit that nobody was told of, unless it was
 * told of it. */
#ifndef PLEK_SIM_FOUND_MODEL_H
#define PLEK_SIM_FOUND_MODEL_H

#include "core/engine.h"
#include "trace.h"

struct found_model;

struct found_model *found_model_new(struct trace *t);
void found_model_free(struct found_model *m);

/* E has just applied EV. */
void found_model_event(struct found_model *m, const struct engine *e, const struct event *ev);

/* Nothing has happened since the last event, and the broker has no work left at NOW. Cost: all referrals, the
 * first time after a place came free. */
void found_model_idle(struct found_model *m, const struct engine *e, int64_t now_ms);

/* R had the place, or its question, and let it go: that it is free is no news. */
bool found_model_took_back(const struct engine *e, const struct referral *r, struct pool_id pool);

#endif
