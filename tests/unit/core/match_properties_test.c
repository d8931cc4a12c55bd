/* What must hold for any household and any supply: drawn from seeds, a fixed number each, no clock. On
 * failure the seed is in the message. */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/time_text.h"

#include <string.h>

#define SEEDS 60
#define POOLS 24

/* ---- the properties ---- */

static bool has_tone(const struct pool_match *m, enum reason_tone tone)
{
    for (unsigned i = 0; i < m->n_reasons; i++) {
        if (reason_row((enum reason_code)m->reasons[i].code)->tone == tone)
            return true;
    }
    return false;
}

static void every_verdict_is_explained(void **state)
{
    size_t seen[VERDICT_N] = {0};

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = any_world(&s, *state, seed, POOLS);
        struct match_result r;

        match_run(e, &s.query, &r);
        assert_int_equal(r.n_fits + r.n_ask + r.n_out, POOLS);
        for (size_t i = 0; i < r.n; i++) {
            const struct pool_match *m = &r.list[i];
            enum verdict want = m->out_mask ? VERDICT_OUT : m->ask_mask ? VERDICT_ASK : VERDICT_FITS;

            seen[m->verdict]++;
            if (m->verdict != want || (m->out_mask & m->ask_mask) != 0 ||
                has_tone(m, TONE_AGAINST) != (m->verdict == VERDICT_OUT) ||
                (m->verdict == VERDICT_ASK && !has_tone(m, TONE_QUESTION)) || m->n_reasons == 0)
                fail_msg("seed %lu, pool %u: %s", (unsigned long)seed, m->pool.v, verdict_code(m->verdict));
        }
        match_fini(&r);
        engine_free(e);
    }
    print_message("%zu fit, %zu ask, %zu out\n", seen[VERDICT_FITS], seen[VERDICT_ASK], seen[VERDICT_OUT]);
    /* The draw must reach all three, or this test says nothing. */
    assert_true(seen[VERDICT_FITS] > 50 && seen[VERDICT_ASK] > 50 && seen[VERDICT_OUT] > 50);
}

static bool same_match(const struct pool_match *a, const struct pool_match *b)
{
    return a->verdict == b->verdict && a->out_mask == b->out_mask && a->ask_mask == b->ask_mask &&
           a->score == b->score && a->units == b->units && a->minutes == b->minutes &&
           a->n_reasons == b->n_reasons &&
           memcmp(a->reasons, b->reasons, a->n_reasons * sizeof a->reasons[0]) == 0;
}

static void one_is_as_in_the_run(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = any_world(&s, *state, seed, POOLS);
        struct match_result r;

        match_run(e, &s.query, &r);
        for (size_t i = 0; i < r.n; i++) {
            struct pool_match one;

            match_one(e, &s.query, r.list[i].pool, &one);
            if (!same_match(&one, &r.list[i]) || one.pool.v != r.list[i].pool.v)
                fail_msg("seed %lu, pool %u", (unsigned long)seed, one.pool.v);
        }
        match_fini(&r);
        engine_free(e);
    }
}

static void ranks_alone_are_those_of_the_run(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = any_world(&s, *state, seed, POOLS);
        struct pool_id pools[POOLS];
        struct match_standing standing;
        struct match_result r;

        match_run(e, &s.query, &r);
        for (size_t i = 0; i < r.n; i++)
            pools[i] = r.list[i].pool;
        for (size_t from = 0; from < POOLS; from += MATCH_STANDING_MAX) {
            size_t n = POOLS - from < MATCH_STANDING_MAX ? POOLS - from : MATCH_STANDING_MAX;

            match_ranks(e, &s.query, &pools[from], n, &standing);
            assert_int_equal(standing.fits, r.n_fits);
            assert_int_equal(standing.asks, r.n_ask);
            for (size_t i = 0; i < n; i++) {
                if (standing.rank[i] != r.list[from + i].rank)
                    fail_msg("seed %lu, pool %u: %d", (unsigned long)seed, pools[from + i].v,
                             standing.rank[i]);
                assert_int_equal(standing.why[i].code, r.list[from + i].why.code);
                assert_int_equal(standing.why[i].a, r.list[from + i].why.a);
            }
        }
        match_fini(&r);
        engine_free(e);
    }
}

static enum verdict verdict_of(const struct engine *e, const struct match_query *q, uint32_t pool)
{
    struct pool_match m;

    match_one(e, q, (struct pool_id){pool}, &m);
    return m.verdict;
}

static void a_free_unit_more_never_harms(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = any_world(&s, *state, seed, POOLS);

        for (uint32_t pool = 1; pool <= POOLS; pool++) {
            enum verdict before = verdict_of(e, &s.query, pool);
            struct pool_view v = engine_pool_view(e, (struct pool_id){pool}, s.query.now_ms);

            if (v.latest == NULL || v.latest->free == UNITS_UNKNOWN)
                continue;
            world_report(e, (struct pool_id){pool}, v.latest->free + 1, v.latest->observed_at_ms + 1);
            if (verdict_of(e, &s.query, pool) > before)
                fail_msg("seed %lu, pool %u", (unsigned long)seed, pool);
        }
        engine_free(e);
    }
}

/* The same pools, defined in the opposite order. Distinct times make ties by id impossible. */
static void ids_do_not_matter(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rng r = rng_seed(seed);
        struct engine *up = world_new(*state);
        struct engine *down = world_new(*state);
        struct scene s;
        struct scene supply[POOLS];
        struct match_result a;
        struct match_result b;

        scene_init(&s, *state);
        any_need(&r, &s);
        for (int i = 0; i < POOLS; i++) {
            supply[i] = s;
            any_supply(&r, &supply[i]);
            supply[i].view.reported = true;
            supply[i].seen.observed_at_ms -= i;
        }
        for (int i = 0; i < POOLS; i++) {
            world_add(up, &supply[i]);
            world_add(down, &supply[POOLS - 1 - i]);
        }
        s.query.need = &s.need;
        match_run(up, &s.query, &a);
        match_run(down, &s.query, &b);
        assert_int_equal(a.n_out, b.n_out);
        assert_int_equal(a.n_near, b.n_near);
        for (size_t i = 0; i < a.n - a.n_out; i++) {
            if (a.list[i].pool.v != POOLS + 1 - b.list[i].pool.v || !same_match(&a.list[i], &b.list[i]))
                fail_msg("seed %lu, place %zu", (unsigned long)seed, i);
        }
        match_fini(&a);
        match_fini(&b);
        engine_free(up);
        engine_free(down);
    }
}

/* A three-valued fact of the need or of the pool, to be tried with each of its values. */
enum fact {
    FACT_NEED_TRAIT,
    FACT_POOL_TRAIT,
    FACT_NEED_KIND,
    FACT_POOL_KIND,
    FACT_POOL_LEVEL,
    FACT_POOL_RESIDENCE,
    FACT_WOMEN,
    FACT_MEN,
    FACT_CHILDREN,
    FACT_LINK,
    FACT_STAFF,
    FACT_N
};

static void set_fact(struct scene *s, enum fact f, unsigned bit, enum tri value)
{
    switch (f) {
    case FACT_NEED_TRAIT:
        tri_put(&s->need.traits, bit % (unsigned)vocab_traits(s->vocab), value);
        break;
    case FACT_POOL_TRAIT:
        tri_put(&s->pool.traits, bit % (unsigned)vocab_traits(s->vocab), value);
        break;
    case FACT_NEED_KIND:
        tri_put(&s->need.threat_kinds, bit % THREAT_KIND_N, value);
        break;
    case FACT_POOL_KIND:
        tri_put(&s->pool.threat_kinds, bit % THREAT_KIND_N, value);
        break;
    case FACT_POOL_LEVEL:
        tri_put(&s->pool.threat_levels, bit % THREAT_N, value);
        break;
    case FACT_POOL_RESIDENCE:
        tri_put(&s->pool.residences, bit % RESIDENCE_N, value);
        break;
    case FACT_WOMEN:
        s->pool.women = value;
        break;
    case FACT_MEN:
        s->pool.men = value;
        break;
    case FACT_CHILDREN:
        s->pool.children = value;
        break;
    case FACT_LINK:
        s->pool.linkable = value;
        break;
    case FACT_STAFF:
        s->seen.deliverable = value;
        break;
    case FACT_N:
        break;
    }
}

static enum verdict with_fact(struct scene s, enum fact f, unsigned bit, enum tri value)
{
    s.view.latest = &s.believed;
    s.view.offerable = s.seen.free;
    set_fact(&s, f, bit, value);
    return scene_match(&s).verdict;
}

/* Where yes fits and no is out (or the other way round), not knowing is neither: it asks. And not knowing is
 * never better than the better, never worse than the worse, of what it can turn out to be. */
static void not_knowing_is_never_an_answer(void **state)
{
    size_t decisive = 0;

    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct rng r = rng_seed(seed);
        struct scene s;
        enum fact f = 0;
        unsigned bit = 0;
        enum verdict yes, no, unknown;

        scene_init(&s, *state);
        if (rng_chance(&r, 500))
            any_need(&r, &s);
        else
            any_supply(&r, &s);
        s.need.minor_alone = false;
        f = rng_below(&r, FACT_N);
        bit = rng_below(&r, 64);
        yes = with_fact(s, f, bit, TRI_YES);
        no = with_fact(s, f, bit, TRI_NO);
        unknown = with_fact(s, f, bit, TRI_UNKNOWN);
        if (yes == no)
            continue;
        decisive++;
        if ((yes == VERDICT_OUT || no == VERDICT_OUT) && unknown != VERDICT_ASK)
            fail_msg("seed %lu: fact %d bit %u: yes %s, no %s, not known %s", (unsigned long)seed, f, bit,
                     verdict_code(yes), verdict_code(no), verdict_code(unknown));
    }
    assert_true(decisive > 100);
}

static void safety_holds_whatever_else(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = any_world(&s, *state, seed, POOLS);
        struct match_result r;

        match_run(e, &s.query, &r);
        for (size_t i = 0; i < r.n - r.n_out; i++) {
            uint8_t at = engine_location(e, engine_pool(e, r.list[i].pool)->location)->region;

            assert_int_equal(s.need.unsafe_regions >> at & 1, 0);
            for (int p = 0; p < s.need.n_points; p++)
                assert_true(vocab_minutes(*state, s.need.points[p].region, at) >= s.need.points[p].minutes);
            assert_int_equal(r.list[i].ask_mask & 1u << RULE_UNSAFE, 0);
        }
        match_fini(&r);
        engine_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_explained),
        cmocka_unit_test(one_is_as_in_the_run),
        cmocka_unit_test(ranks_alone_are_those_of_the_run),
        cmocka_unit_test(a_free_unit_more_never_harms),
        cmocka_unit_test(ids_do_not_matter),
        cmocka_unit_test(not_knowing_is_never_an_answer),
        cmocka_unit_test(safety_holds_whatever_else),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
