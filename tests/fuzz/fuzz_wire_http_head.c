/* Any bytes as a request head. Beyond not crashing: the verdict does not depend on how the bytes arrive, and
 * what was accepted obeys, checked anew by the simplest means, the rules that keep two programs from reading
 * it differently. */
#include "base/check.h"
#include "wire/http_head.h"
#include "wire/http_query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct http_limits limits = {512, 256, 16}; /* small, so that the fuzzer reaches them */

static bool inside(struct bytes v, struct bytes whole)
{
    return v.len == 0 || (v.p >= whole.p && v.p + v.len <= whole.p + whole.len);
}

static int count_named(const struct http_head *head, const char *name)
{
    int n = 0;
    for (int i = 0; i < head->fields_n; i++)
        n += head->fields[i].name.len == strlen(name) &&
             strncasecmp((const char *)head->fields[i].name.p, name, strlen(name)) == 0;
    return n;
}

static void check_field(struct http_field f, struct bytes in)
{
    CHECK(inside(f.name, in) && inside(f.value, in) && f.name.len > 0);
    for (size_t i = 0; i < f.name.len; i++)
        CHECK(f.name.p[i] > ' ' && f.name.p[i] < 0x7f && f.name.p[i] != ':');
    for (size_t i = 0; i < f.value.len; i++)
        CHECK((f.value.p[i] >= ' ' || f.value.p[i] == '\t') && f.value.p[i] != 0x7f);
}

static void check_accepted(const struct http_head *head, struct bytes in)
{
    struct bytes rest = head->path, piece, name, value, v;
    char text[64];
    int64_t number;

    CHECK(memmem(in.p, in.len, "\r\n\r\n", 4) == in.p + in.len - 4);
    CHECK(head->fields_n <= limits.fields_max && in.len <= limits.head_bytes_max);
    for (int i = 0; i < head->fields_n; i++)
        check_field(head->fields[i], in);
    CHECK(count_named(head, "host") == 1 && count_named(head, "content-length") <= 1);
    CHECK(count_named(head, "transfer-encoding") == 0 && count_named(head, "upgrade") == 0);
    CHECK(count_named(head, "expect") == 0);
    CHECK(head->body_len == 0 || head->method == HTTP_METHOD_POST || head->method == HTTP_METHOD_PUT ||
          head->method == HTTP_METHOD_PATCH);
    CHECK(inside(head->path, in) && inside(head->query, in) && head->path.p[0] == '/');
    CHECK(head->path.len + head->query.len <= limits.target_bytes_max);
    while (http_path_next(&rest, &piece)) {
        if (http_percent_decode(piece, false, text, sizeof text) == OK)
            CHECK(strcmp(text, ".") != 0 && strcmp(text, "..") != 0 && strchr(text, '/') == NULL);
    }
    rest = head->query;
    while (http_query_next(&rest, &name, &value))
        CHECK(inside(name, in) && inside(value, in));
    (void)!http_query_text(head->query, "a", text, sizeof text);
    (void)!http_query_int(head->query, "n", INT64_MIN, INT64_MAX, &number);
    if (http_head_cookie(head, "a", &v))
        CHECK(inside(v, in));
    (void)http_head_field_has(head, "accept", "b");
}

/* As a connection does it: look after each arrival, judge once. */
static enum http_fault judge(struct bytes in, size_t step, struct http_head *head, size_t *used)
{
    size_t scanned = 0, n = 0;

    for (size_t have = 0; have < in.len && n == 0;) {
        have = in.len - have < step ? in.len : have + step;
        n = http_head_end(BYTES(in.p, have), &limits, &scanned);
        CHECK(n <= have);
    }
    *used = n;
    return n == 0 ? HTTP_FAULT_N : http_head_parse(BYTES(in.p, n), &limits, head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;
    size_t used, used_again;

    for (size_t step = 1; step <= 7; step += 3) {
        enum http_fault whole = judge(BYTES(data, size), size + 1, &head, &used);
        if (whole == HTTP_FAULT_NONE)
            check_accepted(&head, BYTES(data, used));
        enum http_fault dripped = judge(BYTES(data, size), step, &head, &used_again);
        CHECK(whole == dripped && used == used_again);
    }
    /* The parser alone, on bytes that http_head_end did not cut. */
    if (http_head_parse(BYTES(data, size), &limits, &head) == HTTP_FAULT_NONE)
        check_accepted(&head, BYTES(data, size));
    return 0;
}
