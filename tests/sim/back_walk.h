/* One pending request is taken back by who asked it; and what must be true of it whatever happens. */
#ifndef PLEK_SIM_BACK_WALK_H
#define PLEK_SIM_BACK_WALK_H

#include "supply.h"
#include "trace.h"

/* Q, which was pending when it was looked at, by who asked it. */
void back_walk_draw(const struct engine *e, const struct request *q, struct command *cmd);

/* EV as the journal has it, E as it was before: who asked takes back, only what is pending; and what people
 * took back the broker neither asks anew nor announces to them. */
void back_walk_event(struct trace *t, const struct engine *e, const struct event *ev);

#endif
