/* Ringing round: who is rung, when, and what the house says. */
#include "simulate/drive.h"

#include "support/town.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define T 480

static void check_ok(const struct sim_world *w, const struct sim_result *r)
{
    char why[200];

    if (!result_check(w, r, why, sizeof why))
        fail_msg("%s", why);
}

/* Quantiles of 1000 make every call 10 minutes; a seed whose first call is answered is looked for. */
static uint64_t ring(const struct sim_world *w, struct sim_result *r)
{
    for (uint64_t seed = 1;; seed++) {
        drive_by_phone(w, seed, r);
        if (r->n > 0 && r->fates[0].pool >= 0 && r->fates[0].asks == 1)
            return seed;
        assert_true(seed < 100);
        result_fini(r);
    }
}

static void a_call_and_a_yes(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 1);
    town_person(&w, 0, T);
    ring(&w, &r);
    assert_int_equal(r.fates[0].state, SIM_ON_TIME);
    assert_int_equal(r.fates[0].pool, 0); /* the own region first */
    assert_int_equal(r.fates[0].t_first_ask, T + 10);
    assert_int_equal(r.fates[0].t_accept, T + 10 + TOWN_SLOW);
    assert_int_equal(r.calls, 1);
    assert_int_equal(r.asks, 1);
    assert_int_equal(r.safety_violations, 0);
    check_ok(&w, &r);
    result_fini(&r);
    world_fini(&w);
}

/* Only code rood is rung for at night. */
static void oranje_and_groen_wait_for_the_morning(void **state)
{
    static const struct {
        const char *name;
        enum sim_urgency urg;
        int t, first_call_ends;
    } cases[] = {{"rood at night", SIM_A, 60, 70},
                 {"oranje at night", SIM_B, 60, T + 10},
                 {"groen in the evening", SIM_C, 20 * 60, SIM_DAY + T + 10},
                 {"groen just before", SIM_C, 20 * 60 - 1, 20 * 60 + 9},
                 {"oranje by day", SIM_B, 600, 610}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_world w;
        struct sim_result r;

        town(&w, 1, 1);
        town_person(&w, 0, cases[i].t)->urg = cases[i].urg;
        drive_by_phone(&w, 1, &r);
        if (r.fates[0].t_first_ask != cases[i].first_call_ends)
            fail_msg("%s: first call ends at %d", cases[i].name, r.fates[0].t_first_ask);
        result_fini(&r);
        world_fini(&w);
    }
}

/* The desk of the own region asks its second house after a no of the first: the same call. A house that said
 * no is not asked again, and a desk that knows only such houses is not rung. */
static void one_call_asks_the_houses_of_a_desk_in_turn(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 3, 1); /* pools 0 and 2 in region 0 */
    town_person(&w, 0, T);
    town_declines(&w, 0, 0);
    ring(&w, &r);
    assert_int_equal(r.fates[0].pool, 2);
    assert_int_equal(r.fates[0].t_accept, T + 10 + 2 * TOWN_SLOW);
    assert_int_equal(r.declines, 1);
    check_ok(&w, &r);
    result_fini(&r);
    town_declines(&w, 0, 1);
    town_declines(&w, 0, 2);
    drive_by_phone(&w, 1, &r);
    assert_int_equal(r.fates[0].state, SIM_UNMET);
    assert_int_equal(r.declines, 3);
    assert_true(r.calls < 20); /* three days of calls to nobody were not made */
    result_fini(&r);
    world_fini(&w);
}

static void a_specialised_house_has_a_desk_of_its_own(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 3, 1);
    town_person(&w, 0, T);
    town_declines(&w, 0, 0);
    w.sites[2].kind = SIM_SPECIALIST;
    w.referrals[0].excl = 2; /* not region 1 */
    drive_by_phone(&w, 1, &r);
    assert_int_equal(r.fates[0].pool, 2);
    assert_true(r.fates[0].asks >= 2);
    check_ok(&w, &r);
    result_fini(&r);
    world_fini(&w);
}

/* About one call in seven is not answered, and the next one is made. */
static void calls_without_an_answer(void **state)
{
    struct sim_world w;
    struct sim_result r;
    int more = 0;

    (void)state;
    town(&w, 1, 1);
    town_person(&w, 0, T);
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        drive_by_phone(&w, seed, &r);
        assert_int_equal(r.fates[0].state, SIM_ON_TIME);
        assert_int_equal(r.fates[0].t_first_ask, T + 10);
        assert_int_equal(r.fates[0].t_accept, T + 10 * r.fates[0].asks + TOWN_SLOW);
        more += r.fates[0].asks > 1;
        result_fini(&r);
    }
    assert_in_range(more, 250, 350); /* 300, standard deviation 16 */
    world_fini(&w);
}

static void who_can_go_nowhere_is_not_rung_for(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 1);
    town_person(&w, 0, T)->excl = 3;
    drive_by_phone(&w, 1, &r);
    assert_int_equal(r.calls, 0);
    assert_int_equal(r.fates[0].state, SIM_UNMET);
    result_fini(&r);
    world_fini(&w);
}

/* Two want one unit; the first is answered, the second hears that it is full. */
static void the_unit_went_to_another(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 1, 2);
    town_person(&w, 0, T);
    town_person(&w, 1, T + 1);
    for (uint64_t seed = 1;; seed++) {
        drive_by_phone(&w, seed, &r);
        if (r.fulls == 1)
            break;
        assert_true(seed < 50);
        result_fini(&r);
    }
    assert_int_equal((r.fates[0].pool >= 0) + (r.fates[1].pool >= 0), 1);
    check_ok(&w, &r);
    result_fini(&r);
    world_fini(&w);
}

static void a_year_by_telephone(void **state)
{
    struct sim_world w = {0};
    struct sim_result a;
    struct sim_result b;

    (void)state;
    town_year(&w, "small", 5);
    drive_by_phone(&w, 5, &a);
    drive_by_phone(&w, 5, &b);
    check_ok(&w, &a);
    assert_int_equal(a.calls, b.calls);
    for (int k = 0; k < a.n; k++)
        assert_int_equal(a.fates[k].t_accept, b.fates[k].t_accept);
    result_fini(&b);
    drive_by_phone(&w, 6, &b);
    assert_int_not_equal(a.calls, b.calls);
    result_fini(&a);
    result_fini(&b);
    world_fini(&w);
}

static void households_move_on_by_telephone(void **state)
{
    struct sim_world w = {0};
    struct sim_result r;
    int moved = 0;

    (void)state;
    town_year(&w, "nl2026", 5);
    drive_by_phone(&w, 5, &r);
    check_ok(&w, &r);
    for (int k = 0; k < r.n; k++)
        moved += w.referrals[k].follows >= 0 && r.fates[k].pool >= 0;
    assert_true(moved > 100);
    result_fini(&r);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_and_a_yes),
        cmocka_unit_test(oranje_and_groen_wait_for_the_morning),
        cmocka_unit_test(one_call_asks_the_houses_of_a_desk_in_turn),
        cmocka_unit_test(a_specialised_house_has_a_desk_of_its_own),
        cmocka_unit_test(calls_without_an_answer),
        cmocka_unit_test(who_can_go_nowhere_is_not_rung_for),
        cmocka_unit_test(the_unit_went_to_another),
        cmocka_unit_test(a_year_by_telephone),
        cmocka_unit_test(households_move_on_by_telephone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
