/* Random commands for an exchange: plausible ones from everybody, and foolish ones. */
#ifndef PLEK_TEST_CORE_CHAOS_H
#define PLEK_TEST_CORE_CHAOS_H

#include "support/exchange.h"

#include "base/rng.h"

/* Some value of an enumeration of N. */
#define PICK(rng, type, n) ((enum type)rng_below((rng), (n)))

/* Give one random command and move the clock a little. Returns its outcome. */
struct outcome chaos_step(struct exchange *x, struct rng *rng);

/* Any event that can stand in a journal, every field random within its range (chaos_event.c). */
struct event chaos_event(struct rng *rng, enum event_kind kind);
struct need chaos_need(struct rng *rng);

/* One act of care (support/chaos_care.c): chaos_step does some by itself. */
struct outcome chaos_care_step(struct exchange *x, struct rng *r);
/* The same of the warm handover alone: chaos_handover.c. */
struct outcome chaos_handover_step(struct exchange *x, struct rng *r);

#endif
