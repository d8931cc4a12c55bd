/* Capacity reports: a batch is taken whole or not at all. The newest observation of a pool wins; at the same
 * moment the one received later does, because a source that corrects itself keeps its time. A report seen
 * before, or one by which its side says the same of the same moment again, changes nothing. One that says
 * what is believed, only newer, confirms it: many of those are one event, for feeds say the same all day. */
#include "core/decide.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/engine_state.h"
#include "core/fields.h"

#include <stdlib.h>

/* The batch so far: for each observation taken, the one before it of the same pool in this batch, so that a
 * pool that stands in a batch twice is judged as if the reports had come one by one. */
struct batch {
    struct batch_row {
        struct observation o;
        uint16_t before; /* row + 1 */
        bool used;
        bool confirms, is_told; /* what was believed before the batch */
    } * rows;
    uint16_t n;
    uint16_t buckets[2 * REPORT_BATCH_MAX]; /* last row + 1 of a pool, open addressing */
};

static uint16_t *bucket_of(struct batch *b, struct pool_id pool)
{
    size_t at = pool.v % COUNT_OF(b->buckets);

    while (b->buckets[at] != 0 && b->rows[b->buckets[at] - 1].o.pool.v != pool.v)
        at = (at + 1) % COUNT_OF(b->buckets);
    return &b->buckets[at];
}

static bool was_seen(const struct pool_slot *s, const struct batch *b, uint16_t last, uint64_t report)
{
    if (report == 0)
        return false;
    for (int i = 0; i < REPORTS_KEPT; i++) {
        if (s->reports[i] == report)
            return true;
    }
    for (uint16_t row = last; row != 0; row = b->rows[row - 1].before) {
        if (b->rows[row - 1].o.report == report)
            return true;
    }
    return false;
}

/* What would be believed of the pool if the batch ended here; pool.v == 0: nothing. */
static struct observation believed(const struct pool_slot *s, const struct batch *b, uint16_t last)
{
    for (uint16_t row = last; row != 0; row = b->rows[row - 1].before) {
        if (b->rows[row - 1].used)
            return b->rows[row - 1].o;
    }
    return observation_of(&s->latest, s->pool.id);
}

/* What the side of O would have said last if the batch ended here. */
static struct word last_word(const struct pool_slot *s, const struct batch *b, uint16_t last,
                             const struct observation *o)
{
    enum side side = side_of(o->source);

    for (uint16_t row = last; row != 0; row = b->rows[row - 1].before) {
        if (b->rows[row - 1].used && side_of(b->rows[row - 1].o.source) == side)
            return word_of(&b->rows[row - 1].o);
    }
    return ledger_word(s, side);
}

/* The other side may have said it first: then this one's word is news all the same. */
static bool tells_nothing(const struct observation *now, const struct word *last, const struct observation *o)
{
    struct word own = word_of(o);

    return now->pool.v != 0 && now->observed_at_ms == o->observed_at_ms &&
           observation_says_the_same(now, o) && word_equal(last, &own);
}

/* A source's clock may run up to two minutes fast. Believed as given, such a report would claim to know of
 * arrivals that had not happened yet and let go of their holds, and true corrections made meanwhile would
 * count as late. */
static struct observation not_after(const struct observation *o, int64_t now_ms)
{
    struct observation copy = *o;

    if (copy.observed_at_ms > now_ms)
        copy.observed_at_ms = now_ms;
    return copy;
}

static void take(struct decision *d, struct batch *b, const struct observation *reported)
{
    const struct observation dated = not_after(reported, d->now_ms);
    const struct observation *o = &dated;
    const struct pool_slot *s = &d->e->pools[o->pool.v - 1];
    uint16_t *last = bucket_of(b, o->pool);
    const struct observation now = believed(s, b, *last);
    const struct word word = last_word(s, b, *last, o);
    struct batch_row *row = &b->rows[b->n];

    if (was_seen(s, b, *last, o->report) || tells_nothing(&now, &word, o)) {
        d->outcome->unchanged++;
        return;
    }
    row->o = *o;
    row->o.received_at_ms = d->now_ms;
    row->before = *last;
    row->used = now.pool.v == 0 || o->observed_at_ms >= now.observed_at_ms;
    row->confirms = row->used && now.pool.v != 0 && *last == 0 && observation_says_the_same(&now, o);
    *last = ++b->n;
    if (row->used)
        d->outcome->applied++;
    else
        d->outcome->late++;
}

/* Whose word a report is decides whose stop it may lift and which word it replaces. So who reports says which
 * side speaks, and a field of the report must agree. */
static bool may_speak_as(const struct actor *a, enum source source)
{
    return (a->role == ROLE_MACHINE) == (side_of(source) == SIDE_FEED);
}

static enum refusal judge(struct decision *d, const struct observation *o)
{
    const struct pool_kept *p = engine_pool(d->e, o->pool);
    unsigned faults = observation_faults(o, p->units_total, d->now_ms);

    CHECK((unsigned)o->source < SOURCE_N && (unsigned)o->deliverable <= TRI_YES);
    if (o->total > FIELD_COUNT_MAX || o->free > FIELD_COUNT_MAX || o->occupied > FIELD_COUNT_MAX ||
        o->out_of_order > FIELD_COUNT_MAX)
        faults |= OBS_TOTAL_ODD;
    if (o->observed_at_ms < 0)
        faults |= OBS_TOO_OLD;
    if (o->stop_until_ms < 0 || o->stop_until_ms > FIELD_TIME_MAX)
        faults |= OBS_FUTURE;
    if (!may_speak_as(&d->cmd->actor, o->source))
        faults |= OBS_SOURCE;
    d->outcome->pool = o->pool;
    d->outcome->fault_bits = (uint16_t)faults;
    if (faults != 0)
        return REFUSAL_BAD_REPORT;
    if (o->stop > vocab_list_size(d->e->vocab, LIST_STOP))
        return REFUSAL_UNKNOWN_REASON;
    d->outcome->pool.v = 0;
    return REFUSAL_NONE;
}

/* Those of the same moment and source go into one event, as many as it holds. They come before all else of
 * the batch: each is the first of its pool. */
static void add_confirmed(struct decision *d, struct batch *b)
{
    for (uint16_t i = 0; i < b->n; i++) {
        const struct observation *first = &b->rows[i].o;
        struct confirmed *c = NULL;

        if (!b->rows[i].confirms || b->rows[i].is_told)
            continue;
        c = &decision_event(d, EV_CAPACITY_CONFIRMED)->u.confirmed;
        c->source = first->source;
        c->observed_at_ms = first->observed_at_ms;
        for (uint16_t k = i; k < b->n && c->n < CONFIRMED_MAX; k++) {
            struct batch_row *row = &b->rows[k];

            if (!row->confirms || row->is_told || row->o.source != c->source ||
                row->o.observed_at_ms != c->observed_at_ms)
                continue;
            c->pools[c->n] = row->o.pool;
            c->reports[c->n++] = row->o.report;
            row->is_told = true;
        }
    }
}

static void add_observed(struct decision *d, const struct batch *b)
{
    for (uint16_t i = 0; i < b->n; i++) {
        struct event *ev = NULL;

        if (b->rows[i].confirms)
            continue;
        ev = decision_event(d, EV_CAPACITY_OBSERVED);
        ev->u.capacity.o = b->rows[i].o;
        ev->u.capacity.used = b->rows[i].used;
        ev->u.capacity.kept = KEPT_WHOLE;
    }
}

enum refusal decide_report_capacity(struct decision *d)
{
    const struct observation *list = d->cmd->u.report.list;
    uint16_t n = d->cmd->u.report.n;
    uint64_t version = d->cmd->u.report.version;
    struct batch *b = NULL;

    if (n > REPORT_BATCH_MAX)
        return REFUSAL_LIMIT;
    for (uint16_t i = 0; i < n; i++) {
        enum refusal refusal = judge(d, &list[i]);

        d->outcome->fault_index = i;
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    d->outcome->fault_index = 0;
    if (n == 1 && version != 0 && version != engine_pool_view(d->e, list[0].pool, d->now_ms).version) {
        d->outcome->pool = list[0].pool;
        return REFUSAL_STALE_VERSION;
    }

    b = mem_new(1, sizeof *b);
    b->rows = mem_new((size_t)n + 1, sizeof *b->rows);
    for (uint16_t i = 0; i < n; i++)
        take(d, b, &list[i]);
    add_confirmed(d, b);
    add_observed(d, b);
    free(b->rows);
    free(b);
    return REFUSAL_NONE;
}
