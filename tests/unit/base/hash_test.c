#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"

#include "support/cmocka_all.h"

/* Digests are compared between machines and versions: the values may not change. Before mixing they are the
 * FNV-1a values that its authors publish. */
static void fixed_values(void **state)
{
    static const struct {
        struct bytes in;
        uint64_t fnv;
    } cases[] = {
        {{NULL, 0}, UINT64_C(0xcbf29ce484222325)},
        {{(const uint8_t *)"a", 1}, UINT64_C(0xaf63dc4c8601ec8c)},
        {{(const uint8_t *)"foobar", 6}, UINT64_C(0x85944171f73967e8)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(hash_bytes(cases[i].in) == rng_mix(cases[i].fnv));
    assert_true(hash_combine(0, 0) == rng_mix(1));
    assert_true(hash_combine(1, 0) == rng_mix(UINT64_C(0x9e3779b97f4a7c16)));
}

static void order_matters(void **state)
{
    (void)state;
    for (uint64_t a = 0; a < 50; a++) {
        for (uint64_t b = 0; b < a; b++) {
            assert_true(hash_combine(a, b) != hash_combine(b, a));
            assert_true(hash_combine(hash_combine(0, a), b) != hash_combine(hash_combine(0, b), a));
        }
    }
}

/* Tables take the low bits: 4,096 near keys in 4,096 slots fill 63 % of them when the bits are as good as
 * drawn; 60 % is more than ten sigma below. */
static void near_keys_spread_over_the_low_bits(void **state)
{
    bool used[4096] = {false};
    int slots = 0;

    (void)state;
    for (uint32_t i = 0; i < 4096; i++) {
        size_t slot = hash_bytes(BYTES(&i, sizeof i)) & 4095;

        slots += !used[slot];
        used[slot] = true;
    }
    assert_true(slots > 4096 * 60 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_values),
        cmocka_unit_test(order_matters),
        cmocka_unit_test(near_keys_spread_over_the_low_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
