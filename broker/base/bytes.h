/* A borrowed view of bytes, and a growing buffer with a little-endian, length-prefixed reader and writer for
 * our own records (journal rows, spool files). The reader never runs past its end: after the first short or
 * bad read it stays failed and gives zeros, so a decoder checks once at the end (bytes_ok). */
#ifndef PLEK_BASE_BYTES_H
#define PLEK_BASE_BYTES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *p;
    size_t len;
};

#define BYTES(ptr, n) ((struct bytes){(const uint8_t *)(ptr), (n)})
#define BYTES_LITERAL(s) ((struct bytes){(const uint8_t *)(s), sizeof(s) - 1})

/* View a NUL-terminated text; NULL gives an empty view. */
struct bytes bytes_of_text(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

/* Read one character from the start of IN: return how many bytes it takes (1-4) and set CODE, or return 0 at
 * the end and for anything that is not UTF-8 (overlong, surrogate, above U+10FFFF, cut off), CODE untouched.
 */
size_t bytes_utf8(struct bytes in, uint32_t *code);

/* How many bytes at the start of IN are ASCII: whole words at a time. */
size_t bytes_ascii(struct bytes in);

/* ---- growing buffer: {0} is an empty one; what is added must not lie in the buffer itself ---- */
struct buf {
    uint8_t *p;
    size_t len;
    size_t cap;
};

void buf_fini(struct buf *b);                /* free; B is empty and usable again */
void buf_clear(struct buf *b);               /* forget content, keep memory */
void buf_add(struct buf *b, struct bytes v); /* append as it is */
/* Append N bytes for the caller to fill; return where they start, valid until the next addition. Never NULL.
 */
uint8_t *buf_extend(struct buf *b, size_t n);
void buf_text(struct buf *b, const char *s); /* append text without its NUL */
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_decimal(struct buf *b, uint64_t v); /* append in digits */
struct bytes buf_view(const struct buf *b);
/* NUL behind the content (not counted in len); borrowed, until the next addition. */
const char *buf_c_str(struct buf *b);

void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_blob(struct buf *b, struct bytes v);  /* u32 length, then the bytes */
void buf_string(struct buf *b, const char *s); /* as blob; NULL is written as empty */

/* ---- reader ---- */
struct bytes_reader {
    struct bytes in;
    size_t at;
    bool failed;
};

struct bytes_reader bytes_read(struct bytes in);
uint8_t bytes_u8(struct bytes_reader *r);
uint16_t bytes_u16(struct bytes_reader *r);
uint32_t bytes_u32(struct bytes_reader *r);
uint64_t bytes_u64(struct bytes_reader *r);
int64_t bytes_i64(struct bytes_reader *r);
struct bytes bytes_blob(struct bytes_reader *r); /* borrowed from the input */

/* Copy a written string into OUT[SIZE], NUL-terminated; a longer one, or one with a NUL inside, fails the
 * reader and OUT is "". */
void bytes_string(struct bytes_reader *r, char *out, size_t size);

/* True if nothing failed and everything was read. */
bool bytes_ok(const struct bytes_reader *r);

#endif
