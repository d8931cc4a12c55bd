#include "said_model.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

/* A word of the other side matters for so long (the setting's default). */
#define MATTERS_MS (24 * MS_HOUR)

struct stop {
    uint8_t reason;
    int64_t until_ms;
};

struct side_model {
    bool spoke;
    int32_t total, free;
    enum tri deliverable;
    struct stop stop;
    int64_t at_ms;
};

struct pool_model {
    bool reported;
    struct observation now; /* believed */
    struct side_model feed, people;
    /* What people contradicted when they last spoke, and whether the feed has still said nothing else. */
    bool free_stands, staff_stands, stop_stands;
    struct stop of_feed, of_people; /* that nobody has lifted */
};

struct said_model {
    struct trace *trace;
    const struct ledger_model *ledger;
    struct pool_model *pools;
    size_t n, cap;
    struct request_id through; /* made through a stop: only for who stands at the door; 0 = none */
};

struct said_model *said_model_new(struct trace *t, const struct ledger_model *ledger)
{
    struct said_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    m->ledger = ledger;
    return m;
}

void said_model_free(struct said_model *m)
{
    if (m == NULL)
        return;
    free(m->pools);
    free(m);
}

/* ---- events ---- */

static struct pool_model *pool_at(struct said_model *m, struct pool_id id)
{
    CHECK(id.v >= 1 && id.v <= m->n);
    return &m->pools[id.v - 1];
}

static bool same_words(const struct observation *a, const struct observation *b)
{
    return a->total == b->total && a->free == b->free && a->occupied == b->occupied &&
           a->out_of_order == b->out_of_order && a->deliverable == b->deliverable && a->stop == b->stop &&
           a->stop_until_ms == b->stop_until_ms;
}

/* As the house sent it, dated not after it came in. */
static bool sent(const struct said_model *m, const struct event *ev, struct pool_id pool, uint64_t report,
                 struct observation *o)
{
    const struct observation *s = ledger_model_sent(m->ledger, report, pool);

    if (s == NULL) {
        trace_fail(m->trace, "seq %llu: pool %u is believed something that no house sent",
                   (unsigned long long)ev->seq, pool.v);
        return false;
    }
    *o = *s;
    o->received_at_ms = ev->at_ms;
    if (o->observed_at_ms > ev->at_ms)
        o->observed_at_ms = ev->at_ms;
    return true;
}

static bool same_stop(const struct stop *a, const struct stop *b)
{
    return a->reason == b->reason && a->until_ms == b->until_ms;
}

static bool in_force(const struct stop *s, int64_t now_ms)
{
    return s->reason != 0 && (s->until_ms == 0 || now_ms < s->until_ms);
}

static bool other_free(const struct side_model *a, const struct side_model *b)
{
    return a->free >= 0 && b->free >= 0 && a->free != b->free;
}

static bool other_staff(const struct side_model *a, const struct side_model *b)
{
    return a->deliverable != TRI_UNKNOWN && b->deliverable != TRI_UNKNOWN && a->deliverable != b->deliverable;
}

static bool other_stop(const struct side_model *a, const struct side_model *b, int64_t now_ms)
{
    return in_force(&a->stop, now_ms) != in_force(&b->stop, now_ms);
}

/* The feed says NEXT instead of what it said. */
static void feed_moves(struct pool_model *p, const struct side_model *next)
{
    if (!p->feed.spoke)
        return;
    if (other_free(&p->feed, next))
        p->free_stands = false;
    if (other_staff(&p->feed, next))
        p->staff_stands = false;
    if (other_stop(&p->feed, next, next->at_ms))
        p->stop_stands = false;
}

static void people_speak(struct pool_model *p, bool of_the_stop_too)
{
    p->free_stands = p->feed.spoke && other_free(&p->feed, &p->people);
    p->staff_stands = p->feed.spoke && other_staff(&p->feed, &p->people);
    if (of_the_stop_too)
        p->stop_stands = p->feed.spoke && other_stop(&p->feed, &p->people, p->people.at_ms);
}

static void speak(struct said_model *m, struct pool_model *p, const struct observation *o)
{
    bool is_feed = o->source == SOURCE_FEED;
    const struct stop stop = {o->stop, o->stop_until_ms};
    const struct side_model word = {true, o->total, o->free, o->deliverable, stop, o->observed_at_ms};

    p->reported = true;
    p->now = *o;
    if (is_feed) {
        feed_moves(p, &word);
        p->feed = word;
    } else {
        p->people = word;
        people_speak(p, true);
    }
    if (is_feed) {
        p->of_feed = stop;
    } else if (stop.reason == 0 || !same_stop(&stop, &p->of_feed) || same_stop(&stop, &p->of_people)) {
        p->of_feed = (struct stop){0};
        p->of_people = stop;
    } else { /* they say the feed's again: it stays the feed's */
        p->of_people = (struct stop){0};
    }
    m->trace->counts.stops_kept += is_feed && stop.reason == 0 && p->of_people.reason != 0;
}

/* The broker wrote down that a house is full: it said nothing of a stop. */
static void correct(struct pool_model *p, const struct event *ev)
{
    p->now.source = SOURCE_HAND;
    p->now.report = 0;
    p->now.free = ev->u.capacity.o.free; /* which number, the ledger model knows */
    p->now.occupied = UNITS_UNKNOWN;
    p->now.observed_at_ms = p->now.received_at_ms = ev->at_ms;
    p->people.spoke = true;
    p->people.total = p->now.total;
    p->people.free = p->now.free;
    p->people.deliverable = p->now.deliverable;
    p->people.at_ms = ev->at_ms;
    people_speak(p, false);
}

static void on_observed(struct said_model *m, const struct event *ev)
{
    const struct observation *told = &ev->u.capacity.o;
    struct pool_model *p = pool_at(m, told->pool);
    struct observation o;
    bool is_newest = false;

    if (told->report == 0) {
        correct(p, ev);
        return;
    }
    if (!sent(m, ev, told->pool, told->report, &o))
        return;
    is_newest = !p->reported || o.observed_at_ms >= p->now.observed_at_ms;
    if (is_newest != ev->u.capacity.used)
        trace_fail(m->trace, "seq %llu: pool %u: the newest word is not believed, or an older one is",
                   (unsigned long long)ev->seq, told->pool.v);
    if (!is_newest)
        return;
    if (p->reported && same_words(&p->now, &o))
        trace_fail(m->trace, "seq %llu: pool %u says the same again in a row of its own",
                   (unsigned long long)ev->seq, told->pool.v);
    speak(m, p, &o);
}

static void on_confirmed(struct said_model *m, const struct event *ev)
{
    const struct confirmed *c = &ev->u.confirmed;

    for (unsigned i = 0; i < c->n; i++) {
        struct pool_model *p = pool_at(m, c->pools[i]);
        struct observation o;

        if (!sent(m, ev, c->pools[i], c->reports[i], &o))
            return;
        if (!p->reported || !same_words(&p->now, &o))
            trace_fail(m->trace, "seq %llu: pool %u is confirmed, and its house said something else",
                       (unsigned long long)ev->seq, c->pools[i].v);
        if (o.observed_at_ms != c->observed_at_ms || o.source != c->source ||
            o.observed_at_ms < p->now.observed_at_ms)
            trace_fail(m->trace, "seq %llu: pool %u is confirmed at a moment or by a side that did not",
                       (unsigned long long)ev->seq, c->pools[i].v);
        speak(m, p, &o);
        m->trace->counts.confirmed++;
    }
}

/* Nobody is asked, and no place announced, through a stop. */
static void on_offered(struct said_model *m, const struct event *ev, struct pool_id pool)
{
    const struct pool_model *p = pool_at(m, pool);

    if (!in_force(&p->of_feed, ev->at_ms) && !in_force(&p->of_people, ev->at_ms))
        return;
    if (ev->kind == EV_REQUEST_MADE && ev->account.v != 0)
        m->through = ev->u.made.id;
    else
        trace_fail(m->trace, "seq %llu: '%s' in pool %u, which is stopped", (unsigned long long)ev->seq,
                   event_name(ev->kind), pool.v);
}

/* Through a stop a person may make a request only for a household that stands there: it is admitted by the
 * same command. */
static void judge_through(struct said_model *m, const struct event *ev)
{
    if (m->through.v == 0)
        return;
    if (ev->kind == EV_REFERRAL_ADMITTED && ev->u.referral.request.v == m->through.v)
        m->through.v = 0;
    else if (ev->kind == EV_COMMAND_DONE || ev->kind == EV_REQUEST_MADE)
        trace_fail(m->trace, "seq %llu: request %llu was made in a pool that is stopped",
                   (unsigned long long)ev->seq, (unsigned long long)m->through.v);
}

void said_model_event(struct said_model *m, const struct event *ev)
{
    judge_through(m, ev);
    if (ev->kind == EV_POOL_DEFINED && ev->u.pool.id.v == m->n + 1) {
        MEM_GROW(m->pools, m->n, m->cap);
        m->pools[m->n++] = (struct pool_model){0};
    } else if (ev->kind == EV_CAPACITY_OBSERVED) {
        on_observed(m, ev);
    } else if (ev->kind == EV_CAPACITY_CONFIRMED) {
        on_confirmed(m, ev);
    } else if (ev->kind == EV_REQUEST_MADE) {
        on_offered(m, ev, ev->u.made.pool);
    } else if (ev->kind == EV_PLACE_FOUND) {
        on_offered(m, ev, ev->u.found.pool);
    }
}

/* ---- the engine's view ---- */

static bool differ(const struct pool_model *p, int64_t now_ms)
{
    const struct side_model *a = &p->feed, *b = &p->people;

    if (!a->spoke || !b->spoke || now_ms - a->at_ms > MATTERS_MS || now_ms - b->at_ms > MATTERS_MS)
        return false;
    return (p->free_stands && other_free(a, b)) || (p->staff_stands && other_staff(a, b)) ||
           (p->stop_stands && other_stop(a, b, now_ms));
}

static bool is_word(const struct word *w, const struct side_model *s)
{
    if (!s->spoke)
        return !w->said;
    return w->said && w->observed_at_ms == s->at_ms && w->total == s->total && w->free == s->free &&
           w->deliverable == (uint8_t)s->deliverable && w->stop == s->stop.reason &&
           w->stop_until_ms == s->stop.until_ms;
}

static void compare_stop(struct said_model *m, const struct engine *e, uint32_t id, int64_t now_ms)
{
    const struct pool_model *p = &m->pools[id - 1];
    struct pool_view v = engine_pool_view(e, (struct pool_id){id}, now_ms);
    struct pool_stop got = engine_pool_stop(e, (struct pool_id){id}, now_ms);
    bool of_feed = in_force(&p->of_feed, now_ms), of_people = in_force(&p->of_people, now_ms);
    const struct stop *want = of_feed ? &p->of_feed : &p->of_people;

    if (v.stopped != (of_feed || of_people) || (got.reason != 0) != v.stopped)
        trace_fail(m->trace, "pool %u is %s, a stop of the feed %d, of people %d", id,
                   v.stopped ? "stopped" : "open", of_feed, of_people);
    if (got.reason == 0)
        return;
    if (got.reason != want->reason || got.until_ms != want->until_ms)
        trace_fail(m->trace, "pool %u is stopped for %u, not %u", id, got.reason, want->reason);
    /* The very same stop of both may be called either's. */
    if (of_feed != of_people && (got.side == SIDE_FEED) != of_feed)
        trace_fail(m->trace, "pool %u: the stop is called that of the other side", id);
    if (engine_pool_room(e, (struct pool_id){id}, now_ms) != 0)
        trace_fail(m->trace, "pool %u is stopped and has room", id);
}

static void compare(struct said_model *m, const struct engine *e, uint32_t id, int64_t now_ms)
{
    const struct pool_model *p = &m->pools[id - 1];
    struct pool_view v = engine_pool_view(e, (struct pool_id){id}, now_ms);
    struct pool_said said = engine_pool_said(e, (struct pool_id){id}, now_ms);
    bool disagree = differ(p, now_ms);
    const struct observation latest =
        v.reported ? observation_of(v.latest, (struct pool_id){id}) : (struct observation){.free = 0};

    if (v.reported != p->reported ||
        (v.reported &&
         (!same_words(&latest, &p->now) || v.latest->source != p->now.source ||
          v.latest->report != p->now.report || v.latest->observed_at_ms != p->now.observed_at_ms ||
          v.latest->received_at_ms != p->now.received_at_ms)))
        trace_fail(m->trace, "pool %u: the exchange believes other than its houses said last", id);
    if (!is_word(&said.words[SIDE_FEED], &p->feed) || !is_word(&said.words[SIDE_HAND], &p->people))
        trace_fail(m->trace, "pool %u: the last word of a side is another", id);
    if (said.disagrees != disagree)
        trace_fail(m->trace, "pool %u: feed and people %s", id, disagree ? "disagree" : "agree");
    m->trace->counts.disagreed += disagree;
    compare_stop(m, e, id, now_ms);
}

void said_model_compare(struct said_model *m, const struct engine *e, int64_t now_ms)
{
    for (uint32_t id = 1; id <= m->n && !m->trace->failed; id++)
        compare(m, e, id, now_ms);
}
