/* The web side of the broker: everything the handlers need, in one place, made by main. */
#ifndef PLEK_HTTP_APP_H
#define PLEK_HTTP_APP_H

#include "feeds/feeds.h"
#include "flow/flow.h"
#include "flow/notes_port.h"
#include "flow/notify_port.h"
#include "flow/people_port.h"
#include "flow/secrets_port.h"
#include "wire/server.h"

#include <jansson.h>

struct offload;

/* Tags of the listeners. */
enum door { DOOR_PEOPLE, DOOR_MACHINES, DOOR_N };

struct http_settings {
    char public_origin[201];       /* "https://localhost:8443": Origin of every write by a browser */
    const char *ui_dir;            /* pages; index of what is served is read once at start */
    uint64_t body_bytes_max;       /* 64 KiB */
    uint64_t batch_body_bytes_max; /* 1 MiB: POST /capacity-reports, /feed-messages, /uploads */
    uint32_t streams_max;
    int64_t session_idle_ms, session_idle_shelter_ms, session_ms;
    uint32_t sign_in_attempts;
    int64_t sign_in_wait_ms;
    unsigned password_ops;
    size_t password_bytes;
    uint32_t minimum_cell;
    struct feeds_limits feeds;
    const char *night_sheet_dir;       /* NULL or "": no files, the sheets are to be had by the API alone */
    uint32_t night_sheet_s;            /* night_sheet.h; 0 = none are made, old files are removed */
    const char *night_helpdesk_number; /* on every sheet; NULL or "": not there; as the next two */
    const char *night_comensha_number;
    const char *night_veilig_thuis_number;
    uint32_t note_sweep_s; /* note_janitor.h */
    int64_t started_ms;    /* wall clock: numbers of messages, orders and uploads start from it */
};

/* Everything is borrowed and outlives the app, but for CODES (a JSON object list → rows, taken over). */
struct http_parts {
    struct event_base *base;
    struct flow *flow;
    struct offload *offload; /* worker threads for Argon2id */
    struct people_port people;
    struct secrets_port secrets;
    struct notify_port notify; /* all NULL: nobody is told anything */
    struct notes_port notes;
    json_t *codes;
    int64_t (*turn_max_ms)(void *ctx); /* of the loop, for /health */
    void *turn_ctx;
};

struct http_app;

/* Make the app and its server (no listeners yet: wire_server_listen on http_app_server). ERR_IO /
 * ERR_BAD_INPUT with one line in WHY if the pages or openapi.json cannot be read. */
MUST_CHECK enum err http_app_new(const struct http_parts *parts, const struct http_settings *settings,
                                 const struct wire_limits *limits, struct http_app **out, char *why,
                                 size_t why_size);
struct wire_server *http_app_server(struct http_app *app);

/* Drop all connections and free. Flow must not deliver any more afterwards (it still knows the streams' hub);
 * offload and the ports may call their completions: they find nobody to answer. NULL is fine. */
void http_app_free(struct http_app *app);

#endif
