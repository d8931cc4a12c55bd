/* The clairvoyant bound, held against plans that can be counted by hand, against every plan of tiny worlds,
 * and against the exact linear programme solved by glpsol. */
#include "simulate/bound_columns.h"
#include "simulate/bound_schedule.h"
#include "simulate/drive.h"

#include "base/mem.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define DAYS(n) ((n)*SIM_DAY)
#define ITERATIONS 300

/* ---- worlds by hand ---- */

/* SITES houses that answer at once day and night and take everybody, of POOLS_EACH pools of one unit for
 * nine; everybody is accepted everywhere. */
static void empty_world(struct sim_world *w, int sites, int pools_each, int referrals)
{
    *w = (struct sim_world){.horizon_min = DAYS(365), .n_regions = 2, .n_sites = sites};
    w->n_pools = sites * pools_each;
    w->n_referrals = referrals;
    w->sites = mem_new((size_t)sites, sizeof *w->sites);
    w->pools = mem_new((size_t)w->n_pools, sizeof *w->pools);
    w->referrals = mem_new((size_t)referrals, sizeof *w->referrals);
    w->accept_stride = (size_t)(w->n_pools + 7) / 8;
    w->accepts = mem_new((size_t)referrals, w->accept_stride);
    memset(w->accepts, 0xff, (size_t)referrals * w->accept_stride);
    w->answer_q = mem_new((size_t)referrals, (size_t)sites);
    w->delay_q = mem_new((size_t)referrals, (size_t)sites);
    for (int q = 0; q < SIM_QUANTILES; q++)
        w->quantiles[q] = 300 + 10 * q;
    for (int s = 0; s < sites; s++)
        w->sites[s] = (struct sim_site){.sexpol = SIM_MIXED,
                                        .sec = 1,
                                        .h24 = true,
                                        .statusmask = 7,
                                        .capmask = SIM_CAP_ACUTE,
                                        .langmask = 1};
    for (int p = 0; p < w->n_pools; p++)
        w->pools[p] = (struct sim_pool){.site = p / pools_each,
                                        .size = 9,
                                        .units = 1,
                                        .boymax = 17,
                                        .wheel = true,
                                        .stay_permille = 1000};
}

/* A woman alone, who has 24 hours. */
static struct sim_referral *person(struct sim_world *w, int i, int t, int stay_min)
{
    struct sim_referral *r = &w->referrals[i];
    *r = (struct sim_referral){.id = i,
                               .t = t,
                               .urg = SIM_B,
                               .deadline = t + DAYS(1),
                               .patience = t + DAYS(3),
                               .women = 1,
                               .status = SIM_STATUS_LEGAL,
                               .stay_min = stay_min,
                               .follows = -1};
    return r;
}

static void turns_down(struct sim_world *w, int i, int pool)
{
    w->accepts[(size_t)i * w->accept_stride + (size_t)pool / 8] &= (uint8_t) ~(1u << (pool % 8));
}

static void end_world(struct sim_world *w)
{
    free(w->sites);
    free(w->pools);
    free(w->referrals);
    free(w->residents);
    free(w->accepts);
    free(w->answer_q);
    free(w->delay_q);
}

/* Houses, households and refusals by chance; LOAD is about how many stays ask for each unit at a time. */
static void random_world(struct sim_world *w, uint64_t seed, int sites, int pools_each, int referrals)
{
    struct rng g = rng_seed(seed);
    empty_world(w, sites, pools_each, referrals);
    for (int s = 0; s < sites; s++) {
        w->sites[s].region = (int)rng_below(&g, 2);
        w->sites[s].h24 = rng_chance(&g, 500);
        w->sites[s].respmed_min = 12 + (int)rng_below(&g, 34);
    }
    for (int p = 0; p < w->n_pools; p++) {
        w->pools[p].units = 1 + (int)rng_below(&g, 3);
        w->pools[p].size = 1 + (int)rng_below(&g, 5);
        w->pools[p].stay_permille = rng_chance(&g, 150) ? 300 : 700 + (int)rng_below(&g, 700);
    }
    w->n_residents = w->n_pools;
    w->residents = mem_new((size_t)w->n_pools, sizeof *w->residents);
    for (int k = 0; k < w->n_residents; k++)
        w->residents[k] = (struct sim_resident){k, (int)rng_below(&g, DAYS(60))};
    int t = 0;
    for (int i = 0; i < referrals; i++) {
        t += (int)rng_below(&g, (uint32_t)(2 * DAYS(200) / referrals));
        struct sim_referral *r = person(w, i, t, DAYS(5) + (int)rng_below(&g, DAYS(110)));
        r->n_kids = (int)rng_below(&g, 5);
        r->local = rng_chance(&g, 250);
        r->deadline = t + (rng_chance(&g, 300) ? 4 * 60 : rng_chance(&g, 500) ? DAYS(1) : DAYS(3));
        r->block_min = rng_chance(&g, 250) ? DAYS(2) : 0;
        for (int k = 0; k < r->n_kids; k++)
            r->kids[k] = (struct sim_kid){false, 4};
        for (int s = 0; s < sites; s++)
            w->answer_q[i * sites + s] = (uint8_t)rng_below(&g, 256);
        for (int p = 0; p < w->n_pools; p++)
            if (rng_chance(&g, 300))
                turns_down(w, i, p);
    }
}

static struct sim_bound bound_for(const struct sim_world *w)
{
    struct sim_bound b;
    bound_of(w, ITERATIONS, &b);
    return b;
}

/* With stays as everybody expects them nothing is left to chance, and the bound holds for each world. */
static void equal_stays(struct sim_world *w, int stay_min)
{
    for (int i = 0; i < w->n_referrals; i++) {
        w->referrals[i].stay_min = stay_min;
        w->referrals[i].n_kids = 0;
    }
}

/* ---- by hand ---- */

static void test_room_for_all(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 3, 3);
    for (int i = 0; i < 3; i++)
        (void)person(&w, i, DAYS(10) + i, DAYS(60));
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.9999 && b.upper < 1.0001);
    assert_true(b.feasible > 0.9999);
    end_world(&w);
}

static void test_one_unit_for_four(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 1, 4);
    for (int i = 0; i < 4; i++)
        (void)person(&w, i, DAYS(10) + i, DAYS(60));
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.2499 && b.upper < 0.2525);
    assert_true(b.feasible > 0.2499 && b.feasible < 0.2501);
    end_world(&w);
}

static void test_a_resident_is_in_the_way(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 1, 2);
    w.residents = mem_new(1, sizeof *w.residents);
    w.n_residents = 1;
    w.residents[0] = (struct sim_resident){0, DAYS(30)};
    (void)person(&w, 0, DAYS(5), DAYS(60));
    (void)person(&w, 1, DAYS(40), DAYS(60));
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.4999 && b.upper < 0.505);
    end_world(&w);
}

static void test_nobody_takes_her(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 2, 1, 2);
    (void)person(&w, 0, DAYS(5), DAYS(60));
    (void)person(&w, 1, DAYS(5), DAYS(60));
    turns_down(&w, 0, 0);             /* the house says no */
    w.sites[1].sexpol = SIM_MEN_ONLY; /* the rules do */
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.4999 && b.upper < 0.505);
    end_world(&w);
}

static void test_an_answer_after_the_deadline_is_none(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 2, 2);
    w.sites[0].h24 = false;
    (void)person(&w, 0, DAYS(4) + 20 * 60, DAYS(60)); /* Friday evening, four hours: closed till Saturday */
    w.referrals[0].deadline = w.referrals[0].t + 4 * 60;
    (void)person(&w, 1, DAYS(4) + 20 * 60, DAYS(60)); /* the same, but her own region places her at once */
    w.referrals[1].deadline = w.referrals[0].deadline;
    w.referrals[1].local = true;
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.4999 && b.upper < 0.505);
    end_world(&w);
}

static void test_emergency_units_turn_over(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 1, 4);
    w.pools[0].emerg = true;
    w.pools[0].stay_permille = 300;
    for (int i = 0; i < 4; i++)
        (void)person(&w, i, DAYS(20 * i + 1), DAYS(60)); /* 18 days each: one after the other */
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.9999);
    assert_true(b.feasible > 0.9999);
    w.pools[0].stay_permille = 1000;
    b = bound_for(&w);
    assert_true(b.upper > 0.4999 && b.upper < 0.505); /* days 1-61 and 61-121 */
    end_world(&w);
}

static void test_who_is_blind_to_stays_cannot_pick_short_ones(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 1, 20);
    for (int i = 0; i < 20; i++) /* half stay long, on the same days */
        (void)person(&w, i, DAYS(10 * (i / 2) + 1), i % 2 ? DAYS(90) : DAYS(8));
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper < 0.25); /* with the short stays only it would be half */
    assert_true(b.feasible > 0.45);
    end_world(&w);
}

/* ---- every plan of a tiny world ---- */

static bool room_left(const struct sim_world *w, const struct bound_placement *placed, int n, int pool,
                      int start, int end)
{
    /* the unit count is 1: any stay that touches [start, end) is in the way */
    for (int k = 0; k < w->n_residents; k++)
        if (w->residents[k].pool == pool && w->residents[k].end_min > start)
            return false;
    for (int i = 0; i < n; i++)
        if (placed[i].pool == pool && placed[i].start < end && placed[i].end > start)
            return false;
    return true;
}

static int best_plan(const struct sim_world *w, struct bound_placement *placed, int i)
{
    if (i == w->n_referrals)
        return 0;
    placed[i].pool = -1;
    int best = best_plan(w, placed, i + 1);
    for (int p = 0; p < w->n_pools; p++) {
        int start = w->referrals[i].t;
        int end = start + bound_occupies_min(w, i, p);
        if (!bound_may_place(w, i, p) || !room_left(w, placed, i, p, start, end))
            continue;
        placed[i] = (struct bound_placement){p, start, end};
        int with = 1 + best_plan(w, placed, i + 1);
        best = with > best ? with : best;
    }
    placed[i].pool = -1;
    return best;
}

static void test_no_plan_of_tiny_worlds_is_better(void **state)
{
    (void)state;
    double gap = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sim_world w;
        struct bound_placement placed[8];
        random_world(&w, seed, 1, 2, 7);
        equal_stays(&w, DAYS(60));
        for (int p = 0; p < w.n_pools; p++)
            w.pools[p].units = 1;
        w.sites[0].h24 = true;
        w.sites[0].respmed_min = 0; /* a yes comes at once, so that a start has one moment */
        double best = (double)best_plan(&w, placed, 0) / w.n_referrals;
        struct bound_columns c;
        bound_columns_of(&w, &c);
        struct sim_bound b = bound_for(&w);
        assert_true(b.upper >= best - 1e-9);
        assert_true(b.feasible <= b.upper + 1e-9);
        assert_true(b.feasible >= best - 1.5 / w.n_referrals);
        gap += b.upper - best;
        bound_columns_fini(&c);
        end_world(&w);
    }
    print_message("mean gap over 40 tiny worlds: %.4f\n", gap / 40);
    assert_true(gap / 40 < 0.03);
}

/* ---- against the exact linear programme ---- */

/* Somebody in a unit during [start, end). */
struct lp_column {
    int i, pool, start, end;
};

/* EARLIEST: everybody at her first possible moment, every unit at every moment: a true plan, in fractions.
 * WINDOWS: matching.md 5.6, in which a start may be anywhere in a window and a stay surely covers some
 * instants. Written apart from bound_columns.c as far as the arithmetic goes. */
enum lp_kind { LP_EARLIEST, LP_WINDOWS };

static int grid_up(int minute)
{
    return (minute + BOUND_GRID_MIN - 1) / BOUND_GRID_MIN * BOUND_GRID_MIN;
}

static size_t lp_columns(const struct sim_world *w, enum lp_kind kind, struct lp_column *list)
{
    size_t n = 0;
    for (int i = 0; i < w->n_referrals; i++) {
        for (int p = 0; p < w->n_pools; p++) {
            const struct sim_referral *r = &w->referrals[i];
            if (world_broken_rules(w, i, p) != 0 || !world_accepts(w, i, p))
                continue;
            int start = bound_earliest(w, i, p);
            int stay = (int)((int64_t)r->stay_min * w->pools[p].stay_permille / 1000) + r->block_min;
            if (kind == LP_EARLIEST && start <= r->deadline)
                list[n++] = (struct lp_column){i, p, start, start + stay};
            for (int next = 0; kind == LP_WINDOWS && start <= r->deadline; start = next) {
                next = (start / BOUND_GRID_MIN + 1) * BOUND_GRID_MIN;
                int last = next - 1 < r->deadline ? next - 1 : r->deadline;
                list[n++] = (struct lp_column){i, p, grid_up(last), grid_up(start + stay)};
            }
        }
    }
    return n;
}

static void lp_write(const struct sim_world *w, enum lp_kind kind, FILE *f)
{
    size_t most = (size_t)w->n_referrals * (size_t)w->n_pools * 4;
    struct lp_column *x = mem_new(most, sizeof *x);
    size_t n = lp_columns(w, kind, x);
    fputs("Maximize\n total: x0\n", f);
    for (size_t k = 1; k < n; k++)
        fprintf(f, " + x%zu\n", k);
    fputs("Subject To\n", f);
    for (size_t k = 0; k < n;) {
        int i = x[k].i;
        fprintf(f, " once%d: x%zu\n", i, k);
        for (k++; k < n && x[k].i == i; k++)
            fprintf(f, " + x%zu\n", k);
        fputs(" <= 1\n", f);
    }
    for (size_t at = 0; at < n; at++) { /* units can only run short when somebody comes */
        int left = w->pools[x[at].pool].units;
        if (x[at].end <= x[at].start)
            continue;
        for (int k = 0; k < w->n_residents; k++)
            left -= w->residents[k].pool == x[at].pool && w->residents[k].end_min > x[at].start;
        fprintf(f, " unit%zu: x%zu\n", at, at);
        for (size_t k = 0; k < n; k++)
            if (k != at && x[k].pool == x[at].pool && x[k].start <= x[at].start && x[k].end > x[at].start)
                fprintf(f, " + x%zu\n", k);
        fprintf(f, " <= %d\n", left > 0 ? left : 0);
    }
    fputs("End\n", f);
    free(x);
}

/* Optimum of the programme of W, as a share of its referrals. */
static double lp_share(const struct sim_world *w, enum lp_kind kind)
{
    char lp[] = "/tmp/plek-lp-XXXXXX";
    char answer[64];
    char command[256];
    char line[256];
    double best = -1;
    int fd = mkstemp(lp);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    lp_write(w, kind, f);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(answer, sizeof answer, "%s.out", lp);
    (void)snprintf(command, sizeof command, "glpsol --lp %s --output %s > %s.log 2>&1", lp, answer, lp);
    int status = system(command);
    if (status != 0)
        fail_msg("glpsol (package glpk-utils) does not run: status %d, see %s.log", status, lp);
    f = fopen(answer, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "Objective: total = %lf (MAXimum)", &best) == 1)
            break;
    (void)fclose(f);
    (void)unlink(lp);
    (void)unlink(answer);
    (void)snprintf(answer, sizeof answer, "%s.log", lp);
    (void)unlink(answer);
    return best / w->n_referrals;
}

static void test_close_to_the_exact_programme(void **state)
{
    static const int sites[] = {9, 7, 5}; /* from little to hopeless shortage */
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct sim_world w;
        random_world(&w, seed, sites[seed % 3], 3, 200);
        double plan = lp_share(&w, LP_EARLIEST);
        double exact = lp_share(&w, LP_WINDOWS);
        struct sim_bound b = bound_for(&w);
        print_message("seed %d: earliest %.5f, exact %.5f, bound %.5f (%+.3f %%), plan %.5f\n", (int)seed,
                      plan, exact, b.any, 100 * (b.any / exact - 1), b.feasible);
        assert_true(plan > 0 && exact > 0);
        assert_true(b.any >= plan - 1e-6);
        assert_true(b.any >= exact - 1e-6);
        assert_true(b.any <= exact * 1.005);
        end_world(&w);
    }
}

/* ---- the plan, and the same again ---- */

/* Nobody is in two places, no unit is taken twice, every yes was possible and in time. */
static void check_plan(const struct sim_world *w, const struct bound_placement *placed)
{
    for (int i = 0; i < w->n_referrals; i++) {
        const struct bound_placement *a = &placed[i];
        if (a->pool < 0)
            continue;
        int taken = 0;
        assert_int_equal(world_broken_rules(w, i, a->pool), 0);
        assert_true(world_accepts(w, i, a->pool));
        assert_true(a->start >= bound_earliest(w, i, a->pool) && a->start <= w->referrals[i].deadline);
        for (int k = 0; k < w->n_referrals; k++)
            taken += placed[k].pool == a->pool && placed[k].start <= a->start && placed[k].end > a->start;
        for (int k = 0; k < w->n_residents; k++)
            taken += w->residents[k].pool == a->pool && w->residents[k].end_min > a->start;
        assert_true(taken <= w->pools[a->pool].units);
    }
}

static void test_the_plan_can_be_lived(void **state)
{
    struct sim_world w;
    struct bound_columns c;
    (void)state;
    random_world(&w, 5, 7, 3, 300);
    bound_columns_of(&w, &c);
    double *prices = mem_new(c.slots, sizeof *prices);
    struct bound_placement *placed = mem_new(300, sizeof *placed);
    double share = bound_schedule(&w, &c, prices, placed);
    int n = 0;
    for (int i = 0; i < 300; i++)
        n += placed[i].pool >= 0;
    assert_true(n > 100);
    assert_true(share > n / 300.0 - 1e-9 && share < n / 300.0 + 1e-9);
    check_plan(&w, placed);
    free(prices);
    free(placed);
    bound_columns_fini(&c);
    end_world(&w);
}

static void test_same_world_same_bound(void **state)
{
    struct sim_world w;
    (void)state;
    random_world(&w, 9, 6, 3, 120);
    struct sim_bound a = bound_for(&w);
    struct sim_bound b = bound_for(&w);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.upper <= a.any && a.upper <= a.blind);
    end_world(&w);
}

/* ---- continued referrals ---- */

static void test_a_continued_one_that_never_opens_is_no_failure(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 1, 3);
    (void)person(&w, 0, DAYS(10), DAYS(20)); /* one unit for two; the second has a follower nobody takes */
    (void)person(&w, 1, DAYS(10), DAYS(20));
    (void)person(&w, 2, -1, DAYS(20));
    w.referrals[2].follows = 1;
    w.referrals[2].deadline = DAYS(7);
    w.referrals[2].patience = DAYS(30);
    turns_down(&w, 2, 0);
    /* whoever places the first one only has 1 of 2 on time: the bound may not be the 1 of 3 placed */
    struct sim_bound b = bound_for(&w);
    assert_true(b.upper > 0.4999 && b.upper <= 1);
    end_world(&w);
}

static void test_a_continued_one_competes_for_units(void **state)
{
    struct sim_world w;
    (void)state;
    empty_world(&w, 1, 2, 5);
    for (int i = 0; i < 4; i++) { /* pool 0 is for the first, pool 1 for the others */
        (void)person(&w, i, DAYS(10 * i + 1), DAYS(300));
        turns_down(&w, i, i == 0);
    }
    w.referrals[0].stay_min = DAYS(9);
    (void)person(&w, 4, -1, DAYS(300));
    w.referrals[4].follows = 0;
    w.referrals[4].deadline = DAYS(7);
    w.referrals[4].patience = DAYS(30);
    turns_down(&w, 4, 0);
    struct sim_bound b = bound_for(&w); /* the first, and one of the four others */
    assert_true(b.upper > 0.3999 && b.upper < 0.405);
    end_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_room_for_all),
        cmocka_unit_test(test_one_unit_for_four),
        cmocka_unit_test(test_a_resident_is_in_the_way),
        cmocka_unit_test(test_nobody_takes_her),
        cmocka_unit_test(test_an_answer_after_the_deadline_is_none),
        cmocka_unit_test(test_emergency_units_turn_over),
        cmocka_unit_test(test_who_is_blind_to_stays_cannot_pick_short_ones),
        cmocka_unit_test(test_no_plan_of_tiny_worlds_is_better),
        cmocka_unit_test(test_close_to_the_exact_programme),
        cmocka_unit_test(test_the_plan_can_be_lived),
        cmocka_unit_test(test_same_world_same_bound),
        cmocka_unit_test(test_a_continued_one_that_never_opens_is_no_failure),
        cmocka_unit_test(test_a_continued_one_competes_for_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
