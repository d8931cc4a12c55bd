/* What the head parser takes and refuses. Every row runs twice: whole, and dripped in byte by byte through
 * http_head_end as a slow client would send it; both must come to the same verdict. */
#include "wire/http_head.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define H "Host: plek.example\r\n"
#define END "\r\n"
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST /x HTTP/1.1\r\n"

struct head_case {
    const char *name;
    const char *raw;
    size_t len;
    enum http_fault want;
};

#define ROW(name, raw, want)                                                                                 \
    {                                                                                                        \
        name, raw, sizeof(raw) - 1, HTTP_FAULT_##want                                                        \
    }

static const struct head_case cases[] = {
    ROW("plain get", GET H END, NONE),
    ROW("every method: head", "HEAD / HTTP/1.1\r\n" H END, NONE),
    ROW("every method: post", POST H "Content-Length: 3\r\n" END, NONE),
    ROW("every method: put", "PUT /x HTTP/1.1\r\n" H "Content-Length: 3\r\n" END, NONE),
    ROW("every method: patch", "PATCH /x HTTP/1.1\r\n" H "Content-Length: 3\r\n" END, NONE),
    ROW("every method: delete", "DELETE /x HTTP/1.1\r\n" H END, NONE),
    ROW("post without length has no body", POST H END, NONE),
    ROW("get with length 0", GET H "Content-Length: 0\r\n" END, NONE),
    ROW("query", "GET /a?b=c&d=%20 HTTP/1.1\r\n" H END, NONE),
    ROW("query with what browsers leave bare", "GET /a?b[]={x|y}^`\\ HTTP/1.1\r\n" H END, NONE),
    ROW("escape in path", "GET /a%C3%AB HTTP/1.1\r\n" H END, NONE),
    ROW("dots inside a segment", "GET /a..b/.well-known/... HTTP/1.1\r\n" H END, NONE),
    ROW("value with tab and obs-text", GET H "X-Note:\ta\tb \xc3\xab \t\r\n" END, NONE),
    ROW("empty value", GET H "X-Empty:\r\n" END, NONE),
    ROW("host with port", GET "Host: [::1]:8443\r\n" END, NONE),
    ROW("same list field twice", GET H "Accept: a\r\nAccept: b\r\n" END, NONE),
    ROW("length with leading zeros", POST H "Content-Length: 0005\r\n" END, NONE),

    /* line ends and control bytes */
    ROW("bare LF after request line", "GET / HTTP/1.1\n" H END, LINE_END),
    ROW("bare LF after a field", GET "Host: a\n" END, LINE_END),
    ROW("bare LF as empty line", GET H "\n", LINE_END),
    ROW("bare CR in a value", GET H "X: a\rb\r\n" END, LINE_END),
    ROW("CR CR LF", GET H "X: a\r\r\n" END, LINE_END),
    ROW("LF first", "\n" GET H END, LINE_END),
    ROW("NUL in a value", GET H "X: a\0b\r\n" END, CONTROL),
    ROW("NUL in a name", GET H "X\0Y: a\r\n" END, CONTROL),
    ROW("NUL in the target", "GET /a\0b HTTP/1.1\r\n" H END, CONTROL),
    ROW("vertical tab before a length", POST H "Content-Length: \v5\r\n" END, CONTROL),
    ROW("escape byte in a value", GET H "X: \x1b[2J\r\n" END, CONTROL),
    ROW("DEL in a value", GET H "X: \x7f\r\n" END, CONTROL),
    ROW("TLS client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", CONTROL),

    /* request line */
    ROW("empty line first", END GET H END, REQUEST_LINE),
    ROW("no target", "GET HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("HTTP/0.9", "GET /\r\n" H END, REQUEST_LINE),
    ROW("two spaces before target", "GET  / HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("two spaces before version", "GET /  HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("space in target", "GET /a b HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("space after version", "GET / HTTP/1.1 \r\n" H END, REQUEST_LINE),
    ROW("space first", " GET / HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("tab as separator", "GET\t/\tHTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("method is no token", "G(T / HTTP/1.1\r\n" H END, REQUEST_LINE),
    ROW("version in small letters", "GET / http/1.1\r\n" H END, REQUEST_LINE),
    ROW("version without minor", "GET / HTTP/1\r\n" H END, REQUEST_LINE),
    ROW("version with more digits", "GET / HTTP/1.10\r\n" H END, REQUEST_LINE),
    ROW("version of another protocol", "GET / HTTQ/1.1\r\n" H END, REQUEST_LINE),
    ROW("version with a letter for major", "GET / HTTP/x.1\r\n" H END, REQUEST_LINE),
    ROW("version with a sign for major", "GET / HTTP//.1\r\n" H END, REQUEST_LINE),
    ROW("version without dot", "GET / HTTP/1x1\r\n" H END, REQUEST_LINE),
    ROW("version with a letter for minor", "GET / HTTP/1.x\r\n" H END, REQUEST_LINE),
    ROW("version with a sign for minor", "GET / HTTP/1./\r\n" H END, REQUEST_LINE),
    ROW("version missing after the space", "GET / \r\n" H END, REQUEST_LINE),
    ROW("empty request line with fields", " \r\n" H END, REQUEST_LINE),
    ROW("HTTP/1.0", "GET / HTTP/1.0\r\n" H END, VERSION),
    ROW("HTTP/1.2", "GET / HTTP/1.2\r\n" H END, VERSION),
    ROW("HTTP/2 preface", "PRI * HTTP/2.0\r\n" END, VERSION),
    ROW("options", "OPTIONS / HTTP/1.1\r\n" H END, METHOD),
    ROW("trace", "TRACE / HTTP/1.1\r\n" H END, METHOD),
    ROW("connect", "CONNECT plek.example:443 HTTP/1.1\r\n" H END, METHOD),
    ROW("small letters", "get / HTTP/1.1\r\n" H END, METHOD_WORD),
    ROW("webdav", "PROPFIND / HTTP/1.1\r\n" H END, METHOD_WORD),

    /* target */
    ROW("absolute", "GET http://other.example/ HTTP/1.1\r\n" H END, TARGET_FORM),
    ROW("asterisk", "GET * HTTP/1.1\r\n" H END, TARGET_FORM),
    ROW("no slash", "GET a HTTP/1.1\r\n" H END, TARGET_FORM),
    ROW("fragment", "GET /a#b HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("angle bracket in path", "GET /<script> HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("quote in query", "GET /?a=\"b HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("backslash in path", "GET /a\\b HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("raw UTF-8 in path", "GET /\xc3\xab HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("tab in path", "GET /a\tb HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped NUL in path", "GET /a%00 HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped NUL in query", "GET /?a=%00 HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped CR LF in path", "GET /a%0d%0a HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped DEL in path", "GET /%7F HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped slash", "GET /a%2fb HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escaped backslash", "GET /a%5Cb HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("half escape", "GET /a%2 HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escape cut by query", "GET /a%?20 HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escape without hex", "GET /a%zz HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("escape with second digit bad", "GET /?a=%2g HTTP/1.1\r\n" H END, TARGET_BYTES),
    ROW("dot dot", "GET /a/../b HTTP/1.1\r\n" H END, TARGET_DOTS),
    ROW("dot dot at the end", "GET /a/.. HTTP/1.1\r\n" H END, TARGET_DOTS),
    ROW("dot dot first", "GET /../etc/passwd HTTP/1.1\r\n" H END, TARGET_DOTS),
    ROW("dot", "GET /./a HTTP/1.1\r\n" H END, TARGET_DOTS),
    ROW("escaped dots", "GET /a/%2e%2E/b HTTP/1.1\r\n" H END, TARGET_DOTS),
    ROW("half escaped dots", "GET /a/.%2e HTTP/1.1\r\n" H END, TARGET_DOTS),

    /* fields */
    ROW("fold", GET H "X: a\r\n b\r\n" END, FOLD),
    ROW("fold with tab", GET H "X: a\r\n\tb: c\r\n" END, FOLD),
    ROW("fold right after the request line", GET " X: a\r\n" H END, FOLD),
    ROW("no colon", GET H "X\r\n" END, FIELD_NAME),
    ROW("empty name", GET H ": a\r\n" END, FIELD_NAME),
    ROW("space before colon", GET H "X : a\r\n" END, FIELD_NAME),
    ROW("tab before colon", GET H "X\t: a\r\n" END, FIELD_NAME),
    ROW("space in name", GET H "X Y: a\r\n" END, FIELD_NAME),
    ROW("bracket in name", GET H "X[0]: a\r\n" END, FIELD_NAME),
    ROW("obs-text in name", GET H "X\xc3\xab: a\r\n" END, FIELD_NAME),
    ROW("two content types", POST H "Content-Type: a\r\ncontent-TYPE: b\r\n" END, FIELD_TWICE),
    ROW("two cookies fields", GET H "Cookie: a=1\r\nCookie: a=2\r\n" END, FIELD_TWICE),
    ROW("two authorizations", GET H "Authorization: a\r\nAuthorization: b\r\n" END, FIELD_TWICE),
    ROW("two keys", POST H "Idempotency-Key: a\r\nIdempotency-Key: b\r\n" END, FIELD_TWICE),
    ROW("no host", GET END, HOST_MISSING),
    ROW("no host but others", GET "Accept: a\r\n" END, HOST_MISSING),
    ROW("two hosts", GET H H END, HOST),
    ROW("two different hosts", GET H "HOST: other.example\r\n" END, HOST),
    ROW("empty host", GET "Host:\r\n" END, HOST),
    ROW("host with a path", GET "Host: a/b\r\n" END, HOST),
    ROW("host with a user", GET "Host: a@b\r\n" END, HOST),
    ROW("host list", GET "Host: a, b\r\n" END, HOST),

    /* bodies */
    ROW("two different lengths", POST H "Content-Length: 3\r\nContent-Length: 5\r\n" END, CONTENT_LENGTH),
    ROW("two equal lengths", POST H "Content-Length: 3\r\nContent-Length: 3\r\n" END, CONTENT_LENGTH),
    ROW("length list", POST H "Content-Length: 3, 3\r\n" END, CONTENT_LENGTH),
    ROW("length +5", POST H "Content-Length: +5\r\n" END, CONTENT_LENGTH),
    ROW("length -5", POST H "Content-Length: -5\r\n" END, CONTENT_LENGTH),
    ROW("length 0x5", POST H "Content-Length: 0x5\r\n" END, CONTENT_LENGTH),
    ROW("length 5 5", POST H "Content-Length: 5 5\r\n" END, CONTENT_LENGTH),
    ROW("length 5.0", POST H "Content-Length: 5.0\r\n" END, CONTENT_LENGTH),
    ROW("length empty", POST H "Content-Length:\r\n" END, CONTENT_LENGTH),
    ROW("length of 19 digits", POST H "Content-Length: 1000000000000000000\r\n" END, BODY_LENGTH),
    ROW("length past 64 bits", POST H "Content-Length: 99999999999999999999999\r\n" END, BODY_LENGTH),
    ROW("body with get", GET H "Content-Length: 1\r\n" END, BODY_METHOD),
    ROW("body with head", "HEAD / HTTP/1.1\r\n" H "Content-Length: 1\r\n" END, BODY_METHOD),
    ROW("body with delete", "DELETE / HTTP/1.1\r\n" H "Content-Length: 1\r\n" END, BODY_METHOD),
    ROW("chunked", POST H "Transfer-Encoding: chunked\r\n" END, TRANSFER_ENCODING),
    ROW("xchunked", POST H "Transfer-Encoding: xchunked\r\n" END, TRANSFER_ENCODING),
    ROW("identity", POST H "transfer-encoding: identity\r\n" END, TRANSFER_ENCODING),
    ROW("chunked and length", POST H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n" END,
        TRANSFER_ENCODING),
    ROW("length and chunked", POST H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" END,
        TRANSFER_ENCODING),
    ROW("empty transfer encoding", POST H "Transfer-Encoding:\r\n" END, TRANSFER_ENCODING),
    ROW("transfer encoding with space before colon", POST H "Transfer-Encoding : chunked\r\n" END,
        FIELD_NAME),
    ROW("upgrade", GET H "Connection: Upgrade\r\nUpgrade: websocket\r\n" END, UPGRADE),
    ROW("expect", POST H "Content-Length: 3\r\nExpect: 100-continue\r\n" END, EXPECT),
};

static const struct http_limits limits = {8192, 4096, 64};

/* The verdict on RAW as a server comes to it: wait for the end, then judge. Copies, so that the sanitizer
 * sees a read past the end. */
static enum http_fault judge(const char *raw, size_t len, bool dripped, struct http_head *out, uint8_t **kept)
{
    uint8_t *copy = mem_new(len + 1, 1);
    size_t scanned = 0, n = 0;
    enum http_fault f;

    memcpy(copy, raw, len);
    copy = mem_resize(copy, len, 1);
    for (size_t have = dripped ? 1 : len; have <= len && n == 0; have++)
        n = http_head_end(BYTES(copy, have), &limits, &scanned);
    assert_int_not_equal(n, 0);
    assert_true(n <= len);
    uint8_t *exact = mem_new(n, 1);
    memcpy(exact, copy, n);
    free(copy);
    f = http_head_parse(BYTES(exact, n), &limits, out);
    *kept = exact;
    return f;
}

static void every_head_gets_its_verdict(void **state)
{
    int wrong = 0;

    (void)state;
    assert_true(COUNT_OF(cases) >= 60);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (int dripped = 0; dripped < 2; dripped++) {
            struct http_head head;
            uint8_t *kept = NULL;
            enum http_fault got = judge(cases[i].raw, cases[i].len, dripped != 0, &head, &kept);
            if (got != cases[i].want) {
                print_error("%s%s: got %s, want %s\n", cases[i].name, dripped ? " (dripped)" : "",
                            http_fault_code(got), http_fault_code(cases[i].want));
                wrong++;
            }
            free(kept);
        }
    }
    assert_int_equal(wrong, 0);
}

static void assert_view(struct bytes got, const char *want)
{
    if (got.len != strlen(want) || memcmp(got.p, want, got.len) != 0)
        fail_msg("got '%.*s', want '%s'", (int)got.len, (const char *)got.p, want);
}

static void views_are_right(void **state)
{
    const char raw[] =
        "PATCH /api/v1/pools/7?x=1?2 HTTP/1.1\r\nhost:plek.example:8443\r\nContent-Length:\t12 \r\n"
        "Connection: keep-alive, CLOSE\r\nX-One:  two words  \r\naccept: a\r\nAccept: b, c\r\n\r\n";
    struct http_head head;
    struct bytes v;
    uint8_t *kept = NULL;

    (void)state;
    assert_int_equal(judge(raw, sizeof raw - 1, false, &head, &kept), HTTP_FAULT_NONE);
    assert_int_equal(head.method, HTTP_METHOD_PATCH);
    assert_string_equal(http_method_name(head.method), "PATCH");
    assert_view(head.path, "/api/v1/pools/7");
    assert_view(head.query, "x=1?2");
    assert_view(head.host, "plek.example:8443");
    assert_int_equal(head.body_len, 12);
    assert_true(head.close);
    assert_int_equal(head.fields_n, 6);
    assert_true(http_head_field(&head, "x-ONE", &v));
    assert_view(v, "two words");
    assert_false(http_head_field(&head, "x-on", &v));
    assert_true(http_head_field(&head, "accept", &v));
    assert_view(v, "a");
    assert_true(http_head_field_has(&head, "Accept", "C"));
    assert_true(http_head_field_has(&head, "Accept", "a"));
    assert_false(http_head_field_has(&head, "Accept", "b, c"));
    free(kept);
}

static void close_only_when_asked(void **state)
{
    static const struct {
        const char *raw;
        bool close;
    } rows[] = {
        {GET H END, false},
        {GET H "Connection: keep-alive\r\n" END, false},
        {GET H "Connection: closed\r\n" END, false},
        {GET H "Connection: close\r\n" END, true},
        {GET H "Connection: keep-alive\r\nConnection: x ,close\r\n" END, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_head head;
        uint8_t *kept = NULL;
        assert_int_equal(judge(rows[i].raw, strlen(rows[i].raw), false, &head, &kept), HTTP_FAULT_NONE);
        assert_int_equal(head.close, rows[i].close);
        free(kept);
    }
}

static void cookies(void **state)
{
    const char raw[] = GET H "Cookie: a=1; __Host-session=\"abc=\"; b=2;c ; twice=1; twice=2; empty=; "
                             "half=\"x; h=\"; tail=x\"\r\n" END;
    struct http_head head;
    struct bytes v;
    uint8_t *kept = NULL;

    (void)state;
    assert_int_equal(judge(raw, sizeof raw - 1, false, &head, &kept), HTTP_FAULT_NONE);
    assert_true(http_head_cookie(&head, "a", &v));
    assert_view(v, "1");
    assert_true(http_head_cookie(&head, "__Host-session", &v));
    assert_view(v, "abc=");
    assert_true(http_head_cookie(&head, "b", &v));
    assert_view(v, "2");
    assert_true(http_head_cookie(&head, "empty", &v));
    assert_view(v, "");
    assert_true(http_head_cookie(&head, "half", &v));
    assert_view(v, "\"x");
    assert_true(http_head_cookie(&head, "h", &v));
    assert_view(v, "\"");
    assert_true(http_head_cookie(&head, "tail", &v));
    assert_view(v, "x\"");
    assert_false(http_head_cookie(&head, "c", &v));
    assert_false(http_head_cookie(&head, "twice", &v));
    assert_false(http_head_cookie(&head, "B", &v));
    free(kept);
    assert_int_equal(judge(GET H END, sizeof GET H END - 1, false, &head, &kept), HTTP_FAULT_NONE);
    assert_false(http_head_cookie(&head, "a", &v));
    free(kept);
}

/* Build a head whose total length, target length or number of fields is exactly N, and judge it. */
static enum http_fault judge_sized(size_t target, int fields, size_t total)
{
    struct buf b = {0};
    struct http_head head;
    size_t scanned = 0;

    buf_text(&b, "GET /");
    for (size_t i = 1; i < target; i++)
        buf_text(&b, "a");
    buf_text(&b, " HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < fields; i++)
        buf_text(&b, "x: y\r\n");
    if (total > 0) {
        buf_text(&b, "p: ");
        while (b.len + 4 < total)
            buf_text(&b, "v");
        buf_text(&b, "\r\n");
    }
    buf_text(&b, "\r\n");
    size_t n = http_head_end(buf_view(&b), &limits, &scanned);
    assert_int_not_equal(n, 0);
    enum http_fault f = http_head_parse(BYTES(b.p, n), &limits, &head);
    buf_fini(&b);
    return f;
}

static void limits_hold_exactly(void **state)
{
    (void)state;
    assert_int_equal(judge_sized(1, 64, 0), HTTP_FAULT_NONE);
    assert_int_equal(judge_sized(1, 65, 0), HTTP_FAULT_FIELDS);
    assert_int_equal(judge_sized(4096, 1, 0), HTTP_FAULT_NONE);
    assert_int_equal(judge_sized(4097, 1, 0), HTTP_FAULT_TARGET_LENGTH);
    assert_int_equal(judge_sized(1, 1, 8192), HTTP_FAULT_NONE);
    assert_int_equal(judge_sized(1, 1, 8193), HTTP_FAULT_HEAD_LENGTH);
    assert_int_equal(judge_sized(9000, 1, 0), HTTP_FAULT_TARGET_LENGTH);
}

/* The parser alone, with bytes that http_head_end would not hand out. */
static void parser_stands_alone(void **state)
{
    static const struct head_case rows[] = {
        ROW("nothing", "", TARGET_LENGTH),
        ROW("only CR", "\r", TARGET_LENGTH),
        ROW("only CR LF", "\r\n", REQUEST_LINE),
        ROW("three bytes", "G\r\n", HEAD_LENGTH),
        ROW("no empty line", GET H, HEAD_LENGTH),
        ROW("CR at the end", GET H "\r", HEAD_LENGTH),
        ROW("empty line in the middle", GET H END "X: y\r\n" END, FIELD_NAME),
        ROW("head and body", POST H "Content-Length: 3\r\n" END "abc", HEAD_LENGTH),
    };
    const struct http_limits tiny = {40, 10, 2};
    struct http_head head;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum http_fault got = http_head_parse(BYTES(rows[i].raw, rows[i].len), &limits, &head);
        if (got != rows[i].want)
            fail_msg("%s: got %s, want %s", rows[i].name, http_fault_code(got),
                     http_fault_code(rows[i].want));
    }
    const char longer[] = GET H "X: 0123456789\r\n" END;
    assert_int_equal(http_head_parse(BYTES(longer, sizeof longer - 1), &tiny, &head), HTTP_FAULT_HEAD_LENGTH);
}

static void an_open_head_waits(void **state)
{
    const char raw[] = GET H END;
    size_t scanned = 0;

    (void)state;
    for (size_t n = 0; n < sizeof raw - 1; n++)
        assert_int_equal(http_head_end(BYTES(raw, n), &limits, &scanned), 0);
    assert_int_equal(http_head_end(BYTES(raw, sizeof raw - 1), &limits, &scanned), sizeof raw - 1);
}

static void what_follows_a_head_is_not_touched(void **state)
{
    const char raw[] = GET H END "POST /smuggled HTTP/1.1\r\n\r\n";
    size_t scanned = 0;

    (void)state;
    assert_int_equal(http_head_end(BYTES(raw, sizeof raw - 1), &limits, &scanned), sizeof GET H END - 1);
}

static void every_fault_is_explained(void **state)
{
    (void)state;
    for (int f = 1; f < HTTP_FAULT_N; f++) {
        int status = http_fault_status((enum http_fault)f);
        assert_true(status >= 400 && status <= 505);
        assert_true(strlen(http_fault_text((enum http_fault)f)) > 10);
        for (const char *c = http_fault_code((enum http_fault)f); *c != '\0'; c++)
            assert_true((*c >= 'a' && *c <= 'z') || *c == '-');
        for (int g = 1; g < f; g++)
            assert_string_not_equal(http_fault_code((enum http_fault)f), http_fault_code((enum http_fault)g));
        /* Texts go into JSON as they are. */
        assert_null(strpbrk(http_fault_text((enum http_fault)f), "\"\\"));
    }
    assert_int_equal(http_fault_status(HTTP_FAULT_LINE_END), 400);
    assert_int_equal(http_fault_status(HTTP_FAULT_METHOD), 405);
    assert_int_equal(http_fault_status(HTTP_FAULT_BODY_LENGTH), 413);
    assert_int_equal(http_fault_status(HTTP_FAULT_TARGET_LENGTH), 414);
    assert_int_equal(http_fault_status(HTTP_FAULT_HEAD_LENGTH), 431);
    assert_int_equal(http_fault_status(HTTP_FAULT_FIELDS), 431);
    assert_int_equal(http_fault_status(HTTP_FAULT_TRANSFER_ENCODING), 501);
    assert_int_equal(http_fault_status(HTTP_FAULT_VERSION), 505);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_head_gets_its_verdict), cmocka_unit_test(views_are_right),
        cmocka_unit_test(close_only_when_asked),       cmocka_unit_test(cookies),
        cmocka_unit_test(limits_hold_exactly),         cmocka_unit_test(parser_stands_alone),
        cmocka_unit_test(an_open_head_waits),          cmocka_unit_test(what_follows_a_head_is_not_touched),
        cmocka_unit_test(every_fault_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
