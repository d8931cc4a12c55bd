/* Random stays, clocks and returns, for chaos.c. */
#ifndef PLEK_TEST_CORE_CHAOS_STAY_H
#define PLEK_TEST_CORE_CHAOS_STAY_H

#include "support/exchange.h"

#include "base/rng.h"

/* Fill an event of a kind of core/stay, as far as its kind is written in a journal. */
void chaos_stay_fill(struct rng *r, struct event *ev);

/* Make CMD a command about what follows an arrival; false if there is nothing to do. May move the clock by
 * days. */
bool chaos_stay_command(struct exchange *x, struct rng *r, struct command *cmd);

#endif
