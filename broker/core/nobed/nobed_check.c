/* No bridge stands unwatched, none is lost, a bridge's unit is held exactly as long as its bridge stands, and
 * nothing but a person closed a referral. */
#include "core/nobed/nobed_check.h"

#include "base/time_text.h"
#include "core/broken.h"
#include "core/engine_state.h"
#include "core/stay/stay_state.h"

static bool is_of_case(const struct engine *e, const struct bridge *b)
{
    const struct nobed_case *c = engine_nobed(e, b->referral);
    unsigned n = 0;

    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++)
        n += c->bridges[i].v == b->id.v;
    return n == 1;
}

/* The request of a bed says the same as its bridge. */
static bool bed_agrees(const struct engine *e, const struct bridge *b)
{
    const struct request *q = engine_request(e, b->request);

    if (b->kind != BRIDGE_BED)
        return b->request.v == 0;
    if (q == NULL || !q->bridge || q->referral.v != b->referral.v)
        return false;
    if (bridge_is_live(b))
        return q->state == (b->started_at_ms != 0 ? REQUEST_ADMITTED : REQUEST_ACCEPTED);
    return q->state == (b->started_at_ms != 0 ? REQUEST_LEFT : REQUEST_CANCELLED);
}

/* The bed that the household slept in before B; NULL = none. They are reached in the order of their yes. */
static const struct bridge *bed_before(const struct engine *e, const struct bridge *b)
{
    const struct nobed_case *c = engine_nobed(e, b->referral);
    const struct bridge *found = NULL;

    for (unsigned i = 0; c != NULL && i < c->n_bridges && c->bridges[i].v < b->id.v; i++) {
        const struct bridge *other = engine_bridge(e, c->bridges[i]);

        if (other->kind == BRIDGE_BED && other->started_at_ms != 0)
            found = other;
    }
    return found;
}

/* Each night of a bridge bed is paid once, and none of them is a night of another place that the household
 * had before or after it. Nothing was told of those of older journals. */
static bool check_nights(const struct engine *e, const struct bridge_slot *s, struct finding f)
{
    const struct stay *before = engine_stay_of(e, engine_household(e, s->b.referral).earlier);
    const struct stay *after = engine_stay_of(e, s->b.referral);
    const struct bridge *before_bed = bed_before(e, &s->b);
    int32_t arrival = time_day_nl(s->b.started_at_ms);
    int32_t departure = bridge_is_live(&s->b) ? arrival + 400 : time_day_nl(s->b.ended_at_ms);
    int32_t nights = 0;

    if (s->funding.n == 0)
        return true;
    if (s->b.kind != BRIDGE_BED || s->b.started_at_ms == 0 || !funding_is_sane(&s->funding, arrival))
        return broken(f, "bridge %u: paid for where nobody sleeps, or with a gap", (unsigned)s->b.id.v);
    for (unsigned i = 0; i < s->funding.n; i++)
        nights += funding_nights(&s->funding, i, arrival, departure, INT32_MIN, INT32_MAX);
    if (nights != departure - arrival)
        return broken(f, "bridge %u: %d nights paid of %d", (unsigned)s->b.id.v, (int)nights,
                      (int)(departure - arrival));
    if (before != NULL && (before->state != STAY_DEPARTED || time_day_nl(before->ended_at_ms) > arrival))
        return broken(f, "bridge %u: nights that an earlier place has too", (unsigned)s->b.id.v);
    if (before_bed != NULL && (bridge_is_live(before_bed) || time_day_nl(before_bed->ended_at_ms) > arrival))
        return broken(f, "bridge %u: nights that the bed before it has too", (unsigned)s->b.id.v);
    if (after != NULL && (bridge_is_live(&s->b) || time_day_nl(after->started_at_ms) < departure))
        return broken(f, "bridge %u: nights that the next place has too", (unsigned)s->b.id.v);
    return true;
}

/* The only one of its kind that may stand; of beds, the one that is slept in and the one that comes next. */
static const struct bridge *the_one_of(const struct engine *e, const struct bridge *b)
{
    if (b->kind != BRIDGE_BED)
        return engine_bridge_of(e, b->referral, b->kind);
    return b->started_at_ms != 0 ? engine_bridge_bed_reached(e, b->referral)
                                 : engine_bridge_bed_next(e, b->referral);
}

static bool check_bridge(const struct engine *e, uint32_t i, struct finding f)
{
    const struct bridge_slot *s = &e->nobed.bridges[i];
    const struct bridge *b = &s->b;
    const struct referral *r = engine_referral(e, b->referral);
    int64_t due_ms = due_of_bridge(b);

    if (b->id.v != (uint64_t)i + 1 || r == NULL || !is_of_case(e, b))
        return broken(f, "bridge %u: id or referral not its own", i + 1);
    if (bridge_is_live(b) != (b->ended_at_ms == 0) || bridge_is_live(b) != (b->end == BRIDGE_END_NONE))
        return broken(f, "bridge %u: state and end disagree", i + 1);
    if (bridge_is_live(b) && !referral_is_live(r->state))
        return broken(f, "bridge %u: stands though its referral is over", i + 1);
    if (bridge_is_live(b) && the_one_of(e, b) != b)
        return broken(f, "bridge %u: two of a kind stand", i + 1);
    if (bridge_is_live(b) && bridge_needs_owner(b->kind) &&
        (b->owner.kind == BRIDGE_OWNER_NONE || b->next_ms == 0 || b->due_ms == 0))
        return broken(f, "bridge %u: without safety owner or next check-in", i + 1);
    if (b->state == BRIDGE_ALARM && (b->alarms == 0 || b->due_ms == 0))
        return broken(f, "bridge %u: an alarm that does not ring", i + 1);
    if (bridge_has_term(b) && bridge_is_live(b) && (b->next_ms == 0 || b->due_ms == 0))
        return broken(f, "bridge %u: a term that nobody watches", i + 1);
    if (!bed_agrees(e, b))
        return broken(f, "bridge %u: its bed and its request disagree", i + 1);
    if (due_ms == INT64_MAX ? s->due != 0
                            : s->due < 1 || s->due > e->n_due || e->due[s->due - 1].kind != DUE_BRIDGE ||
                                  e->due[s->due - 1].id != b->id.v || e->due[s->due - 1].at_ms != due_ms)
        return broken(f, "bridge %u: deadline not where its state says", i + 1);
    return check_nights(e, s, f);
}

static bool check_case(const struct engine *e, uint32_t i, struct finding f)
{
    const struct nobed_case *c = &e->nobed.cases[i];
    const struct referral *r = engine_referral(e, c->referral);

    if (r == NULL || engine_nobed(e, c->referral) != c)
        return broken(f, "no-bed path %u: of no referral", i + 1);
    for (unsigned k = 1; k < c->n_nights; k++) {
        if (c->nights[k].day <= c->nights[k - 1].day)
            return broken(f, "referral %llu: a night told twice", (unsigned long long)c->referral.v);
    }
    return true;
}

/* A referral is closed only with where the household slept and why it got no place, which people say. */
static bool check_closed(const struct engine *e, const struct referral *r, struct finding f)
{
    const struct nobed_case *c = engine_nobed(e, r->id);
    bool is_said = c != NULL && c->closed_slept != 0 && c->closed_reason != 0;

    if ((r->state == REFERRAL_CLOSED) != is_said)
        return broken(f, "referral %llu: closed by nobody", (unsigned long long)r->id.v);
    return true;
}

bool nobed_check(const struct engine *e, char *why, size_t size)
{
    const struct finding f = {.why = why, .size = size};

    for (uint32_t i = 0; i < e->nobed.n_bridges; i++) {
        if (!check_bridge(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->nobed.n_cases; i++) {
        if (!check_case(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        if (!check_closed(e, &e->referrals[i].r, f))
            return false;
    }
    return true;
}
