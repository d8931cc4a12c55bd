/* Ready to leave and kept waiting: since when it waits is not reset by what is in the way next. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/time_text.h"

static void ready(struct exchange *x, struct referral_id r, bool is, const char *block)
{
    const struct stay *s = stay_of(x, r);
    struct command cmd = {.kind = CMD_STAY_READY, .actor = house_of(x, s)};

    cmd.u.stay.stay = s->id;
    cmd.u.stay.ready = is;
    cmd.u.stay.block = block != NULL ? nr(x, LIST_OUTFLOW, block) : 0;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
}

static void another_reason_is_no_new_wait(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = arrive(x, POOL_B);
    int64_t first_ms;

    (void)state;
    ready(x, r, true, NULL);
    assert_int_equal(stay_of(x, r)->waiting_at_ms, 0);
    x->now += MS_DAY;
    first_ms = x->now;
    ready(x, r, true, "woning");
    x->now += 40 * MS_DAY;
    ready(x, r, true, "urgentie");
    assert_int_equal(stay_of(x, r)->waiting_at_ms, first_ms);
    assert_int_equal(stay_of(x, r)->blocked_at_ms, x->now); /* the reason's own moment */
    x->now += MS_DAY;
    ready(x, r, true, NULL); /* nothing is in the way */
    assert_int_equal(stay_of(x, r)->waiting_at_ms, 0);
    x->now += MS_DAY;
    ready(x, r, true, "inkomen");
    assert_int_equal(stay_of(x, r)->waiting_at_ms, x->now);
    ready(x, r, false, NULL);
    assert_int_equal(stay_of(x, r)->waiting_at_ms, 0);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_reason_is_no_new_wait)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
