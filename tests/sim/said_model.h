/* What houses said of their pools, once more, from the domain's words: the number believed, the last word of
 * the feed and of people, which stop is in force, and whether the two sides disagree. Fed with committed
 * events and with what houses *sent*; every pool of the engine is held against it after every step.
 *
 *   the newest word is believed; what says the same again costs no row of its own and renews the age and
 * nothing else; a stop that people set stays until its end or until people report without it; a stop of the
 * feed ends with the next report of anybody that does not carry it, and is none of theirs because they say it
 * again */
#ifndef PLEK_SIM_SAID_MODEL_H
#define PLEK_SIM_SAID_MODEL_H

#include "core/engine.h"
#include "ledger_model.h"

struct said_model;

/* LEDGER is borrowed: it knows what houses sent. */
struct said_model *said_model_new(struct trace *t, const struct ledger_model *ledger);
void said_model_free(struct said_model *m);

/* The next committed event; breaches go to the trace. */
void said_model_event(struct said_model *m, const struct event *ev);

/* E has applied exactly the events told so far: it believes the same of every pool, at NOW. */
void said_model_compare(struct said_model *m, const struct engine *e, int64_t now_ms);

#endif
