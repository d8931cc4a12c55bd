/* The kill switch of a location, places that open in a surge, and the question about a known conflict. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/view.h"
#include "http/view_safety.h"

static void give(struct call *call, enum command_kind kind, const struct safety_command *c, late_fn *after)
{
    struct command cmd = {.kind = kind, .actor = call->late.actor, .u.safety = *c};
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        call_submit(call, &cmd, after);
}

/* ---- locations and leaks ---- */

enum { LIST_LIMIT }; /* late.numbers */

static void locations_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    (void)outcome;
    for (uint32_t i = 1; i <= engine_locations(e); i++) {
        if (may(e, &late->actor, ACT_SEE_LOCATIONS, i))
            json_array_append_new(list, view_own_location(e, (struct location_id){i}));
    }
    reply_json(late, 200, json_pack("{s:o}", "locations", list));
}

void api_locations_list(struct call *call)
{
    if (call_may(call, ACT_SEE_LOCATIONS, 0))
        call_read(call, locations_list);
}

static void leaks_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    int64_t total = 0;
    (void)outcome;
    for (uint32_t i = engine_leaks(e); i >= 1; i--) {
        if (!may(e, &late->actor, ACT_SEE_LEAK, i))
            continue;
        if (total++ < late->numbers[LIST_LIMIT])
            json_array_append_new(list, view_leak(e, &late->actor, i));
    }
    reply_json(late, 200, json_pack("{s:o, s:I}", "leaks", list, "total", (json_int_t)total));
}

void api_leaks_list(struct call *call)
{
    call->late.numbers[LIST_LIMIT] = call_query_int(call, "limit", 1, 100, 20);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_may(call, ACT_SEE_LEAK, 0))
        call_read(call, leaks_list);
}

static void leak_made(const struct late *late, const struct outcome *o)
{
    reply_json(late, 201, view_leak(app_engine(late->app), &late->actor, (uint32_t)o->made));
}

static void leak_changed(const struct late *late, const struct outcome *o)
{
    (void)o;
    reply_json(late, 200, view_leak(app_engine(late->app), &late->actor, (uint32_t)late->id));
}

void api_leak_report(struct call *call)
{
    static const char *const fields[] = {"reason"};
    struct json_at root = json_root(call->body);
    struct safety_command c = {.location = {call_path_id(call)}};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int reason = json_choice(json_field(root, "reason"), leak_reason_codes(), LEAK_REASON_N, &call->faults);
    c.reason = (uint8_t)(reason < 0 ? 0 : reason);
    if (call->late.id > UINT32_MAX)
        reply_not_found(&call->late);
    else
        give(call, CMD_REPORT_LEAK, &c, leak_made);
}

/* The four steps after a report are one shape: nothing but who takes them. */
static void step(struct call *call, enum command_kind kind)
{
    struct safety_command c = {.leak = call_path_id(call)};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    if (call->late.id > UINT32_MAX)
        reply_not_found(&call->late);
    else
        give(call, kind, &c, leak_changed);
}

void api_leak_confirm(struct call *call)
{
    step(call, CMD_CONFIRM_LEAK);
}

void api_leak_withdraw(struct call *call)
{
    step(call, CMD_WITHDRAW_LEAK);
}

void api_leak_ask_lift(struct call *call)
{
    step(call, CMD_ASK_LIFT);
}

void api_leak_lift(struct call *call)
{
    step(call, CMD_LIFT_LEAK);
}

/* ---- surge ---- */

static void surge_get(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();
    (void)outcome;
    for (uint8_t r = 0; r < vocab_regions(engine_vocab(e)); r++)
        json_array_append_new(list, view_surge(e, r));
    reply_json(late, 200, json_pack("{s:o}", "regions", list));
}

void api_surge_get(struct call *call)
{
    if (call_may(call, ACT_SEE_SURGE, 0))
        call_read(call, surge_get);
}

static uint64_t read_regions(struct call *call, struct json_at root)
{
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    struct json_at at = json_field(root, "regions");
    bool nation =
        json_present(json_field(root, "nation")) && json_bool(json_field(root, "nation"), &call->faults);
    size_t all = vocab_regions(v);
    uint64_t regions = 0;
    if (nation && json_present(at))
        json_fault_add(&call->faults, "/regions", "is not said together with the whole nation");
    if (nation)
        return all >= 64 ? UINT64_MAX : (UINT64_C(1) << all) - 1;
    size_t n = json_list(at, all, &call->faults);
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);
        uint8_t region = vocab_region_find(v, json_text(item, 8, &call->faults));
        if (region == REGION_NONE)
            json_fault_add(&call->faults, item.pointer, "is not the code of a region");
        else
            regions |= UINT64_C(1) << region;
    }
    if (n == 0 && json_is_array(at.value) && json_array_size(at.value) == 0)
        json_fault_add(&call->faults, "/regions", "needs at least one region");
    return regions;
}

void api_surge_set(struct call *call)
{
    static const char *const fields[] = {"regions", "nation", "on", "reason"};
    struct json_at root = json_root(call->body);
    struct safety_command c = {.regions = 0};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.on = json_bool(json_field(root, "on"), &call->faults);
    c.regions = read_regions(call, root);
    if (c.on || json_present(json_field(root, "reason"))) {
        int reason =
            json_choice(json_field(root, "reason"), surge_reason_codes(), SURGE_REASON_N, &call->faults);
        c.reason = (uint8_t)(reason < 0 ? 0 : reason);
    }
    give(call, CMD_SET_SURGE, &c, surge_get);
}

/* ---- a known conflict? ---- */

static void request_get(const struct late *late, const struct outcome *outcome)
{
    (void)outcome;
    reply_json(late, 200,
               view_request(app_engine(late->app), &late->actor, (struct request_id){late->id}, true));
}

void api_conflict_ask(struct call *call)
{
    struct safety_command c = {.request = {call->late.id}};
    json_only(json_root(call->body), NULL, 0, &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "request.read"))
        give(call, CMD_ASK_CONFLICT, &c, request_get);
}

void api_conflict_answer(struct call *call)
{
    static const char *const fields[] = {"conflict"};
    struct json_at root = json_root(call->body);
    struct safety_command c = {.request = {call->late.id}};
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    c.conflict = json_bool(json_field(root, "conflict"), &call->faults);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else if (call_record(call, "request.read"))
        give(call, CMD_ANSWER_CONFLICT, &c, request_get);
}
