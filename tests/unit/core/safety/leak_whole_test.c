/* Who is moved from a location that leaked is moved whole, and away from its region: opened for it, or under
 * way already. */
#include "support/exchange.h"
#include "support/safety_steps.h"

#include <string.h>

static unsigned a_wide_pool(struct exchange *x)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-groot", KIND_CRISIS);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    p.unit_size = 6;
    p.units_total = 4;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pools(x->e), 4, 4);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return engine_pools(x->e);
}

static void who_is_moved_is_whole_and_away(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.adults = 2, .children = 2);
    uint8_t region = engine_location(x->e, (struct location_id){B_HUIS})->region;
    struct referral_id r;
    const struct referral *later = NULL;

    (void)state;
    n.persons[0].pregnant = true;
    r = moves_in(x, VT_OOST, n, a_wide_pool(x));
    freeze(x, HUIS_B, B_HUIS);
    later = engine_referral(x->e, engine_household(x->e, r).later);
    assert_non_null(later);
    assert_int_equal(later->need.n_persons, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(later->need.persons[i].sex, n.persons[i].sex);
        assert_int_equal(later->need.persons[i].age, n.persons[i].age);
        assert_int_equal(later->need.persons[i].pregnant, n.persons[i].pregnant);
    }
    assert_int_equal(later->need.threat_level, n.threat_level);
    assert_true(later->need.unsafe_regions == (n.unsafe_regions | UINT64_C(1) << region));
    assert_memory_equal(&later->need.traits, &n.traits, sizeof n.traits);
    /* What it was opened with stays what it was. */
    assert_true(engine_referral(x->e, r)->need.unsafe_regions == n.unsafe_regions);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_moved_is_whole_and_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
