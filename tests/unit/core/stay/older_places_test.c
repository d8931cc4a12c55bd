/* A journal that an older version began may hold two places for one household: the check of an operator tells
 * of it, and calls nothing broken; that of tests and simulation, whose journals are of now, does. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "core/apply.h"
#include "core/engine_state.h"

#include <string.h>

static void says_yes_by_hand(struct exchange *x, struct request_id q)
{
    char why[200] = "";
    struct event ev;

    memset(&ev, 0, sizeof ev);
    ev.kind = EV_REQUEST_ACCEPTED;
    ev.seq = engine_seq(x->e) + 1;
    ev.at_ms = x->now;
    ev.u.request.request = q;
    ev.u.request.referral = the_request(x, q)->referral;
    assert_int_equal(engine_replay(x->e, &ev, why, sizeof why), OK);
}

/* Two searches of one household, which have each a place. */
static struct exchange *of_an_older_version(struct request_id *q)
{
    struct exchange *x = exchange_new();
    struct referral_id one = do_open(x, VT_OOST, a_need()), two = do_open_beside(x, VT_WEST, one);

    q[0] = do_ask_one(x, one, POOL_C);
    q[1] = do_ask_one(x, two, POOL_A1);
    says_yes_by_hand(x, q[0]);
    says_yes_by_hand(x, q[1]);
    return x;
}

static void two_places_are_told_of_and_break_nothing(void **state)
{
    struct request_id q[2];
    struct exchange *x = of_an_older_version(q);
    char why[200] = "";
    uint64_t beside = 0;

    (void)state;
    assert_true(engine_check_older(x->e, &beside, why, sizeof why));
    assert_int_equal(beside, 2);
    assert_string_equal(why, "");
    assert_false(engine_check(x->e, why, sizeof why));
    assert_non_null(strstr(why, "referral 1: its household has a place through referral 2"));
    do_answer(x, CMD_CONFIRM_ARRIVAL, q[0], 0); /* lets go of the other */
    assert_true(engine_check_older(x->e, &beside, why, sizeof why));
    assert_int_equal(beside, 0);
    exchange_free(x);
}

/* What no version allows is broken in a journal of any age. */
static void what_is_broken_is_broken_in_an_older_one(void **state)
{
    struct request_id q[2];
    struct exchange *x = of_an_older_version(q);
    char why[200] = "";
    uint64_t beside = 0;

    (void)state;
    x->e->pools[POOL_C - 1].held++;
    assert_false(engine_check_older(x->e, &beside, why, sizeof why));
    assert_string_not_equal(why, "");
    assert_int_equal(beside, 2);
    x->e->pools[POOL_C - 1].held--;
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_places_are_told_of_and_break_nothing),
        cmocka_unit_test(what_is_broken_is_broken_in_an_older_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
