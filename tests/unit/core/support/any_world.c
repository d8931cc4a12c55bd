#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <stdio.h>

static enum tri any_tri(struct rng *r, uint32_t yes, uint32_t no) /* per mille */
{
    uint32_t x = rng_below(r, 1000);

    return x < yes ? TRI_YES : x < yes + no ? TRI_NO : TRI_UNKNOWN;
}

static struct tri_set any_set(struct rng *r, unsigned n, uint32_t yes, uint32_t no)
{
    struct tri_set s = {0};

    for (unsigned i = 0; i < n; i++)
        tri_put(&s, i, any_tri(r, yes, no));
    return s;
}

static int16_t any_limit(struct rng *r)
{
    static const int16_t limits[] = {AGE_NO_LIMIT, AGE_NO_LIMIT, AGE_NO_LIMIT, 17,         15,
                                     13,           11,           AGE_NONE,     AGE_UNKNOWN};

    return limits[rng_below(r, COUNT_OF(limits))];
}

static void any_household(struct rng *r, struct need *n)
{
    uint32_t children = rng_below(r, 4);

    n->n_persons = 0;
    need_add(n, rng_chance(r, 750) ? SEX_F : (enum sex)rng_below(r, SEX_N),
             rng_chance(r, 100) ? AGE_UNKNOWN : 18 + (int)rng_below(r, 60));
    if (rng_chance(r, 150))
        need_add(n, (enum sex)rng_below(r, SEX_N), 18 + (int)rng_below(r, 60));
    for (uint32_t i = 0; i < children; i++)
        need_add(n, (enum sex)(rng_chance(r, 100) ? rng_below(r, SEX_N) : SEX_F + rng_below(r, 2)),
                 (int)rng_below(r, 18));
    n->persons[0].pregnant = rng_chance(r, 100);
    n->minor_alone = rng_chance(r, 30);
}

void any_need(struct rng *r, struct scene *s)
{
    struct need *n = &s->need;
    uint32_t regions = (uint32_t)vocab_regions(s->vocab);

    any_household(r, n);
    n->urgency = (enum urgency)rng_below(r, URGENCY_N);
    n->threat_level = (enum threat_level)rng_below(r, THREAT_N);
    n->threat_kinds = any_set(r, THREAT_KIND_N, 100, 880);
    n->traits = any_set(r, (unsigned)vocab_traits(s->vocab), 40, 955);
    n->keep_together = rng_chance(r, 900);
    n->residence = rng_chance(r, 600) ? RESIDENCE_NL : (enum residence)rng_below(r, RESIDENCE_N);
    n->home_region = rng_chance(r, 100) ? REGION_NONE : (uint8_t)rng_below(r, regions);
    n->school_region = rng_chance(r, 800) ? REGION_NONE : (uint8_t)rng_below(r, regions);
    n->language = rng_chance(r, 600) ? language(s->vocab, "nl") : (uint8_t)rng_below(r, 8);
    n->unsafe_regions = rng_chance(r, 300) ? UINT64_C(1) << rng_below(r, regions) : 0;
    n->n_points = 0;
    if (rng_chance(r, 200))
        n->points[n->n_points++] =
            (struct unsafe_point){(uint8_t)rng_below(r, regions), (uint16_t)(15 * rng_below(r, 8))};
    s->query.role = rng_chance(r, 100) ? ROLE_COMENSHA : ROLE_REFERRER;
    s->query.now_ms = NOON_MS + (int64_t)rng_below(r, 7 * 24 * 60) * MS_MINUTE;
    s->query.deadline_ms =
        rng_chance(r, 500) ? 0 : s->query.now_ms + ((int64_t)rng_below(r, 2000) - 100) * MS_MINUTE;
}

void any_supply(struct rng *r, struct scene *s)
{
    struct pool *p = &s->pool;
    struct location *l = &s->location;

    l->region = (uint8_t)rng_below(r, (uint32_t)vocab_regions(s->vocab));
    l->night_intake = any_tri(r, 700, 250);
    l->intake_from_minute = (uint16_t)(60 * rng_below(r, 24));
    l->intake_until_minute = (uint16_t)(60 * rng_below(r, 24));
    l->secret_address = any_tri(r, 500, 400);
    l->guard_24h = any_tri(r, 200, 700);
    p->kind = rng_chance(r, 600) ? KIND_CRISIS : rng_below(r, KIND_N);
    p->unit_size = (uint8_t)(1 + rng_below(r, 6));
    p->women = any_tri(r, 900, 50);
    p->men = any_tri(r, 400, 550);
    p->adult_age_min = rng_chance(r, 900) ? 0 : 23;
    p->adult_age_max = rng_chance(r, 900) ? AGE_NO_LIMIT : any_limit(r);
    p->children = any_tri(r, 850, 100);
    p->son_age_max = any_limit(r);
    p->daughter_age_max = rng_chance(r, 800) ? AGE_NO_LIMIT : any_limit(r);
    p->residences = any_set(r, RESIDENCE_N, 940, 40);
    p->threat_levels = any_set(r, THREAT_N, 930, 50);
    p->threat_kinds = any_set(r, THREAT_KIND_N, 950, 40);
    p->traits = any_set(r, (unsigned)vocab_traits(s->vocab), 880, 100);
    p->languages = rng_next(r);
    p->serves_regions = rng_chance(r, 850) ? UINT64_MAX : rng_next(r);
    p->safety_exception = rng_chance(r, 500);
    p->linkable = any_tri(r, 300, 500);
    p->gatekeeper = rng_chance(r, 950) ? GATEKEEPER_NONE : (enum gatekeeper)rng_below(r, GATEKEEPER_N);
    s->seen.free = rng_chance(r, 50) ? UNITS_UNKNOWN : (int32_t)rng_below(r, 4);
    s->seen.deliverable = any_tri(r, 900, 50);
    s->seen.stop = rng_chance(r, 50);
    s->seen.observed_at_ms =
        s->query.now_ms - (int64_t)rng_below(r, rng_chance(r, 700) ? 6 * 60 : 30 * 60) * MS_MINUTE;
    s->view.reported = !rng_chance(r, 30);
}

struct engine *any_world(struct scene *s, const struct vocab *v, uint64_t seed, int pools)
{
    struct rng r = rng_seed(seed);
    struct engine *e = world_new(v);
    struct scene supply;

    scene_init(s, v);
    any_need(&r, s);
    supply = *s;
    for (int i = 0; i < pools; i++) {
        any_supply(&r, &supply);
        world_add(e, &supply);
    }
    s->query.need = &s->need;
    return e;
}

static void apply(struct engine *e, struct event *ev)
{
    ev->seq = engine_seq(e) + 1;
    engine_apply(e, ev);
}

struct referral_id world_open(struct engine *e, const struct need *need, int64_t at_ms)
{
    struct event ev = {.kind = EV_REFERRAL_OPENED, .at_ms = at_ms};
    struct referral_id id = {engine_referrals(e) + 1};

    ev.u.opened.id = id;
    ev.u.opened.org.v = 1;
    snprintf(ev.u.opened.code, sizeof ev.u.opened.code, "R%u", (unsigned)id.v);
    ev.u.opened.urgency = need != NULL ? need->urgency : URGENCY_VANDAAG;
    ev.u.opened.home_region = need != NULL ? need->home_region : REGION_NONE;
    ev.u.opened.deadline_ms =
        at_ms + vocab_deadline_minutes(engine_vocab(e), ev.u.opened.urgency) * MS_MINUTE;
    ev.u.opened.facts_known = need != NULL;
    ev.u.opened.need = need != NULL ? *need : need_empty();
    apply(e, &ev);
    return id;
}

struct request_id world_ask(struct engine *e, struct referral_id referral, struct pool_id pool, int64_t at_ms)
{
    struct event ev = {.kind = EV_REQUEST_MADE, .at_ms = at_ms};

    ev.u.made.id.v = engine_requests(e) + 1;
    ev.u.made.referral = referral;
    ev.u.made.pool = pool;
    ev.u.made.asked_by.v = 1;
    ev.u.made.units = 1;
    ev.u.made.asked_at_ms = at_ms;
    ev.u.made.answer_by_ms = at_ms + MS_HOUR;
    ev.u.made.lapse_at_ms = at_ms + 2 * MS_HOUR;
    apply(e, &ev);
    return ev.u.made.id;
}

void world_decline(struct engine *e, struct request_id request, int64_t at_ms)
{
    struct event ev = {.kind = EV_REQUEST_DECLINED, .at_ms = at_ms};

    ev.u.request.request = request;
    ev.u.request.referral = engine_request(e, request)->referral;
    ev.u.request.reason = 1;
    apply(e, &ev);
}

void world_redefine(struct engine *e, const struct pool *pool, int64_t at_ms)
{
    struct event ev = {.kind = EV_POOL_DEFINED, .at_ms = at_ms};

    ev.u.pool = *pool;
    apply(e, &ev);
}

struct match_query world_query(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    const struct referral *r = engine_referral(e, id);

    return (struct match_query){
        .need = &r->need,
        .referral = id,
        .referrer_region = engine_org(e, r->org)->region,
        .role = ROLE_REFERRER,
        .now_ms = now_ms,
        .deadline_ms = r->deadline_ms,
    };
}
