#include "report/supply.h"

#include "base/mem.h"
#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

void supply_add(struct supply_count *t, const struct pool_kept *p, const struct pool_view *v)
{
    const struct believed *o = v->latest;
    int64_t total = o != NULL && o->total != UNITS_UNKNOWN ? o->total : p->units_total;

    t->pools++;
    t->total += total;
    if (o == NULL)
        return;
    t->fresh += v->freshness == FRESH;
    if (v->freshness != NOT_KNOWN && (t->observed_at_ms == 0 || o->observed_at_ms < t->observed_at_ms))
        t->observed_at_ms = o->observed_at_ms;
    int64_t out = o->out_of_order == UNITS_UNKNOWN ? 0 : o->out_of_order;
    int64_t occupied = o->occupied;
    if (occupied == UNITS_UNKNOWN && o->free != UNITS_UNKNOWN)
        occupied = total - o->free - out;
    if (occupied == UNITS_UNKNOWN || occupied < 0)
        return;
    t->known += total;
    t->occupied += occupied < total ? occupied : total;
    if (v->offerable != UNITS_UNKNOWN && !v->stopped && o->deliverable != TRI_NO && v->freshness != NOT_KNOWN)
        t->free += v->offerable; /* a bed without staff is not free, nor one behind a stop */
}

/* ---- kinds by region ---- */

static void count(const struct engine *e, int64_t now_ms, struct supply_table *out,
                  struct supply_cell elsewhere[KIND_N])
{
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});
        const struct pool_view v = engine_pool_view(e, p->id, now_ms);

        if (v.hidden || v.idle) /* nobody can be placed there, and of a frozen one nothing is told */
            continue;
        uint8_t region = engine_location(e, p->location)->region;
        bool placed = region < out->n_regions;

        supply_add(placed ? &out->cell[region][p->kind].n : &elsewhere[p->kind].n, p, &v);
        supply_add(&out->kind[p->kind].n, p, &v);
        if (placed)
            supply_add(&out->region[region].n, p, &v);
        supply_add(&out->all.n, p, &v);
    }
}

static void put(struct suppress_table *t, size_t row, size_t col, const struct supply_count *n)
{
    t->value[row][col] = n->occupied;
    t->bound[row][col] = n->total;
    /* Everybody knows that nobody is where nothing is: no cover for another. */
    t->open[row][col] = n->total == 0;
}

static void take(const struct suppress_table *t, size_t row, size_t col, struct supply_cell *c)
{
    c->hidden = c->free_hidden = t->hidden[row][col];
}

/* Regions as rows, one row for what is of none and is shown nowhere, and the totals; kinds as columns, and
 * the totals. */
static void hide(struct supply_table *out, const struct supply_cell elsewhere[KIND_N],
                 struct suppress_table *t)
{
    struct supply_count rest = {0};
    size_t none = out->n_regions;
    size_t last = out->n_regions + 1;

    t->rows = last + 1;
    t->cols = KIND_N + 1;
    t->bounded = true;
    for (size_t k = 0; k < KIND_N; k++) {
        for (size_t r = 0; r < none; r++)
            put(t, r, k, &out->cell[r][k].n);
        put(t, none, k, &elsewhere[k].n);
        put(t, last, k, &out->kind[k].n);
        rest.total += elsewhere[k].n.total;
        rest.occupied += elsewhere[k].n.occupied;
    }
    for (size_t r = 0; r < none; r++)
        put(t, r, KIND_N, &out->region[r].n);
    put(t, none, KIND_N, &rest);
    put(t, last, KIND_N, &out->all.n);
    for (size_t k = 0; k <= KIND_N; k++)
        t->given[none][k] = !t->open[none][k];
    if (out->minimum_cell > 1)
        suppress_table(t, out->minimum_cell);

    for (size_t r = 0; r < none; r++) {
        for (size_t k = 0; k < KIND_N; k++)
            take(t, r, k, &out->cell[r][k]);
        take(t, r, KIND_N, &out->region[r]);
    }
    for (size_t k = 0; k < KIND_N; k++)
        take(t, last, k, &out->kind[k]);
    take(t, last, KIND_N, &out->all);
}

/* The same for what there is, in the table of hide(), whose bounds are these totals. What stands alone in its
 * row or column is its total, and so public. */
static void hide_totals(struct supply_table *out, struct suppress_table *t)
{
    size_t none = out->n_regions, last = out->n_regions + 1;
    size_t in_row[SUPPRESS_ROWS_MAX] = {0}, in_col[SUPPRESS_COLS_MAX] = {0};

    memcpy(t->value, t->bound, sizeof t->value);
    t->bounded = false;
    for (size_t r = 0; r <= none; r++) {
        for (size_t k = 0; k < KIND_N; k++) {
            in_row[r] += t->value[r][k] > 0;
            in_col[k] += t->value[r][k] > 0;
        }
    }
    for (size_t r = 0; r <= last; r++)
        for (size_t k = 0; k <= KIND_N; k++)
            t->open[r][k] = !t->given[r][k] && (r == last || k == KIND_N || t->value[r][k] == 0 ||
                                                in_row[r] == 1 || in_col[k] == 1);
    if (out->minimum_cell > 1)
        suppress_table(t, out->minimum_cell);
    for (size_t r = 0; r < none; r++) {
        for (size_t k = 0; k < KIND_N; k++) {
            out->cell[r][k].total_hidden = t->hidden[r][k];
            out->cell[r][k].free_hidden |= t->hidden[r][k];
        }
    }
}

/* Put out what is hidden: free too, which follows from occupied and shows what there is. */
static void clear(struct supply_cell *c)
{
    if (c->hidden)
        c->n.occupied = -1;
    if (c->total_hidden)
        c->n.total = -1;
    if (c->free_hidden)
        c->n.free = -1;
}

static void clear_all(struct supply_table *out)
{
    for (size_t r = 0; r < out->n_regions; r++) {
        for (size_t k = 0; k < KIND_N; k++)
            clear(&out->cell[r][k]);
        clear(&out->region[r]);
    }
    for (size_t k = 0; k < KIND_N; k++)
        clear(&out->kind[k]);
    clear(&out->all);
}

void supply_table_make(const struct engine *e, int64_t now_ms, int minimum_cell, struct supply_table *out)
{
    struct suppress_table *t = mem_new(1, sizeof *t);
    struct supply_cell elsewhere[KIND_N] = {0};

    memset(out, 0, sizeof *out);
    out->minimum_cell = minimum_cell;
    out->n_regions = vocab_regions(engine_vocab(e));
    count(e, now_ms, out, elsewhere);
    hide(out, elsewhere, t);
    hide_totals(out, t);
    clear_all(out);
    free(t);
}
