#include "base/bytes.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes bytes_of_text(const char *text)
{
    return text == NULL ? BYTES(NULL, 0) : BYTES(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

size_t bytes_utf8(struct bytes in, uint32_t *code)
{
    /* Smallest value that needs as many continuation bytes as the index: below it the form is overlong. */
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint32_t c = 0;
    size_t more = 0;

    if (in.len == 0)
        return 0;
    c = in.p[0];
    if (c >= 0x80) {
        if (c >= 0xc0 && c <= 0xdf)
            more = 1;
        else if (c >= 0xe0 && c <= 0xef)
            more = 2;
        else if (c >= 0xf0 && c <= 0xf4)
            more = 3;
        else
            return 0;
        if (in.len <= more)
            return 0;
        c &= 0x3fu >> more;
        for (size_t i = 1; i <= more; i++) {
            if ((in.p[i] & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (in.p[i] & 0x3f);
        }
        if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return 0;
    }
    *code = c;
    return more + 1;
}

size_t bytes_ascii(struct bytes in)
{
    uint64_t word = 0;
    size_t n = 0;

    for (; n + sizeof word <= in.len; n += sizeof word) {
        memcpy(&word, in.p + n, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (n < in.len && in.p[n] < 0x80)
        n++;
    return n;
}

/* ---- growing buffer ---- */

static void make_room(struct buf *b, size_t n)
{
    size_t cap = b->cap;

    CHECK(n <= SIZE_MAX / 4 && b->len <= SIZE_MAX / 4);
    if (b->len + n <= cap)
        return;
    if (cap == 0)
        cap = 64;
    while (cap < b->len + n)
        cap *= 2;
    b->p = mem_resize(b->p, cap, 1);
    b->cap = cap;
}

void buf_fini(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
}

uint8_t *buf_extend(struct buf *b, size_t n)
{
    uint8_t *start = NULL;

    /* One more than asked, so that the pointer is real also for n = 0. */
    make_room(b, n + 1);
    start = b->p + b->len;
    b->len += n;
    return start;
}

void buf_add(struct buf *b, struct bytes v)
{
    if (v.len == 0)
        return;
    memcpy(buf_extend(b, v.len), v.p, v.len);
}

void buf_text(struct buf *b, const char *s)
{
    buf_add(b, bytes_of_text(s));
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list args;
    int n = 0;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(n >= 0);
    make_room(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf((char *)b->p + b->len, (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_decimal(struct buf *b, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    buf_add(b, BYTES(digits + at, sizeof digits - at));
}

struct bytes buf_view(const struct buf *b)
{
    return BYTES(b->p, b->len);
}

const char *buf_c_str(struct buf *b)
{
    make_room(b, 1);
    b->p[b->len] = '\0';
    return (const char *)b->p;
}

static void add_little_endian(struct buf *b, uint64_t v, size_t size)
{
    uint8_t *out = buf_extend(b, size);

    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

void buf_u8(struct buf *b, uint8_t v)
{
    add_little_endian(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
    add_little_endian(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
    add_little_endian(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
    add_little_endian(b, v, 8);
}

void buf_i64(struct buf *b, int64_t v)
{
    add_little_endian(b, (uint64_t)v, 8);
}

void buf_blob(struct buf *b, struct bytes v)
{
    CHECK(v.len <= UINT32_MAX);
    buf_u32(b, (uint32_t)v.len);
    buf_add(b, v);
}

void buf_string(struct buf *b, const char *s)
{
    buf_blob(b, bytes_of_text(s));
}

/* ---- reader ---- */

struct bytes_reader bytes_read(struct bytes in)
{
    return (struct bytes_reader){.in = in};
}

/* The next N bytes, or an empty view after failing the reader. Invariant: at <= in.len. */
static struct bytes take(struct bytes_reader *r, size_t n)
{
    struct bytes got = BYTES(NULL, 0);

    if (r->failed || n > r->in.len - r->at) {
        r->failed = true;
        return got;
    }
    /* An empty input may have no address to add to. */
    if (r->in.p != NULL)
        got = BYTES(r->in.p + r->at, n);
    r->at += n;
    return got;
}

static uint64_t take_little_endian(struct bytes_reader *r, size_t size)
{
    struct bytes got = take(r, size);
    uint64_t v = 0;

    for (size_t i = 0; i < got.len; i++)
        v |= (uint64_t)got.p[i] << (8 * i);
    return v;
}

uint8_t bytes_u8(struct bytes_reader *r)
{
    return (uint8_t)take_little_endian(r, 1);
}

uint16_t bytes_u16(struct bytes_reader *r)
{
    return (uint16_t)take_little_endian(r, 2);
}

uint32_t bytes_u32(struct bytes_reader *r)
{
    return (uint32_t)take_little_endian(r, 4);
}

uint64_t bytes_u64(struct bytes_reader *r)
{
    return take_little_endian(r, 8);
}

int64_t bytes_i64(struct bytes_reader *r)
{
    return (int64_t)take_little_endian(r, 8);
}

struct bytes bytes_blob(struct bytes_reader *r)
{
    uint32_t len = bytes_u32(r);

    return take(r, len);
}

void bytes_string(struct bytes_reader *r, char *out, size_t size)
{
    struct bytes v = bytes_blob(r);

    CHECK(size > 0);
    /* A NUL inside would silently shorten the text and so change it. */
    if (v.len >= size || (v.len > 0 && memchr(v.p, '\0', v.len) != NULL)) {
        r->failed = true;
        v = BYTES(NULL, 0);
    }
    if (v.len > 0)
        memcpy(out, v.p, v.len);
    out[v.len] = '\0';
}

bool bytes_ok(const struct bytes_reader *r)
{
    return !r->failed && r->at == r->in.len;
}
