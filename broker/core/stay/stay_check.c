/* The promises of stays over the whole state: each belongs to exactly one admitted request, its nights are
 * paid exactly once, no clock is without an owner or unwatched, and what a clock opened is there. */
#include "core/stay/stay_state.h"

#include "base/time_text.h"
#include "core/broken.h"
#include "core/engine_state.h"
#include "core/stay/stay_rules.h"

/* Night by night, and as the statements add them up: both must come to the same. */
static bool check_nights(const struct stay *s, struct finding f)
{
    int32_t arrival = time_day_nl(s->started_at_ms);
    int32_t departure = s->state == STAY_DEPARTED ? time_day_nl(s->ended_at_ms) : arrival + 400;
    int32_t nights = 0;

    if (!funding_is_sane(&s->funding, arrival))
        return broken(f, "stay %u: its funding has a gap or goes back", (unsigned)s->id.v);
    for (unsigned i = 0; i < s->funding.n; i++)
        nights += funding_nights(&s->funding, i, arrival, departure, INT32_MIN, INT32_MAX);
    if (nights != departure - arrival)
        return broken(f, "stay %u: %d nights paid of %d", (unsigned)s->id.v, (int)nights,
                      (int)(departure - arrival));
    return true;
}

static bool check_stay(const struct engine *e, uint32_t i, struct finding f)
{
    const struct stay *s = &e->stay.stays[i].s;
    const struct request *q = engine_request(e, s->request);
    const struct referral *r = engine_referral(e, s->referral);
    bool is_over = s->state == STAY_DEPARTED;

    if (s->id.v != (uint64_t)i + 1 || q == NULL || r == NULL || q->referral.v != r->id.v ||
        q->pool.v != s->pool.v || q->state != REQUEST_ADMITTED)
        return broken(f, "stay %u: not of an admitted request", i + 1);
    if (engine_household(e, r->id).stay.v != s->id.v)
        return broken(f, "stay %u: its referral has another", i + 1);
    if (r->state != (is_over ? REFERRAL_DEPARTED : REFERRAL_ADMITTED) || is_over != (s->ended_at_ms != 0) ||
        (q->left_at_ms != 0) != is_over)
        return broken(f, "stay %u: referral, request and stay disagree whether it is over", i + 1);
    if ((s->block != 0) != (s->blocked_at_ms != 0) || (s->block != 0) != (s->waiting_at_ms != 0) ||
        s->waiting_at_ms > s->blocked_at_ms || (s->state == STAY_PRESENT && s->ready_at_ms != 0) ||
        (s->state == STAY_READY && s->ready_at_ms == 0))
        return broken(f, "stay %u: ready or blocked since no moment", i + 1);
    return check_nights(s, f);
}

static bool check_clock(const struct engine *e, uint32_t i, struct finding f)
{
    const struct clock_slot *s = &e->stay.clocks[i];
    const struct stay_clock *c = &s->c;
    const struct stay *stay = engine_stay_of(e, c->referral);
    const struct clock_rule *rule = stay_rules_clock(vocab_stay_rules(e->vocab), c->kind);
    int64_t due_ms = due_of_clock(c);
    bool is_there = s->due >= 1 && s->due <= e->n_due && e->due[s->due - 1].kind == DUE_CLOCK &&
                    e->due[s->due - 1].id == c->id.v && e->due[s->due - 1].at_ms == due_ms;

    if (c->id.v != (uint64_t)i + 1 || engine_referral(e, c->referral) == NULL)
        return broken(f, "clock %u: of no household", i + 1);
    if (engine_org(e, c->owner) == NULL)
        return broken(f, "clock %u: without an owner", i + 1);
    if (due_ms == INT64_MAX ? s->due != 0 : !is_there)
        return broken(f, "clock %u: due when its state does not say", i + 1);
    if (stay != NULL && stay->state == STAY_DEPARTED && c->state != CLOCK_STOPPED && rule != NULL &&
        !rule->of_household)
        return broken(f, "clock %u: of a place, and runs for a household that has left it", i + 1);
    if (c->state == CLOCK_RUN_OUT && c->run_out_at_ms < c->runs_out_ms)
        return broken(f, "clock %u: alarmed before its time", i + 1);
    if (c->follow_up.v != 0 && engine_household(e, c->follow_up).earlier.v != c->referral.v)
        return broken(f, "clock %u: its follow-up is not the household's", i + 1);
    return true;
}

/* Each referral stands once in the list of the household that its links lead to. */
static bool check_list(const struct engine *e, uint32_t i, struct finding f)
{
    const struct household_slot *h = &e->stay.households[i];
    struct referral_id first = {(uint64_t)i + 1};
    struct referral_id at = engine_household_first(e, first);

    while (engine_household(e, first).earlier.v != 0)
        first = engine_household(e, first).earlier;
    if (at.v != first.v || (h->last != 0 && h->first != 0))
        return broken(f, "referral %u: in the list of another household", i + 1);
    while (at.v != 0 && at.v != (uint64_t)i + 1)
        at = engine_household_next(e, at);
    if (at.v == 0)
        return broken(f, "referral %u: missing in the list of its household", i + 1);
    if (h->next == 0 && first.v != (uint64_t)i + 1 && e->stay.households[first.v - 1].last != (uint64_t)i + 1)
        return broken(f, "referral %u: the list of its household ends elsewhere", i + 1);
    return true;
}

static bool check_household(const struct engine *e, uint32_t i, struct finding f)
{
    const struct household_slot *h = &e->stay.households[i];
    unsigned n = 0;

    for (uint64_t at = h->first_clock; at != 0; at = e->stay.clocks[at - 1].next) {
        if (at > e->stay.n_clocks || e->stay.clocks[at - 1].c.referral.v != (uint64_t)i + 1)
            return broken(f, "referral %u: a clock that is not its own", i + 1);
        n++;
    }
    if (n != h->n_clocks)
        return broken(f, "referral %u: %u clocks, %u counted", i + 1, n, (unsigned)h->n_clocks);
    if (h->h.earlier.v > i || (h->h.earlier.v != 0) != (h->h.why != LINK_NONE))
        return broken(f, "referral %u: follows what came after it", i + 1);
    if (h->h.earlier.v != 0 && engine_household(e, h->h.earlier).later.v == 0)
        return broken(f, "referral %u: the one before does not know it", i + 1);
    return check_list(e, i, f);
}

/* A household holds one place that it has not reached, through whichever of its referrals, and asks for none
 * beside it. A bridge bed apart; and it may live in the place before. */
static bool check_places(const struct engine *e, uint32_t i, struct finding f)
{
    const struct referral *r = engine_referral(e, (struct referral_id){(uint64_t)i + 1});
    uint64_t promised = engine_household_promised(e, r->id).v;

    for (unsigned k = 0; promised != 0 && k < r->n_requests; k++) {
        const struct request *q = engine_request(e, r->requests[k]);

        if (!q->bridge && request_is_holding(q))
            return broken(f, "referral %u: its household has a place through referral %u", i + 1,
                          (unsigned)promised);
    }
    return true;
}

bool stay_check(const struct engine *e, char *why, size_t why_size)
{
    struct finding f = {.why = why, .size = why_size};

    if (e->stay.n_households > e->n_referrals)
        return broken(f, "households: more than there are referrals");
    for (uint32_t i = 0; i < e->stay.n_stays; i++) {
        if (!check_stay(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->stay.n_clocks; i++) {
        if (!check_clock(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->stay.n_households; i++) {
        if (!check_household(e, i, f))
            return false;
    }
    return true;
}

uint64_t stay_check_places(const struct engine *e, char *why, size_t why_size)
{
    struct finding f = {.why = why, .size = why_size};
    uint64_t n = 0;

    for (uint32_t i = 0; i < e->stay.n_households; i++) {
        if (!check_places(e, i, n == 0 ? f : (struct finding){.size = 0}))
            n++;
    }
    return n;
}
