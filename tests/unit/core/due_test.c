/* What falls due, when exactly, and how much of it in one tick. */
#include "support/exchange.h"

#include "base/mem.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/engine_state.h"

#include <stdlib.h>
#include <string.h>

static void nothing_is_never_due(void **state)
{
    struct exchange *x = exchange_new();

    (void)state;
    assert_true(engine_next_due_ms(x->e) == INT64_MAX);
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(x->last.seq, 0);
    exchange_free(x);
}

static void the_next_moment_is_exact(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    int64_t deadline = the_referral(x, r)->deadline_ms;
    struct request_id q;

    (void)state;
    assert_int_equal(engine_next_due_ms(x->e), deadline);
    q = do_ask_one(x, r, POOL_B);
    assert_int_equal(engine_next_due_ms(x->e), the_request(x, q)->answer_by_ms);
    do_answer(x, CMD_DECLINE, q, 1);
    assert_int_equal(engine_next_due_ms(x->e), deadline);
    q = do_ask_one(x, r, POOL_C);
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_true(engine_next_due_ms(x->e) == INT64_MAX);
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(engine_next_due_ms(x->e), deadline);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    assert_true(engine_next_due_ms(x->e) == INT64_MAX);
    exchange_free(x);
}

/* An exchange that never asks on by itself. */
static struct exchange *quiet(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers = timers_settings_off();
    return exchange_new_with(&s);
}

/* First its time to answer, then its hold. */
static void a_request_is_due_twice(void **state)
{
    struct exchange *x = quiet();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    x->now = the_request(x, q)->answer_by_ms - 1;
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    x->now++;
    do_tick(x);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_SILENT);
    assert_int_equal(last_event(x, 0)->account.v, 0);
    assert_int_equal(the_request(x, q)->silent_at_ms, x->now);
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    assert_int_equal(engine_next_due_ms(x->e), the_request(x, q)->lapse_at_ms);
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    /* A yes still counts. */
    x->now = the_request(x, q)->lapse_at_ms - 1;
    assert_int_equal(do_answer(x, CMD_ACCEPT, q, 0).refusal, REFUSAL_NONE);
    assert_true(engine_next_due_ms(x->e) == INT64_MAX);
    exchange_free(x);
}

/* Nobody looked when its first moment passed: it is over, and that says enough. */
static void both_moments_passed_at_once(void **state)
{
    struct exchange *x = quiet();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    x->now = the_request(x, q)->lapse_at_ms;
    do_tick(x);
    assert_int_equal(last_count(x), 1);
    assert_int_equal(last_event(x, 0)->kind, EV_REQUEST_EXPIRED);
    assert_int_equal(the_request(x, q)->silent_at_ms, 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    exchange_free(x);
}

static void a_hold_lapses_at_its_moment(void **state)
{
    struct exchange *x = quiet();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    x->now = the_request(x, q)->lapse_at_ms - 1;
    do_tick(x);
    assert_int_equal(the_request(x, q)->state, REQUEST_PENDING);
    x->now++;
    do_tick(x);
    assert_int_equal(the_request(x, q)->state, REQUEST_EXPIRED);
    assert_int_equal(the_request(x, q)->ended_at_ms, x->now);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    assert_int_equal(last_event(x, 0)->account.v, 0);
    do_tick(x);
    assert_int_equal(last_count(x), 0);
    exchange_free(x);
}

static void the_search_stays_asked_while_one_is_left(void **state)
{
    struct exchange *x = quiet();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    struct request_id first = do_ask_one(x, r, POOL_B), second;

    (void)state;
    x->now += MS_HOUR;
    second = do_ask_one(x, r, POOL_C);
    x->now = the_request(x, first)->lapse_at_ms;
    do_tick(x);
    assert_int_equal(the_request(x, first)->state, REQUEST_EXPIRED);
    assert_int_equal(the_request(x, second)->state, REQUEST_PENDING);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ASKED);
    x->now = the_request(x, second)->lapse_at_ms;
    do_tick(x);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_OPEN);
    exchange_free(x);
}

/* Past the deadline, in each state. */
static void a_passed_deadline_is_flagged_once(void **state)
{
    static const struct {
        const char *name;
        enum referral_state in;
        bool want;
    } cases[] = {
        {"open", REFERRAL_OPEN, true},          {"asked", REFERRAL_ASKED, true},
        {"reserved", REFERRAL_RESERVED, false}, {"travelling", REFERRAL_TRAVELLING, false},
        {"admitted", REFERRAL_ADMITTED, false}, {"withdrawn", REFERRAL_WITHDRAWN, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exchange *x = exchange_new();
        struct referral_id r = do_open(x, VT_OOST, a_need());
        enum referral_state in = cases[i].in;
        struct request_id q = {0};

        if (in == REFERRAL_WITHDRAWN)
            do_referral(x, CMD_WITHDRAW, r, 0, 1);
        x->now = the_referral(x, r)->deadline_ms - 1;
        if (in != REFERRAL_OPEN && in != REFERRAL_WITHDRAWN)
            q = do_ask_one(x, r, POOL_B);
        if (in >= REFERRAL_RESERVED && in <= REFERRAL_ADMITTED)
            do_answer(x, CMD_ACCEPT, q, 0);
        if (in == REFERRAL_TRAVELLING)
            do_referral(x, CMD_TRAVEL, r, 0, 0);
        if (in == REFERRAL_ADMITTED)
            do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
        do_tick(x);
        assert_false(the_referral(x, r)->unplaced);
        x->now++;
        do_tick(x);
        if (the_referral(x, r)->unplaced != cases[i].want)
            fail_msg("%s", cases[i].name);
        assert_int_equal(the_referral(x, r)->state, in);
        do_tick(x);
        assert_int_equal(last_count(x), 0);
        exchange_free(x);
    }
}

static void a_no_show_after_the_deadline_is_flagged(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    x->now = the_referral(x, r)->deadline_ms + MS_HOUR;
    do_tick(x);
    assert_false(the_referral(x, r)->unplaced);
    do_referral(x, CMD_NO_SHOW, r, 0, 0);
    assert_int_equal(engine_next_due_ms(x->e), the_referral(x, r)->deadline_ms);
    do_tick(x);
    assert_true(the_referral(x, r)->unplaced);
    exchange_free(x);
}

static void an_unplaced_referral_still_asks(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());

    (void)state;
    x->now = the_referral(x, r)->deadline_ms;
    do_tick(x);
    do_answer(x, CMD_ACCEPT, do_ask_one(x, r, POOL_B), 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_RESERVED);
    assert_true(the_referral(x, r)->unplaced); /* it stays known that the deadline was missed */
    exchange_free(x);
}

static void a_tick_is_bounded_and_the_rest_follows(void **state)
{
    struct exchange *x = exchange_new();
    int64_t deadline = 0;

    (void)state;
    for (int i = 0; i < 600; i++) {
        deadline = the_referral(x, do_open(x, VT_OOST, a_need()))->deadline_ms;
        x->now += 10;
    }
    x->now = deadline + MS_HOUR;
    do_tick(x);
    assert_int_equal(last_count(x), 256);
    assert_true(engine_next_due_ms(x->e) <= x->now);
    assert_true(the_referral(x, (struct referral_id){256})->unplaced); /* earliest first */
    assert_false(the_referral(x, (struct referral_id){257})->unplaced);
    do_tick(x);
    assert_int_equal(last_count(x), 256);
    do_tick(x);
    assert_int_equal(last_count(x), 88);
    assert_true(engine_next_due_ms(x->e) == INT64_MAX);
    exchange_free(x);
}

/* The heap against sorting, with moments that change and go away. */
static void the_order_is_by_moment(void **state)
{
    struct exchange *x = exchange_new();
    struct rng rng = rng_seed(11);
    struct due due[300];
    int64_t last = 0;
    size_t n = 0, want = 0;

    (void)state;
    for (int i = 0; i < 400; i++) {
        x->now += rng_below(&rng, 1000);
        do_open(x, VT_OOST, a_need(.urgency = (enum urgency)rng_below(&rng, URGENCY_N)));
    }
    for (uint64_t i = 1; i <= 400; i++) {
        if (rng_chance(&rng, 300))
            do_referral(x, CMD_WITHDRAW, (struct referral_id){i}, 0, 1);
    }
    for (uint64_t i = 1; i <= 400; i++) {
        const struct referral *r = the_referral(x, (struct referral_id){i});

        want += r->state == REFERRAL_OPEN && r->deadline_ms <= x->now + 24 * MS_HOUR;
    }
    n = due_collect(x->e, x->now + 24 * MS_HOUR, due, 300);
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++) {
        assert_true(due[i].at_ms >= last);
        last = due[i].at_ms;
        assert_int_equal(last, the_referral(x, (struct referral_id){due[i].id})->deadline_ms);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_never_due),
        cmocka_unit_test(the_next_moment_is_exact),
        cmocka_unit_test(a_request_is_due_twice),
        cmocka_unit_test(both_moments_passed_at_once),
        cmocka_unit_test(a_hold_lapses_at_its_moment),
        cmocka_unit_test(the_search_stays_asked_while_one_is_left),
        cmocka_unit_test(a_passed_deadline_is_flagged_once),
        cmocka_unit_test(a_no_show_after_the_deadline_is_flagged),
        cmocka_unit_test(an_unplaced_referral_still_asks),
        cmocka_unit_test(a_tick_is_bounded_and_the_rest_follows),
        cmocka_unit_test(the_order_is_by_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
