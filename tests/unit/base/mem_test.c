#include "base/mem.h"

#include "support/capture.h"
#include "support/cmocka_all.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Without this AddressSanitizer ends the program itself where calloc would return NULL. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void new_memory_is_zero(void **state)
{
    unsigned char *p = mem_new(300, 3);

    (void)state;
    for (size_t i = 0; i < 900; i++)
        assert_int_equal(p[i], 0);
    free(p);
}

static void nothing_is_still_an_address(void **state)
{
    void *none = mem_new(0, 8);
    void *resized = mem_resize(NULL, 0, 8);

    (void)state;
    assert_non_null(none);
    assert_non_null(resized);
    none = mem_resize(none, 0, 0);
    assert_non_null(none);
    free(none);
    free(resized);
}

static void copies_end_in_nul(void **state)
{
    char *part = mem_dup("bedden", 3);
    char *empty = mem_dup(NULL, 0);
    char *text = mem_dup_text("kamer");

    (void)state;
    assert_string_equal(part, "bed");
    assert_string_equal(empty, "");
    assert_string_equal(text, "kamer");
    assert_null(mem_dup_text(NULL));
    free(part);
    free(empty);
    free(text);
}

static void an_array_grows_by_doubling_and_keeps_its_content(void **state)
{
    int *list = NULL;
    size_t n = 0;
    size_t cap = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        MEM_GROW(list, n, cap);
        list[n++] = i;
        assert_true(cap >= n && (cap & (cap - 1)) == 0 && cap >= 8);
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    assert_int_equal(cap, 1024);
    free(list);
}

static void take_clears_the_old_owner(void **state)
{
    char *mine = mem_dup_text("x");
    char *yours = TAKE(&mine);

    (void)state;
    assert_null(mine);
    assert_string_equal(yours, "x");
    free(yours);
}

/* Products that wrap round (here to 8) must abort, not give little memory. */
static void new_overflow(const void *context)
{
    (void)context;
    free(mem_new(SIZE_MAX / 4 + 2, 8));
}

static void resize_overflow(const void *context)
{
    (void)context;
    free(mem_resize(NULL, SIZE_MAX / 4 + 2, 8));
}

static void dup_overflow(const void *context)
{
    (void)context;
    free(mem_dup("", SIZE_MAX));
}

static void too_much_aborts(void **state)
{
    static void (*const cases[])(const void *) = {new_overflow, resize_overflow, dup_overflow};
    struct captured got;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        capture_stderr(cases[i], NULL, &got);
        assert_true(WIFSIGNALED(got.status) && WTERMSIG(got.status) == SIGABRT);
        assert_non_null(strstr(got.text, "check failed"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(nothing_is_still_an_address),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(an_array_grows_by_doubling_and_keeps_its_content),
        cmocka_unit_test(take_clears_the_old_owner),
        cmocka_unit_test(too_much_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
