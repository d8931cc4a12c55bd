/* Which placements the clairvoyant can choose from, and the units there are for them. */
#include "simulate/bound_columns.h"

#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>

/* A deadline of three days takes three windows. A continued referral opens when its predecessor must leave,
 * which depends on where that one went: it may start within a long span. Either is cut into at most this many
 * windows, wider than the grid if need be, so that columns stay bounded; a wider window covers fewer
 * instants, which keeps the bound one. */
#define WINDOWS_MAX 4

/* From 8 o'clock a house answers in less time than at night (matching.md 5.3). */
#define QUICKER_FROM_MIN (8 * 60)

/* A continued referral opens this long before the stay it continues ends; with a yes at once the first unit
 * is free that much sooner. Kept apart from the driver's own number, as the rest here is. */
#define OPENS_BEFORE_END (48 * 60)

struct span {
    int64_t lo, hi; /* minutes, both included */
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Minutes that anybody adds up to: far beyond any horizon, far from overflow. */
#define MINUTES_MAX (INT_MAX / 4)

int bound_occupies_min(const struct sim_world *w, int i, int pool)
{
    const struct sim_referral *r = &w->referrals[i];
    int64_t stay = (int64_t)r->stay_min * w->pools[pool].stay_permille / 1000;
    return (int)least(stay + r->block_min, MINUTES_MAX);
}

bool bound_may_place(const struct sim_world *w, int i, int pool)
{
    return world_broken_rules(w, i, pool) == 0 && world_accepts(w, i, pool);
}

int bound_earliest(const struct sim_world *w, int i, int pool)
{
    const struct sim_referral *r = &w->referrals[i];
    int site = w->pools[pool].site;
    if (r->local && w->sites[site].region == r->origin)
        return r->t;
    int past_midnight = r->t % SIM_DAY;
    int morning = r->t - past_midnight + QUICKER_FROM_MIN;
    int soonest = world_answer_at(w, i, site, r->t);
    if (past_midnight > QUICKER_FROM_MIN)
        morning += SIM_DAY;
    return (int)least(soonest, world_answer_at(w, i, site, morning));
}

/* ---- when a continued referral may open ---- */

/* Shortest and longest stay of I over the pools that may take it; false = none may. */
static bool stay_range(const struct sim_world *w, int i, struct span *out)
{
    int64_t lo = INT64_MAX;
    int64_t hi = -1;
    for (int p = 0; p < w->n_pools; p++) {
        if (!bound_may_place(w, i, p))
            continue;
        int64_t stay = (int64_t)w->referrals[i].stay_min * w->pools[p].stay_permille / 1000;
        lo = stay < lo ? stay : lo;
        hi = stay > hi ? stay : hi;
    }
    *out = (struct span){least(lo, MINUTES_MAX), least(hi, MINUTES_MAX)};
    return hi >= 0;
}

/* From when to when I may be placed on time; OPENS gets the span of its opening. False = I counts as on time
 * for nothing: it may open behind the horizon, or its predecessor cannot be placed. The deadline of a
 * continued one counts from its opening. */
static bool open_span(const struct sim_world *w, int i, struct span *opens, struct span *out)
{
    const struct sim_referral *r = &w->referrals[i];
    int64_t in_time = r->deadline;
    opens[i] = (struct span){r->t, r->t};
    if (r->follows >= 0) {
        struct span stay;
        const struct sim_referral *before = &w->referrals[r->follows];
        int64_t patience = before->follows >= 0 ? before->patience : before->patience - before->t;
        if (r->follows >= i || opens[r->follows].lo < 0 || !stay_range(w, r->follows, &stay)) {
            opens[i].lo = -1;
            return false;
        }
        opens[i].lo = opens[r->follows].lo + (stay.lo > OPENS_BEFORE_END ? stay.lo - OPENS_BEFORE_END : 0);
        opens[i].lo = least(opens[i].lo, MINUTES_MAX);
        opens[i].hi = least(opens[r->follows].hi + patience, w->horizon_min) + stay.hi;
        in_time = opens[i].hi + r->deadline;
    }
    *out = (struct span){opens[i].lo, in_time};
    return r->follows < 0 || opens[i].hi < w->horizon_min;
}

/* ---- columns ---- */

static void add_column(struct bound_columns *c, int pool, struct span start, int64_t occupies)
{
    int64_t from = ceil_div(start.hi, BOUND_GRID_MIN);
    int64_t to = ceil_div(start.lo + occupies, BOUND_GRID_MIN);
    from = least(from, c->instants);
    to = least(to, c->instants);
    to = to > from ? to : from;
    size_t base = (size_t)pool * c->stride;
    MEM_GROW(c->list, c->n_columns, c->cap);
    c->list[c->n_columns++] =
        (struct bound_column){(uint32_t)(base + (size_t)from), (uint32_t)(base + (size_t)to)};
}

/* The windows of one referral in one pool. A window whose successor ends at the same instant is left out: the
 * later start holds the unit at fewer instants. */
static void add_windows(struct bound_columns *c, int pool, struct span may, int64_t occupies, int64_t window)
{
    size_t begin = c->n_columns;
    for (int64_t at = may.lo; at <= may.hi;) {
        int64_t next = (at / window + 1) * window;
        int64_t last = least(next - 1, may.hi);
        add_column(c, pool, (struct span){at, last}, occupies);
        struct bound_column *end = c->list + c->n_columns;
        if (c->n_columns >= begin + 2 && end[-2].to == end[-1].to) {
            end[-2] = end[-1];
            c->n_columns--;
        }
        at = next;
    }
}

static void add_referral(const struct sim_world *w, int i, struct span may, bool followed,
                         struct bound_columns *c)
{
    int64_t window = BOUND_GRID_MIN;
    bool continued = w->referrals[i].follows >= 0;
    while (may.hi / window - may.lo / window >= WINDOWS_MAX)
        window += BOUND_GRID_MIN;
    for (int p = 0; p < w->n_pools; p++) {
        struct span here = may;
        if (!bound_may_place(w, i, p))
            continue;
        if (!continued)
            here.lo = bound_earliest(w, i, p);
        int occupies = bound_occupies_min(w, i, p);
        if (followed)
            occupies = occupies > OPENS_BEFORE_END ? occupies - OPENS_BEFORE_END : 0;
        if (here.lo <= here.hi)
            add_windows(c, p, here, occupies, window);
    }
}

static void count_units(const struct sim_world *w, struct bound_columns *c)
{
    for (int p = 0; p < w->n_pools; p++)
        for (int b = 0; b < c->instants; b++)
            c->units[(size_t)p * c->stride + (size_t)b] = w->pools[p].units;
    for (int k = 0; k < w->n_residents; k++) {
        const struct sim_resident *r = &w->residents[k];
        for (int b = 0; b < c->instants && b * BOUND_GRID_MIN < r->end_min; b++) {
            double *units = &c->units[(size_t)r->pool * c->stride + (size_t)b];
            *units -= *units > 0 ? 1 : 0;
        }
    }
}

void bound_columns_of(const struct sim_world *w, struct bound_columns *out)
{
    struct bound_columns c = {.n = w->n_referrals};
    struct span *opens = mem_new((size_t)c.n + 1, sizeof *opens);
    struct span may = {0, 0};
    /* Who is in a unit after the last start was in it at the last start too: later instants add nothing. */
    int latest = w->horizon_min;
    for (int i = 0; i < c.n; i++)
        if (w->referrals[i].follows < 0 && w->referrals[i].deadline > latest)
            latest = w->referrals[i].deadline;
    c.instants = (int)ceil_div(latest, BOUND_GRID_MIN) + 2;
    c.stride = (size_t)c.instants + 1;
    c.slots = (size_t)w->n_pools * c.stride;
    c.units = mem_new(c.slots + 1, sizeof *c.units);
    bool *followed = mem_new((size_t)c.n + 1, sizeof *followed);
    for (int i = 0; i < c.n; i++)
        if (w->referrals[i].follows >= 0 && w->referrals[i].follows < i)
            followed[w->referrals[i].follows] = true;
    c.first = mem_new((size_t)c.n + 1, sizeof *c.first);
    c.parent = mem_new((size_t)c.n + 1, sizeof *c.parent);
    c.given = mem_new((size_t)c.n + 1, sizeof *c.given);
    count_units(w, &c);
    for (int i = 0; i < c.n; i++) {
        c.first[i] = c.n_columns;
        c.parent[i] = w->referrals[i].follows < i ? w->referrals[i].follows : -1;
        c.given[i] = !open_span(w, i, opens, &may);
        if (!c.given[i])
            add_referral(w, i, may, followed[i], &c);
    }
    c.first[c.n] = c.n_columns;
    free(followed);
    free(opens);
    *out = c;
}

void bound_columns_fini(struct bound_columns *c)
{
    free(c->first);
    free(c->list);
    free(c->units);
    free(c->parent);
    free(c->given);
    *c = (struct bound_columns){0};
}
