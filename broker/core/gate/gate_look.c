#include "core/gate/gate_look.h"

#include "base/time_text.h"
#include "core/engine_state.h"

uint32_t engine_gates(const struct engine *e)
{
    return e->gates.n;
}

const struct gate *engine_gate(const struct engine *e, struct gate_id id)
{
    return id.v >= 1 && id.v <= e->gates.n ? &e->gates.list[id.v - 1].g : NULL;
}

struct tri_set gate_answers(const struct engine *e, const struct gate *g)
{
    const struct referral *r = engine_referral(e, g->referral);
    struct tri_set all = {0};

    for (unsigned i = 0; i < r->n_gates && r->gates[i].v <= g->id.v; i++) {
        const struct gate *one = engine_gate(e, r->gates[i]);

        if (one->keeper != g->keeper || one->org.v != g->org.v)
            continue;
        all.yes = (all.yes & ~one->answers.no) | one->answers.yes;
        all.no = (all.no & ~one->answers.yes) | one->answers.no;
    }
    return all;
}

const struct gate *gate_live_of(const struct engine *e, const struct referral *r, enum gatekeeper keeper)
{
    for (unsigned i = r->n_gates; i > 0; i--) {
        const struct gate *g = engine_gate(e, r->gates[i - 1]);

        if (g->keeper == keeper && gate_is_live(g))
            return g;
    }
    return NULL;
}

const struct gate *gate_any_live_of(const struct engine *e, const struct referral *r)
{
    for (unsigned i = r->n_gates; i > 0; i--) {
        const struct gate *g = engine_gate(e, r->gates[i - 1]);

        if (gate_is_live(g))
            return g;
    }
    return NULL;
}

const struct gate *gate_undecided_of(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        if (gate_is_undecided(g))
            return g;
    }
    return NULL;
}

const struct gate *gate_live_at(const struct engine *e, const struct referral *r, struct org_id org)
{
    for (unsigned i = r->n_gates; i > 0; i--) {
        const struct gate *g = engine_gate(e, r->gates[i - 1]);

        if (g->org.v == org.v && gate_is_live(g))
            return g;
    }
    return NULL;
}

enum gatekeeper gate_keeper_of_pool(const struct engine *e, struct pool_id id)
{
    const struct pool_kept *p = engine_pool(e, id);
    enum gatekeeper of_kind = vocab_kind(e->vocab, p->kind)->gatekeeper;

    return of_kind != GATEKEEPER_NONE ? of_kind : p->gatekeeper;
}

bool gate_may_bridge(const struct engine *e, struct pool_id id)
{
    return vocab_kind(e->vocab, engine_pool(e, id)->kind)->bridge &&
           gate_keeper_of_pool(e, id) == GATEKEEPER_NONE;
}

static struct org_id first_org(const struct engine *e, enum org_kind kind, uint8_t region)
{
    for (uint32_t i = 0; i < e->n_orgs; i++) {
        const struct org *o = &e->orgs[i];

        if (o->kind == kind && (kind == ORG_COMENSHA || o->region == region))
            return o->id;
    }
    return (struct org_id){0};
}

/* Which municipality it is an organisation says by its locations, as a house says where it stands. */
static struct org_id org_of_municipality(const struct engine *e, uint16_t municipality)
{
    for (uint32_t i = 0; municipality != 0 && i < e->n_locations; i++) {
        const struct location *l = &e->locations[i];

        if (l->municipality == municipality && engine_org(e, l->org)->kind == ORG_MUNICIPALITY)
            return l->org;
    }
    return (struct org_id){0};
}

struct org_id gate_org_of(const struct engine *e, const struct referral *r, enum gatekeeper keeper)
{
    struct org_id org = {0};

    if (keeper == GATEKEEPER_COMENSHA)
        return first_org(e, ORG_COMENSHA, REGION_NONE);
    if (r->facts_known)
        org = org_of_municipality(e, r->need.home_municipality);
    if (org.v == 0 && r->home_region != REGION_NONE)
        org = first_org(e, ORG_MUNICIPALITY, r->home_region);
    if (org.v == 0 && engine_org(e, r->org)->region != REGION_NONE)
        org = first_org(e, ORG_MUNICIPALITY, engine_org(e, r->org)->region);
    return org;
}

static bool is_house(const struct engine *e, struct location_id id)
{
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        if (engine_pool(e, (struct pool_id){i})->location.v == id.v)
            return true;
    }
    return false;
}

struct location_id gate_desk_of(const struct engine *e, const struct gate *g)
{
    for (uint32_t i = 0; i < e->n_locations; i++) {
        const struct location *l = &e->locations[i];

        if (l->org.v == g->org.v && !engine_location_is_frozen(e, l->id) && !is_house(e, l->id))
            return l->id;
    }
    return (struct location_id){0};
}

bool gate_is_own(const struct engine *e, const struct referral *r, enum gatekeeper keeper)
{
    return keeper == GATEKEEPER_COMENSHA && engine_org(e, r->org)->kind == ORG_COMENSHA;
}

unsigned gate_assents(const struct engine *e, const struct referral *r)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        if (gate_is_live(g) && g->assented && gate_may_ask(g))
            bits |= GATE_BIT(g->keeper);
    }
    return bits;
}

struct match_query gate_query_of(const struct engine *e, const struct gate *g, int64_t now_ms)
{
    struct match_query q = match_query_of(e, engine_referral(e, g->referral), now_ms);

    q.placing |= GATE_BIT(g->keeper);
    return q;
}

const struct request *gate_bridge_of(const struct engine *e, const struct referral *r)
{
    const struct request *asked = NULL; /* or said yes to, which says more */

    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (!q->bridge || q->keeper != GATEKEEPER_NONE)
            continue;
        if (q->state ==
            REQUEST_ADMITTED) /* where they are: the end of that presses, until they are in the next */
            return q;
        if (q->state == REQUEST_ACCEPTED || (asked == NULL && q->state == REQUEST_PENDING))
            asked = q;
    }
    return asked;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return b != 0 && b < a ? b : a;
}

static int64_t bridge_until(const struct engine *e, const struct referral *r)
{
    const struct request *q = gate_bridge_of(e, r);
    uint16_t hours = 0;

    if (q == NULL || q->state != REQUEST_ADMITTED)
        return 0;
    hours = vocab_kind(e->vocab, engine_pool(e, q->pool)->kind)->max_hours;
    return hours == 0 ? 0 : q->ended_at_ms + hours * MS_HOUR;
}

struct gate_clocks gate_clocks_of(const struct engine *e, const struct gate *g)
{
    const struct referral *r = engine_referral(e, g->referral);
    struct gate_clocks c = {.act_by_ms = INT64_MAX};

    c.waiting_since_ms = g->state == GATE_ASKED_BACK ? g->asked_at_ms : g->sent_at_ms;
    if (g->state == GATE_PLACED || !gate_is_live(g))
        c.waiting_since_ms = 0;
    c.deadline_ms = r->deadline_ms;
    c.bridge_until_ms = bridge_until(e, r);
    if (r->facts_known && r->need.residence == RESIDENCE_BEDENKTIJD)
        c.reflection_until_ms = r->residence_until_ms;
    /* With a bed for the first days the end of those days presses, not the first night. */
    c.act_by_ms = earlier(c.act_by_ms, c.bridge_until_ms != 0 ? c.bridge_until_ms : c.deadline_ms);
    c.act_by_ms = earlier(c.act_by_ms, c.reflection_until_ms);
    return c;
}
