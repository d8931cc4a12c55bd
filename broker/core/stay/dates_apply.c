/* What nights.dated and stay.resumed do to the state. */
#include "core/stay/stay_apply.h"

#include "base/check.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/fields.h"
#include "core/ledger.h"
#include "core/nobed/nobed_state.h"

#include <string.h>

static bool are_moments(const struct dated_event *v, bool is_over, int64_t now_ms)
{
    if (v->started_at_ms <= 0 || v->started_at_ms > now_ms || (v->ended_at_ms != 0) != is_over)
        return false;
    return !is_over || (v->ended_at_ms >= v->started_at_ms && v->ended_at_ms <= now_ms);
}

static struct funding funding_after(const struct dated_event *v, const struct funding *was)
{
    struct funding f = *was;

    if (v->n_spans == 0)
        return f;
    memset(&f, 0, sizeof f);
    f.n = v->n_spans;
    memcpy(f.spans, v->spans, sizeof f.spans);
    return f;
}

static const char *bed_impossible(const struct engine *e, const struct event *ev)
{
    const struct dated_event *v = &ev->u.dated;
    const struct bridge *b = engine_bridge(e, v->bridge);
    struct funding f;

    if (v->stay.v != 0 || b == NULL || b->referral.v != v->referral.v || b->kind != BRIDGE_BED ||
        b->started_at_ms == 0)
        return "the moments of no place of this referral";
    if (!are_moments(v, !bridge_is_live(b), ev->at_ms))
        return "moments out of order";
    f = funding_after(v, &e->nobed.bridges[b->id.v - 1].funding);
    if (f.n == 0) /* nothing was told of it: an older journal */
        return NULL;
    return funding_is_sane(&f, time_day_nl(v->started_at_ms)) ? NULL : "nights that nobody pays for";
}

/* That no night has two places is judged where it is decided, and watched by stay_check and nobed_check. */
const char *nights_dated_impossible(const struct engine *e, const struct event *ev)
{
    const struct dated_event *v = &ev->u.dated;
    const struct stay *s = engine_stay(e, v->stay);
    struct funding f;

    if (v->n_spans > FUNDING_SPANS_MAX)
        return "nights paid by more than there can be";
    if (v->bridge.v != 0)
        return bed_impossible(e, ev);
    if (s == NULL || s->referral.v != v->referral.v)
        return "the moments of no place of this referral";
    if (!are_moments(v, s->state == STAY_DEPARTED, ev->at_ms))
        return "moments out of order";
    f = funding_after(v, &s->funding);
    return funding_is_sane(&f, time_day_nl(v->started_at_ms)) ? NULL : "nights that nobody pays for";
}

void nights_dated_apply(struct engine *e, const struct event *ev)
{
    const struct dated_event *v = &ev->u.dated;
    struct referral_slot *r = referral_slot(e, v->referral);
    int64_t was_ms = 0;

    if (v->bridge.v != 0) {
        struct bridge_slot *b = bridge_slot(e, v->bridge);

        was_ms = b->b.started_at_ms;
        b->b.started_at_ms = v->started_at_ms;
        b->b.ended_at_ms = v->ended_at_ms;
        b->funding = funding_after(v, &b->funding);
        bridge_touched(e, b, ev->seq);
    } else {
        struct stay_slot *s = &e->stay.stays[v->stay.v - 1];

        was_ms = s->s.started_at_ms;
        s->s.started_at_ms = v->started_at_ms;
        s->s.ended_at_ms = v->ended_at_ms;
        s->s.funding = funding_after(v, &s->s.funding);
        stay_touched(e, s, ev->seq);
    }
    clocks_begun_apply(e, v->referral, v->stay, was_ms, v->started_at_ms, ev->seq);
    referral_move(e, r, r->r.state, ev->seq);
    household_timers_refresh(e, v->referral);
}

/* Without the event it counted for nothing; with it, it counts as any household that has arrived. */
static bool would_count(const struct engine *e, const struct request *q)
{
    struct request back = *q;

    back.left_at_ms = 0;
    return ledger_counts(&back, ledger_latest(&e->pools[q->pool.v - 1]));
}

static bool is_anywhere(const struct engine *e, struct referral_id id)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);

        if ((s != NULL && s->state != STAY_DEPARTED) || engine_bridge_bed_reached(e, id) != NULL)
            return true;
    }
    return false;
}

const char *stay_resumed_impossible(const struct engine *e, const struct event *ev)
{
    const struct stay *s = engine_stay(e, ev->u.stay.stay);
    const struct request *q = NULL;

    if (s == NULL || s->referral.v != ev->u.stay.referral.v)
        return "no such stay of this referral";
    if (s->state != STAY_DEPARTED)
        return "a stay that is not over";
    if (is_anywhere(e, s->referral))
        return "a household that lives in another place";
    q = engine_request(e, s->request);
    return would_count(e, q) && !ledger_is_within(e, q->pool, q->units) ? "more units held than there are"
                                                                        : NULL;
}

/* Since when it could leave, and what keeps it, is what it was. */
void stay_resumed_apply(struct engine *e, const struct event *ev)
{
    struct stay_slot *s = &e->stay.stays[ev->u.stay.stay.v - 1];
    struct referral_slot *r = referral_slot(e, s->s.referral);

    stay_move(s, s->s.ready_at_ms != 0 ? STAY_READY : STAY_PRESENT);
    s->s.ended_at_ms = 0;
    s->s.departure = 0;
    s->s.destination = 0;
    stay_touched(e, s, ev->seq);
    request_back(e, ev, s->s.request);
    r->r.closed_at_ms = r->r.admitted_at_ms;
    referral_move(e, r, REFERRAL_ADMITTED, ev->seq);
    household_timers_refresh(e, s->s.referral);
}
