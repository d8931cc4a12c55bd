/* What may be seen of a record, and by whom: first the role, then the object. */
#include "core/audience/audience_parts.h"

#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"

static const enum capacity_sight capacity_sights[ROLE_N] = {
    [ROLE_REFERRER] = CAPACITY_PER_POOL,       [ROLE_COMENSHA] = CAPACITY_PER_POOL,
    [ROLE_EXCHANGE_ADMIN] = CAPACITY_PER_POOL, [ROLE_SHELTER] = CAPACITY_OWN,
    [ROLE_ORG_ADMIN] = CAPACITY_OWN,           [ROLE_MUNICIPALITY] = CAPACITY_AGGREGATED,
    [ROLE_RAPPORTEUR] = CAPACITY_AGGREGATED,
};

/* Of a table whose ids are of 32 bits; 0, which no row has, where OBJECT is none of them. */
static uint32_t id_of(uint64_t object)
{
    return object <= UINT32_MAX ? (uint32_t)object : 0;
}

static bool may_see_pool(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct pool_kept *p = engine_pool(e, (struct pool_id){id_of(object)});

    if (p == NULL)
        return false;
    if (engine_pool_is_hidden(e, p->id))
        return a->role == ROLE_EXCHANGE_ADMIN || (!is_referrer(a) && is_own_pool(a, p));
    if (a->role == ROLE_GATEKEEPER)
        return gate_keeper_of_pool(e, p->id) == GATEKEEPER_GI;
    return is_referrer(a) || a->role == ROLE_EXCHANGE_ADMIN || is_own_pool(a, p);
}

/* A gatekeeper sees what becomes of the requests made through it; the address is not for it. */
bool may_see_request(const struct engine *e, const struct actor *a, struct request_id id)
{
    const struct request *q = engine_request(e, id);

    return is_party(e, a, q) || (q != NULL && is_keeper(a, engine_gate(e, q->gate)));
}

static bool may_see_gate(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct gate *g = engine_gate(e, (struct gate_id){id_of(object)});

    return object == 0 || is_keeper(a, g) || is_sender(e, a, g);
}

/* As long as the gatekeeper is needed. Nothing of where its desk is goes with it. */
static bool may_ring_gate(const struct engine *e, const struct actor *a, const struct gate *g)
{
    return is_sender(e, a, g) && gate_is_live(g) && gate_desk_of(e, g).v != 0;
}

static bool may_reveal(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct request *q = engine_request(e, (struct request_id){object});

    if (!is_party(e, a, q))
        return false;
    return a->role == ROLE_SHELTER || (q->state == REQUEST_ACCEPTED && !engine_pool_is_hidden(e, q->pool));
}

/* A file is read by the profile of an organisation that has places. */
static bool may_upload(const struct engine *e, const struct actor *a, uint64_t object)
{
    return engine_org(e, a->org)->kind == ORG_SHELTER && (object == 0 || object == a->org.v);
}

/* How a provider answers is its own business: nobody else's, but the exchange's that must help it. */
static bool may_see_delivery(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct org *o = engine_org(e, (struct org_id){id_of(object)});

    if (object == 0)
        return a->role == ROLE_EXCHANGE_ADMIN || engine_org(e, a->org)->kind == ORG_SHELTER;
    if (o == NULL || o->kind != ORG_SHELTER)
        return false;
    return a->role == ROLE_EXCHANGE_ADMIN || object == a->org.v;
}

/* Who a machine reads as: nobody, but for what it is enrolled to read. */
static struct actor reader_of(const struct actor *a)
{
    if (a->role != ROLE_MACHINE)
        return *a;
    return (struct actor){.role = a->reads_as, .org = a->reads_for};
}

struct capacity_audience audience_of_capacity(const struct engine *e, const struct actor *actor)
{
    struct actor a = reader_of(actor);
    struct capacity_audience seen = {.sight = CAPACITY_NONE, .region = REGION_NONE};

    if (!role_may_act(&a, ACT_SEE_CAPACITY) || !is_who_it_says(e, &a))
        return seen;
    seen.sight = capacity_sights[a.role];
    if (seen.sight == CAPACITY_OWN)
        seen.org = a.org;
    if (a.role == ROLE_MUNICIPALITY) {
        seen.region = engine_org(e, a.org)->region;
        if (seen.region == REGION_NONE) /* of no region: not of all of them */
            seen.sight = CAPACITY_NONE;
    }
    return seen;
}

static bool may_see_capacity(const struct engine *e, const struct actor *actor, uint64_t object)
{
    const struct pool_kept *p = engine_pool(e, (struct pool_id){id_of(object)});
    enum capacity_sight sight = audience_of_capacity(e, actor).sight;
    struct actor a = reader_of(actor);

    if (object == 0)
        return sight != CAPACITY_NONE;
    if (p == NULL)
        return false;
    if (sight == CAPACITY_PER_POOL && a.role != ROLE_EXCHANGE_ADMIN && engine_pool_is_hidden(e, p->id))
        return false;
    return sight == CAPACITY_PER_POOL || (sight == CAPACITY_OWN && is_own_pool(&a, p));
}

static bool may_see_stay(const struct engine *e, const struct actor *a, const struct stay *s)
{
    return s != NULL && (is_stay_house(e, a, s) || is_own_referral(a, engine_referral(e, s->referral)));
}

bool may_see_clock(const struct engine *e, const struct actor *a, const struct stay_clock *c)
{
    const struct referral *r = c != NULL ? engine_referral(e, c->referral) : NULL;

    if (c == NULL)
        return false;
    return is_of_desk(a, c->owner, c->desk) || (c->offered_to.v != 0 && c->offered_to.v == a->org.v) ||
           is_own_referral(a, r) || is_host(e, a, r) || is_regie(e, a, r);
}

/* Its owner acts on it, so it must know about whom: as long as it has not been stopped. */
static bool may_see_clock_case(const struct engine *e, const struct actor *a, const struct stay_clock *c)
{
    return c != NULL && c->state != CLOCK_STOPPED &&
           (is_of_desk(a, c->owner, c->desk) || audience_of_referral(e, a, c->referral) == SIGHT_FULL);
}

struct flags_audience audience_of_flags(const struct engine *e, const struct actor *a)
{
    struct flags_audience seen = {.region = REGION_NONE};

    if (!role_may_act(a, ACT_SEE_FUNDING_FLAGS) || !is_who_it_says(e, a))
        return seen;
    seen.sees = true;
    if (a->role == ROLE_MUNICIPALITY) {
        seen.region = engine_org(e, a->org)->region;
        seen.whole = seen.sees = seen.region != REGION_NONE;
    }
    return seen;
}

struct statement_audience audience_of_statement(const struct engine *e, const struct actor *a)
{
    struct statement_audience seen = {.region = REGION_NONE};
    const struct org *o = engine_org(e, a->org);

    if (!role_may_act(a, ACT_SEE_STATEMENT) || !is_who_it_says(e, a))
        return seen;
    seen.sees = true;
    if (a->role == ROLE_MUNICIPALITY) {
        seen.region = o->region;
        seen.sees = o->region != REGION_NONE;
    } else if (a->role != ROLE_RAPPORTEUR) {
        seen.org = a->org;
        seen.whole = true;
        seen.sees = o->kind == ORG_SHELTER;
    }
    return seen;
}

static bool may_see_mdo(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct mdo *m = engine_mdo(e, id_of(object));

    return m != NULL && (sits_in(a, m) || is_close(e, a, engine_referral(e, m->referral)));
}

static bool may_see_regie(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct referral *r = engine_referral(e, (struct referral_id){object});

    return r != NULL && (is_close(e, a, r) || is_offered_regie(e, a, r) || may_let_go_of_regie(e, a, r) ||
                         has_joined(a, engine_mdo_of(e, r->id)));
}

/* Its receiver, at the desk of the house that said yes where it is a house; after a no show, and after the
 * household has left, the house is no receiver any more. */
bool may_read_note(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct sealed_note *n = engine_note(e, (struct note_id){id_of(object)});
    const struct request *q = n != NULL ? engine_request(e, n->request) : NULL;

    if (q == NULL ||
        (q->state != REQUEST_ACCEPTED && q->state != REQUEST_ADMITTED && q->state != REQUEST_LEFT))
        return false;
    /* What the house of a bridge bed wrote goes with the household to its place. */
    if (n->from == HANDOVER_HOUSE)
        return is_own_referral(a, engine_referral(e, n->referral));
    return q->state != REQUEST_LEFT && a->role == ROLE_SHELTER && q->left_at_ms == 0 &&
           is_own_pool(a, engine_pool(e, q->pool));
}

bool may_see_leak(const struct engine *e, const struct actor *a, uint64_t object)
{
    const struct leak *l = engine_leak(e, id_of(object));

    return l != NULL && is_own_location(e, a, l->location);
}

bool may(const struct engine *e, const struct actor *a, enum action action, uint64_t object)
{
    if (action == ACT_SEE_CAPACITY) /* the one thing that a machine does as somebody else */
        return may_see_capacity(e, a, object);
    if (!role_may_act(a, action) || !is_who_it_says(e, a))
        return false;
    switch (action) {
    case ACT_SEARCH:
    case ACT_SEE_STATISTICS:
        return true;
    case ACT_SEE_POOL:
        return may_see_pool(e, a, object);
    case ACT_SEE_REFERRAL:
        return audience_of_referral(e, a, (struct referral_id){object}) == SIGHT_FULL;
    case ACT_SEE_REQUEST:
        return may_see_request(e, a, (struct request_id){object});
    case ACT_REVEAL_LOCATION:
        return may_reveal(e, a, object);
    case ACT_SEE_CAPACITY:
        break;
    case ACT_MANAGE_ACCOUNTS:
    case ACT_SEE_FEEDS:
    case ACT_REPLAY_FEED:
    case ACT_SEE_NOTIFICATIONS:
        return a->role == ROLE_EXCHANGE_ADMIN || object == 0 || object == a->org.v;
    case ACT_TELL_FEED:
        return object <= UINT32_MAX && carries(a, (struct org_id){(uint32_t)object});
    case ACT_UPLOAD:
        return may_upload(e, a, object);
    /* ---- timers and escalation ---- */
    case ACT_SEE_DELIVERY:
        return may_see_delivery(e, a, object);
    /* ---- no bed: bridges and the unplaced register ---- */
    case ACT_SEE_NOBED:
        return audience_of_referral(e, a, (struct referral_id){object}) == SIGHT_FULL;
    case ACT_SEE_BRIDGE:
        return is_party_to_bridge(e, a, engine_bridge(e, (struct bridge_id){object}));
    case ACT_SEE_UNPLACED:
        return true;
    /* ---- gatekeepers ---- */
    case ACT_WORK_GATE:
        return is_keeper(a, engine_gate(e, (struct gate_id){id_of(object)}));
    case ACT_SEE_GATE:
        return may_see_gate(e, a, object);
    case ACT_RING_GATE:
        return may_ring_gate(e, a, engine_gate(e, (struct gate_id){id_of(object)}));
    /* ---- stays, clocks, nights and funding ---- */
    case ACT_SEE_STAY:
        return may_see_stay(e, a, engine_stay(e, (struct stay_id){object}));
    case ACT_SEE_CLOCK:
        return may_see_clock(e, a, engine_clock(e, (struct clock_id){object}));
    case ACT_SEE_CLOCK_CASE:
        return may_see_clock_case(e, a, engine_clock(e, (struct clock_id){object}));
    case ACT_SEE_STAYS:
        return object == 0 || object == a->org.v;
    case ACT_SEE_STATEMENT:
        return audience_of_statement(e, a).sees;
    case ACT_OPEN_RETURN:
        return true;
    case ACT_SEE_FUNDING_FLAGS:
        return audience_of_flags(e, a).sees;
    /* ---- MDO, regiehouder, consult ---- */
    case ACT_SEE_MDO:
        return may_see_mdo(e, a, object);
    case ACT_SEE_REGIE:
        return may_see_regie(e, a, object);
    case ACT_SEE_CONSULT:
        return is_in_consult(a, engine_consult(e, id_of(object)));
    case ACT_SEE_ORGANISATIONS:
        return true;
    /* ---- warm handover, keys and notes ---- */
    case ACT_SEE_KEYS:
        return has_keys(e, a);
    case ACT_SEE_HANDOVER:
        return is_of_handover(e, a, (struct referral_id){object});
    case ACT_READ_NOTE:
        return may_read_note(e, a, object);
    /* ---- location leaked, surge, conflict check ---- */
    case ACT_SEE_LOCATIONS:
        return object == 0 || is_own_location(e, a, (struct location_id){id_of(object)});
    case ACT_SEE_LEAK:
        return object == 0 || may_see_leak(e, a, object);
    case ACT_SEE_SURGE:
        return true;
    case ACT_N:
        break;
    }
    return false;
}

bool audience_of_return_code(const struct engine *e, const struct actor *a, struct stay_id id, int64_t now_ms)
{
    const struct stay *s = engine_stay(e, id);

    if (!may(e, a, ACT_SEE_STAY, id.v))
        return false;
    return s->state != STAY_DEPARTED || stay_left_lately(e, s, now_ms) || !is_stay_house(e, a, s);
}

bool audience_of_house_by_code(const struct engine *e, struct stay_id id)
{
    const struct stay *s = engine_stay(e, id);

    return s != NULL && s->state == STAY_DEPARTED &&
           !engine_location_is_frozen(e, engine_pool(e, s->pool)->location);
}

bool audience_of_clock_house(const struct engine *e, const struct actor *a, struct clock_id id)
{
    const struct stay_clock *c = engine_clock(e, id);

    if (!may(e, a, ACT_SEE_CLOCK, id.v))
        return false;
    return is_of_desk(a, c->owner, c->desk) || (c->offered_to.v != 0 && c->offered_to.v == a->org.v) ||
           audience_standing(e, a, c->referral) != STANDING_REGIE;
}

bool audience_of_announced(const struct engine *e, const struct actor *a, struct referral_id id)
{
    enum standing as = audience_standing(e, a, id);

    return as == STANDING_REFERRER || as == STANDING_KEEPER;
}

bool audience_of_follow_up(const struct engine *e, const struct actor *a, struct referral_id id)
{
    return may(e, a, ACT_SEE_REFERRAL, id.v) || audience_of_search(e, a, id);
}

bool audience_of_search(const struct engine *e, const struct actor *a, struct referral_id id)
{
    return engine_referral(e, id) != NULL && !fled_from(e, a->org, id);
}

enum sight audience_of_mdo(const struct engine *e, const struct actor *a, uint32_t id)
{
    const struct mdo *m = engine_mdo(e, id);

    if (m == NULL || !may(e, a, ACT_SEE_MDO, id))
        return SIGHT_NONE;
    return has_joined(a, m) || is_close(e, a, engine_referral(e, m->referral)) ? SIGHT_FULL : SIGHT_MINIMUM;
}

/* Whose referral the household left behind does not hear from there where it went: who co-ordinates may be
 * the house that took it in. */
enum sight audience_of_regie(const struct engine *e, const struct actor *a, struct referral_id id)
{
    struct regie r = engine_regie(e, id);

    if (!may(e, a, ACT_SEE_REGIE, id.v))
        return SIGHT_NONE;
    if (r.holder.v == a->org.v || r.offered_to.v == a->org.v || r.at.v <= id.v)
        return SIGHT_FULL;
    return is_close(e, a, engine_referral(e, r.at)) ? SIGHT_FULL : SIGHT_MINIMUM;
}

enum sight audience_of_consult(const struct engine *e, const struct actor *a, uint32_t id)
{
    const struct consult *c = engine_consult(e, id);

    if (c == NULL || !may(e, a, ACT_SEE_CONSULT, id))
        return SIGHT_NONE;
    if (a->org.v == c->to.v && c->state == CONSULT_ASKED)
        return SIGHT_FULL;
    return is_close(e, a, engine_referral(e, c->referral)) ? SIGHT_FULL : SIGHT_MINIMUM;
}

enum sight audience_of_referral(const struct engine *e, const struct actor *a, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL || !is_who_it_says(e, a))
        return SIGHT_NONE;
    if (is_close(e, a, r) || is_live_keeper(e, a, r))
        return SIGHT_FULL;
    if (a->role != ROLE_SHELTER)
        return SIGHT_NONE;
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == REQUEST_PENDING && is_own_pool(a, engine_pool(e, q->pool)))
            return SIGHT_MINIMUM;
    }
    return SIGHT_NONE;
}

enum standing audience_standing(const struct engine *e, const struct actor *a, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    switch (audience_of_referral(e, a, id)) {
    case SIGHT_MINIMUM:
        return STANDING_ASKED;
    case SIGHT_FULL:
        return is_own_referral(a, r)     ? STANDING_REFERRER
               : is_host(e, a, r)        ? STANDING_HOUSE
               : is_live_keeper(e, a, r) ? STANDING_KEEPER
                                         : STANDING_REGIE;
    case SIGHT_NONE:
        break;
    }
    return STANDING_NONE;
}

const char *standing_code(enum standing s)
{
    static const char *const list[STANDING_N] = {"", "referrer", "house", "gatekeeper", "regie", "asked"};

    return (unsigned)s < STANDING_N ? list[s] : "";
}

bool audience_of_ringing(const struct engine *e, struct org_id org, struct pool_id pool)
{
    const struct org *o = engine_org(e, org);
    struct actor reader = {.role = ROLE_REFERRER, .org = org};
    enum gatekeeper keeper = GATEKEEPER_NONE;

    if (o == NULL || (o->kind != ORG_VEILIG_THUIS && o->kind != ORG_COMENSHA))
        return false;
    if (o->kind == ORG_COMENSHA)
        reader.role = ROLE_COMENSHA;
    if (!may(e, &reader, ACT_SEE_POOL, pool.v))
        return false;
    keeper = gate_keeper_of_pool(e, pool);
    return keeper == GATEKEEPER_NONE || (keeper == GATEKEEPER_COMENSHA && reader.role == ROLE_COMENSHA);
}
