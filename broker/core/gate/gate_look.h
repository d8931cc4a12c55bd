/* Looking at gate requests: who is the gatekeeper, which one is live, what presses. Everything returned is
 * borrowed and valid until the next apply. */
#ifndef PLEK_CORE_GATE_GATE_LOOK_H
#define PLEK_CORE_GATE_GATE_LOOK_H

#include "core/engine.h"
#include "core/match.h"

uint32_t engine_gates(const struct engine *e);                             /* ids are 1..n */
const struct gate *engine_gate(const struct engine *e, struct gate_id id); /* NULL = no such */

/* What its referrer told this gatekeeper of the household: the answers to G, and to those that it gave back
 * before, the newest of each. They are not told again with the next one. */
struct tri_set gate_answers(const struct engine *e, const struct gate *g);

/* The live gate request of the referral to KEEPER; NULL = none. */
const struct gate *gate_live_of(const struct engine *e, const struct referral *r, enum gatekeeper keeper);
/* The live one, whoever's; NULL = none. There is one at most: a minor alone goes to one gatekeeper and nobody
 * else does (decide_gate_send), and each has one live gate request. */
const struct gate *gate_any_live_of(const struct engine *e, const struct referral *r);
/* The same where its gatekeeper has not decided: an alarm of the referral is about this desk alone. */
const struct gate *gate_undecided_of(const struct engine *e, const struct referral *r);
/* The live one that is in the queue of ORG; NULL = none. */
const struct gate *gate_live_at(const struct engine *e, const struct referral *r, struct org_id org);

/* True if the pool may be asked as a bed for the meantime: of a kind that bridges (kinds.csv), and without a
 * gatekeeper, whose work a bridge is not. */
bool gate_may_bridge(const struct engine *e, struct pool_id id);

/* Who gives out places of this pool besides its house: by its kind, or by its profile. */
enum gatekeeper gate_keeper_of_pool(const struct engine *e, struct pool_id id);
/* The organisation in whose queue a gate request of R to KEEPER belongs: CoMensha; for a minor the home
 * municipality, which is the organisation of that kind with a location there; where it is not known or not in
 * the exchange, the first municipality in the home region, else in the referrer's. 0 = there is none. Cost:
 * all locations. */
struct org_id gate_org_of(const struct engine *e, const struct referral *r, enum gatekeeper keeper);
/* Where the organisation of G is rung: the first of its locations that is not frozen and has no pool; 0 = it
 * has none. A desk has a night number there as a house has; nobody of it has one. A house is no desk: its
 * number is told after a yes and not before. Cost: all locations, and all pools for each of its own. */
struct location_id gate_desk_of(const struct engine *e, const struct gate *g);
/* True if the referral's own organisation is that gatekeeper: it asks its places without a gate request. */
bool gate_is_own(const struct engine *e, const struct referral *r, enum gatekeeper keeper);

/* Bit for enum gatekeeper K, in match_query.placing. */
#define GATE_BIT(keeper) (1u << (keeper))
/* Gatekeepers that have given their assent to the referral: bits. */
unsigned gate_assents(const struct engine *e, const struct referral *r);
/* What its gatekeeper may ask for G now: as match_query_of, with the right to place. */
struct match_query gate_query_of(const struct engine *e, const struct gate *g, int64_t now_ms);

/* What presses; 0 = no such clock. */
struct gate_clocks {
    int64_t waiting_since_ms; /* sent, and nobody took it; else the last step that waits for somebody */
    int64_t deadline_ms;      /* of the referral: a place by then */
    int64_t bridge_until_ms;  /* the household's emergency or 72-hour place ends */
    int64_t reflection_until_ms;
    int64_t act_by_ms; /* the earliest of these: what the queue is ordered by; INT64_MAX = none */
};
struct gate_clocks gate_clocks_of(const struct engine *e, const struct gate *g);

/* The request that bridges the wait: to a place of a kind without gatekeeper that was said yes to, or else is
 * asked now; NULL = none. */
const struct request *gate_bridge_of(const struct engine *e, const struct referral *r);

/* So far ahead a reflection period may end: three months (Vreemdelingencirculaire 2000 B8/3.1), the longest
 * three that there are. */
#define RESIDENCE_UNTIL_MAX_DAYS 92

/* The residence of a household may be told: it looks for a place, or has not left the one it is in. */
bool residence_may_be_found(const struct referral *r);
/* What a person must still find out for such a referral. */
bool residence_is_to_find(const struct referral *r);
/* A reflection period was offered, and nobody told what came of it. */
bool residence_offer_is_open(const struct referral *r);
/* The reflection period runs and nobody told until when. */
bool residence_end_is_to_find(const struct referral *r);
/* UNTIL can be the end of RESIDENCE as told at NOW; 0 = not told, which is always so. */
bool residence_until_is_valid(enum residence residence, int64_t until_ms, int64_t now_ms);

#endif
