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
    MEM_GROW(e->locations, e->n_locations, e->cap_locations);
    e->locations[e->n_locations++] = ev->u.location;
    code_add(e, &e->location_codes, location_code_of, ev->u.location.id.v);
    e->sum += digest_of_location(&ev->u.location);
}

const char *pool_defined_impossible(const struct engine *e, const struct event *ev)
{
    const struct pool *p = &ev->u.pool;
    const struct location *l = engine_location(e, p->location);
    const struct pool *known = engine_pool(e, p->id);
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
        MEM_GROW(e->pools, e->n_pools, e->cap_pools);
        memset(&e->pools[e->n_pools], 0, sizeof e->pools[0]);
        e->pools[e->n_pools++].pool = ev->u.pool;
        code_add(e, &e->pool_codes, pool_code_of, ev->u.pool.id.v);
    }
    s = pool_slot(e, ev->u.pool.id);
    s->pool = ev->u.pool;
    s->profile = digest_of_profile(&s->pool);
    s->version = ev->seq;
    s->supply_version = ++e->supply_version;
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
    const struct observation *latest = NULL;
    bool is_older = false;

    if (engine_pool(e, o->pool) == NULL)
        return "an observation of no pool";
    if (!observation_is_valid(o))
        return "an observation with a value out of range";
    latest = &e->pools[o->pool.v - 1].latest;
    is_older = latest->pool.v != 0 && o->observed_at_ms < latest->observed_at_ms;
    if (ev->u.capacity.used == is_older)
        return "an observation believed, or not, against its moment";
    return NULL;
}

void capacity_observed_apply(struct engine *e, const struct event *ev)
{
    struct pool_slot *s = pool_slot(e, ev->u.capacity.o.pool);

    s->reports[s->reports_next] = ev->u.capacity.o.report;
    s->reports_next = (uint8_t)((s->reports_next + 1) % REPORTS_KEPT);
    if (ev->u.capacity.used) {
        s->latest = ev->u.capacity.o;
        s->version = ev->seq;
        /* The new report may know of arrivals that were counted until now. */
        ledger_refresh_pool(e, s);
    }
    digest_refresh_pool(e, s);
}
