#include "http/night_sheet.h"

#include "base/mem.h"
#include "http/view.h"

#include <stdio.h>

/* On paper nobody needs more; what is beyond them is not what a night is about. */
#define ROWS_MAX 300

/* Room for a name and the word behind it. */
#define HOUSE_SIZE 200

/* The house of a yes. A bed for the meantime is not the place that the household travels to: it says so, in
 * the words of both languages because the page of a sheet shows it as it is. */
static const char *house_of(const struct request *q, const char *name, char out[HOUSE_SIZE])
{
    snprintf(out, HOUSE_SIZE, "%s%s", name, q->bridge ? " (overbrugging / bridge bed)" : "");
    return out;
}

/* When the household is expected: the travel is to the place, none is known to a bed for the meantime. */
static json_t *eta_of(const struct referral *r, const struct request *q)
{
    return q->bridge ? json_null() : view_time(r->eta_ms);
}

/* A yes of a house, for the organisation that refers. */
static json_t *house_row(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct location *l = engine_location(e, engine_pool(e, q->pool)->location);
    char house[HOUSE_SIZE];

    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:n, s:n}", "code", r->code, "location",
                     house_of(q, l->name, house), "bridge", q->bridge, "region", view_region(e, l->region),
                     "etaAt", eta_of(r, q), "nightNumber", "meetingPoint");
}

/* The same yes, for the house. */
static json_t *coming_row(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct pool_kept *p = engine_pool(e, q->pool);
    const char *callback = r->facts_known ? r->need.callback : "";
    char house[HOUSE_SIZE];

    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:i, s:o, s:o}", "code", r->code, "location",
                     house_of(q, engine_location(e, p->location)->name, house), "bridge", q->bridge, "name",
                     engine_pool_name(e, p->id), "nameEn", engine_pool_name_en(e, p->id), "units",
                     (int)q->units, "etaAt", eta_of(r, q), "callback",
                     callback[0] != '\0' ? json_string(callback) : json_null());
}

static json_t *pool_row(const struct engine *e, const struct pool_kept *p, int64_t now_ms)
{
    struct pool_view v = engine_pool_view(e, p->id, now_ms);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:i, s:b}", "location", engine_location(e, p->location)->name,
                          "name", engine_pool_name(e, p->id), "nameEn", engine_pool_name_en(e, p->id), "kind",
                          kind_code(p->kind), "held", (int)v.held, "stopped", v.stopped);

    json_object_set_new(o, "free", v.reported ? view_units(v.latest->free) : json_null());
    json_object_set_new(o, "observedAt", v.reported ? view_time(v.latest->observed_at_ms) : json_null());
    return o;
}

static void add_pools(const struct engine *e, struct org_id org, int64_t now_ms, json_t *pools)
{
    for (uint32_t i = 1; i <= engine_pools(e) && json_array_size(pools) < ROWS_MAX; i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});

        if (p->org.v == org.v)
            json_array_append_new(pools, pool_row(e, p, now_ms));
    }
}

json_t *night_sheet_data(const struct engine *e, struct org_id org, int64_t now_ms, struct night_row **rows,
                         size_t *n_rows)
{
    json_t *houses = json_array(), *coming = json_array(), *pools = json_array();
    size_t cap = 0;

    *rows = NULL;
    *n_rows = 0;
    for (uint64_t i = engine_requests(e); i >= 1; i--) {
        const struct request *q = engine_request(e, (struct request_id){i});
        const struct referral *r = engine_referral(e, q->referral);
        const struct pool_kept *p = engine_pool(e, q->pool);

        if (q->state != REQUEST_ACCEPTED)
            continue;
        if (p->org.v == org.v && json_array_size(coming) < ROWS_MAX)
            json_array_append_new(coming, coming_row(e, r, q));
        if (r->org.v == org.v && json_array_size(houses) < ROWS_MAX) {
            json_t *row = house_row(e, r, q);

            json_array_append_new(houses, row);
            MEM_GROW(*rows, *n_rows, cap);
            (*rows)[(*n_rows)++] = (struct night_row){.request = q->id, .location = p->location, .row = row};
        }
    }
    add_pools(e, org, now_ms, pools);
    return json_pack("{s:i, s:o, s:o, s:o}", "v", 1, "houses", houses, "coming", coming, "pools", pools);
}
