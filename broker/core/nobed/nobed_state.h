/* The tables of the no-bed path inside the engine, and what keeps them in step. Private to core's apply,
 * digest, check and decide. */
#ifndef PLEK_CORE_NOBED_STATE_H
#define PLEK_CORE_NOBED_STATE_H

#include "core/fields.h"
#include "core/nobed/nobed.h"
#include "core/stay/funding.h"

struct bridge_slot {
    struct bridge b;
    uint64_t sum;
    uint32_t due;           /* place in the heap + 1, 0 = not there */
    struct funding funding; /* of a bed that the household reached; n = 0: none was told */
};

/* An organisation of the exchange that watched over a bridge until the event SEQ named another. Follows from
 * private parts, so it is in no digest, and gone with them. */
struct relieved {
    uint64_t seq;
    uint32_t bridge, org;
};

struct nobed_state {
    struct bridge_slot *bridges; /* by id - 1 */
    uint32_t n_bridges, cap_bridges;
    struct relieved *relieved; /* by seq */
    uint32_t n_relieved, cap_relieved;
    struct nobed_case *cases; /* referral_slot.nobed - 1 */
    uint32_t n_cases, cap_cases;
};

void nobed_free(struct nobed_state *s);
struct bridge_slot *bridge_slot(struct engine *e, struct bridge_id id);    /* CHECK that it exists */
struct nobed_case *nobed_case_of(struct engine *e, struct referral_id id); /* made if there is none */

/* Bring deadline and digest up to date after a bridge changed by the event SEQ. */
void bridge_touched(struct engine *e, struct bridge_slot *s, uint64_t seq);
void nobed_case_touched(struct engine *e, struct nobed_case *c);
/* What a bridge's state says about its alarm; INT64_MAX = none. */
int64_t due_of_bridge(const struct bridge *b);
uint64_t nobed_recount(const struct engine *e); /* the part of engine.sum that is of this folder */
uint64_t nobed_digest_facts(const struct engine *e, uint64_t h); /* who the safety owners are */

/* ---- nobed_codec.c: records as fields ---- */
void bridge_opened_fields(struct fields *f, struct bridge *b);      /* without who the owner is */
void bridge_owner_fields(struct fields *f, struct bridge_owner *o); /* private */
bool bridge_owner_has_facts(const struct bridge_owner *o);
struct event;
void bridge_event_fields(struct fields *f, struct event *ev);
void night_event_fields(struct fields *f, struct event *ev);
void bridge_funded_fields(struct fields *f, struct event *ev);
void bridge_life_fields(struct fields *f, struct bridge *b);
void nobed_case_fields(struct fields *f, struct nobed_case *c);

#endif
