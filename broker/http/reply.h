/* Building blocks of replies for files of this room; handlers use those of http/call.h. */
#ifndef PLEK_HTTP_REPLY_H
#define PLEK_HTTP_REPLY_H

#include "http/call.h"
#include "http/reply_table.h"

#define REPLY_HEADERS_MAX 8 /* a reply's own, beside those that all have */

/* Which policy the browser gets: an API answer may load nothing at all; a page gets exactly the policy of the
 * design (ux.md 2.1), under which lit-html with Trusted Types works. */
enum reply_policy {
    REPLY_API,
    REPLY_PAGE,
    REPLY_PAGE_WASM /* the same, and WebAssembly may be compiled */
};

/* Send. HEADERS[N] are added to those that every reply has; Cache-Control is no-store unless it is among
 * them. CONTENT_TYPE NULL: no body. */
void reply_bytes(const struct late *late, int status, enum reply_policy policy, const char *content_type,
                 const struct wire_header *headers, size_t n, struct bytes body);

/* A document that is not JSON of ours, made from the engine's state. */
struct reply_document {
    int status;
    const char *content_type; /* static; NULL = no body (304) */
    char etag[24];
    char link[300]; /* value of Link, "" = none */
    bool varies;    /* by Accept */
    struct buf body;
};

/* Send D, once what it rests on is durable; takes its body. */
void reply_document(const struct late *late, struct reply_document *d);

/* A short name for one problem, to be read out on the telephone and found in the log: "code" of every
 * problem, also of those that the wire answers before there is a call. It comes from a counter and the clock;
 * it says nothing of the request. Letters that are not mistaken for each other; with its NUL. */
#define REPLY_CODE_SIZE 9
void reply_support_code(struct http_app *app, char out[REPLY_CODE_SIZE]);

/* As reply_problem, after a number of seconds: Retry-After. */
void reply_problem_wait(const struct late *late, int status, const char *type, const char *title,
                        const char *detail, int64_t retry_after_s);

/* As reply_problem_with, with one header (405: Allow). */
void reply_problem_header(const struct late *late, int status, const char *type, const char *title,
                          const char *detail, const char *header, const char *value);

/* The headers that every reply has, into OUT; returns how many (at most REPLY_COMMON_MAX). For streams. */
#define REPLY_COMMON_MAX 10
size_t reply_common_headers(const struct late *late, enum reply_policy policy, struct wire_header *out);

/* A line at debug: method, pattern, status, time, account. Never the path itself, query or body. */
void reply_log(const struct late *late, int status);

/* Write an object {pointer, detail, line?, column?}; for the errors of a problem. New reference. */
json_t *reply_fault_json(const struct json_fault *fault);

#endif
