/* Three little tools on views, shared by the readers of heads and queries. Inside the room only. */
#ifndef PLEK_WIRE_HTTP_BYTES_H
#define PLEK_WIRE_HTTP_BYTES_H

#include "base/bytes.h"

#include <string.h>

/* Bytes FROM up to but not including TO. */
static inline struct bytes http_part(struct bytes v, size_t from, size_t to)
{
    return (struct bytes){v.p + from, to - from};
}

/* Place of the first C, or v.len. */
static inline size_t http_index(struct bytes v, char c)
{
    const uint8_t *hit = v.len == 0 ? NULL : memchr(v.p, c, v.len);
    return hit == NULL ? v.len : (size_t)(hit - v.p);
}

/* Byte of the escape "%XX" at place AT, or -1 if it is none. */
static inline int http_escape(struct bytes v, size_t at)
{
    int byte = 0;

    if (v.len - at < 3 || v.p[at] != '%')
        return -1;
    for (size_t i = at + 1; i <= at + 2; i++) {
        uint8_t c = v.p[i];
        if (c >= '0' && c <= '9')
            byte = byte * 16 + c - '0';
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            byte = byte * 16 + (c | 0x20) - 'a' + 10;
        else
            return -1;
    }
    return byte;
}

#endif
