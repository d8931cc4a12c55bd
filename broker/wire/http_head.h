/* The head of one HTTP/1.1 request: a pure judge over bytes, no I/O, no allocation. It takes less than the
 * RFCs allow and refuses all that two programs could read differently (request smuggling): one spelling of
 * the line end, one Host, one Content-Length of digits, no Transfer-Encoding. The cases are in
 * tests/unit/wire/http_head_test.c.
 *
 * All views point into the bytes given to http_head_parse and live as long as those. */
#ifndef PLEK_WIRE_HTTP_HEAD_H
#define PLEK_WIRE_HTTP_HEAD_H

#include "base/bytes.h"
#include "wire/http_fault.h"

#define HTTP_FIELDS_MAX 64 /* room in struct http_head; limits may be lower */

enum http_method {
    HTTP_METHOD_GET,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_PATCH,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_N
};

struct http_limits {
    size_t head_bytes_max;   /* request line and fields with their line ends; default 8192 */
    size_t target_bytes_max; /* path, '?' and query; default 4096 */
    int fields_max;          /* 1 .. HTTP_FIELDS_MAX; default 64 */
};

struct http_field {
    struct bytes name;  /* as sent: compare with http_head_field */
    struct bytes value; /* without surrounding spaces and tabs; may be empty; no control bytes but tab */
};

struct http_head {
    enum http_method method;
    struct bytes path;  /* raw, begins with '/'; escapes are checked but not decoded; no %00, no control
                           bytes, no escaped '/' or '\', no "." or ".." segment */
    struct bytes query; /* raw, without '?'; empty if there is none; may hold any escape but %00 */
    struct bytes host;  /* value of Host, a host[:port] by its characters; whether it is ours http decides */
    uint64_t body_len;  /* Content-Length, 0 if absent; always 0 for GET, HEAD and DELETE */
    bool close;         /* the client asked for Connection: close */
    int fields_n;
    struct http_field fields[HTTP_FIELDS_MAX];
};

/* The limits of the design: 8 KiB head, 4 KiB target, 64 fields. */
struct http_limits http_limits_default(void);

/* Look for the end of the head in IN, which begins where a request begins. Returns how many bytes
 * http_head_parse needs for its verdict: the whole head with its empty line, or fewer when an early byte
 * already spoils it (then parse refuses). Returns 0 when more bytes must come. *SCANNED starts at 0 and
 * remembers how far was looked, so that a head that drips in is read once. A head that did not end within
 * head_bytes_max counts as spoilt: give parse what there is. */
size_t http_head_end(struct bytes in, const struct http_limits *limits, size_t *scanned);

/* Judge the head IN (exactly the bytes http_head_end gave). HTTP_FAULT_NONE fills OUT; on a fault OUT is
 * unspecified. */
MUST_CHECK enum http_fault http_head_parse(struct bytes in, const struct http_limits *limits,
                                           struct http_head *out);

/* Value of the first field called NAME (ASCII case does not matter). False if there is none. Host,
 * Content-Length, Content-Type, Authorization, Origin, Cookie, Idempotency-Key and Last-Event-ID come at most
 * once: the parser refuses a second. */
bool http_head_field(const struct http_head *head, const char *name, struct bytes *value);

/* True if the comma-separated list of all fields called NAME holds the token WORD (case does not matter). */
bool http_head_field_has(const struct http_head *head, const char *name, const char *word);

/* Value of the cookie NAME (exact case), without its optional quotes. False if there is none. When a name
 * comes twice the answer is also false: a planted second cookie (another path or a sub-domain) must not be
 * able to take the place of ours. */
bool http_head_cookie(const struct http_head *head, const char *name, struct bytes *value);

const char *http_method_name(enum http_method m); /* "GET" ... */

#endif
