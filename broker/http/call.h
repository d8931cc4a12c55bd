/* One API request under way. The router makes it (who, what, body parsed, key hashed), a handler judges the
 * body and either answers now or submits a command; what it needs after that travels in a copy, because the
 * wire's request is gone by then.
 *
 *   router ─► handler(call) ─┬─► reply_* now
 *                            ├─► call_submit(command, after)  ─ durable ─► after(late, outcome) ─► reply_*
 *                            └─► call_read(after)             ─ durable ─► after(late, NULL)    ─► reply_*
 *
 * Reads go through call_read too: what is shown is durable. By the time AFTER looks, the engine may already
 * hold newer events that are not: then the reply, as it was built, waits for those as well (call_hold). */
#ifndef PLEK_HTTP_CALL_H
#define PLEK_HTTP_CALL_H

#include "base/json.h"
#include "core/audience/audience.h"
#include "http/app.h"

struct report_batch;
struct route;

/* What lives on after the handler returns. A plain value. */
struct late {
    struct http_app *app;
    struct wire_ticket ticket;
    struct actor actor; /* carries points into the people port's tables, valid for the process's life */
    uint64_t id;        /* from the path, 0 = none */
    int64_t numbers[4]; /* whatever the handler wants to remember: limit, flags ... */
    json_t *json;       /* an answer built now and sent when it is durable; owned, NULL = none */
    bool head;          /* HEAD: same headers, no body */
    bool from_state;    /* set for AFTER: what it answers was read from the engine */
    const struct route *route; /* for the log; NULL before one was found */
    int64_t started_ms;        /* by the clock of the turn: for the log */
};

struct call {
    struct late late;
    const struct wire_request *request; /* borrowed for the handler's call */
    const struct session *session;      /* NULL for machines and open routes; until the next turn */
    const struct machine *machine;      /* NULL for people; until the next turn */
    struct command_key key;             /* zero where the route is no write */
    json_t *body;                       /* NULL where the route takes none; freed by the router */
    struct report_batch *reports;       /* the body where the route's scan took it, else NULL; the app's */
    struct json_faults faults;          /* add to it; reply_faults answers 400 */
};

typedef void call_fn(struct call *call);
typedef void late_fn(const struct late *late, const struct outcome *outcome);

/* Submit; key, actor and draw are put in. On trouble the reply (429, 503) is given here, otherwise AFTER is
 * called once the outcome is durable. A refusal is answered here too, from one table (refusal → status, type,
 * title), with `poolId` and, for bad reports, the JSON pointer of the observation: AFTER sees only
 * REFUSAL_NONE. */
void call_submit(struct call *call, struct command *cmd, late_fn *after);

/* Call AFTER when everything applied so far is durable. */
void call_read(struct call *call, late_fn *after);

/* Keep a finished answer back until everything the engine knows now is durable, then give it. HEADER may be
 * NULL; its VALUE is copied. Takes BODY. False, and nothing is taken, if there is nothing to wait for. For
 * reply_json. */
bool call_hold(const struct late *late, int status, json_t *body, const char *header, const char *value);

/* The same for a document of bytes (http/reply.h); takes its body. For reply_document. */
struct reply_document;
bool call_hold_document(const struct late *late, struct reply_document *d);

/* May the actor do this? If not: 403 (or 404 where existence itself is not theirs to know) is answered, false
 * returned. */
bool call_may(struct call *call, enum action action, uint64_t object);

/* The id of the path, of a thing whose ids have 32 bits: 0, which nothing has, where it is larger. A cast
 * would act on another thing than the one that the access log names. */
uint32_t call_path_id(const struct call *call);

/* Query parameters; a bad one adds a fault and gives the fallback. */
int64_t call_query_int(struct call *call, const char *name, int64_t min, int64_t max, int64_t fallback);
bool call_query_bool(struct call *call, const char *name, bool fallback);
/* "" if absent. */
const char *call_query_text(struct call *call, const char *name, char *out, size_t size);

/* ---- replies: exactly one per request; all add API-Version, no-store and the security headers ---- */
void reply_json(const struct late *late, int status, json_t *body); /* takes BODY */
void reply_json_with(const struct late *late, int status, json_t *body, const char *header,
                     const char *value);
void reply_empty(const struct late *late, int status);
/* problem+json. TYPE is the last part of the type URI and the key of its text ("taken"); DETAIL is English.
 */
void reply_problem(const struct late *late, int status, const char *type, const char *title,
                   const char *detail);
/* As reply_problem with extra members merged in; takes EXTRA. */
void reply_problem_with(const struct late *late, int status, const char *type, const char *title,
                        const char *detail, json_t *extra);
/* 400 with every fault and its pointer (422 when STATUS says so). */
void reply_faults(const struct late *late, int status, const struct json_faults *faults);
void reply_not_found(const struct late *late);
/* The answer to a trouble of flow or a port: 429 (busy) or 503 (away, fenced) with Retry-After, 404, 500. */
void reply_trouble(const struct late *late, enum err trouble);
/* The answer to a refusal; call_submit gives it by itself. */
void reply_refusal(const struct late *late, const struct outcome *outcome);

#endif
