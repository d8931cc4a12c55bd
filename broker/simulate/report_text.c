/* The means as a table for a terminal: columns of the width of what stands in them. */
#include "simulate/report_means.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 14

static const char *const heads[COLUMNS] = {"policy",   "years",     "on time", "late",    "unmet",
                                           "median h", "p90 h",     "asks",    "km",      "fit",
                                           "burn%",    "not-on-t×", "unmet×",  "of bound"};

static void cell(struct buf *out, const struct report_policy *p, int column)
{
    const double shares[] = {p->on_time, p->late, p->unmet};
    const double numbers[] = {p->median_hours, p->p90_hours, p->asks, p->km, p->fit};
    const int decimals[] = {2, 1, 2, 0, 3};
    if (column == 0)
        buf_text(out, p->title);
    else if (column == 1)
        buf_format(out, "%zu", p->n);
    else if (column <= 4)
        report_share(out, shares[column - 2]);
    else if (column <= 9)
        report_number(out, numbers[column - 5], decimals[column - 5]);
    else if (column == 10)
        report_share(out, p->burn);
    else if (column == 11)
        report_number(out, p->not_on_time_ratio, 2);
    else if (column == 12)
        report_number(out, p->unmet_ratio, 2);
    else
        report_share(out, p->bound_share);
}

/* Characters, not bytes. */
static size_t width_of(struct bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

/* What stands in COLUMN of P, or its head for NULL, into CELL. */
static void fill(struct buf *text, const struct report_policy *p, int column)
{
    buf_clear(text);
    if (p == NULL)
        buf_text(text, heads[column]);
    else
        cell(text, p, column);
}

static void line(struct buf *out, const struct report_policy *p, const size_t *widths)
{
    struct buf text = {0};
    for (int c = 0; c < COLUMNS; c++) {
        fill(&text, p, c);
        int pad = (int)(widths[c] - width_of(buf_view(&text)));
        if (c > 0)
            buf_format(out, "  %*s", pad, "");
        buf_add(out, buf_view(&text));
        if (c == 0)
            buf_format(out, "%*s", pad, "");
    }
    buf_text(out, "\n");
    buf_fini(&text);
}

static void table(struct buf *out, const struct report_scenario *s)
{
    size_t widths[COLUMNS];
    struct buf text = {0};
    for (int c = 0; c < COLUMNS; c++) {
        fill(&text, NULL, c);
        widths[c] = width_of(buf_view(&text));
        for (size_t i = 0; i < s->n; i++) {
            fill(&text, &s->policies[i], c);
            size_t w = width_of(buf_view(&text));
            widths[c] = w > widths[c] ? w : widths[c];
        }
    }
    buf_fini(&text);
    buf_format(out, "Scenario %s, %zu %s", s->scenario, s->years, s->years == 1 ? "year" : "years");
    if (s->bound >= 0) {
        buf_text(out, "; bound on time ");
        report_share(out, s->bound);
        buf_text(out, " %");
    }
    buf_text(out, "\n");
    line(out, NULL, widths);
    for (size_t i = 0; i < s->n; i++)
        line(out, &s->policies[i], widths);
}

void report_text(const struct report_row *rows, size_t n, struct buf *out)
{
    struct report_means m;
    report_means_of(rows, n, &m);
    for (size_t i = 0; i < m.n; i++) {
        if (i > 0)
            buf_text(out, "\n");
        table(out, &m.list[i]);
    }
    if (m.n > 0)
        buf_format(out, "× = against '%s' in the same years\n", REPORT_BASELINE);
    report_means_fini(&m);
}
