/* Draw a world from parameters and a seed. The parts are in generate_*.c; the order here is the order in
 * which they need each other. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define YEAR (365 * SIM_DAY)

/* Every parameter goes in the file, for the record; a drawn world can be drawn again from them. */
static void note_parameters(struct sim_world *w, const struct sim_params *par)
{
    w->pars = mem_new(SIM_PAR_N, sizeof *w->pars);
    for (int i = 0; i < SIM_PAR_N; i++) {
        snprintf(w->pars[i].key, sizeof w->pars[i].key, "%s", sim_param_row((enum sim_param)i)->key);
        w->pars[i].value = par->v[i];
    }
    w->n_pars = SIM_PAR_N;
    w->households_decline_permille = par->v[SIM_PAR_HOUSEHOLD_DECLINES];
}

/* Log-normal, sigma 0.7, in permille of the median. */
static void note_quantiles(struct sim_world *w)
{
    for (int i = 0; i < SIM_QUANTILES; i++)
        w->quantiles[i] = (int)((draw_exp((int64_t)draw_normal_table(i) * 7 / 10) + 500) / 1000);
}

enum err world_draw(const struct sim_world *params, uint64_t seed, struct sim_world *out, char *why,
                    size_t why_size)
{
    struct sim_params par;
    struct sim_world w = {0};
    struct generator g = {.w = &w, .par = &par, .seed = seed, .stay_mean = draw_lognormal_mean(800)};
    enum err e = sim_params_resolve(params, seed, &par, why, why_size);

    if (e != OK)
        return e;
    memcpy(w.name, params->name, sizeof w.name);
    w.name[sizeof w.name - 1] = '\0';
    w.horizon_min = params->horizon_min > 0 ? params->horizon_min : YEAR;
    if (w.horizon_min > SIM_HORIZON_MAX) {
        snprintf(why, why_size, "the horizon is over %d minutes", SIM_HORIZON_MAX);
        return ERR_BAD_INPUT;
    }
    w.wseed = seed;
    w.sseed = seed;
    w.reference = (struct sim_reference){-1, -1, -1, -1};
    note_parameters(&w, &par);
    note_quantiles(&w);
    gen_regions(&w);
    gen_network(&g);
    if (gen_stream(&g) != OK) {
        snprintf(why, why_size, "these parameters give more referrals than a world may hold");
        world_fini(&w);
        return ERR_BAD_INPUT;
    }
    gen_residents(&g);
    gen_truth(&g);
    *out = w;
    return OK;
}
