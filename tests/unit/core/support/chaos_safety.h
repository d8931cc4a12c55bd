/* Random events and acts of safety, for the tests of codec and replay. */
#ifndef PLEK_TEST_CORE_CHAOS_SAFETY_H
#define PLEK_TEST_CORE_CHAOS_SAFETY_H

#include "base/rng.h"
#include "support/exchange.h"

/* Give EV, whose kind is one of safety's, random content that the codec takes. */
void chaos_safety_fill(struct rng *r, struct event *ev);
/* One random act of safety. */
struct outcome chaos_safety_step(struct exchange *x, struct rng *r);

#endif
