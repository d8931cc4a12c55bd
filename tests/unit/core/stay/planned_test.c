/* A follow-up is planned as long as its household has the bed that it follows: it moves with the clock, and
 * without that bed it is a search as any other. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "core/engine_state.h"
#include "core/stay/stay_rules.h"

#include <string.h>

/* In B under a barring order of ten days, of which was warned: 71 hours are left. */
static struct referral_id warned(struct exchange *x, enum threat_level level, struct referral_id *r)
{
    struct need n = need_at(level);
    struct referral_id f;

    *r = arrive_with(x, n, POOL_B);
    assert_int_equal(start_clock(x, *r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, *r).later;
    assert_int_equal(engine_household(x->e, f).why, LINK_FOLLOW_UP);
    return f;
}

static enum refusal prolong(struct exchange *x, struct referral_id r, unsigned nth)
{
    struct command p = {.kind = CMD_PROLONG_CLOCK, .actor = referrer_of(VT_OOST)};

    p.u.clock.clock = clock_of(x, r, nth)->id;
    return exchange_do(x, &p).refusal;
}

/* ---- the bed is over ---- */

static void a_household_that_left_is_looked_for_as_any_other(void **state)
{
    struct core_settings set = timed();

    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct exchange *x = exchange_new_with(&set);
        struct referral_id r, f = warned(x, levels[i].level, &r);
        int64_t left_ms = 0;

        assert_true(engine_is_planned(x->e, f));
        assert_true(timers_lead_ms(x->e, the_referral(x, f)) > x->now + 30 * MS_HOUR);
        assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
        left_ms = x->now;
        assert_int_equal(happened(x, EV_REFERRAL_RETIMED), 1);
        assert_int_equal(the_referral(x, f)->urgency, URGENCY_VANDAAG);
        assert_int_equal(the_referral(x, f)->need.urgency, URGENCY_VANDAAG);
        assert_true(the_referral(x, f)->deadline_ms == left_ms + MS_DAY);
        if (levels[i].lead != 0)
            due_at(x, left_ms + levels[i].lead * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
        else
            assert_true(timers_lead_ms(x->e, the_referral(x, f)) < left_ms + 36 * MS_HOUR);
        do_ask_one(x, f, POOL_C);
        do_answer(x, CMD_ACCEPT, the_referral(x, f)->requests[0], 0);
        assert_true(timers_hold_until(x->e, the_referral(x, f)) == x->now + levels[i].hold * MS_MINUTE);
        is_sound(x);
        exchange_free(x);
    }
}

/* Seen to when there was time: that says nothing of what is now. */
static void an_alarm_from_before_is_about_something_else(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);
    int64_t left_ms = 0;

    (void)state;
    pass(x, 71 * MS_HOUR - 10 * MS_MINUTE);
    assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    assert_int_equal(escalate(x, CMD_ACKNOWLEDGE_ALARM, f, ALARM_LEAD, 0).refusal, REFUSAL_NONE);
    x->now += MS_MINUTE;
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    left_ms = x->now;
    assert_false(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    assert_true(timers_lead_ms(x->e, the_referral(x, f)) == left_ms + 20 * MS_MINUTE);
    pass(x, 21 * MS_MINUTE);
    assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    assert_true(timers_alarm(x->e, f, ALARM_LEAD)->acknowledged_at_ms == 0);
    is_sound(x);
    exchange_free(x);
}

/* From its place to a bridge bed it still has a bed; with the end of that it has none. */
static void a_bridge_bed_is_a_bed(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);
    int64_t by_ms = the_referral(x, f)->deadline_ms;
    struct bridge_id bed = in_a_bed(x, f, POOL_C)->id;

    (void)state;
    assert_int_equal(stay_of(x, r)->state, STAY_DEPARTED);
    assert_int_equal(happened(x, EV_REFERRAL_RETIMED), 0);
    assert_true(engine_is_planned(x->e, f));
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    x->now += MS_HOUR;
    assert_int_equal(about_bridge(x, CMD_END_BRIDGE, bed, 0, BRIDGE_END_FAILED).refusal, REFUSAL_NONE);
    assert_false(engine_is_planned(x->e, f));
    assert_true(the_referral(x, f)->deadline_ms == x->now + MS_DAY);
    assert_true(timers_lead_ms(x->e, the_referral(x, f)) == x->now + 20 * MS_MINUTE);
    is_sound(x);
    exchange_free(x);
}

/* One that is sooner already stays so. */
static void nothing_is_put_off_by_leaving(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);
    int64_t by_ms = the_referral(x, f)->deadline_ms;

    (void)state;
    pass(x, 70 * MS_HOUR);
    assert_int_equal(depart(x, r, "eigen_keuze", "familie_vrienden"), REFUSAL_NONE);
    assert_true(the_referral(x, f)->deadline_ms == by_ms);
    assert_int_equal(the_referral(x, f)->urgency, URGENCY_VANDAAG);
    exchange_free(x);
}

/* ---- the clock moved ---- */

static void a_prolonged_clock_takes_its_follow_up_along(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);
    int64_t old_ms = the_referral(x, f)->deadline_ms;

    (void)state;
    pass(x, 71 * MS_HOUR - 10 * MS_MINUTE); /* near its end: an alarm stands */
    assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    assert_int_equal(prolong(x, r, 0), REFUSAL_NONE);
    assert_true(the_referral(x, f)->deadline_ms == clock_of(x, r, 0)->runs_out_ms);
    assert_true(the_referral(x, f)->deadline_ms > old_ms + 17 * MS_DAY);
    assert_int_equal(the_referral(x, f)->urgency, URGENCY_DRIE_DAGEN);
    assert_false(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    pass(x, 4 * MS_DAY);
    assert_false(the_referral(x, f)->unplaced);
    assert_false(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    pass(x, clock_of(x, r, 0)->runs_out_ms - x->now + MS_HOUR);
    assert_true(the_referral(x, f)->unplaced);
    assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    is_sound(x);
    exchange_free(x);
}

/* Prolonged a day late: it was unplaced, and is not, for the household has its place. */
static void one_that_was_unplaced_gets_its_time_again(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);

    (void)state;
    pass(x, 4 * MS_DAY);
    assert_true(the_referral(x, f)->unplaced);
    assert_int_equal(prolong(x, r, 0), REFUSAL_NONE);
    assert_false(the_referral(x, f)->unplaced);
    is_sound(x);
    exchange_free(x);
}

/* Two clocks warned for one search: it is by the end of the first, whichever moved. */
static void the_first_of_two_clocks_says_by_when(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f;
    const struct clock_rule *rules = vocab_stay_rules(x->vocab)->clocks;
    uint8_t other = 0;
    const struct stay_clock *c = NULL;

    (void)state;
    /* Another that warns and may be prolonged by nobody: of the 72 hours of an emergency place. */
    for (size_t i = 0; i < vocab_stay_rules(x->vocab)->n_clocks; i++)
        other = rules[i].minutes == 72 * 60 && !rules[i].of_household ? rules[i].nr : other;
    assert_int_not_equal(other, 0);
    f = warned(x, THREAT_ROOD, &r);
    assert_int_equal(start_clock(x, r, other), REFUSAL_NONE);
    c = clock_of(x, r, 1);
    pass(x, c->warn_at_ms - x->now + MS_MINUTE);
    assert_int_equal(clock_of(x, r, 1)->follow_up.v, f.v);
    assert_int_equal(prolong(x, r, 0), REFUSAL_NONE);
    assert_true(the_referral(x, f)->deadline_ms == clock_of(x, r, 1)->runs_out_ms);
    is_sound(x);
    exchange_free(x);
}

/* A clock that warns later and ends sooner than the one that opened the search. */
static void a_search_that_is_found_is_by_the_sooner_end(void **state)
{
    struct core_settings set = timed();
    struct exchange *x = exchange_new_with(&set);
    struct referral_id r, f = warned(x, THREAT_ROOD, &r);

    (void)state;
    assert_int_equal(prolong(x, r, 0), REFUSAL_NONE);
    for (uint8_t i = 0; i < vocab_stay_rules(x->vocab)->n_clocks; i++) {
        const struct clock_rule *rule = &vocab_stay_rules(x->vocab)->clocks[i];

        if (rule->minutes != 72 * 60 || rule->of_household)
            continue;
        assert_int_equal(start_clock(x, r, rule->nr), REFUSAL_NONE);
        break;
    }
    pass(x, clock_of(x, r, 1)->warn_at_ms - x->now + MS_MINUTE);
    assert_true(the_referral(x, f)->deadline_ms == clock_of(x, r, 1)->runs_out_ms);
    is_sound(x);
    exchange_free(x);
}

/* ---- what cannot be ---- */

static void impossible_times(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct event ev;
    char why[200] = "";

    (void)state;
    for (int i = 0; i < 4; i++) {
        memset(&ev, 0, sizeof ev);
        ev.kind = EV_REFERRAL_RETIMED;
        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        ev.u.referral.referral = r;
        ev.u.referral.eta_ms = x->now + MS_DAY;
        ev.u.referral.referral.v = i == 0 ? 9 : r.v;
        ev.u.referral.eta_ms = i == 1 ? 0 : ev.u.referral.eta_ms;
        ev.u.referral.reason = i == 2 ? URGENCY_N : URGENCY_NU;
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), i == 3 ? OK : ERR_BAD_INPUT);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_household_that_left_is_looked_for_as_any_other),
        cmocka_unit_test(an_alarm_from_before_is_about_something_else),
        cmocka_unit_test(a_bridge_bed_is_a_bed),
        cmocka_unit_test(nothing_is_put_off_by_leaving),
        cmocka_unit_test(a_prolonged_clock_takes_its_follow_up_along),
        cmocka_unit_test(one_that_was_unplaced_gets_its_time_again),
        cmocka_unit_test(the_first_of_two_clocks_says_by_when),
        cmocka_unit_test(a_search_that_is_found_is_by_the_sooner_end),
        cmocka_unit_test(impossible_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
