/* What people do after an arrival: ready to leave or not, money, clocks handed over and stopped, departures,
 * and households that come back with their code. */
#ifndef PLEK_SIM_STAY_WALK_H
#define PLEK_SIM_STAY_WALK_H

#include "base/rng.h"
#include "core/engine.h"

/* Make CMD what somebody does about a stay or a clock of E at NOW; false if there is none. The actor is the
 * right one; what it asks may be foolish. */
bool stay_walk_draw(const struct engine *e, struct rng *rng, int64_t now_ms, struct command *cmd);

/* A code that some household holds, "" = none: for the next intake. */
const char *stay_walk_code(const struct engine *e, struct rng *rng);

/* In the calm: the NTH household (from 0) that is still there leaves; false if there are no more. */
bool stay_walk_leave(const struct engine *e, unsigned nth, struct command *cmd);

#endif
