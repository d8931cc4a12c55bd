/* A report of a leak that nobody confirms is passed on: what rings in the house itself, and every call, says
 * no word of it, for whoever told the address may stand beside the telephone. The tables are those as
 * shipped. */
#include "base/time_text.h"
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

#include <stdio.h>
#include <string.h>

enum { NIGHT, HOUSE, DESK, LEAD, TARGETS };

/* The text that the first row gives target NTH over CHANNEL, which the outbox keeps; "" = none. */
static const char *text_of(const struct exchange *x, const struct event *ev, struct notify_target *all,
                           size_t nth, enum channel channel)
{
    struct subject s = subject_of_event(x->e, ev);
    const struct notify_rule *rule = NULL;
    struct party as;

    all[nth].channel = channel;
    while ((rule = rules_next(shipped_rules(), name_of_event(x->e, ev), rule)) != NULL) {
        if ((rule->channels >> channel & 1u) != 0 && hears(x->e, &all[nth], rule->group, &s, &as) &&
            hears_as_lead(&all[nth], rule->group, as, all, TARGETS))
            return rule->text;
    }
    return "";
}

/* With a number of the lead's own, and without. */
static void look(const struct exchange *x, const struct event *ev, bool has_lead)
{
    struct notify_target all[TARGETS] = {
        [NIGHT] = {.name = "night", .night_number = true},
        [HOUSE] = {.name = "noord", .org = {HUIS_A}, .location = {A_NOORD}},
        [DESK] = {.name = "huis-a", .org = {HUIS_A}},
        [LEAD] = {.name = "lead.huis-a", .org = {HUIS_A}, .retired = !has_lead},
    };
    struct subject s = subject_of_event(x->e, ev);
    struct party as;

    for (unsigned i = 0; i < TARGETS; i++) {
        if (i != LEAD || has_lead)
            assert_string_equal(text_of(x, ev, all, i, CHANNEL_VOICE), "leak_reported_voice");
    }
    assert_false(hears(x->e, &all[NIGHT], GROUP_LEAD, &s, &as));
    assert_true(hears(x->e, &all[NIGHT], GROUP_HOUSE, &s, &as) && as.house.v == A_NOORD);
    for (unsigned i = NIGHT; i < LEAD; i++)
        assert_string_equal(text_of(x, ev, all, i, CHANNEL_SMS), "leak_reported");
    if (has_lead) /* who reads it is told that it comes to them now */
        assert_string_equal(text_of(x, ev, all, LEAD, CHANNEL_SMS), "leak_passed_on");
}

static void passed_on_and_given_up(void **state)
{
    struct core_settings settings = core_settings_default();
    struct exchange *x = exchange_new_with(&settings);
    unsigned seen = 0;

    (void)state;
    report(x, as(shelter_of(HUIS_A), ANNA), A_NOORD);
    for (unsigned i = 1; i <= 6; i++) {
        const struct event *ev = NULL;

        x->now += 5 * MS_MINUTE;
        do_tick(x);
        ev = newest(x, i <= 3 ? "leak.repeated" : i < 6 ? "leak.passed_on" : "leak.given_up");
        if (i <= 3)
            continue;
        look(x, ev, true);
        look(x, ev, false);
        seen++;
    }
    assert_int_equal(seen, 3);
    exchange_free(x);
}

/* No row of the table, so that a new one is a decision too. */
static void no_call_says_what_it_is_about(void **state)
{
    const struct notify_rule *rule = NULL;
    size_t calls = 0;

    (void)state;
    for (size_t i = 0; (rule = rules_at(shipped_rules(), i)) != NULL; i++) {
        if (strncmp(rule->event, "leak.", 5) != 0 || (rule->channels >> CHANNEL_VOICE & 1u) == 0 ||
            rule->group == GROUP_OPERATOR || rule->group == GROUP_REFERRER) /* not of the house */
            continue;
        calls++;
        if (strcmp(rule->text, "leak_reported_voice") != 0)
            fail_msg("%s rings with %s", rule->event, rule->text);
    }
    assert_int_equal(calls, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passed_on_and_given_up),
        cmocka_unit_test(no_call_says_what_it_is_about),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
