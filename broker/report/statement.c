#include "report/statement.h"

#include "base/time_text.h"
#include "core/nobed/nobed.h"

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

/* Nights from ARRIVAL on, N of them, in one place. */
static void add_nights(struct statement *s, const struct engine *e, const struct statement_audience *a,
                       const struct funding *f, int32_t arrival, int32_t n)
{
    int32_t nights[FUNDING_SPANS_MAX] = {0};
    bool any = false;

    for (unsigned i = 0; i < f->n; i++) {
        const struct funding_span *span = &f->spans[i];
        struct statement_row *row = NULL;

        if (a->region != REGION_NONE && !is_of_region(e, span->municipality, a->region))
            continue;
        nights[i] = funding_nights(f, i, arrival, arrival + n, s->first_day, s->last_day);
        row = nights[i] > 0 ? row_of(s, span) : NULL;
        if (row == NULL)
            continue;
        row->nights += nights[i];
        row->stays += !is_told(f, i, nights);
        s->nights += nights[i];
        any = true;
    }
    s->stays += any;
}

static bool is_of(const struct engine *e, const struct statement_audience *a, struct pool_id pool)
{
    return a->org.v == 0 || engine_pool(e, pool)->org.v == a->org.v;
}

static void add_stays(struct statement *s, const struct engine *e, const struct statement_audience *a,
                      int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_stays(e); i++) {
        const struct stay *stay = engine_stay(e, (struct stay_id){i});

        if (is_of(e, a, stay->pool))
            add_nights(s, e, a, &stay->funding, time_day_nl(stay->started_at_ms), stay_nights(stay, now_ms));
    }
}

static void add_bridge_beds(struct statement *s, const struct engine *e, const struct statement_audience *a,
                            int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_bridges(e); i++) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});
        struct funding f = engine_bridge_funding(e, b->id);
        struct bridge_days days = bridge_days(e, b, now_ms);

        if (f.n > 0 && is_of(e, a, engine_request(e, b->request)->pool))
            add_nights(s, e, a, &f, days.first, days.end - days.first);
    }
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
    add_stays(out, e, audience, now_ms);
    add_bridge_beds(out, e, audience, now_ms);
    qsort(out->rows, out->n, sizeof out->rows[0], by_payer);
    for (size_t i = 0; !audience->whole && i < out->n; i++) {
        out->rows[i].suppressed = out->rows[i].stays < minimum;
        out->totals_suppressed |= out->rows[i].suppressed;
    }
}
