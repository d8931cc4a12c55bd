/* Nearest misses: one change that the worker may make, and how many places it opens. The change is made in a
 * copy of the need and the places that fail by that one rule are judged again, so a promise here is what a
 * new search will show. Never a change of origin, faith, residence or funding; never nearer to danger at code
 * rood or at a level not known yet. Nothing excludes by distance from home, so there is no such change
 * either. */
#include "core/match_parts.h"

#include "base/mem.h"

#include <stdlib.h>

#define STEP_MINUTES 15 /* of distance to an unsafe point; two such steps are offered */
#define STEPS 2

/* Context of the query with the need changed to CHANGED. */
static void context_of(struct match_ctx *c, const struct engine *e, const struct match_query *q,
                       const struct need *changed)
{
    struct match_query query = *q;

    query.need = changed;
    match_ctx_init(c, engine_vocab(e), engine_settings(e), &query);
    match_ctx_add_asked(c, e, q->referral, q->bridge);
    match_ctx_add_houses(c, e, q->referral, q->bridge);
    match_ctx_add_known(c, e, q->referral);
}

static bool is_opened(const struct match_ctx *changed, const struct engine *e, const struct pool_match *m,
                      enum rule rule)
{
    struct match_place p;

    if (m->out_mask != 1u << rule)
        return false;
    match_place_load(&p, changed, e, m->pool);
    return !match_excludes(changed, &p);
}

/* Places that are out by RULE alone and are not out with the need changed to CHANGED. */
static uint16_t count_opened(const struct engine *e, const struct match_query *q,
                             const struct match_result *r, enum rule rule, const struct need *changed)
{
    struct match_ctx other;
    uint16_t opened = 0;

    context_of(&other, e, q, changed);
    for (size_t i = r->n - r->n_out; i < r->n; i++) {
        if (opened < UINT16_MAX && is_opened(&other, e, &r->list[i], rule))
            opened++;
    }
    return opened;
}

static void add(struct match_result *r, enum rule rule, int detail, uint16_t pools)
{
    if (pools > 0 && r->n_near < MATCH_NEAR_MAX)
        r->near[r->n_near++] =
            (struct near_miss){.rule = (uint8_t)rule, .detail = (int16_t)detail, .pools = pools};
}

static void near_traits(const struct match_ctx *c, const struct engine *e, const struct match_query *q,
                        struct match_result *r)
{
    uint64_t bits = c->need->traits.yes & c->excluding;

    for (; bits != 0; bits &= bits - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(bits);
        struct need changed = *c->need;

        if (!vocab_trait(c->vocab, bit)->waivable)
            continue;
        tri_put(&changed.traits, bit, TRI_NO);
        add(r, RULE_TRAIT, (int)bit, count_opened(e, q, r, RULE_TRAIT, &changed));
    }
}

/* All distances shorter by MINUTES; the region of a point itself stays unsafe. */
static void shorten(const struct match_ctx *c, struct need *n, int minutes)
{
    for (int i = 0; i < n->n_points; i++) {
        uint8_t region = n->points[i].region;
        int least =
            region < vocab_regions(c->vocab) ? vocab_minutes(c->vocab, region, region) + 1 : INT16_MAX;
        int to = n->points[i].minutes - minutes;

        if (n->points[i].minutes > least)
            n->points[i].minutes = (uint16_t)(to > least ? to : least);
    }
}

static void near_points(const struct match_ctx *c, const struct engine *e, const struct match_query *q,
                        struct match_result *r)
{
    uint16_t before = 0;

    if (c->need->threat_level != THREAT_GROEN && c->need->threat_level != THREAT_ORANJE)
        return;
    for (int step = 1; step <= STEPS && c->need->n_points > 0; step++) {
        struct need changed = *c->need;
        uint16_t opened = 0;

        shorten(c, &changed, step * STEP_MINUTES);
        opened = count_opened(e, q, r, RULE_UNSAFE, &changed);
        if (opened > before) /* a longer step must be worth it */
            add(r, RULE_UNSAFE, step * STEP_MINUTES, opened);
        before = opened;
    }
}

static void near_two_units(const struct match_ctx *c, const struct engine *e, const struct match_query *q,
                           struct match_result *r)
{
    struct need changed = *c->need;

    if (!c->need->keep_together)
        return;
    changed.keep_together = false;
    add(r, RULE_SIZE, 0, count_opened(e, q, r, RULE_SIZE, &changed));
}

/* Most places first; then as rules and details are numbered. */
static int compare_near(const void *x, const void *y)
{
    const struct near_miss *a = x;
    const struct near_miss *b = y;

    if (a->pools != b->pools)
        return a->pools > b->pools ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    return a->detail < b->detail ? -1 : a->detail > b->detail;
}

void match_near(const struct match_ctx *c, const struct engine *e, const struct match_query *q,
                struct match_result *r)
{
    r->n_near = 0;
    near_points(c, e, q, r);
    near_two_units(c, e, q, r);
    near_traits(c, e, q, r);
    qsort(r->near, r->n_near, sizeof r->near[0], compare_near);
}

/* ---- one pool ---- */

/* A list of one place: what the changes above come to for it. */
bool match_change(const struct engine *e, const struct match_query *q, const struct pool_match *m,
                  struct near_miss *out)
{
    struct pool_match only = *m;
    struct match_result r = {.list = &only, .n = 1, .n_out = 1};
    struct match_ctx c;

    /* One change opens only what one rule excludes, and only these rules have changes. */
    if (m->out_mask != 1u << RULE_TRAIT && m->out_mask != 1u << RULE_UNSAFE && m->out_mask != 1u << RULE_SIZE)
        return false;
    context_of(&c, e, q, q->need);
    match_near(&c, e, q, &r);
    if (r.n_near > 0)
        *out = r.near[0];
    return r.n_near > 0;
}
