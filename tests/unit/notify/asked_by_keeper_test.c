/* What came of a request that a gatekeeper made is told to that gatekeeper: the referrer asked nothing, and
 * may ask no other place of such a kind. */
#include "support/gate_steps.h"
#include "support/safety_steps.h"
#include "support/shipped_rules.h"

/* The request that the gatekeeper of R made, which nobody answered yet. */
static struct request_id asked_for(const struct exchange *x, struct referral_id r)
{
    const struct referral *now = the_referral(x, r);

    return now->requests[now->n_requests - 1];
}

static struct location_id house_of(const struct exchange *x, struct request_id q)
{
    return engine_pool(x->e, the_request(x, q)->pool)->location;
}

static void a_question_about_a_resident(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);
    struct safety_command c = {.request = asked_for(x, r)};
    enum an_org house = engine_location(x->e, house_of(x, c.request))->org.v;

    (void)state;
    assert_int_equal(the_request(x, c.request)->gate.v, 1);
    assert_int_equal(give(x, CMD_ASK_CONFLICT, desk(), c).refusal, REFUSAL_NONE);
    assert_int_equal(give(x, CMD_ANSWER_CONFLICT, shelter_of(house), c).refusal, REFUSAL_NONE);
    expect_all(x, "request.conflict_answered", M(COMENSHA), NOBODY, NOBODY, M(COMENSHA) | M(VT_OOST));
    exchange_free(x);
}

static void a_house_that_leaked(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);
    struct request_id q = asked_for(x, r);
    enum an_org house = engine_location(x->e, house_of(x, q))->org.v;

    (void)state;
    freeze(x, house, house_of(x, q).v);
    expect_all(x, "request.lost", M(COMENSHA), M(COMENSHA), NOBODY, M(COMENSHA) | M(VT_OOST) | M(house));
    assert_false(is_over(x, "request.lost", r, q)); /* it looks for another place */
    exchange_free(x);
}

/* Sent back since: whoever looks for a place now must hear it. */
static void a_case_that_was_sent_back(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACING);
    struct request_id q = asked_for(x, r);
    enum an_org house = engine_location(x->e, house_of(x, q))->org.v;

    (void)state;
    freeze(x, house, house_of(x, q).v);
    gate_do(x, CMD_GATE_RETURN, desk(), 1, GATE_RETURN_OTHER + 1);
    assert_int_equal(gate_at(x, 1)->state, GATE_RETURNED);
    expect(x, "request.lost", CHANNEL_SMS, M(VT_OOST));
    exchange_free(x);
}

/* The referrer's own request beside it is the referrer's. */
static void a_request_of_the_referrer(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);

    (void)state;
    do_ask_one(x, r, POOL_B);
    freeze(x, HUIS_B, B_HUIS);
    expect_all(x, "request.lost", M(VT_OOST), M(VT_OOST), NOBODY, M(VT_OOST) | M(HUIS_B));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_about_a_resident),
        cmocka_unit_test(a_house_that_leaked),
        cmocka_unit_test(a_case_that_was_sent_back),
        cmocka_unit_test(a_request_of_the_referrer),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
