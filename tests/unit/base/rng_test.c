#include "base/rng.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

/* The published test values of splitmix64 for this seed (as Vigna's reference C code prints them). */
static void the_published_numbers(void **state)
{
    static const uint64_t want[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                    UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                    UINT64_C(16408922859458223821)};
    struct rng r = rng_seed(1234567);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_true(rng_next(&r) == want[i]);
    r = rng_seed(0);
    assert_true(rng_next(&r) == UINT64_C(0xe220a8397b1dcdaf));
}

static void the_finaliser(void **state)
{
    (void)state;
    assert_true(rng_mix(0) == 0);
    assert_true(rng_mix(UINT64_C(0x9e3779b97f4a7c15)) == UINT64_C(0xe220a8397b1dcdaf));
}

static void below_stays_below_and_is_even(void **state)
{
    static const uint32_t bounds[] = {1, 2, 3, 7, 1000, 0x80000001u, UINT32_MAX};
    struct rng r = rng_seed(7);
    int hits[3] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        for (int n = 0; n < 10000; n++)
            assert_true(rng_below(&r, bounds[i]) < bounds[i]);
    }
    /* 260 is over three sigma (82 each) of 30,000 draws with chance 1/3; the seed makes it repeatable. */
    for (int n = 0; n < 30000; n++)
        hits[rng_below(&r, 3)]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(hits[i], 10000 - 260, 10000 + 260);
}

/* For n = 3 * 2^30 the unfair draws are a quarter of all: without refusing them every third value would come
 * twice as often as the others. */
static void unfair_draws_are_refused(void **state)
{
    struct rng r = rng_seed(11);
    int hits[3] = {0};

    (void)state;
    for (int n = 0; n < 30000; n++)
        hits[rng_below(&r, UINT32_C(3) << 30) % 3]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(hits[i], 10000 - 260, 10000 + 260);
}

static void chance_is_per_mille(void **state)
{
    struct rng r = rng_seed(3);
    int hits = 0;

    (void)state;
    for (int n = 0; n < 1000; n++) {
        assert_false(rng_chance(&r, 0));
        assert_true(rng_chance(&r, 1000));
    }
    for (int n = 0; n < 100000; n++)
        hits += rng_chance(&r, 250);
    assert_in_range(hits, 25000 - 500, 25000 + 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_numbers),         cmocka_unit_test(the_finaliser),
        cmocka_unit_test(below_stays_below_and_is_even), cmocka_unit_test(unfair_draws_are_refused),
        cmocka_unit_test(chance_is_per_mille),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
