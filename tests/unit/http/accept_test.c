#include "http/accept.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char *const offers[] = {"application/fhir+json", "application/fhir+xml"};

static void test_choose(void **state)
{
    static const struct {
        const char *accept;
        int want;
    } cases[] = {
        {"", 0},
        {"*/*", 0},
        {"application/*", 0},
        {"application/fhir+xml", 1},
        {"APPLICATION/FHIR+XML", 1},
        {"application/fhir+json; fhirVersion=4.0", 0},
        {"application/fhir+xml;q=0.9, application/fhir+json;q=0.8", 1},
        {"application/fhir+xml;q=0.8, */*;q=0.9", 0},
        {"application/fhir+json;q=0, */*", 1}, /* anything but that */
        {"application/fhir+json;q=0.000", -1},
        {"text/html, application/fhir+xml", 1},
        {"text/html", -1},
        {"text/*", -1},
        {"application/json", -1}, /* the standard's own types only */
        {"application/fhir+xml;q=2", -1},
        {"application/fhir+json;q=2, */*", 0}, /* the broken one counts for nothing, also not against */
        {"application/fhir+xml;q=", 1},        /* no q at all */
        {"application/fhir+xml;q=0.5;q=x", -1},
        {",,;;, ,", -1},
        {"application", -1},
        {"application/", -1},
        {"application/fhir+xmlx", -1},
        {"*", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (accept_choose(bytes_of_text(cases[i].accept), offers, 2) != cases[i].want)
            fail_msg("%s", cases[i].accept);
}

static void test_etag(void **state)
{
    static const struct {
        const char *field;
        bool want;
    } cases[] = {
        {"\"ab\"", true},
        {"W/\"ab\"", true},
        {"\"x\" , \"ab\"", true},
        {"*", true},
        {"\"x\", W/\"ab\"", true},
        {"ab", false},
        {"\"abc\"", false},
        {"", false},
        {"w/\"ab\"", false},
        {"\"ab", false},
        {",", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (accept_has_etag(bytes_of_text(cases[i].field), "\"ab\"") != cases[i].want)
            fail_msg("%s", cases[i].field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_etag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
