/* The ledger once more, written from the domain's words and not from the engine: what houses said, what was
 * promised, and the two sentences that must hold. Fed with committed events in order. It knows reports by
 * what the house sent, not by what the engine made of it.
 *
 *   a unit is never promised twice: at each request made, units held + units asked <= units believed free,
 * and never more than the house has; a household never holds two places: after each commit one accepted
 * request, and then none pending; but for one bridge bed that it is in, and one that it goes to next
 *
 * and of the silence of houses: noted once and in its time; then the broker asks one that fits, once in a
 * round; and of a house that says it is full: its number says so too, with the next event. */
#ifndef PLEK_SIM_LEDGER_MODEL_H
#define PLEK_SIM_LEDGER_MODEL_H

#include "core/event.h"
#include "gate_model.h"
#include "nobed_model.h"
#include "trace.h"

struct ledger_model;

struct ledger_model *ledger_model_new(struct trace *t);
void ledger_model_free(struct ledger_model *m);

/* A house sends this (it may never arrive): remembered under its pool and report. */
void ledger_model_said(struct ledger_model *m, const struct observation *o);

/* That report of that pool as it was sent; NULL = never. Borrowed. */
const struct observation *ledger_model_sent(const struct ledger_model *m, uint64_t report,
                                            struct pool_id pool);

/* The next committed event; breaches go to the trace. */
void ledger_model_event(struct ledger_model *m, const struct event *ev);

/* A commit ends here: everything in it happened at once. */
void ledger_model_commit_end(struct ledger_model *m);

/* Plant: whoever is opened from now on is taken for the household of the first. */
void ledger_model_plant_household(struct ledger_model *m);

/* What bridges and closings must be (nobed_model.h); borrowed. */
struct nobed_model *ledger_model_nobed(const struct ledger_model *m);

/* ---- who is who, for the audience check ---- */
struct org_id ledger_model_org_of_pool(const struct ledger_model *m, struct pool_id id);
struct org_id ledger_model_org_of_referral(const struct ledger_model *m, struct referral_id id);
struct referral_id ledger_model_referral_of(const struct ledger_model *m, struct request_id id);
struct pool_id ledger_model_pool_of(const struct ledger_model *m, struct request_id id);
/* True once the household of that request has arrived, also after it has left. */
bool ledger_model_has_arrived(const struct ledger_model *m, struct request_id id);
/* True if a pool of ORG was ever asked for this referral. */
bool ledger_model_was_asked(const struct ledger_model *m, struct referral_id id, struct org_id org);

/* What it knows of gatekeepers; borrowed. */
const struct gate_model *ledger_model_gates(const struct ledger_model *m);

/* How many referrals have not come to an end, and the first of them (0 = none). */
uint64_t ledger_model_live(const struct ledger_model *m, struct referral_id *first);

#endif
