#include "wire/http_head.h"

#include "base/check.h"
#include "base/mem.h"
#include "wire/http_bytes.h"

#include <string.h>
#include <strings.h>

/* What a byte may be part of. One table instead of isalpha(): the locale must not change what is accepted. */
enum {
    TOKEN = 1, /* field names and methods (RFC 9110 5.6.2) */
    PATH = 2,  /* pchar and '/' without '%' (RFC 3986 3.3) */
    QUERY = 4, /* the same, '?', and what browsers leave bare in a query: [ ] \ ^ ` { | } */
    HOST = 8,  /* name, address, brackets, port */
    CLEAN = 16 /* anything in a head but control bytes; tab counts as clean, obs-text (0x80-0xFF) too */
};

static const uint8_t kinds[256] = {
    ['\t'] = CLEAN,
    [' '] = CLEAN,
    ['!'] = CLEAN | TOKEN | PATH | QUERY,
    ['"'] = CLEAN,
    ['#'] = CLEAN | TOKEN,
    ['$'] = CLEAN | TOKEN | PATH | QUERY,
    ['%'] = CLEAN | TOKEN,
    ['&'] = CLEAN | TOKEN | PATH | QUERY,
    ['\''] = CLEAN | TOKEN | PATH | QUERY,
    ['('] = CLEAN | PATH | QUERY,
    [')'] = CLEAN | PATH | QUERY,
    ['*'] = CLEAN | TOKEN | PATH | QUERY,
    ['+'] = CLEAN | TOKEN | PATH | QUERY,
    [','] = CLEAN | PATH | QUERY,
    ['-'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    ['.'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    ['/'] = CLEAN | PATH | QUERY,
    ['0' ... '9'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    [':'] = CLEAN | PATH | QUERY | HOST,
    [';'] = CLEAN | PATH | QUERY,
    ['<'] = CLEAN,
    ['='] = CLEAN | PATH | QUERY,
    ['>'] = CLEAN,
    ['?'] = CLEAN | QUERY,
    ['@'] = CLEAN | PATH | QUERY,
    ['A' ... 'Z'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    ['['] = CLEAN | QUERY | HOST,
    ['\\'] = CLEAN | QUERY,
    [']'] = CLEAN | QUERY | HOST,
    ['^'] = CLEAN | TOKEN | QUERY,
    ['_'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    ['`'] = CLEAN | TOKEN | QUERY,
    ['a' ... 'z'] = CLEAN | TOKEN | PATH | QUERY | HOST,
    ['{'] = CLEAN | QUERY,
    ['|'] = CLEAN | TOKEN | QUERY,
    ['}'] = CLEAN | QUERY,
    ['~'] = CLEAN | TOKEN | PATH | QUERY,
    [0x80 ... 0xff] = CLEAN,
};

static const char *const method_names[HTTP_METHOD_N] = {
    [HTTP_METHOD_GET] = "GET", [HTTP_METHOD_HEAD] = "HEAD",   [HTTP_METHOD_POST] = "POST",
    [HTTP_METHOD_PUT] = "PUT", [HTTP_METHOD_PATCH] = "PATCH", [HTTP_METHOD_DELETE] = "DELETE",
};

/* Fields the parser has an opinion about; their place here is their bit in `seen`. */
enum known {
    KNOWN_HOST,
    KNOWN_CONTENT_LENGTH,
    KNOWN_CONNECTION,
    KNOWN_TRANSFER_ENCODING,
    KNOWN_UPGRADE,
    KNOWN_EXPECT,
    KNOWN_CONTENT_TYPE,
    KNOWN_AUTHORIZATION,
    KNOWN_ORIGIN,
    KNOWN_COOKIE,
    KNOWN_IDEMPOTENCY_KEY,
    KNOWN_LAST_EVENT_ID,
    KNOWN_N
};

static const struct {
    const char *name;
    size_t len;
} known_fields[KNOWN_N] = {
#define NAME(text)                                                                                           \
    {                                                                                                        \
        text, sizeof text - 1                                                                                \
    }
    [KNOWN_HOST] = NAME("host"),
    [KNOWN_CONTENT_LENGTH] = NAME("content-length"),
    [KNOWN_CONNECTION] = NAME("connection"),
    [KNOWN_TRANSFER_ENCODING] = NAME("transfer-encoding"),
    [KNOWN_UPGRADE] = NAME("upgrade"),
    [KNOWN_EXPECT] = NAME("expect"),
    [KNOWN_CONTENT_TYPE] = NAME("content-type"),
    [KNOWN_AUTHORIZATION] = NAME("authorization"),
    [KNOWN_ORIGIN] = NAME("origin"),
    [KNOWN_COOKIE] = NAME("cookie"),
    [KNOWN_IDEMPOTENCY_KEY] = NAME("idempotency-key"),
    [KNOWN_LAST_EVENT_ID] = NAME("last-event-id"),
#undef NAME
};

struct http_limits http_limits_default(void)
{
    return (struct http_limits){
        .head_bytes_max = 8192, .target_bytes_max = 4096, .fields_max = HTTP_FIELDS_MAX};
}

const char *http_method_name(enum http_method m)
{
    CHECK((unsigned)m < HTTP_METHOD_N);
    return method_names[m];
}

static bool all_of(struct bytes v, unsigned kind)
{
    for (size_t i = 0; i < v.len; i++) {
        if ((kinds[v.p[i]] & kind) == 0)
            return false;
    }
    return true;
}

static bool same_text(struct bytes v, const char *text)
{
    return v.len == strlen(text) && memcmp(v.p, text, v.len) == 0;
}

static bool same_word(struct bytes v, const char *text, size_t len)
{
    return v.len == len && strncasecmp((const char *)v.p, text, len) == 0;
}

static struct bytes trim(struct bytes v)
{
    while (v.len > 0 && (v.p[0] == ' ' || v.p[0] == '\t')) {
        v.p++;
        v.len--;
    }
    while (v.len > 0 && (v.p[v.len - 1] == ' ' || v.p[v.len - 1] == '\t'))
        v.len--;
    return v;
}

size_t http_head_end(struct bytes in, const struct http_limits *limits, size_t *scanned)
{
    size_t n = in.len < limits->head_bytes_max ? in.len : limits->head_bytes_max;

    for (size_t i = *scanned; i < n; i++) {
        uint8_t c = in.p[i];
        if ((kinds[c] & CLEAN) != 0)
            continue;
        if (c == '\r') {
            if (i + 1 == n)
                break; /* its LF may still come: look at this CR again */
            if (in.p[i + 1] == '\n')
                continue;
            return i + 2;
        }
        if (c != '\n' || i == 0 || in.p[i - 1] != '\r')
            return i + 1;
        if (i == 1 || (i >= 3 && in.p[i - 2] == '\n'))
            return i + 1;
    }
    *scanned = n > 0 && in.p[n - 1] == '\r' ? n - 1 : n;
    return in.len >= limits->head_bytes_max ? n : 0;
}

/* Every byte and every line end, before anything is read into them: what follows may then split at CR LF. */
static enum http_fault judge_bytes(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.p[i];
        if ((kinds[c] & CLEAN) != 0)
            continue;
        if (c == '\r' && (i + 1 == in.len || in.p[i + 1] == '\n'))
            continue;
        if (c == '\n' && i > 0 && in.p[i - 1] == '\r')
            continue;
        return c == '\r' || c == '\n' ? HTTP_FAULT_LINE_END : HTTP_FAULT_CONTROL;
    }
    return HTTP_FAULT_NONE;
}

/* An escaped '/' or '\' in a path is refused: whoever decodes before splitting would see other segments. */
static bool escape_is_fine(int byte, unsigned kind)
{
    if (kind == QUERY)
        return byte != 0;
    return byte >= 0x20 && byte != 0x7f && byte != '/' && byte != '\\';
}

static enum http_fault judge_target_bytes(struct bytes v, unsigned kind)
{
    for (size_t i = 0; i < v.len; i++) {
        if ((kinds[v.p[i]] & kind) != 0)
            continue;
        int byte = http_escape(v, i);
        if (byte < 0 || !escape_is_fine(byte, kind))
            return HTTP_FAULT_TARGET_BYTES;
        i += 2;
    }
    return HTTP_FAULT_NONE;
}

static enum http_fault judge_dots(struct bytes path)
{
    int dots = 0;
    bool other = false;

    for (size_t i = 1; i <= path.len; i++) {
        if (i == path.len || path.p[i] == '/') {
            if (!other && (dots == 1 || dots == 2))
                return HTTP_FAULT_TARGET_DOTS;
            dots = 0;
            other = false;
        } else if (path.p[i] == '.') {
            dots++;
        } else if (http_escape(path, i) == '.') {
            dots++;
            i += 2;
        } else {
            other = true;
        }
    }
    return HTTP_FAULT_NONE;
}

static enum http_fault judge_method(struct bytes word, enum http_method *out)
{
    static const char *const unserved[] = {"OPTIONS", "TRACE", "CONNECT"};

    for (int m = 0; m < HTTP_METHOD_N; m++) {
        if (same_text(word, method_names[m])) {
            *out = (enum http_method)m;
            return HTTP_FAULT_NONE;
        }
    }
    for (size_t i = 0; i < COUNT_OF(unserved); i++) {
        if (same_text(word, unserved[i]))
            return HTTP_FAULT_METHOD;
    }
    return HTTP_FAULT_METHOD_WORD;
}

static enum http_fault judge_version(struct bytes v)
{
    if (same_text(v, "HTTP/1.1"))
        return HTTP_FAULT_NONE;
    if (v.len == 8 && memcmp(v.p, "HTTP/", 5) == 0 && v.p[5] >= '0' && v.p[5] <= '9' && v.p[6] == '.' &&
        v.p[7] >= '0' && v.p[7] <= '9')
        return HTTP_FAULT_VERSION;
    return HTTP_FAULT_REQUEST_LINE;
}

static enum http_fault judge_target(struct bytes target, const struct http_limits *limits,
                                    struct http_head *out)
{
    size_t mark = http_index(target, '?');
    enum http_fault f;

    if (target.len > limits->target_bytes_max)
        return HTTP_FAULT_TARGET_LENGTH;
    if (target.p[0] != '/')
        return HTTP_FAULT_TARGET_FORM;
    if (mark < target.len)
        out->query = http_part(target, mark + 1, target.len);
    out->path = http_part(target, 0, mark);
    f = judge_target_bytes(out->path, PATH);
    if (f == HTTP_FAULT_NONE)
        f = judge_target_bytes(out->query, QUERY);
    if (f == HTTP_FAULT_NONE)
        f = judge_dots(out->path);
    return f;
}

static enum http_fault judge_request_line(struct bytes line, const struct http_limits *limits,
                                          struct http_head *out)
{
    size_t first = http_index(line, ' ');
    enum http_fault f;

    if (first == 0 || first == line.len || !all_of(http_part(line, 0, first), TOKEN))
        return HTTP_FAULT_REQUEST_LINE;
    struct bytes rest = http_part(line, first + 1, line.len);
    size_t second = http_index(rest, ' ');
    if (second == 0 || second == rest.len)
        return HTTP_FAULT_REQUEST_LINE;
    f = judge_version(http_part(rest, second + 1, rest.len));
    if (f == HTTP_FAULT_NONE)
        f = judge_method(http_part(line, 0, first), &out->method);
    if (f == HTTP_FAULT_NONE)
        f = judge_target(http_part(rest, 0, second), limits, out);
    return f;
}

static enum http_fault judge_length(struct bytes v, uint64_t *out)
{
    uint64_t n = 0;

    if (v.len == 0)
        return HTTP_FAULT_CONTENT_LENGTH;
    for (size_t i = 0; i < v.len; i++) {
        if (v.p[i] < '0' || v.p[i] > '9')
            return HTTP_FAULT_CONTENT_LENGTH;
        if (i < 18)
            n = n * 10 + (uint64_t)(v.p[i] - '0');
    }
    if (v.len > 18) /* 18 digits always fit 64 bits; nobody sends more in earnest */
        return HTTP_FAULT_BODY_LENGTH;
    *out = n;
    return HTTP_FAULT_NONE;
}

static enum http_fault judge_known(enum known k, struct bytes value, bool again, struct http_head *out)
{
    switch (k) {
    case KNOWN_HOST:
        if (again || value.len == 0 || !all_of(value, HOST))
            return HTTP_FAULT_HOST;
        out->host = value;
        return HTTP_FAULT_NONE;
    case KNOWN_CONTENT_LENGTH:
        return again ? HTTP_FAULT_CONTENT_LENGTH : judge_length(value, &out->body_len);
    case KNOWN_CONNECTION:
        return HTTP_FAULT_NONE;
    case KNOWN_TRANSFER_ENCODING:
        return HTTP_FAULT_TRANSFER_ENCODING;
    case KNOWN_UPGRADE:
        return HTTP_FAULT_UPGRADE;
    case KNOWN_EXPECT:
        return HTTP_FAULT_EXPECT;
    case KNOWN_CONTENT_TYPE:
    case KNOWN_AUTHORIZATION:
    case KNOWN_ORIGIN:
    case KNOWN_COOKIE:
    case KNOWN_IDEMPOTENCY_KEY:
    case KNOWN_LAST_EVENT_ID:
    case KNOWN_N:
        break;
    }
    return again ? HTTP_FAULT_FIELD_TWICE : HTTP_FAULT_NONE;
}

static enum http_fault judge_field(struct bytes line, const struct http_limits *limits, uint32_t *seen,
                                   struct http_head *out)
{
    struct http_field field;
    size_t colon = http_index(line, ':');

    if (line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
        return HTTP_FAULT_FOLD;
    if (colon == 0 || colon == line.len)
        return HTTP_FAULT_FIELD_NAME;
    field.name = http_part(line, 0, colon);
    field.value = trim(http_part(line, colon + 1, line.len));
    if (!all_of(field.name, TOKEN))
        return HTTP_FAULT_FIELD_NAME;
    if (out->fields_n == limits->fields_max)
        return HTTP_FAULT_FIELDS;
    out->fields[out->fields_n++] = field;
    for (int k = 0; k < KNOWN_N; k++) {
        if (same_word(field.name, known_fields[k].name, known_fields[k].len)) {
            bool again = (*seen >> k & 1u) != 0;
            *seen |= 1u << k;
            return judge_known((enum known)k, field.value, again, out);
        }
    }
    return HTTP_FAULT_NONE;
}

static bool takes_body(enum http_method m)
{
    return m == HTTP_METHOD_POST || m == HTTP_METHOD_PUT || m == HTTP_METHOD_PATCH;
}

/* The head never ended: say which part of it was too long. */
static enum http_fault judge_endless(struct bytes in)
{
    return http_index(in, '\n') < in.len ? HTTP_FAULT_HEAD_LENGTH : HTTP_FAULT_TARGET_LENGTH;
}

enum http_fault http_head_parse(struct bytes in, const struct http_limits *limits, struct http_head *out)
{
    uint32_t seen = 0;
    enum http_fault f = judge_bytes(in);

    CHECK(limits->fields_max > 0 && limits->fields_max <= HTTP_FIELDS_MAX);
    if (f != HTTP_FAULT_NONE)
        return f;
    if (in.len >= 2 && in.p[0] == '\r')
        return HTTP_FAULT_REQUEST_LINE;
    if (in.len > limits->head_bytes_max || in.len < 4 || memcmp(in.p + in.len - 4, "\r\n\r\n", 4) != 0)
        return judge_endless(in);

    out->query = (struct bytes){NULL, 0};
    out->body_len = 0;
    out->close = false;
    out->fields_n = 0;
    struct bytes rest = http_part(in, 0, in.len - 2); /* every line in it ends with CR LF */
    for (bool first = true; rest.len > 0; first = false) {
        size_t at = http_index(rest, '\n');
        struct bytes line = http_part(rest, 0, at - 1);
        f = first ? judge_request_line(line, limits, out) : judge_field(line, limits, &seen, out);
        if (f != HTTP_FAULT_NONE)
            return f;
        rest = http_part(rest, at + 1, rest.len);
    }
    if ((seen & 1u << KNOWN_HOST) == 0)
        return HTTP_FAULT_HOST_MISSING;
    if (out->body_len > 0 && !takes_body(out->method))
        return HTTP_FAULT_BODY_METHOD;
    if ((seen & 1u << KNOWN_CONNECTION) != 0)
        out->close = http_head_field_has(out, "connection", "close");
    return HTTP_FAULT_NONE;
}

bool http_head_field(const struct http_head *head, const char *name, struct bytes *value)
{
    size_t len = strlen(name);

    for (int i = 0; i < head->fields_n; i++) {
        if (same_word(head->fields[i].name, name, len)) {
            *value = head->fields[i].value;
            return true;
        }
    }
    return false;
}

/* Take the next piece up to SEPARATOR off the front of *REST, without spaces around it. */
static struct bytes next_piece(struct bytes *rest, char separator)
{
    size_t at = http_index(*rest, separator);
    struct bytes piece = trim(http_part(*rest, 0, at));
    *rest = http_part(*rest, at < rest->len ? at + 1 : at, rest->len);
    return piece;
}

bool http_head_field_has(const struct http_head *head, const char *name, const char *word)
{
    size_t name_len = strlen(name), word_len = strlen(word);

    for (int i = 0; i < head->fields_n; i++) {
        struct bytes rest = head->fields[i].value;
        if (!same_word(head->fields[i].name, name, name_len))
            continue;
        while (rest.len > 0) {
            if (same_word(next_piece(&rest, ','), word, word_len))
                return true;
        }
    }
    return false;
}

bool http_head_cookie(const struct http_head *head, const char *name, struct bytes *value)
{
    struct bytes rest, found = {NULL, 0};
    int hits = 0;

    if (!http_head_field(head, "cookie", &rest))
        return false;
    while (rest.len > 0) {
        struct bytes pair = next_piece(&rest, ';');
        size_t at = http_index(pair, '=');
        if (at == pair.len || !same_text(http_part(pair, 0, at), name))
            continue;
        found = http_part(pair, at + 1, pair.len);
        hits++;
    }
    if (hits != 1)
        return false;
    if (found.len >= 2 && found.p[0] == '"' && found.p[found.len - 1] == '"')
        found = http_part(found, 1, found.len - 1);
    *value = found;
    return true;
}
