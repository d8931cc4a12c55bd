#include "notify/subject.h"

#include "base/mem.h"
#include "support/exchange.h"

static const struct event *last_of(const struct exchange *x, enum event_kind kind)
{
    for (size_t i = x->log.n; i > 0; i--) {
        if (x->log.list[i - 1].kind == kind)
            return &x->log.list[i - 1];
    }
    fail_msg("no %s", event_name(kind));
    return NULL;
}

static void of_events(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct subject s = subject_of_event(x->e, last_of(x, EV_REFERRAL_OPENED));
    struct request_id q;

    (void)state;
    assert_int_equal(s.referral.v, r.v);
    assert_int_equal(s.referrer.v, VT_OOST);
    assert_int_equal(s.house.v, 0);
    assert_string_equal(s.state, "open");
    q = do_ask_one(x, r, POOL_B);
    s = subject_of_event(x->e, last_of(x, EV_REQUEST_MADE));
    assert_int_equal(s.request.v, q.v);
    assert_int_equal(s.house.v, B_HUIS);
    assert_int_equal(s.house_org.v, HUIS_B);
    assert_int_equal(s.pool.v, POOL_B);
    do_answer(x, CMD_ACCEPT, q, 0);
    s = subject_of_event(x->e, last_of(x, EV_REQUEST_ACCEPTED));
    assert_string_equal(s.state, "accepted");
    assert_int_equal(s.referrer.v, VT_OOST);
    do_referral(x, CMD_TRAVEL, r, x->now + 1000, 0);
    s = subject_of_event(x->e, last_of(x, EV_REFERRAL_TRAVELLING));
    assert_int_equal(s.house.v, B_HUIS);
    assert_int_equal(s.request.v, q.v);
    /* About no household: nobody. */
    s = subject_of_event(x->e, last_of(x, EV_CAPACITY_OBSERVED));
    assert_true(s.referral.v == 0 && s.request.v == 0 && s.referrer.v == 0 && s.house.v == 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(of_events)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
