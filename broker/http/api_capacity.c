/* Capacity reports: one or a batch, all or none. Who reports comes from the session or the certificate, never
 * from the body; which pool an observation is about, the body says, and core asks whether that pool is
 * theirs. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/reply.h"
#include "http/report_json.h"
#include "http/report_scan.h"

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

static void add_count(struct buf *body, const char *name, unsigned n)
{
    buf_text(body, name);
    buf_decimal(body, n);
}

/* All of it is the outcome's, which is durable: unlike what is read from the engine's state, it does not wait
 * for what was applied since. That would be a second commit for each report. */
static void capacity_done(const struct late *late, const struct outcome *o)
{
    struct buf body = {0};

    add_count(&body, "{\"applied\":", o->applied);
    add_count(&body, ",\"late\":", o->late);
    add_count(&body, ",\"unchanged\":", o->unchanged);
    buf_text(&body, "}");
    reply_bytes(late, 200, REPLY_API, "application/json", NULL, 0, buf_view(&body));
    buf_fini(&body);
}

bool api_capacity_scan(struct call *call)
{
    struct report_batch *batch = &call->late.app->reports;

    if (report_scan(app_engine(call->late.app), report_channel(call), call->request->body, batch))
        call->reports = batch;
    else
        report_batch_trim(batch);
    return call->reports != NULL;
}

void api_capacity_post(struct call *call)
{
    struct command cmd = {.kind = CMD_REPORT_CAPACITY, .actor = call->late.actor};
    size_t n = call->reports != NULL ? call->reports->n : 0;
    struct observation *list = NULL;

    if (call->reports == NULL)
        list = report_json_batch(app_engine(call->late.app), report_channel(call), json_root(call->body), &n,
                                 &call->faults);

    cmd.u.report.list = list != NULL ? list : call->reports->list;
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
