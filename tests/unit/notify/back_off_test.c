#include "notify/back_off.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void doubles_up_to_the_bound(void **state)
{
    const struct back_off b = {.first_ms = 1000, .most_ms = 10000};
    static const int64_t most[] = {1000, 2000, 4000, 8000, 10000, 10000};

    (void)state;
    for (uint32_t n = 1; n <= 6; n++) {
        int64_t least = INT64_MAX, greatest = 0;

        for (uint64_t draw = 0; draw < 20000; draw++) {
            int64_t ms = back_off_ms(&b, n, 0, draw);

            least = ms < least ? ms : least;
            greatest = ms > greatest ? ms : greatest;
        }
        assert_int_equal(least, most[n - 1] / 2);
        assert_int_equal(greatest, most[n - 1]);
    }
    assert_true(back_off_ms(&b, UINT32_MAX, 0, 7) <= 10000);
}

static void what_the_receiver_asks(void **state)
{
    const struct back_off b = {.first_ms = 1000, .most_ms = 10000};

    (void)state;
    assert_int_equal(back_off_ms(&b, 1, 7000, 0), 7000);
    assert_int_equal(back_off_ms(&b, 1, 100, 0), 500);
    assert_int_equal(back_off_ms(&b, 1, INT64_MAX, 0), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_up_to_the_bound),
        cmocka_unit_test(what_the_receiver_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
