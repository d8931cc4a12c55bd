/* The decisions of this folder; see core/decide.h. */
#ifndef PLEK_CORE_STAY_DECIDE_H
#define PLEK_CORE_STAY_DECIDE_H

#include "core/decide.h"
#include "core/stay/stay_state.h"

/* stay_decide.c */
decide_fn decide_depart, decide_stay_ready, decide_fund_stay, decide_give_return_code;
/* clock_decide.c */
decide_fn decide_start_clock, decide_offer_clock, decide_take_clock, decide_prolong_clock, decide_stop_clock;

/* clock_decide.c: the clocks that begin by themselves at pool P for the household of R, in stay STAY; 0 = in
 * a bridge bed there: those are the referrer's, whose search goes on, where the rule names the house. */
void clock_decide_arrival(struct decision *d, const struct referral *r, const struct pool_kept *p,
                          struct stay_id stay);
/* The household left its bridge bed at a place of KIND: what that place began stops. A right of the person
 * runs on. */
void clock_decide_bridge_over(struct decision *d, struct referral_id id, enum kind kind);

/* decide_referral.c: a code that no referral has; false if none was found. */
bool decide_find_code(const struct engine *e, uint64_t draw, char code[REFERRAL_CODE_SIZE]);

#endif
