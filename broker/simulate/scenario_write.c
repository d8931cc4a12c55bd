/* Write a world as a scenario file, OPVSCN 1 (matching.md 5.2; schema/scenarios/README.md). What is written
 * is read back as the same world, and written again as the same bytes. */
#include "simulate/scenario_records.h"

#include <inttypes.h>

static void write_hex(struct buf *out, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *to = buf_extend(out, 2 * n);
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = (uint8_t)digits[p[i] >> 4];
        to[2 * i + 1] = (uint8_t)digits[p[i] & 15];
    }
}

static void write_network(const struct sim_world *w, struct buf *out)
{
    for (int i = 0; i < w->n_regions; i++) {
        buf_text(out, "R");
        record_write_region(out, i, &w->regions[i]);
        buf_text(out, "\n");
    }
    for (int i = 0; i < w->n_sites; i++) {
        buf_text(out, "S");
        record_write_site(out, i, &w->sites[i]);
        buf_format(out, "\t%d\t%d\n", w->sites[i].respmed_min, w->sites[i].delaymed_min);
    }
    for (int i = 0; i < w->n_pools; i++) {
        buf_text(out, "P");
        record_write_pool(out, i, &w->pools[i]);
        buf_format(out, "\t%d\n", w->pools[i].stay_permille);
    }
    for (int i = 0; i < w->n_residents; i++)
        buf_format(out, "O\t%d\t%d\n", w->residents[i].pool, w->residents[i].end_min);
    buf_text(out, "Q");
    for (int i = 0; i < SIM_QUANTILES; i++)
        buf_format(out, "\t%d", w->quantiles[i]);
    buf_text(out, "\n");
}

static void write_table(struct buf *out, char kind, int id, const uint8_t *row, size_t n)
{
    buf_format(out, "%c\t%d\t", kind, id);
    write_hex(out, row, n);
    buf_text(out, "\n");
}

static void write_hidden(const struct sim_world *w, struct buf *out)
{
    size_t sites = (size_t)w->n_sites;
    for (int i = 0; i < w->n_referrals; i++) {
        const struct sim_referral *r = &w->referrals[i];
        buf_format(out, "H\t%d\t%d\t%d\t%d\t%d\n", r->id, r->local, r->stay_min, r->block_min, r->ghost);
    }
    for (int i = 0; i < w->n_referrals; i++) {
        if (w->referrals[i].follows >= 0)
            buf_format(out, "F\t%d\t%d\n", w->referrals[i].id, w->referrals[w->referrals[i].follows].id);
    }
    for (int i = 0; i < w->n_referrals; i++) {
        int id = w->referrals[i].id;
        write_table(out, 'D', id, w->accepts + (size_t)i * w->accept_stride, w->accept_stride);
        write_table(out, 'W', id, w->answer_q + (size_t)i * sites, sites);
        write_table(out, 'Y', id, w->delay_q + (size_t)i * sites, sites);
    }
}

void world_write(const struct sim_world *w, struct buf *out)
{
    const struct sim_reference *x = &w->reference;

    buf_format(out, "OPVSCN\t1\t%s\t%d\t%" PRIu64 "\t%" PRIu64 "\n", w->name, w->horizon_min, w->wseed,
               w->sseed);
    for (size_t i = 0; i < w->n_pars; i++)
        buf_format(out, "PAR\t%s\t%" PRId64 "\n", w->pars[i].key, w->pars[i].value);
    if (world_is_drawn(w)) {
        write_network(w, out);
        for (int i = 0; i < w->n_referrals; i++) {
            buf_text(out, "A");
            record_write_referral(out, &w->referrals[i]);
            buf_text(out, "\n");
        }
        write_hidden(w, out);
    }
    if (x->ub_permille >= 0 || x->lb_permille >= 0 || x->firstfit_permille >= 0 ||
        x->firstfit_unmet_permille >= 0)
        buf_format(out, "X\t%d\t%d\t%d\t%d\n", x->ub_permille, x->lb_permille, x->firstfit_permille,
                   x->firstfit_unmet_permille);
}
