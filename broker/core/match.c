/* The run: judge every pool, put those that may do in order, then say why. Cost: one pass over all pools with
 * the rules, a sort of what is not out, one pass for the reasons; two allocations whatever their number. */
#include "core/match.h"

#include "base/mem.h"
#include "core/match_parts.h"

#include <stdlib.h>

/* What the order goes by, first field first. */
struct order_key {
    uint32_t rank_class;    /* verdict, tier, answers later, stale: see class_of */
    int32_t utility;        /* higher first */
    int64_t observed_at_ms; /* later first */
    uint32_t pool;
};

/* One pool judged; small, because there is one for every pool. */
struct judged {
    struct match_judgement j;
    struct order_key key;
    uint16_t fit;
    uint8_t region;
};

static uint32_t class_of(const struct match_place *p, const struct match_judgement *j)
{
    bool held_back = p->needed != TRI_YES;
    bool later = p->intake != INTAKE_NOW;
    bool stale = p->view.freshness >= STALE;

    return (uint32_t)j->verdict << 3 | (uint32_t)held_back << 2 | (uint32_t)later << 1 | (uint32_t)stale;
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

static void context_of(struct match_ctx *c, const struct engine *e, const struct match_query *q)
{
    match_ctx_init(c, engine_vocab(e), engine_settings(e), q);
    match_ctx_add_asked(c, e, q->referral);
}

static void judge_place(const struct match_ctx *c, const struct match_place *p, struct judged *out)
{
    int fit = match_fit(c, p);

    match_judge(c, p, &out->j);
    out->fit = (uint16_t)fit;
    out->region = p->location->region;
    out->key = (struct order_key){
        .rank_class = class_of(p, &out->j),
        .utility = match_utility(c, p, fit),
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
    m->rank = 0;
    m->units = judged->j.units;
    m->minutes = -1;
    if (c->from != REGION_NONE && judged->region < vocab_regions(c->vocab))
        m->minutes = (int16_t)vocab_minutes(c->vocab, c->from, judged->region);
    match_explain(c, p, m);
}

/* Judge all pools: those not out fill LIST from its front, the others from its end backwards. */
static void judge_all(const struct match_ctx *c, const struct engine *e, struct judged *list,
                      struct match_result *r)
{
    uint64_t regions = 0;

    for (uint32_t i = 0; i < r->n; i++) {
        struct match_place p;
        struct judged one;

        match_place_load(&p, c, e, (struct pool_id){i + 1});
        judge_place(c, &p, &one);
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

void match_run(const struct engine *e, const struct match_query *q, struct match_result *out)
{
    size_t n = engine_pools(e);
    struct judged *judged = mem_new(n + 1, sizeof *judged);
    size_t n_ranked = 0;
    struct match_ctx c;

    *out = (struct match_result){.n = n, .rules_version = vocab_version(engine_vocab(e))};
    context_of(&c, e, q);
    judge_all(&c, e, judged, out);
    n_ranked = out->n_fits + out->n_ask;
    qsort(judged, n_ranked, sizeof judged[0], compare_judged);
    out->list = mem_new(n + 1, sizeof *out->list);
    for (size_t i = 0; i < n; i++) {
        /* Those that are out stand backwards. */
        const struct judged *from = &judged[i < n_ranked ? i : n - 1 - (i - n_ranked)];
        struct match_place p;

        match_place_load(&p, &c, e, (struct pool_id){from->key.pool});
        state(&c, &p, from, &out->list[i]);
        out->list[i].rank = i < n_ranked ? rank_of(i + 1) : 0;
    }
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
    struct match_ctx c;
    struct match_place p;
    struct judged judged;

    context_of(&c, e, q);
    match_place_load(&p, &c, e, pool);
    judge_place(&c, &p, &judged);
    *out = (struct pool_match){0};
    state(&c, &p, &judged, out);
}

void match_ranks(const struct engine *e, const struct match_query *q, const struct pool_id *pools, size_t n,
                 uint16_t *ranks)
{
    struct judged *own = mem_new(n + 1, sizeof *own);
    size_t *before = mem_new(n + 1, sizeof *before);
    struct match_place p;
    struct match_ctx c;

    context_of(&c, e, q);
    for (size_t i = 0; i < n; i++) {
        match_place_load(&p, &c, e, pools[i]);
        judge_place(&c, &p, &own[i]);
    }
    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct judged other;

        match_place_load(&p, &c, e, (struct pool_id){i + 1});
        if (match_excludes(&c, &p))
            continue;
        judge_place(&c, &p, &other);
        for (size_t k = 0; k < n; k++)
            before[k] += compare_keys(&other.key, &own[k].key) < 0;
    }
    for (size_t i = 0; i < n; i++)
        ranks[i] = own[i].j.verdict == VERDICT_OUT ? 0 : rank_of(before[i] + 1);
    free(before);
    free(own);
}
