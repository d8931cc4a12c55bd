#include "nobed_model.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

/* After the moment of a check-in, and between two alarms that nobody answers (domain: hotel bridge). */
#define GRACE_MS (15 * MS_MINUTE)
#define AGAIN_MS (10 * MS_MINUTE)
#define SEEN_MS (30 * MS_MINUTE)

#define TERM_WARN_MS MS_HOUR /* before the end of a bed's term (world.c); and again at the end */
/* After the end of a term and between two alarms of it that nobody answers. */
#define TERM_AGAIN_MS MS_HOUR
#define CHANGES_MAX 64

struct change {
    int32_t from_day;
    uint8_t stream;
    uint16_t municipality;
};

struct bridge_model {
    uint64_t referral, request;
    enum bridge_kind kind;
    uint64_t before; /* the bed that its household slept in before; 0 = none */
    bool watched, ringing, ended, there, has_term;
    bool rang;          /* a bed that was reached, and nobody set it anew since */
    bool moved;         /* when they came was told otherwise: its term is told behind it */
    uint32_t location;  /* of a bed that was reached */
    int64_t ring_at_ms; /* if nothing is heard before; of a bed that is reached: at the latest */
    int64_t term_ms;    /* of a bed that is reached, where nobody may stay for ever: its end; 0 = none */
    int64_t ended_at_ms;
    int32_t arrival, departure;
    struct change changes[CHANGES_MAX];
    unsigned n_changes;
};

/* Where a household was: the days of its stay, of one referral. */
struct nights_of {
    uint64_t earlier; /* the referral that it follows; 0 = none */
    uint64_t bed;     /* the bridge bed that it reached last; 0 = none */
    bool stays, left;
    int32_t arrival, departure;
};

struct nobed_model {
    struct trace *trace;
    struct bridge_model *list;
    size_t n, cap;
    struct nights_of *referrals; /* by id - 1 */
    size_t n_referrals, cap_referrals;
    uint64_t *stay_of; /* referral, by stay - 1 */
    size_t n_stays, cap_stays;
    uint32_t *pool_of; /* by request - 1 */
    size_t n_requests, cap_requests;
    struct place {
        enum kind kind;
        uint32_t location;
    } * places; /* by pool - 1 */
    size_t n_pools, cap_pools;
};

struct nobed_model *nobed_model_new(struct trace *t)
{
    struct nobed_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void nobed_model_free(struct nobed_model *m)
{
    if (m == NULL)
        return;
    free(m->list);
    free(m->referrals);
    free(m->stay_of);
    free(m->pool_of);
    free(m->places);
    free(m);
}

/* A hotel always does; with people of its own a household does if somebody watches over it. */
static bool checks_in(const struct bridge *b)
{
    return b->kind == BRIDGE_HOTEL || (b->kind == BRIDGE_NETWORK && b->owner.kind != BRIDGE_OWNER_NONE);
}

static void opened(struct nobed_model *m, const struct event *ev)
{
    const struct bridge *b = &ev->u.bridge_opened;

    MEM_GROW(m->list, m->n, m->cap);
    m->list[m->n++] = (struct bridge_model){.referral = b->referral.v,
                                            .request = b->request.v,
                                            .kind = b->kind,
                                            .watched = checks_in(b),
                                            .ring_at_ms = b->next_ms + GRACE_MS};
    if (checks_in(b) &&
        (b->owner.kind == BRIDGE_OWNER_NONE || b->owner.callback[0] == '\0' || b->next_ms <= ev->at_ms))
        trace_fail(m->trace,
                   "seq %llu: a hotel, or who is watched over, without safety owner or next check-in",
                   (unsigned long long)ev->seq);
}

static struct nights_of *nights_at(struct nobed_model *m, uint64_t referral)
{
    while (m->n_referrals < referral) {
        MEM_GROW(m->referrals, m->n_referrals, m->cap_referrals);
        m->referrals[m->n_referrals++] = (struct nights_of){0};
    }
    return &m->referrals[referral - 1];
}

/* Where its household may not stay for ever, somebody must be told in time. */
static void arrived(struct nobed_model *m, const struct event *ev, struct bridge_model *b)
{
    const struct place *p = &m->places[m->pool_of[b->request - 1] - 1];
    uint64_t earlier = nights_at(m, b->referral)->earlier;
    const struct nights_of *before = earlier != 0 ? nights_at(m, earlier) : NULL;
    struct nights_of *own = nights_at(m, b->referral);

    b->there = true;
    b->before = own->bed;
    own->bed = ev->u.bridge.bridge.v;
    if (b->before != 0 && !m->list[b->before - 1].ended)
        trace_fail(m->trace, "seq %llu: a household sleeps in bridge %llu and in bridge %llu",
                   (unsigned long long)ev->seq, (unsigned long long)own->bed, (unsigned long long)b->before);
    if (b->before != 0 && m->list[b->before - 1].ended_at_ms == ev->at_ms)
        m->trace->counts.bridge_moves++;
    b->arrival = time_day_nl(ev->at_ms);
    b->location = p->location;
    b->has_term = p->kind == KIND_NOOD || p->kind == KIND_UUR72;
    b->term_ms = b->has_term ? ev->at_ms + VOCABULARY_MAX_HOURS * MS_HOUR : 0;
    b->ring_at_ms = b->has_term ? b->term_ms : INT64_MAX;
    if (before != NULL && before->stays && !before->left)
        trace_fail(m->trace, "seq %llu: a household sleeps in bridge %llu and where it was",
                   (unsigned long long)ev->seq, (unsigned long long)ev->u.bridge.bridge.v);
    m->trace->counts.bridge_beds++;
}

static void funded(struct nobed_model *m, const struct event *ev)
{
    struct bridge_model *b = &m->list[ev->u.bridge_funded.bridge.v - 1];

    for (unsigned i = 0; i < ev->u.bridge_funded.n_spans && b->n_changes < CHANGES_MAX; i++) {
        const struct funding_span *span = &ev->u.bridge_funded.spans[i];

        b->changes[b->n_changes++] = (struct change){span->from_day, span->stream, span->municipality};
    }
}

/* Told of a day before its end, else at it, or at once; what rings by an older word may do so by that. */
static void term_told(struct bridge_model *b, const struct event *ev)
{
    int64_t warn_ms = b->term_ms - TERM_WARN_MS;
    int64_t by_ms = warn_ms > ev->at_ms ? warn_ms : b->term_ms > ev->at_ms ? b->term_ms : ev->at_ms + 1;

    b->ring_at_ms = b->rang && b->ring_at_ms > by_ms ? b->ring_at_ms : by_ms;
}

/* A bed that is reached rings by its term, whatever was said before: later only after a person saw it. */
static void rang_at_bed(struct bridge_model *b, const struct event *ev)
{
    b->rang = ev->kind == EV_BRIDGE_ALARMED || (b->rang && ev->kind != EV_BRIDGE_STARTED);
    if (ev->kind == EV_BRIDGE_STARTED) {
        term_told(b, ev);
        b->moved = false;
    } else if (ev->kind == EV_BRIDGE_ALARMED) {
        b->ring_at_ms = ev->at_ms + TERM_AGAIN_MS;
    } else if (ev->kind == EV_BRIDGE_CHECKED) {
        b->ring_at_ms = b->term_ms > ev->at_ms + MS_DAY ? b->term_ms : ev->at_ms + MS_DAY;
    }
}

/* Another owner, or other times: what rings goes on ringing, and only a word of the household makes it quiet.
 */
static void changed(struct nobed_model *m, const struct event *ev)
{
    const struct bridge *to = &ev->u.bridge_opened;
    struct bridge_model *b = &m->list[to->id.v - 1];

    if (b->ended || b->there)
        trace_fail(m->trace, "seq %llu: bridge %llu changes, and is over or a bed",
                   (unsigned long long)ev->seq, (unsigned long long)to->id.v);
    if (to->owner.kind == BRIDGE_OWNER_NONE || to->owner.callback[0] == '\0')
        trace_fail(m->trace, "seq %llu: bridge %llu changes, and nobody watches over them",
                   (unsigned long long)ev->seq, (unsigned long long)to->id.v);
    m->trace->counts.watched += b->kind == BRIDGE_NETWORK && !b->watched;
    b->watched = true;
    if (!b->ringing)
        b->ring_at_ms = to->next_ms + GRACE_MS;
}

static void went_on(struct nobed_model *m, const struct event *ev)
{
    struct bridge_model *b = NULL;

    if (ev->u.bridge.bridge.v < 1 || ev->u.bridge.bridge.v > m->n) {
        trace_fail(m->trace, "seq %llu: a bridge that nobody opened", (unsigned long long)ev->seq);
        return;
    }
    b = &m->list[ev->u.bridge.bridge.v - 1];
    if (b->ended || b->referral != ev->u.bridge.referral.v || b->request != ev->u.bridge.request.v)
        trace_fail(m->trace, "seq %llu: bridge %llu is over, or another's", (unsigned long long)ev->seq,
                   (unsigned long long)ev->u.bridge.bridge.v);
    b->ended = ev->kind == EV_BRIDGE_ENDED;
    if (b->ended)
        b->ended_at_ms = ev->at_ms;
    if (ev->kind == EV_BRIDGE_ARRIVED) {
        arrived(m, ev, b);
        return;
    }
    if (b->there) {
        b->departure = time_day_nl(ev->at_ms);
        rang_at_bed(b, ev);
        return;
    }
    b->ringing = ev->kind == EV_BRIDGE_ALARMED;
    if (ev->kind == EV_BRIDGE_ALARMED) {
        if (b->watched && ev->at_ms < b->ring_at_ms)
            trace_fail(m->trace, "seq %llu: bridge %llu rings before its time", (unsigned long long)ev->seq,
                       (unsigned long long)ev->u.bridge.bridge.v);
        b->ring_at_ms = ev->at_ms + AGAIN_MS;
    } else if (ev->kind == EV_BRIDGE_CHECKED && ev->u.bridge.check == BRIDGE_CHECK_SEEN) {
        b->ring_at_ms = ev->at_ms + SEEN_MS;
    } else {
        b->ring_at_ms = ev->u.bridge.next_ms + GRACE_MS;
    }
}

static void dated(struct nobed_model *m, const struct event *ev)
{
    const struct dated_event *v = &ev->u.dated;
    struct bridge_model *b = NULL;

    if (v->bridge.v == 0) {
        nights_at(m, v->referral.v)->arrival = time_day_nl(v->started_at_ms);
        if (v->ended_at_ms != 0)
            nights_at(m, v->referral.v)->departure = time_day_nl(v->ended_at_ms);
        return;
    }
    b = &m->list[v->bridge.v - 1];
    if (!b->there || b->ended != (v->ended_at_ms != 0))
        trace_fail(m->trace, "seq %llu: moments of a bridge bed that nobody reached",
                   (unsigned long long)ev->seq);
    b->arrival = time_day_nl(v->started_at_ms);
    if (b->has_term && !b->ended && b->term_ms != v->started_at_ms + VOCABULARY_MAX_HOURS * MS_HOUR) {
        b->term_ms = v->started_at_ms + VOCABULARY_MAX_HOURS * MS_HOUR;
        term_told(b, ev);
        b->moved = true;
    }
    if (b->ended)
        b->departure = time_day_nl(v->ended_at_ms);
    for (unsigned i = 0; i < v->n_spans; i++) {
        if (i == 0)
            b->n_changes = 0;
        b->changes[b->n_changes++] =
            (struct change){v->spans[i].from_day, v->spans[i].stream, v->spans[i].municipality};
    }
}

/* What the journal tells of places, moves and stays. */
static void follow(struct nobed_model *m, const struct event *ev)
{
    if (ev->kind == EV_POOL_DEFINED) {
        while (m->n_pools < ev->u.pool.id.v) {
            MEM_GROW(m->places, m->n_pools, m->cap_pools);
            m->places[m->n_pools++] = (struct place){KIND_NOOD, 0};
        }
        m->places[ev->u.pool.id.v - 1] = (struct place){ev->u.pool.kind, ev->u.pool.location.v};
    } else if (ev->kind == EV_REQUEST_MADE) {
        MEM_GROW(m->pool_of, m->n_requests, m->cap_requests);
        m->pool_of[m->n_requests++] = ev->u.made.pool.v;
    } else if (ev->kind == EV_REFERRAL_LINKED) {
        nights_at(m, ev->u.link.referral.v)->earlier = ev->u.link.earlier.v;
    } else if (ev->kind == EV_STAY_STARTED) {
        MEM_GROW(m->stay_of, m->n_stays, m->cap_stays);
        m->stay_of[m->n_stays++] = ev->u.stay.referral.v;
        nights_at(m, ev->u.stay.referral.v)->stays = true;
        nights_at(m, ev->u.stay.referral.v)->arrival = time_day_nl(ev->at_ms);
    } else if (ev->kind == EV_STAY_ENDED) {
        nights_at(m, ev->u.stay.referral.v)->left = true;
        nights_at(m, ev->u.stay.referral.v)->departure = time_day_nl(ev->at_ms);
    } else if (ev->kind == EV_STAY_RESUMED) {
        nights_at(m, ev->u.stay.referral.v)->left = false;
    } else if (ev->kind == EV_NIGHTS_DATED) {
        dated(m, ev);
    } else if (ev->kind == EV_BRIDGE_FUNDED) {
        funded(m, ev);
    } else if (ev->kind == EV_BRIDGE_WATCHED) {
        struct bridge_model *b = &m->list[ev->u.bridge.bridge.v - 1];
        int64_t warn_ms = b->term_ms - TERM_WARN_MS;

        if (!b->there || b->ended || !b->has_term)
            trace_fail(m->trace, "seq %llu: a warning for no bed with a term", (unsigned long long)ev->seq);
        if (!b->moved)
            b->ring_at_ms = warn_ms > ev->at_ms ? warn_ms : ev->at_ms + 1;
        b->moved = false;
    } else if (ev->kind == EV_LEAK_BRIDGE) {
        m->list[ev->u.leak.bridge.v - 1].ring_at_ms = ev->at_ms; /* known to who must not know it */
    } else if (ev->kind == EV_LOCATION_LIFTED) {
        for (size_t i = 0; i < m->n; i++) {
            if (m->list[i].there && m->list[i].location == ev->u.leak.location.v)
                m->list[i].rang = false;
            if (m->list[i].there && m->list[i].location == ev->u.leak.location.v)
                m->list[i].ring_at_ms = m->list[i].has_term ? m->list[i].term_ms : INT64_MAX;
        }
    }
}

void nobed_model_event(struct nobed_model *m, const struct event *ev)
{
    follow(m, ev);
    if (ev->kind == EV_BRIDGE_OPENED)
        opened(m, ev);
    else if (ev->kind == EV_BRIDGE_CHANGED)
        changed(m, ev);
    else if ((ev->kind > EV_BRIDGE_OPENED && ev->kind <= EV_BRIDGE_ENDED) || ev->kind == EV_BRIDGE_TRAVELLING)
        went_on(m, ev);
    else if (ev->kind == EV_REFERRAL_CLOSED &&
             (ev->account.v == 0 || ev->u.night.night.slept == 0 || ev->u.night.night.reason == 0))
        trace_fail(m->trace, "seq %llu: closed by a machine, or without saying where the household slept",
                   (unsigned long long)ev->seq);
}

void nobed_model_due(struct nobed_model *m, const struct engine *e, bool all_told, int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_bridges(e); i++) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});

        if (b->kind == BRIDGE_HOTEL && (b->state == BRIDGE_PLANNED || b->state == BRIDGE_ACTIVE) &&
            b->next_ms + GRACE_MS <= now_ms)
            trace_fail(m->trace, "bridge %llu: nobody rang, %lld ms after its time", (unsigned long long)i,
                       (long long)(now_ms - b->next_ms - GRACE_MS));
        if (all_told && i <= m->n && m->list[i - 1].kind == BRIDGE_NETWORK && m->list[i - 1].watched &&
            !m->list[i - 1].ended && m->list[i - 1].ring_at_ms <= now_ms)
            trace_fail(m->trace, "bridge %llu: nobody rang for a network that is watched over",
                       (unsigned long long)i);
        if (all_told && i <= m->n && m->list[i - 1].there && !m->list[i - 1].ended &&
            m->list[i - 1].ring_at_ms <= now_ms)
            trace_fail(m->trace, "bridge %llu: nobody is told that its bed is over", (unsigned long long)i);
    }
}

/* Who pays for the night of DAY: what was told last and begins by then. */
static const struct change *payer(const struct bridge_model *b, int32_t day)
{
    for (unsigned i = b->n_changes; i > 0; i--) {
        if (b->changes[i - 1].from_day <= day)
            return &b->changes[i - 1];
    }
    return NULL;
}

static void compare(struct nobed_model *m, const struct engine *e, uint64_t id, int32_t today)
{
    const struct bridge_model *b = &m->list[id - 1];
    const struct nights_of *own = nights_at(m, b->referral);
    struct funding f = engine_bridge_funding(e, (struct bridge_id){id});
    int32_t end = b->ended ? b->departure : today;
    const struct bridge *is_now = engine_bridge(e, (struct bridge_id){id});
    int32_t paid = 0;

    if (b->there && !b->ended && is_now->until_ms != b->term_ms)
        trace_fail(m->trace, "bridge %llu: its longest stay ends at another moment than it came by",
                   (unsigned long long)id);
    if (time_day_nl(is_now->started_at_ms) != b->arrival ||
        (b->ended && time_day_nl(is_now->ended_at_ms) != b->departure))
        trace_fail(m->trace, "bridge %llu: its nights are of other days than were told",
                   (unsigned long long)id);
    for (int32_t day = b->arrival; day < end; day++) {
        const struct change *want = payer(b, day);
        const struct funding_span *is = funding_of_night(&f, day);

        if (want == NULL || is == NULL || want->stream != is->stream ||
            want->municipality != is->municipality)
            trace_fail(m->trace, "bridge %llu: the night of day %d is paid by another than was told",
                       (unsigned long long)id, (int)day);
        if (own->stays && day >= own->arrival && (!own->left || day < own->departure))
            trace_fail(m->trace, "bridge %llu: the night of day %d is one of its stay too",
                       (unsigned long long)id, (int)day);
    }
    if (b->before != 0 && m->list[b->before - 1].departure > b->arrival)
        trace_fail(m->trace, "bridge %llu: the night of day %d is one of the bed before it too",
                   (unsigned long long)id, (int)b->arrival);
    for (unsigned k = 0; k < f.n; k++)
        paid += funding_nights(&f, k, b->arrival, end, INT32_MIN, INT32_MAX);
    if (paid != end - b->arrival)
        trace_fail(m->trace, "bridge %llu: %d nights are accounted of %d", (unsigned long long)id, (int)paid,
                   (int)(end - b->arrival));
}

void nobed_model_compare(struct nobed_model *m, const struct engine *e, int64_t now_ms)
{
    for (uint64_t i = 1; i <= m->n && i <= engine_bridges(e); i++) {
        if (m->list[i - 1].there)
            compare(m, e, i, time_day_nl(now_ms));
    }
}

struct request_id nobed_model_request_of(const struct nobed_model *m, struct bridge_id id)
{
    return (struct request_id){id.v >= 1 && id.v <= m->n ? m->list[id.v - 1].request : 0};
}
