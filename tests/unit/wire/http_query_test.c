#include "wire/http_query.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void decoding(void **state)
{
    static const struct {
        const char *raw;
        bool plus;
        enum err want;
        const char *text;
    } rows[] = {
        {"", true, OK, ""},
        {"abc", true, OK, "abc"},
        {"a+b", true, OK, "a b"},
        {"a+b", false, OK, "a+b"},
        {"a%2Bb", true, OK, "a+b"},
        {"%c3%ab", true, OK, "\xc3\xab"},
        {"%F0%9F%8F%A0", true, OK, "\xf0\x9f\x8f\xa0"},
        {"1234567", true, OK, "1234567"},
        {"12345678", true, ERR_TOO_BIG, ""},
        {"%31%32%33%34%35%36%37%38", true, ERR_TOO_BIG, ""},
        {"%", true, ERR_BAD_INPUT, ""},
        {"%4", true, ERR_BAD_INPUT, ""},
        {"%4x", true, ERR_BAD_INPUT, ""},
        {"%%41", true, ERR_BAD_INPUT, ""},
        {"%00", true, ERR_BAD_INPUT, ""},
        {"a%0ab", true, ERR_BAD_INPUT, ""},
        {"%7f", true, ERR_BAD_INPUT, ""},
        {"%c2%85", true, ERR_BAD_INPUT, ""},       /* NEL */
        {"%c0%af", true, ERR_BAD_INPUT, ""},       /* overlong / */
        {"%e0%80%af", true, ERR_BAD_INPUT, ""},    /* overlong / */
        {"%ed%a0%80", true, ERR_BAD_INPUT, ""},    /* surrogate */
        {"%f4%90%80%80", true, ERR_BAD_INPUT, ""}, /* past U+10FFFF */
        {"%c3", true, ERR_BAD_INPUT, ""},
        {"%e2%82x", true, ERR_BAD_INPUT, ""},
        {"%80", true, ERR_BAD_INPUT, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *out = mem_new(8, 1);
        char *raw = mem_dup(rows[i].raw, strlen(rows[i].raw));
        enum err e = http_percent_decode(bytes_of_text(raw), rows[i].plus, out, 8);
        if (e != rows[i].want || strcmp(out, rows[i].text) != 0)
            fail_msg("'%s': %s, '%s'", rows[i].raw, err_name(e), out);
        free(raw);
        free(out);
    }
}

static void parameters(void **state)
{
    struct bytes q =
        BYTES_LITERAL("&&a=1&region=Z%C3%BCrich&b&c=&twice=1&tw%69ce=2&long=0123456789&bad=%00&=x&n=-42");
    char out[9];
    int64_t n = 7;

    (void)state;
    assert_int_equal(http_query_text(q, "a", out, sizeof out), OK);
    assert_string_equal(out, "1");
    assert_int_equal(http_query_text(q, "region", out, sizeof out), OK);
    assert_string_equal(out, "Z\xc3\xbcrich");
    assert_int_equal(http_query_text(q, "b", out, sizeof out), OK);
    assert_string_equal(out, "");
    assert_int_equal(http_query_text(q, "c", out, sizeof out), OK);
    assert_string_equal(out, "");
    assert_int_equal(http_query_text(q, "d", out, sizeof out), ERR_NOT_FOUND);
    assert_int_equal(http_query_text(q, "twice", out, sizeof out), ERR_CONFLICT);
    assert_int_equal(http_query_text(q, "long", out, sizeof out), ERR_TOO_BIG);
    assert_string_equal(out, "");
    assert_int_equal(http_query_text(q, "bad", out, sizeof out), ERR_BAD_INPUT);
    assert_int_equal(http_query_int(q, "n", -42, 0, &n), OK);
    assert_int_equal(n, -42);
    assert_int_equal(http_query_int(q, "n", -41, 0, &n), ERR_TOO_BIG);
    assert_int_equal(http_query_int(q, "a", 2, 9, &n), ERR_TOO_BIG);
    assert_int_equal(http_query_int(q, "b", 0, 9, &n), ERR_BAD_INPUT);
    assert_int_equal(http_query_int(q, "none", 0, 9, &n), ERR_NOT_FOUND);
    assert_int_equal(n, -42);
    assert_int_equal(http_query_text(BYTES(NULL, 0), "a", out, sizeof out), ERR_NOT_FOUND);
}

static void numbers(void **state)
{
    static const struct {
        const char *query;
        enum err want;
        int64_t n;
    } rows[] = {
        {"n=0", OK, 0},
        {"n=007", OK, 7},
        {"n=999999999999999999", OK, 999999999999999999},
        {"n=1000000000000000000", ERR_BAD_INPUT, 0},
        {"n=99999999999999999999999999", ERR_BAD_INPUT, 0},
        {"n=-", ERR_BAD_INPUT, 0},
        {"n=+1", ERR_BAD_INPUT, 0},
        {"n=%2b1", ERR_BAD_INPUT, 0},
        {"n=1x", ERR_BAD_INPUT, 0},
        {"n=1.5", ERR_BAD_INPUT, 0},
        {"n=--1", ERR_BAD_INPUT, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t n = 0;
        enum err e = http_query_int(bytes_of_text(rows[i].query), "n", INT64_MIN, INT64_MAX, &n);
        if (e != rows[i].want || n != rows[i].n)
            fail_msg("'%s': %s, %lld", rows[i].query, err_name(e), (long long)n);
    }
}

static void path_segments(void **state)
{
    struct bytes rest = BYTES_LITERAL("/api/v1//x/"), segment;
    static const char *const want[] = {"api", "v1", "", "x", ""};
    size_t n = 0;

    (void)state;
    while (http_path_next(&rest, &segment)) {
        assert_true(n < COUNT_OF(want));
        assert_int_equal(segment.len, strlen(want[n]));
        assert_memory_equal(segment.p, want[n], segment.len);
        n++;
    }
    assert_int_equal(n, COUNT_OF(want));
    rest = BYTES_LITERAL("/");
    assert_true(http_path_next(&rest, &segment));
    assert_int_equal(segment.len, 0);
    assert_false(http_path_next(&rest, &segment));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding),
        cmocka_unit_test(parameters),
        cmocka_unit_test(numbers),
        cmocka_unit_test(path_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
