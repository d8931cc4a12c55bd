/* The truth tables: per referral and pool whether the house would say yes, per referral and house how long it
 * takes to answer and to count. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

#include <stdlib.h>

/* Permille that a household is declined beyond what the house declines anyway. */
static int extra_decline(const struct sim_referral *r)
{
    int extra = 0;
    if (r->needmask & SIM_CAP_ADDICTION)
        extra += 180;
    if (r->needmask & SIM_CAP_PSYCH)
        extra += 100;
    if (world_groups(r) & 1u << SIM_G_TEEN_SON)
        extra += 60;
    if (r->status != SIM_STATUS_LEGAL)
        extra += 60;
    if (world_persons(r) >= 5)
        extra += 50;
    return extra;
}

static void draw_accepts(const struct generator *g, const int *site_decline, int referral)
{
    struct sim_world *w = g->w;
    struct draw d = draw_of(g->seed, DRAW_ACCEPTS, (uint64_t)referral);
    uint8_t *row = w->accepts + (size_t)referral * w->accept_stride;
    int extra = extra_decline(&w->referrals[referral]) + gen_par(g, SIM_PAR_DECLINE_SHIFT);

    for (int p = 0; p < w->n_pools; p++) {
        int decline = site_decline[w->pools[p].site] + extra;
        uint64_t u = ((draw_at(&d, (uint64_t)p + 1) >> 32) * 1000) >> 32;
        decline = decline < 0 ? 0 : decline > 800 ? 800 : decline;
        if ((int)u >= decline)
            row[p / 8] |= (uint8_t)(1u << (p % 8));
    }
}

void gen_truth(struct generator *g)
{
    struct sim_world *w = g->w;
    size_t sites = (size_t)w->n_sites;
    size_t n = (size_t)w->n_referrals;
    int *site_decline = mem_new(sites, sizeof *site_decline);

    for (int s = 0; s < w->n_sites; s++) {
        struct draw d = draw_of(g->seed, DRAW_HOUSE_DECLINES, (uint64_t)s);
        site_decline[s] = draw_range(&d, gen_par(g, SIM_PAR_DECLINE_LOW), gen_par(g, SIM_PAR_DECLINE_HIGH));
    }
    w->accept_stride = ((size_t)w->n_pools + 7) / 8;
    w->accepts = mem_new(n * w->accept_stride + 1, 1);
    w->answer_q = mem_new(n * sites + 1, 1);
    w->delay_q = mem_new(n * sites + 1, 1);
    for (int i = 0; i < w->n_referrals; i++) {
        struct draw answer = draw_of(g->seed, DRAW_ANSWER, (uint64_t)i);
        struct draw delay = draw_of(g->seed, DRAW_DELAY, (uint64_t)i);
        draw_accepts(g, site_decline, i);
        for (size_t s = 0; s < sites; s++) {
            w->answer_q[(size_t)i * sites + s] = (uint8_t)(draw_at(&answer, s + 1) >> 56);
            w->delay_q[(size_t)i * sites + s] = (uint8_t)(draw_at(&delay, s + 1) >> 56);
        }
    }
    free(site_decline);
}
