/* The unplaced register: of the own organisation line by line, for municipalities and rapporteurs as numbers
 * per region with the small ones hidden. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/view_nobed.h"
#include "report/unplaced.h"

#include <stdlib.h>

#define DAYS 90 /* as the overview counts */

enum { UNPLACED_LIMIT, UNPLACED_LIVE }; /* late.numbers */

static json_t *lines(const struct late *late, int64_t *total)
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
        if (json_array_size(list) < (size_t)late->numbers[UNPLACED_LIMIT])
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

static json_t *regions(const struct late *late)
{
    const struct engine *e = app_engine(late->app);
    struct unplaced_report *report = mem_new(1, sizeof *report);
    json_t *list = json_array();
    unplaced_report_make(e, app_now_ms(late->app), DAYS, (int)late->app->settings.minimum_cell, report);
    for (uint8_t r = 0; r < report->n_regions; r++)
        json_array_append_new(list, numbers_of(vocab_region(engine_vocab(e), r)->code, &report->regions[r]));
    json_array_append_new(list, numbers_of("NL", &report->all));
    free(report);
    return list;
}

static void unplaced_get(const struct late *late, const struct outcome *outcome)
{
    bool in_numbers = late->actor.role == ROLE_MUNICIPALITY || late->actor.role == ROLE_RAPPORTEUR;
    int64_t total = 0;
    json_t *o = json_object();
    (void)outcome;
    if (in_numbers) {
        json_object_set_new(o, "days", json_integer(DAYS));
        json_object_set_new(o, "byRegion", regions(late));
    } else {
        json_object_set_new(o, "unplaced", lines(late, &total));
        json_object_set_new(o, "total", json_integer(total));
    }
    reply_json(late, 200, o);
}

void api_unplaced_get(struct call *call)
{
    call->late.numbers[UNPLACED_LIMIT] = call_query_int(call, "limit", 1, 200, 50);
    call->late.numbers[UNPLACED_LIVE] = call_query_bool(call, "live", true);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_UNPLACED, 0))
        call_read(call, unplaced_get);
}
