#include "base/time_text.h"
#include "base/mem.h"

#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void texts_that_mean_a_moment(void **state)
{
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T01:00:00+01:00", 0},
        {"1970-01-01T00:00:00.001Z", 1},
        {"2026-11-21T20:00:00+01:00", INT64_C(1795287600000)},
        {"2026-11-21T19:00:00Z", INT64_C(1795287600000)},
        {"2026-11-21T19:00:00.000Z", INT64_C(1795287600000)},
        {"2026-11-21T13:30:00-05:30", INT64_C(1795287600000)},
        {"2026-11-22T09:00:00+14:00", INT64_C(1795287600000)},
        {"2026-11-21T05:00:00-14:00", INT64_C(1795287600000)},
        {"2026-11-21T19:00:00-00:00", INT64_C(1795287600000)},
        {"2026-11-21T19:00:00.5Z", INT64_C(1795287600500)},
        {"2026-11-21T19:00:00.05Z", INT64_C(1795287600050)},
        {"2026-11-21T19:00:00.123999999Z", INT64_C(1795287600123)},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
        {"2024-02-29T12:00:00Z", INT64_C(1709208000000)},
        {"2024-03-01T00:00:00+13:00", INT64_C(1709204400000)},
        {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t got = -1;

        if (time_parse(bytes_of_text(cases[i].text), &got) != OK || got != cases[i].want)
            fail_msg("%s: %lld, wanted %lld", cases[i].text, (long long)got, (long long)cases[i].want);
    }
}

static void texts_that_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2026-11-21",
        "2026-11-21T20:00:00",             /* no zone */
        "2026-11-21T20:00:00.000",         /* no zone */
        "2026-11-21T20:00Z",               /* no seconds */
        "2026-11-21 20:00:00Z",            /* no T */
        "2026-11-21t20:00:00Z",            /* lower case */
        "2026-11-21T20:00:00z",            /* lower case */
        "2026-02-29T00:00:00Z",            /* no leap year */
        "2100-02-29T00:00:00Z",            /* a century is none */
        "2000-02-30T00:00:00Z",            /* no February has it */
        "2026-04-31T00:00:00Z",            /* no such day */
        "2026-01-00T00:00:00Z",            /* no such day */
        "2026-00-01T00:00:00Z",            /* no such month */
        "2026-13-01T00:00:00Z",            /* no such month */
        "2026-11-21T24:00:00Z",            /* no such hour */
        "2026-11-21T20:60:00Z",            /* no such minute */
        "2016-12-31T23:59:60Z",            /* leap second */
        "2026-11-21T20:00:00.Z",           /* dot without digits */
        "2026-11-21T20:00:00,5Z",          /* comma */
        "2026-11-21T20:00:00.0000000001Z", /* ten digits */
        "2026-11-21T20:00:00+1:00",        /* one digit */
        "2026-11-21T20:00:00+0100",        /* no colon */
        "2026-11-21T20:00:00+01",          /* no minutes */
        "2026-11-21T20:00:00+01:60",       /* no such minute */
        "2026-11-21T20:00:00+14:01",       /* past the last zone */
        "2026-11-21T20:00:00-15:00",       /* past the last zone */
        "2026-11-21T20:00:00Z ",           /* more behind */
        " 2026-11-21T20:00:00Z",           /* more before */
        "+2026-11-21T20:00:00Z",
        "-026-11-21T20:00:00Z",
        "2026-11- 1T20:00:00Z",
        "1969-12-31T23:59:59Z",      /* before the first year */
        "1969-12-31T23:59:59-01:00", /* before it only in the text */
        "1970-01-01T00:00:00+01:00", /* before it in UTC */
        "9999-12-31T23:59:59-01:00", /* behind the last year in UTC */
        "10000-01-01T00:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t got = 42;

        if (time_parse(bytes_of_text(cases[i]), &got) != ERR_BAD_INPUT || got != 42)
            fail_msg("'%s' was taken", cases[i]);
    }
}

static void a_nul_in_the_text_is_refused(void **state)
{
    int64_t got = 42;

    (void)state;
    assert_int_equal(time_parse(BYTES_LITERAL("2026-11-21T20:00:00Z\0"), &got), ERR_BAD_INPUT);
    assert_int_equal(time_parse(BYTES(NULL, 0), &got), ERR_BAD_INPUT);
}

/* In memory of exactly its size, so that AddressSanitizer sees one byte too many. */
static void no_prefix_is_taken_or_read_past_its_end(void **state)
{
    static const char text[] = "2026-11-21T20:00:00.123+01:00";

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *exact = malloc(len > 0 ? len : 1);
        int64_t got = 42;

        memcpy(exact, text, len);
        assert_int_equal(time_parse(BYTES(exact, len), &got), ERR_BAD_INPUT);
        free(exact);
    }
}

static void moments_as_text(void **state)
{
    static const struct {
        int64_t at_ms;
        const char *want;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {INT64_C(1795287600000), "2026-11-21T19:00:00.000Z"},
        {INT64_C(1709208000007), "2024-02-29T12:00:00.007Z"},
        {INT64_C(4107542400000) - 1, "2100-02-28T23:59:59.999Z"},
        {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {INT64_MAX, "292278994-08-17T07:12:55.807Z"},
        {INT64_MIN, "-292275055-05-16T16:47:04.192Z"},
    };
    char out[TIME_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_ptr_equal(time_format(cases[i].at_ms, out), out);
        assert_string_equal(out, cases[i].want);
    }
}

/* libc's calendar as the judge, over all years, at a step that meets every hour and month. */
static void the_calendar_agrees_with_libc(void **state)
{
    const int64_t step = 9 * MS_DAY + 7 * MS_HOUR + 13 * MS_MINUTE + 17 * MS_SECOND + 123;
    const int64_t end = INT64_C(253402300800000);

    (void)state;
    for (int64_t at = 0; at < end; at += step) {
        time_t seconds = (time_t)(at / 1000);
        struct tm tm;
        char want[40];
        char got[TIME_TEXT_SIZE];
        int64_t back = -1;
        size_t len = 0;

        gmtime_r(&seconds, &tm);
        len = strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(want + len, sizeof want - len, ".%03dZ", (int)(at % 1000));
        assert_string_equal(time_format(at, got), want);
        assert_int_equal(time_parse(bytes_of_text(got), &back), OK);
        assert_true(back == at);
    }
}

static int week_minute(const char *text)
{
    int64_t at = 0;

    assert_int_equal(time_parse(bytes_of_text(text), &at), OK);
    return time_week_minute_nl(at);
}

static void minute_of_the_dutch_week(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        int day; /* 0 = Monday */
        int hour;
        int minute;
    } cases[] = {
        {"first day, a Thursday", "1970-01-01T00:00:00Z", 3, 1, 0},
        {"Monday begins in winter", "2026-11-22T23:00:00Z", 0, 0, 0},
        {"Sunday ends in winter", "2026-11-22T22:59:59.999Z", 6, 23, 59},
        {"Monday begins in summer", "2026-07-05T22:00:00Z", 0, 0, 0},
        {"Sunday ends in summer", "2026-07-05T21:59:59.999Z", 6, 23, 59},
        {"last of winter time", "2026-03-29T00:59:59.999Z", 6, 1, 59},
        {"first of summer time", "2026-03-29T01:00:00Z", 6, 3, 0},
        {"last of summer time", "2026-10-25T00:59:59.999Z", 6, 2, 59},
        {"first of winter time", "2026-10-25T01:00:00Z", 6, 2, 0},
        {"switch on the 31st", "2024-03-31T01:00:00Z", 6, 3, 0},
        {"before it", "2024-03-31T00:59:59Z", 6, 1, 59},
        {"switch on the 25th", "2029-03-25T01:00:00Z", 6, 3, 0},
        {"autumn switch on the 31st", "2027-10-31T01:00:00Z", 6, 2, 0},
        {"before it", "2027-10-31T00:59:00Z", 6, 2, 59},
        {"new year over the zone", "2026-12-31T23:30:00Z", 4, 0, 30},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int got = week_minute(cases[i].text);

        if (got != cases[i].day * 1440 + cases[i].hour * 60 + cases[i].minute)
            fail_msg("%s: %d = day %d %02d:%02d", cases[i].name, got, got / 1440, got / 60 % 24, got % 60);
    }
}

/* libc with the rule spelled out (no tz database needed) as the judge, 1996 to 2100, every 37 minutes. */
static void the_week_agrees_with_libc(void **state)
{
    const int64_t end = INT64_C(4102444800000);

    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0/2,M10.5.0/3", 1);
    tzset();
    for (int64_t at = INT64_C(820454400000); at < end; at += 37 * MS_MINUTE) {
        time_t seconds = (time_t)(at / 1000);
        struct tm tm;
        int want = 0;

        localtime_r(&seconds, &tm);
        want = (tm.tm_wday + 6) % 7 * 1440 + tm.tm_hour * 60 + tm.tm_min;
        if (time_week_minute_nl(at) != want)
            fail_msg("at %lld: %d, libc says %d", (long long)at, time_week_minute_nl(at), want);
    }
}

static void days(void **state)
{
    static const char *const bad[] = {"",           "2026-2-01",   "2026-02-30", "2026-13-01",
                                      "1969-12-31", "2026-02-01 ", "26-02-01"};
    char text[DAY_TEXT_SIZE];
    int32_t day = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(time_day_parse(bytes_of_text(bad[i]), &day), ERR_BAD_INPUT);
    assert_int_equal(time_day_parse(bytes_of_text("1970-01-01"), &day), OK);
    assert_int_equal(day, 0);
    assert_int_equal(time_day_parse(bytes_of_text("2028-02-29"), &day), OK);
    assert_string_equal(time_day_format(day, text), "2028-02-29");
}

/* Each moment lies in its day, from that day's midnight to before the next one's. TZ is the test's before. */
static void the_dutch_day_agrees_with_libc(void **state)
{
    const int64_t end = INT64_C(4102444800000);
    int32_t longest = 0;

    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0/2,M10.5.0/3", 1);
    tzset();
    for (int64_t at = INT64_C(820454400000); at < end; at += 53 * MS_MINUTE) {
        time_t seconds = (time_t)(at / 1000);
        struct tm tm;
        char want[DAY_TEXT_SIZE], is[DAY_TEXT_SIZE];
        int32_t day = time_day_nl(at);
        int64_t starts = time_day_starts_ms(day), ends = time_day_starts_ms(day + 1);

        localtime_r(&seconds, &tm);
        snprintf(want, sizeof want, "%04d-%02d-%02d", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
                 tm.tm_mday % 100);
        if (strcmp(time_day_format(day, is), want) != 0)
            fail_msg("at %lld: %s, libc says %s", (long long)at, is, want);
        if (at < starts || at >= ends || time_day_nl(starts) != day || time_day_nl(starts - 1) != day - 1)
            fail_msg("%s does not begin at its midnight", is);
        if (ends - starts == 25 * MS_HOUR)
            longest++;
    }
    assert_true(longest > 0);
}

static void the_clocks_run(void **state)
{
    int64_t mono = time_mono_ms();
    int64_t wall = time_wall_ms();

    (void)state;
    assert_true(time_mono_ms() >= mono);
    assert_true(llabs(wall / 1000 - (int64_t)time(NULL)) <= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_mean_a_moment),
        cmocka_unit_test(texts_that_are_refused),
        cmocka_unit_test(a_nul_in_the_text_is_refused),
        cmocka_unit_test(no_prefix_is_taken_or_read_past_its_end),
        cmocka_unit_test(moments_as_text),
        cmocka_unit_test(the_calendar_agrees_with_libc),
        cmocka_unit_test(minute_of_the_dutch_week),
        cmocka_unit_test(the_week_agrees_with_libc),
        cmocka_unit_test(days),
        cmocka_unit_test(the_dutch_day_agrees_with_libc),
        cmocka_unit_test(the_clocks_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
