#include "http/app_state.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/dispatch.h"
#include "http/feed_watch.h"
#include "http/night_sheet.h"
#include "http/note_janitor.h"
#include "http/reply.h"
#include "http/session_api.h"
#include "http/sse_hub.h"
#include "http/static_files.h"
#include "http/throttle.h"
#include "http/waiting.h"

#include <stdio.h>
#include <stdlib.h>

/* Addresses that signed in lately, and names that do not exist: 32 bytes each. */
#define DOORS_MAX 4096
#define STRANGERS_MAX 4096
#define TRIES_MAX 4096 /* accounts that tried lately */
#define FEED_IDS_PER_S                                                                                       \
    1024 /* more than are ever given in one second; 2^53 is reached in the year 280,000                      \
          */

static void on_request(void *ctx, const struct wire_request *request)
{
    dispatch_request(ctx, request);
}

static uint64_t body_limit(void *ctx, const struct http_head *head, int door)
{
    (void)door;
    return dispatch_body_limit(ctx, head);
}

static void on_stream_drained(void *ctx, struct wire_ticket ticket)
{
    struct http_app *app = ctx;

    sse_hub_drained(app->hub, ticket);
}

static void on_stream_closed(void *ctx, struct wire_ticket ticket)
{
    struct http_app *app = ctx;

    sse_hub_closed(app->hub, ticket);
}

/* What the wire refuses before there is a request: same form as every other problem. */
static const char *wire_problem(void *ctx, enum http_fault fault, struct buf *body)
{
    char code[REPLY_CODE_SIZE];

    reply_support_code(ctx, code);
    log_line(LOG_DEBUG, "problem answered", "code=%s status=%d type=%s route=-", code,
             http_fault_status(fault), http_fault_code(fault));
    buf_format(body,
               "{\"type\":\"/problems/%s\",\"title\":\"Not "
               "accepted\",\"status\":%d,\"detail\":\"%s\",\"code\":\"%s\"}",
               http_fault_code(fault), http_fault_status(fault), http_fault_text(fault), code);
    return "application/problem+json";
}

static enum err make_dummy(struct http_app *app, char *why, size_t why_size)
{
    char secret[16];
    enum err e;

    crypto_random(secret, sizeof secret);
    app->dummy_hash = mem_new(1, CRYPTO_PASSWORD_HASH_SIZE);
    e = crypto_password_hash(BYTES(secret, sizeof secret), app->settings.password_ops,
                             app->settings.password_bytes, app->dummy_hash);
    if (e != OK)
        snprintf(why, why_size, "no memory for one password check (password_mib)");
    return e;
}

enum err http_app_new(const struct http_parts *parts, const struct http_settings *settings,
                      const struct wire_limits *limits, struct http_app **out, char *why, size_t why_size)
{
    const struct wire_handler handler = {.on_request = on_request,
                                         .body_limit = body_limit,
                                         .on_stream_drained = on_stream_drained,
                                         .on_stream_closed = on_stream_closed,
                                         .problem = wire_problem};
    struct http_app *app = mem_new(1, sizeof *app);
    enum err e;

    app->parts = *parts;
    app->settings = *settings;
    e = static_files_load(settings->ui_dir, &app->files, why, why_size);
    if (e == OK && !static_files_has(app->files, BYTES_LITERAL("/api/v1/openapi.json"))) {
        snprintf(why, why_size, "%s/files.tsv does not list /api/v1/openapi.json", settings->ui_dir);
        e = ERR_BAD_INPUT;
    }
    if (e == OK)
        e = make_dummy(app, why, why_size);
    if (e != OK) {
        app->parts.codes = NULL; /* still the caller's */
        http_app_free(app);
        return e;
    }
    app->doors = throttle_new(DOORS_MAX);
    app->strangers = throttle_new(STRANGERS_MAX);
    app->tries = throttle_new(TRIES_MAX);
    app->server = wire_server_new(parts->base, limits, &handler, app);
    app->hub = sse_hub_new(app, settings->streams_max);
    /* Ids from the clock: what somebody kept from before a restart names nothing, not something else. */
    app->feeds = feeds_new(&settings->feeds, (uint64_t)(settings->started_ms / 1000) * FEED_IDS_PER_S,
                           settings->started_ms);
    app->watch = feed_watch_new(app);
    app->janitor = note_janitor_new(app);
    app->night = night_sheets_new(app);
    *out = app;
    return OK;
}

struct wire_server *http_app_server(struct http_app *app)
{
    return app->server;
}

void http_app_free(struct http_app *app)
{
    if (app == NULL)
        return;
    wire_server_free(app->server);
    report_batch_fini(&app->reports);
    sse_hub_free(app->hub);
    feed_watch_free(app->watch);
    note_janitor_free(app->janitor);
    night_sheets_free(app->night);
    feeds_free(app->feeds);
    sign_ins_forget(app);
    waiting_free_all(app);
    throttle_free(app->doors);
    throttle_free(app->strangers);
    throttle_free(app->tries);
    static_files_free(app->files);
    json_decref(app->parts.codes);
    free(app->dummy_hash);
    free(app);
}
