/* The run: judge every pool, put those that may do in order, then say why. Cost: one pass over all pools with
 * the rules, a sort of what is not out, one pass for the reasons; two allocations whatever their number. */
#include "core/match.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/match_parts.h"

#include <stdlib.h>

/* What the order goes by, first field first. */
struct order_key {
    uint32_t rank_class;    /* verdict, tier, answers later, stale: see class_of */
    int32_t utility;        /* higher first */
    int64_t observed_at_ms; /* later first */
    uint32_t pool;
    size_t at; /* where its judgement is */
};

static uint32_t class_of(const struct match_place *p, const struct match_judgement *j)
{
    bool held_back = p->needed != TRI_YES;
    bool later = p->intake != INTAKE_NOW;
    bool stale = p->view.freshness >= STALE;

    return (uint32_t)j->verdict << 3 | (uint32_t)held_back << 2 | (uint32_t)later << 1 | (uint32_t)stale;
}

static int compare_keys(const void *x, const void *y)
{
    const struct order_key *a = x;
    const struct order_key *b = y;

    if (a->rank_class != b->rank_class)
        return a->rank_class < b->rank_class ? -1 : 1;
    if (a->utility != b->utility)
        return a->utility > b->utility ? -1 : 1;
    if (a->observed_at_ms != b->observed_at_ms)
        return a->observed_at_ms > b->observed_at_ms ? -1 : 1;
    return a->pool < b->pool ? -1 : a->pool > b->pool;
}

static void context_of(struct match_ctx *c, const struct engine *e, const struct match_query *q)
{
    match_ctx_init(c, engine_vocab(e), engine_settings(e), q);
    match_ctx_add_asked(c, e, q->referral);
}

static void judge_place(const struct match_ctx *c, const struct match_place *p, struct pool_match *m,
                        struct order_key *key)
{
    uint8_t region = p->location->region;
    struct match_judgement j;
    int fit = 0;

    match_judge(c, p, &j);
    fit = match_fit(c, p);
    *m = (struct pool_match){
        .pool = p->pool->id,
        .verdict = j.verdict,
        .out_mask = j.out_mask,
        .ask_mask = j.ask_mask,
        .score = (uint16_t)fit,
        .units = j.units,
        .minutes = -1,
    };
    if (c->from != REGION_NONE && region < vocab_regions(c->vocab))
        m->minutes = (int16_t)vocab_minutes(c->vocab, c->from, region);
    *key = (struct order_key){
        .rank_class = class_of(p, &j),
        .utility = match_utility(c, p, fit),
        .observed_at_ms = p->view.latest != NULL ? p->view.latest->observed_at_ms : INT64_MIN,
        .pool = p->pool->id.v,
    };
}

/* Judge all pools into M, in id order; those not out get a key. Returns how many keys there are. */
static size_t judge_all(const struct match_ctx *c, const struct engine *e, struct pool_match *m,
                        struct order_key *keys, struct match_result *r)
{
    uint64_t regions = 0;
    size_t n_keys = 0;

    for (uint32_t i = 0; i < engine_pools(e); i++) {
        struct match_place p;

        match_place_load(&p, c, e, (struct pool_id){i + 1});
        judge_place(c, &p, &m[i], &keys[n_keys]);
        if (p.location->region < vocab_regions(c->vocab))
            regions |= UINT64_C(1) << p.location->region;
        if (m[i].verdict == VERDICT_OUT) {
            r->n_out++;
            r->out_first[__builtin_ctz(m[i].out_mask)]++;
            continue;
        }
        if (m[i].verdict == VERDICT_FITS)
            r->n_fits++;
        else
            r->n_ask++;
        keys[n_keys++].at = i;
    }
    r->regions = (size_t)__builtin_popcountll(regions);
    return n_keys;
}

/* Ranked ones first, then the rest by pool id. */
static void list_in_order(const struct pool_match *m, size_t n, const struct order_key *keys, size_t n_keys,
                          struct pool_match *list)
{
    size_t out = n_keys;

    for (size_t i = 0; i < n_keys; i++) {
        list[i] = m[keys[i].at];
        list[i].rank = (uint16_t)(i < UINT16_MAX ? i + 1 : UINT16_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if (m[i].verdict == VERDICT_OUT)
            list[out++] = m[i];
    }
    CHECK(out == n);
}

void match_run(const struct engine *e, const struct match_query *q, struct match_result *out)
{
    size_t n = engine_pools(e);
    struct pool_match *judged = mem_new(n + 1, sizeof *judged);
    struct order_key *keys = mem_new(n + 1, sizeof *keys);
    size_t n_keys = 0;
    struct match_ctx c;

    *out = (struct match_result){.n = n, .rules_version = vocab_version(engine_vocab(e))};
    context_of(&c, e, q);
    n_keys = judge_all(&c, e, judged, keys, out);
    qsort(keys, n_keys, sizeof keys[0], compare_keys);
    out->list = mem_new(n + 1, sizeof *out->list);
    list_in_order(judged, n, keys, n_keys, out->list);
    for (size_t i = 0; i < n; i++) {
        struct match_place p;

        match_place_load(&p, &c, e, out->list[i].pool);
        match_explain(&c, &p, &out->list[i]);
    }
    match_near(&c, e, q, out);
    free(keys);
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
    struct order_key key;

    context_of(&c, e, q);
    match_place_load(&p, &c, e, pool);
    judge_place(&c, &p, out, &key);
    match_explain(&c, &p, out);
}
