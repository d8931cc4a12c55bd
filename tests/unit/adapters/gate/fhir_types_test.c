/* One list of FHIR's types: whole names only, and none in both halves. */
#include "adapters/gate/fhir_types.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void types(void **state)
{
    static const struct {
        const char *name;
        bool people, capacity;
    } cases[] = {
        {"Patient", true, false},       {"Account", true, false},  {"VisionPrescription", true, false},
        {"RelatedPerson", true, false}, {"Binary", true, false},   {"MeasureReport", false, true},
        {"Bundle", false, true},        {"ValueSet", false, true}, {"patient", false, false},
        {"Patients", false, false},     {"Patien", false, false},  {"", false, false},
        {"Jansen", false, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *people = fhir_type_of_people(bytes_of_text(cases[i].name)),
                   *capacity = fhir_type_of_capacity(bytes_of_text(cases[i].name));
        if ((people != NULL) != cases[i].people || (capacity != NULL) != cases[i].capacity)
            fail_msg("'%s'", cases[i].name);
        if (people != NULL)
            assert_string_equal(people, cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(types)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
