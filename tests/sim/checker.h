/* The judge. It sees what the brokers cannot: the disk, what houses really said, what every client was told.
 * It reads committed rows in order into an engine of its own (a follower), into the ledger model and into a
 * table of keys, and holds everything that is said against them. Breaches go to the trace. */
#ifndef PLEK_SIM_CHECKER_H
#define PLEK_SIM_CHECKER_H

#include "flow/flow.h"
#include "care_model.h"
#include "ledger_model.h"
#include "store/journal_memory.h"
#include "trace.h"

struct checker;
struct stay_model;
struct safety_model;
struct key_model;

/* DISK and VOCAB are borrowed. */
struct checker *checker_new(struct trace *t, const struct vocab *vocab, const struct journal_disk *disk);
void checker_free(struct checker *c);

/* Read what has been committed since. Every function below does so first. */
void checker_catch_up(struct checker *c);

/* An event was published: it is in the journal, byte for byte. */
void checker_published(struct checker *c, const struct event *ev);

/* A client was answered: what it was told is in the journal. KEY is the command's. */
void checker_answered(struct checker *c, const struct command *cmd, const struct outcome *outcome);

/* True if the journal has an outcome under this key: from here on nobody may be told another. */
bool checker_knows(struct checker *c, const struct command_key *key, struct outcome *outcome);

/* An engine that has applied exactly what is durable is the follower's equal. WITH_FACTS costs the whole
 * state. */
void checker_compare(struct checker *c, const struct engine *live, bool with_facts);

/* What is durable is believed as the houses said it, at NOW. */
void checker_believed(struct checker *c, int64_t now_ms);

/* Every invariant of the engine's own, and its view of each pool. Cost: the whole state. */
void checker_invariants(struct checker *c, const struct engine *live);

/* Called after a turn in which the broker could decide: what is due falls due. Some turns may pass, because a
 * tick is bounded; and when the engine says that nothing is due, no request may be past its time. */
void checker_due(struct checker *c, const struct flow *f);

/* A broker has done what it can and all of that is durable, or this does nothing: who waits was told. */
void checker_idle(struct checker *c, const struct flow *f);

/* At the end: the journal read again from its first row, once as it is and once with every household's facts
 * destroyed, gives the same state. */
void checker_replay_all(struct checker *c, const struct journal_disk *disk);

bool outcome_equal(const struct outcome *a, const struct outcome *b);

/* Every night of every stay is paid as the events say, at NOW. Cost: all of them. */
void checker_paid(struct checker *c, int64_t now_ms);
/* A positive control: the model is told of another payer than the journal. */
void checker_plant_night(struct checker *c);
void checker_plant_bed(struct checker *c); /* the same, of a bridge bed */
/* Plant: the judge does not hear who took the co-ordination over. */
void checker_plant_regie(struct checker *c);
/* Plant: the judge does not hear who took a clock over. */
void checker_plant_clock(struct checker *c);
/* A planted defect: it does not hear when a household came and left in truth. */
void checker_plant_dates(struct checker *c);
/* Positive control: the judge is told of another than who took a request back. */
void checker_plant_back(struct checker *c);
const struct stay_model *checker_stays(struct checker *c);   /* borrowed */
struct ledger_model *checker_ledger(struct checker *c);      /* borrowed */
const struct key_model *checker_org_keys(struct checker *c); /* borrowed */
/* From now on deaf to who asks for a key's loss. */
void checker_plant_loss(struct checker *c);
/* From now on all that is opened is taken for one household. */
void checker_plant_household(struct checker *c);
const struct safety_model *checker_safety(struct checker *c); /* borrowed */
/* Plant: the judge does not hear that a leak was reported. */
void checker_plant_leak(struct checker *c);
struct care_model *checker_care(struct checker *c);             /* borrowed */
const struct engine *checker_follower(const struct checker *c); /* borrowed */

#endif
