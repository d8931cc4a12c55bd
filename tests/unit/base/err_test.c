#include "base/err.h"

#include "support/cmocka_all.h"

#include <string.h>

static void every_error_has_its_own_name(void **state)
{
    (void)state;
    for (int a = OK; a < ERR_N; a++) {
        assert_string_not_equal(err_name((enum err)a), err_name(ERR_N));
        for (int b = OK; b < a; b++)
            assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
    }
    assert_string_equal(err_name(OK), "ok");
    assert_string_equal(err_name(ERR_TOO_BIG), "too big");
}

static void what_is_no_error_still_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(err_name(ERR_N), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_its_own_name),
        cmocka_unit_test(what_is_no_error_still_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
