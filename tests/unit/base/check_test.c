#include "base/check.h"

#include "support/capture.h"
#include "support/cmocka_all.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

static void pass(const void *context)
{
    (void)context;
    CHECK(1 + 1 == 2);
}

static void fail_while_deciding(const void *context)
{
    bool two_holds = true;

    (void)context;
    check_context("decide ask");
    CHECK(!two_holds);
}

static void fail_after_clearing(const void *context)
{
    bool two_holds = true;

    (void)context;
    check_context("decide ask");
    check_context(NULL);
    CHECK(!two_holds);
}

static void *other_thread(void *context)
{
    check_context("hash a password");
    return context;
}

static void fail_beside_a_thread(const void *context)
{
    pthread_t thread;

    (void)context;
    check_context("decide ask");
    if (pthread_create(&thread, NULL, other_thread, NULL) == 0)
        pthread_join(thread, NULL);
    CHECK(context != NULL);
}

static void fail_at_length(const void *context)
{
    char cond[2000];

    (void)context;
    memset(cond, 'x', sizeof cond - 1);
    cond[sizeof cond - 1] = '\0';
    check_failed("a.c", 1, "f", cond);
}

static void a_true_check_says_nothing(void **state)
{
    struct captured got;

    (void)state;
    capture_stderr(pass, NULL, &got);
    assert_int_equal(got.len, 0);
    assert_true(WIFEXITED(got.status) && WEXITSTATUS(got.status) == 0);
}

static void a_false_check_prints_where_and_aborts(void **state)
{
    static const struct {
        const char *name;
        void (*run)(const void *);
        const char *want;
    } cases[] = {
        {"condition", fail_while_deciding, "check=\"!two_holds\""},
        {"function", fail_while_deciding, "in=fail_while_deciding"},
        {"file", fail_while_deciding, "check_test.c:"},
        {"what was being done", fail_while_deciding, "doing=\"decide ask\""},
        {"nothing was being done", fail_after_clearing, "doing=\"\""},
        {"context is of the thread", fail_beside_a_thread, "doing=\"decide ask\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct captured got;

        capture_stderr(cases[i].run, NULL, &got);
        if (strstr(got.text, cases[i].want) == NULL)
            fail_msg("%s: no '%s' in '%s'", cases[i].name, cases[i].want, got.text);
        assert_true(WIFSIGNALED(got.status) && WTERMSIG(got.status) == SIGABRT);
        assert_int_equal(got.text[got.len - 1], '\n');
    }
}

static void a_long_condition_is_cut_to_one_line(void **state)
{
    struct captured got;

    (void)state;
    capture_stderr(fail_at_length, NULL, &got);
    assert_int_equal(got.len, 511);
    assert_ptr_equal(strchr(got.text, '\n'), got.text + got.len - 1);
    assert_true(WIFSIGNALED(got.status) && WTERMSIG(got.status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_true_check_says_nothing),
        cmocka_unit_test(a_false_check_prints_where_and_aborts),
        cmocka_unit_test(a_long_condition_is_cut_to_one_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
