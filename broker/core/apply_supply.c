/* Who offers what, and what was said of it. */
#include "core/apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/records.h"

#include <string.h>

/* A table of 32-bit ids may not wrap. */
#define TABLE_MAX (UINT32_MAX / 4)

const char *org_defined_impossible(const struct engine *e, const struct event *ev)
{
    const struct org *o = &ev->u.org;

    if (!org_is_valid(o))
        return "an organisation with a value out of range";
    if (o->id.v != e->n_orgs + 1 || o->id.v > TABLE_MAX)
        return "an organisation out of order";
    return engine_org_find(e, o->code).v != 0 ? "the code of another organisation" : NULL;
}

void org_defined_apply(struct engine *e, const struct event *ev)
{
    MEM_GROW(e->orgs, e->n_orgs, e->cap_orgs);
    e->orgs[e->n_orgs++] = ev->u.org;
    code_add(e, &e->org_codes, org_code_of, ev->u.org.id.v);
    e->sum += digest_of_org(&ev->u.org);
}

const char *location_defined_impossible(const struct engine *e, const struct event *ev)
{
    const struct location *l = &ev->u.location;

    if (!location_is_valid(l))
        return "a location with a value out of range";
    if (l->id.v != e->n_locations + 1 || l->id.v > TABLE_MAX)
        return "a location out of order";
    if (engine_org(e, l->org) == NULL)
        return "a location of no organisation";
    return engine_location_find(e, l->code).v != 0 ? "the code of another location" : NULL;
}

void location_defined_apply(struct engine *e, const struct event *ev)
{
    MEM_GROW_TIGHT(e->locations, e->n_locations, e->cap_locations);
    e->locations[e->n_locations++] = ev->u.location;
    code_add(e, &e->location_codes, location_code_of, ev->u.location.id.v);
    e->sum += digest_of_location(&ev->u.location);
}

const char *pool_defined_impossible(const struct engine *e, const struct event *ev)
{
    const struct pool *p = &ev->u.pool;
    const struct location *l = engine_location(e, p->location);
    const struct pool_kept *known = engine_pool(e, p->id);
    uint32_t same_code = 0;

    if (!pool_is_valid(p))
        return "a pool with a value out of range";
    if (l == NULL || l->org.v != p->org.v)
        return "a pool of no location, or of another organisation than its location";
    same_code = engine_pool_find(e, p->code).v;
    if (known == NULL) {
        if (p->id.v != e->n_pools + 1 || p->id.v > TABLE_MAX)
            return "a pool out of order";
        return same_code != 0 ? "the code of another pool" : NULL;
    }
    if (same_code != p->id.v)
        return "a pool that changes its code";
    return known->location.v != p->location.v ? "a pool that moves house" : NULL;
}

void pool_defined_apply(struct engine *e, const struct event *ev)
{
    struct pool_slot *s = NULL;

    if (ev->u.pool.id.v == e->n_pools + 1) {
        MEM_GROW_TIGHT(e->pools, e->n_pools, e->cap_pools);
        memset(&e->pools[e->n_pools], 0, sizeof e->pools[0]);
        e->pools[e->n_pools++].pool = pool_keep(&ev->u.pool);
        pool_texts_keep(e, &e->pools[e->n_pools - 1], &ev->u.pool);
        code_add(e, &e->pool_codes, pool_code_of, ev->u.pool.id.v);
    }
    s = pool_slot(e, ev->u.pool.id);
    s->pool = pool_keep(&ev->u.pool);
    pool_texts_keep(e, s, &ev->u.pool);
    s->profile = digest_of_profile(&ev->u.pool);
    s->version = ev->seq;
    s->has_changed = true;
    e->supply_version++;
    digest_refresh_pool(e, s);
}

static bool is_count(int32_t v)
{
    return v >= UNITS_UNKNOWN && v <= FIELD_COUNT_MAX;
}

static bool is_time(int64_t v)
{
    return v >= 0 && v <= FIELD_TIME_MAX;
}

static bool observation_is_valid(const struct observation *o)
{
    return (unsigned)o->source < SOURCE_N && is_count(o->total) && is_count(o->free) &&
           is_count(o->occupied) && is_count(o->out_of_order) && (unsigned)o->deliverable <= TRI_YES &&
           is_time(o->stop_until_ms) && is_time(o->observed_at_ms) && is_time(o->received_at_ms);
}

const char *capacity_observed_impossible(const struct engine *e, const struct event *ev)
{
    const struct observation *o = &ev->u.capacity.o;
    const struct believed *latest = NULL;
    bool is_older = false;

    if (engine_pool(e, o->pool) == NULL)
        return "an observation of no pool";
    if (!observation_is_valid(o) || (unsigned)ev->u.capacity.kept >= KEPT_N)
        return "an observation with a value out of range";
    if (ev->u.capacity.kept == KEPT_COUNTS && (o->report != 0 || side_of(o->source) != SIDE_HAND))
        return "a report of which only the counts are kept";
    latest = &e->pools[o->pool.v - 1].latest;
    is_older = latest->said && o->observed_at_ms < latest->observed_at_ms;
    if (ev->u.capacity.used == is_older)
        return "an observation believed, or not, against its moment";
    return NULL;
}

/* People see the feed's stop and say it again with their number: that is not setting one. It must end when
 * the feed drops it, or any correction under it would close the house for good. */
static bool echoes_feed(const struct believed *latest, const struct word *own, const struct observation *o)
{
    bool was_theirs = own->stop == o->stop && own->stop_until_ms == o->stop_until_ms && !own->echoes;
    struct word hand = ledger_word_of(latest, own, SIDE_HAND);

    return side_of(o->source) == SIDE_HAND && o->stop != 0 && latest->stop == o->stop &&
           latest->stop_until_ms == o->stop_until_ms && ledger_side_of_stop(latest, &hand) == SIDE_FEED &&
           !was_theirs;
}

/* People who say other than their feed said correct it; a feed that then says something else by itself has
 * news, and is no longer what they corrected. One that leaves a thing out, or says the same again, has not
 * moved. */
static void mark_correction(struct word words[SIDE_N], enum side side, const struct word *before)
{
    struct word *hand = &words[SIDE_HAND];
    const struct word *feed = &words[SIDE_FEED];

    if (side == SIDE_HAND)
        hand->corrects = feed->said ? words_differ(feed, hand, hand->observed_at_ms) & CORRECTS_ALL : 0;
    else if (before->said)
        hand->corrects &= CORRECTS_ALL & ~words_differ(before, feed, feed->observed_at_ms);
}

/* O is the word of its side, where LATEST is believed until now. */
static void put_word(const struct believed *latest, struct word words[SIDE_N], const struct observation *o,
                     enum kept kept)
{
    enum side side = side_of(o->source);
    struct word *own = &words[side];
    const struct word before = *own;
    bool echoes = echoes_feed(latest, own, o);

    *own = word_of(o);
    own->echoes = echoes;
    if (kept == KEPT_COUNTS) {
        own->stop = before.stop;
        own->stop_until_ms = before.stop_until_ms;
        own->echoes = before.echoes;
    }
    mark_correction(words, side, &before);
    if (kept == KEPT_COUNTS) /* of a stop they said nothing */
        own->corrects = (own->corrects & CORRECTS_ALL & ~CORRECTS_STOP) | (before.corrects & CORRECTS_STOP);
}

/* What was believed before words were kept is its side's word; a number that the broker itself corrected
 * (it has no report) carried the stop of whoever spoke before. */
static void put_first_word(const struct pool_slot *s, struct word words[SIDE_N])
{
    struct observation o = observation_of(&s->latest, s->pool.id);

    if (s->latest.said && !words[SIDE_FEED].said && !words[SIDE_HAND].said)
        put_word(&s->latest, words, &o, o.report == 0 ? KEPT_COUNTS : KEPT_WHOLE);
}

static void remember_report(struct pool_slot *s, uint64_t report)
{
    s->reports[s->reports_next] = report;
    s->reports_next = (s->reports_next + 1u) % REPORTS_KEPT;
}

/* Believe O from here on. */
static void believe(struct engine *e, struct pool_slot *s, const struct observation *o, enum kept kept,
                    uint64_t seq)
{
    struct word words[SIDE_N] = {{.said = false}, {.said = false}};

    if (kept != KEPT_NOTHING) {
        pool_words(s, words);
        put_first_word(s, words);
        put_word(&s->latest, words, o, kept);
    }
    s->latest = believed_of(o);
    pool_words_keep(s, words);
    s->version = seq;
    /* The new report may know of arrivals that were counted until now. */
    ledger_refresh_pool(e, s);
}

void capacity_observed_apply(struct engine *e, const struct event *ev)
{
    struct pool_slot *s = pool_slot(e, ev->u.capacity.o.pool);

    remember_report(s, ev->u.capacity.o.report);
    if (ev->u.capacity.used)
        believe(e, s, &ev->u.capacity.o, ev->u.capacity.kept, ev->seq);
    digest_refresh_pool(e, s);
}

const char *capacity_confirmed_impossible(const struct engine *e, const struct event *ev)
{
    const struct confirmed *c = &ev->u.confirmed;

    if (c->n < 1 || c->n > CONFIRMED_MAX)
        return "a confirmation of no pools, or of too many";
    if ((unsigned)c->source >= SOURCE_N || !is_time(c->observed_at_ms))
        return "a confirmation with a value out of range";
    for (unsigned i = 0; i < c->n; i++) {
        const struct believed *latest = NULL;

        if (engine_pool(e, c->pools[i]) == NULL)
            return "a confirmation of no pool";
        latest = &e->pools[c->pools[i].v - 1].latest;
        if (!latest->said)
            return "a confirmation of what nobody reported";
        if (c->observed_at_ms < latest->observed_at_ms)
            return "a confirmation older than what it confirms";
        for (unsigned k = 0; k < i; k++) {
            if (c->pools[k].v == c->pools[i].v)
                return "a pool confirmed twice at once";
        }
    }
    return NULL;
}

/* Word for word what an observation of this moment with the same content does. */
void capacity_confirmed_apply(struct engine *e, const struct event *ev)
{
    const struct confirmed *c = &ev->u.confirmed;

    for (unsigned i = 0; i < c->n; i++) {
        struct pool_slot *s = pool_slot(e, c->pools[i]);
        struct observation o = observation_of(&s->latest, s->pool.id);

        o.source = c->source;
        o.report = c->reports[i];
        o.observed_at_ms = c->observed_at_ms;
        o.received_at_ms = ev->at_ms;
        remember_report(s, o.report);
        believe(e, s, &o, KEPT_WHOLE, ev->seq);
        digest_refresh_pool(e, s);
    }
}
