/* A number is there for whom it was opened today, in this round, and for nobody else. */
#include "http/night_numbers.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

static const struct org_id VT = {1}, COMENSHA = {9};
static const struct location_id HOUSE = {3}, OTHER = {40};

static void for_whom_it_was_opened(void **state)
{
    struct night_numbers *n = night_numbers_new();

    (void)state;
    assert_null(night_numbers_get(n, VT, HOUSE, 7));
    night_numbers_keep(n, VT, HOUSE, 7, "030 555 0100");
    assert_string_equal(night_numbers_get(n, VT, HOUSE, 7), "030 555 0100");
    assert_null(night_numbers_get(n, COMENSHA, HOUSE, 7)); /* known, but not in the log for it */
    assert_null(night_numbers_get(n, VT, OTHER, 7));
    night_numbers_keep(n, COMENSHA, OTHER, 7, "030 555 0200"); /* room for more keeps what was there */
    assert_string_equal(night_numbers_get(n, VT, HOUSE, 7), "030 555 0100");
    assert_null(night_numbers_get(n, VT, OTHER, 7));
    night_numbers_free(n);
}

static void once_a_day(void **state)
{
    struct night_numbers *n = night_numbers_new();

    (void)state;
    night_numbers_keep(n, VT, HOUSE, 7, "030 555 0100");
    night_numbers_keep(n, VT, OTHER, 7, "030 555 0200");
    assert_null(night_numbers_get(n, VT, HOUSE, 8));
    night_numbers_keep(n, VT, HOUSE, 8, "030 555 0100");
    assert_non_null(night_numbers_get(n, VT, HOUSE, 8));
    assert_null(night_numbers_get(n, VT, OTHER, 8)); /* yesterday's entry does not count */
    night_numbers_free(n);
}

static void after_the_round_none_is_left(void **state)
{
    struct night_numbers *n = night_numbers_new();

    (void)state;
    night_numbers_keep(n, VT, HOUSE, 7, "030 555 0100");
    night_numbers_wipe(n);
    assert_null(night_numbers_get(n, VT, HOUSE, 7));
    night_numbers_keep(n, COMENSHA, HOUSE, 7, "030 555 0101"); /* the next round opens it once, */
    assert_string_equal(night_numbers_get(n, VT, HOUSE, 7), "030 555 0101"); /* and VT's entry is there */
    night_numbers_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_whom_it_was_opened),
        cmocka_unit_test(once_a_day),
        cmocka_unit_test(after_the_round_none_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
