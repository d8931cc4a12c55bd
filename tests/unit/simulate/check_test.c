/* The check that stands apart from the driver: a year that is right passes, and each way to be wrong is
 * named. */
#include "simulate/drive.h"

#include "support/town.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define T 480

/* Three pools in region 0, 1, 0; referral 0 is placed through the exchange, 1 locally, 2 nowhere; pool 0 has
 * a resident until minute 100. */
static void right(struct sim_world *w, struct sim_result *r)
{
    static const struct sim_fate fates[] = {
        {SIM_ON_TIME, T, T + TOWN_SLOW, T + TOWN_SLOW + 10 * SIM_DAY, 0, 1, T, 0, false},
        {SIM_LOCAL, T + 5, T + 5, T + 5 + 10 * SIM_DAY, 2, 0, -1, 0, false},
        {SIM_UNMET, T + 9, -1, -1, -1, 0, -1, 0, false},
    };

    town(w, 3, 3);
    town_person(w, 0, T);
    town_person(w, 1, T + 5)->local = true;
    town_person(w, 2, T + 9);
    town_resident(w, 0, 100);
    *r = (struct sim_result){.n = 3, .fates = mem_new(3, sizeof *r->fates)};
    memcpy(r->fates, fates, sizeof fates);
}

static void rule_broken(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->pools[0].size = 0;
}
static void declined(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    town_declines(w, 0, 0);
}
static void household_declined(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->households_decline_permille = 1000;
}
static void no_pool(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].pool = 3;
}
static void answered_too_soon(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].t_accept--;
    r->fates[0].t_end--;
}
static void never_asked(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].asks = 0;
}
static void asked_before_it_came(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].t_first_ask = T - 1;
}
static void late_called_on_time(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->referrals[0].deadline = T + TOWN_SLOW - 1;
}
static void on_time_called_late(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].state = SIM_LATE;
}
static void past_patience(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->referrals[0].patience = T + TOWN_SLOW;
}
static void opened_early(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[2].t_open--;
}
static void did_not_come(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[2].state = SIM_NOT_COME;
}
static void left_early(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[0].t_end--;
}
static void local_elsewhere(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[1].pool = 1;
}
static void local_without_trying(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->referrals[1].local = false;
}
static void local_later(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[1].t_accept++;
    r->fates[1].t_end++;
}
static void two_in_one_unit(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[1].pool = 0;
}
static void resident_still_there(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->residents[0].end_min = T + TOWN_SLOW + 1;
}
static void unmet_in_a_pool(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->fates[2].pool = 1;
}
static void one_missing(struct sim_world *w, struct sim_result *r)
{
    (void)w;
    r->n = 2;
}
static void continues_a_waiter(struct sim_world *w, struct sim_result *r)
{
    (void)r;
    w->referrals[2].follows = 0; /* which is not in an emergency unit */
}

static void each_fault_is_named(void **state)
{
    static const struct {
        void (*spoil)(struct sim_world *w, struct sim_result *r);
        const char *why;
    } cases[] = {
        {rule_broken, "referral 0 pool 0: breaks rules 4"},
        {declined, "referral 0 pool 0: the house does not accept it"},
        {household_declined, "referral 0 pool 0: the household declines it"},
        {no_pool, "referral 0: no such pool 3"},
        {answered_too_soon, "referral 0 pool 0: no ask is answered at that minute"},
        {never_asked, "referral 0 pool 0: no ask is answered at that minute"},
        {asked_before_it_came, "referral 0 pool 0: no ask is answered at that minute"},
        {late_called_on_time, "referral 0: on time and late are mixed up"},
        {on_time_called_late, "referral 0: on time and late are mixed up"},
        {past_patience, "referral 0: accepted outside its time"},
        {opened_early, "referral 2: opened at another minute than it came"},
        {did_not_come, "referral 2: opened at another minute than it came"},
        {left_early, "referral 0: leaves at another minute than its stay says"},
        {local_elsewhere, "referral 1 pool 1: not a place in its own region at once"},
        {local_without_trying, "referral 1 pool 2: not a place in its own region at once"},
        {local_later, "referral 1 pool 2: not a place in its own region at once"},
        {two_in_one_unit, "pool 0: 2 units in use of 1 at minute 490"},
        {resident_still_there, "pool 0: 2 units in use of 1 at minute 490"},
        {unmet_in_a_pool, "referral 2: not placed, but in pool 1"},
        {one_missing, "2 fates of 3 referrals"},
        {continues_a_waiter, "referral 2: continues no stay that leads to it"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_world w;
        struct sim_result r;
        char why[200];

        right(&w, &r);
        if (!result_check(&w, &r, why, sizeof why))
            fail_msg("a right year: %s", why);
        assert_string_equal(why, "");
        cases[i].spoil(&w, &r);
        if (result_check(&w, &r, why, sizeof why) || strcmp(why, cases[i].why) != 0)
            fail_msg("case %zu: \"%s\", not \"%s\"", i, why, cases[i].why);
        r.n = 3;
        result_fini(&r);
        world_fini(&w);
    }
}

/* A unit that is freed can be used in the same minute. */
static void a_unit_changes_hands_within_a_minute(void **state)
{
    struct sim_world w;
    struct sim_result r;
    char why[200];

    (void)state;
    right(&w, &r);
    w.residents[0].end_min = T + TOWN_SLOW;
    assert_true(result_check(&w, &r, why, sizeof why));
    result_fini(&r);
    world_fini(&w);
}

/* A household in an emergency unit moves on to pool 1 two days before the end of its stay. */
static void moving_on(struct sim_world *w, struct sim_result *r)
{
    int open = T + TOWN_SLOW + 8 * SIM_DAY;

    right(w, r);
    w->pools[0].emerg = true;
    w->referrals[2].t = -1;
    w->referrals[2].follows = 0;
    w->referrals[2].deadline = SIM_DAY;
    w->referrals[2].patience = 3 * SIM_DAY;
    r->fates[2] = (struct sim_fate){
        SIM_ON_TIME, open, open + TOWN_SLOW, open + TOWN_SLOW + 10 * SIM_DAY, 1, 1, open, 0, false};
    r->fates[0].t_end = open + TOWN_SLOW;
}

static void a_continuation_is_checked(void **state)
{
    struct sim_world w;
    struct sim_result r;
    char why[200];

    (void)state;
    moving_on(&w, &r);
    if (!result_check(&w, &r, why, sizeof why))
        fail_msg("%s", why);
    w.pools[0].emerg = false;
    assert_false(result_check(&w, &r, why, sizeof why));
    assert_string_equal(why, "referral 2: continues no stay that leads to it");
    w.referrals[2].needmask = SIM_CAP_FOLLOW_ON; /* not the step to crisis: after any stay */
    w.sites[1].capmask |= SIM_CAP_FOLLOW_ON;
    assert_true(result_check(&w, &r, why, sizeof why));
    r.fates[2].t_open--;
    assert_false(result_check(&w, &r, why, sizeof why));
    assert_string_equal(why, "referral 2: opened too early or too late");
    r.fates[2].t_open++;
    r.fates[0].t_end += 10;
    assert_false(result_check(&w, &r, why, sizeof why));
    assert_string_equal(why, "referral 0: leaves at another minute than its stay says");
    result_fini(&r);
    world_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_named),
        cmocka_unit_test(a_unit_changes_hands_within_a_minute),
        cmocka_unit_test(a_continuation_is_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
