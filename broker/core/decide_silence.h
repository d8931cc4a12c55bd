/* Asking on after silence, within one tick; private to decide_due.c and decide_silence.c. */
#ifndef PLEK_CORE_DECIDE_SILENCE_H
#define PLEK_CORE_DECIDE_SILENCE_H

#include "core/decide.h"

/* Searches for a next place in one tick: each looks at all pools a few times, about a millisecond with 1,000
 * pools, and a turn must stay short. */
#define ASK_ON_PER_TICK 8

/* What this tick has asked already; {0} at its start. */
struct ask_on {
    unsigned n_searched, n_made;
    struct {
        struct referral_id referral;
        struct pool_id pool;
        uint8_t units;
    } made[ASK_ON_PER_TICK];
};

/* How many this tick has asked for REFERRAL. */
unsigned ask_on_count(const struct ask_on *a, struct referral_id referral);

/* Its gatekeeper works on it and looks for the right place: the broker draws in no other meanwhile. One that
 * nobody has taken yet waits in a queue, and the search goes on beside it. */
bool decide_is_at_gate(const struct engine *e, const struct referral *r);

/* Ask the best next place that fits, has room and is of no house that is being asked, for the household of R,
 * which looks; MADE gets the request, 0 if there is none. WIDENING never asks a place that has a gatekeeper.
 * False, with nothing added, if this tick has searched often enough. */
bool decide_ask_next(struct decision *d, struct ask_on *a, const struct referral *r, bool is_widening,
                     struct request_id *made);

/* Ask the next place for the household of SILENT, a pending request whose time to answer is over and was not
 * noted before, if the settings, the household and the places allow it: at most one request is added to the
 * events. False, with nothing added, if this tick has searched often enough: SILENT must wait for the next.
 */
bool decide_ask_on(struct decision *d, struct ask_on *a, const struct request *silent);

#endif
