/* What adapters do: tell of messages, say that they live and hear what is to be done, fetch an uploaded file.
 * Numbers do not come in here; they come by POST /capacity-reports. */
#include "http/route.h"

#include "base/log.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/feed_call.h"
#include "http/feed_json.h"
#include "http/feed_watch.h"
#include "http/reply.h"
#include "http/view.h"

#include <stdlib.h>

#define NEXT_S 2 /* to the next heartbeat: somebody who uploads a file waits for it */

static bool may_tell(const struct call *call, struct org_id provider)
{
    return provider.v != 0 && may(app_engine(call->late.app), &call->late.actor, ACT_TELL_FEED, provider.v);
}

/* ---- messages ---- */

static void reply_told(const struct late *late, const struct feed_answer *answer)
{
    reply_json(late, answer->known ? 200 : 201, json_pack("{s:I}", "id", (json_int_t)answer->id));
}

static void tell(struct call *call, struct feed_message *m)
{
    const struct outcome refused = {.refusal = REFUSAL_NOT_ALLOWED};
    struct feed_answer answer = {0};
    bool same = false;

    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    if (!may_tell(call, m->provider)) {
        reply_refusal(&call->late, &refused); /* the same for one that does not exist */
        return;
    }
    if (feed_call_is_new(call, &answer, &same)) {
        m->machine = call->machine->id;
        answer.id = feeds_tell(call->late.app->feeds, m, app_now_ms(call->late.app), &answer.known);
        feed_call_done(call, &answer);
        feed_watch_changed(call->late.app->watch, m->provider);
        same = true;
    }
    if (same)
        reply_told(&call->late, &answer);
}

void api_feed_tell(struct call *call)
{
    struct feed_message m;

    feed_json_message(app_engine(call->late.app), call->body, &m, &call->faults);
    tell(call, &m);
    feed_message_fini(&m);
}

/* ---- heartbeats ---- */

static json_t *orders_json(const struct engine *e, const struct feed_order *list, size_t n)
{
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct feed_order *o = &list[i];
        bool is_read = o->kind == FEED_ORDER_READ;
        json_t *one =
            json_pack("{s:I, s:s, s:s, s:b}", "id", (json_int_t)o->id, "kind", is_read ? "read" : "replay",
                      "provider", engine_org(e, o->provider)->code, "test", o->test);

        if (is_read)
            json_object_set_new(one, "bytes", json_integer((json_int_t)o->bytes));
        else
            json_object_set_new(one, "messageId", json_string(o->message_id));
        json_array_append_new(out, one);
    }
    return out;
}

/* What the machine does not carry is named in the answer and left out: one profile too many must not make all
 * the other feeds look dead. */
static void heed(struct call *call, struct feed_heartbeat *h, const struct feed_json_source *list, size_t n)
{
    struct http_app *app = call->late.app;
    struct feed_source *sources = mem_new(n + 1, sizeof *sources);
    struct feed_order orders[FEED_ORDERS_MAX];
    json_t *foreign = json_array();
    struct feed_heard heard;

    h->machine = call->machine->id;
    h->sources = sources;
    h->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (may_tell(call, list[i].source.provider))
            sources[h->n++] = list[i].source;
        else
            json_array_append_new(foreign, json_string(list[i].code));
    }
    h->foreign = (uint16_t)(n - h->n);
    heard = feeds_heartbeat(app->feeds, h, app_now_ms(app));
    for (uint16_t i = 0; heard.resync && i < h->n; i++)
        feed_watch_changed(app->watch, sources[i].provider);
    if (heard.resync)
        log_info("adapter heard", "machine=%u feeds=%u", h->machine, h->n);
    if (heard.foreign_changed)
        log_warn("adapter reads feeds that it does not carry", "machine=%u feeds=%u", h->machine, h->foreign);
    size_t n_orders = feeds_orders(app->feeds, h->machine, app_now_ms(app), orders);
    reply_json(&call->late, 200,
               json_pack("{s:b, s:o, s:i, s:o}", "resync", heard.resync, "orders",
                         orders_json(app_engine(app), orders, n_orders), "nextSeconds", NEXT_S, "notCarried",
                         foreign));
    free(sources);
}

void api_feed_heartbeat(struct call *call)
{
    struct feed_json_source *list = mem_new(FEED_SOURCES_MAX, sizeof *list);
    struct feed_heartbeat h = {0};
    size_t n = feed_json_heartbeat(app_engine(call->late.app), call->body, &h, list, &call->faults);

    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        heed(call, &h, list, n);
    free(list);
}

/* ---- the uploaded file ---- */

void api_feed_content(struct call *call)
{
    struct http_app *app = call->late.app;
    struct org_id provider = {0};
    struct bytes content = feeds_content(app->feeds, call->late.id, app_now_ms(app), &provider);

    if (content.len == 0 || !may_tell(call, provider))
        reply_not_found(&call->late);
    else
        reply_bytes(&call->late, 200, REPLY_API, "application/octet-stream", NULL, 0, content);
}
