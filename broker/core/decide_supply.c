/* Definitions: idempotent by code, so that a loader may send all of them at every start. */
#include "core/decide.h"

#include "core/engine_state.h"
#include "core/records.h"

/* What id a definition gets: the one its code has, else the next; 0 if the id it came with is neither. */
static uint32_t id_of(uint32_t given, uint32_t known, uint32_t n)
{
    uint32_t id = known != 0 ? known : n + 1;

    return given == 0 || given == id ? id : 0;
}

enum refusal decide_define_org(struct decision *d)
{
    struct org o = *d->cmd->u.org;
    uint32_t known = 0;

    if (!org_is_valid(&o))
        return REFUSAL_LIMIT;
    known = engine_org_find(d->e, o.code).v;
    o.id.v = id_of(o.id.v, known, d->e->n_orgs);
    if (o.id.v == 0)
        return REFUSAL_DUPLICATE;
    if (known == 0)
        decision_event(d, EV_ORG_DEFINED)->u.org = o;
    else if (digest_of_org(&o) != digest_of_org(engine_org(d->e, o.id)))
        return REFUSAL_DUPLICATE;
    return REFUSAL_NONE;
}

enum refusal decide_define_location(struct decision *d)
{
    struct location l = *d->cmd->u.location;
    uint32_t known = 0;

    if (!location_is_valid(&l))
        return REFUSAL_LIMIT;
    if (engine_org(d->e, l.org) == NULL)
        return REFUSAL_NOT_FOUND;
    known = engine_location_find(d->e, l.code).v;
    l.id.v = id_of(l.id.v, known, d->e->n_locations);
    if (l.id.v == 0)
        return REFUSAL_DUPLICATE;
    if (known == 0)
        decision_event(d, EV_LOCATION_DEFINED)->u.location = l;
    else if (digest_of_location(&l) != digest_of_location(engine_location(d->e, l.id)))
        return REFUSAL_DUPLICATE;
    return REFUSAL_NONE;
}

enum refusal decide_define_pool(struct decision *d)
{
    struct pool p = *d->cmd->u.pool;
    const struct location *l = engine_location(d->e, p.location);
    const struct pool_kept *known = engine_pool(d->e, engine_pool_find(d->e, p.code));

    if (!pool_is_valid(&p))
        return REFUSAL_LIMIT;
    if (l == NULL)
        return REFUSAL_NOT_FOUND;
    if (p.org.v == 0)
        p.org = l->org;
    p.id.v = id_of(p.id.v, known != NULL ? known->id.v : 0, d->e->n_pools);
    /* A pool does not move: its holds, its address and who answers would change under a household. */
    if (p.id.v == 0 || p.org.v != l->org.v || (known != NULL && known->location.v != p.location.v))
        return REFUSAL_DUPLICATE;
    d->outcome->pool = p.id;
    if (known == NULL || d->e->pools[known->id.v - 1].profile != digest_of_profile(&p))
        decision_event(d, EV_POOL_DEFINED)->u.pool = p;
    return REFUSAL_NONE;
}
