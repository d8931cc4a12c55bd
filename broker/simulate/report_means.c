/* Means over years, and what a policy comes to against the baseline in the same years. */
#include "simulate/report_means.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mean {
    double sum;
    size_t n;
};

static void mean_add(struct mean *m, double v)
{
    if (isfinite(v) && v >= 0) {
        m->sum += v;
        m->n++;
    }
}

static double mean_value(const struct mean *m)
{
    return m->n > 0 ? m->sum / (double)m->n : -1;
}

static bool row_is_of(const struct report_row *r, const char *scenario, const char *policy)
{
    return strcmp(r->scenario, scenario) == 0 && strcmp(r->policy, policy) == 0;
}

/* Mean of the double at OFFSET in the metrics. */
static double mean_of(const struct report_row *rows, size_t n, const char *scenario, const char *policy,
                      size_t offset)
{
    struct mean m = {0};
    for (size_t i = 0; i < n; i++) {
        double v = 0;
        if (!row_is_of(&rows[i], scenario, policy))
            continue;
        memcpy(&v, (const char *)&rows[i].metrics + offset, sizeof v);
        mean_add(&m, v);
    }
    return mean_value(&m);
}

static const struct report_row *baseline_of(const struct report_row *rows, size_t n,
                                            const struct report_row *r)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].seed == r->seed && row_is_of(&rows[i], r->scenario, REPORT_BASELINE))
            return &rows[i];
    return NULL;
}

static void compare(const struct report_row *rows, size_t n, const char *scenario, struct report_policy *p)
{
    struct mean fail = {0};
    struct mean unmet = {0};
    struct mean fail_base = {0};
    struct mean unmet_base = {0};
    for (size_t i = 0; i < n; i++) {
        const struct report_row *base = baseline_of(rows, n, &rows[i]);
        if (base == NULL || !row_is_of(&rows[i], scenario, p->policy))
            continue;
        mean_add(&fail, 1 - rows[i].metrics.on_time_share);
        mean_add(&fail_base, 1 - base->metrics.on_time_share);
        mean_add(&unmet, rows[i].metrics.unmet_share);
        mean_add(&unmet_base, base->metrics.unmet_share);
        p->seeds_shared++;
        p->seeds_better += rows[i].metrics.on_time_share > base->metrics.on_time_share;
    }
    p->not_on_time_ratio = fail_base.sum > 0 ? fail.sum / fail_base.sum : -1;
    p->unmet_ratio = unmet_base.sum > 0 ? unmet.sum / unmet_base.sum : -1;
}

static void hold_to_bound(const struct report_row *rows, size_t n, const char *scenario,
                          struct report_policy *p)
{
    struct mean bound = {0};
    struct mean on_time = {0};
    for (size_t i = 0; i < n; i++) {
        if (!row_is_of(&rows[i], scenario, p->policy) || !(rows[i].bound >= 0))
            continue;
        mean_add(&bound, rows[i].bound);
        mean_add(&on_time, rows[i].metrics.on_time_share);
    }
    p->bound = mean_value(&bound);
    p->bound_share = bound.sum > 0 ? on_time.sum / bound.sum : -1;
}

static void policy_means(const struct report_row *rows, size_t n, const char *scenario,
                         struct report_policy *p)
{
#define MEAN(field) mean_of(rows, n, scenario, p->policy, offsetof(struct sim_metrics, field))
    p->on_time = MEAN(on_time_share);
    p->late = MEAN(late_share);
    p->unmet = MEAN(unmet_share);
    p->median_hours = MEAN(median_hours);
    p->p90_hours = MEAN(p90_hours);
    p->asks = MEAN(asks_per_placement);
    p->km = MEAN(distance_km);
    p->fit = MEAN(fit);
    p->burn = MEAN(avoidable_burn);
#undef MEAN
    for (int g = 0; g < SIM_GROUP_N; g++)
        p->group[g] = mean_of(rows, n, scenario, p->policy,
                              offsetof(struct sim_metrics, group_on_time) + (size_t)g * sizeof(double));
    hold_to_bound(rows, n, scenario, p);
    compare(rows, n, scenario, p);
}

static struct report_scenario *scenario_of(struct report_means *m, const char *scenario)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->list[i].scenario, scenario) == 0)
            return &m->list[i];
    MEM_GROW(m->list, m->n, m->cap);
    m->list[m->n] = (struct report_scenario){.scenario = scenario};
    return &m->list[m->n++];
}

static struct report_policy *policy_of(struct report_scenario *s, const struct report_row *r)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->policies[i].policy, r->policy) == 0)
            return &s->policies[i];
    MEM_GROW(s->policies, s->n, s->cap);
    s->policies[s->n] =
        (struct report_policy){.policy = r->policy, .title = r->title != NULL ? r->title : r->policy};
    return &s->policies[s->n++];
}

/* The years of a scenario, and the mean of their bounds; a year counts once whatever its policies. */
static void count_years(const struct report_row *rows, size_t n, struct report_scenario *s)
{
    struct mean bound = {0};
    for (size_t i = 0; i < n; i++) {
        bool seen = strcmp(rows[i].scenario, s->scenario) != 0;
        for (size_t k = 0; k < i && !seen; k++)
            seen = rows[k].seed == rows[i].seed && strcmp(rows[k].scenario, s->scenario) == 0;
        if (seen)
            continue;
        s->years++;
        mean_add(&bound, rows[i].bound);
    }
    s->bound = mean_value(&bound);
}

void report_means_of(const struct report_row *rows, size_t n, struct report_means *out)
{
    *out = (struct report_means){0};
    for (size_t i = 0; i < n; i++)
        policy_of(scenario_of(out, rows[i].scenario), &rows[i])->n++;
    for (size_t i = 0; i < out->n; i++) {
        struct report_scenario *s = &out->list[i];
        count_years(rows, n, s);
        for (size_t k = 0; k < s->n; k++)
            policy_means(rows, n, s->scenario, &s->policies[k]);
    }
}

void report_means_fini(struct report_means *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->list[i].policies);
    free(m->list);
    *m = (struct report_means){0};
}

void report_number(struct buf *out, double v, int decimals)
{
    if (isfinite(v) && v >= 0)
        buf_format(out, "%.*f", decimals, v);
    else
        buf_text(out, "–");
}

void report_share(struct buf *out, double share)
{
    report_number(out, share * 100, 1);
}
