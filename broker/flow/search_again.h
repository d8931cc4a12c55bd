/* Searching again: when something comes free, those who wait and whom it serves better are told, in order of
 * their deadlines. Nobody is asked, nothing is held; core decides each announcement (CMD_ANNOUNCE).
 *
 * A pool is queued once when an event freed it (engine_freed_pool), when its stop ends by time, when an
 * announcement of it came to nothing because its referral found another place, and all with room at the
 * start. A round takes all that is queued and goes once through those who look: before their deadline first,
 * the earliest first; then those past it, by urgency and who waits longest (core_settings.late_first turns
 * the two round). Each is told of its best place, if that is one that came free and is better than what it
 * asks; a place whose units were all announced to others does not count, so the next hears of the next best.
 *
 * Volatile: a restart queues everything again, and core knows what was announced before. The work of a turn
 * is bounded in points, so that a turn stays below a few ms however much came free at once. */
#ifndef PLEK_FLOW_SEARCH_AGAIN_H
#define PLEK_FLOW_SEARCH_AGAIN_H

#include "core/engine.h"

/* What things cost: a point is one to two microseconds with 500 pools (tests/unit/flow/search_again_test.c
 * says how long its longest turn took). */
#define SEARCH_LOOK_POINTS 1     /* one referral passed over */
#define SEARCH_COMPILE_POINTS 96 /* all pools held against one referral, once after it or a pool was made */
#define SEARCH_JUDGE_POINTS 64   /* the best place of one referral found; twice if it is announced */
#define SEARCH_POINTS_MIN (SEARCH_LOOK_POINTS + SEARCH_COMPILE_POINTS + SEARCH_JUDGE_POINTS)

struct search_again;

struct search_again *search_again_new(void);
void search_again_free(struct search_again *s);

/* An event was applied to E. Before the first begin nothing is noted: that looks at the whole state. */
void search_again_saw(struct search_again *s, const struct engine *e, const struct event *ev);

/* At the head of a turn: queue what time alone freed. */
void search_again_begin(struct search_again *s, const struct engine *e, int64_t now_ms);

/* The next announcement to decide, in CMD. False: nothing is left, or POINTS (counted down) do not suffice.
 */
bool search_again_next(struct search_again *s, const struct engine *e, int64_t now_ms, uint32_t *points,
                       struct command *cmd);

bool search_again_has_work(const struct search_again *s);
int64_t search_again_next_ms(const struct search_again *s); /* when a stop ends; INT64_MAX = never */

#endif
