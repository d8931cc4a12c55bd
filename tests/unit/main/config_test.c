/* The settings file: what is taken, what is refused with which line, and that what is printed can be read
 * back. */
#include "main/config.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct config_case {
    const char *name;
    const char *text;
    const char *fault; /* NULL = taken */
};

static const struct config_case cases[] = {
    {"empty", "", NULL},
    {"comment and blank", "# hello\n\n   \t\n", NULL},
    {"value with spaces around", "  db_name =  plek_test \r\n", NULL},
    {"unknown name", "\nlissten = 127.0.0.1:1\n", "x.conf line 2: unknown setting 'lissten'\n"},
    {"twice", "db_name = a\ndb_name = b\n", "x.conf line 2: db_name is set twice\n"},
    {"no equals", "db_name\n", "x.conf line 1: not of the form 'setting = value'\n"},
    {"number with unit", "session_hours = 9h\n",
     "x.conf line 1: session_hours must be a whole number from 1 to 24\n"},
    {"number too large", "session_hours = 25\n",
     "x.conf line 1: session_hours must be a whole number from 1 to 24\n"},
    {"number over int64", "session_hours = 99999999999999999999\n",
     "x.conf line 1: session_hours must be a whole number from 1 to 24\n"},
    {"empty number", "session_hours =\n",
     "x.conf line 1: session_hours must be a whole number from 1 to 24\n"},
    {"address without port", "listen = 127.0.0.1\n",
     "x.conf line 1: listen must be a numeric address and port, as 127.0.0.1:8443\n"},
    {"port too large", "listen = 127.0.0.1:65536\n",
     "x.conf line 1: listen must be a numeric address and port, as 127.0.0.1:8443\n"},
    {"ipv6", "listen = [::1]:8443\n", NULL},
    {"all faults at once", "a = 1\nsession_hours = x\n",
     "x.conf line 1: unknown setting 'a'\nx.conf line 2: session_hours must be a whole number from 1 to "
     "24\n"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct config c = config_default();
        struct buf faults = {0};
        enum err e = config_parse(&c, "some/x.conf", bytes_of_text(cases[i].text), &faults);
        if (strcmp(buf_c_str(&faults), cases[i].fault != NULL ? cases[i].fault : "") != 0)
            fail_msg("%s: got \"%s\"", cases[i].name, buf_c_str(&faults));
        assert_int_equal(e, cases[i].fault != NULL ? ERR_BAD_INPUT : OK);
        buf_fini(&faults);
    }
}

static void test_values_arrive(void **state)
{
    (void)state;
    struct config c = config_default();
    struct buf faults = {0};
    assert_int_equal(c.session_hours, 9);
    assert_int_equal(config_parse(&c, "x", bytes_of_text("session_hours = 3\ndb_name = q\n"), &faults), OK);
    assert_int_equal(c.session_hours, 3);
    assert_string_equal(c.db_name, "q");
    assert_string_equal(c.db_user, "plek");
    buf_fini(&faults);
}

static void test_nul_is_refused(void **state)
{
    (void)state;
    struct config c = config_default();
    struct buf faults = {0};
    assert_int_equal(config_parse(&c, "x", BYTES("db_name = a\0b\n", 14), &faults), ERR_BAD_INPUT);
    buf_fini(&faults);
}

static void test_printed_can_be_read(void **state)
{
    (void)state;
    struct config c = config_default();
    struct config again = config_default();
    struct buf faults = {0};
    char *text = NULL;
    size_t n = 0;
    c.session_hours = 7;
    strcpy(c.db_name, "other");
    FILE *f = open_memstream(&text, &n);
    config_print(&c, f);
    fclose(f);
    assert_int_equal(config_parse(&again, "printed", BYTES(text, n), &faults), OK);
    assert_memory_equal(&c, &again, sizeof c);
    buf_fini(&faults);
    free(text);
}

static void test_missing_file(void **state)
{
    (void)state;
    struct config c = config_default();
    struct buf faults = {0};
    assert_int_equal(config_load(&c, "/nonexistent/plekd.conf", &faults), ERR_IO);
    assert_string_equal(buf_c_str(&faults),
                        "cannot read /nonexistent/plekd.conf: No such file or directory\n");
    buf_fini(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),          cmocka_unit_test(test_values_arrive),
        cmocka_unit_test(test_nul_is_refused), cmocka_unit_test(test_printed_can_be_read),
        cmocka_unit_test(test_missing_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
