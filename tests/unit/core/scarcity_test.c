/* The price of a place, against sums made by hand, and what must hold of it in any world.
 *
 * With the settings of 150 per mille, g is 0.150000 for one free unit, 0.127500 for two, 0.108375 for three
 * and 0.092118 for four. A price from fewer than 128 referrals is divided by 128. */
#include "support/any_world.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/scarcity.h"

#include <string.h>

#define PRICE_MAX 100000000 /* what a record takes: core/records.c */

static struct engine *engine_with(const struct vocab *v, const struct core_settings *settings)
{
    struct engine *e = engine_new(v, settings);
    struct event ev = {.kind = EV_ORG_DEFINED, .seq = 1};

    ev.u.org = (struct org){
        .id = {1}, .kind = ORG_SHELTER, .code = "opvang", .name = "Opvang", .region = REGION_NONE};
    engine_apply(e, &ev);
    return e;
}

/* A pool as the scene's, but for these. */
static struct pool_id add_pool(struct engine *e, struct scene s, int size, int units, int free)
{
    s.pool.unit_size = (uint8_t)size;
    s.pool.units_total = (uint16_t)units;
    s.seen.total = units;
    s.seen.free = free;
    s.seen.occupied = UNITS_UNKNOWN;
    return world_add(e, &s);
}

static struct pool_id add_men_only(struct engine *e, struct scene s, int units, int free)
{
    s.pool.women = TRI_NO;
    return add_pool(e, s, 4, units, free);
}

/* A woman with CHILDREN girls of five. */
static struct need household(const struct scene *s, int children)
{
    struct need n = s->need;

    for (int i = 0; i < children; i++)
        need_add(&n, SEX_F, 5);
    return n;
}

static struct need undocumented(const struct scene *s)
{
    struct need n = s->need;

    n.residence = RESIDENCE_GEEN;
    return n;
}

static void open_many(struct engine *e, const struct need *n, int times)
{
    for (int i = 0; i < times; i++)
        world_open(e, n, NOON_MS);
}

static struct price price_of(const struct engine *e, struct pool_id pool)
{
    struct scarcity_moment m;

    scarcity_at(e, NOON_MS, &m);
    return scarcity_price(e, &m, pool);
}

/* Pool 1: two units of four, both free. Pool 2: one unit of six, free, none without residence. Pool 3: men.
 * Profiles: a woman (1, 2: three free units), a woman with four (2: one), a woman without residence (1: two).
 *
 *   coverage 1: (108375 + 127500) / 128 = 1842.8     2: (108375 + 150000) / 128 = 2018.6     3: 0
 *   supply in hundredths of a turnover: 300, 100 and 200, so the shares are 1/300, 1/100 and 1/200
 *   rarity 1: 1/300 + 1/200 = 1/120   2: 1/300 + 1/100 = 1/75   mean over four units: (2/120 + 1/75)/4 =
 * .0075 so 1: 1111 and 2: 1777 thousandths, times 3/128: 26 and 41 */
static struct engine *small_world(const struct vocab *v, struct scene *s, int times)
{
    struct engine *e = world_new(v);
    struct scene refuses;
    struct need n;

    scene_init(s, v);
    refuses = *s;
    tri_put(&refuses.pool.residences, RESIDENCE_GEEN, TRI_NO);
    add_pool(e, *s, 4, 2, 2);
    add_pool(e, refuses, 6, 1, 1);
    add_men_only(e, *s, 1, 1);
    open_many(e, &s->need, times);
    n = household(s, 4);
    open_many(e, &n, times);
    n = undocumented(s);
    open_many(e, &n, times);
    return e;
}

static void prices_are_those_on_paper(void **state)
{
    static const struct price want[] = {{1842, 26}, {2018, 41}, {0, 0}};
    struct scene s;
    struct engine *e = small_world(*state, &s, 1);

    for (uint32_t i = 0; i < COUNT_OF(want); i++) {
        struct price p = price_of(e, (struct pool_id){i + 1});

        assert_int_equal(p.coverage, want[i].coverage);
        assert_int_equal(p.rarity, want[i].rarity);
    }
    engine_free(e);
}

/* 192 of them are enough: 64 x 235875 / 192 = 78625, 64 x 258375 / 192 = 86125; rarity undamped. */
static void prices_of_many_are_not_damped(void **state)
{
    struct scene s;
    struct engine *e = small_world(*state, &s, 64);

    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 78625);
    assert_int_equal(price_of(e, (struct pool_id){2}).coverage, 86125);
    assert_int_equal(price_of(e, (struct pool_id){1}).rarity, 1111);
    assert_int_equal(price_of(e, (struct pool_id){2}).rarity, 1777);
    assert_int_equal(price_of(e, (struct pool_id){3}).rarity, 0);
    engine_free(e);
}

static void the_last_unit_is_dearest(void **state)
{
    int32_t before = INT32_MAX;
    struct scene s;
    struct engine *e = world_new(*state);

    scene_init(&s, *state);
    open_many(e, &s.need, 1);
    for (int free = 1; free <= 4; free++) {
        static const int32_t want[] = {150000 / 128, 127500 / 128, 108375 / 128, 92118 / 128};

        add_pool(e, s, 4, 1, 1); /* one like the first */
        assert_int_equal(price_of(e, (struct pool_id){1}).coverage, want[free - 1]);
        assert_true(want[free - 1] < before);
        before = want[free - 1];
    }
    engine_free(e);
}

/* Beside one free unit stands another pool of one: if its unit may be given away the price is that of two. */
static void what_may_not_be_given_is_not_free(void **state)
{
    static const struct {
        const char *name;
        int free;
        bool stop;
        enum tri deliverable;
        int hours_old;
        bool counts;
    } cases[] = {
        {"free", 1, false, TRI_YES, 1, true},
        {"staff not said", 1, false, TRI_UNKNOWN, 1, true},
        {"an old number", 1, false, TRI_YES, 9, true},
        {"full", 0, false, TRI_YES, 1, false},
        {"never said", UNITS_UNKNOWN, false, TRI_YES, 1, false},
        {"stopped", 1, true, TRI_YES, 1, false},
        {"no staff", 1, false, TRI_NO, 1, false},
        {"too old to know", 1, false, TRI_YES, 72, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engine *e = world_new(*state);
        struct scene s, other;
        int32_t want = cases[i].counts ? 127500 / 128 : 150000 / 128;

        scene_init(&s, *state);
        other = s;
        other.seen.stop = cases[i].stop;
        other.seen.deliverable = cases[i].deliverable;
        other.seen.observed_at_ms = NOON_MS - cases[i].hours_old * MS_HOUR;
        add_pool(e, s, 4, 1, 1);
        add_pool(e, other, 4, 1, cases[i].free);
        open_many(e, &s.need, 1);
        if (price_of(e, (struct pool_id){1}).coverage != want)
            fail_msg("%s: %d", cases[i].name, price_of(e, (struct pool_id){1}).coverage);
        engine_free(e);
    }
}

/* A unit held for somebody is not free either. */
static void a_held_unit_is_not_free(void **state)
{
    struct engine *e = world_new(*state);
    struct referral_id r;
    struct scene s;

    scene_init(&s, *state);
    add_pool(e, s, 4, 1, 1);
    add_pool(e, s, 4, 1, 1);
    r = world_open(e, &s.need, NOON_MS);
    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 127500 / 128);
    world_ask(e, r, (struct pool_id){2}, NOON_MS);
    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 150000 / 128);
    engine_free(e);
}

/* Five people in units of four, two linked: a pool with one free unit is no chance for them, with two it is.
 */
static void a_household_of_two_units_needs_two(void **state)
{
    static const int32_t want[] = {0, 150000 / 128, 150000 / 128, 127500 / 128};

    for (int free = 1; free <= 4; free++) {
        struct engine *e = world_new(*state);
        struct scene s;
        struct need n;

        scene_init(&s, *state);
        s.pool.linkable = TRI_YES;
        n = household(&s, 4);
        open_many(e, &n, 1);
        add_pool(e, s, 4, 6, free);
        assert_int_equal(price_of(e, (struct pool_id){1}).coverage, want[free - 1]);
        /* A unit for such a household elsewhere takes nothing from a pool that cannot serve it. */
        add_pool(e, s, 6, 6, 1);
        if (free == 1)
            assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 0);
        engine_free(e);
    }
}

static struct pool_match match_of(const struct engine *e, const struct scene *s, uint32_t pool)
{
    struct match_query q = s->query;
    struct pool_match m;

    q.need = &s->need;
    match_one(e, &q, (struct pool_id){pool}, &m);
    return m;
}

/* 300 x 1842 + 500 x 26 = 565600 thousandths of a point; of an emergency place three tenths of its price. */
static void points_are_price_times_weight(void **state)
{
    struct scene s;
    struct engine *e = small_world(*state, &s, 1);
    struct pool_match m = match_of(e, &s, 1);
    struct price p;

    /* Of which three referrals of the 128 that make a history count. */
    assert_int_equal(m.terms.scarcity, 565 * 3 / 128);
    assert_int_equal(m.utility, m.score - 565 * 3 / 128 - 122); /* and 61 km at 200 points per 100 km */
    s.pool.kind = KIND_NOOD;
    assert_true(vocab_kind(*state, KIND_NOOD)->max_hours != 0);
    add_pool(e, s, 4, 2, 2);
    p = price_of(e, (struct pool_id){4});
    m = match_of(e, &s, 4);
    assert_true(p.coverage > 0);
    assert_int_equal(m.terms.scarcity, (300 * p.coverage + 500 * p.rarity) / 1000 * 3 / 128 * 300 / 1000);
    engine_free(e);
}

static void without_price_the_best_score_is_first(void **state)
{
    struct core_settings settings = core_settings_default();
    size_t differs = 0;

    for (int priced = 0; priced <= 1; priced++) {
        struct engine *e = NULL;
        struct scene s, supply;
        struct match_result r;
        struct rng rng = rng_seed(7);

        settings.price_coverage = priced != 0 ? 300 : 0;
        settings.price_rarity = priced != 0 ? 500 : 0;
        e = engine_with(*state, &settings);
        scene_init(&s, *state);
        for (int i = 0; i < 30; i++) {
            supply = s;
            supply.location.region = (uint8_t)rng_below(&rng, 30);
            add_pool(e, supply, 1 + (int)rng_below(&rng, 6), 3, 1 + (int)rng_below(&rng, 3));
        }
        for (int i = 0; i < 150; i++) {
            struct need n = household(&s, i % 5);

            world_open(e, &n, NOON_MS);
        }
        s.query.need = &s.need;
        match_run(e, &s.query, &r);
        assert_true(r.n_fits >= 20);
        for (size_t i = 1; i < r.n_fits; i++) {
            if (priced == 0)
                assert_true(r.list[i - 1].score >= r.list[i].score);
            assert_true(r.list[i - 1].utility >= r.list[i].utility);
            differs += r.list[i - 1].score < r.list[i].score;
        }
        match_fini(&r);
        engine_free(e);
    }
    assert_true(differs > 0);
}

static void the_group_with_the_largest_part_is_named(void **state)
{
    static const struct {
        int with_son, others;
        bool named;
        int percent;
    } cases[] = {{5, 0, true, 100}, {4, 0, false, 100}, {5, 5, true, 50},
                 {6, 14, true, 30}, {5, 12, false, 29}, {0, 3, false, 0}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engine *e = world_new(*state);
        struct scarcity_moment m;
        enum scarce_group group = SCARCE_N;
        struct scene s;
        struct need n;
        int percent = -1;

        scene_init(&s, *state);
        add_pool(e, s, 4, 1, 1);
        n = s.need;
        need_add(&n, SEX_M, 14);
        open_many(e, &n, cases[i].with_son);
        open_many(e, &s.need, cases[i].others);
        scarcity_at(e, NOON_MS, &m);
        assert_int_equal(scarcity_group(e, &m, (struct pool_id){1}, &group, &percent), cases[i].named);
        assert_int_equal(percent, cases[i].percent);
        if (cases[i].named)
            assert_string_equal(scarce_group_code(group), "teen_son");
        engine_free(e);
    }
}

/* 512 are kept: the 513th takes the place of the first. One without facts takes it, too, and counts not. */
static void the_oldest_makes_room(void **state)
{
    for (int erased = 0; erased <= 1; erased++) {
        struct engine *e = world_new(*state);
        struct scarcity_moment m;
        struct scene s;
        struct need large;

        scene_init(&s, *state);
        large = household(&s, 4);
        add_pool(e, s, 4, 1, 1);
        add_pool(e, s, 6, 1, 1);
        open_many(e, &large, 1);
        open_many(e, &s.need, SCARCITY_PROFILES - 1);
        scarcity_at(e, NOON_MS, &m);
        assert_int_equal(m.profiles, SCARCITY_PROFILES);
        /* All but the first have two units: 511 x 127500 / 512, and one household that has only pool 2. */
        assert_int_equal(scarcity_price(e, &m, (struct pool_id){1}).coverage, 127250);
        assert_int_equal(scarcity_price(e, &m, (struct pool_id){2}).coverage, (511 * 127500 + 150000) / 512);
        assert_true(scarcity_price(e, &m, (struct pool_id){2}).rarity >
                    scarcity_price(e, &m, (struct pool_id){1}).rarity);

        world_open(e, erased != 0 ? NULL : &s.need, NOON_MS);
        scarcity_at(e, NOON_MS, &m);
        assert_int_equal(m.profiles, SCARCITY_PROFILES - erased);
        assert_int_equal(scarcity_price(e, &m, (struct pool_id){2}).coverage, 127500);
        assert_int_equal(scarcity_price(e, &m, (struct pool_id){1}).coverage, 127500);
        assert_int_equal(scarcity_price(e, &m, (struct pool_id){2}).rarity,
                         scarcity_price(e, &m, (struct pool_id){1}).rarity);
        engine_free(e);
    }
}

static void nobody_known_costs_nothing(void **state)
{
    struct engine *e = world_new(*state);
    struct scarcity_moment m;
    struct scene s;

    scene_init(&s, *state);
    scarcity_at(e, NOON_MS, &m); /* no pool, no referral */
    assert_int_equal(m.profiles, 0);
    add_pool(e, s, 4, 1, 1);
    for (int i = 0; i < 3; i++)
        world_open(e, NULL, NOON_MS);
    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 0);
    assert_int_equal(price_of(e, (struct pool_id){1}).rarity, 0);
    engine_free(e);
}

/* A pool that changes is priced as if it had always been so. */
static void a_redefined_pool_is_compiled_anew(void **state)
{
    struct scene s;
    struct engine *e = small_world(*state, &s, 1);
    struct pool pool = engine_pool_definition(e, (struct pool_id){2});

    assert_int_equal(price_of(e, (struct pool_id){2}).coverage, 2018);
    tri_put(&pool.residences, RESIDENCE_GEEN, TRI_YES);
    world_redefine(e, &pool, NOON_MS);
    /* Now three free units for two of the profiles: (2 x 108375 + 150000) / 128. */
    assert_int_equal(price_of(e, (struct pool_id){2}).coverage, 2865);
    pool.women = TRI_NO;
    world_redefine(e, &pool, NOON_MS);
    assert_int_equal(price_of(e, (struct pool_id){2}).coverage, 0);
    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 2 * 127500 / 128);
    engine_free(e);
}

/* ---- any world ---- */

/* One thing happens in both, drawn once. */
static void happen(struct engine *both[2], struct rng *rng, struct scene *supply, int64_t *now)
{
    uint32_t what = rng_below(rng, 100);
    uint32_t pools = engine_pools(both[0]);
    struct pool_id some = {pools > 0 ? 1 + rng_below(rng, pools) : 0};
    bool is_reported = pools > 0 && engine_pool_view(both[0], some, *now).reported;
    int free = (int)rng_below(rng, 5);
    struct pool pool;

    *now += (int64_t)rng_below(rng, 30) * MS_MINUTE;
    if (what < 60)
        any_need(rng, supply);
    supply->query.now_ms = *now;
    if (what < 10 || pools < 4)
        any_supply(rng, supply);
    else if (what >= 90)
        pool = engine_pool_definition(both[0], some);
    if (what >= 90 && pools >= 4) {
        pool.unit_size = (uint8_t)(1 + rng_below(rng, 6));
        pool.units_total = (uint16_t)rng_below(rng, 5);
    }
    for (int i = 0; i < 2; i++) {
        if (what < 10 || pools < 4)
            world_add(both[i], supply);
        else if (what < 60)
            world_open(both[i], what < 55 ? &supply->need : NULL, *now);
        else if (what >= 90)
            world_redefine(both[i], &pool, *now);
        else if (is_reported)
            world_report(both[i], some, free, *now);
    }
}

static void assert_same_prices(const struct engine *a, const struct engine *b, int64_t now, uint64_t seed)
{
    struct scarcity_moment ma, mb;

    scarcity_at(a, now, &ma);
    scarcity_at(b, now, &mb);
    for (uint32_t i = 1; i <= engine_pools(a); i++) {
        struct price pa = scarcity_price(a, &ma, (struct pool_id){i});
        struct price pb = scarcity_price(b, &mb, (struct pool_id){i});
        enum scarce_group ga = 0, gb = 0;
        int na = 0, nb = 0;

        if (pa.coverage != pb.coverage || pa.rarity != pb.rarity ||
            scarcity_group(a, &ma, (struct pool_id){i}, &ga, &na) !=
                scarcity_group(b, &mb, (struct pool_id){i}, &gb, &nb) ||
            ga != gb || na != nb)
            fail_msg("seed %lu, pool %u: %d %d and %d %d", (unsigned long)seed, i, pa.coverage, pa.rarity,
                     pb.coverage, pb.rarity);
    }
}

/* Looked at after each event, once in a while, or only at the end: the same state has the same prices. */
static void looking_changes_nothing(void **state)
{
    int64_t dear = 0;

    for (uint64_t seed = 1; seed <= 101; seed++) {
        struct rng rng = rng_seed(seed);
        struct engine *both[2] = {world_new(*state), world_new(*state)};
        struct scene s;
        int64_t now = NOON_MS;
        int steps = seed > 100 ? 1200 : 40; /* the last goes round the ring */

        scene_init(&s, *state);
        for (int i = 0; i < steps; i++) {
            struct scarcity_moment m;

            happen(both, &rng, &s, &now);
            if (steps < 100 || i % 10 == 0) {
                scarcity_at(both[0], now, &m);
                for (uint32_t p = 1; p <= engine_pools(both[0]); p++)
                    dear += scarcity_price(both[0], &m, (struct pool_id){p}).coverage > 0;
            }
        }
        assert_same_prices(both[0], both[1], now, seed);
        assert_same_prices(both[0], both[1], now + 5 * MS_HOUR, seed);
        engine_free(both[0]);
        engine_free(both[1]);
    }
    assert_true(dear > 1000);
}

/* Within what a record of the journal can hold, whatever the settings and however lopsided the supply. */
static void prices_stay_in_range(void **state)
{
    struct core_settings settings = core_settings_default();
    struct engine *e = NULL;
    struct scene s;
    struct pool_match m;

    settings.price_coverage = settings.price_rarity = settings.price_short = settings.chance = UINT16_MAX;
    e = engine_with(*state, &settings);
    scene_init(&s, *state);
    s.pool.kind = KIND_NOOD;
    add_pool(e, s, 4, 1, 1); /* the only one that takes women; ten million units take men */
    for (int i = 1; i < 10000; i++)
        add_men_only(e, s, 1000, 1000);
    open_many(e, &s.need, 300);
    m = match_of(e, &s, 1);
    assert_int_equal(m.verdict, VERDICT_FITS);
    assert_true(m.price.coverage > 0 && m.price.coverage <= PRICE_MAX);
    assert_true(m.price.rarity > 0 && m.price.rarity <= PRICE_MAX);
    assert_int_equal(m.terms.scarcity, INT16_MAX);
    assert_int_equal(m.utility, m.score - INT16_MAX - 122);
    engine_free(e);
}

/* 65,536 free units and two more are many, not two. */
static void very_many_free_units_are_not_few(void **state)
{
    struct engine *e = world_new(*state);
    struct scene s;

    scene_init(&s, *state);
    for (int i = 0; i < 1024; i++)
        add_pool(e, s, 4, 1000, 64);
    add_pool(e, s, 4, 2, 2);
    open_many(e, &s.need, 1);
    assert_int_equal(price_of(e, (struct pool_id){1}).coverage, 0);
    engine_free(e);
}

/* limits.md: the matcher's state in 1 MiB. 600 pools, every profile in use, and 2,000 referrals looked at of
 * which none is closed. */
static void it_takes_a_mebibyte_at_most(void **state)
{
    struct engine *e = world_new(*state);
    struct scene s;
    struct match_candidate one;

    scene_init(&s, *state);
    for (int i = 0; i < 600; i++)
        add_pool(e, s, 1 + i % 6, 2, 1);
    open_many(e, &s.need, 2000);
    for (uint64_t i = 1; i <= 2000; i++)
        match_may_suit(e, (struct referral_id){i}, (struct pool_id){1});
    match_candidates(e, &(struct match_query){.need = &s.need, .now_ms = NOON_MS}, 0, &one, 1);
    print_message("%zu bytes\n", scarcity_bytes(e));
    assert_true(scarcity_bytes(e) > 600 * 64 + 2000 * 75);
    assert_true(scarcity_bytes(e) <= 1024 * 1024);
    engine_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_those_on_paper),
        cmocka_unit_test(prices_of_many_are_not_damped),
        cmocka_unit_test(the_last_unit_is_dearest),
        cmocka_unit_test(what_may_not_be_given_is_not_free),
        cmocka_unit_test(a_held_unit_is_not_free),
        cmocka_unit_test(a_household_of_two_units_needs_two),
        cmocka_unit_test(points_are_price_times_weight),
        cmocka_unit_test(without_price_the_best_score_is_first),
        cmocka_unit_test(the_group_with_the_largest_part_is_named),
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(nobody_known_costs_nothing),
        cmocka_unit_test(a_redefined_pool_is_compiled_anew),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(prices_stay_in_range),
        cmocka_unit_test(very_many_free_units_are_not_few),
        cmocka_unit_test(it_takes_a_mebibyte_at_most),
    };

    return cmocka_run_group_tests(tests, vocab_setup, vocab_teardown);
}
