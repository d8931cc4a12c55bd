/* What falls due, earliest first: requests that nobody answered in time, holds that lapse, deadlines that
 * pass, timers of escalation. A pending request is due first when its time to answer is over, and once that
 * is noted when its hold lapses. A binary heap in which every request and referral knows its place, so that
 * ending one takes it out at once and the next moment is exact.
 */
#include "core/engine_state.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/care/care_state.h"

static bool is_before(const struct due *a, const struct due *b)
{
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms;
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return a->id < b->id;
}

static uint32_t *place_of(struct engine *e, const struct due *d)
{
    if (d->kind == DUE_REQUEST)
        return &request_slot(e, (struct request_id){d->id})->due;
    if (d->kind == DUE_BRIDGE)
        return &bridge_slot(e, (struct bridge_id){d->id})->due;
    if (d->kind == DUE_TIMERS)
        return &timers_slot(e, (struct referral_id){d->id})->due;
    if (d->kind == DUE_CLOCK)
        return clock_due_place(e, d->id);
    if (d->kind >= DUE_MDO && d->kind <= DUE_CONSULT)
        return care_due_place(e, d);
    if (d->kind == DUE_NOTE)
        return &e->handover.notes[d->id - 1].due;
    if (d->kind == DUE_ORG_KEY)
        return &e->handover.keys[d->id - 1].due;
    if (d->kind == DUE_LEAK)
        return &e->safety.leaks[d->id - 1].due;
    return &referral_slot(e, (struct referral_id){d->id})->due;
}

static void set(struct engine *e, uint32_t at, struct due d)
{
    e->due[at] = d;
    *place_of(e, &d) = at + 1;
}

static void move_up(struct engine *e, uint32_t at, struct due d)
{
    while (at > 0 && is_before(&d, &e->due[(at - 1) / 2])) {
        set(e, at, e->due[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    set(e, at, d);
}

static void move_down(struct engine *e, uint32_t at, struct due d)
{
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= e->n_due)
            break;
        if (child + 1 < e->n_due && is_before(&e->due[child + 1], &e->due[child]))
            child++;
        if (!is_before(&e->due[child], &d))
            break;
        set(e, at, e->due[child]);
        at = child;
    }
    set(e, at, d);
}

static void take_out(struct engine *e, uint32_t at)
{
    struct due last = e->due[e->n_due - 1];

    *place_of(e, &e->due[at]) = 0;
    e->n_due--;
    if (at == e->n_due)
        return;
    if (at > 0 && is_before(&last, &e->due[(at - 1) / 2]))
        move_up(e, at, last);
    else
        move_down(e, at, last);
}

void due_refresh(struct engine *e, struct due d, uint32_t place)
{
    if (place != 0) {
        if (e->due[place - 1].at_ms == d.at_ms)
            return;
        take_out(e, place - 1);
    }
    if (d.at_ms == INT64_MAX)
        return;
    MEM_GROW_TIGHT(e->due, e->n_due, e->cap_due);
    e->n_due++;
    move_up(e, e->n_due - 1, d);
}

int64_t due_of_request(const struct request *r)
{
    if (r->state != REQUEST_PENDING)
        return INT64_MAX;
    return r->silent_at_ms == 0 ? r->answer_by_ms : r->lapse_at_ms;
}

int64_t due_of_referral(const struct referral *r)
{
    bool looking = r->state == REFERRAL_OPEN || r->state == REFERRAL_ASKED;

    return looking && !r->unplaced ? r->deadline_ms : INT64_MAX;
}

int64_t due_unplaced_ms(const struct engine *e, const struct referral *r)
{
    return engine_search_is_left(e, r->id) ? INT64_MAX : due_of_referral(r);
}

void due_refresh_request(struct engine *e, struct request_slot *s)
{
    due_refresh(e, (struct due){.at_ms = due_of_request(&s->r), .id = s->r.id.v, .kind = DUE_REQUEST},
                s->due);
}

void due_refresh_referral(struct engine *e, struct referral_slot *s)
{
    due_refresh(e, (struct due){.at_ms = due_unplaced_ms(e, &s->r), .id = s->r.id.v, .kind = DUE_REFERRAL},
                s->due);
}

void due_refresh_bridge(struct engine *e, struct bridge_slot *s)
{
    due_refresh(e, (struct due){.at_ms = due_of_bridge(&s->b), .id = s->b.id.v, .kind = DUE_BRIDGE}, s->due);
}

void due_refresh_timers(struct engine *e, const struct referral *r)
{
    due_refresh(e, (struct due){.at_ms = timers_due_ms(e, r), .id = r->id.v, .kind = DUE_TIMERS},
                timers_slot(e, r->id)->due);
}

void due_refresh_clock(struct engine *e, uint64_t id, int64_t at_ms, uint32_t place)
{
    due_refresh(e, (struct due){.at_ms = at_ms, .id = id, .kind = DUE_CLOCK}, place);
}

size_t due_collect(const struct engine *e, int64_t now_ms, struct due *out, size_t max)
{
    /* Walk down from the top, keeping the candidates that could be next: at most one more than was taken. */
    uint32_t *open = mem_new(max + 2, sizeof *open);
    size_t n_open = 0, n = 0;

    if (e->n_due > 0)
        open[n_open++] = 0;
    while (n < max && n_open > 0) {
        size_t best = 0;
        uint32_t at = 0;

        for (size_t i = 1; i < n_open; i++) {
            if (is_before(&e->due[open[i]], &e->due[open[best]]))
                best = i;
        }
        at = open[best];
        if (e->due[at].at_ms > now_ms)
            break;
        out[n++] = e->due[at];
        open[best] = open[--n_open];
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < e->n_due; child++)
            open[n_open++] = child;
    }
    free(open);
    return n;
}

int64_t engine_next_due_ms(const struct engine *e)
{
    return e->n_due > 0 ? e->due[0].at_ms : INT64_MAX;
}
