/* What people see: engine state as the JSON of schema/api/openapi.yaml. Every view takes the actor and shows
 * only what core/audience grants; nothing here decides that by itself. All return new references. */
#ifndef PLEK_HTTP_VIEW_H
#define PLEK_HTTP_VIEW_H

#include "core/audience/audience.h"
#include "core/match.h"

#include <jansson.h>

/* ---- small parts ---- */
json_t *view_time(int64_t at_ms);                            /* null for 0 */
json_t *view_units(int32_t units);                           /* null for UNITS_UNKNOWN */
json_t *view_region(const struct engine *e, uint8_t region); /* null for REGION_NONE */
const char *view_tri(enum tri v);                            /* "yes" "no" "unknown" */
json_t *view_version(uint64_t v);                            /* 16 hex digits: rules version */
/* {"code", "tone", "params": [{"kind", "value"}]}; texts are data of the pages. */
json_t *view_reason(const struct engine *e, const struct reason *r);

/* How a place came by its rank: adds why, utility, scarcity and terms to O. The terms are points off
 * 1000: utility = 1000 - terms - scarcity.points. The score lost less for distance than the order does. */
struct ranking {
    int32_t utility;
    struct price price;
    struct match_terms terms;
    struct reason why; /* code 0 = not known any more: left out */
};
void view_add_ranking(json_t *o, const struct engine *e, const struct ranking *r);

/* ---- whole things ---- */
json_t *view_pool(const struct engine *e, const struct actor *actor, struct pool_id id, int64_t now_ms);

/* A request as ACTOR may see it. With HOUSEHOLD: who comes and the desk to ring, as far as the actor's sight
 * goes; a read that the caller logs. */
json_t *view_request(const struct engine *e, const struct actor *actor, struct request_id id, bool household);

/* When the household of R is expected at the place of its request Q, in ms: on the way there, also to a bed
 * for the meantime; 0 = nobody said. */
int64_t view_expected_ms(const struct engine *e, const struct referral *r, const struct request *q);
/* The need of a referral whose facts are known, with the told end of a reflection period. */
json_t *view_need(const struct engine *e, const struct referral *r);

/* A referral of the actor's own organisation. FULL adds need and requests; otherwise the head for lists, with
 * requests. */
json_t *view_referral(const struct engine *e, const struct actor *actor, struct referral_id id, bool full,
                      int64_t now_ms);

/* The ranked list. POSSIBLE lists what fits or may be asked about, OUT the excluded, each with the one change
 * that would open it if there is one. RULE < RULE_N: of the excluded only those whose first excluding rule it
 * is. With N_POOLS > 0 only these pools. */
#define VIEW_MATCH_POOLS_MAX 50
struct view_match_options {
    bool possible, out;
    enum rule rule;         /* RULE_N = all */
    bool bridge;            /* only kinds of place that may bridge the wait for a gatekeeper */
    enum gatekeeper keeper; /* only places of this gatekeeper; GATEKEEPER_NONE = all */
    size_t limit;
    size_t n_pools;
    struct pool_id pools[VIEW_MATCH_POOLS_MAX];
};
json_t *view_match(const struct engine *e, const struct match_query *q, const struct match_result *r,
                   const struct view_match_options *options);

/* A gate request as ACTOR may see it. FULL adds what was asked and answered and the requests made through it:
 * a read that the caller logs; without it, the line of a queue. PEOPLE names its owner for the own desk. */
struct people_port;
json_t *view_gate(const struct engine *e, const struct actor *actor, struct gate_id id, bool full,
                  const struct people_port *people);

#endif
