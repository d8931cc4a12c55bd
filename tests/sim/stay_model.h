/* Stays and clocks once more, from the domain's words and not from the engine. Fed with committed events.
 *
 *   a stay follows an arrival and there is one for each; nobody has a clock that runs after leaving; a clock
 * always has an owner, who changes only by taking what was offered; it alarms not before its time and not
 * without a warning that opened a follow-up, or found one, for a household that has left no place open; each
 * night is paid by the change told last among those that begin before it */
#ifndef PLEK_SIM_STAY_MODEL_H
#define PLEK_SIM_STAY_MODEL_H

#include "core/engine.h"
#include "ledger_model.h"

struct stay_model;

/* LEDGER is borrowed: it knows who arrived where. */
struct stay_model *stay_model_new(struct trace *t, const struct ledger_model *ledger);
void stay_model_free(struct stay_model *m);

/* The next committed event; breaches go to the trace. */
void stay_model_event(struct stay_model *m, const struct event *ev);

/* E has applied exactly the events told so far: it pays the same nights at NOW, and its clocks are of whom
 * and until when was told. Cost: all clocks, stays and nights. */
void stay_model_compare(struct stay_model *m, const struct engine *e, int64_t now_ms);

/* Nothing is due any more at NOW: each clock whose warning or end has passed has told so. Cost: all clocks.
 */
void stay_model_due(struct stay_model *m, int64_t now_ms);

/* For the audience check. */
bool stay_model_was_of(const struct stay_model *m, struct clock_id id,
                       struct org_id org); /* or offered to it */
struct referral_id stay_model_referral_of_clock(const struct stay_model *m, struct clock_id id);
struct request_id stay_model_request_of(const struct stay_model *m, struct stay_id id);
/* When the household of that request left; 0 = it is there, or never came to stay. */
int64_t stay_model_left_at_ms(const struct stay_model *m, struct request_id id);
/* The request by which the household of that referral came to stay; 0 = it has not. */
struct request_id stay_model_place_of(const struct stay_model *m, struct referral_id id);

#endif
