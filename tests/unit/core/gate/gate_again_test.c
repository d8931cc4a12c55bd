/* Sent again after it was given back: what was answered once is not asked of people again. */
#include "support/exchange.h"
#include "support/gate_steps.h"

#include "core/gate/gate_look.h"

static void answer(struct exchange *x, struct referral_id r, unsigned gate, uint64_t yes, uint64_t no)
{
    struct command cmd = {.kind = CMD_GATE_ANSWER, .actor = referrer_of(the_referral(x, r)->org.v)};

    cmd.u.gate.gate.v = gate;
    cmd.u.gate.answers = (struct tri_set){.yes = yes, .no = no};
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void answers_are_kept(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_victim());
    struct tri_set all;

    (void)state;
    assert_int_equal(send_to_gate(x, r, KIND_COSM), REFUSAL_NONE);
    assert_int_equal(gate_do(x, CMD_GATE_TAKE, desk(), 1, 0).refusal, REFUSAL_NONE);
    assert_int_equal(gate_do(x, CMD_GATE_ASK_BACK, desk(), 1, 7).refusal, REFUSAL_NONE);
    answer(x, r, 1, 3, 4);
    assert_int_equal(gate_do(x, CMD_GATE_RETURN, desk(), 1, 1).refusal, REFUSAL_NONE);
    assert_int_equal(send_to_gate(x, r, KIND_COSM), REFUSAL_NONE);
    all = gate_answers(x->e, gate_at(x, 2));
    assert_int_equal(all.yes, 3);
    assert_int_equal(all.no, 4);
    assert_int_equal(gate_at(x, 2)->answers.yes, 0); /* its own are none yet */

    /* The newest word counts, and does not change what the first was told. */
    assert_int_equal(gate_do(x, CMD_GATE_TAKE, desk(), 2, 0).refusal, REFUSAL_NONE);
    assert_int_equal(gate_do(x, CMD_GATE_ASK_BACK, desk(), 2, 2).refusal, REFUSAL_NONE);
    answer(x, r, 2, 0, 2);
    all = gate_answers(x->e, gate_at(x, 2));
    assert_int_equal(all.yes, 1);
    assert_int_equal(all.no, 6);
    all = gate_answers(x->e, gate_at(x, 1));
    assert_int_equal(all.yes, 3);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_are_kept)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
