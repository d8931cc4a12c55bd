/* The unplaced register: of the own organisation line by line, for municipalities and rapporteurs as numbers
 * per region with the small ones hidden. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/view_nobed.h"
#include "report/unplaced.h"

#include <stdlib.h>

#define DAYS 90 /* as the overview counts */
#define LINES_MAX 200

enum { UNPLACED_LIMIT, UNPLACED_LIVE }; /* late.numbers */

/* SHOWN gets the referral of each line, N_SHOWN of them. */
static json_t *lines(const struct late *late, uint64_t shown[LINES_MAX], size_t *n_shown, int64_t *total)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    for (uint64_t i = engine_referrals(e); i >= 1; i--) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});
        if (r->org.v != late->actor.org.v || !unplaced_is_listed(e, r) ||
            !may(e, &late->actor, ACT_SEE_REFERRAL, i))
            continue;
        if (late->numbers[UNPLACED_LIVE] && !referral_is_live(r->state))
            continue;
        (*total)++;
        if (*n_shown >= (size_t)late->numbers[UNPLACED_LIMIT])
            continue;
        shown[(*n_shown)++] = i;
        json_array_append_new(list, view_unplaced(e, r->id, app_now_ms(late->app)));
    }
    return list;
}

static json_t *cell(const struct unplaced_row *row, enum unplaced_part part)
{
    return json_pack("{s:o, s:b}", "value", row->hidden[part] ? json_null() : json_integer(row->value[part]),
                     "suppressed", row->hidden[part]);
}

static json_t *numbers_of(const char *code, const struct unplaced_row *row)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "code", code, "waiting", cell(row, UNPLACED_WAITING),
                     "closed", cell(row, UNPLACED_CLOSED), "withdrawn", cell(row, UNPLACED_WITHDRAWN),
                     "total", cell(row, UNPLACED_TOTAL));
}

static json_t *regions(const struct engine *e, const struct unplaced_report *report)
{
    json_t *list = json_array();
    for (uint8_t r = 0; r < report->n_regions; r++)
        json_array_append_new(list, numbers_of(vocab_region(engine_vocab(e), r)->code, &report->regions[r]));
    json_array_append_new(list, numbers_of("NL", &report->all));
    return list;
}

/* Code NULL: nobody said. */
static json_t *line_of(const char *code, const struct unplaced_cell *c)
{
    return json_pack("{s:s?, s:{s:o, s:b}}", "code", code, "count", "value",
                     c->hidden ? json_null() : json_integer(c->count), "suppressed", c->hidden);
}

static bool is_worth_a_line(const struct unplaced_cell *c)
{
    return c->count > 0 || c->hidden;
}

static json_t *coded_lines(const struct engine *e, enum vocab_list list, const struct unplaced_cell *cells,
                           size_t n)
{
    json_t *o = json_array();

    for (size_t i = 1; i <= n; i++) { /* nobody said comes last */
        const char *code = i < n ? vocab_list_code(engine_vocab(e), list, (unsigned)i - 1) : NULL;

        if (is_worth_a_line(&cells[i % n]))
            json_array_append_new(o, line_of(code, &cells[i % n]));
    }
    return o;
}

static json_t *hour_lines(const struct unplaced_report *report)
{
    json_t *o = json_array();

    for (size_t i = 0; i < UNPLACED_HOURS_N; i++) {
        int64_t below = unplaced_hours_below(i);
        json_t *line = line_of(NULL, &report->hours[i]);

        json_object_del(line, "code");
        json_object_set_new(line, "from", json_integer(i > 0 ? unplaced_hours_below(i - 1) : 0));
        json_object_set_new(line, "below", below == INT64_MAX ? json_null() : json_integer(below));
        json_array_append_new(o, line);
    }
    return o;
}

static json_t *numbers(const struct late *late)
{
    const struct engine *e = app_engine(late->app);
    struct unplaced_report *report = mem_new(1, sizeof *report);
    json_t *o = json_object();

    unplaced_report_make(e, app_now_ms(late->app), DAYS, (int)late->app->settings.minimum_cell, report);
    json_object_set_new(o, "days", json_integer(DAYS));
    json_object_set_new(o, "byRegion", regions(e, report));
    json_object_set_new(o, "byReason", coded_lines(e, LIST_UNPLACED, report->reasons, report->n_reasons));
    json_object_set_new(o, "bySlept", coded_lines(e, LIST_DESTINATION, report->slept, report->n_slept));
    json_object_set_new(o, "byHours", hour_lines(report));
    free(report);
    return o;
}

static void unplaced_get(const struct late *late, const struct outcome *outcome)
{
    uint64_t shown[LINES_MAX];
    size_t n_shown = 0;
    int64_t total = 0;
    json_t *list = NULL;

    (void)outcome;
    if (late->actor.role == ROLE_MUNICIPALITY || late->actor.role == ROLE_RAPPORTEUR) {
        reply_json(late, 200, numbers(late));
        return;
    }
    list = lines(late, shown, &n_shown, &total);
    if (late_record_each(late, "unplaced.read", shown, n_shown)) /* each is a household's */
        reply_json(late, 200, json_pack("{s:o, s:I}", "unplaced", list, "total", (json_int_t)total));
    else
        json_decref(list);
}

void api_unplaced_get(struct call *call)
{
    call->late.numbers[UNPLACED_LIMIT] = call_query_int(call, "limit", 1, LINES_MAX, 50);
    call->late.numbers[UNPLACED_LIVE] = call_query_bool(call, "live", true);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_UNPLACED, 0))
        call_read(call, unplaced_get);
}
