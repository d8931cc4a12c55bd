/* Clocks: begun, handed over, prolonged, warned of, run out, stopped. A clock always has an owner: the one to
 * whom it is offered becomes it by taking it, in that event and not before. */
#include "core/stay/stay_apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"

#include <string.h>

static void clock_touched(struct engine *e, struct clock_slot *s, uint64_t seq)
{
    s->c.version = seq;
    due_refresh_clock(e, s->c.id.v, due_of_clock(&s->c), s->due);
    e->sum -= s->sum;
    s->sum = digest_of_clock(&s->c);
    e->sum += s->sum;
}

static void clock_move(struct clock_slot *s, enum clock_state to)
{
    CHECK(clock_may_become(s->c.state, to));
    s->c.state = to;
}

static struct clock_slot *slot_of(struct engine *e, const struct event *ev)
{
    return &e->stay.clocks[ev->u.clock.clock.v - 1];
}

static bool are_moments(const struct clock_event *c, int64_t started_ms)
{
    return c->warn_at_ms <= c->runs_out_ms && c->warn_at_ms >= started_ms && c->runs_out_ms > started_ms &&
           c->runs_out_ms <= FIELD_TIME_MAX;
}

const char *clock_started_impossible(const struct engine *e, const struct event *ev)
{
    const struct clock_event *c = &ev->u.clock;
    const struct stay *s = engine_stay(e, c->stay);

    if (c->clock.v != engine_clocks(e) + 1)
        return "a clock out of order";
    if (engine_referral(e, c->referral) == NULL || (c->stay.v != 0 && s == NULL) ||
        (s != NULL && (s->referral.v != c->referral.v || s->state == STAY_DEPARTED)))
        return "a clock of no household that is there";
    if (engine_org(e, c->org) == NULL || c->owner.v != c->org.v ||
        (c->desk.v != 0 && engine_location(e, c->desk) == NULL))
        return "a clock without an owner";
    if (c->referral.v <= e->stay.n_households &&
        e->stay.households[c->referral.v - 1].n_clocks == REFERRAL_CLOCKS_MAX)
        return "more clocks than a referral can have";
    return c->kind != 0 && c->started_at_ms > 0 && are_moments(c, c->started_at_ms)
               ? NULL
               : "a clock with moments out of order";
}

void clock_started_apply(struct engine *e, const struct event *ev)
{
    struct household_slot *h = household_slot(e, ev->u.clock.referral);
    struct clock_slot *s = NULL;

    MEM_GROW_TIGHT(e->stay.clocks, e->stay.n_clocks, e->stay.cap_clocks);
    s = &e->stay.clocks[e->stay.n_clocks++];
    memset(s, 0, sizeof *s);
    s->c.id = ev->u.clock.clock;
    s->c.referral = ev->u.clock.referral;
    s->c.stay = ev->u.clock.stay;
    s->c.kind = ev->u.clock.kind;
    s->c.state = CLOCK_RUNNING;
    s->c.owner = ev->u.clock.org;
    s->c.desk = ev->u.clock.desk;
    s->c.started_at_ms = ev->u.clock.started_at_ms;
    s->c.warn_at_ms = ev->u.clock.warn_at_ms;
    s->c.runs_out_ms = ev->u.clock.runs_out_ms;
    if (h->last_clock != 0)
        e->stay.clocks[h->last_clock - 1].next = s->c.id.v;
    else
        h->first_clock = (uint32_t)s->c.id.v;
    h->last_clock = (uint32_t)s->c.id.v;
    h->n_clocks++;
    clock_touched(e, s, ev->seq);
}

/* What each change asks of the clock besides that it has not been stopped. */
static const char *change_impossible(const struct engine *e, const struct event *ev,
                                     const struct stay_clock *c)
{
    const struct clock_event *n = &ev->u.clock;

    if (ev->kind == EV_CLOCK_OFFERED)
        return n->org.v != 0 && engine_org(e, n->org) == NULL ? "offered to nobody there is" : NULL;
    if (ev->kind == EV_CLOCK_TAKEN)
        return n->org.v != c->offered_to.v || engine_org(e, n->org) == NULL ||
                       (n->desk.v != 0 && engine_location(e, n->desk) == NULL)
                   ? "taken over by whom it was not offered to"
                   : NULL;
    if (ev->kind == EV_CLOCK_PROLONGED)
        return n->runs_out_ms == c->runs_out_ms || !are_moments(n, c->started_at_ms)
                   ? "an end told anew that is no other"
                   : NULL;
    if (ev->kind == EV_CLOCK_WARNED) {
        if (c->state != CLOCK_RUNNING || c->warn_at_ms > ev->at_ms)
            return "a warning before its time";
        return n->follow_up.v != 0 && engine_household(e, n->follow_up).earlier.v != c->referral.v
                   ? "a follow-up of another household"
                   : NULL;
    }
    if (ev->kind == EV_CLOCK_RAN_OUT)
        return c->state != CLOCK_WARNED || c->runs_out_ms > ev->at_ms ? "an alarm before its time" : NULL;
    return NULL;
}

const char *clock_changed_impossible(const struct engine *e, const struct event *ev)
{
    const struct stay_clock *c = engine_clock(e, ev->u.clock.clock);

    if (c == NULL || c->referral.v != ev->u.clock.referral.v)
        return "no such clock of this referral";
    if (c->owner.v != ev->u.clock.owner.v)
        return "a clock of another owner";
    return c->state == CLOCK_STOPPED ? "a clock that was stopped" : change_impossible(e, ev, c);
}

void clock_offered_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    s->c.offered_to = ev->u.clock.org;
    clock_touched(e, s, ev->seq);
}

void clock_taken_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    s->c.taken_from = s->c.owner;
    s->c.from_desk = s->c.desk;
    s->c.taken_at_ms = ev->at_ms;
    s->c.owner = ev->u.clock.org;
    s->c.desk = ev->u.clock.desk;
    s->c.offered_to.v = 0;
    memcpy(s->c.callback, ev->u.clock.callback, sizeof s->c.callback);
    clock_touched(e, s, ev->seq);
}

/* It runs again, and warns again; a follow-up that is under way stays the one there is. An end that was told
 * anew may be earlier, and prolongs nothing. */
void clock_prolonged_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    if (s->c.state != CLOCK_RUNNING)
        clock_move(s, CLOCK_RUNNING);
    if (ev->u.clock.runs_out_ms > s->c.runs_out_ms)
        s->c.prolonged++;
    s->c.warn_at_ms = ev->u.clock.warn_at_ms;
    s->c.runs_out_ms = ev->u.clock.runs_out_ms;
    s->c.run_out_at_ms = 0;
    clock_touched(e, s, ev->seq);
}

void clock_stopped_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    clock_move(s, CLOCK_STOPPED);
    s->c.stopped_at_ms = ev->at_ms;
    s->c.stop_reason = ev->u.clock.reason;
    s->c.offered_to.v = 0;
    clock_touched(e, s, ev->seq);
}

void clock_warned_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    clock_move(s, CLOCK_WARNED);
    s->c.follow_up = ev->u.clock.follow_up;
    clock_touched(e, s, ev->seq);
}

void clock_ran_out_apply(struct engine *e, const struct event *ev)
{
    struct clock_slot *s = slot_of(e, ev);

    clock_move(s, CLOCK_RUN_OUT);
    s->c.run_out_at_ms = ev->at_ms;
    clock_touched(e, s, ev->seq);
}

void clocks_begun_apply(struct engine *e, struct referral_id id, struct stay_id stay, int64_t was_ms,
                        int64_t now_ms, uint64_t seq)
{
    for (unsigned i = 0; was_ms != now_ms; i++) {
        struct clock_id at = engine_clock_of(e, id, i);
        struct clock_slot *s = at.v != 0 ? &e->stay.clocks[at.v - 1] : NULL;

        if (s == NULL)
            break;
        if (s->c.state == CLOCK_STOPPED || s->c.stay.v != stay.v || s->c.started_at_ms != was_ms)
            continue;
        s->c.started_at_ms = now_ms;
        clock_touched(e, s, seq);
    }
}
