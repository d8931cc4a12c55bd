/* The bytes of an answer's head: status line, Date and the given headers. Pure but for the clock it is given.
 * Inside the room only. */
#ifndef PLEK_WIRE_ANSWER_TEXT_H
#define PLEK_WIRE_ANSWER_TEXT_H

#include "wire/server.h"

#define ANSWER_DATE_SIZE 30 /* "Sun, 06 Nov 1994 08:49:37 GMT" and NUL */

/* How the body is delimited. */
enum answer_frame {
    ANSWER_COUNTED, /* Content-Length */
    ANSWER_CHUNKED, /* Transfer-Encoding: chunked */
};

/* Write AT_MS as an HTTP date (always English, whatever the locale). */
void answer_date(int64_t at_ms, char out[ANSWER_DATE_SIZE]);

/* True if no header could break out of its line: names are tokens, values have no control bytes but tab. */
bool answer_headers_clean(const struct wire_header *headers, size_t n);

/* Append the head up to and with its empty line. BODY_LEN is for ANSWER_COUNTED; 204 and 304 get no length.
 */
void answer_head(struct buf *out, int status, const char *date, const struct wire_header *headers, size_t n,
                 enum answer_frame frame, size_t body_len, bool close);

/* True if STATUS has no body by definition. */
bool answer_is_bodiless(int status);

/* Append the default problem (RFC 9457, type about:blank) of FAULT. */
void answer_problem(struct buf *out, enum http_fault fault);

/* Fixed reason phrase of a status, "Other" for an unlisted one. */
const char *answer_reason(int status);

#endif
