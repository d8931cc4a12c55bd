/* Let fall due what is due: a house that did not answer in time is noted as silent and another asked on,
 * holds that nobody answered lapse, referrals past their deadline are flagged, what nobody looks after is
 * said again. */
#include "core/decide_silence.h"

#include "core/engine_state.h"
#include "core/nobed/nobed_decide.h"
#include "core/safety/safety_decide.h"
#include "core/stay/stay_state.h"

/* In one tick; the rest stays due and comes with the next. After a night of standing still a turn must still
 * be short. */
#define DUE_PER_TICK 256

/* A request that is pending past one of its moments; when both passed while nobody looked, only the second
 * is told. False: it must wait for the next tick. */
static bool request_is_due(struct decision *d, struct ask_on *asked, const struct request *q)
{
    bool is_over = q->lapse_at_ms <= d->now_ms;
    size_t at = decision_events(d);

    decision_request_event(d, is_over ? EV_REQUEST_EXPIRED : EV_REQUEST_SILENT, q);
    if (q->silent_at_ms != 0 || decide_ask_on(d, asked, q))
        return true;
    d->out->n = d->first + at;
    return false;
}

enum refusal decide_tick(struct decision *d)
{
    struct due due[DUE_PER_TICK];
    struct ask_on asked = {0};
    size_t n = due_collect(d->e, d->now_ms, due, DUE_PER_TICK);

    for (size_t i = 0; i < n; i++) {
        struct referral_id id = {due[i].id}; /* of DUE_REFERRAL and DUE_TIMERS */

        if (due[i].kind == DUE_REFERRAL)
            decision_referral_event(d, EV_REFERRAL_UNPLACED, engine_referral(d->e, id));
        else if (due[i].kind >= DUE_MDO && due[i].kind <= DUE_CONSULT)
            decide_care_due(d, (int)due[i].kind, due[i].id);
        else if (due[i].kind == DUE_NOTE)
            decide_note_due(d, due[i].id);
        else if (due[i].kind == DUE_ORG_KEY)
            decide_org_key_due(d, due[i].id);
        else if (due[i].kind == DUE_LEAK)
            decide_leak_due(d, (uint32_t)due[i].id);
        else if (due[i].kind == DUE_BRIDGE)
            decide_bridge_due(d, (struct bridge_id){due[i].id});
        else if (due[i].kind == DUE_TIMERS) {
            if (!timers_tick(d, &asked, id))
                break;
        } else if (due[i].kind == DUE_CLOCK) {
            if (!stay_decide_due(d, due[i].id))
                break;
        } else if (!request_is_due(d, &asked, engine_request(d->e, (struct request_id){due[i].id})))
            break;
    }
    return REFUSAL_NONE;
}
