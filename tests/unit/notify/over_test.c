/* Whether there is still something to ring for, looked at when the call is about to go out. */
#include "notify/over.h"

#include "base/time_text.h"
#include "core/timers/timers.h"
#include "support/exchange.h"

#include <stdio.h>

static struct outbox_row a_call(const char *kind, struct referral_id r)
{
    struct outbox_row row = {.channel = CHANNEL_VOICE, .referral = r};

    snprintf(row.kind, sizeof row.kind, "%s", kind);
    return row;
}

/* That the alarm was passed on says not which one it was: while any stands that nobody looks after, it rings.
 */
static void an_alarm_until_somebody_looks(void **state)
{
    struct core_settings s = core_settings_default();
    struct exchange *x = exchange_new_with(&s);
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outbox_row lead = a_call("alarm.lead", r), passed_on = a_call("alarm.passed_on", r);
    struct outbox_row mail = passed_on;
    struct command seen = {.kind = CMD_ACKNOWLEDGE_ALARM, .actor = referrer_of(VT_OOST)};

    (void)state;
    assert_true(over_is(x->e, &lead) && over_is(x->e, &passed_on));
    x->now += 20 * MS_MINUTE;
    do_tick(x);
    assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
    assert_false(over_is(x->e, &lead) || over_is(x->e, &passed_on));
    seen.u.escalation.referral = r;
    seen.u.escalation.alarm = ALARM_LEAD;
    assert_int_equal(exchange_do(x, &seen).refusal, REFUSAL_NONE);
    assert_true(over_is(x->e, &lead) && over_is(x->e, &passed_on));
    mail.channel = CHANNEL_MAIL;
    assert_false(over_is(x->e, &mail)); /* who reads it later must not miss it */
    exchange_free(x);
}

/* A house is not woken for what was taken back, or answered, before its message went out. */
static void a_request_until_it_is_answered(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct outbox_row row = a_call("request.made", r), mail;

    (void)state;
    row.channel = CHANNEL_SMS;
    row.request = do_ask_one(x, r, POOL_B);
    mail = row;
    mail.channel = CHANNEL_MAIL;
    assert_false(over_is(x->e, &row));
    do_answer(x, CMD_DECLINE, row.request, 1);
    assert_int_not_equal(the_request(x, row.request)->state, REQUEST_PENDING);
    assert_true(over_is(x->e, &row));
    assert_false(over_is(x->e, &mail));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_until_somebody_looks),
        cmocka_unit_test(a_request_until_it_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
