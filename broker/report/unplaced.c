#include "report/unplaced.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "report/overview.h"
#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

bool unplaced_is_listed(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (!q->bridge && (q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED))
            return false;
    }
    return r->unplaced;
}

static enum unplaced_part part_of(const struct referral *r)
{
    if (r->state == REFERRAL_CLOSED)
        return UNPLACED_CLOSED;
    return r->state == REFERRAL_WITHDRAWN ? UNPLACED_WITHDRAWN : UNPLACED_WAITING;
}

static void add(struct unplaced_row *row, enum unplaced_part part)
{
    row->value[part]++;
    row->value[UNPLACED_TOTAL]++;
}

/* ELSEWHERE is the row of those without a region: it takes part, so that it cannot be worked out. */
static void count(const struct engine *e, int64_t since_ms, struct unplaced_report *out,
                  struct unplaced_row *elsewhere)
{
    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});
        uint8_t home = r->home_region != REGION_NONE ? r->home_region : engine_org(e, r->org)->region;

        if (r->opened_at_ms < since_ms)
            break; /* numbered in the order of opening */
        if (!unplaced_is_listed(e, r))
            continue;
        add(home < out->n_regions ? &out->regions[home] : elsewhere, part_of(r));
        add(&out->all, part_of(r));
    }
}

/* Row R of the table; LIKE says what the overview shows of its total. */
static void put_row(struct suppress_table *t, size_t r, const struct unplaced_row *row, bool is_shown)
{
    for (size_t c = 0; c < UNPLACED_PART_N; c++) {
        t->value[r][c] = row->value[c];
        t->given[r][c] = !is_shown;
    }
    t->open[r][UNPLACED_TOTAL] = is_shown;
}

static void take_row(const struct suppress_table *t, size_t r, struct unplaced_row *row)
{
    for (size_t c = 0; c < UNPLACED_PART_N; c++)
        row->hidden[c] = t->hidden[r][c] || t->given[r][c];
}

void unplaced_report_make(const struct engine *e, int64_t now_ms, int days, int minimum_cell,
                          struct unplaced_report *out)
{
    struct overview *o = mem_new(1, sizeof *o);
    struct suppress_table *t = mem_new(1, sizeof *t);
    struct unplaced_row elsewhere = {0};
    size_t total = 0;

    memset(out, 0, sizeof *out);
    out->days = days;
    out->n_regions = vocab_regions(engine_vocab(e));
    total = out->n_regions + 1;
    count(e, now_ms - days * MS_DAY, out, &elsewhere);
    overview_make(e, now_ms, days, minimum_cell, o);
    t->rows = total + 1;
    t->cols = UNPLACED_PART_N;
    for (size_t r = 0; r < out->n_regions; r++)
        put_row(t, r, &out->regions[r], !o->regions[r].unplaced.suppressed);
    put_row(t, out->n_regions, &elsewhere, false);
    put_row(t, total, &out->all, !o->totals.unplaced.suppressed);
    suppress_table(t, minimum_cell);
    for (size_t r = 0; r < out->n_regions; r++)
        take_row(t, r, &out->regions[r]);
    take_row(t, total, &out->all);
    free(t);
    free(o);
}
