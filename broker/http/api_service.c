/* The service about itself: health, version, its description, and the code lists. */
#include "http/route.h"

#include "base/time_text.h"
#include "http/app_state.h"
#include "http/feed_watch.h"
#include "http/reply.h"
#include "http/static_files.h"

static json_t *time_or_null(int64_t at_ms)
{
    char text[TIME_TEXT_SIZE];

    return at_ms != 0 ? json_string(time_format(at_ms, text)) : json_null();
}

static json_t *notifications(const struct notify_port *notify)
{
    struct outbox_stats s = notify->stats(notify->ctx);

    return json_pack("{s:b, s:I, s:o, s:I, s:I}", "stopped", s.stopped, "waiting", (json_int_t)s.waiting,
                     "oldestWaitingAt", time_or_null(s.oldest_at_ms), "givenUp", (json_int_t)s.given_up,
                     "behind", (json_int_t)s.behind);
}

static const char *state_text(enum flow_state s)
{
    return s == FLOW_OK ? "ok" : s == FLOW_AWAY ? "away" : "fenced";
}

void api_health_get(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct flow *f = app->parts.flow;
    enum flow_state state = flow_state(f);
    json_t *h = json_object();

    json_object_set_new(h, "status", json_string(state_text(state)));
    json_object_set_new(h, "awaySinceAt", time_or_null(flow_away_since_ms(f)));
    json_object_set_new(h, "durableSeq", json_integer((json_int_t)flow_durable_seq(f)));
    json_object_set_new(h, "pools", json_integer((json_int_t)engine_pools(app_engine(app))));
    json_object_set_new(h, "feedsSilent", json_integer((json_int_t)feed_watch_silent(app->watch)));
    if (app->parts.notify.stats != NULL)
        json_object_set_new(h, "notifications", notifications(&app->parts.notify));
    if (app->parts.turn_max_ms != NULL)
        json_object_set_new(h, "turnMaxMs",
                            json_integer((json_int_t)app->parts.turn_max_ms(app->parts.turn_ctx)));
    if (state == FLOW_OK) {
        reply_json(&call->late, 200, h);
    } else {
        const struct reply_row *row = reply_row_of_trouble(state == FLOW_AWAY ? ERR_AWAY : ERR_FENCED);

        reply_problem_with(&call->late, row->status, row->type, row->title,
                           state == FLOW_AWAY ? "Nothing new can be stored; what was stored can be read."
                                              : "This server has stopped; another one is at work.",
                           json_pack("{s:o}", "health", h));
    }
}

void api_version_get(struct call *call)
{
    reply_json(&call->late, 200, json_pack("{s:s, s:s}", "version", PLEK_VERSION, "api", PLEK_VERSION));
}

void api_openapi_get(struct call *call)
{
    static_files_answer(call->late.app->files, &call->late, call->request->head,
                        BYTES_LITERAL("/api/v1/openapi.json"));
}

void api_codes_get(struct call *call)
{
    json_t *codes = call->late.app->parts.codes;

    reply_json(&call->late, 200, codes != NULL ? json_incref(codes) : json_object());
}
