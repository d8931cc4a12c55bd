/* Why a moment of arrival or leaving cannot be: the first thing that is wrong, and its word in the fault. */
#include "http/moments.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW_MS (1000 * MS_DAY)

static void each_bound_has_its_word(void **state)
{
    static const struct {
        const char *name;
        int64_t ago_ms; /* before now */
        struct moment_bounds bounds;
        const char *code; /* NULL: right */
    } cases[] = {
        {"now", 0, {.yes_ms = NOW_MS - MS_DAY}, NULL},
        {"a moment ahead", -1, {.yes_ms = NOW_MS - MS_DAY}, "in_future"},
        {"at the yes", MS_DAY, {.yes_ms = NOW_MS - MS_DAY}, NULL},
        {"just before the yes", MS_DAY + 1, {.yes_ms = NOW_MS - MS_DAY}, "before_yes"},
        {"long before the yes", 40 * MS_DAY, {.yes_ms = NOW_MS - MS_DAY}, "before_yes"},
        {"at the arrival", MS_DAY, {.arrival_ms = NOW_MS - MS_DAY}, NULL},
        {"just before the arrival", MS_DAY + 1, {.arrival_ms = NOW_MS - MS_DAY}, "before_arrival"},
        {"at the leaving", MS_DAY, {.departure_ms = NOW_MS - MS_DAY}, NULL},
        {"just after the leaving", MS_DAY - 1, {.departure_ms = NOW_MS - MS_DAY}, "after_departure"},
        {"31 days", 31 * MS_DAY, {.yes_ms = 0}, NULL},
        {"more than 31 days", 31 * MS_DAY + 1, {.yes_ms = 0}, "too_long_ago"},
        {"corrected, 31 days before it was told", 33 * MS_DAY, {.told_ms = NOW_MS - 2 * MS_DAY}, NULL},
        {"corrected, longer", 33 * MS_DAY + 1, {.told_ms = NOW_MS - 2 * MS_DAY}, "too_long_before"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct moment_bounds b = cases[i].bounds;
        struct json_faults f = {.n = 0};
        struct json_at at = {.pointer = "/arrivedAt"};

        b.now_ms = NOW_MS;
        moment_fault(&f, at, moment_judge(NOW_MS - cases[i].ago_ms, &b));
        if (f.n != (cases[i].code != NULL))
            fail_msg("%s: %d faults", cases[i].name, f.n);
        if (cases[i].code == NULL)
            continue;
        assert_string_equal(f.list[0].code, cases[i].code);
        assert_string_equal(f.list[0].pointer, "/arrivedAt");
        assert_true(f.list[0].reason[0] != '\0');
    }
}

static void every_word_is_another(void **state)
{
    (void)state;
    for (int i = MOMENT_RIGHT + 1; i < MOMENT_WRONG_N; i++) {
        for (int k = MOMENT_RIGHT + 1; k < i; k++)
            assert_string_not_equal(moment_code((enum moment_wrong)i), moment_code((enum moment_wrong)k));
    }
}

static void a_fault_that_is_not_kept_gives_its_word_to_no_other(void **state)
{
    struct json_faults f = {.n = 0};

    (void)state;
    for (int i = 0; i < JSON_FAULTS_MAX; i++)
        json_fault_add(&f, "/x", "is wrong");
    json_fault_coded(&f, "/arrivedAt", "in_future", "must not lie in the future");
    assert_int_equal(f.more, 1);
    for (int i = 0; i < JSON_FAULTS_MAX; i++)
        assert_null(f.list[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bound_has_its_word),
        cmocka_unit_test(every_word_is_another),
        cmocka_unit_test(a_fault_that_is_not_kept_gives_its_word_to_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
