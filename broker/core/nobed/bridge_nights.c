/* The nights of a household in a bridge bed: paid by one stream and one municipality each, as those of a stay
 * (core/stay/funding.h). A bridge bed is no stay: its search goes on, nobody departs from it, and it gives no
 * return code. Its nights are nights all the same, and the house is paid for them.
 *
 * Brokers before codec version 5 told nothing of them, and let a household reach a bridge bed while its stay
 * went on, or two. Of such a bed only the nights count that no other place of the household has: those after
 * the stay that it came from, and until the place or the bed where it went. Who pays for them cannot be
 * changed where another place has one: that bed stays as it is. */
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

static bool is_told(const struct engine *e, const struct bridge *b)
{
    return e->nobed.bridges[b->id.v - 1].funding.n > 0;
}

/* DAYS without those that the stay S, of the same household as the bed B, has too. */
static void leave_out_stay(struct bridge_days *days, const struct bridge *b, const struct stay *s)
{
    int32_t first = time_day_nl(s->started_at_ms);
    int32_t end = s->state != STAY_DEPARTED ? INT32_MAX : time_day_nl(s->ended_at_ms);

    if (s->started_at_ms > b->started_at_ms)
        days->end = first < days->end ? first : days->end;
    else
        days->first = end > days->first ? end : days->first;
}

/* The same of another bed, where the household went after B. */
static void leave_out_bed(struct bridge_days *days, const struct bridge *b, const struct bridge *other)
{
    int32_t first = has_nights(other) ? time_day_nl(other->started_at_ms) : INT32_MAX;

    if (first != INT32_MAX && (other->started_at_ms > b->started_at_ms ||
                               (other->started_at_ms == b->started_at_ms && other->id.v > b->id.v)))
        days->end = first < days->end ? first : days->end;
}

/* The days of a bed that has nights; the end of one that goes on is open. */
static struct bridge_days days_of(const struct engine *e, const struct bridge *b)
{
    struct bridge_days days = {.first = time_day_nl(b->started_at_ms),
                               .end = bridge_is_live(b) ? INT32_MAX : time_day_nl(b->ended_at_ms)};
    struct referral_id id = engine_household_first(e, b->referral);

    if (is_told(e, b))
        return days;
    for (; id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct nobed_case *c = engine_nobed(e, id);

        if (s != NULL)
            leave_out_stay(&days, b, s);
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++)
            leave_out_bed(&days, b, engine_bridge(e, c->bridges[i]));
    }
    return days;
}

/* No other place of the household has a night of the bed. */
static bool is_alone(const struct engine *e, const struct bridge *b)
{
    struct bridge_days days = days_of(e, b);

    return days.first == time_day_nl(b->started_at_ms) &&
           days.end == (bridge_is_live(b) ? INT32_MAX : time_day_nl(b->ended_at_ms));
}

struct bridge_days bridge_days(const struct engine *e, const struct bridge *b, int64_t now_ms)
{
    struct bridge_days days = {0};

    if (!has_nights(b))
        return days;
    days = days_of(e, b);
    if (days.end > time_day_nl(now_ms))
        days.end = time_day_nl(now_ms);
    if (days.end < days.first)
        days.end = days.first;
    return days;
}

struct funding engine_bridge_funding(const struct engine *e, struct bridge_id id)
{
    const struct bridge *b = engine_bridge(e, id);
    struct funding f = {.n = 0};
    const struct funding_stream *s = NULL;

    if (!has_nights(b))
        return f;
    if (is_told(e, b))
        return e->nobed.bridges[id.v - 1].funding;
    f.spans[0].from_day = days_of(e, b).first;
    if (f.spans[0].from_day == INT32_MAX)
        return f;
    f.n = 1;
    s = stay_rules_stream_find(vocab_stay_rules(e->vocab), "te_regelen", f.spans[0].from_day);
    f.spans[0].stream = s != NULL ? s->nr : 0;
    return f;
}

/* Where the household was before: its nights there are over. */
static bool is_elsewhere(const struct engine *e, struct referral_id id)
{
    const struct stay *s = engine_stay_of(e, engine_household(e, id).earlier);

    return s != NULL && s->state != STAY_DEPARTED;
}

/* Why nobody can be told to pay for the nights of the bed from its arrival on; NULL = can be. */
static const char *nights_impossible(const struct engine *e, const struct bridge *b)
{
    return !is_told(e, b) && bridge_is_live(b) && is_elsewhere(e, b->referral)
               ? "nights that another place has too"
               : NULL;
}

/* ---- decide ---- */

static struct event *funded(struct decision *d, const struct bridge *b)
{
    struct event *ev = decision_event(d, EV_BRIDGE_FUNDED);

    ev->u.bridge_funded.bridge = b->id;
    ev->u.bridge_funded.referral = b->referral;
    return ev;
}

void decide_bridge_nights(struct decision *d, const struct bridge *b, int64_t at_ms)
{
    const struct referral *r = engine_referral(d->e, b->referral);
    const struct pool_kept *p = engine_pool(d->e, engine_request(d->e, b->request)->pool);
    struct event *ev = funded(d, b);

    ev->u.bridge_funded.n_spans =
        stay_propose(d, r, p, time_day_nl(at_ms != 0 ? at_ms : d->now_ms), ev->u.bridge_funded.spans);
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
    if (now.n == 0 || !is_alone(d->e, b) || nights_impossible(d->e, b) != NULL)
        return REFUSAL_WRONG_STATE;
    refusal = stay_judge_span(d, engine_referral(d->e, b->referral),
                              engine_pool(d->e, engine_request(d->e, b->request)->pool), &now, &span, first,
                              bridge_days(d->e, b, d->now_ms).end, &changed);
    if (refusal != REFUSAL_NONE || memcmp(&changed, &now, sizeof changed) == 0)
        return refusal;
    if (!is_told(d->e, b)) { /* nothing was told: now, all of it */
        ev = funded(d, b);
        ev->u.bridge_funded.n_spans = now.n;
        memcpy(ev->u.bridge_funded.spans, now.spans, sizeof now.spans);
    }
    for (unsigned i = 0; i < changed.n; i++) { /* as decide_fund_stay */
        if (changed.spans[i].from_day < span.from_day)
            continue;
        ev = funded(d, b);
        ev->u.bridge_funded.n_spans = 1;
        ev->u.bridge_funded.spans[0] = changed.spans[i];
    }
    return REFUSAL_NONE;
}

/* ---- apply ---- */

const char *bridge_funded_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *b = engine_bridge(e, ev->u.bridge_funded.bridge);
    struct funding f = {.n = ev->u.bridge_funded.n_spans};

    if (!has_nights(b) || b->referral.v != ev->u.bridge_funded.referral.v)
        return "nights of no bridge bed of this referral";
    if (f.n < 1 || f.n > FUNDING_SPANS_MAX)
        return "nights that nobody pays for";
    if (nights_impossible(e, b) != NULL)
        return nights_impossible(e, b);
    if (!is_told(e, b)) {
        memcpy(f.spans, ev->u.bridge_funded.spans, sizeof f.spans);
        return funding_is_sane(&f, time_day_nl(b->started_at_ms)) ? NULL : "nights that nobody pays for";
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
