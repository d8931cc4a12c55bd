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

#define T10 "Een vraag "
#define T50 T10 T10 T10 T10 T10
#define T150 T50 T50 T50
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

/* As long as one text message, accents of its alphabet included; a subject goes by mail and may hold more. */
static void one_text_message_is_good(void **state)
{
    static const char *const rows[] = {
        "a,Nieuw,New," T150 "0123456789," T150 "0123456789\n",
        "a,Nieuw,New,E\xc3\xa9n vraag \xc3\xa0 4 \xe2\x82\xac,New\n",
        "a,Cli\xc3\xabnt,Client,Nieuw,New\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct texts *t = NULL;
        struct buf text = {0};
        char why[200] = "";

        buf_text(&text, HEAD);
        buf_text(&text, rows[i]);
        if (texts_read(buf_view(&text), "t", &t, why, sizeof why) != OK)
            fail_msg("%s", why);
        texts_free(t);
        buf_fini(&text);
    }
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
        {"longer than one text message", "a,Nieuw,New," T150 "0123456789A,New\n"},
        {"the same in English", "a,Nieuw,New,Nieuw," T150 "0123456789A\n"},
        {"letters that count twice", "a,Nieuw,New," T150 "012345678[,New\n"},
        {"a letter that halves the message", "a,Nieuw,New,Uw cli\xc3\xabnt,New\n"},
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
        cmocka_unit_test(one_text_message_is_good),
        cmocka_unit_test(faults_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
