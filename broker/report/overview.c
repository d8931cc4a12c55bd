#include "report/overview.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "report/supply.h"
#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

#define PERCENT_BASE_MIN                                                                                     \
    10 /* percentages and medians on fewer say more about people than about the region                       \
        */

/* What one row adds up to before anything is hidden. */
struct tally {
    int64_t placed, unplaced, looking, withdrawn, own;
    int64_t *minutes; /* to the first yes, of the placed */
    size_t n_minutes, cap_minutes;
};

struct tallies {
    struct tally all;
    struct tally kind[KIND_N];
    struct tally region[VOCAB_REGIONS_MAX];
};

static void add_minutes(struct tally *t, int64_t minutes)
{
    MEM_GROW(t->minutes, t->n_minutes, t->cap_minutes);
    t->minutes[t->n_minutes++] = minutes;
}

static const struct request *held_yes(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);
        if (q != NULL && !q->bridge && (q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED))
            return q;
    }
    return NULL;
}

static void add_referral(const struct engine *e, struct tallies *t, const struct referral *r)
{
    const struct request *yes = held_yes(e, r);
    const struct org *org = engine_org(e, r->org);
    uint8_t home = r->home_region != REGION_NONE ? r->home_region : org->region;
    struct tally *rows[3] = {&t->all, NULL, NULL};
    size_t n = 1;
    if (home < VOCAB_REGIONS_MAX)
        rows[n++] = &t->region[home];
    if (yes == NULL) {
        for (size_t i = 0; i < n; i++) {
            rows[i]->withdrawn += r->state == REFERRAL_WITHDRAWN && !r->unplaced;
            rows[i]->unplaced += r->unplaced;
            rows[i]->looking += r->state != REFERRAL_WITHDRAWN && !r->unplaced;
        }
        return;
    }
    const struct pool_kept *p = engine_pool(e, yes->pool);
    const struct location *l = engine_location(e, p->location);
    rows[n++] = &t->kind[p->kind];
    for (size_t i = 0; i < n; i++) {
        rows[i]->placed++;
        rows[i]->own += l->region == home;
        add_minutes(rows[i], (yes->answered_at_ms - r->opened_at_ms) / MS_MINUTE);
    }
}

static void count(const struct engine *e, int64_t now_ms, int days, struct tallies *t)
{
    /* Newest first: referrals are numbered in the order of opening. */
    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});
        if (r->opened_at_ms < now_ms - days * MS_DAY)
            break;
        add_referral(e, t, r);
    }
}

static int compare_minutes(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct overview_cell shown(int64_t value)
{
    return (struct overview_cell){value, false};
}

static int percent(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)((part * 100 + whole / 2) / whole) : -1;
}

static void hide(struct overview_cell *cell)
{
    *cell = (struct overview_cell){-1, true};
}

static void fill_supply(struct overview_row *row, const struct supply_cell *s)
{
    row->units_total = shown(s->n.total);
    row->units_occupied = shown(s->n.occupied);
    row->units_free = shown(s->n.free);
    row->occupancy_percent = s->hidden ? -1 : percent(s->n.occupied, s->n.known);
    row->fresh_percent = percent(s->n.fresh, s->n.pools);
    if (s->hidden) {
        hide(&row->units_occupied);
        hide(&row->units_free);
    }
}

static void fill_row(struct overview_row *row, const struct supply_cell *supply, struct tally *t,
                     bool has_demand, int minimum)
{
    int64_t elsewhere = t->placed - t->own;
    memset(row, 0, sizeof *row);
    fill_supply(row, supply);
    row->placed = shown(t->placed);
    row->referrals = shown(has_demand ? t->placed + t->unplaced + t->looking + t->withdrawn : -1);
    row->unplaced = shown(has_demand ? t->unplaced : -1);
    row->looking = shown(has_demand ? t->looking : -1);
    row->withdrawn = shown(has_demand ? t->withdrawn : -1);
    row->own_region_percent = -1;
    row->median_minutes_to_yes = -1;
    if (t->placed >= PERCENT_BASE_MIN) {
        if ((t->own == 0 || t->own >= minimum) && (elsewhere == 0 || elsewhere >= minimum))
            row->own_region_percent = percent(t->own, t->placed);
        qsort(t->minutes, t->n_minutes, sizeof *t->minutes, compare_minutes);
        row->median_minutes_to_yes = t->minutes[t->n_minutes / 2];
    }
}

static struct overview_cell *demand_cell(struct overview_row *row, size_t c)
{
    struct overview_cell *cells[] = {&row->placed, &row->unplaced, &row->looking, &row->withdrawn,
                                     &row->referrals};
    return cells[c];
}

static void hide_demand_regions(struct overview *o, const struct overview_row *elsewhere, int minimum)
{
    struct suppress_table t = {.rows = o->n_regions + 2, .cols = 5};
    size_t total = o->n_regions + 1;
    for (size_t r = 0; r <= total; r++) {
        struct overview_row row = r < o->n_regions ? o->regions[r] : r < total ? *elsewhere : o->totals;
        for (size_t c = 0; c < 5; c++)
            t.value[r][c] = demand_cell(&row, c)->value;
    }
    suppress_table(&t, minimum);
    for (size_t r = 0; r <= total; r++) {
        struct overview_row *row = r < o->n_regions ? &o->regions[r] : r == total ? &o->totals : NULL;
        for (size_t c = 0; row != NULL && c < 5; c++)
            if (t.hidden[r][c])
                hide(demand_cell(row, c));
        if (row != NULL && row->placed.suppressed) {
            row->own_region_percent = -1;
            row->median_minutes_to_yes = -1;
        }
    }
}

/* Placed by kind: one column; the total is that of the region table. A second column of zeros makes it a
 * table. */
static void hide_demand_kinds(struct overview *o, int minimum)
{
    struct suppress_table t = {.rows = KIND_N + 1, .cols = 2};
    int64_t sum = 0;
    for (size_t k = 0; k < KIND_N; k++) {
        sum += o->kinds[k].placed.value;
        t.value[k][0] = t.value[k][1] = o->kinds[k].placed.value;
    }
    t.value[KIND_N][0] = t.value[KIND_N][1] = sum;
    /* The same total stands in the region table, which hides it if it is small. */
    t.open[KIND_N][0] = t.open[KIND_N][1] = sum >= minimum;
    suppress_table(&t, minimum);
    for (size_t k = 0; k < KIND_N; k++) {
        if (!t.hidden[k][0] && !t.hidden[k][1])
            continue;
        hide(&o->kinds[k].placed);
        o->kinds[k].own_region_percent = -1;
        o->kinds[k].median_minutes_to_yes = -1;
    }
}

static void tally_fini(struct tallies *t)
{
    free(t->all.minutes);
    for (size_t k = 0; k < KIND_N; k++)
        free(t->kind[k].minutes);
    for (size_t r = 0; r < VOCAB_REGIONS_MAX; r++)
        free(t->region[r].minutes);
}

void overview_make(const struct engine *e, int64_t now_ms, int days, int minimum_cell, struct overview *out)
{
    struct tallies *t = mem_new(1, sizeof *t);
    struct supply_table *supply = mem_new(1, sizeof *supply);
    struct tally rest = {0};
    struct overview_row elsewhere;

    memset(out, 0, sizeof *out);
    out->at_ms = now_ms;
    out->days = days;
    out->minimum_cell = minimum_cell;
    out->n_regions = vocab_regions(engine_vocab(e));
    count(e, now_ms, days, t);
    supply_table_make(e, now_ms, minimum_cell, supply);

    fill_row(&out->totals, &supply->all, &t->all, true, minimum_cell);
    for (size_t k = 0; k < KIND_N; k++)
        fill_row(&out->kinds[k], &supply->kind[k], &t->kind[k], false, minimum_cell);
    rest.placed = t->all.placed;
    rest.unplaced = t->all.unplaced;
    rest.looking = t->all.looking;
    rest.withdrawn = t->all.withdrawn;
    for (size_t r = 0; r < out->n_regions; r++) {
        fill_row(&out->regions[r], &supply->region[r], &t->region[r], true, minimum_cell);
        rest.placed -= t->region[r].placed;
        rest.unplaced -= t->region[r].unplaced;
        rest.looking -= t->region[r].looking;
        rest.withdrawn -= t->region[r].withdrawn;
    }
    /* Referrals of no region are a row of the sum that is not shown: it takes part, so that it cannot be
     * worked out. */
    memset(&elsewhere, 0, sizeof elsewhere);
    elsewhere.placed.value = rest.placed;
    elsewhere.unplaced.value = rest.unplaced;
    elsewhere.looking.value = rest.looking;
    elsewhere.withdrawn.value = rest.withdrawn;
    elsewhere.referrals.value = rest.placed + rest.unplaced + rest.looking + rest.withdrawn;

    hide_demand_regions(out, &elsewhere, minimum_cell);
    hide_demand_kinds(out, minimum_cell);
    tally_fini(t);
    free(supply);
    free(t);
}
