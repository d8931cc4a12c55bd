/* The drive and kinds of places: scarce ones, and moving on to another kind. */
#include "support/driven.h"
#include "support/town.h"

#include "base/mem.h"
#include "simulate/drive.h"

#include <stdlib.h>

#define T 480 /* Monday 8:00: a house needs TOWN_SLOW minutes */

/* ---- scarce kinds ---- */

static void scarce_places_used_without_need(void **state)
{
    static const struct {
        const char *name;
        int sec;           /* of the household */
        bool taken, night; /* the other pool is taken; its house is closed */
        int tier;
        bool avoidable;
    } cases[] = {{"without need", 0, false, false, 1, true},
                 {"nothing else free", 0, true, false, 1, false},
                 {"nothing else answers", 0, false, true, 1, false},
                 {"needs it", 2, false, false, 0, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
        struct sim_world w;
        struct sim_result r;

        town(&w, 2, 1);
        town_person(&w, 0, T)->sec = cases[i].sec;
        w.sites[0].kind = SIM_SECURE;
        w.sites[0].sec = 2;
        w.sites[1].h24 = !cases[i].night; /* opens at 8:30 */
        if (cases[i].taken)
            town_resident(&w, 1, 50 * SIM_DAY);
        free(town_drive(&w, rules, COUNT_OF(rules), false, &r));
        if (r.fates[0].tier != cases[i].tier || r.fates[0].avoidable != cases[i].avoidable)
            fail_msg("%s: tier %d, avoidable %d", cases[i].name, r.fates[0].tier, r.fates[0].avoidable);
        result_fini(&r);
        world_fini(&w);
    }
}

/* Who was asked and said no is no way out any more. */
static void a_scarce_place_after_the_others_is_not_avoidable(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 1, 60)}, {"490 answer 1 decline", ASK(2, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 1);
    town_person(&w, 0, T);
    town_declines(&w, 0, 1);
    w.sites[0].kind = SIM_SECURE;
    free(town_drive(&w, rules, COUNT_OF(rules), false, &r));
    assert_int_equal(r.fates[0].pool, 0);
    assert_int_equal(r.fates[0].tier, 1);
    assert_false(r.fates[0].avoidable);
    result_fini(&r);
    world_fini(&w);
}

/* ---- moving on ---- */

/* Referral 1 is the step to crisis of 0, and 2 the step after that; pool 0 is an emergency unit if EMERGENCY,
 * and the stay there ends at 490 + 14400. */
static void town_that_moves_on(struct sim_world *w, bool emergency)
{
    town(w, 3, 3);
    town_person(w, 0, T);
    w->pools[0].emerg = emergency;
    for (int i = 1; i < 3; i++) {
        town_person(w, i, -1)->follows = i - 1;
        w->referrals[i].deadline = 2 * SIM_DAY;
        w->referrals[i].patience = 4 * SIM_DAY;
    }
    w->referrals[2].needmask = SIM_CAP_FOLLOW_ON;
    w->sites[2].capmask |= SIM_CAP_FOLLOW_ON;
}

/* It opens two days before the end of the stay, and leaves at the yes. */
static void a_household_moves_on(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)},
                                {"12010 ref 1", ASK(2, 1, 1, 60)},
                                {"23540 ref 2", ASK(3, 2, 2, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town_that_moves_on(&w, true);
    expect_log(
        &w, rules, COUNT_OF(rules), true, &r,
        "0 pub 0 1\n0 pub 1 1\n0 pub 2 1\n480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n490 pub 0 0\n"
        "12010 ref 1\n12020 answer 2 accept\n12020 gone 1 placed\n12020 pub 1 0\n12050 pub 0 1\n"
        "23540 ref 2\n23550 answer 3 accept\n23550 gone 2 placed\n23550 pub 2 0\n");
    assert_int_equal(r.fates[0].t_end, 12020);
    assert_int_equal(r.fates[1].t_end, 23550);
    assert_int_equal(r.fates[2].state, SIM_ON_TIME);
    result_fini(&r);
    world_fini(&w);
}

static void who_finds_nothing_stays_until_patience_is_over(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town_that_moves_on(&w, true);
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n12010 ref 1\n17770 gone 1 unmet\n");
    assert_int_equal(r.fates[0].t_end, 17770);
    assert_int_equal(r.fates[2].state, SIM_NOT_COME);
    result_fini(&r);
    world_fini(&w);
}

static void the_step_to_crisis_is_passed_over(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}, {"12010 ref 2", ASK(2, 2, 2, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town_that_moves_on(&w, false);
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n12010 ref 2\n12020 answer 2 accept\n"
               "12020 gone 2 placed\n");
    assert_int_equal(r.fates[0].t_end, 12020);
    assert_int_equal(r.fates[1].state, SIM_NOT_COME);
    result_fini(&r);
    world_fini(&w);
}

static void nobody_moves_on_after_the_horizon(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town_that_moves_on(&w, true);
    w.horizon_min = 12010;
    expect_log(&w, rules, COUNT_OF(rules), false, &r, "480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n");
    assert_int_equal(r.fates[0].t_end, 490 + 10 * SIM_DAY);
    assert_int_equal(r.fates[1].state, SIM_NOT_COME);
    result_fini(&r);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(scarce_places_used_without_need),
        cmocka_unit_test(a_scarce_place_after_the_others_is_not_avoidable),
        cmocka_unit_test(a_household_moves_on),
        cmocka_unit_test(who_finds_nothing_stays_until_patience_is_over),
        cmocka_unit_test(the_step_to_crisis_is_passed_over),
        cmocka_unit_test(nobody_moves_on_after_the_horizon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
