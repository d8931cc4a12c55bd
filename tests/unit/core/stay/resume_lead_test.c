/* What the team lead hears of a household that left: from when it was told, and nothing of one that has a
 * place to live. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/timers/timers_state.h"

/* A clock opened a search for R; in its last hour the team lead was rung for it. */
static struct referral_id lead_is_rung(struct exchange *x, struct referral_id r)
{
    struct referral_id f;

    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, r).later;
    for (int i = 0; i < 1200 && timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms == 0; i++)
        pass(x, 5 * MS_MINUTE);
    assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
    return f;
}

static enum refusal left_ago(struct exchange *x, struct referral_id r, const char *where, int64_t ago_ms)
{
    struct command cmd = {.kind = CMD_DEPART, .actor = house_of(x, stay_of(x, r)), .draw = 99};

    cmd.u.stay = (struct stay_command){.stay = stay_of(x, r)->id,
                                       .reason = nr(x, LIST_DEPARTURE, "eigen_keuze"),
                                       .destination = nr(x, LIST_DESTINATION, where),
                                       .at_ms = ago_ms != 0 ? x->now - ago_ms : 0};
    return exchange_do(x, &cmd).refusal;
}

/* Rung while it had its bed; without one the lead hears again, whenever it was that they left. */
static void told_late_is_told_all_the_same(void **state)
{
    static const int64_t ago[] = {0, MS_HOUR, 20 * MS_HOUR};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ago); i++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = arrive_with(x, need_at(THREAT_ORANJE), POOL_B);
        struct referral_id f = lead_is_rung(x, r);
        int64_t before_ms = timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms, told_ms;

        x->now += 10 * MS_MINUTE;
        told_ms = x->now;
        assert_int_equal(left_ago(x, r, "familie_vrienden", ago[i]), REFUSAL_NONE);
        assert_false(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
        assert_true(timers_lead_ms(x->e, the_referral(x, f)) == told_ms + MS_HOUR);
        pass(x, 59 * MS_MINUTE);
        assert_true(timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms == before_ms);
        pass(x, 2 * MS_MINUTE);
        assert_true(timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms == told_ms + MS_HOUR);
        assert_true(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
        is_sound(x);
        exchange_free(x);
    }
}

/* Where they went is home: its search waits for a person to end it, and at its day nobody is rung for it. */
static void a_home_is_no_emergency(void **state)
{
    static const struct {
        const char *where;
        bool is_rung; /* before they left */
        bool is_home;
    } cases[] = {
        {"eigen_woning", false, true}, {"eigen_woning", true, true}, {"familie_vrienden", false, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct core_settings set = timed();
        struct exchange *x = NULL;
        struct referral_id r, f;
        int64_t rung_ms = 0;
        unsigned repeated = 0;

        set.timers.again_times = 3;
        x = exchange_new_with(&set);
        r = arrive_with(x, need_at(THREAT_ORANJE), POOL_B);
        if (cases[i].is_rung) {
            f = lead_is_rung(x, r);
        } else {
            assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
            pass(x, 7 * MS_DAY + MS_HOUR);
            f = engine_household(x->e, r).later;
        }
        rung_ms = timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms;
        repeated = timers_alarm(x->e, f, ALARM_LEAD)->n_again;
        assert_int_equal(left_ago(x, r, cases[i].where, 0), REFUSAL_NONE);
        assert_true(engine_search_is_left(x->e, f) == cases[i].is_home);
        is_sound(x);
        pass(x, 5 * MS_DAY);
        assert_true(referral_is_looking(the_referral(x, f)->state)); /* no machine ends it */
        assert_true(the_referral(x, f)->unplaced != cases[i].is_home);
        assert_true((timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms == rung_ms) == cases[i].is_home);
        if (cases[i].is_home) {
            assert_false(timers_alarm_stands(x->e, the_referral(x, f), ALARM_LEAD));
            assert_int_equal(timers_alarm(x->e, f, ALARM_LEAD)->n_again, repeated);
        }
        is_sound(x);
        exchange_free(x);
    }
}

/* Somebody asks a place for it after all: then it is as late as it is. */
static void one_that_asks_is_late(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = arrive_with(x, need_at(THREAT_ORANJE), POOL_B), f;

    (void)state;
    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, r).later;
    assert_int_equal(left_ago(x, r, "eigen_woning", 0), REFUSAL_NONE);
    pass(x, 4 * MS_DAY);
    assert_false(the_referral(x, f)->unplaced);
    do_ask_one(x, f, POOL_C);
    pass(x, MS_MINUTE);
    assert_true(the_referral(x, f)->unplaced);
    is_sound(x);
    exchange_free(x);
}

/* F, that a clock opened for a household which has a home since. */
static struct referral_id left_search(struct exchange *x, bool was_asked_before)
{
    struct referral_id r = arrive_with(x, need_at(THREAT_ORANJE), POOL_B), f;

    assert_int_equal(start_clock(x, r, HUISVERBOD), REFUSAL_NONE);
    pass(x, 7 * MS_DAY + MS_HOUR);
    f = engine_household(x->e, r).later;
    if (was_asked_before)
        do_answer(x, CMD_DECLINE, do_ask_one(x, f, POOL_C), 1);
    x->now += MS_MINUTE;
    assert_int_equal(left_ago(x, r, "eigen_woning", 0), REFUSAL_NONE);
    assert_true(engine_search_is_left(x->e, f));
    return f;
}

/* It went wrong at home: their desk works on with the search that there is, also after a no. */
static void one_that_is_used_again_is_a_search(void **state)
{
    (void)state;
    for (int by_hotel = 0; by_hotel < 2; by_hotel++) {
        struct exchange *x = exchange_timed();
        struct referral_id f = left_search(x, false);

        x->now += MS_HOUR;
        if (by_hotel)
            opened(x, f, a_hotel());
        else
            do_answer(x, CMD_DECLINE, do_ask_one(x, f, POOL_C), 1);
        assert_false(engine_search_is_left(x->e, f));
        pass(x, 4 * MS_DAY);
        assert_true(the_referral(x, f)->unplaced);
        assert_true(timers_alarm(x->e, f, ALARM_LEAD)->raised_at_ms != 0);
        is_sound(x);
        exchange_free(x);
    }
}

/* What was asked before they went home is no use of it since, and the broker asks nobody else for it. */
static void one_that_is_left_asks_nobody(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id f = left_search(x, true);

    (void)state;
    assert_true(timers_widen_ms(x->e, the_referral(x, f)) == INT64_MAX);
    pass(x, 4 * MS_DAY);
    assert_int_equal(the_referral(x, f)->n_requests, 1);
    is_sound(x);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_late_is_told_all_the_same),
        cmocka_unit_test(a_home_is_no_emergency),
        cmocka_unit_test(one_that_asks_is_late),
        cmocka_unit_test(one_that_is_used_again_is_a_search),
        cmocka_unit_test(one_that_is_left_asks_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
