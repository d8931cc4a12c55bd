#include "http/report_json.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "http/call.h"
#include "http/view.h"

static int32_t read_units(struct json_at at, const char *name, struct json_faults *f)
{
    struct json_at field = json_field(at, name);
    return json_present(field) ? (int32_t)json_int(field, 0, REPORT_UNITS_MAX, f) : UNITS_UNKNOWN;
}

static void read_stop(const struct vocab *v, struct json_at at, struct observation *o, struct json_faults *f)
{
    static const char *const fields[] = {"reason", "untilAt"};
    struct json_at reason = json_field(at, "reason");
    if (!json_present(at))
        return;
    json_only(at, fields, COUNT_OF(fields), f);
    int index = vocab_list_find(v, LIST_STOP, json_text(reason, VOCAB_CODE_SIZE - 1, f));
    if (index < 0 && json_is_string(reason.value))
        json_fault_add(f, reason.pointer, "is not a known reason for a stop");
    o->stop = (uint8_t)(index + 1);
    if (json_present(json_field(at, "untilAt")))
        o->stop_until_ms = json_time(json_field(at, "untilAt"), f);
}

/* The pool by id or by code; 0 after a fault. Whether it is theirs, core decides. That a pool exists is no
 * secret among those who may report at all. */
static struct pool_id read_pool(const struct engine *e, struct json_at at, struct json_faults *f)
{
    struct json_at id = json_field(at, "poolId");
    struct json_at code = json_field(at, "pool");
    struct pool_id pool = {0};
    if (json_present(id) == json_present(code)) {
        json_fault_add(f, at.pointer, "needs either poolId or pool");
        return pool;
    }
    if (json_present(id)) {
        pool.v = (uint32_t)json_int(id, 1, UINT32_MAX, f);
        return pool;
    }
    pool = engine_pool_find(e, json_text(code, CODE_SIZE - 1, f));
    if (pool.v == 0 && json_is_string(code.value))
        json_fault_add(f, code.pointer, "is not the code of a pool");
    return pool;
}

const char *report_json_read(const struct engine *e, struct json_at at, bool feed, struct observation *o,
                             struct json_faults *f)
{
    static const char *const fields[] = {"poolId",          "pool",        "reportId",  "observedAt",
                                         "source",          "unitsTotal",  "unitsFree", "unitsOccupied",
                                         "unitsOutOfOrder", "deliverable", "stop",      "line"};
    struct json_at report = json_field(at, "reportId");
    json_only(at, fields, (int)COUNT_OF(fields) - (feed ? 0 : 1), f);
    o->pool = read_pool(e, at, f);
    const char *id = json_text(report, REPORT_ID_MAX, f);
    if (json_is_string(report.value) && id[0] == '\0')
        json_fault_add(f, report.pointer, "may not be empty");
    int source = json_choice(json_field(at, "source"), source_codes(), SOURCE_N, f);
    o->source = source < 0 ? SOURCE_HAND : (enum source)source;
    if (feed && source >= 0 && o->source != SOURCE_FEED)
        json_fault_add(f, json_field(at, "source").pointer, "must be: feed");
    o->observed_at_ms = json_time(json_field(at, "observedAt"), f);
    o->total = read_units(at, "unitsTotal", f);
    o->free = read_units(at, "unitsFree", f);
    o->occupied = read_units(at, "unitsOccupied", f);
    o->out_of_order = read_units(at, "unitsOutOfOrder", f);
    o->deliverable = TRI_UNKNOWN;
    if (json_present(json_field(at, "deliverable")))
        o->deliverable = json_bool(json_field(at, "deliverable"), f) ? TRI_YES : TRI_NO;
    read_stop(engine_vocab(e), json_field(at, "stop"), o, f);
    return id;
}

struct observation *report_json_batch(const struct engine *e, uint64_t channel, struct json_at root,
                                      size_t *n, struct json_faults *f)
{
    static const char *const fields[] = {"reports"};
    struct json_at reports = json_field(root, "reports");

    json_only(root, fields, COUNT_OF(fields), f);
    *n = json_list(reports, REPORT_BATCH_MAX, f);
    if (*n == 0 && json_is_array(reports.value) && json_array_size(reports.value) == 0)
        json_fault_add(f, reports.pointer, "needs at least one report");
    struct observation *list = mem_new(*n + 1, sizeof *list);
    for (size_t i = 0; i < *n; i++) {
        const char *id = report_json_read(e, json_item(reports, i), false, &list[i], f);
        list[i].report = report_hash(channel, bytes_of_text(id));
    }
    return list;
}

uint64_t report_channel(const struct call *call)
{
    return call->machine != NULL ? hash_combine(ROLE_MACHINE, call->machine->id)
                                 : hash_combine(ROLE_SHELTER, call->late.actor.account.v);
}

uint64_t report_hash(uint64_t channel, struct bytes report_id)
{
    uint64_t h = hash_combine(hash_bytes(report_id), channel);
    return h == 0 ? 1 : h;
}

json_t *report_json_stop(const struct engine *e, uint8_t stop, int64_t until_ms)
{
    if (stop == 0)
        return json_null();
    return json_pack("{s:s, s:o}", "reason", vocab_list_code(engine_vocab(e), LIST_STOP, stop - 1U),
                     "untilAt", view_time(until_ms));
}

json_t *report_json(const struct engine *e, const struct observation *o, const char *report_id, int line)
{
    const struct pool_kept *p = engine_pool(e, o->pool);
    json_t *r =
        json_pack("{s:i, s:I, s:s, s:s, s:s, s:s, s:o, s:s}", "line", line, "poolId", (json_int_t)o->pool.v,
                  "pool", engine_pool_code(e, p->id), "poolName", engine_pool_name(e, p->id), "poolNameEn",
                  engine_pool_name_en(e, p->id), "reportId", report_id, "observedAt",
                  view_time(o->observed_at_ms), "source", source_code(o->source));
    CHECK(r != NULL);
    json_object_set_new(r, "unitsTotal", view_units(o->total));
    json_object_set_new(r, "unitsFree", view_units(o->free));
    json_object_set_new(r, "unitsOccupied", view_units(o->occupied));
    json_object_set_new(r, "unitsOutOfOrder", view_units(o->out_of_order));
    json_object_set_new(r, "deliverable",
                        o->deliverable == TRI_UNKNOWN ? json_null()
                                                      : json_boolean(o->deliverable == TRI_YES));
    json_object_set_new(r, "stop", report_json_stop(e, o->stop, o->stop_until_ms));
    return r;
}
