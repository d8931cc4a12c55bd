/* The delivery record of a request that was taken back: within its time to answer it is let go of and counts
 * for no rate, whatever the house says after it; and what was silent by then was silent. */
#include "report/delivery.h"

#include "support/exchange.h"

#include "base/time_text.h"

static struct delivery of_b(struct exchange *x)
{
    struct delivery d;

    delivery_make(x->e, (struct org_id){HUIS_B}, x->now + 1, 90, &d);
    return d;
}

static void it_is_no_answer_that_failed(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct exchange *x = exchange_new();
        struct command cmd = {.kind = CMD_TAKE_BACK, .actor = referrer_of(VT_OOST)};
        struct request_id q = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
        struct delivery d;

        x->now = the_request(x, q)->answer_by_ms + (late ? 0 : -1);
        cmd.u.answer.request = q;
        assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
        for (int answer = 0; answer < 3; answer++) {
            d = of_b(x);
            assert_int_equal(d.asked, 1);
            assert_int_equal(d.let_go, !late);
            assert_int_equal(d.unanswered, late);
            assert_int_equal(d.waiting, 0);
            assert_int_equal(d.no, 0);
            assert_int_equal(d.late_no, 0);
            assert_int_equal(d.false_free, 0);
            assert_int_equal(d.late_yes, answer == 2);
            for (int rate = 0; rate < RATE_N; rate++)
                assert_int_equal(d.rates[rate], !late ? -1 : rate == RATE_UNANSWERED ? 100 : 0);
            x->now += MS_HOUR;
            do_answer(x, answer == 0 ? CMD_DECLINE : CMD_ACCEPT, q, 1);
        }
        exchange_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_no_answer_that_failed)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
