/* The fingerprint of a key: the digits that the pages count, and what counts as the same. */
#include "http/key_print.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Counted by js/sealing.js in node: of 32 zero bytes, and of 0, 1, 2 ... 31. */
static const struct {
    bool counts_up;
    const char *print;
} cases[] = {
    {false, "54949 64918 83004 60391 90608 66023"},
    {true, "70768 34047 43624 68224 04449 71219"},
};

static void key_of(bool counts_up, uint8_t out[ORG_KEY_PUBLIC_BYTES])
{
    for (uint8_t i = 0; i < ORG_KEY_PUBLIC_BYTES; i++)
        out[i] = counts_up ? i : 0;
}

static void as_the_pages_count(void **state)
{
    char print[KEY_PRINT_SIZE];
    uint8_t key[ORG_KEY_PUBLIC_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        key_of(cases[i].counts_up, key);
        key_print(key, print);
        assert_string_equal(print, cases[i].print);
    }
}

static void only_the_digits_count(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"54949 64918 83004 60391 90608 66023", true},     {"549496491883004603919060866023", true},
        {"  54949-64918-83004-60391-90608-66023\t", true}, {"54949 64918 83004 60391 90608 660230", false},
        {"054949 64918 83004 60391 90608 66023", false},   {"", false},
        {"54949 64918 83004 60391 90608 6602", false},     {"70768 34047 43624 68224 04449 71219", false},
    };
    uint8_t key[ORG_KEY_PUBLIC_BYTES];

    (void)state;
    key_of(false, key);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (key_print_is(key, rows[i].text) != rows[i].want)
            fail_msg("'%s'", rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_pages_count),
        cmocka_unit_test(only_the_digits_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
