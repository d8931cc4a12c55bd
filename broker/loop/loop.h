/* The one turn of the broker, over libevent, in one thread. Sole owner of the event_base. libevent's
 * callbacks only collect (a parsed request, a finished fetch, a finished commit); work happens in the turn,
 * in this order:
 *
 *   wait and collect → read the clock → flow_turn → flow_deliver → set the wake-up → free what died
 *
 * libevent 2.1.12 has no hook between its callbacks and its next wait, so the loop around it is ours. */
#ifndef PLEK_LOOP_LOOP_H
#define PLEK_LOOP_LOOP_H

#include "base/err.h"
#include "flow/flow.h"
#include "loop/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct loop;

struct loop_options {
    struct clocks clocks;
    int tick_ms; /* how often lateness is measured: 10; 0 = never (1,000 asleep otherwise) */
};
struct loop_options loop_options_default(void);

/* Make a loop. OPTIONS is copied. Aborts if the host gives no event loop. */
struct loop *loop_new(const struct loop_options *options);

/* End it: frees what waits to be freed, then the base. Every event, connection and offload made on it must be
 * gone before. */
void loop_free(struct loop *l);

/* The base to make events on; borrowed. */
struct event_base *loop_base(struct loop *l);

/* Turn F too, from the next turn on (borrowed; NULL = no more). Without a flow the loop only collects. */
void loop_set_flow(struct loop *l, struct flow *f);

/* Turn until loop_stop. The turn under way is finished first. */
void loop_run(struct loop *l);

/* Ask loop_run to return; from a callback on the loop (a signal event included), not from another thread. */
void loop_stop(struct loop *l);

/* Make one turn: waits for something to happen, at most WAIT_MS (0 = do not wait, -1 = as long as it takes).
 * For tests and for draining at shutdown. */
void loop_turn(struct loop *l, int wait_ms);

/* Hand over P: FREE_FN(P) is called at the end of this turn, when nobody on the stack holds it any more. Call
 * it once for each object. What FREE_FN hands over in turn is freed in the same turn. */
void loop_free_later(struct loop *l, void *p, void (*free_fn)(void *p));

/* The clock of the current turn. */
struct wall_ms loop_wall(const struct loop *l);
struct mono_ms loop_mono(const struct loop *l);

/* How late the tick was: the longest time that the loop did not listen. Goal: never over 50 ms late, also
 * with a stalled database (limits.md, Faults). */
struct loop_lateness {
    uint64_t turns;
    uint64_t ticks;
    uint64_t over_50; /* ticks more than 50 ms late */
    int64_t max_ms;   /* latest tick */
};
struct loop_lateness loop_lateness(const struct loop *l);
void loop_lateness_reset(struct loop *l);

#endif
