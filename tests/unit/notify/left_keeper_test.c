/* The end of a referral ends its gate request, which has no event of its own: who works on the case is told
 * so. */
#include "base/time_text.h"
#include "support/gate_steps.h"
#include "support/shipped_rules.h"

static void a_withdrawn_referral_is_its_gatekeepers_too(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN), none = do_open(x, VT_OOST, a_need());

    (void)state;
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    expect(x, "referral.withdrawn", CHANNEL_MAIL, M(COMENSHA));
    expect(x, "referral.withdrawn", CHANNEL_SMS, NOBODY);
    expect(x, "referral.withdrawn", CHANNEL_WEBHOOK, M(VT_OOST) | M(COMENSHA));
    x->now += MS_MINUTE;
    do_referral(x, CMD_WITHDRAW, none, 0, 1);
    expect(x, "referral.withdrawn", CHANNEL_MAIL, NOBODY);
    exchange_free(x);
}

static void one_that_was_taken_in_elsewhere(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_ASKED_BACK);
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0);
    assert_int_equal(gate_at(x, 1)->state, GATE_WITHDRAWN);
    expect(x, "referral.admitted", CHANNEL_MAIL, M(VT_OOST) | M(COMENSHA));
    exchange_free(x);
}

/* It found the place: that it is needed no more would be a riddle. */
static void not_who_found_the_place(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_PLACED);

    (void)state;
    do_answer(x, CMD_CONFIRM_ARRIVAL, gate_at(x, 1)->placed, 0);
    assert_int_equal(the_referral(x, r)->state, REFERRAL_ADMITTED);
    expect(x, "referral.admitted", CHANNEL_MAIL, M(VT_OOST));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_withdrawn_referral_is_its_gatekeepers_too),
        cmocka_unit_test(one_that_was_taken_in_elsewhere),
        cmocka_unit_test(not_who_found_the_place),
    };

    return cmocka_run_group_tests(tests, shipped_rules_setup, shipped_rules_teardown);
}
