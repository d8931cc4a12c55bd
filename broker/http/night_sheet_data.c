#include "http/night_sheet.h"

#include "base/mem.h"
#include "core/gate/gate_look.h"
#include "http/view.h"

/* Of each list: on paper nobody needs more. */
#define ROWS_MAX 300

/* A yes of a house, for the organisation that refers. */
static json_t *house_row(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct location *l = engine_location(e, engine_pool(e, q->pool)->location);

    return json_pack("{s:s, s:s, s:b, s:o, s:o, s:n, s:n}", "code", r->code, "location", l->name, "bridge",
                     q->bridge, "region", view_region(e, l->region), "etaAt",
                     view_time(view_expected_ms(e, r, q)), "nightNumber", "meetingPoint");
}

/* The same yes, for the house: whose household it is, who placed it there if a gatekeeper did, and the number
 * of the desk that waits for word. */
static json_t *coming_row(const struct engine *e, const struct referral *r, const struct request *q)
{
    const struct pool_kept *p = engine_pool(e, q->pool);
    const char *callback = r->facts_known ? r->need.callback : "";
    const struct gate *g = engine_gate(e, q->gate);

    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:i, s:o, s:s, s:s?, s:o}", "code", r->code, "location",
                     engine_location(e, p->location)->name, "bridge", q->bridge, "name",
                     engine_pool_name(e, p->id), "nameEn", engine_pool_name_en(e, p->id), "units",
                     (int)q->units, "etaAt", view_time(view_expected_ms(e, r, q)), "referrer",
                     engine_org(e, r->org)->name, "gatekeeper",
                     g != NULL ? engine_org(e, g->org)->name : NULL, "callback",
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

/* How many of a list did not fit on the sheet: it says so, for a list that ends may be taken for a whole one.
 */
struct left {
    size_t houses, coming, pools, ring;
};

/* True if there is room for one more; else it is counted. */
static bool has_room(const json_t *list, size_t *left)
{
    bool room = json_array_size(list) < ROWS_MAX;

    *left += !room;
    return room;
}

static void add_pools(const struct engine *e, struct org_id org, int64_t now_ms, json_t *pools, size_t *left)
{
    for (uint32_t i = 1; i <= engine_pools(e); i++) {
        const struct pool_kept *p = engine_pool(e, (struct pool_id){i});

        if (p->org.v == org.v && has_room(pools, left))
            json_array_append_new(pools, pool_row(e, p, now_ms));
    }
}

json_t *night_sheet_data(const struct engine *e, struct org_id org, int64_t now_ms, struct night_row **rows,
                         size_t *n_rows)
{
    json_t *houses = json_array(), *coming = json_array(), *pools = json_array(), *ring = NULL;
    struct left left = {0};
    size_t cap = 0;

    *rows = NULL;
    *n_rows = 0;
    for (uint64_t i = engine_requests(e); i >= 1; i--) {
        const struct request *q = engine_request(e, (struct request_id){i});
        const struct referral *r = engine_referral(e, q->referral);
        const struct pool_kept *p = engine_pool(e, q->pool);

        if (q->state != REQUEST_ACCEPTED)
            continue;
        if (p->org.v == org.v && has_room(coming, &left.coming))
            json_array_append_new(coming, coming_row(e, r, q));
        if (r->org.v == org.v && has_room(houses, &left.houses)) {
            json_t *row = house_row(e, r, q);

            json_array_append_new(houses, row);
            MEM_GROW(*rows, *n_rows, cap);
            (*rows)[(*n_rows)++] = (struct night_row){.request = q->id, .location = p->location, .row = row};
        }
    }
    add_pools(e, org, now_ms, pools, &left.pools);
    ring = night_sheet_ring(e, org, now_ms, ROWS_MAX, rows, n_rows, &left.ring);
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:{s:I, s:I, s:I, s:I}}", "v", 1, "houses", houses, "coming",
                     coming, "pools", pools, "ring", ring, "left", "houses", (json_int_t)left.houses,
                     "coming", (json_int_t)left.coming, "pools", (json_int_t)left.pools, "ring",
                     (json_int_t)left.ring);
}
