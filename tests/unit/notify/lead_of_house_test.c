/* A team lead's target takes from the desk only what it hears itself: that of one house of the organisation
 * does not hear of its referrals, and a mailbox does not ring. */
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

/* Bits: over which of ALL the newest NAME is told, over the channel of each. */
static unsigned told(const struct exchange *x, const char *name, const struct notify_target *all, size_t n)
{
    struct subject s = subject_of_event(x->e, newest(x, name));
    const struct notify_rule *rule = NULL;
    unsigned who = 0;

    while ((rule = rules_next(shipped_rules(), name, rule)) != NULL) {
        for (unsigned i = 0; i < n; i++) {
            struct party as;

            if ((rule->channels >> all[i].channel & 1u) != 0 && hears(x->e, &all[i], rule->group, &s, &as) &&
                hears_as_lead(&all[i], rule->group, as, all, n))
                who |= 1u << i;
        }
    }
    return who;
}

/* An alarm for the team lead, of a referral of VT_OOST. */
static struct exchange *a_lead_alarm(void)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct event *ev = event_list_add(&x->log, EV_ALARM_RAISED);

    ev->u.escalation.referral = r;
    ev->u.escalation.alarm = ALARM_LEAD;
    return x;
}

static void of_one_location(void **state)
{
    struct notify_target all[] = {
        {.name = "oost", .org = {VT_OOST}, .channel = CHANNEL_SMS},
        {.name = "lead.oost-noord", .org = {VT_OOST}, .location = {A_NOORD}, .channel = CHANNEL_SMS},
    };
    struct exchange *x = a_lead_alarm();

    (void)state;
    assert_int_equal(told(x, "alarm.lead", all, 2), 1u << 0);
    all[1].location.v = 0;
    assert_int_equal(told(x, "alarm.lead", all, 2), 1u << 1);
    all[1].night_number = true; /* rings in the house */
    assert_int_equal(told(x, "alarm.lead", all, 2), 1u << 0);
    exchange_free(x);
}

static void of_another_channel(void **state)
{
    struct notify_target all[] = {
        {.name = "oost", .org = {VT_OOST}, .channel = CHANNEL_SMS},
        {.name = "oost-mail", .org = {VT_OOST}, .channel = CHANNEL_MAIL},
        {.name = "lead.oost", .org = {VT_OOST}, .channel = CHANNEL_MAIL},
    };
    struct exchange *x = a_lead_alarm();

    (void)state;
    assert_int_equal(told(x, "alarm.lead", all, 3), 1u << 0 | 1u << 2);
    all[2].channel = CHANNEL_SMS;
    assert_int_equal(told(x, "alarm.lead", all, 3), 1u << 1 | 1u << 2);
    exchange_free(x);
}

/* Of a report of a leak that waits, the lead of that house hears in the stead of the organisation; the lead
 * of another of its houses takes nothing away. The house itself is told as ever. */
static void of_the_house_that_leaks(void **state)
{
    struct core_settings settings = core_settings_default();
    struct exchange *x = exchange_new_with(&settings);
    struct notify_target all[] = {
        {.name = "huis-a", .org = {HUIS_A}, .channel = CHANNEL_SMS},
        {.name = "lead.noord", .org = {HUIS_A}, .location = {A_NOORD}, .channel = CHANNEL_SMS},
        {.name = "lead.zuid", .org = {HUIS_A}, .location = {A_ZUID}, .channel = CHANNEL_SMS},
    };
    struct subject s;
    struct party as;

    (void)state;
    report(x, shelter_of(HUIS_A), A_NOORD);
    s = subject_of_event(x->e, newest(x, "leak.reported"));
    assert_true(hears(x->e, &all[0], GROUP_LEAD, &s, &as));
    assert_false(hears_as_lead(&all[0], GROUP_LEAD, as, all, 3));
    all[1].retired = true;
    assert_true(hears_as_lead(&all[0], GROUP_LEAD, as, all, 3));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_one_location),
        cmocka_unit_test(of_another_channel),
        cmocka_unit_test(of_the_house_that_leaks),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
