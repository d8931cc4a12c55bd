/* Who is really where; see truth.h. A unit is in use from the yes until the household has left and the unit
 * is no longer blocked. A household that moves on leaves its first house when the next one says yes or its
 * patience is over. */
#include "simulate/truth.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/rng.h"

#include <limits.h>
#include <stdlib.h>

#define DRAW_HOUSEHOLD 0x686f757365ull /* "house": keeps this draw apart from those of the generator */

int truth_minute(int64_t minute)
{
    return minute > INT_MAX ? INT_MAX : minute < 0 ? 0 : (int)minute;
}

uint64_t truth_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
    return rng_mix(rng_mix(rng_mix(rng_mix(seed) ^ a) ^ b) ^ c);
}

bool truth_household_declines(const struct sim_world *w, int referral, int pool)
{
    return truth_draw(w->wseed, DRAW_HOUSEHOLD, (uint64_t)referral, (uint64_t)pool) % 1000 <
           (uint64_t)w->households_decline_permille;
}

int truth_deadline(const struct sim_world *w, const struct sim_result *r, int referral)
{
    const struct sim_referral *one = &w->referrals[referral];

    if (one->follows < 0)
        return one->deadline;
    return truth_minute((int64_t)r->fates[referral].t_open + one->deadline);
}

int truth_tier(const struct sim_world *w, int referral, int pool)
{
    enum sim_kind kind = w->sites[w->pools[pool].site].kind;

    if (kind != SIM_COSM && kind != SIM_OMM && kind != SIM_SECURE)
        return 0;
    return world_needs_tier1(&w->referrals[referral], kind) ? 0 : 1;
}

bool truth_is_free(const struct truth *t, int pool)
{
    return t->occupied[pool] < t->w->pools[pool].units;
}

/* ---- begin and end ---- */

static void put_residents(struct truth *t)
{
    const struct sim_world *w = t->w;

    for (int i = 0; i < w->n_residents; i++) {
        if (w->residents[i].end_min <= 0 || !truth_is_free(t, w->residents[i].pool))
            continue;
        t->occupied[w->residents[i].pool]++;
        events_push(&t->events, w->residents[i].end_min, SIM_EV_RESIDENT, i);
    }
}

static void put_referrals(struct truth *t)
{
    const struct sim_world *w = t->w;

    for (int i = 0; i < w->n_referrals; i++)
        t->next[i] = t->before[i] = -1;
    for (int i = 0; i < w->n_referrals; i++) {
        const struct sim_referral *r = &w->referrals[i];
        struct sim_fate *fate = &t->out->fates[i];

        *fate = (struct sim_fate){SIM_UNMET, r->t, -1, -1, -1, 0, -1, 0, false};
        if (r->follows < 0) {
            events_push(&t->events, truth_minute(r->t), SIM_EV_ARRIVAL, i);
            t->undecided++;
            continue;
        }
        fate->state = SIM_NOT_COME;
        fate->t_open = -1;
        if (r->follows < w->n_referrals && t->next[r->follows] < 0)
            t->next[r->follows] = i;
    }
}

void truth_init(struct truth *t, const struct sim_world *w, struct sim_result *out)
{
    *out = (struct sim_result){.n = w->n_referrals};
    out->fates = mem_new((size_t)w->n_referrals, sizeof *out->fates);
    *t = (struct truth){.w = w, .out = out};
    t->occupied = mem_new((size_t)w->n_pools, sizeof *t->occupied);
    t->next = mem_new((size_t)w->n_referrals, sizeof *t->next);
    t->before = mem_new((size_t)w->n_referrals, sizeof *t->before);
    t->stage = mem_new((size_t)w->n_referrals, sizeof *t->stage);
    put_residents(t);
    put_referrals(t);
}

void truth_fini(struct truth *t)
{
    events_fini(&t->events);
    free(t->occupied);
    free(t->next);
    free(t->before);
    free(t->stage);
    *t = (struct truth){0};
}

void result_fini(struct sim_result *r)
{
    free(r->fates);
    *r = (struct sim_result){0};
}

bool truth_next(struct truth *t, struct sim_event *out)
{
    return t->undecided > 0 && events_pop(&t->events, out);
}

/* ---- what happens to a household ---- */

static int stay_of(const struct sim_world *w, int referral, int pool)
{
    return truth_minute((int64_t)w->referrals[referral].stay_min * w->pools[pool].stay_permille / 1000);
}

static void leave_at(struct truth *t, int referral, int minute)
{
    int block = t->w->referrals[referral].block_min;

    t->out->fates[referral].t_end = truth_minute((int64_t)minute + (block > 0 ? block : 0));
    events_push(&t->events, minute, SIM_EV_LEAVE, referral);
}

/* The step after REFERRAL when it is placed in POOL, -1 = none: a step to crisis only follows an emergency
 * unit and is else passed over (world.h). */
static int step_after(const struct truth *t, int referral, int pool)
{
    int next = t->next[referral];

    while (next >= 0 && (t->w->referrals[next].needmask & SIM_CAP_FOLLOW_ON) == 0 && !t->w->pools[pool].emerg)
        next = t->next[next];
    return next;
}

/* True if a continuation of REFERRAL will open; it then decides when the household leaves. */
static bool moves_on(struct truth *t, int referral, int pool, int now, int end)
{
    int next = step_after(t, referral, pool);
    int open = 0;

    if (next < 0)
        return false;
    open = truth_minute((int64_t)end - SIM_MOVE_AHEAD_MIN);
    if (open < now)
        open = now;
    if (open >= t->w->horizon_min)
        return false;
    t->before[next] = referral;
    events_push(&t->events, open, SIM_EV_ARRIVAL, next);
    t->undecided++;
    return true;
}

void truth_place(struct truth *t, int referral, int pool, int now, enum sim_state state)
{
    struct sim_fate *fate = &t->out->fates[referral];
    int end = truth_minute((int64_t)now + stay_of(t->w, referral, pool));

    CHECK(truth_is_free(t, pool) && t->stage[referral] != SIM_DONE);
    t->occupied[pool]++;
    t->stage[referral] = SIM_DONE;
    t->undecided--;
    fate->state = state;
    fate->t_accept = now;
    fate->pool = pool;
    fate->tier = truth_tier(t->w, referral, pool);
    if (!moves_on(t, referral, pool, now, end))
        leave_at(t, referral, end);
    if (t->before[referral] >= 0)
        leave_at(t, t->before[referral], now);
}

void truth_give_up(struct truth *t, int referral, int now)
{
    int before = t->before[referral];

    t->stage[referral] = SIM_DONE;
    t->undecided--;
    if (before >= 0) {
        const struct sim_fate *first = &t->out->fates[before];
        int end = truth_minute((int64_t)first->t_accept + stay_of(t->w, before, first->pool));

        leave_at(t, before, end > now ? end : now);
    }
}

int truth_resident_leaves(struct truth *t, int resident)
{
    int pool = t->w->residents[resident].pool;

    t->occupied[pool]--;
    return pool;
}

bool truth_leave(struct truth *t, int referral, int now)
{
    int block = t->w->referrals[referral].block_min;

    if (block <= 0) {
        t->occupied[t->out->fates[referral].pool]--;
        return true;
    }
    events_push(&t->events, truth_minute((int64_t)now + block), SIM_EV_UNBLOCK, referral);
    return false;
}

void truth_unblock(struct truth *t, int referral)
{
    t->occupied[t->out->fates[referral].pool]--;
}

/* The first pool of SITE that takes REFERRAL now, -1 = none. */
static int local_pool(const struct truth *t, int referral, int site, const int *holds)
{
    const struct sim_world *w = t->w;

    for (int p = 0; p < w->n_pools; p++) {
        if (w->pools[p].site != site || t->occupied[p] + (holds == NULL ? 0 : holds[p]) >= w->pools[p].units)
            continue;
        if (world_broken_rules(w, referral, p) == 0 && world_accepts(w, referral, p))
            return p;
    }
    return -1;
}

static bool place_locally(struct truth *t, int referral, int now, const int *holds)
{
    const struct sim_world *w = t->w;

    for (int site = 0; site < w->n_sites; site++) {
        int pool = -1;

        if (w->sites[site].region == w->referrals[referral].origin)
            pool = local_pool(t, referral, site, holds);
        if (pool >= 0) {
            truth_place(t, referral, pool, now, SIM_LOCAL);
            return true;
        }
    }
    return false;
}

bool truth_open(struct truth *t, int referral, int now, const int *holds)
{
    const struct sim_referral *r = &t->w->referrals[referral];
    struct sim_fate *fate = &t->out->fates[referral];
    int patience = r->patience;

    fate->state = SIM_UNMET;
    fate->t_open = now;
    if (r->local && place_locally(t, referral, now, holds))
        return false;
    t->stage[referral] = SIM_OPEN;
    if (r->follows >= 0)
        patience = truth_minute((int64_t)now + r->patience);
    events_push(&t->events, patience > now ? patience : now, SIM_EV_GIVE_UP, referral);
    return true;
}
