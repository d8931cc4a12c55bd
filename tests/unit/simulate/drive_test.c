/* The driver, call by call: what the matcher hears, at which minute, and what becomes of everybody. */
#include "support/driven.h"
#include "support/town.h"

#include "base/mem.h"
#include "simulate/drive.h"
#include "simulate/events.h"

#include <stdlib.h>
#include <string.h>

#define T 480 /* Monday 8:00: a house needs TOWN_SLOW minutes */

static void events_come_in_order(void **state)
{
    static const struct sim_event want[] = {
        {1, SIM_EV_RETRY, 0},  {2, SIM_EV_SYNC, 9},    {2, SIM_EV_ANSWER, 1}, {2, SIM_EV_ANSWER, 3},
        {2, SIM_EV_EXPIRE, 0}, {2, SIM_EV_ARRIVAL, 0}, {2, SIM_EV_RETRY, 0},  {3, SIM_EV_SYNC, 0}};
    struct sim_events e = {0};
    struct sim_event got;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        const struct sim_event *one = &want[(i * 5 + 3) % COUNT_OF(want)];

        events_push(&e, one->minute, one->kind, one->id);
    }
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        assert_true(events_pop(&e, &got));
        assert_memory_equal(&got, &want[i], sizeof got);
    }
    assert_false(events_pop(&e, &got));
    events_fini(&e);
}

static void a_yes_places_and_the_count_follows(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(7, 0, 1, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 1);
    town_person(&w, 0, T);
    expect_log(&w, rules, COUNT_OF(rules), true, &r,
               "0 pub 0 1\n0 pub 1 1\n480 ref 0\n490 answer 7 accept\n490 gone 0 placed\n490 pub 1 0\n");
    assert_int_equal(r.fates[0].state, SIM_ON_TIME);
    assert_int_equal(r.fates[0].t_first_ask, T);
    assert_int_equal(r.fates[0].t_accept, T + TOWN_SLOW);
    assert_int_equal(r.fates[0].t_end, T + TOWN_SLOW + 10 * SIM_DAY);
    assert_int_equal(r.fates[0].pool, 1);
    assert_int_equal(r.asks, 1);
    result_fini(&r);
    world_fini(&w);
}

/* Two are asked; the second needs longer. Its yes is not heard, its unit can be asked for at once. */
static void the_first_yes_wins(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)},
                                {"480 ref 0", ASK(2, 0, 1, 60)},
                                {"490 gone 0 placed", ASK(3, 1, 1, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 2);
    w.sites[1].respmed_min = 20;
    town_person(&w, 0, T);
    town_person(&w, 1, T);
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n480 ref 1\n490 answer 1 accept\n490 gone 0 placed\n"
               "510 answer 3 accept\n510 gone 1 placed\n");
    assert_int_equal(r.safety_violations, 0);
    assert_int_equal(r.fates[0].asks, 2);
    result_fini(&r);
    world_fini(&w);
}

static void a_house_says_no_or_nothing_or_that_it_is_full(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)},
                                {"490 answer 1 decline", ASK(2, 0, 1, 9)}, /* one minute too short */
                                {"499 expired 2", ASK(3, 0, 1, 10)},       /* may be asked again */
                                {"500 ref 1", ASK(4, 1, 2, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 3, 3);
    town_person(&w, 0, T);
    town_person(&w, 1, 500);
    /* Takes the unit of pool 2, the one house of region 0, behind the back of the exchange. */
    town_person(&w, 2, 470)->local = true;
    w.sites[0].region = 1;
    town_declines(&w, 0, 0);
    w.sites[2].delaymed_min = 100000;
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n490 answer 1 decline\n499 expired 2\n500 ref 1\n509 answer 3 accept\n"
               "509 gone 0 placed\n510 answer 4 full\n4820 gone 1 unmet\n");
    assert_int_equal(r.fates[2].state, SIM_LOCAL);
    assert_int_equal(r.fates[2].pool, 2);
    assert_int_equal(r.fates[1].state, SIM_UNMET);
    assert_int_equal(r.declines, 1);
    assert_int_equal(r.expired, 1);
    assert_int_equal(r.fulls, 1);
    result_fini(&r);
    world_fini(&w);
}

static void full_tells_the_count(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;
    char *log = NULL;

    (void)state;
    town(&w, 1, 2);
    w.sites[0].delaymed_min = 100000;
    town_person(&w, 0, T);
    town_person(&w, 1, 470)->local = true;
    log = town_drive(&w, rules, COUNT_OF(rules), true, &r);
    assert_non_null(strstr(log, "490 answer 1 full\n490 pub 0 0\n"));
    free(log);
    result_fini(&r);
    world_fini(&w);
}

static void an_ask_taken_back_is_not_answered(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)},
                                {"480 ref 0", CANCEL(1)},
                                {"480 ref 0", CANCEL(99)},
                                {"480 ref 0", ASK(2, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 1, 1);
    town_person(&w, 0, T);
    expect_log(&w, rules, COUNT_OF(rules), false, &r, "480 ref 0\n490 answer 2 accept\n490 gone 0 placed\n");
    result_fini(&r);
    world_fini(&w);
}

static void an_ask_that_breaks_a_rule_is_counted_and_ignored(void **state)
{
    static const struct {
        const char *fault;
        struct sim_reply first, second; /* the second is the bad one; first may be nothing (a wake) */
    } cases[] = {
        {"referral 100 pool 1: boy", WAKE_AT(1000), ASK(1, 0, 1, 60)},
        {"referral 100 pool -1: no such pool", WAKE_AT(1000), ASK(1, 0, -1, 60)},
        {"referral 100 pool 3: no such pool", WAKE_AT(1000), ASK(1, 0, 3, 60)},
        {"referral -1 pool 0: no such referral", WAKE_AT(1000), ASK(1, -1, 0, 60)},
        {"referral 3 pool 0: no such referral", WAKE_AT(1000), ASK(1, 3, 0, 60)},
        {"referral 101 pool 0: has not come yet", WAKE_AT(1000), ASK(1, 1, 0, 60)},
        {"referral 102 pool 0: placed or gone", WAKE_AT(1000), ASK(1, 2, 0, 60)},
        {"referral 100 pool 0: hold below one minute", WAKE_AT(1000), ASK(1, 0, 0, 0)},
        {"referral 100 pool 2: not available", WAKE_AT(1000), ASK(1, 0, 2, 60)},
        {"referral 100 pool 0: asked already", ASK(2, 0, 0, 60), ASK(1, 0, 0, 60)},
        {"referral 100 pool 0: number used twice", ASK(1, 0, 2, 60), ASK(1, 0, 0, 60)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct town_rule rules[] = {{"480 ref 0", cases[i].first}, {"480 ref 0", cases[i].second}};
        struct sim_world w;
        struct sim_result r;
        char *log = NULL;

        town(&w, 3, 3);
        town_person(&w, 0, T)->n_kids = 1;
        w.referrals[0].kids[0] = (struct sim_kid){true, 12};
        w.pools[1].boymax = 11;
        town_person(&w, 1, T + 1000);
        town_person(&w, 2, T - 10)->patience = T - 1;
        town_resident(&w, 2, 50 * SIM_DAY);
        log = town_drive(&w, rules, COUNT_OF(rules), false, &r);
        if (i + 1 < COUNT_OF(cases))
            assert_string_equal(r.first_violation, cases[i].fault);
        assert_int_equal(r.safety_violations, i + 1 < COUNT_OF(cases) ? 1 : 2);
        assert_non_null(strstr(log, "480 expired 1\n"));
        assert_null(strstr(log, "answer 1"));
        assert_int_equal(r.asks, i == 9 ? 1 : 0);
        free(log);
        result_fini(&r);
        world_fini(&w);
    }
}

static void who_said_no_may_not_be_asked_again(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}, {"490 answer 1 decline", ASK(2, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 1, 1);
    town_person(&w, 0, T);
    town_declines(&w, 0, 0);
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n490 answer 1 decline\n490 expired 2\n4800 gone 0 unmet\n");
    assert_string_equal(r.first_violation, "referral 100 pool 0: declined before");
    result_fini(&r);
    world_fini(&w);
}

static void a_matcher_that_never_gives_up_comes_to_an_end(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 9, 60)},
                                {"480 expired 1", ASK(1, 0, 9, 60), .times = 1 << 30}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 1, 1);
    town_person(&w, 0, T);
    free(town_drive(&w, rules, COUNT_OF(rules), false, &r));
    assert_int_equal(r.safety_violations, 100000);
    assert_int_equal(r.fates[0].state, SIM_UNMET);
    result_fini(&r);
    world_fini(&w);
}

/* The house needs TOWN_SLOW minutes: asked then before it is the answer at the minute itself. */
static void deadline_and_patience(void **state)
{
    static const struct {
        const char *name;
        int deadline, patience; /* after T */
        enum sim_state want;
    } cases[] = {{"at the deadline", TOWN_SLOW, 60, SIM_ON_TIME},
                 {"a minute after it", TOWN_SLOW - 1, 60, SIM_LATE},
                 {"at the end of patience", 5, TOWN_SLOW, SIM_UNMET},
                 {"a minute before it", 5, TOWN_SLOW + 1, SIM_LATE}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
        struct sim_world w;
        struct sim_result r;

        town(&w, 1, 1);
        town_person(&w, 0, T)->deadline = T + cases[i].deadline;
        w.referrals[0].patience = T + cases[i].patience;
        free(town_drive(&w, rules, COUNT_OF(rules), false, &r));
        if (r.fates[0].state != cases[i].want)
            fail_msg("%s: state %d", cases[i].name, (int)r.fates[0].state);
        check_ok(&w, &r);
        result_fini(&r);
        world_fini(&w);
    }
}

/* Who finds a place in the own region is not heard of, but takes no unit that is held. */
static void local_referrals_do_not_take_what_is_held(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 3, 3);
    town_person(&w, 0, T);
    town_person(&w, 1, T + 1)->local = true;
    town_person(&w, 2, T + 2)->local = true;
    w.horizon_min = T + 3;
    expect_log(
        &w, rules, COUNT_OF(rules), true, &r,
        "0 pub 0 1\n0 pub 1 1\n0 pub 2 1\n480 ref 0\n482 ref 2\n490 answer 1 accept\n490 gone 0 placed\n"
        "490 pub 0 0\n511 pub 2 0\n4802 gone 2 unmet\n");
    assert_int_equal(r.fates[1].state, SIM_LOCAL);
    assert_int_equal(r.fates[1].pool, 2);
    result_fini(&r);
    world_fini(&w);
}

/* A year goes on while somebody waits: the last one here keeps it going past everything that is tested. */
static void town_with_a_waiter(struct sim_world *w, int pools, int referrals)
{
    town(w, pools, referrals + 1);
    town_person(w, referrals, 0)->patience = 50 * SIM_DAY;
}

static void counts_follow_a_departure_late(void **state)
{
    static const struct {
        int block;
        bool ghost;
        const char *want;
    } cases[] = {{0, false,
                  "0 pub 0 1\n0 ref 1\n480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n490 pub 0 0\n"
                  "14920 pub 0 1\n72000 gone 1 unmet\n"},
                 {100, false,
                  "0 pub 0 1\n0 ref 1\n480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n490 pub 0 0\n"
                  "15020 pub 0 1\n72000 gone 1 unmet\n"},
                 {100, true,
                  "0 pub 0 1\n0 ref 1\n480 ref 0\n490 answer 1 accept\n490 gone 0 placed\n490 pub 0 0\n"
                  "14890 pub 0 1\n15020 pub 0 1\n72000 gone 1 unmet\n"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}};
        struct sim_world w;
        struct sim_result r;

        town_with_a_waiter(&w, 1, 1);
        town_person(&w, 0, T)->block_min = cases[i].block;
        w.referrals[0].ghost = cases[i].ghost;
        expect_log(&w, rules, COUNT_OF(rules), true, &r, cases[i].want);
        assert_int_equal(r.fates[0].t_end, 490 + 14400 + cases[i].block);
        result_fini(&r);
        world_fini(&w);
    }
}

/* A ghost is asked for: the house says full and puts its count right. */
static void a_ghost_is_full(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}, {"14890 pub 0 1", ASK(2, 1, 0, 60)}};
    struct sim_world w;
    struct sim_result r;
    char *log = NULL;

    (void)state;
    town_with_a_waiter(&w, 1, 1);
    town_person(&w, 0, T)->block_min = 100;
    w.referrals[0].ghost = true;
    log = town_drive(&w, rules, COUNT_OF(rules), true, &r);
    assert_non_null(strstr(log, "answer 2 full\n"));
    assert_int_equal(r.fulls, 1);
    free(log);
    result_fini(&r);
    world_fini(&w);
}

static void residents_leave(void **state)
{
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town_with_a_waiter(&w, 2, 0);
    town_resident(&w, 1, 600);
    town_resident(&w, 0, 0); /* had left already */
    expect_log(&w, NULL, 0, true, &r, "0 pub 0 1\n0 pub 1 0\n0 ref 0\n630 pub 1 1\n72000 gone 0 unmet\n");
    result_fini(&r);
    world_fini(&w);
}

static void each_wake_is_honoured_once(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", WAKE_AT(500)}, {"480 ref 0", WAKE_AT(490)},
                                {"480 ref 0", WAKE_AT(490)}, {"480 ref 0", WAKE_AT(3)},
                                {"480 wake", WAKE_AT(480)},  {"500 wake", WAKE_AT(490)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 1, 1);
    town_person(&w, 0, T);
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n480 wake\n481 wake\n490 wake\n500 wake\n501 wake\n4800 gone 0 unmet\n");
    result_fini(&r);
    world_fini(&w);
}

static void a_household_may_turn_a_yes_down(void **state)
{
    struct town_rule rules[] = {{"480 ref 0", ASK(1, 0, 0, 60)}, {"490 answer 1 decline", ASK(2, 0, 1, 60)}};
    struct sim_world w;
    struct sim_result r;

    (void)state;
    town(&w, 2, 1);
    town_person(&w, 0, T);
    w.households_decline_permille = 1000;
    expect_log(&w, rules, COUNT_OF(rules), false, &r,
               "480 ref 0\n490 answer 1 decline\n500 answer 2 decline\n4800 gone 0 unmet\n");
    assert_int_equal(r.declines, 2);
    result_fini(&r);
    world_fini(&w);
}

/* ---- whole years ---- */

static void a_year_keeps_every_rule_and_repeats_itself(void **state)
{
    static const char *const scenarios[] = {"small", "stale", "nl2026"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(scenarios); i++) {
        struct sim_world w = {0};
        struct sim_result a;
        struct sim_result b;
        int placed = 0;

        town_year(&w, scenarios[i], 3);
        town_drive_first_fit(&w, &a);
        town_drive_first_fit(&w, &b);
        check_ok(&w, &a);
        assert_int_equal(a.safety_violations, 0);
        assert_int_equal(a.asks, b.asks);
        for (int k = 0; k < a.n; k++) {
            assert_int_equal(a.fates[k].t_accept, b.fates[k].t_accept);
            assert_int_equal(a.fates[k].pool, b.fates[k].pool);
            placed += a.fates[k].pool >= 0;
        }
        assert_true(placed > a.n / 5);
        result_fini(&a);
        result_fini(&b);
        world_fini(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order),
        cmocka_unit_test(a_yes_places_and_the_count_follows),
        cmocka_unit_test(the_first_yes_wins),
        cmocka_unit_test(a_house_says_no_or_nothing_or_that_it_is_full),
        cmocka_unit_test(full_tells_the_count),
        cmocka_unit_test(an_ask_taken_back_is_not_answered),
        cmocka_unit_test(an_ask_that_breaks_a_rule_is_counted_and_ignored),
        cmocka_unit_test(who_said_no_may_not_be_asked_again),
        cmocka_unit_test(a_matcher_that_never_gives_up_comes_to_an_end),
        cmocka_unit_test(deadline_and_patience),
        cmocka_unit_test(local_referrals_do_not_take_what_is_held),
        cmocka_unit_test(counts_follow_a_departure_late),
        cmocka_unit_test(a_ghost_is_full),
        cmocka_unit_test(residents_leave),
        cmocka_unit_test(each_wake_is_honoured_once),
        cmocka_unit_test(a_household_may_turn_a_yes_down),
        cmocka_unit_test(a_year_keeps_every_rule_and_repeats_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
