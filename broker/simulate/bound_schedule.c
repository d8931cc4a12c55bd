/* A clairvoyant's plan. Each unit is a lane of stays that do not overlap. First everybody, in order of
 * opening, takes the lane that costs least at the prices of the dual; then, a few rounds, who is left over
 * tries to take the place of one household that can go elsewhere. True stays, so the plan is one that could
 * be lived. */
#include "simulate/bound_schedule.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 6
#define RESIDENT (-1)

struct stay {
    int start, end;
    int who; /* referral, or RESIDENT */
};

struct lane {
    struct stay *list; /* in order of time, apart */
    size_t n, cap;
};

struct plan {
    const struct sim_world *w;
    const struct bound_columns *c;
    double *before; /* per slot: prices of the pool's instants before it */
    struct lane *lanes;
    size_t *first_lane; /* per pool, and one past the last */
    struct bound_placement *placed;
    size_t *lane_of; /* per referral */
    int *open_pools; /* pools that may take a referral, all referrals after each other */
    size_t *first_open;
};

/* ---- lanes ---- */

/* First stay of L that ends after MINUTE. */
static size_t after(const struct lane *l, int minute)
{
    size_t lo = 0;
    size_t hi = l->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (l->list[mid].end > minute)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Earliest start in LO..HI of a gap of LENGTH; -1 = none. */
static int gap(const struct lane *l, int lo, int hi, int length)
{
    size_t k = after(l, lo);
    int start = lo;
    for (; k < l->n && l->list[k].start < start + length; k++)
        start = l->list[k].end;
    return start <= hi ? start : -1;
}

static void put(struct lane *l, struct stay s)
{
    size_t k = after(l, s.start);
    MEM_GROW(l->list, l->n, l->cap);
    memmove(l->list + k + 1, l->list + k, (l->n - k) * sizeof *l->list);
    l->list[k] = s;
    l->n++;
}

static void take_out(struct lane *l, int who)
{
    size_t k = 0;
    while (k < l->n && l->list[k].who != who)
        k++;
    CHECK(k < l->n);
    l->n--;
    memmove(l->list + k, l->list + k + 1, (l->n - k) * sizeof *l->list);
}

/* ---- households ---- */

static void place(struct plan *p, int i, int pool, size_t lane, int start)
{
    int end = start + bound_occupies_min(p->w, i, pool);
    p->placed[i] = (struct bound_placement){pool, start, end};
    p->lane_of[i] = lane;
    if (end > start)
        put(&p->lanes[lane], (struct stay){start, end, i});
}

static void unplace(struct plan *p, int i)
{
    if (p->placed[i].end > p->placed[i].start)
        take_out(&p->lanes[p->lane_of[i]], i);
    p->placed[i].pool = -1;
}

static double cost(const struct plan *p, int pool, int start, int length)
{
    const struct bound_columns *c = p->c;
    size_t base = (size_t)pool * c->stride;
    int64_t from = ((int64_t)start + BOUND_GRID_MIN - 1) / BOUND_GRID_MIN;
    int64_t to = ((int64_t)start + length + BOUND_GRID_MIN - 1) / BOUND_GRID_MIN;
    from = from < c->instants ? from : c->instants;
    to = to < c->instants ? to : c->instants;
    return p->before[base + (size_t)to] - p->before[base + (size_t)from];
}

/* Put I in the cheapest free lane, of any pool but NOT. False = there is none. */
static bool place_best(struct plan *p, int i, int not )
{
    const struct sim_referral *r = &p->w->referrals[i];
    double best = 0;
    int best_pool = -1;
    int best_start = 0;
    size_t best_lane = 0;
    for (size_t k = p->first_open[i]; k < p->first_open[i + 1]; k++) {
        int pool = p->open_pools[k];
        int lo = bound_earliest(p->w, i, pool);
        int length = bound_occupies_min(p->w, i, pool);
        for (size_t lane = p->first_lane[pool]; pool != not &&lane < p->first_lane[pool + 1]; lane++) {
            int start = gap(&p->lanes[lane], lo, r->deadline, length);
            double price = start < 0 ? 0 : cost(p, pool, start, length);
            if (start >= 0 && (best_pool < 0 || price < best)) {
                best = price;
                best_pool = pool;
                best_start = start;
                best_lane = lane;
            }
        }
    }
    if (best_pool >= 0)
        place(p, i, best_pool, best_lane, best_start);
    return best_pool >= 0;
}

/* The one household in the way of [START, START + LENGTH) in L; -1 = none, a resident, or more than one. */
static int only_one_in_the_way(const struct lane *l, int start, int length)
{
    size_t k = after(l, start);
    if (k >= l->n || l->list[k].start >= start + length)
        return -1;
    if (k + 1 < l->n && l->list[k + 1].start < start + length)
        return -1;
    return l->list[k].who;
}

/* Take the place of somebody who can go elsewhere. */
static bool displace(struct plan *p, int i)
{
    for (size_t k = p->first_open[i]; k < p->first_open[i + 1]; k++) {
        int pool = p->open_pools[k];
        int lo = bound_earliest(p->w, i, pool);
        int length = bound_occupies_min(p->w, i, pool);
        for (size_t lane = p->first_lane[pool]; lane < p->first_lane[pool + 1]; lane++) {
            int other = only_one_in_the_way(&p->lanes[lane], lo, length);
            if (other < 0)
                continue;
            struct bound_placement was = p->placed[other];
            unplace(p, other);
            if (place_best(p, other, pool)) {
                place(p, i, pool, lane, lo);
                return true;
            }
            place(p, other, was.pool, lane, was.start);
        }
    }
    return false;
}

/* ---- the plan ---- */

static void plan_pools(struct plan *p)
{
    const struct sim_world *w = p->w;
    size_t n = 0;
    size_t cap = 0;
    for (int i = 0; i < w->n_referrals; i++) {
        p->first_open[i] = n;
        for (int pool = 0; pool < w->n_pools; pool++) {
            if (!bound_may_place(w, i, pool) || bound_earliest(w, i, pool) > w->referrals[i].deadline)
                continue;
            MEM_GROW(p->open_pools, n, cap);
            p->open_pools[n++] = pool;
        }
    }
    p->first_open[w->n_referrals] = n;
}

static void plan_lanes(struct plan *p)
{
    const struct sim_world *w = p->w;
    size_t n = 0;
    for (int pool = 0; pool < w->n_pools; pool++) {
        p->first_lane[pool] = n;
        n += (size_t)w->pools[pool].units;
    }
    p->first_lane[w->n_pools] = n;
    p->lanes = mem_new(n + 1, sizeof *p->lanes);
    for (int k = 0; k < w->n_residents; k++) {
        const struct sim_resident *r = &w->residents[k];
        size_t lane = p->first_lane[r->pool];
        while (lane < p->first_lane[r->pool + 1] && p->lanes[lane].n > 0)
            lane++;
        if (lane < p->first_lane[r->pool + 1] && r->end_min > 0)
            put(&p->lanes[lane], (struct stay){0, r->end_min, RESIDENT});
    }
}

static void plan_init(struct plan *p, const struct sim_world *w, const struct bound_columns *c,
                      const double *prices)
{
    *p = (struct plan){.w = w, .c = c};
    p->before = mem_new(c->slots + 1, sizeof *p->before);
    for (size_t base = 0; base < c->slots; base += c->stride)
        for (size_t b = base + 1; b < base + c->stride; b++)
            p->before[b] = p->before[b - 1] + prices[b - 1];
    p->first_lane = mem_new((size_t)w->n_pools + 1, sizeof *p->first_lane);
    p->placed = mem_new((size_t)w->n_referrals + 1, sizeof *p->placed);
    p->lane_of = mem_new((size_t)w->n_referrals + 1, sizeof *p->lane_of);
    p->first_open = mem_new((size_t)w->n_referrals + 1, sizeof *p->first_open);
    plan_pools(p);
    plan_lanes(p);
}

static void plan_fini(struct plan *p)
{
    for (size_t k = 0; k < p->first_lane[p->w->n_pools]; k++)
        free(p->lanes[k].list);
    free(p->lanes);
    free(p->first_lane);
    free(p->placed);
    free(p->lane_of);
    free(p->open_pools);
    free(p->first_open);
    free(p->before);
}

double bound_schedule(const struct sim_world *w, const struct bound_columns *c, const double *prices,
                      struct bound_placement *placed)
{
    struct plan p;
    int n = 0;
    bool better = true;
    plan_init(&p, w, c, prices);
    for (int i = 0; i < w->n_referrals; i++) {
        p.placed[i].pool = -1;
        n += place_best(&p, i, -1);
    }
    for (int round = 0; round < ROUNDS && better; round++) {
        better = false;
        for (int i = 0; i < w->n_referrals; i++) {
            if (p.placed[i].pool < 0 && (place_best(&p, i, -1) || displace(&p, i))) {
                better = true;
                n++;
            }
        }
    }
    if (placed != NULL)
        memcpy(placed, p.placed, (size_t)w->n_referrals * sizeof *placed);
    plan_fini(&p);
    return w->n_referrals > 0 ? (double)n / w->n_referrals : 0;
}
