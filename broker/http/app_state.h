/* What the files of this room share of the app. Open within broker/http, opaque outside. */
#ifndef PLEK_HTTP_APP_STATE_H
#define PLEK_HTTP_APP_STATE_H

#include "http/app.h"
#include "http/report_scan.h"

struct feed_watch;
struct night_sheets;
struct note_janitor;
struct sign_in;
struct sse_hub;
struct static_files;
struct throttle;
struct waiting;

/* Parts and settings are read by every handler; the rest belongs to the file named beside it. */
struct http_app {
    struct http_parts parts;
    struct http_settings settings;
    struct wire_server *server;
    struct static_files *files;
    struct sse_hub *hub;
    struct throttle *doors;       /* sign-ins by address */
    struct throttle *strangers;   /* wrong passwords for names that do not exist */
    struct throttle *tries;       /* call_parts.c: what an account may do only now and then */
    struct waiting *waiting;      /* call.c: calls that flow will come back to */
    struct sign_in *sign_ins;     /* api_session.c: passwords being judged and sessions being written */
    char *dummy_hash;             /* judged for a name that does not exist, so that it takes as long */
    struct feeds *feeds;          /* what adapters told */
    struct feed_watch *watch;     /* feed_watch.c: looks whether feeds fell silent */
    struct night_sheets *night;   /* night_sheet.c */
    struct note_janitor *janitor; /* note_janitor.c: ciphertexts that are no longer wanted */
    struct report_batch reports;  /* api_capacity.c: of the request at hand */
    uint32_t problems;            /* answered so far: makes support codes differ */
};

static inline const struct engine *app_engine(const struct http_app *app)
{
    return flow_engine(app->parts.flow);
}

static inline int64_t app_now_ms(const struct http_app *app)
{
    return flow_now_ms(app->parts.flow);
}

#endif
