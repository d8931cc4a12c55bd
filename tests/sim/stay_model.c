#include "stay_model.h"

#include "vocabulary.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

#define CHANGES_MAX 64
#define CLOCKS_MAX 24 /* of one referral (core/stay) */

#define U(x) ((unsigned long long)(x))

struct change {
    int32_t from_day;
    uint8_t stream;
    uint16_t municipality;
};

struct stay_model_stay {
    struct referral_id referral;
    struct request_id request;
    int32_t arrival, departure; /* days; departure 0 = still there */
    int64_t left_at_ms;         /* the same moment; 0 = still there */
    bool has_right;             /* it came with a reflection period, or was found to have one there */
    struct change changes[CHANGES_MAX];
    unsigned n_changes;
};

struct stay_model_clock {
    struct referral_id referral;
    struct org_id owner, offered;
    uint8_t kind;
    int64_t warn_at_ms, runs_out_ms;
    int64_t noted_at_ms; /* when it was begun here, whatever it counts from */
    int64_t over_at_ms;  /* 0 = it is not */
    bool warned, ran_out, over;
    uint64_t orgs; /* bits: whose it was, or to whom it was offered; a world has fewer than 64 */
};

/* Of a referral. */
struct desk {
    struct org_id org;        /* whose it is */
    struct referral_id later; /* of the same household, the newest that follows it; 0 = none */
    bool ended;
    unsigned n_clocks;
    enum residence residence; /* as it was told last */
    int64_t found_at_ms;      /* when; 0 = with the intake */
};

/* A bridge that is a barring order, by the bridge's number. */
struct order {
    struct referral_id referral;
    int64_t in_force_ms; /* 0 = it is no order, or only applied for */
    bool over;
};

struct stay_model {
    struct trace *trace;
    const struct ledger_model *ledger;
    struct stay_model_stay *stays;
    size_t n_stays, cap_stays;
    struct stay_model_clock *clocks;
    size_t n_clocks, cap_clocks;
    struct referral_id linked, linked_to; /* of the last link told */
    int64_t followed_ms;                  /* when that was, if it is a follow-up's */
    struct desk *desks;
    size_t n_desks, cap_desks;
    struct order *orders;
    size_t n_orders, cap_orders;
    uint64_t shelters; /* bits of organisations, as above */
};

struct stay_model *stay_model_new(struct trace *t, const struct ledger_model *ledger)
{
    struct stay_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    m->ledger = ledger;
    return m;
}

void stay_model_free(struct stay_model *m)
{
    if (m == NULL)
        return;
    free(m->stays);
    free(m->clocks);
    free(m->desks);
    free(m->orders);
    free(m);
}

static void breach(struct stay_model *m, const struct event *ev, const char *what)
{
    trace_fail(m->trace, "seq %llu: %s", U(ev->seq), what);
}

static void pay(struct stay_model *m, const struct event *ev, struct stay_model_stay *s)
{
    for (unsigned i = 0; i < ev->u.stay.n_spans; i++) {
        const struct funding_span *span = &ev->u.stay.spans[i];

        if (span->stream == VOCABULARY_MUNICIPAL && span->municipality == 0)
            breach(m, ev, "nights that a municipality pays, and none is named");
        if (s->n_changes == CHANGES_MAX) {
            breach(m, ev, "a stay is paid by more than the model can keep");
            return;
        }
        s->changes[s->n_changes++] = (struct change){span->from_day, span->stream, span->municipality};
    }
}

static void on_started(struct stay_model *m, const struct event *ev)
{
    struct stay_model_stay s = {
        .referral = ev->u.stay.referral, .request = ev->u.stay.request, .arrival = time_day_nl(ev->at_ms)};

    if (ev->u.stay.stay.v != m->n_stays + 1)
        breach(m, ev, "stays are not numbered by arrival");
    if (!ledger_model_has_arrived(m->ledger, s.request))
        breach(m, ev, "a stay of a household that has not arrived");
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].request.v == s.request.v || m->stays[i].referral.v == s.referral.v)
            breach(m, ev, "two stays for one arrival");
    }
    MEM_GROW(m->stays, m->n_stays, m->cap_stays);
    m->stays[m->n_stays++] = s;
    m->stays[m->n_stays - 1].has_right = m->desks[s.referral.v - 1].residence == RESIDENCE_BEDENKTIJD;
    pay(m, ev, &m->stays[m->n_stays - 1]);
    m->trace->counts.stays++;
}

static struct stay_model_stay *stay_at(struct stay_model *m, const struct event *ev)
{
    if (ev->u.stay.stay.v < 1 || ev->u.stay.stay.v > m->n_stays) {
        breach(m, ev, "a stay that never began");
        return NULL;
    }
    return &m->stays[ev->u.stay.stay.v - 1];
}

static void on_ended(struct stay_model *m, const struct event *ev)
{
    struct stay_model_stay *s = stay_at(m, ev);

    if (s == NULL)
        return;
    if (s->departure != 0)
        breach(m, ev, "a household departs twice");
    s->departure = time_day_nl(ev->at_ms);
    s->left_at_ms = ev->at_ms;
    for (size_t i = 0; i < m->n_clocks; i++) {
        if (m->clocks[i].referral.v == s->referral.v && !m->clocks[i].over &&
            m->clocks[i].kind == VOCABULARY_PLACE_CLOCK)
            breach(m, ev, "the clock of a place runs for a household that has left it");
    }
    m->trace->counts.departed++;
}

/* It lived there all the while. */
static void on_resumed(struct stay_model *m, const struct event *ev)
{
    struct stay_model_stay *s = stay_at(m, ev);

    if (s == NULL)
        return;
    if (s->departure == 0)
        breach(m, ev, "a household is back that never left");
    s->departure = 0;
    s->left_at_ms = 0;
    m->trace->counts.resumed++;
}

/* When it came and left in truth. What its house hears goes by when that was told: LEFT_AT_MS stays. */
static void on_dated(struct stay_model *m, const struct event *ev)
{
    const struct dated_event *v = &ev->u.dated;
    struct stay_model_stay *s = v->stay.v >= 1 && v->stay.v <= m->n_stays ? &m->stays[v->stay.v - 1] : NULL;

    m->trace->counts.dated++;
    if (v->bridge.v != 0)
        return; /* nobed_model.c */
    if (s == NULL || s->referral.v != v->referral.v || (s->departure != 0) != (v->ended_at_ms != 0)) {
        breach(m, ev, "moments of a stay that there is not");
        return;
    }
    if (v->started_at_ms > ev->at_ms || v->ended_at_ms > ev->at_ms)
        breach(m, ev, "a moment that is to come");
    s->arrival = time_day_nl(v->started_at_ms);
    s->departure = v->ended_at_ms != 0 ? time_day_nl(v->ended_at_ms) : 0;
    for (unsigned i = 0; i < v->n_spans; i++) {
        if (i == 0)
            s->n_changes = 0;
        s->changes[s->n_changes++] =
            (struct change){v->spans[i].from_day, v->spans[i].stream, v->spans[i].municipality};
    }
}

static bool has_stay(const struct stay_model *m, struct referral_id id)
{
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].referral.v == id.v)
            return m->stays[i].departure == 0;
    }
    return false;
}

static bool is_under_way(const struct stay_model *m, struct referral_id id)
{
    return id.v != 0 && !m->desks[id.v - 1].ended;
}

/* Opened for who can look for a place, and only for a household that has one. It is told of right before, in
 * the same commit: what was under way already is whose it is. A household that is in a place gets one, but
 * for a clock that was past its warning when it was begun: then the household has just got its next place. */
static void on_follow_up(struct stay_model *m, const struct event *ev, const struct stay_model_clock *c)
{
    struct referral_id next = ev->u.clock.follow_up;
    struct org_id desk = {0};

    if (next.v == 0 && c->noted_at_ms != ev->at_ms && has_stay(m, c->referral))
        breach(m, ev, "a clock warns, and no next place is looked for");
    if (next.v != 0 && !is_under_way(m, next))
        breach(m, ev, "the follow-up of a clock is over");
    if (next.v != m->n_desks || m->linked.v != next.v || m->followed_ms != ev->at_ms)
        return;
    desk = m->desks[next.v - 1].org;
    if (!has_stay(m, c->referral))
        breach(m, ev, "a follow-up of a household that is in no place");
    if ((m->shelters >> desk.v % 64 & 1) != 0 && desk.v != m->desks[c->referral.v - 1].org.v)
        breach(m, ev, "a follow-up at a house that refers nobody");
}

static void on_clock(struct stay_model *m, const struct event *ev)
{
    const struct clock_event *n = &ev->u.clock;
    struct stay_model_clock *c = NULL;

    if (ev->kind == EV_CLOCK_STARTED) {
        MEM_GROW(m->clocks, m->n_clocks, m->cap_clocks);
        m->clocks[m->n_clocks++] = (struct stay_model_clock){.referral = n->referral,
                                                             .owner = n->org,
                                                             .kind = n->kind,
                                                             .warn_at_ms = n->warn_at_ms,
                                                             .runs_out_ms = n->runs_out_ms,
                                                             .noted_at_ms = ev->at_ms,
                                                             .orgs = UINT64_C(1) << n->org.v % 64};
        m->trace->counts.clocks++;
        m->trace->counts.rights += n->kind == VOCABULARY_RIGHT_CLOCK;
        m->desks[n->referral.v - 1].n_clocks++;
        if (n->org.v == 0 || n->clock.v != m->n_clocks)
            breach(m, ev, "a clock without an owner");
        return;
    }
    if (n->clock.v < 1 || n->clock.v > m->n_clocks) {
        breach(m, ev, "a clock that never began");
        return;
    }
    c = &m->clocks[n->clock.v - 1];
    if (c->over)
        breach(m, ev, "a clock that was stopped moves");
    if (ev->kind == EV_CLOCK_OFFERED) {
        c->offered = n->org;
        c->orgs |= n->org.v != 0 ? UINT64_C(1) << n->org.v % 64 : 0;
    } else if (ev->kind == EV_CLOCK_TAKEN) {
        if (n->org.v == 0 || n->org.v != c->offered.v)
            breach(m, ev, "a clock is taken by whom it was not offered to");
        c->owner = n->org;
        c->offered.v = 0;
    } else if (ev->kind == EV_CLOCK_PROLONGED) {
        c->warn_at_ms = n->warn_at_ms;
        c->runs_out_ms = n->runs_out_ms;
        c->warned = c->ran_out = false;
    } else if (ev->kind == EV_CLOCK_WARNED) {
        if (c->warned || ev->at_ms < c->warn_at_ms)
            breach(m, ev, "a clock warns twice or before its time");
        if (m->linked.v == n->follow_up.v && m->linked_to.v != c->referral.v && n->follow_up.v != 0)
            breach(m, ev, "a follow-up of another household");
        on_follow_up(m, ev, c);
        c->warned = true;
        m->trace->counts.followed += n->follow_up.v != 0;
    } else if (ev->kind == EV_CLOCK_RAN_OUT) {
        if (!c->warned || c->ran_out || ev->at_ms < c->runs_out_ms)
            breach(m, ev, "a clock alarms twice, before its time or without a warning");
        c->ran_out = true;
        m->trace->counts.ran_out++;
    } else {
        c->over = true;
        c->over_at_ms = ev->at_ms;
        c->offered.v = 0;
    }
}

/* From when an order is in force, and until when. */
static void on_bridge(struct stay_model *m, const struct event *ev)
{
    struct order *o = NULL;

    if (ev->kind == EV_BRIDGE_OPENED) {
        const struct bridge *b = &ev->u.bridge_opened;

        MEM_GROW(m->orders, m->n_orders, m->cap_orders);
        o = &m->orders[m->n_orders++];
        *o = (struct order){.referral = b->referral, .over = b->kind != BRIDGE_ORDER};
        if (b->state != BRIDGE_ACTIVE || o->over)
            return;
    } else {
        o = &m->orders[ev->u.bridge.bridge.v - 1];
        o->over |= ev->kind == EV_BRIDGE_ENDED;
        if (o->over || o->in_force_ms != 0)
            return;
    }
    o->in_force_ms = ev->at_ms;
    m->trace->counts.orders++;
}

static void on_residence(struct stay_model *m, const struct event *ev)
{
    struct referral_id id = ev->u.residence.referral;
    struct desk *desk = &m->desks[id.v - 1];

    desk->residence = ev->u.residence.residence;
    desk->found_at_ms = ev->at_ms;
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].referral.v == id.v && m->stays[i].departure == 0)
            m->stays[i].has_right |= desk->residence == RESIDENCE_BEDENKTIJD;
    }
}

void stay_model_event(struct stay_model *m, const struct event *ev)
{
    struct stay_model_stay *s = NULL;

    if (ev->kind == EV_ORG_DEFINED && ev->u.org.kind == ORG_SHELTER)
        m->shelters |= UINT64_C(1) << ev->u.org.id.v % 64;
    if (ev->kind == EV_REFERRAL_ADMITTED || ev->kind == EV_REFERRAL_WITHDRAWN)
        m->desks[ev->u.referral.referral.v - 1].ended = true;
    if (ev->kind == EV_REFERRAL_CLOSED)
        m->desks[ev->u.night.referral.v - 1].ended = true;
    if (ev->kind == EV_REFERRAL_OPENED) {
        MEM_GROW(m->desks, m->n_desks, m->cap_desks);
        m->desks[m->n_desks++] =
            (struct desk){.org = ev->u.opened.org, .residence = ev->u.opened.need.residence};
    }
    if (ev->kind == EV_RESIDENCE_FOUND)
        on_residence(m, ev);
    if (ev->kind == EV_BRIDGE_OPENED || ev->kind == EV_BRIDGE_STARTED || ev->kind == EV_BRIDGE_ENDED)
        on_bridge(m, ev);
    if (ev->kind == EV_REFERRAL_LINKED) {
        m->linked = ev->u.link.referral;
        m->linked_to = ev->u.link.earlier;
        m->followed_ms = ev->u.link.why == LINK_FOLLOW_UP ? ev->at_ms : 0;
        m->desks[m->linked_to.v - 1].later = m->linked;
        if (ev->u.link.why == LINK_RETURN)
            m->trace->counts.returned++;
    } else if (ev->kind == EV_STAY_STARTED) {
        on_started(m, ev);
    } else if (ev->kind == EV_STAY_ENDED) {
        on_ended(m, ev);
    } else if (ev->kind == EV_STAY_RESUMED) {
        on_resumed(m, ev);
    } else if (ev->kind == EV_NIGHTS_DATED) {
        on_dated(m, ev);
    } else if (ev->kind == EV_STAY_FUNDED) {
        s = stay_at(m, ev);
        if (s != NULL)
            pay(m, ev, s);
    } else if (ev->kind >= EV_CLOCK_STARTED && ev->kind <= EV_CLOCK_RAN_OUT) {
        on_clock(m, ev);
    }
}

/* Who pays for the night of DAY: what was told last and begins by then. */
static const struct change *payer(const struct stay_model_stay *s, int32_t day)
{
    for (unsigned i = s->n_changes; i > 0; i--) {
        if (s->changes[i - 1].from_day <= day)
            return &s->changes[i - 1];
    }
    return NULL;
}

static enum clock_state state_of(const struct stay_model_clock *c)
{
    if (c->over)
        return CLOCK_STOPPED;
    if (c->ran_out)
        return CLOCK_RUN_OUT;
    return c->warned ? CLOCK_WARNED : CLOCK_RUNNING;
}

static void compare_clocks(struct stay_model *m, const struct engine *e)
{
    for (size_t i = 0; i < m->n_clocks; i++) {
        const struct stay_model_clock *c = &m->clocks[i];
        const struct stay_clock *is = engine_clock(e, (struct clock_id){i + 1});

        if (is->referral.v != c->referral.v || is->owner.v != c->owner.v || is->offered_to.v != c->offered.v)
            trace_fail(m->trace, "clock %zu: it is of organisation %u (offered to %u), and %u (%u) was told",
                       i + 1, is->owner.v, is->offered_to.v, c->owner.v, c->offered.v);
        if (is->state != state_of(c))
            trace_fail(m->trace, "clock %zu: its state is %d, and %d was told", i + 1, (int)is->state,
                       (int)state_of(c));
        if (is->warn_at_ms != c->warn_at_ms || is->runs_out_ms != c->runs_out_ms)
            trace_fail(m->trace, "clock %zu: it runs to other moments than were told", i + 1);
    }
}

/* A clock of that kind for R, which stood at SINCE or later. */
static bool had_clock(const struct stay_model *m, struct referral_id r, uint8_t kind, int64_t since_ms)
{
    for (size_t i = 0; i < m->n_clocks; i++) {
        const struct stay_model_clock *c = &m->clocks[i];

        if (c->referral.v == r.v && c->kind == kind && (!c->over || c->over_at_ms >= since_ms))
            return true;
    }
    return m->desks[r.v - 1].n_clocks >= CLOCKS_MAX; /* no room for it */
}

/* An order that is in force and a reflection period are watched by a clock, which goes when the residence
 * turns out to be another. */
static void compare_rights(const struct stay_model *m)
{
    for (size_t i = 0; i < m->n_orders; i++) {
        const struct order *o = &m->orders[i];

        if (!o->over && o->in_force_ms != 0 &&
            !had_clock(m, o->referral, VOCABULARY_ORDER_CLOCK, o->in_force_ms))
            trace_fail(m->trace, "bridge %zu: an order is in force, and no clock watches its end", i + 1);
    }
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].has_right && !had_clock(m, m->stays[i].referral, VOCABULARY_RIGHT_CLOCK, 0))
            trace_fail(m->trace, "stay %zu: a reflection period, and no clock watches its end", i + 1);
    }
    for (size_t i = 0; i < m->n_clocks; i++) {
        const struct stay_model_clock *c = &m->clocks[i];
        const struct desk *desk = &m->desks[c->referral.v - 1];

        if (c->kind == VOCABULARY_RIGHT_CLOCK && !c->over && c->noted_at_ms < desk->found_at_ms &&
            desk->residence != RESIDENCE_BEDENKTIJD && desk->residence != RESIDENCE_ONBEKEND)
            trace_fail(m->trace, "clock %zu: of a reflection period that is none any more", i + 1);
    }
}

void stay_model_due(struct stay_model *m, int64_t now_ms)
{
    for (size_t i = 0; i < m->n_clocks; i++) {
        const struct stay_model_clock *c = &m->clocks[i];

        if (c->over || c->ran_out || (c->warned ? c->runs_out_ms : c->warn_at_ms) > now_ms)
            continue;
        trace_fail(m->trace, "clock %zu: %lld min past its %s, and nobody was told", i + 1,
                   (long long)((now_ms - (c->warned ? c->runs_out_ms : c->warn_at_ms)) / MS_MINUTE),
                   c->warned ? "end" : "warning");
    }
}

void stay_model_compare(struct stay_model *m, const struct engine *e, int64_t now_ms)
{
    int32_t today = time_day_nl(now_ms);

    if (engine_stays(e) != m->n_stays || engine_clocks(e) != m->n_clocks)
        trace_fail(m->trace, "%llu stays and %llu clocks, and the journal tells of %zu and %zu",
                   U(engine_stays(e)), U(engine_clocks(e)), m->n_stays, m->n_clocks);
    else
        compare_clocks(m, e);
    compare_rights(m);
    for (size_t i = 0; i < m->n_stays && i < engine_stays(e); i++) {
        const struct stay_model_stay *s = &m->stays[i];
        const struct stay *other = engine_stay(e, (struct stay_id){i + 1});
        int32_t end = s->departure != 0 ? s->departure : today;
        int32_t paid = 0;

        if (time_day_nl(other->started_at_ms) != s->arrival || stay_nights(other, now_ms) != end - s->arrival)
            trace_fail(m->trace, "stay %zu: it has %d nights from day %d on, and %d from day %d were told",
                       i + 1, (int)stay_nights(other, now_ms), (int)time_day_nl(other->started_at_ms),
                       (int)(end - s->arrival), (int)s->arrival);
        for (int32_t day = s->arrival; day < end; day++) {
            const struct change *want = payer(s, day);
            const struct funding_span *is = funding_of_night(&other->funding, day);

            if (want == NULL || is == NULL || want->stream != is->stream ||
                want->municipality != is->municipality)
                trace_fail(m->trace, "stay %zu: the night of day %d is paid by another than was told", i + 1,
                           (int)day);
        }
        for (unsigned k = 0; k < other->funding.n; k++)
            paid += funding_nights(&other->funding, k, s->arrival, end, INT32_MIN, INT32_MAX);
        if (paid != end - s->arrival)
            trace_fail(m->trace, "stay %zu: %d nights are accounted of %d", i + 1, (int)paid,
                       (int)(end - s->arrival));
    }
}

static const struct stay_model_clock *clock_at(const struct stay_model *m, struct clock_id id)
{
    static const struct stay_model_clock none;

    return id.v >= 1 && id.v <= m->n_clocks ? &m->clocks[id.v - 1] : &none;
}

bool stay_model_was_of(const struct stay_model *m, struct clock_id id, struct org_id org)
{
    return (clock_at(m, id)->orgs >> (org.v % 64) & 1) != 0;
}

struct referral_id stay_model_referral_of_clock(const struct stay_model *m, struct clock_id id)
{
    return clock_at(m, id)->referral;
}

struct request_id stay_model_request_of(const struct stay_model *m, struct stay_id id)
{
    return id.v >= 1 && id.v <= m->n_stays ? m->stays[id.v - 1].request : (struct request_id){0};
}

int64_t stay_model_left_at_ms(const struct stay_model *m, struct request_id id)
{
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].request.v == id.v)
            return m->stays[i].left_at_ms;
    }
    return 0;
}

struct request_id stay_model_place_of(const struct stay_model *m, struct referral_id id)
{
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].referral.v == id.v)
            return m->stays[i].request;
    }
    return (struct request_id){0};
}
