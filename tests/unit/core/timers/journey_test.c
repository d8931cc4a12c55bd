/* A journey that is told anew: a new time of arrival puts the alarm off, and not without end. */
#include "support/exchange.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/timers/timers.h"

static enum refusal travel(struct exchange *x, struct referral_id r, int64_t eta_ms)
{
    return do_referral(x, CMD_TRAVEL, r, eta_ms, 0).refusal;
}

static struct referral_id with_a_yes(struct exchange *x, enum threat_level level, struct request_id *q)
{
    struct referral_id r = do_open(x, VT_OOST, need_at(level));

    *q = do_ask_one(x, r, POOL_B);
    do_answer(x, CMD_ACCEPT, *q, 0);
    return r;
}

/* Each day a new time of arrival: a day after the hold would have ended the alarm comes, at every level. */
static void told_anew_each_day_it_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_timed();
        struct request_id q;
        struct referral_id r = with_a_yes(x, levels[i].level, &q);
        int64_t last = x->now + levels[i].hold * MS_MINUTE + 24 * MS_HOUR;
        int told = 0;

        while (!timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW) && told < 90) {
            assert_int_equal(travel(x, r, x->now + 20 * MS_HOUR), REFUSAL_NONE);
            x->now += 8 * MS_HOUR;
            told++;
            do_tick(x);
        }
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
        assert_true(x->now >= last);
        assert_true(x->now < last + 8 * MS_HOUR);
        /* Told once more it is said once more; a machine lets go of nothing. */
        assert_int_equal(travel(x, r, x->now + 20 * MS_HOUR), REFUSAL_NONE);
        do_tick(x);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
        assert_int_equal(the_request(x, q)->state, REQUEST_ACCEPTED);
        exchange_free(x);
    }
}

/* An honest delay is no reason for an alarm. */
static void a_delay_puts_the_alarm_off(void **state)
{
    struct exchange *x = exchange_timed();
    struct request_id q;
    struct referral_id r = with_a_yes(x, THREAT_ROOD, &q);
    int64_t eta = x->now + 4 * MS_HOUR;

    (void)state;
    assert_int_equal(travel(x, r, x->now + 2 * MS_HOUR), REFUSAL_NONE);
    x->now += 90 * MS_MINUTE;
    assert_int_equal(travel(x, r, eta), REFUSAL_NONE);
    assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), eta + 30 * MS_MINUTE);
    due_at(x, eta + 30 * MS_MINUTE, EV_ALARM_RAISED, "the new time of arrival");
    exchange_free(x);
}

/* What people extended counts: the place was theirs that long. */
static void an_extended_hold_counts(void **state)
{
    struct exchange *x = exchange_timed();
    struct request_id q;
    struct referral_id r = with_a_yes(x, THREAT_ROOD, &q);
    int64_t from = x->now;

    (void)state;
    assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_NONE);
    x->now = from + 210 * MS_MINUTE; /* in the extra hour */
    assert_int_equal(travel(x, r, x->now + 60 * MS_HOUR), REFUSAL_NONE);
    assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), x->now + 24 * MS_HOUR);
    x->now += 2 * MS_HOUR;
    assert_int_equal(travel(x, r, x->now + 61 * MS_HOUR), REFUSAL_NONE);
    assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), from + 28 * MS_HOUR);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_anew_each_day_it_ends),
        cmocka_unit_test(a_delay_puts_the_alarm_off),
        cmocka_unit_test(an_extended_hold_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
