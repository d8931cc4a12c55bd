#include "notify/asker.h"

#include "core/gate/gate_look.h"

void asker_put(const struct engine *e, struct request_id id, bool instead, struct subject *out)
{
    const struct request *q = engine_request(e, id);
    const struct gate *g = q != NULL ? engine_gate(e, q->gate) : NULL;

    if (g == NULL || !gate_is_live(g))
        return;
    out->by_keeper = instead && !g->assented;
    out->keeper.org = g->org;
}

/* The yes whose loss was told of R at AT_MS, or is told of again; the alarm has no request any more. */
static struct request_id lost_yes(const struct engine *e, const struct referral *r, int64_t at_ms)
{
    const struct request *last = NULL;

    for (unsigned i = 0; r != NULL && i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (request_lost_its_yes(q) && !q->bridge && q->ended_at_ms <= at_ms &&
            (last == NULL || q->ended_at_ms >= last->ended_at_ms))
            last = q;
    }
    return last != NULL ? last->id : (struct request_id){0};
}

/* The gatekeeper that had LOST has asked another place since, which waits for its answer or has it. */
static bool has_asked_since(const struct engine *e, const struct referral *r, struct request_id lost)
{
    const struct request *was = engine_request(e, lost);

    for (unsigned i = 0; was != NULL && i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->gate.v == was->gate.v && (q->state == REQUEST_PENDING || q->state == REQUEST_ACCEPTED))
            return true;
    }
    return false;
}

/* Passed on, it is about who did not answer the alarm. A gatekeeper has no other way to say that it looks
 * after it than to ask. */
static void hears_alarm(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct referral *r = engine_referral(e, ev->u.escalation.referral);
    struct request_id lost = lost_yes(e, r, ev->at_ms);

    if (ev->u.escalation.alarm == ALARM_HOLD_ENDED && !ev->u.escalation.passed_on &&
        (ev->kind == EV_ALARM_RAISED || !has_asked_since(e, r, lost)))
        asker_put(e, lost, false, out);
}

void asker_hears(const struct engine *e, const struct event *ev, struct subject *out)
{
    switch ((int)ev->kind) { /* all others are nothing that came of a request, or have their own case */
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        asker_put(e, ev->u.request.request, true, out);
        break;
    case EV_REQUEST_EXTENDED:
        asker_put(e, ev->u.escalation.request, true, out);
        break;
    case EV_REQUEST_ACCEPTED:
        asker_put(e, ev->u.request.request, false, out);
        break;
    case EV_REQUEST_CANCELLED: /* that the bed is gone has its alarm */
        if (cancel_why_is_fall_through(ev->u.request.why) && ev->u.request.why != CANCEL_BED_GONE)
            asker_put(e, ev->u.request.request, false, out);
        break;
    case EV_REFERRAL_NO_SHOW:
        asker_put(e, ev->u.referral.request, false, out);
        break;
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED:
        hears_alarm(e, ev, out);
        break;
    default:
        break;
    }
}
