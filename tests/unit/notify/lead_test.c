/* What is for a team lead goes to the lead's own targets; where an organisation has none, to its desk; and a
 * lead's number rings for nothing else. */
#include "notify/hears.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

static void a_lead_has_a_number_of_its_own(void **state)
{
    const struct notify_target all[] = {{.id = 1, .name = "vt-oost.desk", .org = {1}},
                                        {.id = 2, .name = "lead.vt-oost", .org = {1}},
                                        {.id = 3, .name = "vt-west.desk", .org = {2}},
                                        {.id = 4, .name = "lead.vt-west", .org = {2}, .retired = true},
                                        {.id = 5, .name = "leading-house", .org = {3}}};
    /* of the team lead's alarm, and of all else */
    static const bool lead[] = {false, true, true, true, true}, others[] = {true, false, true, false, true};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct party as = {.org = all[i].org};

        assert_int_equal(hears_as_lead(&all[i], GROUP_LEAD, as, all, 5), lead[i]);
        assert_int_equal(hears_as_lead(&all[i], GROUP_REFERRER, as, all, 5), others[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_lead_has_a_number_of_its_own)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
