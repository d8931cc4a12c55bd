/* The national picture counts what happened, once, and hides it where it is small. */
#include "report/overview.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "support/exchange.h"

#include <stdlib.h>
#include <string.h>

static struct overview *picture(const struct exchange *x, int minimum)
{
    struct overview *o = mem_new(1, sizeof *o);
    overview_make(x->e, x->now, 90, minimum, o);
    return o;
}

/* Three referrals of the same region: one placed, one looking, one withdrawn. */
static void play(struct exchange *x)
{
    struct referral_id placed = do_open(x, VT_OOST, a_need());
    struct request_id q = do_ask_one(x, placed, POOL_A1);
    x->now += 10 * MS_MINUTE;
    do_answer(x, CMD_ACCEPT, q, 0);
    do_open(x, VT_OOST, a_need());
    struct referral_id gone = do_open(x, VT_OOST, a_need());
    do_referral(x, CMD_WITHDRAW, gone, 0, 1);
}

static void test_counts(void **state)
{
    (void)state;
    struct exchange *x = exchange_new();
    play(x);
    struct overview *o = picture(x, 1);
    const struct org *org = engine_org(x->e, (struct org_id){VT_OOST});
    const struct overview_row *home = &o->regions[org->region];
    assert_int_equal(o->totals.referrals.value, 3);
    assert_int_equal(o->totals.placed.value, 1);
    assert_int_equal(o->totals.looking.value, 1);
    assert_int_equal(o->totals.withdrawn.value, 1);
    assert_int_equal(o->totals.unplaced.value, 0);
    /* the need names no home region, so the referrer's counts */
    assert_int_equal(home->referrals.value, 3);
    const struct pool_kept *p = engine_pool(x->e, (struct pool_id){POOL_A1});
    assert_int_equal(o->kinds[p->kind].placed.value, 1);
    assert_int_equal(o->totals.median_minutes_to_yes, -1); /* one placement is no median */
    free(o);

    /* past the deadline the one that was looking has got no place */
    x->now += 5 * MS_HOUR;
    do_tick(x);
    o = picture(x, 1);
    assert_int_equal(o->totals.looking.value, 0);
    assert_int_equal(o->totals.unplaced.value, 1);
    assert_int_equal(o->totals.referrals.value, 3);
    free(o);

    /* and 91 days later nothing of it is in the period */
    x->now += 91 * MS_DAY;
    o = picture(x, 1);
    assert_int_equal(o->totals.referrals.value, 0);
    free(o);
    exchange_free(x);
}

static void test_supply(void **state)
{
    (void)state;
    struct exchange *x = exchange_new();
    struct overview *before = picture(x, 1);
    assert_int_equal(before->totals.units_total.value, (int)engine_pools(x->e) * POOL_UNITS);
    assert_int_equal(before->totals.units_free.value, (int)engine_pools(x->e) * POOL_UNITS);
    assert_int_equal(before->totals.occupancy_percent, 0);
    assert_int_equal(before->totals.fresh_percent, 100);

    /* a held unit is not free, and not occupied either */
    struct referral_id r = do_open(x, VT_OOST, a_need());
    do_ask_one(x, r, POOL_B);
    struct overview *held = picture(x, 1);
    assert_int_equal(held->totals.units_free.value, before->totals.units_free.value - 1);
    assert_int_equal(held->totals.units_occupied.value, 0);
    free(before);
    free(held);
    exchange_free(x);
}

static void test_small_numbers_are_hidden(void **state)
{
    (void)state;
    struct exchange *x = exchange_new();
    play(x);
    struct overview *o = picture(x, 5);
    assert_true(o->totals.referrals.suppressed);
    assert_int_equal(o->totals.referrals.value, -1);
    assert_true(o->totals.placed.suppressed);
    const struct pool_kept *p = engine_pool(x->e, (struct pool_id){POOL_A1});
    assert_true(o->kinds[p->kind].placed.suppressed);
    assert_false(o->totals.units_total.suppressed);
    for (size_t r = 0; r < o->n_regions; r++)
        assert_true(o->regions[r].referrals.suppressed || o->regions[r].referrals.value == 0);
    free(o);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_small_numbers_are_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
