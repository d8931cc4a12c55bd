/* The decisions of this folder; see core/decide.h. */
#ifndef PLEK_CORE_SAFETY_DECIDE_H
#define PLEK_CORE_SAFETY_DECIDE_H

#include "core/decide.h"

/* leak_decide.c */
decide_fn decide_report_leak, decide_confirm_leak, decide_withdraw_leak, decide_ask_lift, decide_lift_leak;
struct stay;
/* After it was decided that the household of S lives there still, whose departure was a mistake: if its house
 * is frozen by a leak, it is listed and moved as those that were there when that was confirmed. */
void decide_leak_back(struct decision *d, const struct stay *s);
/* leak_again.c */
void decide_leak_due(struct decision *d, uint32_t leak);
/* safety_decide.c */
decide_fn decide_set_surge, decide_ask_conflict, decide_answer_conflict;

#endif
