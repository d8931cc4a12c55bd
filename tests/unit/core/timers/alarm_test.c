/* Alarms that nobody acknowledges are raised again, until somebody looks, and not for ever. */
#include "support/exchange.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/timers/timers.h"

#include <string.h>

static struct exchange *exchange_insisting(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    memset(s.timers.ring_s, 0, sizeof s.timers.ring_s);
    memset(s.timers.widen_s, 0, sizeof s.timers.widen_s);
    return exchange_new_with(&s);
}

static const struct escalation *repeated(const struct exchange *x)
{
    for (size_t i = 0; i < last_count(x); i++) {
        if (last_event(x, i)->kind == EV_ALARM_REPEATED)
            return &last_event(x, i)->u.escalation;
    }
    return NULL;
}

/* As often as a house is rung again (domain: section 5), to those whose alarm it is; then the helpdesk of the
 * exchange is told as well; and not all night. */
static void raised_again_until_the_next_in_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_insisting();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        const struct alarm_state *a = &timers_of(x->e, r)->alarms[ALARM_LEAD];
        int64_t at = 0;

        x->now = timers_lead_ms(x->e, the_referral(x, r));
        at = x->now;
        do_tick(x);
        assert_int_equal(happened(x, EV_ALARM_RAISED), 1);
        for (int n = 1; n <= 6; n++) {
            due_at(x, at + n * levels[i].ring * MS_MINUTE, EV_ALARM_REPEATED, levels[i].name);
            a = &timers_of(x->e, r)->alarms[ALARM_LEAD];
            assert_int_equal(a->n_again, n);
            assert_int_equal(a->passed_on, n > 3);
            assert_int_equal(a->raised_at_ms, at);
        }
        x->now += 2 * MS_DAY;
        do_tick(x);
        assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
        exchange_free(x);
    }
}

static void not_again_when_somebody_looks_or_it_is_over(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct request_id q;

    (void)state;
    x->now += 20 * MS_MINUTE;
    do_tick(x);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "nobody looks");
    escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0);
    x->now += MS_HOUR;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    /* A new one begins anew, and tells the house if it told it before. */
    q = do_ask_one(x, r, POOL_B);
    do_answer(x, CMD_ACCEPT, q, 0);
    x->now += 150 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_RAISED), 1);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "the hold ends");
    x->now += 5 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(repeated(x)->request.v, q.v);
    assert_int_equal(repeated(x)->alarm, ALARM_HOLD_ENDING);
    assert_int_equal(repeated(x)->again, 2);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(engine_next_due_ms(x->e) == INT64_MAX ||
                         !timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING),
                     true);
    x->now += MS_HOUR;
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    exchange_free(x);
}

/* The broker lived through the same, was away, and is there again at AT. */
static void comes_back(struct exchange *x, int64_t at_ms)
{
    struct engine *again = exchange_replay(x);

    engine_free(x->e);
    x->e = again;
    x->now = at_ms;
    engine_took_up(x->e, at_ms);
}

/* What fell due while it was away comes once, and not all of it at once. */
static void once_after_hours_away(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));

    (void)state;
    x->now = timers_lead_ms(x->e, the_referral(x, r));
    do_tick(x);
    comes_back(x, x->now + 3 * MS_HOUR);
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 1);
    assert_int_equal(repeated(x)->again, 1);
    do_tick(x);
    assert_int_equal(happened(x, EV_ALARM_REPEATED), 0);
    due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, "an interval after it");
    exchange_free(x);
}

/* A broker that comes back after weeks does not ring for all that was left to stand. */
static void not_again_after_a_day_away(void **state)
{
    static const struct {
        const char *name;
        int64_t away_ms;
        unsigned times;
    } cases[] = {{"a day", MS_DAY, 1}, {"a moment more", MS_DAY + 1, 0}, {"weeks", 20 * MS_DAY, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_insisting();
        struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD)), later;
        char why[200] = "";

        x->now = timers_lead_ms(x->e, the_referral(x, r));
        do_tick(x);
        comes_back(x, x->now + cases[i].away_ms);
        assert_true(engine_check(x->e, why, sizeof why));
        do_tick(x);
        if (happened(x, EV_ALARM_REPEATED) != cases[i].times)
            fail_msg("%s: %u times", cases[i].name, happened(x, EV_ALARM_REPEATED));
        do_tick(x);
        assert_true(engine_next_due_ms(x->e) > x->now); /* nothing is due for ever */
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_LEAD));
        /* What begins now is raised again as ever; and the old one can be acknowledged. */
        later = do_open(x, VT_WEST, need_at(THREAT_ROOD));
        assert_int_equal(escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0).refusal, REFUSAL_NONE);
        x->now = timers_lead_ms(x->e, the_referral(x, later));
        do_tick(x);
        due_at(x, x->now + 5 * MS_MINUTE, EV_ALARM_REPEATED, cases[i].name);
        exchange_free(x);
    }
}

static void what_cannot_be_raised_again(void **state)
{
    struct exchange *x = exchange_insisting();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct event ev = {.kind = EV_ALARM_REPEATED, .seq = 1};
    char why[200];

    (void)state;
    ev.u.escalation = (struct escalation){.referral = r, .alarm = ALARM_LEAD, .again = 1};
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm that does not stand");
    x->now += 20 * MS_MINUTE;
    do_tick(x);
    assert_null(alarm_repeated_impossible(x->e, &ev));
    ev.u.escalation.again = 2;
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm raised again out of turn");
    ev.u.escalation.alarm = ALARM_N;
    assert_non_null(alarm_repeated_impossible(x->e, &ev));
    ev.u.escalation.alarm = ALARM_LEAD;
    ev.u.escalation.again = 1;
    escalate(x, CMD_ACKNOWLEDGE_ALARM, r, ALARM_LEAD, 0);
    assert_string_equal(alarm_repeated_impossible(x->e, &ev), "an alarm acknowledged already");
    assert_true(engine_check(x->e, why, sizeof why));
    exchange_free(x);
}

static void the_next_day_at_nine(void **state)
{
    static const struct {
        const char *opened, *due;
    } cases[] = {
        {"2026-11-25T12:01:00+01:00", "2026-11-26T09:00:00+01:00"},
        {"2026-11-25T23:59:59+01:00", "2026-11-26T09:00:00+01:00"},
        {"2026-11-26T00:00:00+01:00", "2026-11-27T09:00:00+01:00"},
        {"2027-03-27T20:00:00+01:00", "2027-03-28T09:00:00+02:00"}, /* an hour shorter */
        {"2027-10-30T20:00:00+02:00", "2027-10-31T09:00:00+01:00"}, /* an hour longer */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_timed();
        int64_t due = 0;

        assert_int_equal(time_parse(bytes_of_text(cases[i].opened), &x->now), OK);
        assert_int_equal(time_parse(bytes_of_text(cases[i].due), &due), OK);
        do_open(x, VT_OOST, need_at(THREAT_GROEN));
        due_at(x, due, EV_ALARM_RAISED, cases[i].opened);
        exchange_free(x);
    }
}

/* Rung while it may still answer, at most so often, and not out of having just looked. */
static void rung_again_and_not_for_ever(void **state)
{
    struct core_settings s = timed();
    struct exchange *x = NULL;
    struct referral_id r;
    struct request_id q;
    int64_t from = 0;

    (void)state;
    s.timers.rings_max = 3;
    s.timers.ring_s[THREAT_GROEN] = 10 * 60;
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    q = do_ask_one(x, r, POOL_B);
    from = x->now;
    x->now = from + 8 * MS_MINUTE;
    do_answer(x, CMD_SEE_REQUEST, q, 0);
    due_at(x, from + 18 * MS_MINUTE, EV_REQUEST_RUNG, "seen");
    due_at(x, from + 28 * MS_MINUTE, EV_REQUEST_RUNG, "again");
    due_at(x, from + 38 * MS_MINUTE, EV_REQUEST_RUNG, "and again");
    x->now = from + 100 * MS_MINUTE;
    do_tick(x);
    assert_int_equal(happened(x, EV_REQUEST_RUNG), 0);
    exchange_free(x);

    s.timers.rings_max = 20; /* until its time to answer is over, and not at that moment */
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_GROEN));
    q = do_ask_one(x, r, POOL_B);
    while (the_request(x, q)->silent_at_ms == 0) {
        x->now = engine_next_due_ms(x->e);
        do_tick(x);
    }
    assert_int_equal(the_request(x, q)->n_rung, 15); /* of 160 minutes */
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(raised_again_until_the_next_in_line),
        cmocka_unit_test(not_again_when_somebody_looks_or_it_is_over),
        cmocka_unit_test(once_after_hours_away),
        cmocka_unit_test(not_again_after_a_day_away),
        cmocka_unit_test(what_cannot_be_raised_again),
        cmocka_unit_test(the_next_day_at_nine),
        cmocka_unit_test(rung_again_and_not_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
