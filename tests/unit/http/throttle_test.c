#include "http/throttle.h"

#include "base/crypto.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct throttle_rate rate = {.burst = 3, .every_ms = 1000};

static uint64_t key_of(const struct throttle *t, const char *who)
{
    return throttle_key(t, BYTES(who, strlen(who)));
}

static void a_bucket_empties_and_fills(void **state)
{
    struct throttle *t = throttle_new(8);
    uint64_t a = key_of(t, "a"), b = key_of(t, "b");

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(throttle_take(t, a, &rate, 1000), 0);
    assert_int_equal(throttle_take(t, a, &rate, 1000), 1000);
    assert_int_equal(throttle_take(t, a, &rate, 1400), 600);
    assert_int_equal(throttle_take(t, b, &rate, 1400), 0); /* each on its own */
    assert_int_equal(throttle_take(t, a, &rate, 2000), 0);
    assert_int_equal(throttle_take(t, a, &rate, 2000), 1000);
    throttle_give_back(t, a, &rate, 2000);
    assert_int_equal(throttle_take(t, a, &rate, 2000), 0);
    for (int i = 0; i < 3; i++) /* never more than the burst, however long it was quiet */
        assert_int_equal(throttle_take(t, a, &rate, 1000000), 0);
    assert_true(throttle_take(t, a, &rate, 1000000) > 0);
    throttle_free(t);
}

static void giving_back_makes_no_credit(void **state)
{
    struct throttle *t = throttle_new(8);
    uint64_t a = key_of(t, "a");

    (void)state;
    for (int i = 0; i < 5; i++)
        throttle_give_back(t, a, &rate, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(throttle_take(t, a, &rate, 1), 0);
    assert_true(throttle_take(t, a, &rate, 1) > 0);
    throttle_free(t);
}

static void failures_lock_and_then_count_anew(void **state)
{
    struct throttle *t = throttle_new(8);
    uint64_t a = key_of(t, "a");

    (void)state;
    for (int i = 0; i < 4; i++) {
        throttle_fail(t, a, 5, 900, 100);
        assert_int_equal(throttle_locked_until(t, a, 100), 0);
    }
    throttle_fail(t, a, 5, 900, 100);
    assert_int_equal(throttle_locked_until(t, a, 100), 1000);
    assert_int_equal(throttle_locked_until(t, a, 999), 1000);
    assert_int_equal(throttle_locked_until(t, a, 1000), 0);
    throttle_fail(t, a, 5, 900, 1000);
    assert_int_equal(throttle_locked_until(t, a, 1000), 0);
    throttle_free(t);
}

/* Many more keys than slots: nothing grows, the longest quiet one of eight goes, a fresh one stays. */
static void a_full_table_forgets_the_oldest(void **state)
{
    struct throttle *t = throttle_new(1);
    char who[32];

    (void)state;
    for (int i = 0; i < 8; i++) {
        snprintf(who, sizeof who, "who-%d", i);
        throttle_fail(t, key_of(t, who), 1, 1000000, i);
    }
    throttle_fail(t, key_of(t, "new"), 1, 1000000, 8);
    assert_int_not_equal(throttle_locked_until(t, key_of(t, "who-1"), 8), 0);
    assert_int_not_equal(throttle_locked_until(t, key_of(t, "who-7"), 8), 0);
    assert_int_not_equal(throttle_locked_until(t, key_of(t, "new"), 8), 0);
    assert_int_equal(throttle_locked_until(t, key_of(t, "who-0"), 9), 0);
    throttle_free(t);
}

static void keys_differ_between_processes(void **state)
{
    struct throttle *a = throttle_new(8), *b = throttle_new(8);

    (void)state;
    assert_true(key_of(a, "x") != key_of(b, "x"));
    throttle_free(a);
    throttle_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(giving_back_makes_no_credit),
        cmocka_unit_test(failures_lock_and_then_count_anew),
        cmocka_unit_test(a_full_table_forgets_the_oldest),
        cmocka_unit_test(keys_differ_between_processes),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
