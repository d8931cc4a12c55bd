/* A household fled a house that has its regie: that house sees nothing by it and gives it to nobody but the
 * desk by whose referral they fled, which does not wait for it. One rule for a place and for a bridge bed. */
#include "support/exchange.h"
#include "support/nobed_steps.h"
#include "support/safety_steps.h"
#include "support/stay_steps.h"

#include <string.h>

/* R, which the house of B took in and co-ordinates, and the search by which they leave it since its leak. */
static struct referral_id fled(struct exchange *x, struct referral_id r)
{
    assert_int_equal(regie(x, CMD_OFFER_REGIE, referrer_of(VT_OOST), r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, shelter_of(HUIS_B), r, 0), REFUSAL_NONE);
    freeze(x, HUIS_B, B_HUIS);
    return engine_household(x->e, r).later;
}

static void the_desk_relieves_the_house(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next = fled(x, r);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST), other = referrer_of(VT_WEST);

    (void)state;
    assert_true(audience_relieves_regie(x->e, &placer, next));
    assert_false(audience_relieves_regie(x->e, &other, next));
    assert_false(audience_relieves_regie(x->e, &house, r));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, other, next, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, next, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 2);
    assert_int_equal(last_event(x, 0)->kind, EV_REGIE_TAKEN);
    /* The house hears it of the referral that it knows, and of no other. */
    for (size_t i = 0; i < last_count(x); i++)
        assert_int_equal(last_event(x, i)->u.regie.referral.v, r.v);
    assert_int_equal(engine_regie(x->e, next).holder.v, VT_OOST);
    assert_string_equal(engine_regie(x->e, next).callback, "010 7654321");
    assert_int_equal(audience_standing(x->e, &placer, next), STANDING_REFERRER);
    assert_false(audience_relieves_regie(x->e, &placer, next));
    assert_int_equal(regie(x, CMD_OFFER_REGIE, placer, next, HUIS_A), REFUSAL_NONE); /* as any other */
    exchange_free(x);
}

static void the_house_gives_it_to_that_desk_only(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next = fled(x, r);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST), third = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NOT_THEIR_DESK);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, VT_WEST), REFUSAL_NOT_THEIR_DESK);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, next, VT_OOST), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, third, r, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_NAME_REGIE, house, r, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_END_REGIE, house, r, 0), REFUSAL_WRONG_STATE); /* they look for a place */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, VT_OOST), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, next, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 1);
    exchange_free(x);
}

/* Who told where they were may have offered it first. */
static void an_offer_from_before_the_leak_is_over(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next;
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST), third = shelter_of(HUIS_A);

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, placer, r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, house, r, 0), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NONE);
    freeze(x, HUIS_B, B_HUIS);
    next = engine_household(x->e, r).later;
    assert_int_equal(regie(x, CMD_TAKE_REGIE, third, r, 0), REFUSAL_OFFER_OVER);
    assert_int_equal(audience_of_referral(x->e, &third, next), SIGHT_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, next, 0), REFUSAL_NONE);
    assert_int_equal(last_count(x), 3); /* kept, offered, taken */
    assert_int_equal(last_event(x, 2)->kind, EV_REGIE_KEPT);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, third, r, 0), REFUSAL_NOT_FOUND);
    exchange_free(x);
}

/* They have left: of the old file the house keeps that it may let go, and no more. */
static void it_sees_nothing_by_it(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next = fled(x, r);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(audience_standing(x->e, &house, r), STANDING_HOUSE); /* they sleep there */
    assert_int_equal(depart(x, r, "veiligheid", "andere_opvang"), REFUSAL_NONE);
    assert_int_equal(audience_of_referral(x->e, &house, r), SIGHT_NONE);
    assert_int_equal(audience_of_referral(x->e, &house, next), SIGHT_NONE);
    assert_true(may(x->e, &house, ACT_SEE_REGIE, r.v));
    assert_false(may(x->e, &house, ACT_SEE_REGIE, next.v));
    assert_false(audience_of_follow_up(x->e, &house, next));
    assert_true(audience_of_follow_up(x->e, &placer, next));
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NOT_THEIR_DESK);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, next, 0), REFUSAL_NONE);
    assert_false(may(x->e, &house, ACT_SEE_REGIE, r.v));
    exchange_free(x);
}

/* The code of the household is known in the house: who comes with it is no desk of the flight. */
static void a_desk_that_brings_the_code_is_not_the_one(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next = fled(x, r), by_code;
    struct actor house = shelter_of(HUIS_B), stranger = referrer_of(VT_WEST);

    (void)state;
    by_code = do_open_beside(x, VT_WEST, next);
    assert_false(audience_relieves_regie(x->e, &stranger, by_code));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, stranger, by_code, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, VT_WEST), REFUSAL_NOT_THEIR_DESK);
    exchange_free(x);
}

/* A bridge bed is no other: its referral is the desk's. */
static void a_bed_that_they_fled_is_no_other(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct request_id q = ask_bridge(x, r, POOL_B);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST);

    (void)state;
    do_answer(x, CMD_ACCEPT, q, 0);
    assert_int_equal(do_answer(x, CMD_CONFIRM_ARRIVAL, q, 0).refusal, REFUSAL_NONE);
    fled(x, r);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NOT_THEIR_DESK);
    assert_true(audience_relieves_regie(x->e, &placer, r));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, r, 0), REFUSAL_NONE);
    assert_int_equal(engine_regie(x->e, r).holder.v, VT_OOST);
    exchange_free(x);
}

/* A house that did not leak keeps what it has: nobody takes it from there. */
static void who_is_not_fled_is_not_relieved(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B);
    struct actor house = shelter_of(HUIS_B), placer = referrer_of(VT_OOST);

    (void)state;
    assert_int_equal(regie(x, CMD_OFFER_REGIE, placer, r, HUIS_B), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, house, r, 0), REFUSAL_NONE);
    freeze(x, HUIS_A, A_NOORD);
    assert_false(audience_relieves_regie(x->e, &placer, r));
    assert_int_equal(regie(x, CMD_TAKE_REGIE, placer, r, 0), REFUSAL_NOT_FOUND);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, house, r, HUIS_A), REFUSAL_NONE);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_desk_relieves_the_house),
        cmocka_unit_test(the_house_gives_it_to_that_desk_only),
        cmocka_unit_test(an_offer_from_before_the_leak_is_over),
        cmocka_unit_test(it_sees_nothing_by_it),
        cmocka_unit_test(a_desk_that_brings_the_code_is_not_the_one),
        cmocka_unit_test(a_bed_that_they_fled_is_no_other),
        cmocka_unit_test(who_is_not_fled_is_not_relieved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
