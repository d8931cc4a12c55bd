#include "report/statement.h"

#include "base/time_text.h"

#include <stdlib.h>
#include <string.h>

static bool is_of_region(const struct engine *e, uint16_t municipality, uint8_t region)
{
    const struct vocab_municipality *m = vocab_municipality(engine_vocab(e), municipality);

    return m != NULL && m->region == region;
}

static struct statement_row *row_of(struct statement *s, const struct funding_span *span)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->rows[i].municipality == span->municipality && s->rows[i].stream == span->stream)
            return &s->rows[i];
    }
    if (s->n == STATEMENT_ROWS_MAX) {
        s->cut = true;
        return NULL;
    }
    s->rows[s->n] = (struct statement_row){.municipality = span->municipality, .stream = span->stream};
    return &s->rows[s->n++];
}

/* The first span with nights and the same payer as span N tells the stay once in their row. */
static bool is_told(const struct funding *f, unsigned n, const int32_t *nights)
{
    for (unsigned i = 0; i < n; i++) {
        if (nights[i] > 0 && f->spans[i].stream == f->spans[n].stream &&
            f->spans[i].municipality == f->spans[n].municipality)
            return true;
    }
    return false;
}

static void add_stay(struct statement *s, const struct engine *e, const struct statement_audience *a,
                     const struct stay *stay, int64_t now_ms)
{
    int32_t arrival = time_day_nl(stay->started_at_ms);
    int32_t departure = arrival + stay_nights(stay, now_ms);
    int32_t nights[FUNDING_SPANS_MAX] = {0};
    bool any = false;

    for (unsigned i = 0; i < stay->funding.n; i++) {
        const struct funding_span *span = &stay->funding.spans[i];
        struct statement_row *row = NULL;

        if (a->region != REGION_NONE && !is_of_region(e, span->municipality, a->region))
            continue;
        nights[i] = funding_nights(&stay->funding, i, arrival, departure, s->first_day, s->last_day);
        row = nights[i] > 0 ? row_of(s, span) : NULL;
        if (row == NULL)
            continue;
        row->nights += nights[i];
        row->stays += !is_told(&stay->funding, i, nights);
        s->nights += nights[i];
        any = true;
    }
    s->stays += any;
}

static int by_payer(const void *a, const void *b)
{
    const struct statement_row *x = a, *y = b;

    if (x->municipality != y->municipality)
        return x->municipality < y->municipality ? -1 : 1;
    return (int)x->stream - (int)y->stream;
}

void statement_make(const struct engine *e, const struct statement_audience *audience, int32_t first,
                    int32_t last, int64_t now_ms, int64_t minimum, struct statement *out)
{
    memset(out, 0, sizeof *out);
    out->first_day = first;
    out->last_day = last;
    for (uint64_t i = 1; i <= engine_stays(e); i++) {
        const struct stay *s = engine_stay(e, (struct stay_id){i});

        if (audience->org.v != 0 && engine_pool(e, s->pool)->org.v != audience->org.v)
            continue;
        add_stay(out, e, audience, s, now_ms);
    }
    qsort(out->rows, out->n, sizeof out->rows[0], by_payer);
    for (size_t i = 0; !audience->whole && i < out->n; i++) {
        out->rows[i].suppressed = out->rows[i].stays < minimum;
        out->totals_suppressed |= out->rows[i].suppressed;
    }
}
