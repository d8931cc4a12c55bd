/* A better place is told to nobody who could not ask it: that would keep it from the next household. */
#include "support/exchange.h"

#include "base/time_text.h"

static struct exchange *full_exchange(void)
{
    struct exchange *x = exchange_new();

    for (unsigned p = POOL_A1; p <= POOL_C; p++) {
        struct observation o = an_observation(x, p, POOL_UNITS, p == POOL_B ? POOL_UNITS : 0);

        do_report(x, shelter_of((enum an_org)engine_pool(x->e, (struct pool_id){p})->org.v), &o, 1);
    }
    return x;
}

static void comes_free(struct exchange *x, unsigned pool, enum an_org org)
{
    struct observation o;

    x->now += MS_MINUTE;
    o = an_observation(x, pool, POOL_UNITS, 1);
    do_report(x, shelter_of(org), &o, 1);
}

static enum refusal tell(struct exchange *x, struct referral_id r, unsigned pool)
{
    struct command cmd = {.kind = CMD_ANNOUNCE, .actor = {.role = ROLE_SYSTEM}};

    cmd.u.announce.referral = r;
    cmd.u.announce.pool.v = pool;
    return exchange_do(x, &cmd).refusal;
}

static void not_while_the_household_is_promised_a_place_elsewhere(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_need()), beside = do_open_beside(x, VT_OOST, r), next;
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    next = do_open(x, VT_WEST, a_need());
    comes_free(x, POOL_C, HUIS_C);
    assert_int_equal(do_ask(x, beside, (unsigned[]){POOL_C}, 1).refusal, REFUSAL_HAS_PLACE);
    assert_int_equal(tell(x, beside, POOL_C), REFUSAL_WRONG_STATE);
    assert_int_equal(last_count(x), 0);
    assert_int_equal(tell(x, next, POOL_C), REFUSAL_NONE);
    exchange_free(x);
}

/* The promise fell through: the next that comes free is told to it as to any. */
static void again_when_the_promise_is_over(void **state)
{
    struct exchange *x = full_exchange();
    struct referral_id r = do_open(x, VT_OOST, a_need()), beside = do_open_beside(x, VT_OOST, r);
    struct request_id q = do_ask_one(x, r, POOL_B);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    comes_free(x, POOL_C, HUIS_C);
    assert_int_equal(tell(x, beside, POOL_C), REFUSAL_WRONG_STATE);
    do_referral(x, CMD_WITHDRAW, r, 0, 1);
    {
        struct observation o;

        x->now += MS_MINUTE;
        o = an_observation(x, POOL_B, POOL_UNITS, 0);
        do_report(x, shelter_of(HUIS_B), &o, 1);
    }
    assert_int_equal(tell(x, beside, POOL_C), REFUSAL_NONE);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_while_the_household_is_promised_a_place_elsewhere),
        cmocka_unit_test(again_when_the_promise_is_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
