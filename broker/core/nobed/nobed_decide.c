/* Bridges, nights and closing: what people may say, and when the broker rings. Saying again what is so
 * already changes nothing and is no refusal. */
#include "core/nobed/nobed_decide.h"

#include "base/check.h"
#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/stay/dates.h"
#include "core/stay/stay_decide.h"

#include <string.h>

static const struct core_settings *settings_of(const struct decision *d)
{
    return engine_settings(d->e);
}

/* An event about a bridge that changes none of its moments unless told. */
static struct event *bridge_event(struct decision *d, enum event_kind kind, const struct bridge *b)
{
    struct event *ev = decision_event(d, kind);

    ev->u.bridge.bridge = b->id;
    ev->u.bridge.referral = b->referral;
    ev->u.bridge.request = b->request;
    ev->u.bridge.until_ms = b->until_ms;
    ev->u.bridge.next_ms = b->next_ms;
    ev->u.bridge.due_ms = b->due_ms;
    return ev;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- opening ---- */

static bool wish_is_sane(const struct decision *d, const struct bridge_wish *w)
{
    int64_t horizon = d->now_ms + BRIDGE_UNTIL_MAX_DAYS * MS_DAY;

    if ((unsigned)w->kind >= BRIDGE_BED || !bridge_owner_is_valid(&w->owner))
        return false;
    if (w->owner.kind == BRIDGE_OWNER_NONE && (bridge_needs_owner(w->kind) || w->every_minutes != 0))
        return false;
    if (w->every_minutes != 0 && (w->every_minutes < BRIDGE_EVERY_MIN || w->every_minutes > BRIDGE_EVERY_MAX))
        return false;
    if (w->n_times > (w->owner.kind != BRIDGE_OWNER_NONE ? BRIDGE_TIMES_MAX : 0) || w->until_ms < 0 ||
        w->until_ms > horizon)
        return false;
    if ((w->until_ms != 0 && w->until_ms <= d->now_ms) ||
        (w->imposed_ms != 0 && (w->kind != BRIDGE_ORDER || !w->active)))
        return false;
    for (unsigned i = 0; i < w->n_times; i++) {
        if (w->times_ms[i] <= (i > 0 ? w->times_ms[i - 1] : d->now_ms) || w->times_ms[i] > horizon)
            return false;
    }
    return w->slept == 0 || nobed_is_night(engine_vocab(d->e), w->slept);
}

/* A term that ends is told of in time to ask for more, or to find what comes after it; at the end itself it
 * rings in any case. */
static void watch_term(const struct decision *d, struct bridge *b)
{
    int64_t warn_ms = b->until_ms - settings_of(d)->order_warn_s * MS_SECOND;

    b->next_ms = b->until_ms;
    b->due_ms = warn_ms > d->now_ms ? warn_ms : later(b->until_ms, d->now_ms + 1);
}

static void watch_check_ins(const struct decision *d, struct bridge *b)
{
    b->next_ms = b->n_times > 0 ? b->times_ms[0] : d->now_ms + b->every_minutes * MS_MINUTE;
    b->due_ms = b->next_ms + settings_of(d)->bridge_grace_s * MS_SECOND;
}

/* From the imposition of an order, where somebody said when, or its clock or that of the household's other
 * referral knows, as long as the law allows. False: it would be over, is to come, or is longer than any. */
static bool order_term(const struct decision *d, const struct bridge *b, int64_t imposed_ms, int64_t until_ms,
                       struct clock_event *out)
{
    const struct stay_clock *c = clock_order_in_force(d->e, b->referral, d->now_ms);
    int64_t usual_ms = settings_of(d)->order_minutes * MS_MINUTE;
    int64_t max_ms = 0;

    if (imposed_ms != 0 && (imposed_ms > d->now_ms || imposed_ms < d->now_ms - usual_ms))
        return false;
    out->started_at_ms = imposed_ms;
    if (imposed_ms == 0)
        out->started_at_ms = c != NULL               ? c->started_at_ms
                             : b->started_at_ms != 0 ? b->started_at_ms
                                                     : d->now_ms;
    out->runs_out_ms = until_ms;
    max_ms = clock_order_end_max(d->e, b->referral, out->started_at_ms, d->now_ms);
    if (until_ms == 0) {
        out->runs_out_ms = c != NULL && imposed_ms == 0 ? c->runs_out_ms : out->started_at_ms + usual_ms;
        out->runs_out_ms = out->runs_out_ms < max_ms ? out->runs_out_ms : max_ms;
    }
    return out->runs_out_ms > d->now_ms && out->runs_out_ms <= max_ms;
}

enum refusal decide_open_bridge(struct decision *d)
{
    const struct bridge_wish *w = d->cmd->u.open_bridge.wish;
    const struct referral *r = engine_referral(d->e, d->cmd->u.open_bridge.referral);
    struct bridge *b = NULL;
    struct clock_event term = {.runs_out_ms = 0}; /* of an order that is in force; applied for it has none */
    bool is_imposed = w->kind == BRIDGE_ORDER && w->active;

    d->outcome->referral = r->id;
    if (!wish_is_sane(d, w) || !nobed_may_open(d->e, r->id) ||
        (is_imposed &&
         !order_term(d, &(struct bridge){.referral = r->id}, w->imposed_ms, w->until_ms, &term)))
        return REFUSAL_LIMIT;
    if (!referral_is_live(r->state))
        return REFUSAL_WRONG_STATE;
    if (engine_bridge_of(d->e, r->id, w->kind) != NULL)
        return REFUSAL_BRIDGE_THERE;
    b = &decision_event(d, EV_BRIDGE_OPENED)->u.bridge_opened;
    b->id.v = engine_bridges(d->e) + 1;
    d->outcome->made = b->id.v;
    b->referral = r->id;
    b->kind = w->kind;
    b->state = w->active ? BRIDGE_ACTIVE : BRIDGE_PLANNED;
    b->slept = w->slept;
    b->owner = w->owner;
    if (is_imposed) { /* watched once more by its clock, which outlives the bridge */
        b->until_ms = term.runs_out_ms;
        watch_term(d, b);
        clock_decide_order(d, r, term.started_at_ms, term.runs_out_ms);
    }
    if (w->kind == BRIDGE_ORDER)
        return REFUSAL_NONE;
    b->until_ms = w->until_ms;
    b->n_times = w->n_times;
    memcpy(b->times_ms, w->times_ms, w->n_times * sizeof b->times_ms[0]);
    if (w->owner.kind != BRIDGE_OWNER_NONE) {
        b->every_minutes = w->every_minutes != 0 ? w->every_minutes : settings_of(d)->bridge_check_in_minutes;
        watch_check_ins(d, b);
    }
    return REFUSAL_NONE;
}

/* Who watches over the household, and when it checks in, from here. What rings goes on ringing: a new owner
 * hears it, and only a word of the household makes it quiet. */
enum refusal decide_change_bridge(struct decision *d)
{
    const struct bridge *b = engine_bridge(d->e, d->cmd->u.open_bridge.bridge);
    struct bridge_wish w = *d->cmd->u.open_bridge.wish;
    struct bridge *now = NULL;

    d->outcome->referral = b->referral;
    d->outcome->made = b->id.v;
    w.kind = b->kind;
    w.slept = b->slept;
    w.until_ms = 0;
    if (b->kind != BRIDGE_HOTEL && b->kind != BRIDGE_NETWORK)
        return REFUSAL_WRONG_STATE; /* no order and no bed has check-ins */
    if (!wish_is_sane(d, &w) || w.owner.kind == BRIDGE_OWNER_NONE)
        return REFUSAL_LIMIT;
    if (!bridge_is_live(b))
        return REFUSAL_WRONG_STATE;
    now = &decision_event(d, EV_BRIDGE_CHANGED)->u.bridge_opened;
    *now = *b;
    now->state = b->started_at_ms != 0 ? BRIDGE_ACTIVE : BRIDGE_PLANNED;
    now->owner = w.owner;
    now->every_minutes = w.every_minutes != 0    ? w.every_minutes
                         : b->every_minutes != 0 ? b->every_minutes
                                                 : settings_of(d)->bridge_check_in_minutes;
    now->n_times = w.n_times;
    memset(now->times_ms, 0, sizeof now->times_ms);
    memcpy(now->times_ms, w.times_ms, w.n_times * sizeof now->times_ms[0]);
    if (b->state != BRIDGE_ALARM)
        watch_check_ins(d, now);
    return REFUSAL_NONE;
}

void decide_open_bed(struct decision *d, const struct request *q)
{
    struct bridge *b = &decision_event(d, EV_BRIDGE_OPENED)->u.bridge_opened;

    b->id.v = engine_bridges(d->e) + 1;
    b->referral = q->referral;
    b->request = q->id;
    b->kind = BRIDGE_BED;
    b->state = BRIDGE_PLANNED;
    /* A household on its way that nobody hears of. */
    b->next_ms = d->now_ms + settings_of(d)->bridge_arrival_s * MS_SECOND;
    b->due_ms = b->next_ms;
}

/* ---- what follows ---- */

static const struct bridge *named(struct decision *d)
{
    const struct bridge *b = engine_bridge(d->e, d->cmd->u.bridge.bridge);

    d->outcome->referral = b->referral;
    return b;
}

/* In force: the household is there, the order is given; or an order's term, told anew. */
enum refusal decide_start_bridge(struct decision *d)
{
    const struct bridge *b = named(d);
    int64_t until_ms = d->cmd->u.bridge.until_ms, imposed_ms = d->cmd->u.bridge.imposed_ms;
    struct bridge watched = *b;
    struct clock_event term = {.runs_out_ms = 0};

    if (b->kind == BRIDGE_BED || !bridge_is_live(b))
        return REFUSAL_WRONG_STATE;
    if (b->kind != BRIDGE_ORDER && (until_ms != 0 || imposed_ms != 0))
        return REFUSAL_LIMIT;
    if (b->started_at_ms != 0 && (until_ms == 0 || until_ms == b->until_ms))
        return REFUSAL_NONE;
    if (b->kind == BRIDGE_ORDER) {
        if ((b->started_at_ms != 0 && imposed_ms != 0) || !order_term(d, b, imposed_ms, until_ms, &term))
            return REFUSAL_LIMIT;
        watched.until_ms = term.runs_out_ms;
        watch_term(d, &watched);
        clock_decide_order(d, engine_referral(d->e, b->referral), term.started_at_ms, term.runs_out_ms);
    } else if (bridge_has_check_ins(b)) {
        int64_t grace_ms = settings_of(d)->bridge_grace_s * MS_SECOND;

        watched.next_ms = bridge_next_check(b, d->now_ms, grace_ms);
        watched.due_ms = watched.next_ms + grace_ms;
    }
    bridge_event(d, EV_BRIDGE_STARTED, &watched);
    return REFUSAL_NONE;
}

void decide_order_until(struct decision *d, struct referral_id id, int64_t until_ms)
{
    const struct bridge *b = engine_bridge_of(d->e, id, BRIDGE_ORDER);
    struct bridge watched;

    if (b == NULL || b->started_at_ms == 0 || b->until_ms >= until_ms)
        return;
    watched = *b;
    watched.until_ms = until_ms;
    watch_term(d, &watched);
    bridge_event(d, EV_BRIDGE_STARTED, &watched);
}

/* At a house whose address is known to who must not know it. */
static bool is_in_danger(const struct engine *e, const struct bridge *b)
{
    return b->kind == BRIDGE_BED && b->started_at_ms != 0 &&
           engine_pool_is_hidden(e, engine_request(e, b->request)->pool);
}

/* By a term of days, and not by a danger of tonight. */
static bool is_patient(const struct decision *d, const struct bridge *b)
{
    return b->kind == BRIDGE_ORDER || (bridge_has_term(b) && !is_in_danger(d->e, b));
}

void decide_bed_term_moved(struct decision *d, const struct bridge *b, int64_t started_ms)
{
    struct bridge moved = *b;
    bool is_over = b->state == BRIDGE_ALARM; /* the alarm, by the term as it is now */

    if (!bridge_is_live(b) || b->until_ms == 0 || started_ms == b->started_at_ms)
        return;
    moved.until_ms += started_ms - b->started_at_ms;
    watch_term(d, &moved);
    if (is_in_danger(d->e, b) || (is_over && moved.due_ms >= moved.until_ms)) { /* or in its last day */
        is_over = false;
        if (is_in_danger(d->e, b) || (b->seen_at_ms == 0 && b->due_ms < moved.due_ms))
            moved.due_ms = later(b->due_ms, d->now_ms + 1);
    }
    bridge_event(d, is_over ? EV_BRIDGE_STARTED : EV_BRIDGE_WATCHED, &moved);
}

/* How long they will be about, where nobody says; not known: as long as nothing is heard after the yes. */
static int64_t way_to(const struct decision *d, const struct referral *r, const struct bridge *b)
{
    int64_t way_ms = timers_way_ms(d->e, r, engine_request(d->e, b->request)->pool);

    return way_ms != 0 ? way_ms : settings_of(d)->bridge_arrival_s * MS_SECOND;
}

/* The household sets out, or is expected at another time. Longer than a journey the bed is not kept for who
 * is not heard of. */
enum refusal decide_bridge_travel(struct decision *d)
{
    const struct bridge *b = named(d);
    const struct referral *r = engine_referral(d->e, b->referral);
    int64_t eta_ms = d->cmd->u.bridge.until_ms; /* 0: nobody knows */
    uint32_t no_show_s = settings_of(d)->timers.no_show_s[r->need.threat_level];
    struct bridge under_way = *b;

    if (b->kind != BRIDGE_BED || b->started_at_ms != 0 || !bridge_is_live(b))
        return REFUSAL_WRONG_STATE;
    if (eta_ms < 0 || eta_ms > d->now_ms + BRIDGE_JOURNEY_MAX_MS)
        return REFUSAL_LIMIT;
    if (b->set_out_at_ms != 0 && b->next_ms == eta_ms && (eta_ms != 0 || b->state != BRIDGE_ALARM))
        return REFUSAL_NONE;
    under_way.next_ms = eta_ms;
    if (eta_ms == 0)
        eta_ms = d->now_ms + way_to(d, r, b);
    /* 0: alarms of journeys are off; this one has a house that waits for it. */
    under_way.due_ms =
        later(eta_ms, d->now_ms) + (no_show_s != 0 ? no_show_s : settings_of(d)->bridge_seen_s) * MS_SECOND;
    bridge_event(d, EV_BRIDGE_TRAVELLING, &under_way);
    return REFUSAL_NONE;
}

/* The alarm is seen: silence for as long as it takes to reach the household, or to arrange what comes after
 * the term. */
static int64_t due_after_seen(const struct decision *d, const struct bridge *b)
{
    int64_t again_ms = d->now_ms + settings_of(d)->bridge_seen_s * MS_SECOND;

    if (is_patient(d, b))
        return b->until_ms > d->now_ms ? b->until_ms : d->now_ms + MS_DAY;
    return again_ms;
}

enum refusal decide_check_in(struct decision *d)
{
    const struct bridge *b = named(d);
    uint8_t check = d->cmd->u.bridge.code;
    int64_t grace_ms = settings_of(d)->bridge_grace_s * MS_SECOND;
    struct event *ev = NULL;

    if (check >= BRIDGE_CHECK_N)
        return REFUSAL_UNKNOWN_REASON;
    if (!bridge_is_live(b))
        return REFUSAL_WRONG_STATE;
    if (check == BRIDGE_CHECK_SEEN) {
        if (b->state != BRIDGE_ALARM)
            return REFUSAL_NONE; /* somebody checked in meanwhile */
        ev = bridge_event(d, EV_BRIDGE_CHECKED, b);
        ev->u.bridge.due_ms = due_after_seen(d, b);
    } else {
        /* Nobody can be well in a bridge that has not begun, or that nobody checks in from. */
        if (!bridge_has_check_ins(b) || b->started_at_ms == 0)
            return REFUSAL_WRONG_STATE;
        ev = bridge_event(d, EV_BRIDGE_CHECKED, b);
        ev->u.bridge.next_ms = bridge_next_check(b, d->now_ms, grace_ms);
        ev->u.bridge.due_ms = ev->u.bridge.next_ms + grace_ms;
    }
    ev->u.bridge.check = (enum bridge_check)check;
    return REFUSAL_NONE;
}

/* The household is placed, went home, or was closed without a place: the order's end is watched on. An order
 * from before it had a clock gets it now. */
static void order_ends(struct decision *d, const struct bridge *b, enum bridge_end end)
{
    if (end == BRIDGE_END_OVER)
        clock_decide_order_over(d, b->referral);
    else if (b->until_ms > d->now_ms && engine_order_clock(d->e, b->referral) == NULL)
        clock_decide_order(d, engine_referral(d->e, b->referral), b->started_at_ms, b->until_ms);
}

void decide_bridge_ends(struct decision *d, const struct bridge *b, enum bridge_end end)
{
    const struct request *q = engine_request(d->e, b->request);

    if (b->kind == BRIDGE_ORDER && b->started_at_ms != 0)
        order_ends(d, b, end);

    if (q != NULL && b->started_at_ms != 0) /* first: no clock runs for a bed that is over */
        clock_decide_bridge_over(d, b->referral, engine_pool(d->e, q->pool)->kind);
    bridge_event(d, EV_BRIDGE_ENDED, b)->u.bridge.end = end;
    if (q != NULL)
        decision_names(d, q->id);
}

/* What people may say themselves. */
static bool is_said_by_people(const struct bridge *b, enum bridge_end end)
{
    switch (end) {
    case BRIDGE_END_HOME:
    case BRIDGE_END_MOVED:
    case BRIDGE_END_FAILED:
        return true;
    case BRIDGE_END_REFUSED:
        return b->kind == BRIDGE_ORDER && b->started_at_ms == 0;
    case BRIDGE_END_OVER:
        return b->started_at_ms != 0;
    case BRIDGE_END_NONE:
    case BRIDGE_END_PLACED:
    case BRIDGE_END_WITHDRAWN:
    case BRIDGE_END_CLOSED:
    case BRIDGE_END_LEAKED:
    case BRIDGE_END_N:
        break;
    }
    return false;
}

/* Whose nights they are says how many they were; another takes no more than an arrival elsewhere would. */
static bool is_house_of_bed(const struct decision *d, const struct bridge *b)
{
    const struct request *q = engine_request(d->e, b->request);

    return q != NULL && engine_pool(d->e, q->pool)->org.v == d->cmd->actor.org.v;
}

enum refusal decide_end_bridge(struct decision *d)
{
    const struct bridge *b = named(d);
    enum bridge_end end = (enum bridge_end)d->cmd->u.bridge.code;
    int64_t at_ms = d->cmd->u.bridge.at_ms;

    if (!bridge_is_live(b))
        return b->end == end && (at_ms == 0 || at_ms == b->ended_at_ms) ? REFUSAL_NONE : REFUSAL_WRONG_STATE;
    if (!is_said_by_people(b, end))
        return REFUSAL_UNKNOWN_REASON;
    if (at_ms != 0 && (b->kind != BRIDGE_BED || b->started_at_ms == 0 ||
                       dates_judge_end(d, b->started_at_ms, at_ms) != REFUSAL_NONE))
        return REFUSAL_LIMIT;
    if (at_ms != 0 && at_ms < d->now_ms - OTHERS_LOSE_MAX_MS && !is_house_of_bed(d, b))
        return REFUSAL_WAS_ELSEWHERE;
    decide_bridge_ends(d, b, end);
    if (b->kind == BRIDGE_BED && b->started_at_ms != 0)
        follow_up_bed_over(d, b, end);
    if (at_ms != 0)
        dates_decide_bridge(d, b, b->started_at_ms, at_ms);
    return REFUSAL_NONE;
}

void decide_end_bridges(struct decision *d, const struct referral *r, enum bridge_end end)
{
    const struct nobed_case *c = engine_nobed(d->e, r->id);

    for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
        const struct bridge *b = engine_bridge(d->e, c->bridges[i]);

        if (bridge_is_live(b))
            decide_bridge_ends(d, b, end);
    }
}

void decide_leave_bridges(struct decision *d, const struct referral *r, bool is_own_too)
{
    struct referral_id id = engine_household_first(d->e, r->id);

    for (; id.v != 0; id = engine_household_next(d->e, id)) {
        const struct nobed_case *c = engine_nobed(d->e, id);

        for (unsigned i = 0; c != NULL && (is_own_too || id.v != r->id.v) && i < c->n_bridges; i++) {
            const struct bridge *b = engine_bridge(d->e, c->bridges[i]);

            if ((b->kind == BRIDGE_HOTEL || b->kind == BRIDGE_NETWORK) && bridge_is_live(b) &&
                b->started_at_ms != 0)
                decide_bridge_ends(d, b, BRIDGE_END_MOVED);
        }
    }
}

enum refusal decide_bridge_arrival(struct decision *d, const struct request *q)
{
    const struct bridge *b = engine_bridge_bed(d->e, q->id);
    const struct referral *r = engine_referral(d->e, q->referral);
    const struct pool_kept *p = engine_pool(d->e, q->pool);
    const struct bridge *before = engine_bridge_bed_reached(d->e, q->referral);
    int64_t at_ms = d->cmd->u.answer.at_ms;
    struct bridge there;

    if (b == NULL)
        return REFUSAL_WRONG_STATE;
    there = *b;
    there.next_ms =
        0; /* the house has people who look after them; how long they may stay is another matter */
    there.due_ms = 0;
    there.until_ms = 0;
    if (vocab_kind(d->e->vocab, p->kind)->max_hours != 0) {
        there.until_ms =
            (at_ms != 0 ? at_ms : d->now_ms) + vocab_kind(d->e->vocab, p->kind)->max_hours * MS_HOUR;
        watch_term(d, &there);
    }
    stay_decide_leave(d, r, p->kind);
    decide_leave_bridges(d, r, true);
    /* A household is in one place: who reaches the next bed has left the one before, and its house is paid up
     * to this day and not for it. */
    if (before != NULL && before->id.v != b->id.v)
        decide_bridge_ends(d, before, BRIDGE_END_MOVED);
    dates_decide_left(d, r, b->id, at_ms);
    bridge_event(d, EV_BRIDGE_ARRIVED, &there);
    decide_bridge_nights(d, b, at_ms);
    if (at_ms != 0)
        dates_decide_bridge(d, b, at_ms, 0);
    clock_decide_arrival(d, r, p, (struct stay_id){0}, at_ms);
    return REFUSAL_NONE;
}

void decide_bridges_watched(struct decision *d, struct location_id location)
{
    for (uint64_t i = 1; i <= engine_bridges(d->e); i++) {
        const struct bridge *b = engine_bridge(d->e, (struct bridge_id){i});
        struct bridge safe;
        int64_t warn_ms = 0;

        if (!bridge_is_live(b) || b->kind != BRIDGE_BED || b->started_at_ms == 0 ||
            b->until_ms <= d->now_ms ||
            engine_pool(d->e, engine_request(d->e, b->request)->pool)->location.v != location.v)
            continue;
        safe = *b;
        warn_ms = b->until_ms - settings_of(d)->order_warn_s * MS_SECOND;
        safe.next_ms = b->until_ms;
        safe.due_ms = later(warn_ms, d->now_ms + 1); /* it may be past: told in the leak, of something else */
        bridge_event(d, EV_BRIDGE_WATCHED, &safe);
    }
}

void decide_bridge_due(struct decision *d, struct bridge_id id)
{
    const struct bridge *b = engine_bridge(d->e, id);
    uint32_t again_s = is_patient(d, b) ? settings_of(d)->order_again_s : settings_of(d)->bridge_again_s;

    bridge_event(d, EV_BRIDGE_ALARMED, b)->u.bridge.due_ms = d->now_ms + later(again_s, 1) * MS_SECOND;
}

/* ---- nights, and the end ---- */

static enum refusal judge_night(const struct decision *d, bool closing)
{
    const struct vocab *v = engine_vocab(d->e);
    const struct night *n = &d->cmd->u.night.night;
    const struct referral *r = engine_referral(d->e, d->cmd->u.night.referral);
    int64_t today = d->now_ms / MS_DAY;

    if (!nobed_is_night(v, n->slept) || n->reason > vocab_list_size(v, LIST_UNPLACED) ||
        (closing && n->reason == 0))
        return REFUSAL_UNKNOWN_REASON;
    /* A day more than the clock says, for east of Greenwich the night begins first. */
    return n->day < r->opened_at_ms / MS_DAY - NIGHTS_BEFORE || n->day > today + 1 ? REFUSAL_LIMIT
                                                                                   : REFUSAL_NONE;
}

static const struct night *known_night(const struct engine *e, struct referral_id id, int32_t day)
{
    const struct nobed_case *c = engine_nobed(e, id);

    for (unsigned i = 0; c != NULL && i < c->n_nights; i++) {
        if (c->nights[i].day == day)
            return &c->nights[i];
    }
    return NULL;
}

enum refusal decide_note_night(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.night.referral);
    const struct night *n = &d->cmd->u.night.night;
    const struct night *known = known_night(d->e, r->id, n->day);
    enum refusal refusal = judge_night(d, false);
    struct event *ev = NULL;

    d->outcome->referral = r->id;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!referral_is_live(r->state))
        return REFUSAL_WRONG_STATE;
    if (known != NULL && known->slept == n->slept && known->reason == n->reason)
        return REFUSAL_NONE;
    ev = decision_event(d, EV_NIGHT_NOTED);
    ev->u.night.referral = r->id;
    ev->u.night.night = *n;
    return REFUSAL_NONE;
}

enum refusal decide_close_referral(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.night.referral);
    const struct nobed_case *c = engine_nobed(d->e, r->id);
    const struct night *n = &d->cmd->u.night.night;
    enum refusal refusal = judge_night(d, true);
    struct event *ev = NULL;

    d->outcome->referral = r->id;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (r->state == REFERRAL_CLOSED && c->closed_slept == n->slept && c->closed_reason == n->reason)
        return REFUSAL_NONE;
    if (!referral_is_looking(r->state))
        return REFUSAL_WRONG_STATE;
    follow_up_search_over(d, r, 0);
    decide_end_bridges(d, r, BRIDGE_END_CLOSED);
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if (q->state != REQUEST_PENDING)
            continue; /* a bridge bed's yes ended with its bridge */
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_WITHDRAWN;
        decision_names(d, q->id);
    }
    ev = decision_event(d, EV_REFERRAL_CLOSED);
    ev->u.night.referral = r->id;
    ev->u.night.night = *n;
    return REFUSAL_NONE;
}
