#include "core/stay/stay_apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/care/care_state.h"
#include "core/fields.h"

#include <string.h>

void stay_touched(struct engine *e, struct stay_slot *s, uint64_t seq)
{
    s->s.version = seq;
    e->sum -= s->sum;
    s->sum = digest_of_stay(&s->s);
    e->sum += s->sum;
}

void stay_move(struct stay_slot *s, enum stay_state to)
{
    CHECK(s->s.state == to || stay_may_become(s->s.state, to));
    s->s.state = to;
}

struct household_slot *household_slot(struct engine *e, struct referral_id id)
{
    CHECK(engine_referral(e, id) != NULL);
    while (e->stay.n_households < id.v) {
        MEM_GROW_TIGHT(e->stay.households, e->stay.n_households, e->stay.cap_households);
        memset(&e->stay.households[e->stay.n_households++], 0, sizeof e->stay.households[0]);
    }
    return &e->stay.households[id.v - 1];
}

void household_touched(struct engine *e, struct household_slot *h)
{
    e->sum -= h->sum;
    h->sum = digest_of_household(h);
    e->sum += h->sum;
}

static void referral_touched(struct engine *e, struct referral_id id, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, id);

    referral_move(e, r, r->r.state, seq);
}

bool funding_is_sane(const struct funding *f, int32_t arrival)
{
    if (f->n < 1 || f->n > FUNDING_SPANS_MAX || f->spans[0].from_day > arrival)
        return false;
    for (unsigned i = 1; i < f->n; i++) {
        if (f->spans[i].from_day <= f->spans[i - 1].from_day)
            return false;
    }
    return true;
}

static struct funding funding_of(const struct stay_event *s)
{
    struct funding f = {.n = s->n_spans};

    memcpy(f.spans, s->spans, sizeof f.spans);
    return f;
}

/* ---- the stay ---- */

const char *stay_started_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.stay.referral);
    const struct request *q = engine_request(e, ev->u.stay.request);
    struct funding f = funding_of(&ev->u.stay);

    if (ev->u.stay.stay.v != engine_stays(e) + 1)
        return "a stay out of order";
    if (r == NULL || r->state != REFERRAL_ADMITTED || engine_stay_of(e, r->id) != NULL)
        return "a stay of no household that has just arrived";
    if (q == NULL || q->referral.v != r->id.v || q->state != REQUEST_ADMITTED)
        return "a stay in a place that the household did not arrive at";
    return funding_is_sane(&f, time_day_nl(ev->at_ms)) ? NULL : "a stay with nights that nobody pays for";
}

void stay_started_apply(struct engine *e, const struct event *ev)
{
    struct household_slot *h = household_slot(e, ev->u.stay.referral);
    struct stay_slot *s = NULL;

    MEM_GROW(e->stay.stays, e->stay.n_stays, e->stay.cap_stays);
    s = &e->stay.stays[e->stay.n_stays++];
    memset(s, 0, sizeof *s);
    s->s.id = ev->u.stay.stay;
    s->s.referral = ev->u.stay.referral;
    s->s.request = ev->u.stay.request;
    s->s.pool = engine_request(e, ev->u.stay.request)->pool;
    s->s.state = STAY_PRESENT;
    s->s.started_at_ms = ev->at_ms;
    s->s.funding = funding_of(&ev->u.stay);
    h->h.stay = s->s.id;
    household_touched(e, h);
    stay_touched(e, s, ev->seq);
    referral_touched(e, s->s.referral, ev->seq);
    household_timers_refresh(e, s->s.referral);
}

/* The event's stay, while the household is there. */
static const char *lived_in_impossible(const struct engine *e, const struct event *ev)
{
    const struct stay *s = engine_stay(e, ev->u.stay.stay);

    if (s == NULL || s->referral.v != ev->u.stay.referral.v)
        return "no such stay of this referral";
    return s->state == STAY_DEPARTED ? "a stay that is over" : NULL;
}

static struct stay_slot *slot_of(struct engine *e, const struct event *ev)
{
    return &e->stay.stays[ev->u.stay.stay.v - 1];
}

const char *stay_ready_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = lived_in_impossible(e, ev);

    if (why != NULL)
        return why;
    return !ev->u.stay.ready && ev->u.stay.block != 0 ? "blocked, and not ready to leave" : NULL;
}

/* Since when it could leave, and since when it waits, stay when only what keeps it changes. */
void stay_ready_apply(struct engine *e, const struct event *ev)
{
    struct stay_slot *s = slot_of(e, ev);

    if (!ev->u.stay.ready)
        s->s.ready_at_ms = 0;
    else if (s->s.ready_at_ms == 0)
        s->s.ready_at_ms = ev->at_ms;
    if (ev->u.stay.block != s->s.block)
        s->s.blocked_at_ms = ev->u.stay.block != 0 ? ev->at_ms : 0;
    if (ev->u.stay.block == 0)
        s->s.waiting_at_ms = 0;
    else if (s->s.block == 0)
        s->s.waiting_at_ms = ev->at_ms;
    s->s.block = ev->u.stay.block;
    stay_move(s, ev->u.stay.ready ? STAY_READY : STAY_PRESENT);
    stay_touched(e, s, ev->seq);
    referral_touched(e, s->s.referral, ev->seq);
}

/* Money is settled after the fact too: a stay that is over may be paid by another. */
const char *stay_funded_impossible(const struct engine *e, const struct event *ev)
{
    const struct stay *s = engine_stay(e, ev->u.stay.stay);
    struct funding f;

    if (s == NULL || s->referral.v != ev->u.stay.referral.v)
        return "no such stay of this referral";
    f = s->funding;
    if (ev->u.stay.n_spans != 1 || ev->u.stay.spans[0].from_day < f.spans[0].from_day ||
        !funding_change(&f, ev->u.stay.spans[0]))
        return "nights that cannot be paid so";
    return funding_is_sane(&f, time_day_nl(s->started_at_ms)) ? NULL : "nights that nobody pays for";
}

void stay_funded_apply(struct engine *e, const struct event *ev)
{
    struct stay_slot *s = slot_of(e, ev);

    CHECK(funding_change(&s->s.funding, ev->u.stay.spans[0]));
    stay_touched(e, s, ev->seq);
    referral_touched(e, s->s.referral, ev->seq);
}

/* "" = the household's key was destroyed since. */
const char *return_code_given_impossible(const struct engine *e, const struct event *ev)
{
    const struct stay *s = engine_stay(e, ev->u.stay.stay);

    return s == NULL || s->referral.v != ev->u.stay.referral.v ? "no such stay of this referral" : NULL;
}

void return_code_given_apply(struct engine *e, const struct event *ev)
{
    struct stay_slot *s = slot_of(e, ev);

    memcpy(s->s.return_code, ev->u.stay.return_code, sizeof s->s.return_code);
    stay_touched(e, s, ev->seq);
}

/* Which clocks may run on after it is said by reference data, which apply does not look at: stay_check does.
 */
const char *stay_ended_impossible(const struct engine *e, const struct event *ev)
{
    return lived_in_impossible(e, ev);
}

void stay_ended_apply(struct engine *e, const struct event *ev)
{
    struct stay_slot *s = slot_of(e, ev);
    struct referral_slot *r = referral_slot(e, ev->u.stay.referral);

    stay_move(s, STAY_DEPARTED);
    s->s.ended_at_ms = ev->at_ms;
    s->s.departure = ev->u.stay.reason;
    s->s.destination = ev->u.stay.destination;
    stay_touched(e, s, ev->seq);
    request_left(e, ev, s->s.request, ev->u.stay.untold);
    r->r.closed_at_ms = ev->at_ms;
    referral_move(e, r, REFERRAL_DEPARTED, ev->seq);
    household_timers_refresh(e, s->s.referral);
}

/* ---- the household over several referrals ---- */

const char *referral_linked_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.link.referral);

    if (r == NULL || ev->u.link.earlier.v < 1 || ev->u.link.earlier.v >= r->id.v)
        return "a referral that follows none before it";
    if (ev->u.link.why == LINK_NONE || engine_household(e, r->id).earlier.v != 0)
        return "a referral that follows two";
    return engine_stay_of(e, r->id) != NULL ? "a referral linked after its arrival" : NULL;
}

/* Behind the end of the other's list go all that followed it already. */
static void household_join(struct engine *e, struct referral_id id, struct referral_id first)
{
    struct household_slot *to = household_slot(e, first);
    struct referral_id last = {to->last != 0 ? to->last : first.v};

    household_slot(e, last)->next = (uint32_t)id.v;
    household_slot(e, id)->last = 0;
    for (; id.v != 0; id = engine_household_next(e, id)) {
        household_slot(e, id)->first = (uint32_t)first.v;
        household_slot(e, first)->last = (uint32_t)id.v;
    }
}

void referral_linked_apply(struct engine *e, const struct event *ev)
{
    struct household_slot *h = household_slot(e, ev->u.link.referral);
    struct household_slot *earlier = household_slot(e, ev->u.link.earlier);

    h = household_slot(e, ev->u.link.referral);
    household_join(e, ev->u.link.referral, engine_household_first(e, ev->u.link.earlier));
    care_linked(e, ev->u.link.referral, ev->u.link.earlier);
    h->h.earlier = ev->u.link.earlier;
    h->h.why = ev->u.link.why;
    h->h.moves = (uint16_t)(earlier->h.moves + (earlier->h.stay.v != 0));
    earlier->h.later = ev->u.link.referral;
    household_touched(e, h);
    household_touched(e, earlier);
    referral_touched(e, ev->u.link.referral, ev->seq);
    referral_touched(e, ev->u.link.earlier, ev->seq);
    household_timers_refresh(e, ev->u.link.earlier);
}

const char *funding_flagged_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.flag.request);

    if (q == NULL || q->referral.v != ev->u.flag.referral.v || q->state != REQUEST_DECLINED)
        return "a flag for no request that was declined";
    return NULL;
}

void funding_flagged_apply(struct engine *e, const struct event *ev)
{
    struct flag_slot *s = NULL;

    MEM_GROW(e->stay.flags, e->stay.n_flags, e->stay.cap_flags);
    s = &e->stay.flags[e->stay.n_flags++];
    memset(s, 0, sizeof *s);
    s->f.referral = ev->u.flag.referral;
    s->f.request = ev->u.flag.request;
    s->f.region = ev->u.flag.region;
    s->f.at_ms = ev->at_ms;
    s->sum = digest_of_flag(&s->f, e->stay.n_flags);
    e->sum += s->sum;
}
