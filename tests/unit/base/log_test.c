#include "base/log.h"
#include "base/mem.h"

#include "support/capture.h"
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct log_case {
    const char *name;
    const char *value;
    const char *want; /* as it stands in the line */
};

static void log_value(const void *context)
{
    const struct log_case *c = context;

    log_info("hold lapsed", "ref=%s", c->value);
}

static void one_line_with_time_level_and_phrase(void **state)
{
    static const struct log_case c = {"", "r7", ""};
    struct captured got;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0, sec = 0, milli = 0, used = 0;

    (void)state;
    capture_stderr(log_value, &c, &got);
    assert_int_equal(sscanf(got.text, "mono=%d.%3d time=%4d-%2d-%2dT%2d:%2d:%2d.%3dZ %n", &sec, &milli, &y,
                            &mo, &d, &h, &mi, &s, &ms, &used),
                     9);
    assert_string_equal(got.text + used, "level=info msg=\"hold lapsed\" ref=r7\n");
}

static void control_characters_are_replaced(void **state)
{
    static const struct log_case cases[] = {
        {"newline", "a\nlevel=error", "ref=a?level=error\n"},
        {"carriage return", "a\rb", "ref=a?b\n"},
        {"terminal escape", "\033[31mred", "ref=?[31mred\n"},
        {"delete", "a\177b", "ref=a?b\n"},
        {"next line (C1)", "a\xc2\x85z", "ref=a??z\n"},
        {"not UTF-8", "a\xff\xc3z", "ref=a??z\n"},
        {"Dutch letters stay", "co\xc3\xb6rdinatie", "ref=co\xc3\xb6rdinatie\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct captured got;
        const char *value = NULL;

        capture_stderr(log_value, &cases[i], &got);
        value = strstr(got.text, "ref=");
        if (value == NULL || strcmp(value, cases[i].want) != 0)
            fail_msg("%s: '%s'", cases[i].name, got.text);
    }
}

static void a_long_line_is_cut(void **state)
{
    char value[3000];
    struct log_case c = {"", value, ""};
    struct captured got;

    (void)state;
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    capture_stderr(log_value, &c, &got);
    assert_true(got.len <= 1024);
    assert_string_equal(got.text + got.len - 5, "x...\n");
}

/* The cut must not leave half a character, wherever it falls. */
static void a_cut_leaves_whole_characters(void **state)
{
    char value[3001];
    struct log_case c = {"", value, ""};
    struct captured got;

    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(value, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof value; i += 3)
            memcpy(value + i, "\xe2\x82\xac", 3);
        value[sizeof value - 1 - 2] = '\0';
        capture_stderr(log_value, &c, &got);
        for (size_t i = 0; i < got.len; i++) {
            if ((unsigned char)got.text[i] == 0xe2)
                assert_memory_equal(got.text + i, "\xe2\x82\xac", 3);
        }
        assert_string_equal(got.text + got.len - 4, "...\n");
    }
}

static void log_all_levels(const void *context)
{
    log_set_level(*(const enum log_level *)context);
    log_error("e", "");
    log_warn("w", "");
    log_info("i", "");
    log_debug("d", "");
}

static void levels_up_to_the_set_one_are_shown(void **state)
{
    (void)state;
    for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        static const char *const words[] = {"level=error msg=\"e\"\n", "level=warn msg=\"w\"\n",
                                            "level=info msg=\"i\"\n", "level=debug msg=\"d\"\n"};
        enum log_level set = (enum log_level)level;
        struct captured got;

        capture_stderr(log_all_levels, &set, &got);
        for (int i = 0; i <= LOG_DEBUG; i++)
            assert_int_equal(strstr(got.text, words[i]) != NULL, i <= level);
    }
}

static void log_errno(const void *context)
{
    (void)context;
    errno = ENOENT;
    log_error("cannot read", "why=%m");
    if (errno != ENOENT)
        _exit(1);
}

static void errno_is_told_and_kept(void **state)
{
    struct captured got;

    (void)state;
    capture_stderr(log_errno, NULL, &got);
    assert_non_null(strstr(got.text, "why=No such file or directory"));
    assert_int_equal(got.status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_with_time_level_and_phrase),
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_cut_leaves_whole_characters),
        cmocka_unit_test(levels_up_to_the_set_one_are_shown),
        cmocka_unit_test(errno_is_told_and_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
