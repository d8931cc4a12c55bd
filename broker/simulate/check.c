/* Replays what became of everybody against the world, apart from the driver: it shares no code with drive.c,
 * truth.c or phone.c but the draw of a household that says no. Every placement must keep the rules, be
 * accepted, be answered at a moment at which the house answers some ask, and stay within the units at every
 * moment (matching.md 5.5). */
#include "simulate/drive.h"

#include "simulate/truth.h"

#include "base/mem.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct checker {
    const struct sim_world *w;
    const struct sim_result *r;
    char *why;
    size_t why_size;
};

static bool fault(const struct checker *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fault(const struct checker *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (c->why_size > 0)
        vsnprintf(c->why, c->why_size, format, args);
    va_end(args);
    return false;
}

static int64_t stay_in(const struct sim_world *w, int referral, int pool)
{
    return (int64_t)w->referrals[referral].stay_min * w->pools[pool].stay_permille / 1000;
}

static bool is_placed(const struct sim_fate *f)
{
    return f->state == SIM_ON_TIME || f->state == SIM_LATE || f->state == SIM_LOCAL;
}

/* Deadline and patience of a continued referral are counted from its opening. */
static int64_t since_opening(const struct checker *c, int i, int minute)
{
    return c->w->referrals[i].follows < 0 ? minute : (int64_t)c->r->fates[i].t_open + minute;
}

/* The referral whose unit I leaves; steps that never came were passed over. -1 = none. */
static int came_from(const struct checker *c, int i)
{
    int from = c->w->referrals[i].follows;

    while (from >= 0 && from < c->r->n && c->r->fates[from].state == SIM_NOT_COME)
        from = c->w->referrals[from].follows;
    return from < c->r->n ? from : -1;
}

/* May I be the step after FROM: a step to crisis after an emergency unit, a later step after any other? */
static bool may_continue(const struct checker *c, int i, int from)
{
    const struct sim_fate *f = &c->r->fates[from];
    bool to_crisis = (c->w->referrals[i].needmask & SIM_CAP_FOLLOW_ON) == 0;

    if (!is_placed(f) || f->pool < 0 || f->pool >= c->w->n_pools)
        return false;
    if (to_crisis)
        return c->w->pools[f->pool].emerg;
    return c->w->referrals[i].follows == from || !c->w->pools[f->pool].emerg;
}

static bool continues_right(const struct checker *c, int i)
{
    int from = came_from(c, i);
    const struct sim_fate *first = from < 0 ? NULL : &c->r->fates[from];
    int64_t open = 0;

    if (first == NULL || !may_continue(c, i, from))
        return fault(c, "referral %d: continues no stay that leads to it", i);
    open = first->t_accept + stay_in(c->w, from, first->pool) - SIM_MOVE_AHEAD_MIN;
    if (open < first->t_accept)
        open = first->t_accept;
    return c->r->fates[i].t_open == open ? true : fault(c, "referral %d: opened too early or too late", i);
}

static bool opens_right(const struct checker *c, int i)
{
    const struct sim_referral *r = &c->w->referrals[i];
    const struct sim_fate *f = &c->r->fates[i];

    if (r->follows < 0)
        return f->state != SIM_NOT_COME && f->t_open == (r->t < 0 ? 0 : r->t)
                   ? true
                   : fault(c, "referral %d: opened at another minute than it came", i);
    return f->state == SIM_NOT_COME || continues_right(c, i);
}

/* Is there an ask between the first one and the yes that SITE answers at the minute of the yes? */
static bool answers_then(const struct checker *c, int i, int site)
{
    const struct sim_fate *f = &c->r->fates[i];

    for (int asked = f->t_accept; asked >= f->t_first_ask; asked--)
        if (world_answer_at(c->w, i, site, asked) == f->t_accept)
            return true;
    return false;
}

static bool placed_right(const struct checker *c, int i)
{
    const struct sim_world *w = c->w;
    const struct sim_fate *f = &c->r->fates[i];
    const struct sim_site *site = NULL;
    unsigned broken = 0;

    if (f->pool < 0 || f->pool >= w->n_pools)
        return fault(c, "referral %d: no such pool %d", i, f->pool);
    site = &w->sites[w->pools[f->pool].site];
    broken = world_broken_rules(w, i, f->pool);
    if (broken != 0)
        return fault(c, "referral %d pool %d: breaks rules %x", i, f->pool, broken);
    if (!world_accepts(w, i, f->pool))
        return fault(c, "referral %d pool %d: the house does not accept it", i, f->pool);
    if (f->t_accept < f->t_open || f->t_accept >= since_opening(c, i, w->referrals[i].patience))
        return fault(c, "referral %d: accepted outside its time", i);
    if (f->state == SIM_LOCAL)
        return w->referrals[i].local && site->region == w->referrals[i].origin && f->t_accept == f->t_open
                   ? true
                   : fault(c, "referral %d pool %d: not a place in its own region at once", i, f->pool);
    if (truth_household_declines(w, i, f->pool))
        return fault(c, "referral %d pool %d: the household declines it", i, f->pool);
    if (f->asks < 1 || f->t_first_ask < f->t_open || !answers_then(c, i, w->pools[f->pool].site))
        return fault(c, "referral %d pool %d: no ask is answered at that minute", i, f->pool);
    if ((f->t_accept <= since_opening(c, i, w->referrals[i].deadline)) != (f->state == SIM_ON_TIME))
        return fault(c, "referral %d: on time and late are mixed up", i);
    return true;
}

/* Per referral the one that continues it and came; -1 = none. */
static int *find_next(const struct checker *c)
{
    int *next = mem_new((size_t)c->r->n, sizeof *next);

    for (int i = 0; i < c->r->n; i++)
        next[i] = -1;
    for (int i = 0; i < c->r->n; i++)
        if (c->r->fates[i].state != SIM_NOT_COME && came_from(c, i) >= 0)
            next[came_from(c, i)] = i;
    return next;
}

static bool ends_right(const struct checker *c, int i, int next)
{
    const struct sim_fate *f = &c->r->fates[i];
    int64_t block = c->w->referrals[i].block_min > 0 ? c->w->referrals[i].block_min : 0;
    int64_t end = f->t_accept + stay_in(c->w, i, f->pool);

    if (next >= 0 && is_placed(&c->r->fates[next]))
        end = c->r->fates[next].t_accept;
    else if (next >= 0 && since_opening(c, next, c->w->referrals[next].patience) > end)
        end = since_opening(c, next, c->w->referrals[next].patience);
    if (end + block >= INT_MAX)
        return true;
    return f->t_end == end + block ? true
                                   : fault(c, "referral %d: leaves at another minute than its stay says", i);
}

/* ---- units ---- */

struct change {
    int pool, minute, by; /* by -1 sorts before +1: a unit that is freed can be used in the same minute */
};

static int in_order(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;

    if (x->pool != y->pool)
        return x->pool < y->pool ? -1 : 1;
    if (x->minute != y->minute)
        return x->minute < y->minute ? -1 : 1;
    return x->by - y->by;
}

static size_t list_changes(const struct checker *c, struct change *list)
{
    size_t n = 0;

    for (int i = 0; i < c->w->n_residents; i++) {
        const struct sim_resident *one = &c->w->residents[i];

        if (one->end_min <= 0)
            continue;
        list[n++] = (struct change){one->pool, -1, 1};
        list[n++] = (struct change){one->pool, one->end_min, -1};
    }
    for (int i = 0; i < c->r->n; i++) {
        const struct sim_fate *f = &c->r->fates[i];

        if (!is_placed(f) || f->t_end <= f->t_accept)
            continue;
        list[n++] = (struct change){f->pool, f->t_accept, 1};
        list[n++] = (struct change){f->pool, f->t_end, -1};
    }
    return n;
}

static bool within_units(const struct checker *c)
{
    size_t most = 2 * ((size_t)c->w->n_residents + (size_t)c->r->n);
    struct change *list = mem_new(most, sizeof *list);
    size_t n = list_changes(c, list);
    bool fine = true;
    int in_use = 0;

    qsort(list, n, sizeof *list, in_order);
    for (size_t i = 0; fine && i < n; i++) {
        in_use = (i > 0 && list[i - 1].pool == list[i].pool ? in_use : 0) + list[i].by;
        if (in_use > c->w->pools[list[i].pool].units)
            fine = fault(c, "pool %d: %d units in use of %d at minute %d", list[i].pool, in_use,
                         c->w->pools[list[i].pool].units, list[i].minute);
    }
    free(list);
    return fine;
}

static bool fates_right(const struct checker *c)
{
    int *next = find_next(c);
    bool fine = true;

    for (int i = 0; fine && i < c->r->n; i++) {
        const struct sim_fate *f = &c->r->fates[i];

        fine = opens_right(c, i);
        if (fine && is_placed(f))
            fine = placed_right(c, i) && ends_right(c, i, next[i]);
        else if (fine && f->pool >= 0)
            fine = fault(c, "referral %d: not placed, but in pool %d", i, f->pool);
    }
    free(next);
    return fine;
}

bool result_check(const struct sim_world *w, const struct sim_result *r, char *why, size_t why_size)
{
    struct checker c = {w, r, why, why_size};

    if (why_size > 0)
        why[0] = '\0';
    if (r->n != w->n_referrals)
        return fault(&c, "%d fates of %d referrals", r->n, w->n_referrals);
    return fates_right(&c) && within_units(&c);
}
