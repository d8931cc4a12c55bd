/* Any household and any supply, drawn from a seed; and what happens in a small world, event by event. */
#ifndef PLEK_TEST_CORE_ANY_WORLD_H
#define PLEK_TEST_CORE_ANY_WORLD_H

#include "support/match_builders.h"

#include "base/rng.h"

void any_need(struct rng *r, struct scene *s);   /* need and query */
void any_supply(struct rng *r, struct scene *s); /* pool, location and what was reported */
/* A household of SEED in S->need and S->query, and an engine with POOLS drawn for it. */
struct engine *any_world(struct scene *s, const struct vocab *v, uint64_t seed, int pools);

/* ---- events in a world of match_builders.h ---- */
/* A saved referral; NEED NULL = its facts were erased. */
struct referral_id world_open(struct engine *e, const struct need *need, int64_t at_ms);
struct request_id world_ask(struct engine *e, struct referral_id referral, struct pool_id pool,
                            int64_t at_ms);
void world_decline(struct engine *e, struct request_id request, int64_t at_ms);
void world_redefine(struct engine *e, const struct pool *pool, int64_t at_ms);
/* What its worker would ask at NOW; borrows the need of the engine. */
struct match_query world_query(const struct engine *e, struct referral_id id, int64_t now_ms);

#endif
