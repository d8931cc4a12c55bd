/* What a year came to (matching.md 2.2): shares are of all referrals that opened; on time includes those
 * placed in their own region. Distance, fit, region and use of scarce kinds are of all placements; times and
 * asks of placements through the exchange. */
#include "simulate/drive.h"

#include "base/mem.h"

#include <stdlib.h>

#define NOBODY (-1.0)

struct sums {                        /* while counting */
    int *minutes[SIM_URGENCY_N + 1]; /* to a yes, per urgency and of all */
    int n_minutes[SIM_URGENCY_N + 1];
    int came[SIM_URGENCY_N], in_time[SIM_URGENCY_N];
    int group_in_time[SIM_GROUP_N];
    int placed, scarce, burnt, avoidable, elsewhere;
    int64_t km, fit;
};

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NOBODY;
}

static int by_size(const void *a, const void *b)
{
    int x = *(const int *)a;
    int y = *(const int *)b;

    return x < y ? -1 : x > y;
}

/* In hours; the smallest value that PERMILLE of the N sorted minutes do not exceed, and for the median of an
 * even number the middle of two. */
static double quantile_hours(const int *minutes, int n, int permille)
{
    int at = (int)(((int64_t)n * permille + 999) / 1000) - 1;

    if (n == 0)
        return NOBODY;
    if (permille == 500 && n % 2 == 0)
        return ((double)minutes[at] + minutes[at + 1]) / 2 / 60;
    return (double)minutes[at] / 60;
}

/* How well the place fits, 0..1000 (matching.md 3.2), from the facts of the world. */
static int fit_of(const struct sim_world *w, int referral, int pool)
{
    const struct sim_referral *r = &w->referrals[referral];
    const struct sim_pool *p = &w->pools[pool];
    const struct sim_site *s = &w->sites[p->site];
    int to_anchor = world_km(w, r->anchor, p->site);
    int to_threat = world_km(w, r->origin, p->site);
    int fit = 1000;

    if (r->sec == 0) {
        fit -= 400 * (to_anchor < 100 ? to_anchor : 100) / 100;
        fit -= s->region == r->origin ? 0 : 120;
    } else {
        fit -= 200 * (to_threat < 70 ? 70 - to_threat : 0) / 70;
        fit -= 200 * (to_anchor < 180 ? to_anchor : 180) / 180;
    }
    if ((s->langmask >> r->lang & 1) == 0)
        fit -= 180;
    if ((r->softmask & ~s->capmask) != 0)
        fit -= 150;
    if (p->emerg)
        fit -= 150;
    return fit < 0 ? 0 : fit;
}

static bool is_scarce(enum sim_kind kind)
{
    return kind == SIM_COSM || kind == SIM_OMM || kind == SIM_SECURE;
}

static void count_place(const struct sim_world *w, const struct sim_fate *fate, int referral, struct sums *s)
{
    const struct sim_referral *r = &w->referrals[referral];
    int site = w->pools[fate->pool].site;

    s->placed++;
    s->km += world_km(w, r->anchor, site);
    s->fit += fit_of(w, referral, fate->pool);
    s->elsewhere += w->sites[site].region != r->origin;
    if (is_scarce(w->sites[site].kind)) {
        s->scarce++;
        s->burnt += fate->tier;
        s->avoidable += fate->avoidable;
    }
}

static void count_wait(const struct sim_fate *fate, enum sim_urgency urg, struct sums *s)
{
    int minutes = fate->t_accept - fate->t_open;

    s->minutes[urg][s->n_minutes[urg]++] = minutes;
    s->minutes[SIM_URGENCY_N][s->n_minutes[SIM_URGENCY_N]++] = minutes;
}

static void count_referral(const struct sim_world *w, const struct sim_fate *fate, int referral,
                           struct sim_metrics *m, struct sums *s)
{
    const struct sim_referral *r = &w->referrals[referral];
    bool in_time = fate->state == SIM_ON_TIME || fate->state == SIM_LOCAL;
    unsigned groups = world_groups(r);

    m->requests++;
    m->on_time += in_time;
    m->late += fate->state == SIM_LATE;
    m->unmet += fate->state == SIM_UNMET;
    m->local += fate->state == SIM_LOCAL;
    s->came[r->urg]++;
    s->in_time[r->urg] += in_time;
    for (int g = 0; g < SIM_GROUP_N; g++) {
        if ((groups >> g & 1) == 0)
            continue;
        m->group_n[g]++;
        s->group_in_time[g] += in_time;
    }
    if (fate->pool >= 0)
        count_place(w, fate, referral, s);
    if (fate->state == SIM_ON_TIME || fate->state == SIM_LATE)
        count_wait(fate, r->urg, s);
}

static void conclude(const struct sim_result *r, struct sums *s, struct sim_metrics *m)
{
    int through_exchange = s->n_minutes[SIM_URGENCY_N];

    for (int u = 0; u <= SIM_URGENCY_N; u++)
        qsort(s->minutes[u], (size_t)s->n_minutes[u], sizeof *s->minutes[u], by_size);
    m->on_time_share = share(m->on_time, m->requests);
    m->late_share = share(m->late, m->requests);
    m->unmet_share = share(m->unmet, m->requests);
    m->median_hours = quantile_hours(s->minutes[SIM_URGENCY_N], through_exchange, 500);
    m->p90_hours = quantile_hours(s->minutes[SIM_URGENCY_N], through_exchange, 900);
    for (int u = 0; u < SIM_URGENCY_N; u++) {
        m->median_hours_urgency[u] = quantile_hours(s->minutes[u], s->n_minutes[u], 500);
        m->on_time_urgency[u] = share(s->in_time[u], s->came[u]);
    }
    m->asks_per_placement = share((double)r->asks, through_exchange);
    m->distance_km = share((double)s->km, s->placed);
    m->fit = share((double)s->fit / 1000, s->placed);
    m->out_of_region = share(s->elsewhere, s->placed);
    m->avoidable_burn = share(s->avoidable, s->scarce);
    m->burn_share = share(s->burnt, s->scarce);
    m->decline_share = share((double)r->declines, (double)r->asks);
    m->expired_share = share((double)r->expired, (double)r->asks);
    for (int g = 0; g < SIM_GROUP_N; g++)
        m->group_on_time[g] = share(s->group_in_time[g], m->group_n[g]);
    m->safety_violations = r->safety_violations;
}

void metrics_of(const struct sim_world *w, const struct sim_result *r, struct sim_metrics *out)
{
    struct sums s = {0};

    *out = (struct sim_metrics){0};
    for (int u = 0; u <= SIM_URGENCY_N; u++)
        s.minutes[u] = mem_new((size_t)r->n, sizeof *s.minutes[u]);
    for (int i = 0; i < r->n; i++)
        if (r->fates[i].state != SIM_NOT_COME)
            count_referral(w, &r->fates[i], i, out, &s);
    conclude(r, &s, out);
    for (int u = 0; u <= SIM_URGENCY_N; u++)
        free(s.minutes[u]);
}
