/* Capacity reports: one or a batch, all or none. Who reports comes from the session or the certificate, never
 * from the body; which pool an observation is about, the body says, and core asks whether that pool is
 * theirs. */
#include "http/route.h"

#include "base/crypto.h"
#include "base/hash.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/view.h"

#include <stdlib.h>
#include <string.h>

#define UNITS_MAX 10000
#define REPORT_ID_MAX 64

static int32_t read_units(struct json_at at, const char *name, struct json_faults *f)
{
    struct json_at field = json_field(at, name);
    return json_present(field) ? (int32_t)json_int(field, 0, UNITS_MAX, f) : UNITS_UNKNOWN;
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

/* Which channel reports: an adapter by its id, people by their account. */
static uint64_t channel_of(const struct call *call)
{
    return call->machine != NULL ? hash_combine(ROLE_MACHINE, call->machine->id)
                                 : hash_combine(ROLE_SHELTER, call->late.actor.account.v);
}

/* The same report of the same channel gives the same number. */
static uint64_t report_hash(uint64_t channel, const char *report_id)
{
    uint64_t h = hash_combine(hash_bytes(bytes_of_text(report_id)), channel);
    return h == 0 ? 1 : h;
}

static void read_observation(const struct engine *e, uint64_t channel, struct json_at at,
                             struct observation *o, struct json_faults *f)
{
    static const char *const fields[] = {"poolId",          "pool",        "reportId",  "observedAt",
                                         "source",          "unitsTotal",  "unitsFree", "unitsOccupied",
                                         "unitsOutOfOrder", "deliverable", "stop"};
    struct json_at report = json_field(at, "reportId");
    json_only(at, fields, COUNT_OF(fields), f);
    o->pool = read_pool(e, at, f);
    const char *id = json_text(report, REPORT_ID_MAX, f);
    if (json_is_string(report.value) && id[0] == '\0')
        json_fault_add(f, report.pointer, "may not be empty");
    o->report = report_hash(channel, id);
    int source = json_choice(json_field(at, "source"), source_codes(), SOURCE_N, f);
    o->source = source < 0 ? SOURCE_HAND : (enum source)source;
    o->observed_at_ms = json_time(json_field(at, "observedAt"), f);
    o->total = read_units(at, "unitsTotal", f);
    o->free = read_units(at, "unitsFree", f);
    o->occupied = read_units(at, "unitsOccupied", f);
    o->out_of_order = read_units(at, "unitsOutOfOrder", f);
    o->deliverable = TRI_UNKNOWN;
    if (json_present(json_field(at, "deliverable")))
        o->deliverable = json_bool(json_field(at, "deliverable"), f) ? TRI_YES : TRI_NO;
    read_stop(engine_vocab(e), json_field(at, "stop"), o, f);
}

/* If-Match: "17" → 17; 0 = not given. */
static uint64_t read_if_match(struct call *call)
{
    struct bytes value;
    char text[24];
    char *end = NULL;
    if (!http_head_field(call->request->head, "If-Match", &value))
        return 0;
    if (value.len >= 3 && value.len < sizeof text && value.p[0] == '"' && value.p[value.len - 1] == '"') {
        memcpy(text, value.p + 1, value.len - 2);
        text[value.len - 2] = '\0';
        uint64_t version = strtoull(text, &end, 10);
        if (*end == '\0' && text[0] >= '0' && text[0] <= '9' && version > 0)
            return version;
    }
    json_fault_add(&call->faults, "header:If-Match", "must be the ETag of the pool, a number in quotes");
    return 0;
}

static void capacity_done(const struct late *late, const struct outcome *o)
{
    reply_json(late, 200,
               json_pack("{s:i, s:i, s:i}", "applied", (int)o->applied, "late", (int)o->late, "unchanged",
                         (int)o->unchanged));
}

void api_capacity_post(struct call *call)
{
    static const char *const fields[] = {"reports"};
    const struct engine *e = app_engine(call->late.app);
    struct json_at root = json_root(call->body);
    struct json_at reports = json_field(root, "reports");
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = call->late.actor};

    json_only(root, fields, COUNT_OF(fields), &call->faults);
    size_t n = json_list(reports, REPORT_BATCH_MAX, &call->faults);
    if (n == 0 && json_is_array(reports.value) && json_array_size(reports.value) == 0)
        json_fault_add(&call->faults, reports.pointer, "needs at least one report");
    struct observation *list = mem_new(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        read_observation(e, channel_of(call), json_item(reports, i), &list[i], &call->faults);
    cmd.u.report.list = list;
    cmd.u.report.n = (uint16_t)n;
    cmd.u.report.version = read_if_match(call);
    if (cmd.u.report.version != 0 && n > 1)
        json_fault_add(&call->faults, "header:If-Match", "goes with one report only");
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        call_submit(call, &cmd, capacity_done);
    free(list);
}
