/* How many households come and when, who moves on afterwards, and who lives in the houses at the start. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

#include <stdlib.h>

/* Sampled to know the mean stay, which the number of arrivals is set by. */
#define SAMPLE 4096

static int64_t mean_stay(const struct generator *g)
{
    int64_t sum = 0;
    for (int i = 0; i < SAMPLE; i++) {
        struct sim_referral r = {0};
        gen_household(g, i, &r);
        sum += r.stay_min + r.block_min;
    }
    return sum / SAMPLE;
}

/* load x sum over pools of units / stay factor x time / mean (stay + block). */
static int64_t arrivals(const struct generator *g)
{
    const struct sim_world *w = g->w;
    int64_t minutes = w->horizon_min;
    int64_t capacity = 0; /* thousandths of a unit with stay factor 1 */
    int64_t n = 0;

    if (gen_par(g, SIM_PAR_ARRIVALS) > 0) {
        n = gen_par(g, SIM_PAR_ARRIVALS) * minutes / SIM_DAY / 100;
    } else {
        for (int i = 0; i < w->n_pools; i++)
            capacity += (int64_t)w->pools[i].units * 1000000 / w->pools[i].stay_permille;
        n = capacity * gen_par(g, SIM_PAR_LOAD) / 1000 * minutes / 1000 / mean_stay(g);
    }
    return n;
}

/* Permille of the usual on DAY: the season is a wave of parabolas with its top after a quarter of a year. */
static int day_permille(const struct generator *g, int day)
{
    int x = day % 365 * 1000 / 365;
    int wave = x < 500 ? 16 * x * (500 - x) / 1000 : -16 * (x - 500) * (1000 - x) / 1000;
    int permille = 1000 + wave * gen_par(g, SIM_PAR_SEASON) / 1000;
    if (day >= gen_par(g, SIM_PAR_SURGE_FROM) && day < gen_par(g, SIM_PAR_SURGE_TO))
        permille = permille * (1000 + gen_par(g, SIM_PAR_SURGE)) / 1000;
    if (day % 7 >= 5)
        permille = permille * 75 / 100; /* weekend */
    return permille;
}

/* Day 8-18, evening 18-23, night: 2.2, 1.1 and 0.25 an hour. */
static int hour_weight(int hour)
{
    return hour >= 8 && hour < 18 ? 220 : hour >= 18 && hour < 23 ? 110 : 25;
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a;
    int y = *(const int *)b;
    return x < y ? -1 : x > y;
}

/* N moments in the horizon, in order; the caller frees them. */
static int *draw_moments(const struct generator *g, int n)
{
    int hours = (g->w->horizon_min + 59) / 60;
    uint64_t *until = mem_new((size_t)hours, sizeof *until);
    int *at = mem_new((size_t)n + 1, sizeof *at);
    uint64_t total = 0;

    for (int h = 0; h < hours; h++) {
        total += (uint64_t)(hour_weight(h % 24) * day_permille(g, h / 24) / 10) + 1;
        until[h] = total;
    }
    for (int i = 0; i < n; i++) {
        struct draw d = draw_of(g->seed, DRAW_ARRIVAL, (uint64_t)i);
        uint64_t x = ((draw_next(&d) >> 32) * total) >> 32;
        int lo = 0;
        int hi = hours - 1;
        while (lo < hi) {
            int mid = (lo + hi) / 2;
            if (until[mid] > x)
                hi = mid;
            else
                lo = mid + 1;
        }
        at[i] = lo * 60 + draw_range(&d, 0, 59);
        at[i] = at[i] < g->w->horizon_min ? at[i] : g->w->horizon_min - 1;
    }
    qsort(at, (size_t)n, sizeof *at, by_number);
    free(until);
    return at;
}

static void set_moment(struct sim_referral *r, int t)
{
    static const int deadline_h[SIM_URGENCY_N] = {4, 24, 72};
    static const int open_h[SIM_URGENCY_N] = {20, 48, 96};
    r->t = t;
    r->deadline = t + deadline_h[r->urg] * 60;
    r->patience = r->deadline + open_h[r->urg] * 60;
}

/* The household of BEFORE, at its next step: to crisis (from an emergency unit) or to follow-on. It has its
 * place meanwhile, so its moments are far: a week and a month, or a month and four. They count from when it
 * opens. */
static int add_follower(const struct generator *g, int before, bool to_follow_on)
{
    struct sim_world *w = g->w;
    int index = w->n_referrals++;
    struct sim_referral *r = &w->referrals[index];

    *r = w->referrals[before];
    r->id = index;
    r->follows = before;
    r->local = false;
    r->urg = SIM_C;
    r->t = -1;
    r->deadline = (to_follow_on ? 30 : 7) * SIM_DAY;
    r->patience = (to_follow_on ? 120 : 30) * SIM_DAY;
    if (to_follow_on) {
        r->needmask &= ~(unsigned)(SIM_CAP_ACUTE | SIM_CAP_COSM | SIM_CAP_OMM);
        r->needmask |= SIM_CAP_FOLLOW_ON;
        r->sec = r->sec > 1 ? 1 : r->sec; /* nobody is guarded for a year: a secret address */
    }
    gen_stay(g, index, r);
    return index;
}

/* Everybody has a step to crisis, for whoever will stand in an emergency unit (the driver passes it over for
 * the others); some have follow-on after that. */
static void add_followers(const struct generator *g, int n)
{
    for (int i = 0; i < n; i++) {
        struct draw d = draw_of(g->seed, DRAW_FOLLOW, (uint64_t)i);
        int before = add_follower(g, i, false);
        if (draw_chance(&d, gen_par(g, SIM_PAR_MOVE_ON)))
            (void)add_follower(g, before, true);
    }
}

enum err gen_stream(struct generator *g)
{
    struct sim_world *w = g->w;
    int64_t come = arrivals(g);
    int n = 0;
    int *at = NULL;

    /* Each may bring two followers. */
    if (!world_size_is_allowed(w->n_pools, w->n_sites, come * (gen_par(g, SIM_PAR_CHAIN) ? 3 : 1)))
        return ERR_TOO_BIG;
    n = (int)come;
    at = draw_moments(g, n);
    w->referrals = mem_new((size_t)n * 3 + 1, sizeof *w->referrals);
    w->n_referrals = n;
    for (int i = 0; i < n; i++) {
        gen_household(g, i, &w->referrals[i]);
        set_moment(&w->referrals[i], at[i]);
    }
    if (gen_par(g, SIM_PAR_CHAIN))
        add_followers(g, n);
    free(at);
    return OK;
}

/* What is left of the stay of whoever is met on some day: long stays are met more often (log-normal: the
 * median times e^(2 sigma^2 / 2) more than the mean), and any part of it may be over. */
static int rest_of_stay(const struct generator *g, struct draw *d, const struct sim_pool *p)
{
    int64_t stay = (int64_t)gen_par(g, SIM_PAR_STAY) * SIM_DAY;
    stay = stay * draw_lognormal(d, 800) / g->stay_mean;
    stay = stay * 1896 / 1000; /* e^(0.8 x 0.8): the same shape, met by chance */
    stay = stay * p->stay_permille / 1000;
    stay = stay * draw_range(d, 1, 1000) / 1000;
    return stay < 1 ? 1 : stay > INT32_MAX / 2 ? INT32_MAX / 2 : (int)stay;
}

void gen_residents(struct generator *g)
{
    struct sim_world *w = g->w;
    int full = gen_par(g, SIM_PAR_LOAD) * 95 / 100;
    int units = 0;

    full = gen_par(g, SIM_PAR_ARRIVALS) > 0 || full > 960 ? 960 : full;
    for (int i = 0; i < w->n_pools; i++)
        units += w->pools[i].units;
    w->residents = mem_new((size_t)units + 1, sizeof *w->residents);
    for (int i = 0; i < w->n_pools; i++) {
        for (int unit = 0; unit < w->pools[i].units; unit++) {
            struct draw d = draw_of(g->seed, DRAW_RESIDENT, (uint64_t)(i + 1) * 4096 + (uint64_t)unit);
            if (!draw_chance(&d, full))
                continue;
            w->residents[w->n_residents++] =
                (struct sim_resident){.pool = i, .end_min = rest_of_stay(g, &d, &w->pools[i])};
        }
    }
}
