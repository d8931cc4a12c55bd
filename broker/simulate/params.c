/* The table of generator parameters, and what a scenario makes of it. */
#include "simulate/params.h"

#include "base/mem.h"
#include "simulate/generate_draw.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct sim_param_row rows[SIM_PAR_N] = {
#define SIM_PARAM_ROW(name, key, def, lo, hi, meaning) {key, def, lo, hi, meaning},
    SIM_PARAMS(SIM_PARAM_ROW)
#undef SIM_PARAM_ROW
};

const struct sim_param_row *sim_param_row(enum sim_param p)
{
    return &rows[p];
}

/* The ranges of the mixed set, matching.md 5.2. The surge is there or not, half of the seeds each. */
static const struct mixed_range {
    enum sim_param par;
    int lo, hi;
} mixed[] = {
    {SIM_PAR_LOAD, 850, 1080},    {SIM_PAR_LOCAL, 0, 400},          {SIM_PAR_DECLINE_SHIFT, -30, 150},
    {SIM_PAR_DELAY, 60, 1440},    {SIM_PAR_GHOST, 100, 600},        {SIM_PAR_BLOCK, 100, 500},
    {SIM_PAR_SPECIAL, 600, 1300}, {SIM_PAR_SITES, 80, 200},         {SIM_PAR_ANSWER, 700, 3000},
    {SIM_PAR_H24, 200, 600},      {SIM_PAR_UNDOCUMENTED, 120, 300}, {SIM_PAR_WHEELCHAIR, 60, 140},
    {SIM_PAR_SEASON, 0, 250},     {SIM_PAR_STAY, 40, 80},
};

static void draw_mixed(uint64_t seed, struct sim_params *p)
{
    struct draw d = draw_of(seed, DRAW_PARAMETERS, 0);
    for (size_t i = 0; i < COUNT_OF(mixed); i++)
        p->v[mixed[i].par] = draw_range(&d, mixed[i].lo, mixed[i].hi);
    p->v[SIM_PAR_SURGE] = draw_chance(&d, 500) ? 800 : 0;
}

static int row_of(const char *key)
{
    for (int i = 0; i < SIM_PAR_N; i++) {
        if (strcmp(rows[i].key, key) == 0)
            return i;
    }
    return -1;
}

/* What the rows cannot say: bounds that belong together. */
static const char *crossed(const struct sim_params *p)
{
    static const enum sim_param rare[] = {SIM_PAR_SITES_COSM,      SIM_PAR_SITES_OMM,
                                          SIM_PAR_SITES_SECURE,    SIM_PAR_SITES_MEN,
                                          SIM_PAR_SITES_FOLLOW_ON, SIM_PAR_SITES_SPECIALIST};
    const int *v = p->v;
    int others = 0;
    if (v[SIM_PAR_DECLINE_LOW] > v[SIM_PAR_DECLINE_HIGH])
        return "decline_low is above decline_high";
    if (v[SIM_PAR_SITE_STAY_LOW] > v[SIM_PAR_SITE_STAY_HIGH])
        return "site_stay_low is above site_stay_high";
    if (v[SIM_PAR_URGENT_A] + v[SIM_PAR_URGENT_B] > 1000)
        return "urgent_a and urgent_b are over 1000 together";
    for (size_t i = 0; i < COUNT_OF(rare); i++)
        others += v[rare[i]] > 0 ? v[rare[i]] : 0;
    if (others > v[SIM_PAR_SITES] / 2)
        return "the houses of rare kinds (sites_*) are over half of sites";
    return NULL;
}

enum err sim_params_resolve(const struct sim_world *w, uint64_t seed, struct sim_params *out, char *why,
                            size_t why_size)
{
    struct sim_params p;
    const char *fault = NULL;

    for (int i = 0; i < SIM_PAR_N; i++)
        p.v[i] = (int)rows[i].def;
    for (size_t i = 0; i < w->n_pars; i++) {
        int at = row_of(w->pars[i].key);
        int64_t value = w->pars[i].value;
        if (at < 0) {
            snprintf(why, why_size, "no parameter is called '%s'", w->pars[i].key);
            return ERR_BAD_INPUT;
        }
        if (value < rows[at].lo || value > rows[at].hi) {
            snprintf(why, why_size, "parameter %s is %" PRId64 ", not within %" PRId64 " and %" PRId64,
                     rows[at].key, value, rows[at].lo, rows[at].hi);
            return ERR_BAD_INPUT;
        }
        p.v[at] = (int)value;
    }
    if (p.v[SIM_PAR_MIXED] == 1)
        draw_mixed(seed, &p);
    fault = crossed(&p);
    if (fault != NULL) {
        snprintf(why, why_size, "%s", fault);
        return ERR_BAD_INPUT;
    }
    *out = p;
    return OK;
}
