/* Let fall due what is due: holds that nobody answered lapse, referrals past their deadline are flagged. */
#include "core/decide.h"

#include "core/engine_state.h"

/* In one tick; the rest stays due and comes with the next. After a night of standing still a turn must still
 * be short. */
#define DUE_PER_TICK 256

enum refusal decide_tick(struct decision *d)
{
    struct due due[DUE_PER_TICK];
    size_t n = due_collect(d->e, d->now_ms, due, DUE_PER_TICK);

    for (size_t i = 0; i < n; i++) {
        if (due[i].kind == DUE_REQUEST)
            decision_request_event(d, EV_REQUEST_EXPIRED,
                                   engine_request(d->e, (struct request_id){due[i].id}));
        else
            decision_referral_event(d, EV_REFERRAL_UNPLACED,
                                    engine_referral(d->e, (struct referral_id){due[i].id}));
    }
    return REFUSAL_NONE;
}
