/* A household that fled a bridge bed is hidden from that house as one that fled its place: it may have the
 * regie, and somebody there may be who told where they were. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"

#include <string.h>

/* In a bridge bed of B, which has the regie. */
static struct bridge_id in_a_bed_of_b(struct exchange *x, struct referral_id r)
{
    struct request_id q = in_a_bed(x, r, POOL_B)->request;

    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    return engine_bridge_bed(x->e, q)->id;
}

static void the_house_of_the_bed_is_not_told_where_they_go(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_id b = in_a_bed_of_b(x, r);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST), other = shelter_of(HUIS_A);
    uint32_t leak = 0;

    (void)state;
    assert_true(audience_of_search(x->e, &house, r));
    leak = freeze(x, HUIS_B, B_HUIS);
    assert_false(audience_of_search(x->e, &house, r));
    assert_true(audience_of_search(x->e, &placer, r));
    assert_true(audience_of_search(x->e, &other, r));
    /* While they sleep there it is their host, and nothing else. */
    assert_int_equal(audience_standing(x->e, &house, r), STANDING_HOUSE);
    about_bridge(x, CMD_END_BRIDGE, b, 0, BRIDGE_END_MOVED);
    assert_int_equal(audience_of_referral(x->e, &house, r), SIGHT_NONE);
    assert_int_equal(audience_of_referral(x->e, &placer, r), SIGHT_FULL);
    /* Nor when the house is safe again: the household is where it went. */
    step(x, CMD_ASK_LIFT, as(shelter_of(HUIS_B), ANNA), leak);
    step(x, CMD_LIFT_LEAK, as(shelter_of(HUIS_B), BERT), leak);
    assert_int_equal(audience_of_referral(x->e, &house, r), SIGHT_NONE);
    exchange_free(x);
}

/* Nobody is left with a co-ordinator that sees nothing. */
static void it_hands_the_regie_over(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_id b = in_a_bed_of_b(x, r);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST);

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    about_bridge(x, CMD_END_BRIDGE, b, 0, BRIDGE_END_MOVED);
    assert_true(may(x->e, &house, ACT_SEE_REGIE, r.v));
    assert_int_equal(regie(x, CMD_NAME_REGIE, house, r, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, VT_OOST), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, r, 0), REFUSAL_NONE);
    assert_false(may(x->e, &house, ACT_SEE_REGIE, r.v));
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* What follows is as hidden, and is nothing to let go of: that is at the referral it had. */
static void what_follows_is_hidden_too(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need()), next;
    struct bridge_id b = in_a_bed_of_b(x, r);
    struct actor house = shelter_of(HUIS_B);

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    about_bridge(x, CMD_END_BRIDGE, b, 0, BRIDGE_END_MOVED);
    next = do_open_beside(x, VT_WEST, r);
    assert_int_equal(engine_regie(x->e, next).holder.v, HUIS_B);
    assert_false(audience_of_search(x->e, &house, next));
    assert_int_equal(audience_of_referral(x->e, &house, next), SIGHT_NONE);
    assert_false(may(x->e, &house, ACT_SEE_REGIE, next.v));
    exchange_free(x);
}

/* Another house's leak is nothing to this one. */
static void who_did_not_flee_it_is_seen(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct bridge_id b = in_a_bed_of_b(x, r);
    struct actor house = shelter_of(HUIS_B);

    (void)state;
    freeze(x, HUIS_A, A_NOORD);
    about_bridge(x, CMD_END_BRIDGE, b, 0, BRIDGE_END_MOVED);
    assert_int_equal(audience_standing(x->e, &house, r), STANDING_REGIE);
    freeze(x, HUIS_B, B_HUIS); /* they were gone by then */
    assert_int_equal(audience_standing(x->e, &house, r), STANDING_REGIE);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_house_of_the_bed_is_not_told_where_they_go),
        cmocka_unit_test(it_hands_the_regie_over),
        cmocka_unit_test(what_follows_is_hidden_too),
        cmocka_unit_test(who_did_not_flee_it_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
