#include "base/json_scan.h"

#include <string.h>

/* 10^15 - 1 is below 2^53 and far below what any of our fields takes. */
#define DIGITS_MAX 15

struct json_scan json_scan_of(struct bytes text)
{
    static const uint8_t nothing[1] = {0};
    const uint8_t *p = text.len > 0 ? text.p : nothing;

    return (struct json_scan){.at = p, .end = p + text.len};
}

static void skip_space(struct json_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

bool json_scan_mark(struct json_scan *s, char c)
{
    skip_space(s);
    if (s->at == s->end || *s->at != (uint8_t)c)
        return false;
    s->at++;
    return true;
}

bool json_scan_text(struct json_scan *s, struct bytes text)
{
    skip_space(s);
    if ((size_t)(s->end - s->at) < text.len || memcmp(s->at, text.p, text.len) != 0)
        return false;
    s->at += text.len;
    return true;
}

bool json_scan_over(struct json_scan *s)
{
    skip_space(s);
    return s->at == s->end;
}

/* The text that begins here, with its quotes; empty if it is not plain. */
static struct bytes scan_text(struct json_scan *s)
{
    const uint8_t *from = s->at, *p = from + 1;

    while (p < s->end && *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\')
        p++;
    if (p >= s->end || *p != '"')
        return BYTES(from, 0);
    s->at = p + 1;
    return BYTES(from, (size_t)(s->at - from));
}

static bool scan_number(struct json_scan *s, struct json_plain *v)
{
    const uint8_t *from = s->at;
    uint64_t number = 0;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - from <= DIGITS_MAX)
        number = number * 10 + (uint64_t)(*s->at++ - '0');
    v->raw = BYTES(from, (size_t)(s->at - from));
    v->number = number;
    return v->raw.len > 0 && v->raw.len <= DIGITS_MAX && (from[0] != '0' || v->raw.len == 1);
}

static bool scan_word(struct json_scan *s, struct json_plain *v, struct bytes word)
{
    if ((size_t)(s->end - s->at) < word.len || memcmp(s->at, word.p, word.len) != 0)
        return false;
    v->raw = BYTES(s->at, word.len);
    s->at += word.len;
    return true;
}

/* An object within an object, up to its end; with another one inside it is not plain. */
static bool scan_over_object(struct json_scan *s, struct json_plain *v)
{
    const uint8_t *from = s->at++;

    while (s->at < s->end && *s->at != '}' && *s->at != '{' && *s->at != '[') {
        if (*s->at != '"')
            s->at++;
        else if (scan_text(s).len == 0)
            return false;
    }
    if (s->at == s->end || *s->at != '}')
        return false;
    s->at++;
    v->raw = BYTES(from, (size_t)(s->at - from));
    return true;
}

static bool scan_value(struct json_scan *s, struct json_plain *v)
{
    skip_space(s);
    if (s->at == s->end)
        return false;
    switch (*s->at) {
    case '"':
        v->kind = JSON_PLAIN_TEXT;
        v->raw = scan_text(s);
        if (v->raw.len == 0)
            return false;
        v->text = BYTES(v->raw.p + 1, v->raw.len - 2);
        return true;
    case 't':
        v->kind = JSON_PLAIN_TRUE;
        return scan_word(s, v, BYTES_LITERAL("true"));
    case 'f':
        v->kind = JSON_PLAIN_FALSE;
        return scan_word(s, v, BYTES_LITERAL("false"));
    case 'n':
        v->kind = JSON_PLAIN_NULL;
        return scan_word(s, v, BYTES_LITERAL("null"));
    case '{':
        v->kind = JSON_PLAIN_OBJECT;
        return scan_over_object(s, v);
    default:
        v->kind = JSON_PLAIN_NUMBER;
        return scan_number(s, v);
    }
}

/* A name, the colon and the value, into its place among MEMBERS. */
static bool scan_member(struct json_scan *s, const struct bytes *names, size_t n, struct json_plain *members)
{
    struct bytes name;

    skip_space(s);
    if (s->at == s->end || *s->at != '"')
        return false;
    name = scan_text(s);
    for (size_t i = 0; i < n; i++) {
        if (bytes_equal(names[i], name))
            return members[i].kind == JSON_PLAIN_ABSENT && json_scan_mark(s, ':') &&
                   scan_value(s, &members[i]);
    }
    return false;
}

bool json_scan_object(struct json_scan *s, const struct bytes *names, size_t n, struct json_plain *members)
{
    memset(members, 0, n * sizeof *members);
    if (!json_scan_mark(s, '{'))
        return false;
    if (json_scan_mark(s, '}'))
        return true;
    do {
        if (!scan_member(s, names, n, members))
            return false;
    } while (json_scan_mark(s, ','));
    return json_scan_mark(s, '}');
}

void json_plain_canonical(const struct bytes *names, size_t n, const struct json_plain *members,
                          struct buf *out)
{
    char before = '{';

    for (size_t i = 0; i < n; i++) {
        if (members[i].kind == JSON_PLAIN_ABSENT)
            continue;
        uint8_t *to = buf_extend(out, names[i].len + members[i].raw.len + 2);

        *to++ = (uint8_t)before;
        memcpy(to, names[i].p, names[i].len);
        to += names[i].len;
        *to++ = ':';
        memcpy(to, members[i].raw.p, members[i].raw.len);
        before = ',';
    }
    buf_text(out, before == '{' ? "{}" : "}");
}
