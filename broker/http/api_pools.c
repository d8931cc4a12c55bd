/* Pools: what is offered, and what is believed of it. */
#include "http/route.h"

#include "http/app_state.h"
#include "http/view.h"

#include <inttypes.h>

enum { LIST_LIMIT, LIST_AFTER, LIST_MINE, LIST_REGION }; /* late.numbers */

static bool is_mine(const struct actor *a, const struct pool_kept *p)
{
    return p->org.v == a->org.v && (a->location.v == 0 || a->location.v == p->location.v);
}

static void pools_list(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct engine *e = flow_engine(f);
    json_t *list = json_array();
    int64_t total = 0;
    uint32_t next = 0;
    (void)outcome;
    for (uint32_t i = (uint32_t)late->numbers[LIST_AFTER] + 1; i <= engine_pools(e); i++) {
        struct pool_id id = {i};
        const struct pool_kept *p = engine_pool(e, id);
        const struct location *l = engine_location(e, p->location);
        if (late->numbers[LIST_MINE] && !is_mine(&late->actor, p))
            continue;
        if (late->numbers[LIST_REGION] != REGION_NONE && l->region != late->numbers[LIST_REGION])
            continue;
        if (!may(e, &late->actor, ACT_SEE_POOL, i))
            continue;
        total++;
        if (json_array_size(list) < (size_t)late->numbers[LIST_LIMIT])
            json_array_append_new(list, view_pool(e, &late->actor, id, flow_now_ms(f)));
        else if (next == 0)
            next = i - 1;
    }
    reply_json(late, 200,
               json_pack("{s:o, s:I, s:o}", "pools", list, "total", (json_int_t)total, "next",
                         next == 0 ? json_null() : json_integer(next)));
}

void api_pools_list(struct call *call)
{
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    char region[8];
    call->late.numbers[LIST_LIMIT] = call_query_int(call, "limit", 1, 200, 50);
    call->late.numbers[LIST_AFTER] = call_query_int(call, "after", 0, UINT32_MAX - 1, 0);
    call->late.numbers[LIST_MINE] = call_query_bool(call, "mine", false);
    call->late.numbers[LIST_REGION] = REGION_NONE;
    if (call_query_text(call, "region", region, sizeof region)[0] != '\0') {
        call->late.numbers[LIST_REGION] = vocab_region_find(v, region);
        if (call->late.numbers[LIST_REGION] == REGION_NONE)
            json_fault_add(&call->faults, "query:region", "is not the code of a region");
    }
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    call_read(call, pools_list);
}

static void pools_get(const struct late *late, const struct outcome *outcome)
{
    const struct flow *f = late->app->parts.flow;
    const struct engine *e = flow_engine(f);
    struct pool_id id = {(uint32_t)late->id};
    char etag[32];
    (void)outcome;
    snprintf(etag, sizeof etag, "\"%" PRIu64 "\"", engine_pool_view(e, id, flow_now_ms(f)).version);
    reply_json_with(late, 200, view_pool(e, &late->actor, id, flow_now_ms(f)), "ETag", etag);
}

void api_pools_get(struct call *call)
{
    const struct engine *e = app_engine(call->late.app);
    if (call->late.id > engine_pools(e)) {
        reply_not_found(&call->late);
        return;
    }
    if (call_may(call, ACT_SEE_POOL, call->late.id))
        call_read(call, pools_get);
}
