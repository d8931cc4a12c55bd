/* Who is not told which house, or what place, though it reads the file: who only co-ordinates, and who the
 * household fled from. */
#include "support/exchange.h"
#include "support/safety_steps.h"

static struct referral_id at_nood(struct exchange *x)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), POOL_UNITS, POOL_UNITS);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return moves_in(x, VT_OOST, a_need(), engine_pools(x->e));
}

static void who_co_ordinates_is_not_told_the_house(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = at_nood(x);
    struct actor own = referrer_of(VT_OOST), other = referrer_of(VT_WEST), house = shelter_of(HUIS_B);
    struct clock_id c = engine_clock_of(x->e, r, 0);
    struct command offer = {.kind = CMD_OFFER_CLOCK, .actor = house, .draw = 3};

    (void)state;
    assert_int_equal(engine_clock(x->e, c)->owner.v, HUIS_B);
    assert_false(audience_of_clock_house(x->e, &other, c)); /* it does not even see the clock */
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, VT_WEST), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, other, r, 0), REFUSAL_NONE);
    assert_int_equal(audience_standing(x->e, &other, r), STANDING_REGIE);
    assert_true(may(x->e, &other, ACT_SEE_CLOCK, c.v));
    assert_false(audience_of_clock_house(x->e, &other, c));
    assert_true(audience_of_clock_house(x->e, &own, c));
    assert_true(audience_of_clock_house(x->e, &house, c));
    /* Asked to take it over, it must know from whom. */
    offer.u.clock.clock = c;
    offer.u.clock.org.v = VT_WEST;
    assert_int_equal(exchange_do(x, &offer).refusal, REFUSAL_NONE);
    assert_true(audience_of_clock_house(x->e, &other, c));
    exchange_free(x);
}

static void what_was_announced_is_for_who_asks_places(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = do_open(x, VT_OOST, a_need());
    struct actor own = referrer_of(VT_OOST), other = referrer_of(VT_WEST), house = shelter_of(HUIS_B);
    struct actor keeper = actor_of(ROLE_COMENSHA, COMENSHA);
    struct command send = {.kind = CMD_GATE_SEND, .actor = own};

    (void)state;
    do_ask_one(x, r, POOL_B);
    assert_int_equal(regie(x, CMD_OFFER_REGIE, own, r, VT_WEST), REFUSAL_NONE);
    assert_int_equal(regie(x, CMD_TAKE_REGIE, other, r, 0), REFUSAL_NONE);
    send.u.gate.referral = r;
    send.u.gate.kind = KIND_COSM;
    assert_int_equal(exchange_do(x, &send).refusal, REFUSAL_NONE);
    assert_true(audience_of_announced(x->e, &own, r));
    assert_true(audience_of_announced(x->e, &keeper, r));
    assert_int_equal(audience_standing(x->e, &other, r), STANDING_REGIE);
    assert_int_equal(audience_standing(x->e, &house, r), STANDING_ASKED);
    assert_false(audience_of_announced(x->e, &other, r));
    assert_false(audience_of_announced(x->e, &house, r));
    exchange_free(x);
}

static void whom_they_fled_from_does_not_hear_how_far_the_move_is(void **state)
{
    struct exchange *x = exchange_new();
    struct referral_id r = moves_in(x, VT_OOST, a_need(), POOL_B), next;
    struct actor fled = shelter_of(HUIS_B), other = shelter_of(HUIS_A), own = referrer_of(VT_OOST);

    (void)state;
    freeze(x, HUIS_B, B_HUIS);
    next = engine_household(x->e, r).later;
    assert_false(audience_of_search(x->e, &fled, next));
    assert_true(audience_of_search(x->e, &other, next));
    assert_true(audience_of_search(x->e, &own, next));
    assert_false(audience_of_search(x->e, &own, (struct referral_id){99}));
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_co_ordinates_is_not_told_the_house),
        cmocka_unit_test(what_was_announced_is_for_who_asks_places),
        cmocka_unit_test(whom_they_fled_from_does_not_hear_how_far_the_move_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
