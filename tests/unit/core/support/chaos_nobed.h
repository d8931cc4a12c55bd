/* A step of a random day on the no-bed path: bridges, check-ins, nights and closings, right and wrong. */
#ifndef PLEK_TEST_CORE_CHAOS_NOBED_H
#define PLEK_TEST_CORE_CHAOS_NOBED_H

#include "support/exchange.h"

#include "base/rng.h"

struct outcome chaos_nobed_step(struct exchange *x, struct rng *r);

#endif
