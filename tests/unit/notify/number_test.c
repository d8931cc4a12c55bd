#include "notify/number.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void numbers(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } cases[] = {
        {"0800-000 0001", "+318000000001"},
        {"06 12345678", "+31612345678"},
        {"(010) 123 45 67", "+31101234567"},
        {"+31 (0)10 1234567", "+31101234567"},
        {"0031 6 12345678", "+31612345678"},
        {" +32 2 123.45.67", "+3221234567"},
        {"+49/30/123456", "+4930123456"},
        {"", NULL},
        {"112", NULL},
        {"6 12345678", NULL}, /* neither a country nor Dutch */
        {"+0031612345678", NULL},
        {"+031612345678", NULL},
        {"06 12345678 of 06 87654321", NULL},
        {"06123456781234567", NULL},
        {"+1234567890123456", NULL},
        {"0612345678;x", NULL},
        {"++31612345678", NULL},
        {"00", NULL},
        {"bel de portier", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char out[NUMBER_SIZE] = "x";
        enum err e = number_normal(cases[i].text, out);

        print_message("  %s\n", cases[i].text);
        assert_int_equal(e, cases[i].want != NULL ? OK : ERR_BAD_INPUT);
        assert_string_equal(out, cases[i].want != NULL ? cases[i].want : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
