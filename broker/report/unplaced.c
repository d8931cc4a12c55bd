#include "report/unplaced.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/nobed/slept.h"
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

int64_t unplaced_hours(const struct referral *r, int64_t now_ms)
{
    int64_t until_ms = r->accepted_at_ms != 0 ? r->accepted_at_ms
                       : r->closed_at_ms != 0 ? r->closed_at_ms
                                              : now_ms;

    return (until_ms - r->opened_at_ms) / MS_HOUR;
}

uint8_t unplaced_reason(const struct engine *e, struct referral_id id)
{
    const struct nobed_case *c = engine_nobed(e, id);

    if (c == NULL)
        return 0;
    if (c->closed_reason != 0)
        return c->closed_reason;
    for (unsigned i = c->n_nights; i > 0; i--) {
        if (c->nights[i - 1].reason != 0)
            return c->nights[i - 1].reason;
    }
    return 0;
}

uint8_t unplaced_slept(const struct engine *e, struct referral_id id, int64_t now_ms)
{
    const struct nobed_case *c = engine_nobed(e, id);
    struct slept_night nights[NIGHTS_MAX];
    size_t n = 0;

    if (c == NULL)
        return 0;
    if (c->closed_slept != 0)
        return c->closed_slept;
    n = slept_nights(e, id, now_ms, nights);
    return n > 0 ? nights[n - 1].night.slept : 0;
}

int64_t unplaced_hours_below(size_t n)
{
    static const int64_t below[UNPLACED_HOURS_N] = {4, 12, 24, INT64_MAX};

    return below[n];
}

static void add(struct unplaced_row *row, enum unplaced_part part)
{
    row->value[part]++;
    row->value[UNPLACED_TOTAL]++;
}

static void add_to_lines(const struct engine *e, const struct referral *r, int64_t now_ms,
                         struct unplaced_report *out)
{
    uint8_t reason = unplaced_reason(e, r->id), slept = unplaced_slept(e, r->id, now_ms);
    size_t hours = 0;

    while (unplaced_hours(r, now_ms) >= unplaced_hours_below(hours))
        hours++;
    out->reasons[reason < out->n_reasons ? reason : 0].count++;
    out->slept[slept < out->n_slept ? slept : 0].count++;
    out->hours[hours].count++;
}

/* ELSEWHERE is the row of those without a region: it takes part, so that it cannot be worked out. */
static void count(const struct engine *e, int64_t now_ms, struct unplaced_report *out,
                  struct unplaced_row *elsewhere)
{
    int64_t since_ms = now_ms - out->days * MS_DAY;

    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});
        uint8_t home = r->home_region != REGION_NONE ? r->home_region : engine_org(e, r->org)->region;

        if (r->opened_at_ms < since_ms)
            break; /* numbered in the order of opening */
        if (!unplaced_is_listed(e, r))
            continue;
        add(home < out->n_regions ? &out->regions[home] : elsewhere, part_of(r));
        add(&out->all, part_of(r));
        add_to_lines(e, r, now_ms, out);
    }
}

/* Row R of the table; IS_SHOWN says whether the overview shows its total. */
static void put_row(struct suppress_table *t, size_t r, const struct unplaced_row *row, bool is_shown)
{
    for (size_t c = 0; c < UNPLACED_PART_N; c++) {
        t->value[r][c] = row->value[c];
        t->given[r][c] = !is_shown;
    }
    t->open[r][UNPLACED_TOTAL] = is_shown;
}

/* Hide what is small in a line of N cells whose sum is TOTAL, which is shown elsewhere or not. Twice the same
 * column makes it a table. */
static void hide_line(struct unplaced_cell *cells, size_t n, int64_t total, bool is_shown, int64_t minimum)
{
    struct suppress_table *t = mem_new(1, sizeof *t);

    t->rows = n + 1;
    t->cols = 2;
    for (size_t i = 0; i <= n; i++) {
        for (size_t c = 0; c < 2; c++) {
            t->value[i][c] = i < n ? cells[i].count : total;
            t->given[i][c] = !is_shown; /* nothing of a total that nobody may see */
            t->open[i][c] = is_shown && i == n;
        }
    }
    suppress_table(t, minimum);
    for (size_t i = 0; i < n; i++)
        cells[i].hidden = t->hidden[i][0] || t->hidden[i][1];
    free(t);
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
    out->n_reasons = vocab_list_size(engine_vocab(e), LIST_UNPLACED) + 1;
    out->n_slept = vocab_list_size(engine_vocab(e), LIST_DESTINATION) + 1;
    count(e, now_ms, out, &elsewhere);
    overview_make(e, now_ms, days, minimum_cell, o);
    t->rows = total + 1;
    t->cols = UNPLACED_PART_N;
    for (size_t r = 0; r < out->n_regions; r++)
        put_row(t, r, &out->regions[r], !o->regions[r].unplaced.suppressed);
    put_row(t, out->n_regions, &elsewhere, false);
    for (size_t c = 0; c < UNPLACED_PART_N; c++) /* in no table, and to be protected only where it is small */
        t->given[out->n_regions][c] = false;
    put_row(t, total, &out->all, !o->totals.unplaced.suppressed);
    suppress_table(t, minimum_cell);
    for (size_t r = 0; r < out->n_regions; r++)
        take_row(t, r, &out->regions[r]);
    take_row(t, total, &out->all);
    hide_line(out->reasons, out->n_reasons, out->all.value[UNPLACED_TOTAL], !o->totals.unplaced.suppressed,
              minimum_cell);
    hide_line(out->slept, out->n_slept, out->all.value[UNPLACED_TOTAL], !o->totals.unplaced.suppressed,
              minimum_cell);
    hide_line(out->hours, UNPLACED_HOURS_N, out->all.value[UNPLACED_TOTAL], !o->totals.unplaced.suppressed,
              minimum_cell);
    free(t);
    free(o);
}
