/* Invented households: what an intake may say, drawn at random, mostly ordinary. */
#ifndef PLEK_SIM_HOUSEHOLDS_H
#define PLEK_SIM_HOUSEHOLDS_H

#include "base/rng.h"
#include "core/need.h"

struct need household_draw(struct rng *r);

#endif
