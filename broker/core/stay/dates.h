/* When a household came to its place and when it left it, where that was not the moment in which it was told:
 * the bed of half past eleven that is confirmed after midnight, the departure of Friday that is written down
 * on Monday. Nights and money go by the true moments, and so do the clocks that begin with an arrival. What a
 * house sees and hears, and what counts as held, goes by when it was told.
 *
 * No night has two places: a moment at which the household was in another place is refused. */
#ifndef PLEK_CORE_DATES_H
#define PLEK_CORE_DATES_H

#include "core/decide.h"
#include "core/stay/stay.h"

struct bridge;
struct request;

/* ---- look ---- */
/* Q, or a request of its referral to the same pool before it, was first said yes to then: nobody arrives
 * before it. 0 = it has no yes. */
int64_t engine_first_yes_ms(const struct engine *e, const struct request *q);
/* When the arrival, and the end (0 = not over), were told. */
int64_t engine_stay_told_ms(const struct engine *e, const struct stay *s);
int64_t engine_stay_end_told_ms(const struct engine *e, const struct stay *s);
/* Until when its house may correct these moments; until when it may say that the end was a mistake (0 = it is
 * not over, or the household has been in another place since). */
int64_t engine_stay_dates_until_ms(const struct engine *e, const struct stay *s);
int64_t engine_bridge_dates_until_ms(const struct engine *e, const struct bridge *b);
int64_t engine_stay_resume_until_ms(const struct engine *e, const struct stay *s);
/* The same of the desk of its referral, for what its house may not take back; 0 of any other. */
int64_t engine_stay_desk_resume_until_ms(const struct engine *e, const struct stay *s);
/* Its departure says that it was not safe there: the broker keeps the household away from that house by it,
 * so the house alone does not take it back. A mistake in that word is taken back by the desk. */
bool engine_stay_left_unsafe(const struct engine *e, const struct stay *s);

/* ---- decide ---- */
decide_fn decide_date_nights, decide_resume_stay;

/* May the household of Q have come there at AT (0 = now)? REFUSAL_LIMIT: not a moment at which it can be
 * told; REFUSAL_WAS_ELSEWHERE: it was in another place then, or is still in one of another organisation,
 * which would lose more than OTHERS_LOSE_MAX_MS. */
enum refusal dates_judge_arrival(const struct decision *d, const struct request *q, int64_t at_ms);
/* The household of Q, which came, came at AT, as is known; any moment if AT is 0. */
bool dates_came_at(const struct engine *e, const struct request *q, int64_t at_ms);
/* May who came at STARTED have left at AT (0 = now)? */
enum refusal dates_judge_end(const struct decision *d, int64_t started_ms, int64_t at_ms);
/* Before the arrival of R's household at AT is decided: where it was before, it left then. BED: the bridge
 * bed that it reaches, 0 = none. */
void dates_decide_left(struct decision *d, const struct referral *r, struct bridge_id bed, int64_t at_ms);
/* After an arrival, or an end, was decided here: it was at these moments; an END of 0 = still there. */
void dates_decide_stay(struct decision *d, struct referral_id r, struct stay_id s, int64_t started_ms,
                       int64_t ended_ms);
void dates_decide_bridge(struct decision *d, const struct bridge *b, int64_t started_ms, int64_t ended_ms);

#endif
