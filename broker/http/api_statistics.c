/* The national picture: report works it out and hides small numbers, this file only writes it down. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/view.h"
#include "report/overview.h"

#include <stdlib.h>

static json_t *cell(struct overview_cell c)
{
    return json_pack("{s:o, s:b}", "value", c.value < 0 ? json_null() : json_integer(c.value), "suppressed",
                     c.suppressed);
}

static json_t *number(int64_t v)
{
    return v < 0 ? json_null() : json_integer(v);
}

static json_t *row(const char *code, const struct overview_row *r)
{
    json_t *o =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "code", code, "unitsTotal",
                  cell(r->units_total), "unitsOccupied", cell(r->units_occupied), "unitsFree",
                  cell(r->units_free), "referrals", cell(r->referrals), "placed", cell(r->placed), "unplaced",
                  cell(r->unplaced), "looking", cell(r->looking), "withdrawn", cell(r->withdrawn));
    json_object_set_new(o, "occupancyPercent", number(r->occupancy_percent));
    json_object_set_new(o, "freshPercent", number(r->fresh_percent));
    json_object_set_new(o, "placedOwnRegionPercent", number(r->own_region_percent));
    json_object_set_new(o, "medianMinutesToYes", number(r->median_minutes_to_yes));
    return o;
}

static void overview_done(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct engine *e = flow_engine(f);
    struct overview *o = mem_new(1, sizeof *o);
    json_t *kinds = json_array();
    json_t *regions = json_array();
    (void)outcome;
    overview_make(e, flow_now_ms(f), (int)late->numbers[0], (int)late->app->settings.minimum_cell, o);
    for (unsigned k = 0; k < KIND_N; k++)
        json_array_append_new(kinds, row(kind_code((enum kind)k), &o->kinds[k]));
    for (uint8_t r = 0; r < o->n_regions; r++)
        json_array_append_new(regions, row(vocab_region(engine_vocab(e), r)->code, &o->regions[r]));
    reply_json(late, 200,
               json_pack("{s:o, s:i, s:i, s:o, s:o, s:o}", "at", view_time(o->at_ms), "days", o->days,
                         "minimumCell", o->minimum_cell, "totals", row("NL", &o->totals), "byKind", kinds,
                         "byRegion", regions));
    free(o);
}

void api_overview_get(struct call *call)
{
    call->late.numbers[0] = call_query_int(call, "days", 90, 90, 90);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_STATISTICS, 0))
        call_read(call, overview_done);
}
