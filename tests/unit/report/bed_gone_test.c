/* The delivery record of a yes that falls through: counted for the house where its bed was gone, and for no
 * house where the household would not go or the referrer says so; who is let in after all was asked once. */
#include "report/delivery.h"

#include "support/exchange.h"

#include "base/time_text.h"

static struct delivery of_b(struct exchange *x)
{
    struct delivery d;

    delivery_make(x->e, (struct org_id){HUIS_B}, x->now + 1, 90, &d);
    return d;
}

static void a_yes_that_fell_through(void **state)
{
    static const struct {
        enum cancel_why why;
        uint32_t bed_gone;
    } cases[] = {
        {CANCEL_NO_SHOW, 0}, {CANCEL_BED_GONE, 1}, {CANCEL_HOUSEHOLD_NO, 0}, {CANCEL_FELL_THROUGH, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange *x = exchange_new();
        struct command cmd = {.kind = CMD_NO_SHOW, .actor = referrer_of(VT_OOST)};
        struct command there = {.kind = CMD_CONFIRM_ARRIVAL, .actor = shelter_of(HUIS_B)};
        struct referral_id r = do_open(x, VT_OOST, a_need());
        struct request_id q = do_ask_one(x, r, POOL_B);

        x->now += 4 * MS_MINUTE;
        do_answer(x, CMD_ACCEPT, q, 0);
        cmd.u.referral.referral = r;
        cmd.u.referral.why = cases[i].why;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
        there.u.answer.request = q;
        for (int after_all = 0; after_all < 2; after_all++) {
            assert_int_equal(of_b(x).asked, 1);
            assert_int_equal(of_b(x).yes, 1);
            assert_int_equal(of_b(x).bed_gone, cases[i].bed_gone);
            assert_int_equal(of_b(x).rates[RATE_BED_GONE], cases[i].bed_gone * 100);
            assert_int_equal(of_b(x).median_minutes, 4);
            x->now += MS_MINUTE;
            if (!after_all)
                assert_int_equal(exchange_do(x, &there).refusal, REFUSAL_NONE);
        }
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_yes_that_fell_through)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
