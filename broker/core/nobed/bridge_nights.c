/* The nights of a household in a bridge bed: paid by one stream and one municipality each, as those of a stay
 * (core/stay/funding.h). A bridge bed is no stay: its search goes on, nobody departs from it, and it gives no
 * return code. Its nights are nights all the same, and the house is paid for them. */
#include "core/nobed/nobed_apply.h"
#include "core/nobed/nobed_decide.h"
#include "core/nobed/nobed_state.h"

#include "base/check.h"
#include "base/time_text.h"
#include "core/stay/stay_decide.h"
#include "core/stay/stay_rules.h"

#include <string.h>

static bool has_nights(const struct bridge *b)
{
    return b != NULL && b->kind == BRIDGE_BED && b->started_at_ms != 0;
}

int32_t bridge_nights(const struct bridge *b, int64_t now_ms)
{
    if (!has_nights(b))
        return 0;
    return time_day_nl(bridge_is_live(b) ? now_ms : b->ended_at_ms) - time_day_nl(b->started_at_ms);
}

struct funding engine_bridge_funding(const struct engine *e, struct bridge_id id)
{
    const struct bridge *b = engine_bridge(e, id);
    struct funding f = {.n = 0};
    const struct funding_stream *s = NULL;

    if (!has_nights(b))
        return f;
    if (e->nobed.bridges[id.v - 1].funding.n > 0)
        return e->nobed.bridges[id.v - 1].funding;
    f.n = 1;
    f.spans[0].from_day = time_day_nl(b->started_at_ms);
    s = stay_rules_stream_find(vocab_stay_rules(e->vocab), "te_regelen", f.spans[0].from_day);
    f.spans[0].stream = s != NULL ? s->nr : 0;
    return f;
}

/* ---- decide ---- */

static struct event *funded(struct decision *d, const struct bridge *b)
{
    struct event *ev = decision_event(d, EV_BRIDGE_FUNDED);

    ev->u.bridge_funded.bridge = b->id;
    ev->u.bridge_funded.referral = b->referral;
    return ev;
}

void decide_bridge_nights(struct decision *d, const struct bridge *b)
{
    const struct referral *r = engine_referral(d->e, b->referral);
    const struct pool_kept *p = engine_pool(d->e, engine_request(d->e, b->request)->pool);
    struct event *ev = funded(d, b);

    ev->u.bridge_funded.n_spans = stay_propose(d, r, p, ev->u.bridge_funded.spans);
}

enum refusal decide_fund_bridge(struct decision *d)
{
    const struct bridge *b = engine_bridge(d->e, d->cmd->u.fund_bridge.bridge);
    struct funding_span span = {.from_day = d->cmd->u.fund_bridge.from_day,
                                .stream = d->cmd->u.fund_bridge.stream,
                                .municipality = d->cmd->u.fund_bridge.municipality,
                                .reason = d->cmd->u.fund_bridge.reason};
    struct funding now = engine_bridge_funding(d->e, b->id);
    struct funding changed;
    int32_t first = time_day_nl(b->started_at_ms);
    enum refusal refusal = REFUSAL_NONE;
    struct event *ev = NULL;

    d->outcome->referral = b->referral;
    if (now.n == 0)
        return REFUSAL_WRONG_STATE;
    refusal = stay_judge_span(d, &now, &span, first, first + bridge_nights(b, d->now_ms), &changed);
    if (refusal != REFUSAL_NONE || memcmp(&changed, &now, sizeof changed) == 0)
        return refusal;
    if (d->e->nobed.bridges[b->id.v - 1].funding.n == 0) { /* nothing was told: now, all of it */
        ev = funded(d, b);
        ev->u.bridge_funded.n_spans = now.n;
        memcpy(ev->u.bridge_funded.spans, now.spans, sizeof now.spans);
    }
    ev = funded(d, b);
    ev->u.bridge_funded.n_spans = 1;
    ev->u.bridge_funded.spans[0] = span;
    return REFUSAL_NONE;
}

/* ---- apply ---- */

/* Where the household was before: its nights there are over. */
static bool is_elsewhere(const struct engine *e, struct referral_id id)
{
    const struct stay *s = engine_stay_of(e, engine_household(e, id).earlier);

    return s != NULL && s->state != STAY_DEPARTED;
}

const char *bridge_funded_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *b = engine_bridge(e, ev->u.bridge_funded.bridge);
    struct funding f = {.n = ev->u.bridge_funded.n_spans};

    if (!has_nights(b) || b->referral.v != ev->u.bridge_funded.referral.v)
        return "nights of no bridge bed of this referral";
    if (f.n < 1 || f.n > FUNDING_SPANS_MAX)
        return "nights that nobody pays for";
    if (e->nobed.bridges[b->id.v - 1].funding.n == 0) {
        memcpy(f.spans, ev->u.bridge_funded.spans, sizeof f.spans);
        return bridge_is_live(b) && is_elsewhere(e, b->referral)    ? "nights that another place has too"
               : funding_is_sane(&f, time_day_nl(b->started_at_ms)) ? NULL
                                                                    : "nights that nobody pays for";
    }
    f = e->nobed.bridges[b->id.v - 1].funding;
    if (ev->u.bridge_funded.n_spans != 1 || ev->u.bridge_funded.spans[0].from_day < f.spans[0].from_day ||
        !funding_change(&f, ev->u.bridge_funded.spans[0]))
        return "nights that cannot be paid so";
    return funding_is_sane(&f, time_day_nl(b->started_at_ms)) ? NULL : "nights that nobody pays for";
}

void bridge_funded_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge_funded.bridge);

    if (s->funding.n == 0) {
        s->funding.n = ev->u.bridge_funded.n_spans;
        memcpy(s->funding.spans, ev->u.bridge_funded.spans, sizeof s->funding.spans);
    } else {
        CHECK(funding_change(&s->funding, ev->u.bridge_funded.spans[0]));
    }
    bridge_touched(e, s, ev->seq);
}
