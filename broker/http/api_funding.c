/* Money after the fact: the monthly statement, as JSON and as CSV, and how often a place was refused for want
 * of it. */
#include "http/route.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/stay/stay_rules.h"
#include "http/app_state.h"
#include "http/reply.h"
#include "http/view_stay.h"
#include "report/flags.h"
#include "report/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_DAY, LAST_DAY }; /* late.numbers */

#define MONTH_DAYS_MAX 31

/* "2026-11" of the query; a fault if it is none. */
static void month_of(struct call *call)
{
    char month[16], text[40];
    int32_t first = 0, day = 0;
    int days = 0;

    call_query_text(call, "month", month, sizeof month);
    snprintf(text, sizeof text, "%s-01", month);
    if (time_day_parse(bytes_of_text(text), &first) != OK) {
        json_fault_add(&call->faults, "query:month", "must be there: a month, as 2026-11");
        return;
    }
    /* Its last day is the last of which the text is a day. */
    for (int d = MONTH_DAYS_MAX; d >= 28 && days == 0; d--) {
        snprintf(text, sizeof text, "%s-%02d", month, d);
        if (time_day_parse(bytes_of_text(text), &day) == OK)
            days = d;
    }
    call->late.numbers[FIRST_DAY] = first;
    call->late.numbers[LAST_DAY] = first + days - 1;
}

static struct statement *statement_of(const struct late *late, struct statement_audience *a)
{
    const struct engine *e = app_engine(late->app);
    struct statement *s = mem_new(1, sizeof *s);

    *a = audience_of_statement(e, &late->actor);
    statement_make(e, a, (int32_t)late->numbers[FIRST_DAY], (int32_t)late->numbers[LAST_DAY],
                   app_now_ms(late->app), (int64_t)late->app->settings.minimum_cell, s);
    return s;
}

static json_t *cell(int64_t value, bool suppressed)
{
    return json_pack("{s:o, s:b}", "value", suppressed ? json_null() : json_integer(value), "suppressed",
                     suppressed);
}

static unsigned cut_of(const struct engine *e, uint8_t stream)
{
    const struct funding_stream *s = stay_rules_stream(vocab_stay_rules(engine_vocab(e)), stream);

    return s != NULL ? s->cut_permille : 0;
}

static void statement_done(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct statement_audience a;
    struct statement *s = statement_of(late, &a);
    json_t *rows = json_array();

    (void)outcome;
    for (size_t i = 0; i < s->n; i++) {
        const struct statement_row *r = &s->rows[i];

        json_array_append_new(
            rows,
            json_pack("{s:o, s:s, s:i, s:o, s:o}", "municipality", view_municipality(r->municipality),
                      "stream", view_stream(e, r->stream), "cutPermille", (int)cut_of(e, r->stream), "nights",
                      cell(r->nights, r->suppressed), "stays", cell(r->stays, r->suppressed)));
    }
    reply_json(late, 200,
               json_pack("{s:o, s:o, s:o, s:b, s:i, s:b, s:o, s:o, s:o}", "at",
                         view_time(app_now_ms(late->app)), "from", view_civil_day(s->first_day), "to",
                         view_civil_day(s->last_day), "whole", a.whole, "minimumCell",
                         a.whole ? 1 : (int)late->app->settings.minimum_cell, "cut", s->cut, "rows", rows,
                         "nights", cell(s->nights, s->totals_suppressed), "stays",
                         cell(s->stays, s->totals_suppressed)));
    free(s);
}

void api_statements_get(struct call *call)
{
    month_of(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_STATEMENT, 0))
        call_read(call, statement_done);
}

static void number_or_nothing(struct buf *out, int64_t value, bool suppressed)
{
    if (!suppressed)
        buf_format(out, "%" PRId64, value);
}

/* A hidden number is an empty field, and the last column says that it is one. */
static void statement_csv_done(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct statement_audience a;
    struct statement *s = statement_of(late, &a);
    struct reply_document d = {.status = 200, .content_type = "text/csv; charset=utf-8"};
    char from[DAY_TEXT_SIZE];

    (void)outcome;
    time_day_format(s->first_day, from);
    buf_text(&d.body, "month,municipality,stream,cut_permille,nights,stays,suppressed\r\n");
    for (size_t i = 0; i < s->n; i++) {
        const struct statement_row *r = &s->rows[i];

        buf_format(&d.body, "%.7s,", from);
        if (r->municipality != 0)
            buf_format(&d.body, "GM%04u", (unsigned)r->municipality);
        buf_format(&d.body, ",%s,%u,", view_stream(e, r->stream), cut_of(e, r->stream));
        number_or_nothing(&d.body, r->nights, r->suppressed);
        buf_text(&d.body, ",");
        number_or_nothing(&d.body, r->stays, r->suppressed);
        buf_format(&d.body, ",%s\r\n", r->suppressed ? "yes" : "no");
    }
    free(s);
    reply_document(late, &d);
}

void api_statements_csv(struct call *call)
{
    month_of(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_STATEMENT, 0))
        call_read(call, statement_csv_done);
}

/* ---- refused for want of money at code rood ---- */

static void flags_done(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    const struct vocab *v = engine_vocab(e);
    struct flags_audience a = audience_of_flags(e, &late->actor);
    struct flags_report *r = mem_new(1, sizeof *r);
    json_t *regions = json_array();

    (void)outcome;
    flags_report_make(e, &a, (int32_t)late->numbers[FIRST_DAY], (int32_t)late->numbers[LAST_DAY],
                      (int64_t)late->app->settings.minimum_cell, r);
    for (uint8_t i = 0; i < r->n_regions; i++) {
        const struct flags_cell *c = &r->regions[i];

        if (a.whole ? i != a.region : c->count == 0 && !c->hidden)
            continue;
        json_array_append_new(
            regions, json_pack("{s:s, s:o, s:o, s:b}", "region", vocab_region(v, i)->code, "municipality",
                               view_municipality(vocab_region(v, i)->gemeente), "count",
                               c->hidden ? json_null() : json_integer(c->count), "suppressed", c->hidden));
    }
    reply_json(
        late, 200,
        json_pack("{s:o, s:o, s:b, s:i, s:o, s:o}", "from", view_civil_day((int32_t)late->numbers[FIRST_DAY]),
                  "to", view_civil_day((int32_t)late->numbers[LAST_DAY]), "whole", a.whole, "minimumCell",
                  a.whole ? 1 : (int)late->app->settings.minimum_cell, "regions", regions, "total",
                  a.whole ? cell(r->regions[a.region].count, false) : cell(r->all.count, r->all.hidden)));
    free(r);
}

void api_funding_flags_get(struct call *call)
{
    month_of(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_FUNDING_FLAGS, 0))
        call_read(call, flags_done);
}
