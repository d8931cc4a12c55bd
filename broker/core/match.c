/* The run: judge every pool, put those that may do in order, then say why. Cost: one pass over all pools with
 * the rules, a sort of what is not out, one pass for the reasons; two allocations whatever their number. */
#include "core/match.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/gate/gate_look.h"
#include "core/match_parts.h"
#include "core/may_suit.h"

#include <stdlib.h>

/* What the order goes by, first field first. */
struct order_key {
    uint32_t rank_class;    /* verdict, tier, moves again, answers later, stale: see class_of */
    int32_t utility;        /* higher first */
    int64_t observed_at_ms; /* later first */
    uint32_t pool;
};

/* One pool judged; small, because there is one for every pool. */
struct judged {
    struct match_judgement j;
    struct order_key key;
    struct price price;
    struct match_terms terms;
    uint16_t fit;
    uint8_t region;
};

static uint32_t class_of(const struct match_ctx *c, const struct match_place *p,
                         const struct match_judgement *j)
{
    bool held_back = p->needed != TRI_YES;
    bool stale = p->view.freshness >= STALE;

    return (uint32_t)j->verdict << 4 | (held_back ? MATCH_CLASS_SCARCE : 0) |
           (uint32_t)match_moves_again(c, p) << 2 | (uint32_t)p->later << 1 | (uint32_t)stale;
}

static int compare_keys(const struct order_key *a, const struct order_key *b)
{
    if (a->rank_class != b->rank_class)
        return a->rank_class < b->rank_class ? -1 : 1;
    if (a->utility != b->utility)
        return a->utility > b->utility ? -1 : 1;
    if (a->observed_at_ms != b->observed_at_ms)
        return a->observed_at_ms > b->observed_at_ms ? -1 : 1;
    return a->pool < b->pool ? -1 : a->pool > b->pool;
}

static int compare_judged(const void *a, const void *b)
{
    return compare_keys(&((const struct judged *)a)->key, &((const struct judged *)b)->key);
}

static uint16_t rank_of(size_t place)
{
    return (uint16_t)(place < UINT16_MAX ? place : UINT16_MAX);
}

/* With prices if MOMENT is given: then they cost one pass over the pools. */
static void context_of(struct match_ctx *c, const struct engine *e, const struct match_query *q,
                       struct scarcity_moment *moment)
{
    match_ctx_init(c, engine_vocab(e), engine_settings(e), q);
    match_ctx_add_asked(c, e, q->referral, q->bridge);
    match_ctx_add_houses(c, e, q->referral, q->bridge);
    match_ctx_add_known(c, e, q->referral);
    /* A bed for the meantime is meant to be short. */
    c->follows_up = !q->bridge && engine_is_planned(e, q->referral);
    if (moment == NULL)
        return;
    scarcity_at(e, q->now_ms, moment);
    c->moment = moment;
    c->engine = e;
}

/* A place that is out for more than a rule of BUT is in no order and has no price. */
static void judge_place(const struct match_ctx *c, const struct match_place *p, uint32_t but,
                        struct judged *out)
{
    int fit = 0, utility = 0;

    *out = (struct judged){0};
    fit = utility = match_fit(c, p, &out->terms);
    match_judge(c, p, &out->j);
    if ((out->j.out_mask & ~but) == 0)
        utility = match_utility(c, p, fit, &out->price, &out->terms);
    out->fit = (uint16_t)fit;
    out->region = p->location->region;
    out->key = (struct order_key){
        .rank_class = class_of(c, p, &out->j),
        .utility = utility,
        .observed_at_ms = p->view.latest != NULL ? p->view.latest->observed_at_ms : INT64_MIN,
        .pool = p->pool->id.v,
    };
}

/* A judgement as it is handed out, reasons included. */
static void state(const struct match_ctx *c, const struct match_place *p, const struct judged *judged,
                  struct pool_match *m)
{
    m->pool = p->pool->id;
    m->verdict = judged->j.verdict;
    m->out_mask = judged->j.out_mask;
    m->ask_mask = judged->j.ask_mask;
    m->score = judged->fit;
    m->utility = judged->key.utility;
    m->price = judged->price;
    m->terms = judged->terms;
    m->rank = 0;
    m->units = judged->j.units;
    m->minutes = -1;
    if (c->from != REGION_NONE && judged->region < vocab_regions(c->vocab))
        m->minutes = (int16_t)vocab_minutes(c->vocab, c->from, judged->region);
    match_explain(c, p, m);
}

/* Frozen, or kept for a surge that is not: nobody is told that it is, not even as a place that is out. */
static bool is_not_there(const struct engine *e, uint32_t i)
{
    return engine_pool_is_hidden(e, (struct pool_id){i + 1}) ||
           engine_pool_is_idle(e, (struct pool_id){i + 1});
}

static size_t count_there(const struct engine *e)
{
    size_t n = 0;

    for (uint32_t i = 0; i < engine_pools(e); i++)
        n += !is_not_there(e, i);
    return n;
}

/* Judge all pools: those not out fill LIST from its front, the others from its end backwards. */
static void judge_all(const struct match_ctx *c, const struct engine *e, struct judged *list,
                      struct match_result *r)
{
    uint64_t regions = 0;

    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct match_place p;
        struct judged one;

        if (is_not_there(e, i))
            continue;
        match_place_load(&p, c, e, (struct pool_id){i + 1});
        judge_place(c, &p, 0, &one);
        if (one.region < vocab_regions(c->vocab))
            regions |= UINT64_C(1) << one.region;
        if (one.j.verdict == VERDICT_OUT) {
            r->out_first[__builtin_ctz(one.j.out_mask)]++;
            list[r->n - ++r->n_out] = one;
            continue;
        }
        list[r->n_fits + r->n_ask] = one;
        if (one.j.verdict == VERDICT_FITS)
            r->n_fits++;
        else
            r->n_ask++;
    }
    r->regions = (size_t)__builtin_popcountll(regions);
}

/* The list for people: in order, with reasons, and why each stands behind the one above it. */
static void state_all(const struct match_ctx *c, const struct engine *e, const struct judged *judged,
                      struct match_result *r)
{
    size_t n_ranked = r->n_fits + r->n_ask;
    struct match_place places[2];

    for (size_t i = 0; i < r->n; i++) {
        /* Those that are out stand backwards. */
        const struct judged *from = &judged[i < n_ranked ? i : r->n - 1 - (i - n_ranked)];
        struct match_place *p = &places[i % 2];
        struct pool_match *m = &r->list[i];

        match_place_load(p, c, e, (struct pool_id){from->key.pool});
        state(c, p, from, m);
        if (i >= n_ranked)
            continue;
        m->rank = rank_of(i + 1);
        m->why = match_rank_why(c, i > 0 ? &(struct ranked_place){&places[(i - 1) % 2], m - 1} : NULL,
                                &(struct ranked_place){p, m});
    }
}

void match_run(const struct engine *e, const struct match_query *q, struct match_result *out)
{
    size_t n = count_there(e);
    struct judged *judged = mem_new(n + 1, sizeof *judged);
    struct scarcity_moment moment;
    struct match_ctx c;

    *out = (struct match_result){.n = n, .rules_version = vocab_version(engine_vocab(e))};
    context_of(&c, e, q, &moment);
    judge_all(&c, e, judged, out);
    qsort(judged, out->n_fits + out->n_ask, sizeof judged[0], compare_judged);
    out->list = mem_new(n + 1, sizeof *out->list);
    state_all(&c, e, judged, out);
    match_near(&c, e, q, out);
    free(judged);
}

void match_fini(struct match_result *r)
{
    free(r->list);
    *r = (struct match_result){0};
}

void match_one(const struct engine *e, const struct match_query *q, struct pool_id pool,
               struct pool_match *out)
{
    struct scarcity_moment moment;
    struct match_ctx c;
    struct match_place p;
    struct judged judged;

    context_of(&c, e, q, &moment);
    match_place_load(&p, &c, e, pool);
    judge_place(&c, &p, 0, &judged);
    *out = (struct pool_match){0};
    state(&c, &p, &judged, out);
}

/* ---- without words ---- */

/* True if pool I may be left out unseen: it can never suit this saved referral. */
static bool is_ruled_out(const uint64_t *may_suit, uint32_t i)
{
    return may_suit != NULL && (may_suit[i / 64] >> i % 64 & 1) == 0;
}

/* What is compiled for a saved referral holds for its own need only. */
static const uint64_t *may_suit_of(const struct engine *e, const struct match_query *q)
{
    const struct referral *r = q->referral.v != 0 ? engine_referral(e, q->referral) : NULL;

    return r != NULL && q->need == &r->need ? may_suit_bits(e, q->referral) : NULL;
}

/* What match_rank_why looks at, without stating reasons. */
static struct pool_match outline(const struct match_ctx *c, const struct judged *j)
{
    struct pool_match m = {
        .pool = {j->key.pool},
        .verdict = j->j.verdict,
        .price = j->price,
        .terms = j->terms,
        .minutes = -1,
    };

    if (c->from != REGION_NONE && j->region < vocab_regions(c->vocab))
        m.minutes = (int16_t)vocab_minutes(c->vocab, c->from, j->region);
    return m;
}

/* ABOVE: the place directly before OWN in the order, all zero if there is none. */
static struct reason why_behind(const struct match_ctx *c, const struct engine *e, const struct judged *above,
                                const struct judged *own)
{
    struct pool_match matches[2] = {outline(c, above), outline(c, own)};
    struct match_place places[2];
    struct ranked_place before = {&places[0], &matches[0]};

    match_place_load(&places[1], c, e, (struct pool_id){own->key.pool});
    if (above->key.pool == 0)
        return match_rank_why(c, NULL, &(struct ranked_place){&places[1], &matches[1]});
    match_place_load(&places[0], c, e, (struct pool_id){above->key.pool});
    return match_rank_why(c, &before, &(struct ranked_place){&places[1], &matches[1]});
}

/* One pool and the place directly above it, as far as the others have been looked at. */
struct stand {
    struct judged own, above;
    size_t before;
};

static void compare_stand(struct stand *s, const struct judged *other)
{
    if (compare_keys(&other->key, &s->own.key) >= 0)
        return;
    s->before++;
    if (s->above.key.pool == 0 || compare_keys(&s->above.key, &other->key) < 0)
        s->above = *other;
}

void match_ranks(const struct engine *e, const struct match_query *q, const struct pool_id *pools, size_t n,
                 struct match_standing *out)
{
    struct stand stands[MATCH_STANDING_MAX] = {0};
    const uint64_t *may_suit = may_suit_of(e, q);
    struct scarcity_moment moment;
    struct match_place p;
    struct match_ctx c;

    CHECK(n <= MATCH_STANDING_MAX);
    *out = (struct match_standing){0};
    context_of(&c, e, q, &moment);
    for (size_t i = 0; i < n; i++) {
        match_place_load(&p, &c, e, pools[i]);
        judge_place(&c, &p, 0, &stands[i].own);
    }
    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct judged other;

        if (is_ruled_out(may_suit, i))
            continue;
        match_place_load(&p, &c, e, (struct pool_id){i + 1});
        if (match_excludes(&c, &p))
            continue;
        judge_place(&c, &p, 0, &other);
        if (other.j.verdict == VERDICT_FITS)
            out->fits++;
        else
            out->asks++;
        for (size_t k = 0; k < n; k++)
            compare_stand(&stands[k], &other);
    }
    for (size_t i = 0; i < n; i++) {
        if (stands[i].own.j.verdict == VERDICT_OUT)
            continue;
        out->rank[i] = rank_of(stands[i].before + 1);
        out->why[i] = why_behind(&c, e, &stands[i].above, &stands[i].own);
    }
}

static void enlist(const struct match_ctx *c, const struct match_place *p, const struct judged *j,
                   struct match_candidate *out)
{
    *out = (struct match_candidate){
        .pool = p->pool->id,
        .verdict = j->j.verdict,
        .out_mask = j->j.out_mask,
        .ask_mask = j->j.ask_mask,
        .rank_class = j->key.rank_class,
        .utility = j->key.utility,
        .observed_at_ms = j->key.observed_at_ms,
        .fit = j->fit,
        .units = j->j.units,
        .answers_now = p->intake == INTAKE_NOW,
        .opens_at_ms = p->intake == INTAKE_NOW ? c->now_ms : match_opens_at_ms(c, p->location),
        .price = j->price,
    };
}

static int compare_candidates(const void *x, const void *y)
{
    const struct match_candidate *a = x;
    const struct match_candidate *b = y;
    const struct order_key ka = {a->rank_class, a->utility, a->observed_at_ms, a->pool.v};
    const struct order_key kb = {b->rank_class, b->utility, b->observed_at_ms, b->pool.v};

    return compare_keys(&ka, &kb);
}

size_t match_candidates(const struct engine *e, const struct match_query *q, uint32_t but,
                        struct match_candidate *out, size_t max)
{
    struct match_candidate *all = mem_new(engine_pools(e) + 1u, sizeof *all);
    /* What only a rule of BUT excludes may not be left out unseen. */
    const uint64_t *may_suit = (but & may_suit_rules()) == 0 ? may_suit_of(e, q) : NULL;
    struct scarcity_moment moment;
    struct match_ctx c;
    size_t n = 0;

    context_of(&c, e, q, NULL);
    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct match_place p;
        struct judged one;

        if (is_ruled_out(may_suit, i) || is_not_there(e, i))
            continue;
        match_place_load(&p, &c, e, (struct pool_id){i + 1});
        if (match_excludes_but(&c, &p, but))
            continue;
        /* Prices are worth their pass over the pools only where there is something to put in order. */
        if (n == 0) {
            scarcity_at(e, q->now_ms, &moment);
            c.moment = &moment;
            c.engine = e;
        }
        judge_place(&c, &p, but, &one);
        enlist(&c, &p, &one, &all[n++]);
    }
    qsort(all, n, sizeof all[0], compare_candidates);
    n = n < max ? n : max;
    for (size_t i = 0; i < n; i++)
        out[i] = all[i];
    free(all);
    return n;
}

bool match_may_suit(const struct engine *e, struct referral_id referral, struct pool_id pool)
{
    return engine_referral(e, referral) != NULL && engine_pool(e, pool) != NULL &&
           may_suit_pool(e, referral, pool);
}

bool match_may_suit_is_known(const struct engine *e, struct referral_id referral)
{
    return engine_referral(e, referral) != NULL && may_suit_is_known(e, referral);
}

struct match_query match_query_of(const struct engine *e, const struct referral *r, int64_t now_ms)
{
    const struct org *org = engine_org(e, r->org);

    return (struct match_query){
        .need = &r->need,
        .referral = r->id,
        .referrer_region = org->region,
        .role = org->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER,
        .now_ms = now_ms,
        .deadline_ms = r->deadline_ms,
        .placing = gate_assents(e, r),
    };
}

/* All units of the pool were announced to others who still look. */
static bool is_spoken_for(const struct engine *e, const struct match_query *q, struct pool_id pool)
{
    return engine_pool_untold(e, pool, q->now_ms) <= 0 && !engine_was_found(e, q->referral, pool);
}

/* Its worker had it and let it go: that it is free is no news, and keeps no other place from being one. */
static bool was_taken_back(const struct engine *e, const struct match_query *query, struct pool_id pool)
{
    const struct referral *r = engine_referral(e, query->referral);

    for (unsigned i = r != NULL ? r->n_requests : 0; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (q->pool.v == pool.v && !q->bridge)
            return request_was_taken_back(q);
    }
    return false;
}

bool match_first(const struct engine *e, const struct match_query *q, struct match_candidate *out)
{
    const uint64_t *may_suit = may_suit_of(e, q);
    struct scarcity_moment moment;
    struct judged best = {0}, one;
    struct match_ctx c;
    struct match_place p;

    context_of(&c, e, q, NULL);
    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct match_judgement j;

        if (is_ruled_out(may_suit, i) || is_spoken_for(e, q, (struct pool_id){i + 1}) ||
            was_taken_back(e, q, (struct pool_id){i + 1}))
            continue;
        match_place_load(&p, &c, e, (struct pool_id){i + 1});
        if (match_excludes(&c, &p))
            continue;
        match_judge(&c, &p, &j);
        if (j.verdict != VERDICT_FITS)
            continue;
        if (c.moment == NULL) {
            scarcity_at(e, q->now_ms, &moment);
            c.moment = &moment;
            c.engine = e;
        }
        judge_place(&c, &p, 0, &one);
        if (best.key.pool == 0 || compare_keys(&one.key, &best.key) < 0) {
            best = one;
            enlist(&c, &p, &one, out);
        }
    }
    return best.key.pool != 0;
}

int64_t match_answers_at_ms(const struct engine *e, const struct match_query *q, struct pool_id pool)
{
    struct match_place p;
    struct match_ctx c;
    int64_t opens_at_ms = 0;

    match_ctx_init(&c, engine_vocab(e), engine_settings(e), q);
    match_place_load(&p, &c, e, pool);
    /* Where it is not known whether anybody is up, nobody waits for the morning to hear that it is silent. */
    if (p.intake == INTAKE_NOW || p.intake == INTAKE_UNKNOWN)
        return q->now_ms;
    opens_at_ms = match_opens_at_ms(&c, p.location);
    return opens_at_ms > q->now_ms ? opens_at_ms : q->now_ms;
}
