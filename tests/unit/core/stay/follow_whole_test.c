/* What the warning of a clock opens is for the whole household: who it is, and what it needs, told once. */
#include "support/exchange.h"
#include "support/stay_steps.h"

#include "base/time_text.h"

#include <string.h>

static struct pool_id a_wide_emergency_pool(struct exchange *x)
{
    struct pool p = pool_of_kind(x, B_HUIS, "b-nood", KIND_NOOD);
    struct command cmd = {.kind = CMD_DEFINE_POOL, .actor = {.role = ROLE_SYSTEM}, .u.pool = &p};
    struct observation o;

    p.unit_size = 6;
    assert_int_equal(exchange_do(x, &cmd).refusal, REFUSAL_NONE);
    o = an_observation(x, engine_pool_find(x->e, "b-nood").v, 2, 2);
    do_report(x, shelter_of(HUIS_B), &o, 1);
    return engine_pool_find(x->e, "b-nood");
}

static void a_follow_up_is_for_the_whole_household(void **state)
{
    struct exchange *x = exchange_new();
    struct need n = a_need(.adults = 2, .children = 2);
    struct referral_id r;
    const struct need *next = NULL;

    (void)state;
    n.persons[0].pregnant = true;
    r = arrive_with(x, n, a_wide_emergency_pool(x).v);
    pass(x, 48 * MS_HOUR);
    assert_int_equal(clock_of(x, r, 0)->state, CLOCK_WARNED);
    next = &the_referral(x, clock_of(x, r, 0)->follow_up)->need;
    assert_int_equal(next->n_persons, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(next->persons[i].sex, n.persons[i].sex);
        assert_int_equal(next->persons[i].age, n.persons[i].age);
        assert_int_equal(next->persons[i].pregnant, n.persons[i].pregnant);
    }
    assert_int_equal(next->threat_level, n.threat_level);
    assert_int_equal(next->unsafe_regions, n.unsafe_regions);
    assert_memory_equal(&next->traits, &n.traits, sizeof n.traits);
    exchange_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_follow_up_is_for_the_whole_household),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
