/* Bridge beds that are let go of when their household has its place, and that are watched again behind a
 * leak. */
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include "core/engine_state.h"

#include <string.h>

/* Two desks look for a household that left B. */
static void two_searches(struct exchange *x, struct referral_id *second, struct referral_id *third)
{
    struct need n = a_need();
    struct referral_id first = left_with_code(x, n.return_code);

    *second = do_open(x, VT_OOST, n);
    *third = do_open_beside(x, VT_WEST, first);
}

static void arrives(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct request_id q = do_ask_one(x, r, pool);

    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
}

static void the_arrival_lets_go_of_a_bed_that_another_was_promised(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id second, third;
    struct request_id bed;
    const struct bridge *b = NULL;
    int held = 0;

    (void)state;
    two_searches(x, &second, &third);
    bed = promised_bed(x, second, POOL_B);
    b = engine_bridge_bed(x->e, bed);
    held = engine_pool_view(x->e, (struct pool_id){POOL_B}, x->now).held;
    arrives(x, third, POOL_C);
    assert_int_equal(b->state, BRIDGE_ENDED);
    assert_int_equal(b->end, BRIDGE_END_PLACED);
    assert_int_equal(the_request(x, bed)->state, REQUEST_CANCELLED);
    assert_int_equal(engine_pool_view(x->e, (struct pool_id){POOL_B}, x->now).held, held - 1);
    assert_true(referral_is_live(the_referral(x, second)->state)); /* its desk ends that */
    pass(x, 2 * MS_DAY);
    assert_int_equal(b->alarms, 0); /* nobody rings that nobody came */
    replays(x);
    exchange_free(x);
}

/* Nor does a house say yes to a bed that nobody will sleep in. */
static void what_was_asked_as_a_bed_is_over(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id second, third;
    struct request_id asked;

    (void)state;
    two_searches(x, &second, &third);
    asked = ask_bridge(x, second, POOL_B);
    arrives(x, third, POOL_C);
    assert_int_equal(the_request(x, asked)->state, REQUEST_CANCELLED);
    assert_int_equal(the_request(x, asked)->cancel_why, CANCEL_OTHER_YES);
    assert_int_equal(do_answer(x, CMD_ACCEPT, asked, 0).refusal, REFUSAL_OTHER_WAS_FIRST);
    replays(x);
    exchange_free(x);
}

/* Of one household only. */
static void a_bed_of_another_household_stays(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id other = do_open(x, VT_OOST, a_need());
    struct request_id bed = promised_bed(x, other, POOL_B);

    (void)state;
    arrives(x, do_open(x, VT_WEST, a_need()), POOL_C);
    assert_int_equal(engine_bridge_bed(x->e, bed)->state, BRIDGE_PLANNED);
    exchange_free(x);
}

/* ---- behind a leak ---- */

static void who_is_safe_again_is_warned_before_the_end(void **state)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    int64_t end = x->now + MAX_HOURS * MS_HOUR;
    const struct bridge *b = the_bridge(x, in_a_bed(x, r, nood)->id.v);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    x->now += MS_HOUR;
    lift(x, HUIS_B, leak);
    assert_int_equal(b->state, BRIDGE_ACTIVE);
    assert_true(b->until_ms == end && b->next_ms == end && b->due_ms == end - MS_DAY);
    tick_at(x, end - MS_DAY - 1);
    assert_int_equal(b->alarms, 0);
    tick_at(x, end - MS_DAY);
    assert_int_equal(b->alarms, 1);
    replays(x);
    exchange_free(x);
}

/* The moment passed while the house was leaked: now, and not at the end. */
static void a_warning_that_passed_in_the_leak_comes_at_once(void **state)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    int64_t end = x->now + MAX_HOURS * MS_HOUR;
    const struct bridge *b = the_bridge(x, in_a_bed(x, r, nood)->id.v);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    pass(x, end - MS_DAY + MS_HOUR - x->now);
    lift(x, HUIS_B, leak);
    assert_int_equal(b->alarms, 0);
    tick_at(x, x->now + MS_SECOND);
    assert_int_equal(b->alarms, 1);
    replays(x);
    exchange_free(x);
}

static void a_bed_without_a_term_rings_no_more(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = the_bridge(x, in_a_bed(x, r, POOL_B)->id.v);
    uint32_t leak = freeze(x, HUIS_B, B_HUIS);

    (void)state;
    lift(x, HUIS_B, leak);
    assert_true(b->until_ms == 0 && b->due_ms == 0);
    replays(x);
    exchange_free(x);
}

static void impossible_warnings(void **state)
{
    struct exchange *x = exchange_new();
    unsigned nood = an_emergency_pool(x, B_HUIS, HUIS_B, "b-nood");
    struct referral_id r = do_open(x, VT_OOST, a_need(.urgency = URGENCY_DRIE_DAGEN));
    const struct bridge *b = the_bridge(x, in_a_bed(x, r, nood)->id.v);
    char why[200] = "";

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct event ev;

        memset(&ev, 0, sizeof ev);
        ev.kind = EV_BRIDGE_WATCHED;
        ev.seq = engine_seq(x->e) + 1;
        ev.at_ms = x->now;
        ev.u.bridge.bridge.v = i == 0 ? 9 : b->id.v;
        ev.u.bridge.referral = r;
        ev.u.bridge.request.v = i == 1 ? 99 : b->request.v;
        ev.u.bridge.until_ms = i == 2 ? 0 : b->until_ms;
        ev.u.bridge.next_ms = i == 3 ? x->now + MS_DAY : b->until_ms;
        ev.u.bridge.due_ms = i == 4 ? x->now : x->now + MS_DAY;
        assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), i == 5 ? OK : ERR_BAD_INPUT);
    }
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_arrival_lets_go_of_a_bed_that_another_was_promised),
        cmocka_unit_test(what_was_asked_as_a_bed_is_over),
        cmocka_unit_test(a_bed_of_another_household_stays),
        cmocka_unit_test(who_is_safe_again_is_warned_before_the_end),
        cmocka_unit_test(a_warning_that_passed_in_the_leak_comes_at_once),
        cmocka_unit_test(a_bed_without_a_term_rings_no_more),
        cmocka_unit_test(impossible_warnings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
