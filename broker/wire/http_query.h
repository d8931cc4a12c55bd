/* Reading a raw path or query of an accepted head: splitting, and percent-decoding into bounded texts. What
 * comes out decoded is valid UTF-8 without control characters. */
#ifndef PLEK_WIRE_HTTP_QUERY_H
#define PLEK_WIRE_HTTP_QUERY_H

#include "base/bytes.h"

/* Decode RAW into OUT[SIZE], NUL-terminated; '+' becomes a space when PLUS_IS_SPACE (query), not in a path.
 * ERR_BAD_INPUT for a broken escape, a control character (also escaped) or bytes that are no UTF-8;
 * ERR_TOO_BIG when it does not fit. OUT is "" after an error. SIZE >= 1. */
MUST_CHECK enum err http_percent_decode(struct bytes raw, bool plus_is_space, char *out, size_t size);

/* Take the next "name=value" off the front of *REST (raw views, '=' and value may be missing: then VALUE is
 * empty; empty pairs are skipped). False when nothing is left. */
bool http_query_next(struct bytes *rest, struct bytes *name, struct bytes *value);

/* Decoded value of the parameter NAME of QUERY. ERR_NOT_FOUND if it is absent, ERR_CONFLICT if it comes more
 * than once, else as http_percent_decode. */
MUST_CHECK enum err http_query_text(struct bytes query, const char *name, char *out, size_t size);

/* As http_query_text, for a decimal number MIN .. MAX: digits with an optional '-', at most 18. ERR_BAD_INPUT
 * if it is no such number, ERR_TOO_BIG if out of range. */
MUST_CHECK enum err http_query_int(struct bytes query, const char *name, int64_t min, int64_t max,
                                   int64_t *out);

/* Take the next segment off the front of *REST (a raw path, "/a/b"): the bytes after its '/' up to the next.
 * False when nothing is left. "/a/" gives "a" and an empty segment. Decode segments with
 * http_percent_decode. */
bool http_path_next(struct bytes *rest, struct bytes *segment);

#endif
