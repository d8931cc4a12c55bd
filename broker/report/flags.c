#include "report/flags.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "report/suppress.h"

#include <stdlib.h>
#include <string.h>

static void count(const struct engine *e, int32_t first, int32_t last, struct flags_report *out)
{
    for (uint64_t i = 1; i <= engine_funding_flags(e); i++) {
        const struct funding_flag *f = engine_funding_flag(e, i);
        int32_t day = time_day_nl(f->at_ms);

        if (day < first || day > last)
            continue;
        out->all.count++;
        if (f->region < out->n_regions)
            out->regions[f->region].count++;
    }
}

/* One column of regions and their total; twice, which makes it a table. The row of those without a region is
 * not shown: it takes part, so that it cannot be worked out. */
static void hide_small(struct flags_report *r, int64_t minimum)
{
    struct suppress_table *t = mem_new(1, sizeof *t);
    int64_t elsewhere = r->all.count;

    t->rows = r->n_regions + 2;
    t->cols = 2;
    for (size_t i = 0; i < r->n_regions; i++) {
        t->value[i][0] = t->value[i][1] = r->regions[i].count;
        elsewhere -= r->regions[i].count;
    }
    t->value[r->n_regions][0] = t->value[r->n_regions][1] = elsewhere;
    t->value[r->n_regions + 1][0] = t->value[r->n_regions + 1][1] = r->all.count;
    suppress_table(t, minimum);
    for (size_t i = 0; i < r->n_regions; i++)
        r->regions[i].hidden = t->hidden[i][0] || t->hidden[i][1];
    r->all.hidden = t->hidden[r->n_regions + 1][0] || t->hidden[r->n_regions + 1][1];
    free(t);
}

void flags_report_make(const struct engine *e, const struct flags_audience *audience, int32_t first,
                       int32_t last, int64_t minimum, struct flags_report *out)
{
    memset(out, 0, sizeof *out);
    out->n_regions = vocab_regions(engine_vocab(e));
    count(e, first, last, out);
    if (!audience->whole) {
        hide_small(out, minimum);
        return;
    }
    for (uint8_t i = 0; i < out->n_regions; i++)
        out->regions[i].hidden = i != audience->region;
    out->all.hidden = true;
}
