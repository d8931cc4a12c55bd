/* Fields of a line of a scenario file: bounded, each fault with its place. */
#include "simulate/scenario_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The end of the record that begins at P: before a '#' that stands first or behind a blank, and before blanks
 * at the end. */
static const uint8_t *record_end(const uint8_t *p, const uint8_t *end)
{
    for (const uint8_t *q = p; q < end; q++) {
        if (*q == '#' && (q == p || is_blank(q[-1]))) {
            end = q;
            break;
        }
    }
    while (end > p && is_blank(end[-1]))
        end--;
    return end;
}

/* The first field is the kind of the record. The header may be divided by spaces, the others by TABs only:
 * the names of regions have spaces. */
static void take_kind(struct scenario_line *l)
{
    struct bytes kind;
    l->kind[0] = '\0';
    l->blanks = !l->spaces && l->end - l->at > 6 && memcmp(l->at, "OPVSCN", 6) == 0 && is_blank(l->at[6]);
    kind = line_text(l, "record");
    if (kind.len < sizeof l->kind && memchr(kind.p, '\0', kind.len) == NULL) {
        memcpy(l->kind, kind.p, kind.len);
        l->kind[kind.len] = '\0';
    }
}

bool line_next(struct scenario_line *l, struct bytes text, size_t *at)
{
    while (*at < text.len) {
        const uint8_t *p = text.p + *at;
        const uint8_t *eol = memchr(p, '\n', text.len - *at);
        size_t len = eol == NULL ? text.len - *at : (size_t)(eol - p);

        *at += len + (eol != NULL);
        l->line++;
        l->field = 0;
        l->at = p;
        l->end = record_end(p, p + len);
        l->more = l->at < l->end;
        if (l->more) {
            take_kind(l);
            return true;
        }
    }
    return false;
}

bool line_open(struct scenario_line *l, struct bytes line, int number)
{
    const uint8_t *end = record_end(line.p, line.p + line.len);

    l->line = number;
    l->field = 0;
    l->at = line.p;
    while (l->at < end && is_blank(*l->at))
        l->at++;
    l->end = end;
    l->spaces = true;
    l->more = l->at < end;
    if (l->more)
        take_kind(l);
    return l->field > 0;
}

bool line_is(const struct scenario_line *l, const char *kind)
{
    return strcmp(l->kind, kind) == 0;
}

void line_fault(struct scenario_line *l, const char *field, const char *format, ...)
{
    char what[160];
    va_list args;

    if (l->failed)
        return;
    l->failed = true;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (field != NULL)
        snprintf(l->why, l->why_size, "line %d, field %d (%s): %s", l->line, l->field, field, what);
    else
        snprintf(l->why, l->why_size, "line %d: %s", l->line, what);
}

/* Behind what divides two fields, of which the first ends at AT. */
static const uint8_t *next_field(const struct scenario_line *l, const uint8_t *at)
{
    bool tab = false;

    if (!l->blanks && !l->spaces)
        return at + (at < l->end);
    while (at < l->end && is_blank(*at) && !(l->spaces && tab && *at == '\t'))
        tab |= *at++ == '\t';
    return at;
}

struct bytes line_text(struct scenario_line *l, const char *field)
{
    const uint8_t *from = l->at;
    const uint8_t *to = from;

    l->field++;
    if (!l->more) {
        line_fault(l, field, "is missing");
        return BYTES("", 0);
    }
    while (to < l->end && *to != '\t' && !((l->blanks || l->spaces) && is_blank(*to)))
        to++;
    l->more = to < l->end;
    l->at = next_field(l, to);
    return BYTES(from, (size_t)(to - from));
}

/* 99 for what is no hexadecimal digit. */
static unsigned digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0';
    if (c >= 'a' && c <= 'f')
        return c - (unsigned)'a' + 10;
    return c >= 'A' && c <= 'F' ? c - (unsigned)'A' + 10 : 99;
}

/* Digits of BASE only, no overflow. */
static bool read_digits(struct bytes t, unsigned base, uint64_t *out)
{
    uint64_t v = 0;
    if (t.len == 0)
        return false;
    for (size_t i = 0; i < t.len; i++) {
        unsigned digit = digit_of(t.p[i]);
        if (digit >= base || v > (UINT64_MAX - digit) / base)
            return false;
        v = v * base + digit;
    }
    *out = v;
    return true;
}

int64_t line_int64(struct scenario_line *l, const char *field, int64_t lo, int64_t hi)
{
    struct bytes t = line_text(l, field);
    bool minus = t.len > 1 && t.p[0] == '-';
    uint64_t size = 0;
    int64_t v = 0;

    if (l->failed)
        return 0;
    if (!read_digits(minus ? BYTES(t.p + 1, t.len - 1) : t, 10, &size) || size > INT64_MAX) {
        line_fault(l, field, "is not a whole number");
        return 0;
    }
    v = minus ? -(int64_t)size : (int64_t)size;
    if (v < lo || v > hi) {
        line_fault(l, field, "%" PRId64 " is not within %" PRId64 " and %" PRId64, v, lo, hi);
        return 0;
    }
    return v;
}

int line_int(struct scenario_line *l, const char *field, int lo, int hi)
{
    int64_t v = line_int64(l, field, lo, hi);
    return (int)v;
}

bool line_bool(struct scenario_line *l, const char *field)
{
    return line_int(l, field, 0, 1) == 1;
}

uint64_t line_u64(struct scenario_line *l, const char *field)
{
    struct bytes t = line_text(l, field);
    uint64_t v = 0;
    if (!l->failed && !read_digits(t, 10, &v))
        line_fault(l, field, "is not a whole number of 64 bits");
    return v;
}

uint64_t line_hex(struct scenario_line *l, const char *field)
{
    struct bytes t = line_text(l, field);
    uint64_t v = 0;
    if (l->failed || bytes_equal(t, BYTES_LITERAL("-")))
        return 0;
    if (t.len > 2 && t.p[0] == '0' && (t.p[1] == 'x' || t.p[1] == 'X'))
        t = BYTES(t.p + 2, t.len - 2);
    if (!read_digits(t, 16, &v))
        line_fault(l, field, "is not a hexadecimal number of 64 bits");
    return v;
}

void line_hex_bytes(struct scenario_line *l, const char *field, uint8_t *out, size_t n)
{
    struct bytes t = line_text(l, field);
    if (l->failed)
        return;
    if (t.len != 2 * n) {
        line_fault(l, field, "has %zu hexadecimal digits, expected %zu (%zu bytes)", t.len, 2 * n, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t byte = 0;
        if (!read_digits(BYTES(t.p + 2 * i, 2), 16, &byte)) {
            line_fault(l, field, "digits %zu and next are not hexadecimal", 2 * i + 1);
            return;
        }
        out[i] = (uint8_t)byte;
    }
}

void line_name(struct scenario_line *l, const char *field, char *out, size_t size)
{
    struct bytes t = line_text(l, field);
    if (l->failed)
        return;
    if (t.len == 0 || t.len >= size) {
        line_fault(l, field, "has %zu bytes, expected 1 to %zu", t.len, size - 1);
        return;
    }
    for (size_t i = 0; i < t.len; i++) {
        if (t.p[i] < ' ' || t.p[i] == 0x7f) {
            line_fault(l, field, "has a control character");
            return;
        }
    }
    memcpy(out, t.p, t.len);
    out[t.len] = '\0';
}

void line_end(struct scenario_line *l)
{
    if (l->more)
        line_fault(l, NULL, "has more fields than the %d of a record %s", l->field, l->kind);
}
