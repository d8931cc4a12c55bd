#include "http/dispatch.h"

#include "base/check.h"
#include "http/app_state.h"
#include "http/guard.h"
#include "http/reply.h"
#include "http/router.h"
#include "http/static_files.h"

#include <string.h>
#include <strings.h>

#define API_PREFIX "/api/v1"

/* ---- path ---- */

static bool is_api(struct bytes path, struct bytes *below)
{
    size_t n = sizeof API_PREFIX - 1;

    if (path.len < n || memcmp(path.p, API_PREFIX, n) != 0 || (path.len > n && path.p[n] != '/'))
        return false;
    *below = BYTES(path.p + n, path.len - n);
    return true;
}

static struct router_found find_route(const struct http_head *head, struct bytes below)
{
    size_t n;
    const struct route *table = route_table(&n);

    return router_match(table, n, head->method, below);
}

uint64_t dispatch_body_limit(const struct http_app *app, const struct http_head *head)
{
    struct bytes below;
    struct router_found found = {0};

    if (is_api(head->path, &below))
        found = find_route(head, below);
    if (found.route != NULL && found.route->body_bytes_max != 0)
        return app->settings.batch_body_bytes_max;
    return app->settings.body_bytes_max;
}

/* ---- who ---- */

static void reply_signed_out(const struct late *late)
{
    reply_problem(late, 401, "signed_out", "Not signed in", "Sign in first; the session may have ended.");
}

static void reply_forbidden(const struct late *late, const char *type, const char *detail)
{
    reply_problem(late, 403, type, "Not allowed", detail);
}

static bool is_writing(const struct route *route)
{
    return route->method != HTTP_METHOD_GET;
}

/* A person: the session, and for everything that is no mere read the signs that our own page asked. */
static bool admit_person(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct people_port *people = &app->parts.people;
    const struct route *route = call->late.route;
    const struct http_head *head = call->request->head;
    struct guard_found found;
    bool has_token;

    if (is_writing(route) && !guard_is_same_origin(app, head)) {
        reply_forbidden(&call->late, "csrf", "This request comes from another site.");
        return false;
    }
    if (route->auth == AUTH_NONE)
        return true;
    guard_find(app, head, &found);
    if (found.session == NULL) {
        reply_signed_out(&call->late);
        return false;
    }
    call->session = found.session;
    call->late.actor = guard_actor_of_account(found.account);
    has_token = guard_has_token(head, &found.id);
    crypto_wipe(&found.id, sizeof found.id);
    if (is_writing(route) && !has_token) {
        reply_forbidden(&call->late, "csrf", "X-CSRF-Token of the session is missing or another's.");
        return false;
    }
    if (route->auth == AUTH_MACHINE) {
        reply_forbidden(&call->late, "not_allowed", "This is for machines, at the other door.");
        return false;
    }
    /* The stream comes back by itself, so its coming says nothing of somebody at the screen. */
    if (route->handle != api_events_get)
        people->session_touch(people->ctx, found.session->hash, app_now_ms(app));
    return true;
}

/* A machine: known by its certificate, and only where machines have business. */
static bool admit_machine(struct call *call)
{
    const struct people_port *people = &call->late.app->parts.people;
    const uint8_t *spki = call->request->spki;

    if (spki != NULL)
        call->machine = people->machine_find(people->ctx, spki);
    if (call->machine == NULL) {
        reply_forbidden(&call->late, "unknown_machine", "The key of this certificate is not enrolled here.");
        return false;
    }
    if (call->late.route->auth != AUTH_ANY && call->late.route->auth != AUTH_MACHINE) {
        reply_forbidden(&call->late, "not_allowed", "This is for people, at the other door.");
        return false;
    }
    call->late.actor = guard_actor_of_machine(call->machine);
    return true;
}

/* ---- body ---- */

static bool is_json_type(struct bytes v)
{
    static const char type[] = "application/json";
    static const char charset[] = "charset=utf-8";
    size_t n = sizeof type - 1;

    if (v.len < n || strncasecmp((const char *)v.p, type, n) != 0)
        return false;
    v = BYTES(v.p + n, v.len - n);
    while (v.len > 0 && (v.p[0] == ' ' || v.p[0] == ';'))
        v = BYTES(v.p + 1, v.len - 1);
    return v.len == 0 || (v.len == sizeof charset - 1 && strncasecmp((const char *)v.p, charset, v.len) == 0);
}

/* An empty body is an empty object: a step without details needs no bytes. */
static bool read_body(struct call *call)
{
    struct bytes body = call->request->body;
    struct bytes type;

    if (body.len == 0) {
        call->body = json_object();
        return true;
    }
    if (!http_head_field(call->request->head, "Content-Type", &type) || !is_json_type(type)) {
        reply_problem(&call->late, 415, "media_type", "Only application/json",
                      "Send JSON in UTF-8 with Content-Type: application/json.");
        return false;
    }
    if (call->late.route->scan != NULL && call->late.route->scan(call))
        return true;
    call->body = json_parse(body, &call->faults);
    if (call->body != NULL && !json_is_object(call->body))
        json_fault_add(&call->faults, "", "must be an object");
    return true;
}

static void run(struct call *call)
{
    const struct route *route = call->late.route;

    if (route->has_body && !read_body(call))
        return;
    if (route->write)
        guard_read_key(call);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        route->handle(call);
}

/* ---- in order ---- */

static void answer_api(struct call *call, struct bytes below)
{
    struct router_found found = find_route(call->request->head, below);
    bool is_machine = call->request->door == DOOR_MACHINES;
    char allow[64];

    call->late.route = found.route;
    call->late.id = found.id;
    if (found.methods == 0) {
        reply_not_found(&call->late);
    } else if (found.route == NULL) {
        reply_problem_header(&call->late, 405, "method", "Not by this method",
                             "This address answers to other methods, named in Allow.", "Allow",
                             router_allow(found.methods, allow, sizeof allow));
    } else if (is_machine ? admit_machine(call) : admit_person(call)) {
        run(call);
    }
    json_decref(call->body);
    if (call->reports != NULL)
        report_batch_trim(call->reports);
}

void dispatch_request(struct http_app *app, const struct wire_request *request)
{
    struct call call = {.request = request};
    struct bytes below;

    call.late.app = app;
    call.late.ticket = request->ticket;
    call.late.head = request->head->method == HTTP_METHOD_HEAD;
    call.late.started_ms = app_now_ms(app);
    if (is_api(request->head->path, &below))
        answer_api(&call, below);
    else if (request->door == DOOR_PEOPLE)
        static_files_answer(app->files, &call.late, request->head, request->head->path);
    else
        reply_forbidden(&call.late, "not_allowed", "There are no pages at this door.");
}
