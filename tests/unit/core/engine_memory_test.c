/* The bars of memory: bytes per pool and per open referral at 1,000 and at 10,000 pools, counted. */
#include "support/crowd.h"

#include "base/mem.h"
#include "core/engine_state.h"

#include <stdio.h>
#include <string.h>

#define POOL_MATCH_MAX 200
#define POOL_MAX 400
#define REFERRAL_MAX 2048

static void a_pool_stays_below_its_bars(void **state)
{
    static const struct crowd cases[] = {{.pools = 1000}, {.pools = 10000}};
    struct vocab *v = vocab_of_repository();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engine *e = crowd_new(v, &cases[i]);
        struct engine_memory m = engine_memory(e);
        double n = cases[i].pools;

        print_message("%u pools: %.1f bytes each, %.1f of them in the match\n", cases[i].pools,
                      (double)m.pools / n, (double)m.pools_match / n);
        if ((double)m.pools > POOL_MAX * n || (double)m.pools_match > POOL_MATCH_MAX * n)
            fail_msg("%u pools take %zu bytes, %zu of them in the match", cases[i].pools, m.pools,
                     m.pools_match);
        engine_free(e);
    }
    vocab_free(v);
}

static void an_open_referral_stays_below_its_bar(void **state)
{
    static const struct crowd cases[] = {{.pools = 1000, .referrals = 500},
                                         {.pools = 10000, .referrals = 500}};
    struct vocab *v = vocab_of_repository();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct engine *e = crowd_new(v, &cases[i]);
        struct engine_memory m = engine_memory(e);
        size_t each = (m.referrals + m.requests + m.may_suit) / cases[i].referrals;

        print_message("%u open referrals at %u pools: %zu bytes each, %zu of them bits\n", cases[i].referrals,
                      cases[i].pools, each, m.may_suit / cases[i].referrals);
        assert_true(m.may_suit > 0);
        assert_in_range(each, 1, REFERRAL_MAX);
        engine_free(e);
    }
    vocab_free(v);
}

/* Whoever renames a pool a thousand times has no more than one who did it once. */
static void renaming_does_not_add_up(void **state)
{
    static const struct crowd c = {.pools = 50};
    struct vocab *v = vocab_of_repository();
    struct engine *e = crowd_new(v, &c);
    size_t before = engine_memory(e).pools;
    char last[NAME_SIZE];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct pool p = engine_pool_definition(e, (struct pool_id){7});

        snprintf(p.name, sizeof p.name, "Kamer die weer anders heet %d", i);
        snprintf(p.name_en, sizeof p.name_en, "Room of another name once more %d", i);
        world_redefine(e, &p, NOON_MS);
        snprintf(last, sizeof last, "%s", p.name);
    }
    assert_in_range(engine_memory(e).pools, 1, before + 8192);
    assert_string_equal(engine_pool_name(e, (struct pool_id){7}), last);
    assert_string_equal(engine_pool_name(e, (struct pool_id){8}), "Gezinskamer 000008");
    assert_string_equal(engine_pool_code(e, (struct pool_id){7}), "huis-00003-kamer-07");
    assert_int_equal(engine_pool_find(e, "huis-00003-kamer-07").v, 7);
    engine_free(e);
    vocab_free(v);
}

/* What is kept of the alarms of leaks is of referrals too, however few have one. */
static void alarms_of_leaks_are_counted(void **state)
{
    static const struct crowd c = {.pools = 50, .referrals = 10};
    struct vocab *v = vocab_of_repository();
    struct engine *e = crowd_new(v, &c);
    size_t before = engine_memory(e).referrals;
    uint32_t cap = e->timers.cap_seldom;

    (void)state;
    e->timers.cap_seldom = cap + 100;
    assert_in_range(engine_memory(e).referrals - before, 100 * sizeof *e->timers.seldom - 16,
                    100 * sizeof *e->timers.seldom + 32);
    e->timers.cap_seldom = cap;
    engine_free(e);
    vocab_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_stays_below_its_bars),
        cmocka_unit_test(an_open_referral_stays_below_its_bar),
        cmocka_unit_test(renaming_does_not_add_up),
        cmocka_unit_test(alarms_of_leaks_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
