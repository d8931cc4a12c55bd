/* What leaves the house of a message: words of the formats, and no number or address of somebody. */
#include "adapters/spool/feed_message.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void field_names(void **state)
{
    static const struct {
        const char *field, *shown;
    } cases[] = {{"", ""},
                 {"vrij", "vrij"},
                 {"Jansen", "?"},
                 {"/plekken/0/vrij", "/plekken/0/vrij"},
                 {"/plekken/12345/vrij", "/plekken/?/vrij"},
                 {"/capacities/3/unit/name", "/capacities/3/unit/name"},
                 {"/Jan~1sen/vrij", "/?/vrij"},
                 {"//vrij", "//vrij"},
                 {"123456782", "?"},
                 {"bsn", "bsn"},
                 {"roepnaam", "roepnaam"},
                 {"gebdatum", "gebdatum"},
                 {"/plekken/0/Client-Nr", "/plekken/0/clientnr"},
                 {"BSN (Jansen)", "bsn"},
                 {"clients", "clients"},
                 {"Patient", "Patient"},
                 {"zzzz", "?"},
                 {"Bundle", "Bundle"},
                 {"xmlContent", "xmlContent"}};
    char out[64];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        feed_field(cases[i].field, out);
        assert_string_equal(out, cases[i].shown);
    }
}

static void plain_texts(void **state)
{
    static const struct {
        const char *text;
        bool plain;
    } cases[] = {{"", true},
                 {"the file is larger than 1048576 bytes", true},
                 {"is not a moment like 2026-11-21T20:00:00+01:00", true},
                 {"12345678", true},
                 {"123456789", false},
                 {"06-12 34.56 78 9", false},
                 {"a1b2c3d4e5f6g7h8i9", true},
                 {"iemand@voorbeeld", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(feed_is_plain(cases[i].text), cases[i].plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(field_names),
        cmocka_unit_test(plain_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
