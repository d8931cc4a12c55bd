/* What is drawn: the same world for the same seed, the size of the network, and the shares and rarities that
 * the design measured (matching.md 2.1); every scenario file of the repository. */
#include "simulate/generate_draw.h"
#include "simulate/params.h"
#include "simulate/world.h"

#include "base/hash.h"
#include "base/mem.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void draw(const struct sim_world *params, uint64_t seed, struct sim_world *w)
{
    char why[300] = "";
    if (world_draw(params, seed, w, why, sizeof why) != OK)
        fail_msg("%s: %s", params->name, why);
}

static void read_scenario(const char *name, struct sim_world *params)
{
    static uint8_t text[1 << 16];
    char path[300];
    char why[300] = "";
    size_t n = 0;
    FILE *f = NULL;
    snprintf(path, sizeof path, "%s/schema/scenarios/%s.scn", PLEK_SOURCE_DIR, name);
    f = fopen(path, "r");
    assert_non_null(f);
    n = fread(text, 1, sizeof text, f);
    fclose(f);
    if (world_read(BYTES(text, n), params, why, sizeof why) != OK)
        fail_msg("%s: %s", name, why);
    assert_string_equal(params->name, name);
}

static void one_parameter(struct sim_world *params, const char *key, int64_t value)
{
    memset(params, 0, sizeof *params);
    snprintf(params->name, sizeof params->name, "%s", key);
    params->pars = mem_new(1, sizeof *params->pars);
    params->n_pars = 1;
    snprintf(params->pars[0].key, sizeof params->pars[0].key, "%s", key);
    params->pars[0].value = value;
}

/* ---- draws ---- */

static void exponentials_and_the_normal(void **state)
{
    static const struct {
        int64_t x, want;
    } cases[] = {{0, 1000000},      {1000000, 2718281},          {-1000000, 367879},
                 {693147, 2000000}, {2302585, 10000000},         {-6907755, 1000},
                 {700000, 2013752}, {20000000, 485165195409789}, {99000000, 485165195409789}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t got = draw_exp(cases[i].x);
        int64_t slack = cases[i].want / 200000 + 1;
        if (got < cases[i].want - slack || got > cases[i].want + slack)
            fail_msg("e^%" PRId64 " is %" PRId64, cases[i].x, got);
    }
    assert_int_equal(draw_normal_table(128), 4896);
    assert_int_equal(draw_normal_table(127), -4896);
    for (int i = 0; i + 1 < DRAW_TABLE; i++)
        assert_true(draw_normal_table(i) < draw_normal_table(i + 1));
    /* e^(0.8^2 / 2) is 1.377; a table of 256 misses the far ends. */
    assert_in_range(draw_lognormal_mean(800), 1340, 1377);
}

/* ---- a world ---- */

static uint64_t digest(const struct sim_world *w)
{
    struct buf b = {0};
    uint64_t h = 0;
    world_write(w, &b);
    h = hash_bytes(buf_view(&b));
    buf_fini(&b);
    return h;
}

/* The digest is frozen: another compiler, machine or build must give it too. When the generator changes on
 * purpose, so does this number, and every measured result with it. */
static void the_same_seed_gives_the_same_bytes(void **state)
{
    struct sim_world params;
    struct sim_world a;
    struct sim_world b;
    (void)state;
    one_parameter(&params, "sites", 40);
    draw(&params, 7, &a);
    draw(&params, 7, &b);
    assert_true(digest(&a) == digest(&b));
    printf("digest of 40 houses, seed 7: 0x%016" PRIx64 "\n", digest(&a));
    assert_true(digest(&a) == UINT64_C(0x5d8bbd26f96e8261));
    world_fini(&b);
    draw(&params, 8, &b);
    assert_true(digest(&a) != digest(&b));
    world_fini(&a);
    world_fini(&b);
    world_fini(&params);
}

static void written_and_read_it_is_the_same(void **state)
{
    struct sim_world params;
    struct sim_world w;
    struct sim_world back;
    struct buf one = {0};
    struct buf two = {0};
    char why[300] = "";
    (void)state;
    read_scenario("nl2026", &params);
    params.horizon_min = 30 * SIM_DAY;
    draw(&params, 3, &w);
    world_write(&w, &one);
    assert_int_equal(world_read(buf_view(&one), &back, why, sizeof why), OK);
    world_write(&back, &two);
    assert_true(bytes_equal(buf_view(&one), buf_view(&two)));
    assert_int_equal(back.households_decline_permille, 150);
    world_fini(&back);
    draw(&w, 3, &back); /* the PAR lines of a drawn world draw it again */
    assert_true(digest(&w) == digest(&back));
    world_fini(&params);
    world_fini(&w);
    world_fini(&back);
    buf_fini(&one);
    buf_fini(&two);
}

static void wrong_parameters(void **state)
{
    static const struct {
        const char *key;
        int64_t value;
        const char *want;
    } cases[] = {{"lode", 1, "no parameter is called 'lode'"},
                 {"sites", 19, "parameter sites is 19, not within 20 and 1000"},
                 {"decline_low", 400, "decline_low is above decline_high"},
                 {"urgent_a", 600, "urgent_a and urgent_b are over 1000"},
                 {"sites_follow_on", 100, "over half of sites"},
                 {"arrivals_day_centi", 20000, "OK"},
                 {"stay_days", 1, "more referrals than a world may hold"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sim_world params;
        struct sim_world w = {0};
        char why[300] = "OK";
        one_parameter(&params, cases[i].key, cases[i].value);
        if ((world_draw(&params, 1, &w, why, sizeof why) == OK) != (strcmp(why, "OK") == 0))
            fail_msg("%s: a reason without a fault, or a fault without", cases[i].key);
        if (strstr(why, cases[i].want) == NULL)
            fail_msg("%s: '%s'", cases[i].key, why);
        world_fini(&w);
        world_fini(&params);
    }
}

/* ---- rarity: matching.md 2.1, over three seeds ---- */

#define SEEDS 3
#define ALL SIM_GROUP_N

struct rarity {
    int n[SIM_GROUP_N + 1], none[SIM_GROUP_N + 1];
    int *eligible[SIM_GROUP_N + 1];
    int declined, fitting;
};

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void count_rarity(const struct sim_world *w, struct rarity *r)
{
    for (int i = 0; i < w->n_referrals; i++) {
        unsigned groups = world_groups(&w->referrals[i]) | 1u << ALL;
        int fits = 0;
        for (int p = 0; p < w->n_pools; p++) {
            if (world_broken_rules(w, i, p) != 0)
                continue;
            fits++;
            r->declined += !world_accepts(w, i, p);
        }
        r->fitting += fits;
        for (int g = 0; g <= ALL; g++) {
            if (!(groups >> g & 1))
                continue;
            r->eligible[g][r->n[g]++] = fits;
            r->none[g] += fits == 0;
        }
    }
}

/* Loose bounds around the design's figures (in brackets): per mille of all, median of eligible pools, most
 * per mille with none. */
static const struct {
    int group, share_lo, share_hi, median_lo, median_hi, none;
} rare[] = {
    {SIM_G_TEEN_SON, 95, 125, 22, 38, 60},    /* 11 %, 27, 3 % */
    {SIM_G_WHEELCHAIR, 26, 37, 11, 21, 90},   /* 3.1 %, 16, 6 % */
    {SIM_G_NO_STATUS, 70, 90, 30, 55, 40},    /* 8 %, 46, 2 % */
    {SIM_G_PENDING, 108, 132, 60, 105, 40},   /* 12 %, 65 */
    {SIM_G_MEN, 86, 106, 27, 43, 70},         /* 9.6 %, 33 */
    {SIM_G_LARGE, 42, 55, 10, 19, 100},       /* 4.8 %, 13, 4 % */
    {SIM_G_CARE, 80, 100, 28, 45, 70},        /* 9 %, 38 */
    {SIM_G_TRAFFICKING, 85, 104, 15, 30, 80}, /* 9.4 %, 18 */
    {SIM_G_HIGH_THREAT, 34, 46, 8, 16, 160},  /* 3.9 %, 12, 10 % */
    {SIM_G_LANGUAGE, 350, 390, 100, 150, 25}, /* 37 % */
    {SIM_G_ORDINARY, 450, 530, 200, 300, 2},  /* not given */
    {ALL, 1000, 1000, 105, 140, 20},          /* 120, 0.8 % */
};

static void judge_rarity(struct rarity *r)
{
    for (size_t i = 0; i < COUNT_OF(rare); i++) {
        int g = rare[i].group;
        int median = 0;
        int share = r->n[g] * 1000 / r->n[ALL];
        int none = r->none[g] * 1000 / r->n[g];
        qsort(r->eligible[g], (size_t)r->n[g], sizeof(int), by_number);
        median = r->eligible[g][r->n[g] / 2];
        printf("%-12s %3d.%d %%  median %3d  P10 %3d  none %d.%d %%\n",
               g == ALL ? "all" : sim_group_name((enum sim_group)g), share / 10, share % 10, median,
               r->eligible[g][r->n[g] / 10], none / 10, none % 10);
        assert_in_range(share, rare[i].share_lo, rare[i].share_hi);
        assert_in_range(median, rare[i].median_lo, rare[i].median_hi);
        assert_in_range(none, 0, rare[i].none);
    }
    printf("declined of fitting: %d permille\n", (int)((int64_t)r->declined * 1000 / r->fitting));
}

static void rarity_is_as_measured(void **state)
{
    struct sim_world params;
    struct rarity r = {0};
    (void)state;
    read_scenario("base", &params);
    for (int g = 0; g <= ALL; g++)
        r.eligible[g] = mem_new(SEEDS * 12000, sizeof(int));
    for (uint64_t seed = 201; seed < 201 + SEEDS; seed++) {
        struct sim_world w;
        int units = 0;
        draw(&params, seed, &w);
        for (int p = 0; p < w.n_pools; p++)
            units += w.pools[p].units;
        printf("seed %" PRIu64 ": %d houses, %d pools, %d units, %d referrals\n", seed, w.n_sites, w.n_pools,
               units, w.n_referrals);
        assert_int_equal(w.n_sites, 174);
        assert_in_range(w.n_pools, 590, 600);
        assert_in_range(units, 1260, 1420);
        assert_in_range(w.n_referrals, 7600, 9400);
        count_rarity(&w, &r);
        world_fini(&w);
    }
    judge_rarity(&r);
    assert_in_range((int64_t)r.declined * 1000 / r.fitting, 160, 220); /* 20 % of requests */
    for (int g = 0; g <= ALL; g++)
        free(r.eligible[g]);
    world_fini(&params);
}

/* ---- the scenarios ---- */

static void people_are_whole(const struct sim_world *w)
{
    int last = 0;
    for (int i = 0; i < w->n_referrals; i++) {
        const struct sim_referral *a = &w->referrals[i];
        assert_true(world_persons(a) >= 1 && a->n_kids <= SIM_KIDS_MAX);
        assert_true(a->follows < i && (a->t < 0) == (a->follows >= 0));
        assert_true(a->t < 0 || (a->t >= last && a->t < w->horizon_min));
        assert_true(a->deadline > a->t && a->patience > a->deadline && a->stay_min > 0);
        assert_true(a->sec == 0 ? a->excl == 0 : (a->excl >> a->origin & 1) == 1);
        assert_true(a->excl != (UINT64_C(1) << w->n_regions) - 1);
        last = a->t < 0 ? last : a->t;
    }
}

static void every_scenario_draws(void **state)
{
    static const char *const names[] = {"base",    "slack", "tight",  "over",  "stale", "decl",  "slow",
                                        "special", "surge", "fewh24", "small", "mixed", "nl2026"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct sim_world params;
        struct sim_world w;
        read_scenario(names[i], &params);
        assert_false(world_is_drawn(&params));
        params.horizon_min = 40 * SIM_DAY;
        draw(&params, 5, &w);
        assert_true(world_is_drawn(&w) && w.n_referrals > 100);
        people_are_whole(&w);
        world_fini(&w);
        world_fini(&params);
    }
}

static void mixed_draws_its_parameters(void **state)
{
    struct sim_world params;
    int surges = 0;
    int loads[2] = {2000, 0};
    (void)state;
    read_scenario("mixed", &params);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct sim_params p;
        char why[300];
        assert_int_equal(sim_params_resolve(&params, seed, &p, why, sizeof why), OK);
        surges += p.v[SIM_PAR_SURGE] == 800;
        loads[0] = p.v[SIM_PAR_LOAD] < loads[0] ? p.v[SIM_PAR_LOAD] : loads[0];
        loads[1] = p.v[SIM_PAR_LOAD] > loads[1] ? p.v[SIM_PAR_LOAD] : loads[1];
        assert_in_range(p.v[SIM_PAR_SITES], 80, 200);
        assert_in_range(p.v[SIM_PAR_STAY], 40, 80);
    }
    assert_in_range(surges, 70, 130);
    assert_in_range(loads[0], 850, 860);
    assert_in_range(loads[1], 1070, 1080);
    world_fini(&params);
}

/* nl2026: exactly the places that are known, and steps that lead from one to the other. */
static void the_netherlands(void **state)
{
    struct sim_world params;
    struct sim_world w;
    int units[SIM_KIND_N] = {0};
    int emergency = 0;
    int fit_follow_on = 0;
    int steps = 0;
    (void)state;
    read_scenario("nl2026", &params);
    draw(&params, 11, &w);
    for (int p = 0; p < w.n_pools; p++) {
        units[w.sites[w.pools[p].site].kind] += w.pools[p].units;
        emergency += w.pools[p].emerg ? w.pools[p].units : 0;
    }
    assert_int_equal(emergency, 75);
    assert_int_equal(units[SIM_ORDINARY] - emergency, 400);
    assert_int_equal(units[SIM_FOLLOW_ON], 549);
    assert_int_equal(units[SIM_OMM], 36);
    assert_int_equal(units[SIM_COSM], 70);
    assert_int_equal(units[SIM_SPECIALIST], 70);
    assert_int_equal(units[SIM_MEN], 40);
    assert_int_equal(units[SIM_SECURE], 0);
    assert_int_equal(w.households_decline_permille, 150);
    people_are_whole(&w);
    for (int i = 0; i < w.n_referrals; i++) {
        const struct sim_referral *a = &w.referrals[i];
        bool on = (a->needmask & SIM_CAP_FOLLOW_ON) != 0;
        assert_true(on != ((a->needmask & SIM_CAP_ACUTE) != 0));
        steps += a->follows >= 0 && !on;
        if (a->follows >= 0) /* crisis comes after the beginning, follow-on after crisis */
            assert_true((w.referrals[a->follows].t < 0) == on);
        for (int p = 0; p < w.n_pools; p++) {
            bool follow_on_house = w.sites[w.pools[p].site].kind == SIM_FOLLOW_ON;
            if (world_broken_rules(&w, i, p) == 0)
                assert_true(follow_on_house == on);
        }
        fit_follow_on += on;
    }
    assert_int_equal(steps, 6059);              /* one each: 16.6 a day */
    assert_in_range(fit_follow_on, 2600, 3200); /* 48 % of 6,059 */
    world_fini(&w);
    world_fini(&params);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials_and_the_normal),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(written_and_read_it_is_the_same),
        cmocka_unit_test(wrong_parameters),
        cmocka_unit_test(rarity_is_as_measured),
        cmocka_unit_test(every_scenario_draws),
        cmocka_unit_test(mixed_draws_its_parameters),
        cmocka_unit_test(the_netherlands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
