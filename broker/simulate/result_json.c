/* One line of JSON, written by hand: this room sees no JSON library. Numbers are built from whole
 * ten-thousandths, so that no locale and no rounding of printf can change them. */
#include "simulate/result_json.h"

#include <inttypes.h>
#include <math.h>

static void add_text(struct buf *out, const char *text)
{
    buf_text(out, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            buf_format(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            buf_format(out, "\\u%04x", (unsigned)*c);
        else
            buf_format(out, "%c", *c);
    }
    buf_text(out, "\"");
}

static void add_key(struct buf *out, const char *key)
{
    if (out->len > 0 && out->p[out->len - 1] != '{')
        buf_text(out, ",");
    add_text(out, key);
    buf_text(out, ":");
}

static void add_count(struct buf *out, const char *key, int64_t value)
{
    add_key(out, key);
    buf_format(out, "%" PRId64, value);
}

/* Four decimals; below zero means that there was nobody to measure. */
static void add_figure(struct buf *out, const char *key, double value)
{
    long long parts = value < 0 ? 0 : llround(value * 10000);

    add_key(out, key);
    if (value < 0)
        buf_text(out, "null");
    else
        buf_format(out, "%lld.%04lld", parts / 10000, parts % 10000);
}

static void add_by_urgency(struct buf *out, const char *key, const double *values)
{
    static const char *const names[SIM_URGENCY_N] = {"A", "B", "C"};

    add_key(out, key);
    buf_text(out, "{");
    for (int u = 0; u < SIM_URGENCY_N; u++)
        add_figure(out, names[u], values[u]);
    buf_text(out, "}");
}

static void add_groups(struct buf *out, const struct sim_metrics *m)
{
    add_key(out, "groups");
    buf_text(out, "{");
    for (int g = 0; g < SIM_GROUP_N; g++)
        add_figure(out, sim_group_name((enum sim_group)g), m->group_on_time[g]);
    buf_text(out, "}");
    add_key(out, "groups_n");
    buf_text(out, "{");
    for (int g = 0; g < SIM_GROUP_N; g++)
        add_count(out, sim_group_name((enum sim_group)g), m->group_n[g]);
    buf_text(out, "}");
}

static void add_outcome(struct buf *out, const struct sim_metrics *m)
{
    add_count(out, "requests", m->requests);
    add_figure(out, "on_time", m->on_time_share);
    add_figure(out, "late", m->late_share);
    add_figure(out, "unmet", m->unmet_share);
    add_figure(out, "local", m->requests > 0 ? (double)m->local / m->requests : -1);
    add_count(out, "on_time_n", m->on_time);
    add_count(out, "late_n", m->late);
    add_count(out, "unmet_n", m->unmet);
    add_count(out, "local_n", m->local);
    add_figure(out, "median_hours", m->median_hours);
    add_figure(out, "p90_hours", m->p90_hours);
    add_by_urgency(out, "median_hours_urgency", m->median_hours_urgency);
    add_by_urgency(out, "on_time_urgency", m->on_time_urgency);
}

static void add_way(struct buf *out, const struct sim_metrics *m)
{
    add_figure(out, "asks_per_placement", m->asks_per_placement);
    add_figure(out, "decline_share", m->decline_share);
    add_figure(out, "expired_share", m->expired_share);
    add_figure(out, "distance_km", m->distance_km);
    add_figure(out, "fit", m->fit);
    add_figure(out, "out_of_region", m->out_of_region);
    add_figure(out, "avoidable_burn", m->avoidable_burn);
    add_figure(out, "burn_share", m->burn_share);
}

void result_json(struct buf *out, const char *policy, uint64_t seed, const struct sim_world *w,
                 const struct sim_metrics *m, const char *check, const struct sim_bound *bound)
{
    buf_text(out, "{");
    add_key(out, "policy");
    add_text(out, policy);
    add_key(out, "seed");
    buf_format(out, "%" PRIu64, seed);
    add_key(out, "scenario");
    add_text(out, w->name);
    add_outcome(out, m);
    add_way(out, m);
    add_groups(out, m);
    if (bound != NULL) {
        add_figure(out, "bound", bound->upper);
        add_figure(out, "bound_feasible", bound->feasible > 0 ? bound->feasible : -1);
    }
    add_count(out, "safety_violations", m->safety_violations);
    add_key(out, "check");
    add_text(out, check);
    buf_text(out, "}\n");
}
