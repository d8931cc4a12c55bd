#include "store/db_sql.h"

#include "store/db_blocking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void is(struct buf *sql, const char *want)
{
    assert_string_equal(buf_c_str(sql), want);
    buf_clear(sql);
}

static void test_literals(void **state)
{
    struct buf sql = {0};

    (void)state;
    sql_text(&sql, "");
    is(&sql, "''");
    sql_text(&sql, NULL);
    is(&sql, "NULL");
    sql_text(&sql, "'\\\n\r\x1a");
    is(&sql, "'\\'\\\\\\n\\r\\Z'");
    sql_text(&sql, "\xc3\xa9'");
    is(&sql, "'\xc3\xa9\\''");
    sql_bytes(&sql, BYTES("a\0'b", 4));
    is(&sql, "_binary'a\\0\\'b'");
    sql_bytes(&sql, (struct bytes){0});
    is(&sql, "_binary''");
    sql_u64(&sql, UINT64_MAX);
    is(&sql, "18446744073709551615");
    sql_u64(&sql, 0);
    is(&sql, "0");
    sql_i64(&sql, INT64_MIN);
    is(&sql, "-9223372036854775808");
    sql_i64(&sql, INT64_MAX);
    is(&sql, "9223372036854775807");
    buf_fini(&sql);
}

/* reliability-measured 1.7: the code, what it means before COMMIT, and at COMMIT. */
static void test_fates(void **state)
{
    static const struct {
        unsigned code;
        enum db_fate writing, committing;
    } cases[] = {
        {0, DB_DONE, DB_DONE},          {1213, DB_UNDONE, DB_UNDONE},   {1205, DB_UNDONE, DB_UNDONE},
        {1020, DB_UNDONE, DB_UNDONE},   {2002, DB_GONE, DB_UNKNOWN},    {2003, DB_GONE, DB_UNKNOWN},
        {2006, DB_GONE, DB_UNKNOWN},    {2013, DB_GONE, DB_UNKNOWN},    {2055, DB_GONE, DB_UNKNOWN},
        {2026, DB_GONE, DB_UNKNOWN},    {1047, DB_GONE, DB_UNKNOWN},    {1927, DB_GONE, DB_UNKNOWN},
        {1053, DB_GONE, DB_UNKNOWN},    {1180, DB_UNDONE, DB_UNKNOWN},  {1317, DB_UNDONE, DB_UNKNOWN},
        {1062, DB_REFUSED, DB_REFUSED}, {1064, DB_REFUSED, DB_REFUSED}, {1146, DB_REFUSED, DB_REFUSED},
        {1406, DB_REFUSED, DB_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (db_fate_of(cases[i].code, DB_WRITES) != cases[i].writing ||
            db_fate_of(cases[i].code, DB_READS) != cases[i].writing ||
            db_fate_of(cases[i].code, DB_COMMITS) != cases[i].committing)
            fail_msg("code %u", cases[i].code);
        if (db_code_is_loss(cases[i].code) != (cases[i].writing == DB_GONE))
            fail_msg("loss %u", cases[i].code);
    }
}

static void test_cells(void **state)
{
    static const struct {
        const char *text;
        bool u, i;
        uint64_t as_u;
        int64_t as_i;
    } cases[] = {
        {"0", true, true, 0, 0},
        {"18446744073709551615", true, false, UINT64_MAX, 0},
        {"18446744073709551616", false, false, 0, 0},
        {"99999999999999999999", false, false, 0, 0},
        {"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
        {"9223372036854775808", true, false, UINT64_C(9223372036854775808), 0},
        {"-9223372036854775808", false, true, 0, INT64_MIN},
        {"-9223372036854775809", false, false, 0, 0},
        {"-1", false, true, 0, -1},
        {"-", false, false, 0, 0},
        {"", false, false, 0, 0},
        {"1x", false, false, 0, 0},
        {" 1", false, false, 0, 0},
        {"1.0", false, false, 0, 0},
        {"100000000000000000000000", false, false, 0, 0},
    };
    char out[4];

    (void)state;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        uint64_t u = 77;
        int64_t i = 77;
        bool is_u = db_cell_u64(bytes_of_text(cases[n].text), &u),
             is_i = db_cell_i64(bytes_of_text(cases[n].text), &i);

        if (is_u != cases[n].u || is_i != cases[n].i || u != (is_u ? cases[n].as_u : 77) ||
            i != (is_i ? cases[n].as_i : 77))
            fail_msg("\"%s\"", cases[n].text);
    }
    assert_false(db_cell_u64((struct bytes){0}, &(uint64_t){0}));
    assert_true(db_cell_text((struct bytes){0}, out, sizeof out));
    assert_string_equal(out, "");
    assert_true(db_cell_text(BYTES("abc", 3), out, sizeof out));
    assert_string_equal(out, "abc");
    assert_false(db_cell_text(BYTES("abcd", 4), out, sizeof out));
    assert_string_equal(out, "");
    assert_false(db_cell_text(BYTES("a\0b", 3), out, sizeof out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_fates),
        cmocka_unit_test(test_cells),
    };

    return cmocka_run_group_tests_name("db_sql", tests, NULL, NULL);
}
