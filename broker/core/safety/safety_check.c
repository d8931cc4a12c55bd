/* The promises of safety over the whole state: what is frozen was confirmed by two and is asked nothing, what
 * is kept for a surge was asked within one, and no yes was given past an open question. */
#include "core/safety/safety_state.h"

#include "core/broken.h"
#include "core/engine_state.h"

static bool is_due_right(const struct engine *e, const struct leak_slot *s)
{
    int64_t at_ms = leak_again_ms(e, &s->l);

    if (at_ms == INT64_MAX)
        return s->due == 0;
    return s->due >= 1 && s->due <= e->n_due && e->due[s->due - 1].kind == DUE_LEAK &&
           e->due[s->due - 1].id == s->l.id && e->due[s->due - 1].at_ms == at_ms;
}

static bool check_leak(const struct engine *e, uint32_t i, struct finding f)
{
    const struct leak *l = &e->safety.leaks[i].l;
    bool is_frozen = l->state == LEAK_FROZEN || l->state == LEAK_LIFT_ASKED;
    bool is_open = is_frozen || l->state == LEAK_REPORTED;
    uint16_t households = 0;

    if (l->id != i + 1 || engine_location(e, l->location) == NULL || l->reported_by.v == 0)
        return broken(f, "leak %u: id, location or reporter does not exist", i + 1);
    if ((is_frozen || l->state == LEAK_LIFTED) &&
        (l->confirmed_by.v == 0 || l->confirmed_by.v == l->reported_by.v))
        return broken(f, "leak %u: frozen without two people", i + 1);
    if (l->state == LEAK_LIFTED && (l->lifted_by.v == 0 || l->lifted_by.v == l->lift_asked_by.v))
        return broken(f, "leak %u: lifted without two people", i + 1);
    if ((l->n_again == 0) != (l->again_at_ms == 0) || (l->passed_on && l->n_again == 0) ||
        l->n_again > ALARM_AGAIN_MAX || (l->n_again != 0 && l->again_at_ms < l->reported_at_ms))
        return broken(f, "leak %u: said again at no moment, or too often", i + 1);
    if (!is_due_right(e, &e->safety.leaks[i]))
        return broken(f, "leak %u: not due when its state says", i + 1);
    if (is_open != (l->ended_at_ms == 0) || engine_location_is_frozen(e, l->location) < is_frozen)
        return broken(f, "leak %u: its location does not know", i + 1);
    if (is_open && (engine_leak_of(e, l->location) == NULL || engine_leak_of(e, l->location)->id != l->id))
        return broken(f, "leak %u: its location has another", i + 1);
    while (engine_leak_household(e, l->id, households) != NULL) {
        if (engine_leak_household(e, l->id, households)->rank != households + 1)
            return broken(f, "leak %u: households out of order", i + 1);
        households++;
    }
    return households == l->households || broken(f, "leak %u: households counted wrongly", i + 1);
}

static bool check_frozen(const struct engine *e, struct finding f)
{
    uint32_t frozen = 0;

    for (uint32_t i = 0; i < e->safety.n_leak_of_location; i++) {
        const struct leak *l = engine_leak(e, e->safety.leak_of_location[i]);

        if (l != NULL && (l->location.v != i + 1 || l->ended_at_ms != 0))
            return broken(f, "location %u: a leak that is over, or another's", i + 1);
        frozen += engine_location_is_frozen(e, (struct location_id){i + 1});
    }
    return frozen == e->safety.n_frozen || broken(f, "locations: frozen ones counted wrongly");
}

static bool was_in_surge(const struct engine *e, uint8_t region, int64_t at_ms)
{
    for (uint32_t i = 0; i < e->safety.n_surges; i++) {
        const struct surge *s = &e->safety.surges[i].s;

        if (s->region == region && s->from_ms <= at_ms && (s->until_ms == 0 || at_ms <= s->until_ms))
            return true;
    }
    return false;
}

/* Asked, said yes to and met in one commit, for who stood at its door (decide_after_all.c): not asked at all.
 * Within that commit it is the last that was asked. */
static bool is_let_in(const struct engine *e, const struct request *q)
{
    if (q->state == REQUEST_PENDING)
        return q->id.v == e->n_requests;
    return (q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED) &&
           q->answered_at_ms == q->asked_at_ms;
}

static bool check_request(const struct engine *e, uint32_t i, struct finding f)
{
    const struct request *q = &e->requests[i].r;
    const struct location *l = engine_location(e, engine_pool(e, q->pool)->location);
    const struct conflict *c = engine_conflict_of(e, q->id);

    if (request_is_holding(q) && engine_location_is_frozen(e, l->id))
        return broken(f, "request %u: of a location that is frozen", i + 1);
    if (q->overflow && !is_let_in(e, q) && !was_in_surge(e, l->region, q->asked_at_ms))
        return broken(f, "request %u: an overflow place asked outside a surge", i + 1);
    if (c == NULL)
        return true;
    if (c->request.v != q->id.v)
        return broken(f, "request %u: a question about another", i + 1);
    if ((q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED) && c->state != CONFLICT_NO)
        return broken(f, "request %u: a yes past its question", i + 1);
    if (c->state == CONFLICT_YES && q->state != REQUEST_DECLINED)
        return broken(f, "request %u: a conflict that declined nothing", i + 1);
    return (c->state == CONFLICT_OPEN) == (c->answered_at_ms == 0) ||
           broken(f, "request %u: a question answered at no moment", i + 1);
}

static bool check_surges(const struct engine *e, struct finding f)
{
    uint64_t on = 0;

    for (uint32_t i = 0; i < e->safety.n_surges; i++) {
        const struct surge *s = &e->safety.surges[i].s;

        if (s->region >= SURGE_REGIONS_MAX || (s->until_ms == 0 && (on >> s->region & 1) != 0))
            return broken(f, "surge %u: a region that has one", i + 1);
        if (s->until_ms == 0)
            on |= UINT64_C(1) << s->region;
    }
    return on == e->safety.in_surge || broken(f, "surges: counted wrongly");
}

bool safety_check(const struct engine *e, char *why, size_t why_size)
{
    struct finding f = {.why = why, .size = why_size};

    for (uint32_t i = 0; i < e->safety.n_leaks; i++) {
        if (!check_leak(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->n_requests; i++) {
        if (!check_request(e, i, f))
            return false;
    }
    return check_frozen(e, f) && check_surges(e, f);
}
