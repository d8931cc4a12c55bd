#include "core/ledger.h"

#include "base/check.h"
#include "core/engine_state.h"

int32_t ledger_units(const struct pool_kept *pool, const struct believed *latest)
{
    return latest != NULL && latest->total >= 0 ? latest->total : pool->units_total;
}

int32_t ledger_offerable(const struct believed *latest, int32_t held)
{
    if (latest == NULL || latest->free == UNITS_UNKNOWN)
        return UNITS_UNKNOWN;
    return latest->free > held ? latest->free - held : 0;
}

static bool has_stop(const struct believed *o, int64_t now_ms)
{
    return o != NULL && o->stop != 0 && (o->stop_until_ms == 0 || now_ms < o->stop_until_ms);
}

bool ledger_is_stopped(const struct believed *latest, const struct word *hand, int64_t now_ms)
{
    return has_stop(latest, now_ms) || (word_has_stop(hand, now_ms) && !hand->echoes);
}

bool ledger_counts(const struct request *r, const struct believed *latest)
{
    if (request_is_holding(r))
        return true;
    return r->state == REQUEST_ADMITTED && r->left_at_ms == 0 &&
           (latest == NULL || r->ended_at_ms >= latest->observed_at_ms);
}

const struct believed *ledger_latest(const struct pool_slot *s)
{
    return s->latest.said ? &s->latest : NULL;
}

static struct pool_slot *pool_of(struct engine *e, const struct request_slot *s)
{
    return pool_slot(e, s->r.pool);
}

/* By id: the newest goes last, and one that counts again (a departure that was a mistake) where it was. */
static void hold_add(struct engine *e, struct pool_slot *p, struct request_slot *s)
{
    uint32_t id = (uint32_t)s->r.id.v; /* the table's ids fit */

    s->prev_hold = p->last_hold;
    s->next_hold = 0;
    while (s->prev_hold > id) {
        s->next_hold = s->prev_hold;
        s->prev_hold = request_slot(e, (struct request_id){s->prev_hold})->prev_hold;
    }
    if (s->prev_hold != 0)
        request_slot(e, (struct request_id){s->prev_hold})->next_hold = id;
    else
        p->first_hold = id;
    if (s->next_hold != 0)
        request_slot(e, (struct request_id){s->next_hold})->prev_hold = id;
    else
        p->last_hold = id;
    p->held += s->r.units;
    s->counts = true;
}

static void hold_remove(struct engine *e, struct pool_slot *p, struct request_slot *s)
{
    if (s->prev_hold != 0)
        request_slot(e, (struct request_id){s->prev_hold})->next_hold = s->next_hold;
    else
        p->first_hold = s->next_hold;
    if (s->next_hold != 0)
        request_slot(e, (struct request_id){s->next_hold})->prev_hold = s->prev_hold;
    else
        p->last_hold = s->prev_hold;
    s->prev_hold = 0;
    s->next_hold = 0;
    p->held -= s->r.units;
    s->counts = false;
    CHECK(p->held >= 0);
}

void ledger_refresh(struct engine *e, struct request_slot *s)
{
    struct pool_slot *p = pool_of(e, s);
    bool counts = ledger_counts(&s->r, ledger_latest(p));

    if (counts == s->counts)
        return;
    if (counts)
        hold_add(e, p, s);
    else
        hold_remove(e, p, s);
}

void ledger_refresh_pool(struct engine *e, struct pool_slot *p)
{
    uint64_t next = 0;

    for (uint64_t id = p->first_hold; id != 0; id = next) {
        struct request_slot *s = request_slot(e, (struct request_id){id});

        next = s->next_hold;
        ledger_refresh(e, s);
    }
}

bool ledger_is_within(const struct engine *e, struct pool_id pool, int units)
{
    const struct pool_slot *s = &e->pools[pool.v - 1];

    return s->held + units <= ledger_units(&s->pool, ledger_latest(s));
}

bool ledger_has_room(const struct engine *e, struct pool_id pool, int units, int64_t now_ms)
{
    struct pool_view v = engine_pool_view(e, pool, now_ms);

    if (!ledger_is_within(e, pool, units) || v.hidden || v.idle)
        return false;
    return v.offerable == UNITS_UNKNOWN || v.freshness == NOT_KNOWN || v.offerable >= units;
}

bool ledger_has_room_at_door(const struct engine *e, struct pool_id pool, int units, int freed,
                             int64_t now_ms)
{
    struct pool_view v = engine_pool_view(e, pool, now_ms);
    int32_t offerable = ledger_offerable(v.latest, v.held); /* the view's is nothing where it is idle */

    if (v.hidden || !ledger_is_within(e, pool, units - freed))
        return false;
    return offerable == UNITS_UNKNOWN || v.freshness == NOT_KNOWN || offerable >= units - freed;
}

struct pool_view engine_pool_view(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_view v = {.freshness = NOT_KNOWN, .offerable = UNITS_UNKNOWN};
    const struct pool_slot *s = NULL;
    struct word hand;

    if (engine_pool(e, id) == NULL)
        return v;
    s = &e->pools[id.v - 1];
    v.latest = ledger_latest(s);
    v.reported = v.latest != NULL;
    v.held = s->held;
    v.hidden = engine_pool_is_hidden(e, id);
    v.idle = engine_pool_is_idle(e, id);
    v.offerable = v.hidden || v.idle ? 0 : ledger_offerable(v.latest, v.held);
    v.stopped = has_stop(v.latest, now_ms);
    if (!v.stopped && s->n_words > 0) { /* else the word of people follows from what is believed */
        hand = pool_word(s, SIDE_HAND);
        v.stopped = ledger_is_stopped(NULL, &hand, now_ms);
    }
    v.version = s->version;
    v.overcommitted = v.held > ledger_units(&s->pool, v.latest);
    if (v.reported) {
        v.overcommitted |= v.latest->free != UNITS_UNKNOWN && v.held > v.latest->free;
        v.freshness =
            freshness_of(v.latest->observed_at_ms, now_ms, &e->settings.freshness[v.latest->source]);
    }
    return v;
}

/* Without words, what is believed is the word of its side. */
struct word ledger_word_of(const struct believed *latest, const struct word *kept, enum side side)
{
    return kept->said || !latest->said || side_of(latest->source) != side ? *kept : word_of_believed(latest);
}

struct word ledger_word(const struct pool_slot *s, enum side side)
{
    struct word kept = pool_word(s, side);

    return ledger_word_of(&s->latest, &kept, side);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What people are believed of may carry the feed's stop: said again with all the rest, or kept when the
 * broker corrected a number for their house. */
enum side ledger_side_of_stop(const struct believed *latest, const struct word *hand)
{
    bool is_theirs = side_of(latest->source) == SIDE_HAND && hand->stop == latest->stop &&
                     hand->stop_until_ms == latest->stop_until_ms && !hand->echoes;

    return is_theirs ? SIDE_HAND : SIDE_FEED;
}

struct pool_stop engine_pool_stop(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_stop stop = {.reason = 0};
    const struct pool_slot *s = engine_pool(e, id) != NULL ? &e->pools[id.v - 1] : NULL;
    struct word hand, said;

    if (s == NULL)
        return stop;
    hand = pool_word(s, SIDE_HAND);
    if (has_stop(ledger_latest(s), now_ms)) {
        said = ledger_word(s, SIDE_HAND);
        stop.reason = (uint8_t)s->latest.stop;
        stop.until_ms = s->latest.stop_until_ms;
        stop.side = ledger_side_of_stop(&s->latest, &said);
    } else if (word_has_stop(&hand, now_ms) && !hand.echoes) {
        stop.reason = (uint8_t)hand.stop;
        stop.until_ms = hand.stop_until_ms;
        stop.side = SIDE_HAND;
    } else {
        stop.ended_ms = later(s->latest.stop != 0 ? s->latest.stop_until_ms : 0,
                              hand.stop != 0 && !hand.echoes ? hand.stop_until_ms : 0);
    }
    return stop;
}

struct pool_said engine_pool_said(const struct engine *e, struct pool_id id, int64_t now_ms)
{
    struct pool_said said = {.disagrees = false};

    if (engine_pool(e, id) == NULL)
        return said;
    for (int side = 0; side < SIDE_N; side++)
        said.words[side] = ledger_word(&e->pools[id.v - 1], (enum side)side);
    said.disagrees =
        words_disagree(&said.words[SIDE_FEED], &said.words[SIDE_HAND], now_ms, e->settings.disagree_ms);
    return said;
}

size_t engine_pool_holds(const struct engine *e, struct pool_id id, struct request_id *out, size_t max)
{
    size_t n = 0;

    if (engine_pool(e, id) == NULL)
        return 0;
    for (uint64_t at = e->pools[id.v - 1].first_hold; at != 0; at = e->requests[at - 1].next_hold) {
        if (n < max)
            out[n] = (struct request_id){at};
        n++;
    }
    return n;
}
