#include "notify/texts.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "key,subject_nl,subject_en,text_nl,text_en\n"

static void written(void **state)
{
    struct texts *t = NULL;
    struct buf subject = {0}, text = {0};
    char why[200] = "";

    (void)state;
    assert_int_equal(
        texts_read(BYTES_LITERAL(HEAD "a,Nieuw,New,Nieuw hier.,New here.\n"), "t", &t, why, sizeof why), OK);
    assert_true(texts_write(t, "a", false, &subject, &text));
    assert_string_equal(buf_c_str(&subject), "Nieuw");
    assert_string_equal(buf_c_str(&text), "Nieuw hier.");
    buf_clear(&text);
    assert_true(texts_write(t, "a", true, NULL, &text));
    assert_string_equal(buf_c_str(&text), "New here.");
    buf_clear(&text);
    assert_false(texts_write(t, "b", true, NULL, &text));
    assert_int_equal(text.len, 0);
    buf_fini(&subject);
    buf_fini(&text);
    texts_free(t);
}

static void faults_are_told(void **state)
{
    static const struct {
        const char *name, *row;
    } cases[] = {
        {"no English", "a,Nieuw,New,Nieuw,\n"},
        {"no Dutch subject", "a,,New,Nieuw,New\n"},
        {"a place for a code", "a,Nieuw,New,Nieuw ${code},New\n"},
        {"half a place", "a,Nieuw,New,Nieuw ${cod,New\n"},
        {"a place in the subject", "a,Nieuw $,New,Nieuw,New\n"},
        {"a line break", "a,Nieuw,New,\"Nieuw\nBcc: x@y\",New\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct texts *t = NULL;
        struct buf text = {0};
        char why[200] = "";

        print_message("  %s\n", cases[i].name);
        buf_text(&text, HEAD);
        buf_text(&text, cases[i].row);
        assert_int_equal(texts_read(buf_view(&text), "t", &t, why, sizeof why), ERR_BAD_INPUT);
        assert_non_null(strstr(why, "t line "));
        buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written),
        cmocka_unit_test(faults_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
