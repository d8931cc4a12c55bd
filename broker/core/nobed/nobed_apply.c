/* Bridges from opened to ended, nights, and the closing of a referral without a place. A bridge bed moves its
 * request along; nothing in here moves a referral but its closing. */
#include "core/nobed/nobed_apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"
#include "core/nobed/nobed_state.h"
#include "core/stay/stay_apply.h"

#include <string.h>

bool nobed_has_live_bridge(const struct engine *e, struct referral_id id)
{
    for (int k = 0; k < BRIDGE_KIND_N; k++) {
        if (engine_bridge_of(e, id, (enum bridge_kind)k) != NULL)
            return true;
    }
    return false;
}

bool nobed_has_next_bed(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->bridge && q->state == REQUEST_ACCEPTED)
            return true;
    }
    return false;
}

bool nobed_sleeps_in(const struct engine *e, const struct referral *r, struct pool_id pool)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->bridge && q->state == REQUEST_ADMITTED && q->pool.v == pool.v)
            return true;
    }
    return false;
}

/* The version of a referral is that of the last event that touched it, and nothing else of it changes. */
static void touch_referral(struct engine *e, struct referral_id id, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, id);

    referral_move(e, r, r->r.state, seq);
}

static void bridge_move(struct bridge_slot *s, enum bridge_state to)
{
    CHECK(s->b.state == to || bridge_may_become(s->b.state, to));
    s->b.state = to;
}

/* ---- opened ---- */

static const char *times_impossible(const struct bridge *b)
{
    if (b->until_ms < 0 || b->until_ms > FIELD_TIME_MAX || b->next_ms < 0 || b->next_ms > FIELD_TIME_MAX ||
        b->due_ms < 0 || b->due_ms > FIELD_TIME_MAX || b->n_times > BRIDGE_TIMES_MAX)
        return "a bridge with a moment out of range";
    for (unsigned i = 0; i < b->n_times; i++) {
        if (b->times_ms[i] < 0 || b->times_ms[i] > FIELD_TIME_MAX ||
            (i > 0 && b->times_ms[i] <= b->times_ms[i - 1]))
            return "check-ins that do not follow one another";
    }
    if (b->n_times > 0 && b->every_minutes == 0)
        return "check-ins that end";
    return NULL;
}

static const char *bed_impossible(const struct engine *e, const struct bridge *b)
{
    const struct request *q = engine_request(e, b->request);

    if (b->kind != BRIDGE_BED)
        return b->request.v != 0 ? "a bridge without a bed that names a request" : NULL;
    if (q == NULL || !q->bridge || q->referral.v != b->referral.v || q->state != REQUEST_ACCEPTED)
        return "a bridge bed that no house said yes to";
    return b->state != BRIDGE_PLANNED ? "a bridge bed that was never on the way" : NULL;
}

const char *bridge_opened_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *b = &ev->u.bridge_opened;
    const struct referral *r = engine_referral(e, b->referral);
    const struct nobed_case *c = engine_nobed(e, b->referral);
    const char *why = NULL;

    if (b->id.v != (uint64_t)e->nobed.n_bridges + 1 || b->id.v > UINT32_MAX / 4)
        return "a bridge out of order";
    if (r == NULL || !referral_is_live(r->state))
        return "a bridge for no referral that lives";
    if ((unsigned)b->kind >= BRIDGE_KIND_N || (b->state != BRIDGE_PLANNED && b->state != BRIDGE_ACTIVE))
        return "a bridge of no kind";
    if (c != NULL && c->n_bridges >= BRIDGES_PER_REFERRAL_MAX)
        return "more bridges than a referral can have";
    if (b->kind == BRIDGE_BED ? engine_bridge_bed_next(e, b->referral) != NULL
                              : engine_bridge_of(e, b->referral, b->kind) != NULL)
        return "two bridges of a kind at once";
    why = times_impossible(b);
    if (why != NULL)
        return why;
    if (bridge_needs_owner(b->kind) &&
        (b->owner.kind == BRIDGE_OWNER_NONE || !bridge_has_check_ins(b) || b->next_ms == 0 || b->due_ms == 0))
        return "a bridge without safety owner or next check-in";
    return bed_impossible(e, b);
}

void bridge_opened_apply(struct engine *e, const struct event *ev)
{
    struct nobed_case *c = nobed_case_of(e, ev->u.bridge_opened.referral);
    struct bridge_slot *s = NULL;

    MEM_GROW_TIGHT(e->nobed.bridges, e->nobed.n_bridges, e->nobed.cap_bridges);
    s = &e->nobed.bridges[e->nobed.n_bridges++];
    memset(s, 0, sizeof *s);
    s->b = ev->u.bridge_opened;
    s->b.end = BRIDGE_END_NONE;
    s->b.alarms = 0;
    s->b.opened_at_ms = ev->at_ms;
    s->b.started_at_ms = s->b.state == BRIDGE_ACTIVE ? ev->at_ms : 0;
    s->b.checked_at_ms = 0;
    s->b.seen_at_ms = 0;
    s->b.ended_at_ms = 0;
    s->b.set_out_at_ms = 0;
    bridge_touched(e, s, ev->seq);
    c->bridges = mem_resize(c->bridges, c->n_bridges + 1u, sizeof c->bridges[0]);
    c->bridges[c->n_bridges++] = s->b.id;
    nobed_case_touched(e, c);
    touch_referral(e, s->b.referral, ev->seq);
}

/* ---- what follows; all name a live bridge and its referral ---- */

static const char *named_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *b = engine_bridge(e, ev->u.bridge.bridge);

    if (b == NULL || b->referral.v != ev->u.bridge.referral.v || b->request.v != ev->u.bridge.request.v)
        return "no such bridge of this referral";
    if (ev->u.bridge.next_ms < 0 || ev->u.bridge.next_ms > FIELD_TIME_MAX || ev->u.bridge.due_ms < 0 ||
        ev->u.bridge.due_ms > FIELD_TIME_MAX || ev->u.bridge.until_ms < 0 ||
        ev->u.bridge.until_ms > FIELD_TIME_MAX)
        return "a moment out of range";
    return bridge_is_live(b) ? NULL : "a bridge that ended already";
}

/* Nothing that happens may leave a bridge that needs watching unwatched. */
static const char *watch_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *b = engine_bridge(e, ev->u.bridge.bridge);

    bool is_watched = bridge_has_check_ins(b) || (b->kind == BRIDGE_BED && ev->u.bridge.until_ms != 0);

    return is_watched && (ev->u.bridge.next_ms == 0 || ev->u.bridge.due_ms == 0)
               ? "a bridge that nobody would look after"
               : NULL;
}

static void put_times(struct bridge *b, const struct event *ev)
{
    b->until_ms = ev->u.bridge.until_ms;
    b->next_ms = ev->u.bridge.next_ms;
    b->due_ms = ev->u.bridge.due_ms;
}

/* Another safety owner, other check-ins; the private part may be gone, and with it who that is. */
const char *bridge_changed_impossible(const struct engine *e, const struct event *ev)
{
    const struct bridge *to = &ev->u.bridge_opened;
    const struct bridge *b = engine_bridge(e, to->id);
    const char *why = times_impossible(to);

    if (b == NULL || !bridge_is_live(b) || b->referral.v != to->referral.v || b->kind != to->kind)
        return "no such bridge that stands";
    if (why != NULL)
        return why;
    if (b->kind != BRIDGE_HOTEL && b->kind != BRIDGE_NETWORK)
        return "check-ins where there are none";
    return to->owner.kind == BRIDGE_OWNER_NONE || to->every_minutes == 0 || to->next_ms == 0 ||
                   to->due_ms == 0
               ? "a bridge that nobody would look after"
               : NULL;
}

/* Whom another relieves is told so: it would ring after a household that is another's. */
static void note_relieved(struct engine *e, const struct bridge *was, const struct event *ev)
{
    struct org_id org = engine_bridge_watcher(e, &was->owner);

    if (org.v == 0 || org.v == engine_bridge_watcher(e, &ev->u.bridge_opened.owner).v)
        return;
    MEM_GROW_TIGHT(e->nobed.relieved, e->nobed.n_relieved, e->nobed.cap_relieved);
    e->nobed.relieved[e->nobed.n_relieved++] =
        (struct relieved){.seq = ev->seq, .bridge = (uint32_t)was->id.v, .org = org.v};
}

void bridge_changed_apply(struct engine *e, const struct event *ev)
{
    const struct bridge *to = &ev->u.bridge_opened;
    struct bridge_slot *s = bridge_slot(e, to->id);

    note_relieved(e, &s->b, ev);
    s->b.owner = to->owner;
    s->b.every_minutes = to->every_minutes;
    s->b.n_times = to->n_times;
    memcpy(s->b.times_ms, to->times_ms, sizeof s->b.times_ms);
    s->b.next_ms = to->next_ms;
    s->b.due_ms = to->due_ms;
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

/* In force, or a new term. */
const char *bridge_started_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct bridge *b = NULL;

    if (why != NULL)
        return why;
    b = engine_bridge(e, ev->u.bridge.bridge);
    if (b->kind == BRIDGE_BED && b->started_at_ms == 0)
        return "a bridge bed begins with an arrival";
    if (b->kind == BRIDGE_BED && (b->until_ms == 0 || ev->u.bridge.until_ms == 0))
        return "a new term of a bed that has none";
    return watch_impossible(e, ev);
}

void bridge_started_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    bridge_move(s, BRIDGE_ACTIVE);
    if (s->b.started_at_ms == 0)
        s->b.started_at_ms = ev->at_ms;
    s->b.checked_at_ms = ev->at_ms;
    s->b.alarms = 0;
    s->b.seen_at_ms = 0;
    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

const char *bridge_checked_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct bridge *b = NULL;

    if (why != NULL)
        return why;
    b = engine_bridge(e, ev->u.bridge.bridge);
    if (ev->u.bridge.check == BRIDGE_CHECK_SEEN && b->state != BRIDGE_ALARM)
        return "an alarm seen that does not ring";
    if (ev->u.bridge.check == BRIDGE_CHECK_SAFE && b->started_at_ms == 0)
        return "a check-in before the household is there";
    return watch_impossible(e, ev);
}

void bridge_checked_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    if (ev->u.bridge.check == BRIDGE_CHECK_SAFE) {
        bridge_move(s, BRIDGE_ACTIVE);
        s->b.alarms = 0;
        s->b.seen_at_ms = 0;
        s->b.checked_at_ms = ev->at_ms;
    } else {
        s->b.seen_at_ms = ev->at_ms;
    }
    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

const char *bridge_alarmed_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);

    if (why != NULL)
        return why;
    if (due_of_bridge(engine_bridge(e, ev->u.bridge.bridge)) > ev->at_ms)
        return "an alarm before its time";
    return ev->u.bridge.due_ms <= ev->at_ms ? "an alarm that is not repeated" : watch_impossible(e, ev);
}

void bridge_alarmed_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    bridge_move(s, BRIDGE_ALARM);
    if (s->b.alarms < UINT8_MAX)
        s->b.alarms++;
    s->b.seen_at_ms = 0; /* it rings again */
    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

/* On its way to a bed, and when it is expected; told again as often as that changes. */
const char *bridge_travelling_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct bridge *b = NULL;

    if (why != NULL)
        return why;
    b = engine_bridge(e, ev->u.bridge.bridge);
    if (b->kind != BRIDGE_BED || b->started_at_ms != 0)
        return "a journey to no bridge bed that waits";
    return ev->u.bridge.due_ms <= ev->at_ms ? "a journey that nobody would look after" : NULL;
}

void bridge_travelling_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    bridge_move(s, BRIDGE_PLANNED);
    s->b.set_out_at_ms = ev->at_ms;
    s->b.alarms = 0;
    s->b.seen_at_ms = 0;
    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

/* The household reached its bridge bed: the request is over as one, its unit held on. */
const char *bridge_arrived_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct bridge *b = NULL;

    if (why != NULL)
        return why;
    b = engine_bridge(e, ev->u.bridge.bridge);
    if (b->kind != BRIDGE_BED || b->started_at_ms != 0)
        return "an arrival at no bridge bed that waits";
    if (engine_request(e, b->request)->state != REQUEST_ACCEPTED)
        return "an arrival without a yes";
    if (engine_bridge_bed_reached(e, b->referral) != NULL)
        return "an arrival that leaves the household in two beds";
    return watch_impossible(e, ev);
}

void bridge_arrived_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    request_end(e, ev, s->b.request, REQUEST_ADMITTED, CANCEL_NONE);
    bridge_move(s, BRIDGE_ACTIVE);
    s->b.started_at_ms = ev->at_ms;
    s->b.checked_at_ms = ev->at_ms;
    s->b.alarms = 0;
    s->b.seen_at_ms = 0;
    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
    household_timers_refresh(e, s->b.referral);
}

const char *bridge_ended_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);

    if (why != NULL)
        return why;
    return ev->u.bridge.end == BRIDGE_END_NONE || (unsigned)ev->u.bridge.end >= BRIDGE_END_N
               ? "a bridge ended for no reason"
               : NULL;
}

/* What its house hears of a yes that is taken back. */
static enum cancel_why cancelled_by(enum bridge_end end)
{
    if (end == BRIDGE_END_LEAKED)
        return CANCEL_LEAKED;
    return end == BRIDGE_END_FAILED ? CANCEL_NO_SHOW : CANCEL_WITHDRAWN;
}

void bridge_ended_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);
    bool was_there = s->b.started_at_ms != 0;

    /* The unit is let go of here, once: before an arrival as a yes taken back, after it as a household that
     * left. */
    if (s->b.kind == BRIDGE_BED && was_there)
        request_end(e, ev, s->b.request, REQUEST_LEFT, CANCEL_NONE);
    else if (s->b.kind == BRIDGE_BED)
        request_end(e, ev, s->b.request, REQUEST_CANCELLED, cancelled_by(ev->u.bridge.end));
    bridge_move(s, BRIDGE_ENDED);
    s->b.end = ev->u.bridge.end;
    s->b.ended_at_ms = ev->at_ms;
    s->b.next_ms = 0;
    s->b.due_ms = 0;
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
    household_timers_refresh(e, s->b.referral);
}

/* ---- where it is known to be ---- */

void bridge_endangered(struct engine *e, struct bridge_id id, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, id);

    if (s->b.next_ms == 0)
        s->b.next_ms = ev->at_ms;
    s->b.due_ms = ev->at_ms;
    s->b.seen_at_ms = 0;
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

void bridges_safe_again(struct engine *e, struct location_id location, const struct event *ev)
{
    for (uint32_t i = 0; i < e->nobed.n_bridges; i++) {
        struct bridge_slot *s = &e->nobed.bridges[i];

        if (!bridge_is_live(&s->b) || s->b.kind != BRIDGE_BED || s->b.started_at_ms == 0 ||
            engine_pool(e, engine_request(e, s->b.request)->pool)->location.v != location.v)
            continue;
        bridge_move(s, BRIDGE_ACTIVE);
        s->b.next_ms = s->b.until_ms;
        s->b.due_ms = s->b.until_ms; /* of a bed without a term: never; one that is over rings at once */
        s->b.alarms = 0;
        s->b.seen_at_ms = 0;
        bridge_touched(e, s, ev->seq);
        touch_referral(e, s->b.referral, ev->seq);
    }
}

/* Behind the end of a leak, which left the bed with an alarm at its term only; or its term is another, and
 * what rings goes on. */
const char *bridge_watched_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = named_impossible(e, ev);
    const struct bridge *b = NULL;

    if (why != NULL)
        return why;
    b = engine_bridge(e, ev->u.bridge.bridge);
    if (b->kind != BRIDGE_BED || b->started_at_ms == 0)
        return "a warning for no bridge bed that is in use";
    if (b->until_ms == 0 || ev->u.bridge.until_ms == 0 || ev->u.bridge.next_ms != ev->u.bridge.until_ms)
        return "a warning of another term";
    return ev->u.bridge.due_ms <= ev->at_ms ? "a warning that is past" : NULL;
}

void bridge_watched_apply(struct engine *e, const struct event *ev)
{
    struct bridge_slot *s = bridge_slot(e, ev->u.bridge.bridge);

    put_times(&s->b, ev);
    bridge_touched(e, s, ev->seq);
    touch_referral(e, s->b.referral, ev->seq);
}

/* ---- nights, and the end ---- */

const char *night_noted_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.night.referral);

    if (r == NULL || !referral_is_live(r->state))
        return "a night of no referral that lives";
    return ev->u.night.night.slept == 0 || ev->u.night.night.day < 0 ? "a night that says nothing" : NULL;
}

static void put_night(struct nobed_case *c, struct night n)
{
    unsigned at = 0;

    while (at < c->n_nights && c->nights[at].day < n.day)
        at++;
    if (at < c->n_nights && c->nights[at].day == n.day) {
        c->nights[at] = n; /* said anew */
        return;
    }
    if (c->n_nights == NIGHTS_MAX) { /* the oldest goes, or N is older than all that are kept */
        if (at == 0)
            return;
        memmove(&c->nights[0], &c->nights[1], (NIGHTS_MAX - 1) * sizeof c->nights[0]);
        c->n_nights--;
        at--;
    } else {
        c->nights = mem_resize(c->nights, c->n_nights + 1u, sizeof c->nights[0]);
    }
    memmove(&c->nights[at + 1], &c->nights[at], (c->n_nights - at) * sizeof c->nights[0]);
    c->nights[at] = n;
    c->n_nights++;
}

void night_noted_apply(struct engine *e, const struct event *ev)
{
    struct nobed_case *c = nobed_case_of(e, ev->u.night.referral);

    put_night(c, ev->u.night.night);
    nobed_case_touched(e, c);
    touch_referral(e, ev->u.night.referral, ev->seq);
}

const char *referral_closed_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.night.referral);

    if (r == NULL || !referral_may_become(r->state, REFERRAL_CLOSED))
        return "a closing that its state does not allow";
    if (ev->account.v == 0)
        return "a referral closed by a machine";
    if (ev->u.night.night.slept == 0 || ev->u.night.night.reason == 0)
        return "a closing that says not where the household slept, or not why";
    for (unsigned i = 0; i < r->n_requests; i++) {
        if (request_is_holding(engine_request(e, r->requests[i])))
            return "a closing that leaves a unit held";
    }
    return nobed_has_live_bridge(e, r->id) ? "a closing that leaves a bridge standing" : NULL;
}

void referral_closed_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *r = referral_slot(e, ev->u.night.referral);
    struct nobed_case *c = nobed_case_of(e, r->r.id);

    c->closed_slept = ev->u.night.night.slept;
    c->closed_reason = ev->u.night.night.reason;
    put_night(c, ev->u.night.night);
    nobed_case_touched(e, c);
    r->r.unplaced = true; /* before its deadline too: it got no place */
    r->r.closed_at_ms = ev->at_ms;
    referral_move(e, r, REFERRAL_CLOSED, ev->seq);
}
