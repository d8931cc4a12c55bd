/* What people do about timers: extra time, longer holds, alarms seen, referrals handed over and taken over;
 * and what must be true of timers whatever they do. */
#ifndef PLEK_SIM_TIMERS_WALK_H
#define PLEK_SIM_TIMERS_WALK_H

#include "supply.h"
#include "trace.h"

/* One of those commands about R, by somebody who may. False: there is nothing to do about it. */
bool timers_walk_draw(struct rng *rng, const struct engine *e, const struct referral *r, struct command *cmd);

/* Nothing is due at NOW: so no place is kept past its hold, or without an end; nobody waits for a yes, or is
 * missed on the way, longer than the domain's table says without an alarm; and each referral is with somebody
 * of its own organisation. By the domain's numbers, not the engine's functions. */
void timers_walk_check(struct trace *t, const struct engine *e, int64_t now_ms);

/* Held against what the journal says; one for each follower. */
struct timers_count {
    uint8_t *extended; /* by request - 1 */
    uint8_t *kept;     /* by referral - 1: times its hold was extended since the last yes */
    size_t n_extended, n_kept;
};
void timers_walk_event(struct trace *t, struct timers_count *c, const struct event *ev);
void timers_count_fini(struct timers_count *c);

#endif
