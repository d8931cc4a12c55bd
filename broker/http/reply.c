#include "http/reply.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/app_state.h"
#include "http/route.h"
#include "http/view_stay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The design's, letter for letter (ux.md 2.1): measured with our pages, so a change needs a new measurement.
 */
#define CSP_OF(scripts)                                                                                      \
    "default-src 'none'; script-src " scripts "; style-src 'self'; img-src 'self'; font-src 'self'; "        \
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "      \
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html"
#define CSP_PAGE CSP_OF("'self'")
/* Where notes are sealed and opened (libsodium as WebAssembly): compiling that is allowed, eval is not. */
#define CSP_PAGE_WASM CSP_OF("'self' 'wasm-unsafe-eval'")
#define CSP_API "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

#define PERMISSIONS                                                                                          \
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "       \
    "microphone=(), midi=(), payment=(), usb=()"

/* A year: what the preload lists ask for. Without includeSubDomains, which is the domain owner's choice. */
#define HSTS "max-age=31536000"

size_t reply_common_headers(const struct late *late, enum reply_policy policy, struct wire_header *out)
{
    static const char *const policies[] = {
        [REPLY_API] = CSP_API, [REPLY_PAGE] = CSP_PAGE, [REPLY_PAGE_WASM] = CSP_PAGE_WASM};
    size_t n = 0;

    out[n++] = (struct wire_header){"API-Version", PLEK_VERSION};
    out[n++] = (struct wire_header){"X-Content-Type-Options", "nosniff"};
    out[n++] = (struct wire_header){"Referrer-Policy", "no-referrer"};
    out[n++] = (struct wire_header){"Cross-Origin-Opener-Policy", "same-origin"};
    out[n++] = (struct wire_header){"Cross-Origin-Resource-Policy", "same-origin"};
    out[n++] = (struct wire_header){"Permissions-Policy", PERMISSIONS};
    out[n++] = (struct wire_header){"Content-Security-Policy", policies[policy]};
    if (strncmp(late->app->settings.public_origin, "https:", 6) == 0)
        out[n++] = (struct wire_header){"Strict-Transport-Security", HSTS};
    CHECK(n <= REPLY_COMMON_MAX);
    return n;
}

void reply_log(const struct late *late, int status)
{
    const struct route *r = late->route;

    log_debug("request", "method=%s route=%s status=%d ms=%lld account=%u",
              r != NULL ? http_method_name(r->method) : "-", r != NULL ? r->path : "-", status,
              (long long)(app_now_ms(late->app) - late->started_ms), late->actor.account.v);
}

void reply_bytes(const struct late *late, int status, enum reply_policy policy, const char *content_type,
                 const struct wire_header *headers, size_t n, struct bytes body)
{
    struct wire_header all[REPLY_COMMON_MAX + REPLY_HEADERS_MAX + 2];
    size_t used = reply_common_headers(late, policy, all);
    bool has_cache = false;

    CHECK(n <= REPLY_HEADERS_MAX);
    for (size_t i = 0; i < n; i++) {
        has_cache = has_cache || strcasecmp(headers[i].name, "Cache-Control") == 0;
        all[used++] = headers[i];
    }
    if (!has_cache)
        all[used++] = (struct wire_header){"Cache-Control", "no-store"};
    if (content_type != NULL)
        all[used++] = (struct wire_header){"Content-Type", content_type};
    reply_log(late, status);
    wire_answer(late->app->server, late->ticket, status, all, used, body);
}

/* ---- JSON ---- */

static void send_json(const struct late *late, int status, const char *content_type,
                      const struct wire_header *headers, size_t n, json_t *body)
{
    /* Twelve digits: thousandths come out as they were put in, not with the error of their binary form. */
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(12));

    CHECK(text != NULL); /* only what cannot be JSON fails: a bug of the view */
    reply_bytes(late, status, REPLY_API, content_type, headers, n, bytes_of_text(text));
    free(text);
    json_decref(body);
}

void reply_json(const struct late *late, int status, json_t *body)
{
    if (!call_hold(late, status, body, NULL, NULL))
        send_json(late, status, "application/json", NULL, 0, body);
}

void reply_json_with(const struct late *late, int status, json_t *body, const char *header, const char *value)
{
    const struct wire_header h = {header, value};

    if (!call_hold(late, status, body, header, value))
        send_json(late, status, "application/json", &h, 1, body);
}

void reply_document(const struct late *late, struct reply_document *d)
{
    struct wire_header headers[3];
    size_t n = 0;

    if (call_hold_document(late, d))
        return;
    headers[n++] = (struct wire_header){"ETag", d->etag};
    if (d->link[0] != '\0')
        headers[n++] = (struct wire_header){"Link", d->link};
    if (d->varies)
        headers[n++] = (struct wire_header){"Vary", "Accept"};
    reply_bytes(late, d->status, REPLY_API, d->content_type, headers, n, buf_view(&d->body));
    buf_fini(&d->body);
}

void reply_empty(const struct late *late, int status)
{
    reply_bytes(late, status, REPLY_API, NULL, NULL, 0, BYTES(NULL, 0));
}

/* ---- problems ---- */

void reply_support_code(struct http_app *app, char out[REPLY_CODE_SIZE])
{
    static const char letters[] = "ACDEFGHJKMNPQRTUVWXY34679";
    uint64_t h = hash_combine(hash_combine(flow_durable_seq(app->parts.flow), (uint64_t)app_now_ms(app)),
                              app->problems++);

    for (size_t i = 0; i + 1 < REPLY_CODE_SIZE; i++) {
        out[i] = letters[h % (sizeof letters - 1)];
        h /= sizeof letters - 1;
    }
    out[REPLY_CODE_SIZE - 1] = '\0';
}

/* What somebody may ask about goes to the log; what any stranger can cause at will does not (debug). */
static enum log_level problem_level(int status)
{
    if (status >= 500)
        return LOG_WARN;
    return status == 400 || status == 401 || status == 404 || status == 405 || status == 429 ? LOG_DEBUG
                                                                                             : LOG_INFO;
}

static void send_problem(const struct late *late, int status, const char *type, const char *title,
                         const char *detail, json_t *extra, const struct wire_header *headers, size_t n)
{
    char uri[64], code[REPLY_CODE_SIZE];
    json_t *body = NULL;

    snprintf(uri, sizeof uri, "/problems/%s", type);
    reply_support_code(late->app, code);
    body = json_pack("{s:s, s:s, s:i, s:s, s:s}", "type", uri, "title", title, "status", status, "detail",
                     detail, "code", code);
    CHECK(body != NULL);
    if (extra != NULL) {
        CHECK(json_object_update(body, extra) == 0);
        json_decref(extra);
    }
    log_line(problem_level(status), "problem answered", "code=%s status=%d type=%s route=%s account=%u", code,
             status, type, late->route != NULL ? late->route->path : "-", late->actor.account.v);
    send_json(late, status, "application/problem+json", headers, n, body);
}

void reply_problem_wait(const struct late *late, int status, const char *type, const char *title,
                        const char *detail, int64_t retry_after_s)
{
    char seconds[24];
    const struct wire_header h = {"Retry-After", seconds};

    snprintf(seconds, sizeof seconds, "%lld", (long long)(retry_after_s > 0 ? retry_after_s : 1));
    send_problem(late, status, type, title, detail, NULL, &h, 1);
}

void reply_problem_header(const struct late *late, int status, const char *type, const char *title,
                          const char *detail, const char *header, const char *value)
{
    const struct wire_header h = {header, value};

    send_problem(late, status, type, title, detail, NULL, &h, 1);
}

void reply_problem_with(const struct late *late, int status, const char *type, const char *title,
                        const char *detail, json_t *extra)
{
    /* RFC 9110: a 401 names a way to sign in. Not Basic, which would make browsers ask for a password. */
    static const struct wire_header sign_in = {"WWW-Authenticate", "Session realm=\"Veilige Plek\""};
    static const struct wire_header wait = {"Retry-After", "5"};

    if (status == 401)
        send_problem(late, status, type, title, detail, extra, &sign_in, 1);
    else if (status == 429 || status == 503)
        send_problem(late, status, type, title, detail, extra, &wait, 1);
    else
        send_problem(late, status, type, title, detail, extra, NULL, 0);
}

void reply_problem(const struct late *late, int status, const char *type, const char *title,
                   const char *detail)
{
    reply_problem_with(late, status, type, title, detail, NULL);
}

json_t *reply_fault_json(const struct json_fault *f)
{
    json_t *one = json_pack("{s:s, s:s}", "pointer", f->pointer, "detail", f->reason);

    CHECK(one != NULL);
    if (f->code != NULL)
        json_object_set_new(one, "code", json_string(f->code));
    if (f->line > 0) {
        json_object_set_new(one, "line", json_integer(f->line));
        json_object_set_new(one, "column", json_integer(f->column));
    }
    return one;
}

void reply_faults(const struct late *late, int status, const struct json_faults *faults)
{
    json_t *errors = json_array();
    char detail[120];

    for (int i = 0; i < faults->n; i++)
        json_array_append_new(errors, reply_fault_json(&faults->list[i]));
    if (faults->more > 0)
        snprintf(detail, sizeof detail, "There are %d faults; the first %d are named in errors.",
                 faults->n + faults->more, faults->n);
    else
        snprintf(detail, sizeof detail, "%s",
                 faults->n == 1 ? "There is one fault, named in errors." : "The faults are named in errors.");
    reply_problem_with(late, status, status == 422 ? "unprocessable" : "bad_request",
                       status == 422 ? "Cannot be" : "Not understood", detail,
                       json_pack("{s:o}", "errors", errors));
}

void reply_not_found(const struct late *late)
{
    reply_trouble(late, ERR_NOT_FOUND);
}

static void reply_row(const struct late *late, const struct reply_row *row, json_t *extra)
{
    char seconds[24];
    const struct wire_header wait = {"Retry-After", seconds};

    snprintf(seconds, sizeof seconds, "%d", row->retry_after_s);
    send_problem(late, row->status, row->type, row->title, row->detail, extra, &wait,
                 row->retry_after_s > 0 ? 1 : 0);
}

void reply_trouble(const struct late *late, enum err trouble)
{
    reply_row(late, reply_row_of_trouble(trouble), NULL);
}

/* Each reason why an observation cannot be true, at the place where the sender finds it. */
static json_t *observation_errors(const struct outcome *o)
{
    json_t *errors = json_array();

    for (unsigned bit = 1; bit <= OBS_SOURCE; bit <<= 1) {
        if ((o->fault_bits & bit) == 0)
            continue;
        json_t *one = json_object();
        json_object_set_new(
            one, "pointer",
            json_sprintf(bit == OBS_SOURCE ? "/reports/%u/source" : "/reports/%u", (unsigned)o->fault_index));
        json_object_set_new(one, "detail", json_string(reply_observation_text(bit)));
        json_array_append_new(errors, one);
    }
    return errors;
}

/* Names the desk that looks for this household already, and its number: somebody must ring. */
static void reply_search(const struct late *late, const struct outcome *o, json_t *extra)
{
    const struct reply_row *row = reply_row_of_refusal(o->refusal);
    json_t *search = view_search(app_engine(late->app), &late->actor, o->referral);
    const char *number = json_string_value(json_object_get(search, "callback"));
    char detail[240];

    snprintf(detail, sizeof detail, "%s %s: %s", row->detail,
             json_string_value(json_object_get(search, "organisation")),
             number != NULL ? number : "no number is given.");
    json_object_set_new(extra, "search", search);
    reply_problem_with(late, row->status, row->type, row->title, detail, extra);
}

void reply_refusal(const struct late *late, const struct outcome *o)
{
    json_t *extra = json_object();

    if (o->pool.v != 0)
        json_object_set_new(extra, "poolId", json_integer(o->pool.v));
    if (o->refusal == REFUSAL_BAD_REPORT)
        json_object_set_new(extra, "errors", observation_errors(o));
    if (o->refusal == REFUSAL_UNKNOWN_REASON)
        json_object_set_new(extra, "errors",
                            json_pack("[{s:s, s:s}]", "pointer", "/reason", "detail",
                                      "not a code of the list for this step"));
    if (o->refusal == REFUSAL_NO_MUNICIPALITY)
        json_object_set_new(extra, "errors",
                            json_pack("[{s:s, s:s}]", "pointer", "/municipality", "detail",
                                      "is needed: a municipality pays from this stream"));
    if (o->refusal == REFUSAL_SEARCH_RUNS || o->refusal == REFUSAL_HAS_PLACE)
        reply_search(late, o, extra);
    else
        reply_row(late, reply_row_of_refusal(o->refusal), extra);
}
