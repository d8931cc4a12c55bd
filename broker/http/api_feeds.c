/* Feeds and their messages, for the people of the organisation and of the exchange. */
#include "http/route.h"

#include "base/mem.h"
#include "http/app_state.h"
#include "http/call_parts.h"
#include "http/feed_call.h"
#include "http/view_feed.h"

#include <stdlib.h>

static bool may_see(const struct late *late, struct org_id provider)
{
    return may(app_engine(late->app), &late->actor, ACT_SEE_FEEDS, provider.v);
}

/* ---- feeds ---- */

static void feeds_list(const struct late *late, const struct outcome *outcome)
{
    const struct engine *e = app_engine(late->app);
    struct feed_row *rows = NULL;
    size_t n = feeds_rows(late->app->feeds, e, app_now_ms(late->app), &rows);
    json_t *list = json_array();

    (void)outcome;
    for (size_t i = 0; i < n; i++) {
        if (may_see(late, rows[i].provider))
            json_array_append_new(list, view_feed(e, &rows[i]));
    }
    free(rows);
    reply_json(late, 200, json_pack("{s:o, s:I}", "feeds", list, "total", (json_int_t)json_array_size(list)));
}

void api_feeds_list(struct call *call)
{
    if (call_may(call, ACT_SEE_FEEDS, 0))
        call_read(call, feeds_list);
}

/* ---- messages ---- */

#define LIST_MAX 200

/* Whose messages: named by code, else one's own; 0 for all, which only the exchange may see. False: answered.
 */
static bool read_provider(struct call *call, struct org_id *provider)
{
    const struct engine *e = app_engine(call->late.app);
    char code[CODE_SIZE];

    provider->v = 0;
    if (call_query_text(call, "provider", code, sizeof code)[0] != '\0') {
        *provider = engine_org_find(e, code);
        if (provider->v == 0 || !may_see(&call->late, *provider)) {
            reply_not_found(&call->late);
            return false;
        }
    } else if (call->late.actor.role != ROLE_EXCHANGE_ADMIN) {
        *provider = call->late.actor.org;
    }
    return true;
}

void api_feed_messages_list(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct feed_message *found[LIST_MAX];
    struct org_id provider;
    size_t limit, n;
    json_t *list = NULL;

    if (!call_may(call, ACT_SEE_FEEDS, 0) || !read_provider(call, &provider))
        return;
    limit = (size_t)call_query_int(call, "limit", 1, LIST_MAX, 50);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    n = feeds_messages(app->feeds, provider, found, limit);
    list = json_array();
    for (size_t i = 0; i < n && i < limit; i++) {
        if (may_see(&call->late, found[i]->provider))
            json_array_append_new(list, view_feed_message(app_engine(app), &call->late.actor, app->feeds,
                                                          found[i], false, app_now_ms(app)));
    }
    reply_json(&call->late, 200, json_pack("{s:o, s:I}", "messages", list, "total", (json_int_t)n));
}

/* The message of the path, if the asker may ACTION with it; NULL: answered. */
static const struct feed_message *find_message(struct call *call, enum action action)
{
    const struct feed_message *m = NULL;

    if (!call_may(call, action, 0))
        return NULL;
    m = feeds_message(call->late.app->feeds, call->late.id);
    if (m == NULL)
        reply_not_found(&call->late);
    else if (!call_may(call, action, m->provider.v))
        m = NULL;
    return m;
}

void api_feed_messages_get(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct feed_message *m = find_message(call, ACT_SEE_FEEDS);

    if (m != NULL && call_record(call, "feed.read"))
        reply_json(
            &call->late, 200,
            view_feed_message(app_engine(app), &call->late.actor, app->feeds, m, true, app_now_ms(app)));
}

/* ---- replay ---- */

static void reply_ordered(const struct late *late, const struct feed_answer *answer)
{
    reply_json(late, 202, json_pack("{s:I}", "orderId", (json_int_t)answer->id));
}

void api_feed_replay(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct feed_message *m = find_message(call, ACT_REPLAY_FEED);
    struct feed_answer answer = {0};
    bool same = false;
    enum err e = OK;

    if (m == NULL)
        return;
    json_only(json_root(call->body), NULL, 0, &call->faults);
    if (call->faults.n > 0) {
        reply_faults(&call->late, 400, &call->faults);
        return;
    }
    if (!feed_call_is_new(call, &answer, &same)) {
        if (same)
            reply_ordered(&call->late, &answer);
        return;
    }
    e = feeds_replay(app->feeds, m->id, app_now_ms(app), &answer.id);
    if (e == ERR_CONFLICT) {
        reply_problem(&call->late, 409, "wrong_state", "Past this step",
                      "This message was not put aside, or it is being read again, or was.");
    } else if (e != OK) {
        reply_trouble(&call->late, e);
    } else {
        feed_call_done(call, &answer);
        reply_ordered(&call->late, &answer);
    }
}
