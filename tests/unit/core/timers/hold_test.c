/* The hold after a yes and the journey to it: how long, extended by people, never ended unwarned. */
#include "support/exchange.h"
#include "support/timer_steps.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/timers/timers.h"

static void the_hold_after_a_yes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t from = x->now, end = from + levels[i].hold * MS_MINUTE;

        do_answer(x, CMD_ACCEPT, q, 0);
        assert_int_equal(last_event(x, 0)->kind, EV_HOLD_SET);
        assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), end);
        due_at(x, end - levels[i].warn * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
        x->now = end - 1;
        do_tick(x);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
        x->now = end;
        do_tick(x);
        assert_int_equal(happened(x, EV_REQUEST_CANCELLED), 1);
        assert_int_equal(the_request(x, q)->cancel_why, CANCEL_HOLD_ENDED);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN); /* and never closed */
        assert_int_equal(the_referral(x, r)->closed_at_ms, 0);
        assert_int_equal(the_referral(x, r)->accepted_at_ms, 0);
        assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDED));
        assert_int_equal(the_pool(x, POOL_B).held, 0);
        exchange_free(x);
    }
}

/* A household with a bed until its deadline: no alarm hours after the machine opened it, and a yes for that
 * day is kept until then. */
static void a_follow_up_before_its_day(void **state)
{
    static const int lead_before[THREAT_N] = {
        [THREAT_ROOD] = 20, [THREAT_ORANJE] = 60, [THREAT_UNKNOWN] = 60};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        for (int with_yes = 0; with_yes < 2; with_yes++) {
            struct exchange *x = exchange_timed();
            struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
            struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
            struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level)), next;
            struct request_id q;
            struct observation o;
            int64_t deadline = 0, due = 0;

            exchange_do(x, &cmd);
            o = an_observation(x, engine_pool_find(x->e, "b-nood").v, 2, 2);
            do_report(x, shelter_of(HUIS_B), &o, 1);
            q = do_ask_one(x, r, o.pool.v);
            do_answer(x, CMD_ACCEPT, q, 0);
            do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
            x->now += 48 * MS_HOUR;
            do_tick(x);
            next = engine_household(x->e, r).later;
            deadline = the_referral(x, next)->deadline_ms;
            assert_int_equal(deadline, x->now + 24 * MS_HOUR);
            if (with_yes) {
                o = an_observation(x, POOL_C, 2, 2);
                do_report(x, shelter_of(HUIS_C), &o, 1);
                do_answer(x, CMD_ACCEPT, do_ask_one(x, next, POOL_C), 0);
                assert_int_equal(timers_hold_until(x->e, the_referral(x, next)), deadline);
                due_at(x, deadline - levels[i].warn * MS_MINUTE, EV_ALARM_RAISED, levels[i].name);
            } else {
                due = deadline - lead_before[levels[i].level] * MS_MINUTE;
                if (levels[i].level == THREAT_GROEN) /* opened on Friday, for Saturday afternoon */
                    assert_int_equal(time_parse(bytes_of_text("2026-11-28T09:00:00+01:00"), &due), OK);
                due_at(x, due, EV_ALARM_RAISED, levels[i].name);
            }
            exchange_free(x);
        }
    }
}

static void missed_on_the_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        struct exchange *x = exchange_timed();
        struct referral_id r = do_open(x, VT_OOST, need_at(levels[i].level));
        struct request_id q = do_ask_one(x, r, POOL_B);
        int64_t eta = 0, late = levels[i].no_show * MS_MINUTE;

        do_answer(x, CMD_ACCEPT, q, 0);
        eta = x->now + levels[i].hold * MS_MINUTE - MS_MINUTE; /* so that the journey outlasts the hold */
        if (eta + late > x->now + 24 * MS_HOUR)
            eta = x->now + MS_HOUR;
        do_referral(x, CMD_TRAVEL, r, eta, 0);
        assert_true(timers_hold_until(x->e, the_referral(x, r)) >= eta + late);
        due_at(x, eta + late, EV_ALARM_RAISED, levels[i].name);
        assert_int_equal(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW), 1);
        /* A new time of arrival starts the clock again. */
        do_referral(x, CMD_TRAVEL, r, x->now + MS_MINUTE, 0);
        assert_false(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
        due_at(x, the_referral(x, r)->eta_ms + late, EV_ALARM_RAISED, "a second time");
        /* Both sides hear it, and a person decides: nothing else happens by itself, however late. */
        x->now += 48 * MS_HOUR;
        do_tick(x);
        assert_int_equal(last_count(x), 0);
        assert_int_equal(the_referral(x, r)->state, REFERRAL_TRAVELLING);
        exchange_free(x);
    }
}

/* Nobody keeps a bed for days by a time of arrival: after 24 hours people are asked. */
static void a_journey_of_days(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    int64_t from = x->now;

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, from + 70 * MS_HOUR, 0);
    due_at(x, from + 24 * MS_HOUR, EV_ALARM_RAISED, "a journey of three days");
    exchange_free(x);
}

/* Nobody said when they will be there: missed after the time that the way takes, and not hours later when the
 * place is let go of. */
static void a_journey_without_an_end(void **state)
{
    struct core_settings s = timed();
    struct exchange *x = exchange_new_with(&s);
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    uint8_t from = engine_org(x->e, (struct org_id){VT_OOST})->region;
    uint8_t to = engine_location(x->e, (struct location_id){B_HUIS})->region;
    int way = vocab_minutes(x->vocab, from, to);

    (void)state;
    assert_true(way > 0 && way + 30 < 3 * 60 - 5);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now += 5 * MS_MINUTE;
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, x->now + (way + 30) * MS_MINUTE, EV_ALARM_RAISED, "the way from its referrer");
    assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_NO_SHOW));
    exchange_free(x);

    x = exchange_new_with(&s); /* from where it lives, if that is known */
    struct need n = need_at(THREAT_ROOD);
    n.home_region = to;
    r = do_open(x, VT_OOST, n);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    assert_true(vocab_minutes(x->vocab, to, to) != way);
    due_at(x, x->now + (vocab_minutes(x->vocab, to, to) + 30) * MS_MINUTE, EV_ALARM_RAISED, "from home");
    exchange_free(x);

    s.timers.journey_s = 45 * 60; /* from nowhere that is known */
    x = exchange_new_with(&s);
    r = do_open(x, COMENSHA, need_at(THREAT_ORANJE));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, x->now + (45 + 60) * MS_MINUTE, EV_ALARM_RAISED, "as long as a journey may take");
    exchange_free(x);

    s.timers.journey_s = 86400; /* and never after the hold */
    x = exchange_new_with(&s);
    r = do_open(x, COMENSHA, need_at(THREAT_ORANJE));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, timers_hold_until(x->e, the_referral(x, r)), EV_ALARM_RAISED, "the end of the hold");
    exchange_free(x);

    s.timers.journey_s = 0;
    x = exchange_new_with(&s);
    r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    do_referral(x, CMD_TRAVEL, r, 0, 0);
    due_at(x, timers_hold_until(x->e, the_referral(x, r)), EV_ALARM_RAISED, "turned off");
    exchange_free(x);
}

/* ---- people ---- */

static void extra_time_three_times(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    struct request_id q = do_ask_one(x, r, POOL_B);
    int64_t by = the_request(x, q)->answer_by_ms;

    (void)state;
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->answer_by_ms, by + 5 * MS_MINUTE);
    assert_int_equal(the_request(x, q)->seen_at_ms, x->now);
    /* Called silent, and then it asks for time: it is within its time again. */
    x->now = by + 5 * MS_MINUTE;
    do_tick(x);
    assert_int_not_equal(the_request(x, q)->silent_at_ms, 0);
    x->now += MS_MINUTE;
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->silent_at_ms, 0);
    assert_int_equal(the_request(x, q)->answer_by_ms, x->now + 5 * MS_MINUTE);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_NONE);
    assert_int_equal(do_answer(x, CMD_EXTEND_REQUEST, q, 0).refusal, REFUSAL_EXTENSIONS);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(the_request(x, q)->n_extended, 3);
    exchange_free(x);
}

static void a_hold_is_extended_three_times(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    int64_t end = 0;

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    end = timers_hold_until(x->e, the_referral(x, r));
    x->now = end - MS_MINUTE;
    do_tick(x);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_NONE);
        assert_int_equal(timers_hold_until(x->e, the_referral(x, r)), end + i * MS_HOUR);
        assert_false(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
    }
    assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_EXTENSIONS);
    due_at(x, end + 3 * MS_HOUR - 30 * MS_MINUTE, EV_ALARM_RAISED, "warned of the new end");
    /* A new yes has three of its own. */
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_C), 0);
    assert_int_equal(do_referral(x, CMD_EXTEND_HOLD, r, 0, 0).refusal, REFUSAL_NONE);
    exchange_free(x);
}

/* The broker was away over both moments: nothing ends unwarned. */
static void no_hold_ends_unwarned(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now += 12 * MS_HOUR;
    do_tick(x);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_true(timers_alarm_stands(x->e, the_referral(x, r), ALARM_HOLD_ENDING));
    due_at(x, x->now + 30 * MS_MINUTE, EV_REQUEST_CANCELLED, "after the time to act");
    exchange_free(x);
}

/* A yes from before there were holds (or one whose second event was lost) gets its end at the first tick. */
static void a_yes_without_an_end(void **state)
{
    struct core_settings off = timed();
    struct exchange *x = NULL;
    struct engine *again = NULL;
    struct event_list out = {0};
    struct outcome outcome;

    (void)state;
    off.timers = timers_settings_off();
    x = exchange_new_with(&off);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, do_open(x, VT_OOST, need_at(THREAT_ROOD)), POOL_B), 0);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_ACCEPTED);
    x->settings = timed();
    again = exchange_replay(x);
    assert_true(engine_digest(again, true) == engine_digest(x->e, true)); /* settings are no state */
    assert_true(engine_next_due_ms(again) <= x->now);
    engine_decide(again, &(struct command){.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}}, x->now, &out,
                  &outcome);
    assert_int_equal(out.n, 1);
    assert_int_equal(out.list[0].kind, EV_HOLD_SET);
    assert_int_equal(out.list[0].u.escalation.until_ms, x->now + 3 * MS_HOUR);
    event_list_fini(&out);
    engine_free(again);
    exchange_free(x);
}

static void handed_over_and_taken(void **state)
{
    struct exchange *x = exchange_timed();
    struct referral_id r = do_open(x, VT_OOST, need_at(THREAT_ROOD));
    uint32_t opener = the_referral(x, r)->opened_by.v;

    (void)state;
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, opener);
    assert_int_equal(escalate(x, CMD_HAND_OVER, r, 0, 0).refusal, REFUSAL_NONE); /* to whoever is next */
    assert_true(timers_of(x->e, r)->handed);
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, opener); /* until somebody takes it */
    escalate(x, CMD_HAND_OVER, r, 0, 0);
    assert_int_equal(last_count(x), 0);
    escalate(x, CMD_HAND_OVER, r, 0, 777);
    assert_int_equal(timers_of(x->e, r)->handed_to.v, 777);
    assert_int_equal(take_over(x, r, 778).refusal, REFUSAL_NONE); /* who is there takes it, named or not */
    assert_int_equal(timers_owner(x->e, the_referral(x, r)).v, 778);
    assert_false(timers_of(x->e, r)->handed);
    take_over(x, r, 778);
    assert_int_equal(last_count(x), 0);
    /* Another organisation: no such referral. */
    assert_int_equal(exchange_do(x, &(struct command){.kind = CMD_TAKE_OVER,
                                                      .actor = referrer_of(VT_WEST),
                                                      .u.referral.referral = r})
                         .refusal,
                     REFUSAL_NOT_FOUND);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(the_hold_after_a_yes),
        cmocka_unit_test(a_follow_up_before_its_day),
        cmocka_unit_test(missed_on_the_way),
        cmocka_unit_test(a_journey_of_days),
        cmocka_unit_test(a_journey_without_an_end),
        cmocka_unit_test(extra_time_three_times),
        cmocka_unit_test(a_hold_is_extended_three_times),
        cmocka_unit_test(no_hold_ends_unwarned),
        cmocka_unit_test(a_yes_without_an_end),
        cmocka_unit_test(handed_over_and_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
