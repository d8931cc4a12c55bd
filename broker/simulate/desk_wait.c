/* Those who wait: in which order they are served when something comes free, and when to look again. */
#include "simulate/desk_parts.h"

/* For those who wait, whatever happens: hours and holds pass without a call. */
#define LOOK_AGAIN_MIN (6 * 60)

static int64_t deadline_of(const struct desk *d, int referral)
{
    return engine_referral(d->engine, (struct referral_id){d->people[referral].id})->deadline_ms;
}

/* True if A is served before B: by deadline, those past it last, by urgency and then as they came
 * (matching.md 3.4); or just as they came. */
static bool is_served_before(const struct desk *d, int a, int b)
{
    const struct sim_referral *ra = &d->w->referrals[a];
    const struct sim_referral *rb = &d->w->referrals[b];
    bool late_a = deadline_of(d, a) < d->now_ms;
    bool late_b = deadline_of(d, b) < d->now_ms;

    if (d->policy->by_deadline) {
        if (late_a != late_b)
            return engine_settings(d->engine)->late_first ? late_a : late_b;
        if (!late_a && deadline_of(d, a) != deadline_of(d, b))
            return deadline_of(d, a) < deadline_of(d, b);
        if (late_a && ra->urg != rb->urg)
            return ra->urg < rb->urg;
    }
    return d->people[a].id < d->people[b].id;
}

/* Nearly sorted from the last time: those who passed their deadline move. */
static void sort_waiting(struct desk *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_waiting; i++) {
        if (!d->people[d->waiting[i]].over)
            d->waiting[n++] = d->waiting[i];
    }
    d->n_waiting = n;
    for (size_t i = 1; i < n; i++) {
        int one = d->waiting[i];
        size_t k = i;

        for (; k > 0 && is_served_before(d, one, d->waiting[k - 1]); k--)
            d->waiting[k] = d->waiting[k - 1];
        d->waiting[k] = one;
    }
}

static bool has_hope(const struct desk *d, const struct person_waiting *p)
{
    if (p->next_look <= d->now_min)
        return true;
    for (int i = 0; i < d->n_freed; i++) {
        if (match_may_suit(d->engine, (struct referral_id){p->id}, d->freed[i]))
            return true;
    }
    return false;
}

/* When to look again at the latest though nothing happens: the opening of the window on scarce places, the
 * deadline (other houses open in time for the next term), a few hours. */
static int next_look(const struct desk *d, int referral)
{
    const struct referral *r = engine_referral(d->engine, (struct referral_id){d->people[referral].id});
    int deadline = desk_minute_of(r->deadline_ms);
    int window = deadline - (int)(engine_settings(d->engine)->tier_window_s[r->need.urgency] / 60);
    int next = d->now_min + LOOK_AGAIN_MIN;

    if (window > d->now_min && window < next)
        next = window;
    if (deadline + 1 > d->now_min && deadline + 1 < next)
        next = deadline + 1;
    return next;
}

static void serve(struct desk *d)
{
    sort_waiting(d);
    for (size_t i = 0; i < d->n_waiting; i++) {
        int referral = d->waiting[i];
        struct person_waiting *p = &d->people[referral];

        if (p->pending >= desk_wanted_at_once(d, referral) || !has_hope(d, p))
            continue;
        desk_ask(d, referral);
        p->next_look = next_look(d, referral);
    }
    while (d->n_freed > 0)
        d->is_freed[d->freed[--d->n_freed].v - 1] = false;
}

static void ask_to_be_woken(struct desk *d)
{
    int64_t due_ms = engine_next_due_ms(d->engine);
    int next = due_ms == INT64_MAX ? INT32_MAX : desk_minute_of(due_ms);

    for (size_t i = 0; i < d->n_waiting; i++) {
        const struct person_waiting *p = &d->people[d->waiting[i]];

        if (!p->over && p->pending == 0 && p->next_look < next)
            next = p->next_look;
    }
    if (next == INT32_MAX)
        return;
    next = next > d->now_min ? next : d->now_min + 1;
    if (d->wake_min > d->now_min && d->wake_min <= next)
        return;
    d->wake_min = next;
    desk_reply(d, SIM_WAKE)->wake_min = next;
}

void desk_settle(struct desk *d)
{
    desk_let_fall_due(d);
    serve(d);
    ask_to_be_woken(d);
}
