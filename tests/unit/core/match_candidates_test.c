/* Candidates against the run they must agree with, and the properties of the price in any world
 * (matching.md 5.7). Worlds are drawn from seeds; on failure the seed is in the message. */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/may_suit.h"
#include "core/scarcity.h"

#include <stdlib.h>

#define SEEDS 60
#define POOLS 24
#define REFERRALS 12

/* A world with saved referrals, some of which have asked, and were told no. */
static struct engine *peopled(struct scene *s, const struct vocab *v, uint64_t seed)
{
    struct engine *e = any_world(s, v, seed, POOLS);
    struct rng rng = rng_seed(seed + 1000000);
    struct need first = s->need;
    int64_t now = s->query.now_ms;

    for (int i = 0; i < REFERRALS; i++) {
        struct referral_id id;

        if (i > 0)
            any_need(&rng, s);
        id = world_open(e, i == 0 ? &first : &s->need, now - 6 * MS_HOUR);
        for (uint32_t k = rng_below(&rng, 4); k > 0; k--) {
            struct pool_id pool = {1 + rng_below(&rng, POOLS)};
            struct pool_match m;
            struct match_query q = world_query(e, id, now);

            match_one(e, &q, pool, &m);
            if (m.verdict == VERDICT_OUT)
                continue;
            if (rng_chance(&rng, 500))
                world_decline(e, world_ask(e, id, pool, now), now);
            else
                world_ask(e, id, pool, now);
        }
    }
    s->query.now_ms = now;
    return e;
}

static struct match_query any_look(const struct engine *e, struct rng *rng, int64_t now)
{
    struct match_query q = world_query(e, (struct referral_id){1 + rng_below(rng, REFERRALS)},
                                       now + (int64_t)rng_below(rng, 2000) * MS_MINUTE);

    if (rng_chance(rng, 300))
        q.role = ROLE_COMENSHA;
    return q;
}

/* The same place, judged alike. */
static bool agrees(const struct match_candidate *c, const struct pool_match *m)
{
    return c->pool.v == m->pool.v && c->verdict == m->verdict && c->out_mask == m->out_mask &&
           c->ask_mask == m->ask_mask && c->fit == m->score && c->units == m->units;
}

static bool is_priced_alike(const struct match_candidate *c, const struct pool_match *m)
{
    return c->utility == m->utility && c->price.coverage == m->price.coverage &&
           c->price.rarity == m->price.rarity;
}

static void candidates_are_the_run_without_words(void **state)
{
    size_t seen = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = peopled(&s, *state, seed);
        struct rng rng = rng_seed(seed);

        for (int look = 0; look < 6; look++) {
            struct match_query q = any_look(e, &rng, s.query.now_ms);
            struct match_candidate list[POOLS];
            struct match_result r;
            size_t n = match_candidates(e, &q, 0, list, POOLS);

            match_run(e, &q, &r);
            assert_int_equal(n, r.n_fits + r.n_ask);
            for (size_t i = 0; i < n; i++) {
                if (!agrees(&list[i], &r.list[i]) || !is_priced_alike(&list[i], &r.list[i]))
                    fail_msg("seed %lu, look %d, place %zu: pool %u and %u", (unsigned long)seed, look, i,
                             list[i].pool.v, r.list[i].pool.v);
                assert_true(list[i].opens_at_ms > q.now_ms - MS_MINUTE);
                assert_true(!list[i].answers_now || list[i].opens_at_ms == q.now_ms);
            }
            seen += n;
            /* At most MAX, and the best of them. */
            if (n > 1) {
                struct match_candidate best;

                assert_int_equal(match_candidates(e, &q, 0, &best, 1), 1);
                assert_int_equal(best.pool.v, r.list[0].pool.v);
            }
            match_fini(&r);
        }
        engine_free(e);
    }
    print_message("%zu candidates\n", seen);
    assert_true(seen > 500);
}

static const struct pool_match *find(const struct match_result *r, struct pool_id pool)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->list[i].pool.v == pool.v)
            return &r->list[i];
    }
    return NULL;
}

/* With rules passed over: first those of the run in its order, then exactly those that only these exclude. */
static void but_adds_what_only_those_rules_exclude(void **state)
{
    size_t added = 0, lasting = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = peopled(&s, *state, seed);
        struct rng rng = rng_seed(seed);

        for (int look = 0; look < 8; look++) {
            struct match_query q = any_look(e, &rng, s.query.now_ms);
            uint32_t but =
                1u << rng_below(&rng, RULE_N) | 1u << rng_below(&rng, RULE_N) | 1u << RULE_FULL * (look % 2);
            struct match_candidate list[POOLS];
            struct match_result r;
            size_t n = match_candidates(e, &q, but, list, POOLS), want = 0, ranked = 0;

            match_run(e, &q, &r);
            ranked = r.n_fits + r.n_ask;
            for (size_t i = 0; i < r.n; i++)
                want += (r.list[i].out_mask & ~but) == 0;
            if (n != want)
                fail_msg("seed %lu, look %d, but %x: %zu instead of %zu", (unsigned long)seed, look, but, n,
                         want);
            for (size_t i = 0; i < n; i++) {
                const struct pool_match *m = find(&r, list[i].pool);

                assert_true(agrees(&list[i], m));
                assert_int_equal(m->out_mask & ~but, 0);
                if (i < ranked)
                    assert_int_equal(m->rank, i + 1);
                else
                    lasting += (m->out_mask & may_suit_rules()) != 0;
            }
            added += n - ranked;
            match_fini(&r);
        }
        engine_free(e);
    }
    print_message("%zu places added, %zu by lasting rules\n", added, lasting);
    assert_true(added > 100 && lasting > 20);
}

/* Whoever looks, at whatever moment and with whatever free: what is not out may suit. And it is worth asking.
 */
static void may_suit_never_loses_a_place(void **state)
{
    size_t may = 0, looked = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct scene s;
        struct engine *e = peopled(&s, *state, seed);
        struct rng rng = rng_seed(seed);

        for (int look = 0; look < 8; look++) {
            struct match_query q = any_look(e, &rng, s.query.now_ms + (look - 2) * MS_DAY);
            struct match_result r;

            match_run(e, &q, &r);
            for (size_t i = 0; i < r.n; i++) {
                bool may_suit = match_may_suit(e, q.referral, r.list[i].pool);

                looked++;
                may += may_suit;
                if (!may_suit && r.list[i].verdict != VERDICT_OUT)
                    fail_msg("seed %lu, look %d, pool %u", (unsigned long)seed, look, r.list[i].pool.v);
            }
            match_fini(&r);
        }
        engine_free(e);
    }
    print_message("%zu of %zu may suit\n", may, looked);
    assert_true(may < looked / 2);
}

static void may_suit_follows_a_changed_pool(void **state)
{
    struct engine *e = world_new(*state);
    struct pool_id pool;
    struct referral_id id;
    struct pool changed;
    struct scene s;

    scene_init(&s, *state);
    pool = world_add(e, &s);
    id = world_open(e, &s.need, NOON_MS);
    assert_true(match_may_suit(e, id, pool));
    changed = engine_pool_definition(e, pool);
    changed.women = TRI_NO;
    world_redefine(e, &changed, NOON_MS);
    assert_false(match_may_suit(e, id, pool));
    changed.women = TRI_UNKNOWN;
    world_redefine(e, &changed, NOON_MS);
    assert_true(match_may_suit(e, id, pool));
    assert_false(match_may_suit(e, id, (struct pool_id){2}));
    assert_false(match_may_suit(e, (struct referral_id){2}, pool));
    assert_false(match_may_suit(e, (struct referral_id){0}, pool));
    engine_free(e);
}

/* Of a closed referral nothing is kept, also when it is looked at afterwards. */
static void a_closed_referral_keeps_nothing(void **state)
{
    struct engine *e = world_new(*state);
    struct event ev = {.kind = EV_REFERRAL_WITHDRAWN, .at_ms = NOON_MS};
    struct match_candidate list[2];
    struct match_query q;
    struct scene s;
    size_t before = 0;

    scene_init(&s, *state);
    world_add(e, &s);
    q = world_query(e, world_open(e, &s.need, NOON_MS), NOON_MS);
    assert_int_equal(match_candidates(e, &q, 0, list, 2), 1);
    before = scarcity_bytes(e);
    ev.seq = engine_seq(e) + 1;
    ev.u.referral.referral = q.referral;
    ev.u.referral.reason = 1;
    engine_apply(e, &ev);
    assert_true(scarcity_bytes(e) < before);
    assert_int_equal(match_candidates(e, &q, 0, list, 2), 1);
    assert_true(match_may_suit(e, q.referral, (struct pool_id){1}));
    assert_true(scarcity_bytes(e) < before);
    engine_free(e);
}

/* The best that fits never gets worse by one more free unit anywhere: the places like it get cheaper. It
 * holds where a household takes one unit: a second unit that makes room for a pair is a new chance, with a
 * price. */
static void a_free_unit_more_never_lowers_the_best(void **state)
{
    size_t better = 0, same = 0;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rng rng = rng_seed(seed);
        struct engine *e = world_new(*state);
        struct scene s, supply;

        scene_init(&s, *state);
        any_need(&rng, &s);
        for (int i = 0; i < POOLS; i++) {
            supply = s;
            any_supply(&rng, &supply);
            supply.pool.unit_size = (uint8_t)(1 + rng_below(&rng, 6));
            supply.pool.linkable = TRI_NO;
            world_add(e, &supply);
        }
        for (int i = 0; i < REFERRALS * 4; i++) {
            struct scene other = s;

            any_need(&rng, &other);
            other.need.keep_together = true;
            world_open(e, &other.need, NOON_MS);
        }
        s.need.keep_together = true;
        s.query.need = &s.need;
        for (uint32_t pool = 1; pool <= POOLS; pool++) {
            struct pool_view v = engine_pool_view(e, (struct pool_id){pool}, s.query.now_ms);
            struct match_result a, b;

            if (v.latest == NULL || v.latest->free == UNITS_UNKNOWN)
                continue;
            match_run(e, &s.query, &a);
            world_report(e, (struct pool_id){pool}, v.latest->free + 1, v.latest->observed_at_ms);
            match_run(e, &s.query, &b);
            for (size_t i = 0; i < a.n_fits; i++) {
                const struct pool_match *now = find(&b, a.list[i].pool);

                if (now->verdict != VERDICT_FITS || now->utility < a.list[i].utility)
                    fail_msg("seed %lu: a unit more in %u makes %u worse", (unsigned long)seed, pool,
                             now->pool.v);
                better += now->utility > a.list[i].utility;
                same += now->utility == a.list[i].utility;
            }
            match_fini(&a);
            match_fini(&b);
        }
        engine_free(e);
    }
    print_message("%zu better, %zu as before\n", better, same);
    assert_true(better > 20 && same > 20);
}

/* Whoever does not need a scarce place finds it behind every ordinary one of the same verdict, at any price.
 */
static void scarce_places_come_last(void **state)
{
    size_t scarce = 0;

    for (uint64_t seed = 1; seed <= 12 * SEEDS; seed++) {
        struct scene s;
        struct engine *e = peopled(&s, *state, seed);
        struct rng rng = rng_seed(seed);
        struct match_query q = any_look(e, &rng, s.query.now_ms);
        struct match_result r;

        q.role = ROLE_COMENSHA;
        match_run(e, &q, &r);
        for (size_t i = 1; i < r.n_fits + r.n_ask; i++) {
            enum kind before = engine_pool(e, r.list[i - 1].pool)->kind;
            enum kind own = engine_pool(e, r.list[i].pool)->kind;
            struct match_ctx c;
            struct match_place p;

            match_ctx_init(&c, *state, engine_settings(e), &q);
            match_place_load(&p, &c, e, r.list[i - 1].pool);
            if (vocab_kind_tier(*state, before) == 0 || p.needed == TRI_YES)
                continue;
            scarce++;
            if (vocab_kind_tier(*state, own) == 0 && r.list[i - 1].verdict == r.list[i].verdict)
                fail_msg("seed %lu: scarce pool %u before %u", (unsigned long)seed, r.list[i - 1].pool.v,
                         r.list[i].pool.v);
        }
        match_fini(&r);
        engine_free(e);
    }
    print_message("%zu scarce places ranked without need\n", scarce);
    assert_true(scarce > 10);
}

/* The same houses in another order, with referrals and prices: the same list. */
static void ids_do_not_matter_to_prices(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rng rng = rng_seed(seed);
        struct engine *both[2] = {world_new(*state), world_new(*state)};
        struct scene s, supply[POOLS];
        struct match_candidate a[POOLS], b[POOLS];
        struct match_query q;
        int64_t now = 0;
        size_t n = 0;

        scene_init(&s, *state);
        any_need(&rng, &s);
        now = s.query.now_ms;
        for (int i = 0; i < POOLS; i++) {
            supply[i] = s;
            any_supply(&rng, &supply[i]);
            supply[i].seen.observed_at_ms -= i; /* no ties by id */
        }
        for (int i = 0; i < POOLS; i++) {
            world_add(both[0], &supply[i]);
            world_add(both[1], &supply[POOLS - 1 - i]);
        }
        for (int i = 0; i < REFERRALS; i++) {
            any_need(&rng, &s);
            world_open(both[0], &s.need, now);
            world_open(both[1], &s.need, now);
        }
        for (uint64_t id = 1; id <= REFERRALS; id++) {
            q = world_query(both[0], (struct referral_id){id}, now);
            n = match_candidates(both[0], &q, 0, a, POOLS);
            q = world_query(both[1], (struct referral_id){id}, now);
            assert_int_equal(match_candidates(both[1], &q, 0, b, POOLS), n);
            for (size_t i = 0; i < n; i++) {
                bool never_reported = a[i].observed_at_ms == INT64_MIN;

                if ((a[i].pool.v != POOLS + 1 - b[i].pool.v && !never_reported) ||
                    a[i].utility != b[i].utility || a[i].rank_class != b[i].rank_class)
                    fail_msg("seed %lu, referral %lu, place %zu", (unsigned long)seed, (unsigned long)id, i);
            }
        }
        engine_free(both[0]);
        engine_free(both[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_are_the_run_without_words),
        cmocka_unit_test(but_adds_what_only_those_rules_exclude),
        cmocka_unit_test(may_suit_never_loses_a_place),
        cmocka_unit_test(may_suit_follows_a_changed_pool),
        cmocka_unit_test(a_closed_referral_keeps_nothing),
        cmocka_unit_test(a_free_unit_more_never_lowers_the_best),
        cmocka_unit_test(scarce_places_come_last),
        cmocka_unit_test(ids_do_not_matter_to_prices),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
