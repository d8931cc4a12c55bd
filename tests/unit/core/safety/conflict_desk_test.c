/* The desk that gives out a place asks it whether somebody there is known, as a referrer does: the request is
 * its own. Nobody but the house answers. */
#include "support/exchange.h"
#include "support/gate_steps.h"
#include "support/safety_steps.h"

static enum refusal question(struct exchange *x, enum command_kind kind, struct actor who,
                             struct request_id q)
{
    return give(x, kind, who, (struct safety_command){.request = q, .conflict = true}).refusal;
}

static void comensha_asks_for_whom_it_places(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = at_state(x, GATE_TAKEN);
    struct actor other = desk();
    struct request_id q;

    (void)state;
    assert_int_equal(ask_as(x, desk(), r, POOL_COSM).refusal, REFUSAL_NONE);
    q = the_referral(x, r)->requests[0];
    other.org.v = GEMEENTE;
    other.role = ROLE_GATEKEEPER;
    assert_int_equal(question(x, CMD_ASK_CONFLICT, other, q), REFUSAL_NOT_FOUND);
    assert_int_equal(question(x, CMD_ASK_CONFLICT, desk(), q), REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind, EV_CONFLICT_ASKED);
    assert_int_equal(question(x, CMD_ASK_CONFLICT, referrer_of(VT_OOST), q), REFUSAL_NONE); /* the same one */
    assert_int_equal(last_count(x), 0);
    assert_int_equal(question(x, CMD_ANSWER_CONFLICT, desk(), q), REFUSAL_NOT_ALLOWED);
    assert_int_equal(question(x, CMD_ANSWER_CONFLICT, shelter_of(HUIS_C), q), REFUSAL_NONE);
    assert_int_equal(the_request(x, q)->state, REQUEST_DECLINED);
    exchange_free(x);
}

static void a_municipality_asks_for_the_minor_it_places(void **state)
{
    struct exchange *x = the_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_minor());
    struct request_id q;

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_JEUGD), REFUSAL_NONE);
    gate_do(x, CMD_GATE_TAKE, town(), 1, 0);
    gate_do(x, CMD_GATE_ASSENT, town(), 1, 0);
    assert_int_equal(ask_as(x, town(), r, POOL_JEUGD).refusal, REFUSAL_NONE);
    q = the_referral(x, r)->requests[0];
    assert_int_equal(question(x, CMD_ASK_CONFLICT, desk(), q), REFUSAL_NOT_FOUND);
    assert_int_equal(question(x, CMD_ASK_CONFLICT, town(), q), REFUSAL_NONE);
    assert_int_equal(last_event(x, 0)->kind, EV_CONFLICT_ASKED);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comensha_asks_for_whom_it_places),
        cmocka_unit_test(a_municipality_asks_for_the_minor_it_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
