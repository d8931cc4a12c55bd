/* Gatekeepers once more, written from the domain's words: COSM and OMM places are never asked past CoMensha,
 * places of youth care never past the municipality; one live gate request per referral and gatekeeper. Fed
 * with committed events in order, and it knows kinds of place, not what the exchange's data say of them. */
#ifndef PLEK_SIM_GATE_MODEL_H
#define PLEK_SIM_GATE_MODEL_H

#include "core/event.h"
#include "trace.h"

struct gate_model;

struct gate_model *gate_model_new(struct trace *t);
void gate_model_free(struct gate_model *m);
void gate_model_event(struct gate_model *m, const struct event *ev);

/* The organisation in whose queue it is; 0 = no such. */
struct org_id gate_model_org(const struct gate_model *m, struct gate_id id);
struct gate_id gate_model_of_request(const struct gate_model *m, struct request_id id);
/* The pool is one that a municipality gives out. */
bool gate_model_is_youth(const struct gate_model *m, struct pool_id id);
/* ORG was at work on the referral when event SEQ happened, as far as is known by now. */
bool gate_model_works_on(const struct gate_model *m, struct org_id org, struct referral_id id, uint64_t seq);

#endif
