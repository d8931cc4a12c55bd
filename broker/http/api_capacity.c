/* Capacity reports: one or a batch, all or none. Who reports comes from the session or the certificate, never
 * from the body; which pool an observation is about, the body says, and core asks whether that pool is
 * theirs. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/report_json.h"

#include <stdlib.h>
#include <string.h>

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
    for (size_t i = 0; i < n; i++) {
        const char *id = report_json_read(e, json_item(reports, i), false, &list[i], &call->faults);
        list[i].report = report_hash(report_channel(call), id);
    }
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
