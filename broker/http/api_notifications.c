/* What was told to whom outside, and what could not be. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/view.h"

#include <stdlib.h>

#define LIST_MAX 200

enum { NOTIFICATIONS_LIMIT, NOTIFICATIONS_GIVEN_UP };

static void put_id(json_t *o, const char *name, uint64_t id)
{
    json_object_set_new(o, name, id != 0 ? json_integer((json_int_t)id) : json_null());
}

static json_t *view(const struct engine *e, const struct outbox_row *row, const char *target)
{
    const struct org *org = engine_org(e, row->org);
    json_t *o =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:o, s:o, s:s}", "id", (json_int_t)row->id,
                  "event", row->kind, "channel", channel_code(row->channel), "target", target, "organisation",
                  org != NULL ? org->code : "", "at", view_time(row->at_ms), "state",
                  outbox_status_code(row->status), "attempts", (json_int_t)row->attempts, "nextAt",
                  view_time(row->status == OUTBOX_WAITING ? row->next_at_ms : 0), "doneAt",
                  view_time(row->done_at_ms), "trouble", row->trouble);

    put_id(o, "referralId", row->referral.v);
    put_id(o, "requestId", row->request.v);
    put_id(o, "locationId", row->location.v);
    return o;
}

static void listed(void *ctx, enum err trouble, const struct outbox_row *rows, const char *const *targets,
                   size_t n)
{
    struct late *late = ctx;
    const struct engine *e = app_engine(late->app);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        if (may(e, &late->actor, ACT_SEE_NOTIFICATIONS, rows[i].org.v))
            json_array_append_new(list, view(e, &rows[i], targets[i]));
    }
    if (trouble == OK) {
        reply_json(
            late, 200,
            json_pack("{s:o, s:I}", "notifications", list, "total", (json_int_t)json_array_size(list)));
    } else {
        json_decref(list);
        reply_trouble(late, ERR_AWAY);
    }
    free(late);
}

static void notifications_list(const struct late *late, const struct outcome *outcome)
{
    const struct notify_port *notify = &late->app->parts.notify;
    bool all = late->actor.role == ROLE_EXCHANGE_ADMIN;
    struct late *kept = NULL;
    enum err e = ERR_AWAY;

    (void)outcome;
    if (notify->list == NULL) {
        reply_json(late, 200, json_pack("{s:[], s:i}", "notifications", "total", 0));
        return;
    }
    kept = mem_new(1, sizeof *kept);
    *kept = *late;
    e = notify->list(notify->ctx, all ? (struct org_id){0} : late->actor.org,
                     late->numbers[NOTIFICATIONS_GIVEN_UP] != 0, (unsigned)late->numbers[NOTIFICATIONS_LIMIT],
                     listed, kept);
    if (e != OK) {
        free(kept);
        reply_trouble(late, e);
    }
}

void api_notifications_list(struct call *call)
{
    if (!call_may(call, ACT_SEE_NOTIFICATIONS, 0))
        return;
    call->late.numbers[NOTIFICATIONS_LIMIT] = call_query_int(call, "limit", 1, LIST_MAX, 50);
    call->late.numbers[NOTIFICATIONS_GIVEN_UP] = call_query_bool(call, "givenUp", false);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        call_read(call, notifications_list);
}
