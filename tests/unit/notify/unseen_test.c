#include "notify/unseen.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

static const struct unseen_limits limits = {
    .ms = {450 * MS_SECOND, 1800 * MS_SECOND, 450 * MS_SECOND, 150 * MS_SECOND}};

static void rung_when_nobody_saw_it(void **state)
{
    struct exchange *x = exchange_new();
    struct unseen u = {0};
    struct request_id out, one, two, three;
    int64_t asked = x->now;

    (void)state;
    one = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_A1);
    two = do_ask_one(x, do_open(x, VT_OOST, a_need(.level = THREAT_GROEN)), POOL_B);
    three = do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_C);
    unseen_fill(&u, x->e);
    assert_int_equal(u.n, 3);
    do_answer(x, CMD_SEE_REQUEST, three, 0);
    assert_false(unseen_take(&u, x->e, &limits, asked + 150 * MS_SECOND - 1, &out));
    assert_int_equal(u.n, 2); /* what was seen is forgotten */
    assert_true(unseen_take(&u, x->e, &limits, asked + 150 * MS_SECOND, &out));
    assert_int_equal(out.v, one.v);
    assert_false(unseen_take(&u, x->e, &limits, asked + 150 * MS_SECOND, &out)); /* once */
    assert_true(unseen_take(&u, x->e, &limits, asked + 1800 * MS_SECOND, &out));
    assert_int_equal(out.v, two.v);
    assert_int_equal(u.n, 0);
    assert_true(unseen_is(x->e, one));
    do_answer(x, CMD_ACCEPT, one, 0);
    assert_false(unseen_is(x->e, one));
    assert_false(unseen_is(x->e, (struct request_id){99}));
    unseen_fini(&u);
    exchange_free(x);
}

/* Without a limit of its own it is half of the time after which the broker rings again; where that is off, so
 * is this. */
static void half_of_ringing_again(void **state)
{
    static const struct unseen_limits none;
    struct core_settings s = core_settings_default();
    struct unseen u = {0};
    struct request_id out;
    struct exchange *x = NULL;
    int64_t asked = 0;

    (void)state;
    s.timers.ring_s[THREAT_ROOD] = 240;
    s.timers.ring_s[THREAT_GROEN] = 0;
    x = exchange_new_with(&s);
    asked = x->now;
    do_ask_one(x, do_open(x, VT_OOST, a_need()), POOL_B);
    do_ask_one(x, do_open(x, VT_OOST, a_need(.level = THREAT_GROEN)), POOL_C);
    unseen_fill(&u, x->e);
    assert_false(unseen_take(&u, x->e, &none, asked + 120 * MS_SECOND - 1, &out));
    assert_true(unseen_take(&u, x->e, &none, asked + 120 * MS_SECOND, &out));
    assert_int_equal(out.v, 1);
    assert_false(unseen_take(&u, x->e, &none, asked + 365 * MS_DAY, &out));
    assert_int_equal(u.n, 1);
    unseen_fini(&u);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rung_when_nobody_saw_it),
                                       cmocka_unit_test(half_of_ringing_again)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
