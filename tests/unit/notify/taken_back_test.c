/* A request that is taken back: its house need not keep the place, who asked it is told as a program only,
 * and no message about it goes out that was overtaken. */
#include "support/gate_steps.h"
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

static void take_back(struct exchange *x, struct actor who, struct request_id q)
{
    struct command cmd = {.kind = CMD_TAKE_BACK, .actor = who};

    cmd.u.answer.request = q;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void of_the_referrer(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    assert_false(is_over(x, "request.made", r, q));
    assert_false(is_over(x, "request.unseen", r, q));
    take_back(x, referrer_of(VT_OOST), q);
    expect_all(x, "request.taken_back", M(HUIS_B), M(HUIS_B), NOBODY, M(HUIS_B) | M(VT_OOST));
    assert_true(is_over(x, "request.made", r, q));
    assert_true(is_over(x, "request.unseen", r, q));
    assert_true(is_over(x, "request.rung", r, q));
    assert_true(is_over(x, "request.conflict_asked", r, q));
    /* Until the house is asked anew: it would take it for that one. */
    assert_false(is_over(x, "request.taken_back", r, q));
    do_ask_one(x, r, POOL_B);
    assert_true(is_over(x, "request.taken_back", r, q));
    exchange_free(x);
}

static void of_a_gatekeeper(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);

    (void)state;
    take_back(x, desk(), the_referral(x, r)->requests[0]);
    expect_all(x, "request.taken_back", M(HUIS_C), M(HUIS_C), NOBODY, M(HUIS_C) | M(COMENSHA) | M(VT_OOST));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(of_the_referrer), cmocka_unit_test(of_a_gatekeeper)};

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
