/* The report: every number comes from the rows, names are escaped, the page is well-formed and complete in
 * itself, and the same rows give the same bytes. */
#include "simulate/report_html.h"
#include "simulate/report_means.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct report_row a_row(const char *policy, uint64_t seed, double on_time, double unmet)
{
    struct report_row r = {.scenario = "base", .policy = policy, .seed = seed, .bound = -1};
    r.metrics = (struct sim_metrics){.requests = 1000,
                                     .on_time_share = on_time,
                                     .late_share = 1 - on_time - unmet,
                                     .unmet_share = unmet,
                                     .median_hours = 0.75,
                                     .p90_hours = 13.5,
                                     .asks_per_placement = 1.43,
                                     .distance_km = 86.2,
                                     .fit = 0.662,
                                     .avoidable_burn = 0.125};
    for (int g = 0; g < SIM_GROUP_N; g++)
        r.metrics.group_on_time[g] = 0.5 + 0.01 * g;
    return r;
}

/* Two years of two policies; ours has not-on-time 0.1 + 0.12 against 0.16 + 0.2. */
static void two_years(struct report_row rows[4])
{
    rows[0] = a_row("nearest", 201, 0.84, 0.10);
    rows[1] = a_row("ours", 201, 0.90, 0.07);
    rows[2] = a_row("nearest", 202, 0.80, 0.12);
    rows[3] = a_row("ours", 202, 0.88, 0.08);
    rows[0].bound = rows[1].bound = 0.98;
    rows[2].bound = rows[3].bound = 0.96;
}

static bool has(struct buf *b, const char *text)
{
    return strstr(buf_c_str(b), text) != NULL;
}

static size_t count(struct buf *b, const char *text)
{
    size_t n = 0;
    for (const char *p = buf_c_str(b); (p = strstr(p, text)) != NULL; p += strlen(text))
        n++;
    return n;
}

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) < 1e-9);
}

static void test_means_and_ratios(void **state)
{
    struct report_row rows[4];
    struct report_means m;
    (void)state;
    two_years(rows);
    report_means_of(rows, 4, &m);
    assert_int_equal(m.n, 1);
    assert_int_equal(m.list[0].n, 2);
    assert_int_equal(m.list[0].years, 2);
    assert_near(m.list[0].bound, 0.97);
    const struct report_policy *ours = &m.list[0].policies[1];
    assert_string_equal(ours->policy, "ours");
    assert_near(ours->on_time, 0.89);
    assert_near(ours->unmet, 0.075);
    assert_near(ours->not_on_time_ratio, 0.22 / 0.36);
    assert_near(ours->unmet_ratio, 0.15 / 0.22);
    assert_near(ours->bound_share, 0.89 / 0.97);
    assert_near(ours->group[SIM_G_WHEELCHAIR], 0.51);
    assert_int_equal(ours->seeds_better, 2);
    assert_near(m.list[0].policies[0].not_on_time_ratio, 1);
    report_means_fini(&m);
}

static void test_only_shared_years_are_compared(void **state)
{
    struct report_row rows[3] = {a_row("ours", 1, 0.9, 0.05), a_row("nearest", 1, 0.8, 0.1),
                                 a_row("ours", 2, 0.1, 0.9)};
    struct report_means m;
    (void)state;
    report_means_of(rows, 3, &m);
    assert_near(m.list[0].policies[0].not_on_time_ratio, 0.5);
    assert_int_equal(m.list[0].policies[0].seeds_shared, 1);
    report_means_fini(&m);
    report_means_of(rows + 2, 1, &m); /* no baseline at all */
    assert_true(m.list[0].policies[0].not_on_time_ratio < 0);
    report_means_fini(&m);
}

static void test_numbers_are_in_page_and_table(void **state)
{
    static const char *const numbers[] = {"89.0",  "7.5",  "0.75", "13.5", "1.43", "86",
                                          "0.662", "12.5", "0.61", "0.68", "91.8", "97.0"};
    struct report_row rows[4];
    struct buf page = {0};
    struct buf text = {0};
    (void)state;
    two_years(rows);
    report_html(rows, 4, &page);
    report_text(rows, 4, &text);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!has(&page, numbers[i]) || !has(&text, numbers[i]))
            fail_msg("%s is missing", numbers[i]);
    }
    assert_true(has(&page, "seed 202 88.0;"));
    assert_true(has(&page, "Wheelchair: nearest 51.0, ours 51.0."));
    assert_true(has(&page, "2 of 2"));
    buf_fini(&page);
    buf_fini(&text);
}

static void test_lines_of_the_table_are_aligned(void **state)
{
    struct report_row rows[4];
    struct buf text = {0};
    size_t width = 0;
    (void)state;
    two_years(rows);
    rows[1].title = rows[3].title = "Ours, a longer näme";
    rows[2].metrics.p90_hours = 1234.5;
    report_text(rows, 4, &text);
    char *save = NULL;
    char *copy = strdup(buf_c_str(&text));
    (void)strtok_r(copy, "\n", &save);
    for (int i = 0; i < 3; i++) {
        size_t w = 0;
        for (const char *p = strtok_r(NULL, "\n", &save); *p != '\0'; p++)
            w += (*p & 0xc0) != 0x80;
        assert_true(i == 0 || w == width);
        width = w;
    }
    free(copy);
    buf_fini(&text);
}

static void test_what_is_not_there_is_a_dash(void **state)
{
    struct report_row row = a_row("ours", 1, 0.9, 0.05);
    struct buf page = {0};
    (void)state;
    row.metrics.median_hours = -1;
    row.metrics.p90_hours = (double)NAN;
    row.metrics.group_on_time[SIM_G_LARGE] = -1;
    report_html(&row, 1, &page);
    assert_true(has(&page, "<td>–</td>"));
    assert_true(has(&page, ">nobody<"));
    assert_false(has(&page, "nan"));
    assert_false(has(&page, ">-1"));
    assert_false(has(&page, "% bound"));
    buf_fini(&page);
}

/* Every tag that opens closes, in order; attributes are quoted; no bare & or <. */
static void assert_well_formed(const char *p)
{
    char open[64][16];
    size_t depth = 0;
    p = strstr(p, "<html");
    assert_non_null(p);
    for (; *p != '\0'; p++) {
        char name[16];
        if (*p == '&' && strncmp(p, "&amp;", 5) != 0 && strncmp(p, "&lt;", 4) != 0 &&
            strncmp(p, "&gt;", 4) != 0 && strncmp(p, "&quot;", 6) != 0 && strncmp(p, "&#39;", 5) != 0)
            fail_msg("bare ampersand: %.40s", p);
        if (*p != '<')
            continue;
        const char *end = strchr(p, '>');
        assert_non_null(end);
        if (p[1] == '/') {
            assert_true(depth > 0);
            depth--;
            if (strncmp(p + 2, open[depth], strlen(open[depth])) != 0)
                fail_msg("closes %s: %.40s", open[depth], p);
        } else if (end[-1] != '/') {
            assert_int_equal(sscanf(p, "<%15[a-z0-9]", name), 1);
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        }
        p = end;
    }
    assert_int_equal(depth, 0);
}

static void test_page_is_whole_and_names_are_escaped(void **state)
{
    struct report_row rows[4];
    struct buf page = {0};
    (void)state;
    two_years(rows);
    rows[1].title = rows[3].title = "A<script>&\"x'";
    (void)snprintf(rows[0].scenario, sizeof rows[0].scenario, "<b>&");
    report_html(rows, 4, &page);
    assert_well_formed(buf_c_str(&page));
    assert_false(has(&page, "<script"));
    assert_true(has(&page, "A&lt;script&gt;&amp;&quot;x&#39;"));
    assert_true(has(&page, "Scenario &lt;b&gt;&amp;<"));
    assert_false(has(&page, "http"));
    assert_false(has(&page, "url("));
    assert_true(has(&page, "<html lang=\"en\">"));
    assert_true(has(&page, "prefers-color-scheme:dark"));
    assert_true(has(&page, "scope=\"col\"") && has(&page, "scope=\"row\""));
    assert_int_equal(count(&page, "role=\"img\""), 6); /* three charts for each of two scenarios */
    assert_int_equal(count(&page, "<desc id="), 6);
    assert_int_equal(count(&page, "id=\"outcome-d1\">"), 1);
    buf_fini(&page);
}

static void test_same_rows_same_bytes(void **state)
{
    struct report_row rows[4];
    struct buf a = {0};
    struct buf b = {0};
    (void)state;
    two_years(rows);
    report_html(rows, 4, &a);
    report_html(rows, 4, &b);
    assert_true(bytes_equal(buf_view(&a), buf_view(&b)));
    buf_fini(&a);
    buf_fini(&b);
    report_html(NULL, 0, &a);
    assert_well_formed(buf_c_str(&a));
    report_text(NULL, 0, &b);
    assert_int_equal(b.len, 0);
    buf_fini(&a);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_and_ratios),
        cmocka_unit_test(test_only_shared_years_are_compared),
        cmocka_unit_test(test_numbers_are_in_page_and_table),
        cmocka_unit_test(test_lines_of_the_table_are_aligned),
        cmocka_unit_test(test_what_is_not_there_is_a_dash),
        cmocka_unit_test(test_page_is_whole_and_names_are_escaped),
        cmocka_unit_test(test_same_rows_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
