/* The Lagrangian dual of "who gets which unit, for a clairvoyant" (matching.md 2.3 and 5.6). Every unit has a
 * price at every instant; at given prices each referral takes its best column or none, and
 *     D(prices) = sum over referrals of max(0, best (worth - prices)) + sum of price x units
 * is an upper bound for ANY prices >= 0. So the descent below (Adam on a softened maximum) only has to be
 * good, it need not converge: the least exact D it meets counts.
 *
 * Worth 1 each (mu = 0) bounds everybody, also who knows the stays. A clairvoyant picks short stays, which
 * nobody can see; with worth stay / expected stay (mu = 1) that gives nothing. That bounds, in expectation
 * over worlds, every policy that cannot see the part of a stay that chance decides.
 *
 * Continued referrals (nl2026): one opens at some moment its predecessor makes possible, and with any start
 * of it. One that never opens is no failure: its predecessor may stay without a place and gain it
 * (fold_chains). Since on time / opened <= (on time + never opened) / all, the bound holds for the share of
 * those that opened. */
#include "simulate/bound_columns.h"
#include "simulate/bound_schedule.h"
#include "simulate/drive.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Measured against the exact programme (tests/unit/simulate/bound_test.c) and on national years: with these
 * 300 iterations come closer than 500 with the steps of the design (0.002, softening 0.1 to 0.004). */
#define ITERATIONS 300
#define STEP 0.03 /* price of a unit for one instant, of 1 = a household on time; falls to 0.3 % */
#define STEP_END 0.003
#define SOFT 0.02 /* softening of the maximum; falls to 2 % */
#define SOFT_END 0.02
#define FADE 0.9 /* Adam's memory of the slope and of its square */
#define FADE_SQUARE 0.95
#define NEGLIGIBLE 14.0 /* columns this many softenings below the best weigh nothing to speak of */

/* Looking at every column takes most of the time; between two such looks only those count that stood within
 * reach of the best: the softening, and what prices move meanwhile (steps along the instants of a stay). */
#define LOOK_AT_ALL_EVERY 8
#define REACH_STEPS 60

struct dual {
    const struct bound_columns *c;
    const double *worth; /* per referral */
    double *price;       /* per slot */
    double *before;      /* per slot: sum of the prices of the pool's instants before it */
    double *use;         /* per slot: change of the expected use there against the slot before */
    double *slope, *slope_square;
    double *gain;               /* scratch, one referral's columns */
    uint32_t *near;             /* scratch: those nearly as good as the best */
    struct bound_column *reach; /* columns within reach, by referral */
    size_t *reach_first;        /* as first of the columns */
    double *value;              /* per referral: best it can add, then folded with those that continue it */
    double *open;               /* per referral: what leaving it aside adds: those that then never open */
};

static double *doubles(size_t n)
{
    return mem_new(n + 1, sizeof(double));
}

static void dual_init(struct dual *d, const struct bound_columns *c, const double *worth)
{
    size_t widest = 0;
    for (int i = 0; i < c->n; i++)
        if (c->first[i + 1] - c->first[i] > widest)
            widest = c->first[i + 1] - c->first[i];
    *d = (struct dual){.c = c, .worth = worth};
    d->price = doubles(c->slots);
    d->before = doubles(c->slots);
    d->use = doubles(c->slots);
    d->slope = doubles(c->slots);
    d->slope_square = doubles(c->slots);
    d->gain = doubles(widest);
    d->near = mem_new(widest + 1, sizeof *d->near);
    d->reach = mem_new(c->n_columns + 1, sizeof *d->reach);
    d->reach_first = mem_new((size_t)c->n + 1, sizeof *d->reach_first);
    d->value = doubles((size_t)c->n);
    d->open = doubles((size_t)c->n);
}

static void dual_fini(struct dual *d)
{
    free(d->price);
    free(d->before);
    free(d->use);
    free(d->slope);
    free(d->slope_square);
    free(d->gain);
    free(d->near);
    free(d->reach);
    free(d->reach_first);
    free(d->value);
    free(d->open);
}

/* Return what all units cost at the prices; fills the running sums. */
static double sum_prices(struct dual *d)
{
    const struct bound_columns *c = d->c;
    double all = 0;
    for (size_t base = 0; base < c->slots; base += c->stride) {
        double sum = 0;
        for (size_t b = base; b < base + c->stride; b++) {
            d->before[b] = sum;
            sum += d->price[b];
            all += d->price[b] * c->units[b];
        }
    }
    return all;
}

/* Gains of N columns for referral I; returns the best, 0 = none is worth it. */
static double weigh(struct dual *d, int i, const struct bound_column *list, size_t n)
{
    double best = 0;
    for (size_t k = 0; k < n; k++) {
        d->gain[k] = d->worth[i] - (d->before[list[k].to] - d->before[list[k].from]);
        best = d->gain[k] > best ? d->gain[k] : best;
    }
    return best;
}

/* Let every referral weigh all its columns: value is exact, and those at most REACH below the best stay. */
static void weigh_all(struct dual *d, double reach)
{
    const struct bound_columns *c = d->c;
    size_t kept = 0;
    for (int i = 0; i < c->n; i++) {
        const struct bound_column *list = c->list + c->first[i];
        size_t n = c->first[i + 1] - c->first[i];
        d->value[i] = weigh(d, i, list, n);
        d->reach_first[i] = kept;
        for (size_t k = 0; k < n; k++)
            if (d->gain[k] >= d->value[i] - reach)
                d->reach[kept++] = list[k];
    }
    d->reach_first[c->n] = kept;
}

/* About e to the X for X <= 0, as (1 + X/16)^16: how softly is ours to choose, and this is much quicker. */
static double soft_part(double x)
{
    double y = 1 + x / 16;
    y = y > 0 ? y * y : 0;
    y *= y;
    y *= y;
    return y * y;
}

/* Let referral I choose softly among the nearly best columns within reach. */
static void choose(struct dual *d, int i, double soft)
{
    const struct bound_column *list = d->reach + d->reach_first[i];
    size_t n = d->reach_first[i + 1] - d->reach_first[i];
    double best = weigh(d, i, list, n);
    double least = best - NEGLIGIBLE * soft;
    double sum = soft_part(-best / soft); /* taking none */
    size_t near = 0;
    for (size_t k = 0; k < n; k++) {
        if (d->gain[k] < least)
            continue;
        double part = soft_part((d->gain[k] - best) / soft);
        sum += part;
        d->gain[near] = part; /* near <= k: what is overwritten has been read */
        d->near[near++] = (uint32_t)k;
    }
    for (size_t k = 0; k < near; k++) {
        const struct bound_column *col = &list[d->near[k]];
        double part = d->gain[k] / sum;
        d->use[col->from] += part;
        d->use[col->to] -= part;
    }
}

/* Fold the values of continued referrals into those they continue, and return the sum of all. A continued one
 * stands behind its predecessor. Aside = neither placed nor, then, followed. */
static double fold_chains(struct dual *d)
{
    const struct bound_columns *c = d->c;
    double all = 0;
    for (int i = c->n - 1; i >= 0; i--) {
        /* so far: value = own gain + values of followers, open = number of them that would not open */
        double value = d->value[i] > d->open[i] ? d->value[i] : d->open[i];
        if (c->given[i])
            value = 1 + d->open[i];
        if (c->parent[i] < 0) {
            all += value;
            continue;
        }
        d->value[c->parent[i]] += value;
        d->open[c->parent[i]] += 1 + d->open[i];
    }
    return all;
}

/* Exact D at the prices. */
static double dual_value(struct dual *d, double reach)
{
    double units = sum_prices(d);
    memset(d->open, 0, (size_t)d->c->n * sizeof *d->open);
    weigh_all(d, reach);
    return units + fold_chains(d);
}

/* One step of Adam along units - use; a price never falls below 0. */
static void descend(struct dual *d, double soft, double step, int iteration)
{
    const struct bound_columns *c = d->c;
    (void)sum_prices(d);
    memset(d->use, 0, c->slots * sizeof *d->use);
    for (int i = 0; i < c->n; i++)
        choose(d, i, soft);
    double young = 1 - pow(FADE, iteration + 1);
    double young_square = 1 - pow(FADE_SQUARE, iteration + 1);
    for (size_t base = 0; base < c->slots; base += c->stride) {
        double used = 0;
        for (size_t b = base; b < base + (size_t)c->instants; b++) {
            used += d->use[b];
            double slope = c->units[b] - used;
            d->slope[b] = FADE * d->slope[b] + (1 - FADE) * slope;
            d->slope_square[b] = FADE_SQUARE * d->slope_square[b] + (1 - FADE_SQUARE) * slope * slope;
            d->price[b] -= step * (d->slope[b] / young) / (sqrt(d->slope_square[b] / young_square) + 1e-9);
            d->price[b] = d->price[b] > 0 ? d->price[b] : 0;
        }
    }
}

/* Least D / n over the iterates; PRICES (per slot) gets the prices of that one. */
static double minimise(const struct bound_columns *c, const double *worth, int iterations, double *prices)
{
    struct dual d;
    double least = INFINITY;
    dual_init(&d, c, worth);
    for (int k = 0; k <= iterations; k++) {
        double done = (double)k / iterations;
        double soft = SOFT * pow(SOFT_END, done);
        double step = STEP * pow(STEP_END, done);
        if (k % LOOK_AT_ALL_EVERY == 0 || k == iterations) {
            double value = dual_value(&d, NEGLIGIBLE * soft + REACH_STEPS * step);
            if (value < least) {
                least = value;
                memcpy(prices, d.price, c->slots * sizeof *prices);
            }
        }
        descend(&d, soft, step, k);
    }
    dual_fini(&d);
    return least / c->n;
}

/* Stay of a household as far as one can see it (matching.md 2.1), in parts of the common mean. */
static double expected_stay(const struct sim_referral *r)
{
    double stay = 1 + 0.06 * r->n_kids;
    if (r->status == SIM_STATUS_NONE)
        stay *= 1.4;
    if (r->wheel)
        stay *= 1.2;
    return stay;
}

/* Worth of each referral, stay / expected stay; the common mean is that of this world. */
static void worth_of_stays(const struct sim_world *w, double *worth)
{
    double stays = 0;
    double expected = 0;
    for (int i = 0; i < w->n_referrals; i++) {
        stays += w->referrals[i].stay_min;
        expected += expected_stay(&w->referrals[i]);
    }
    for (int i = 0; i < w->n_referrals; i++)
        worth[i] =
            stays > 0 ? w->referrals[i].stay_min * expected / (stays * expected_stay(&w->referrals[i])) : 1;
}

void bound_of(const struct sim_world *w, int iterations, struct sim_bound *out)
{
    struct bound_columns c;
    bool chained = false;
    *out = (struct sim_bound){.upper = 1, .any = 1, .blind = 1};
    if (w->n_referrals == 0)
        return;
    bound_columns_of(w, &c);
    double *worth = doubles((size_t)c.n);
    double *prices = doubles(c.slots);
    iterations = iterations > 0 ? iterations : ITERATIONS;
    for (int i = 0; i < c.n; i++) {
        worth[i] = 1;
        chained = chained || w->referrals[i].follows >= 0;
    }
    out->any = fmin(1, minimise(&c, worth, iterations, prices));
    if (!chained) {
        out->feasible = bound_schedule(w, &c, prices, NULL);
        worth_of_stays(w, worth);
        out->blind = fmin(1, minimise(&c, worth, iterations, prices));
    }
    out->upper = fmin(out->any, out->blind);
    free(worth);
    free(prices);
    bound_columns_fini(&c);
}
