/* Why the wire refused a request before any handler saw it. Each fault has one HTTP status, one stable code
 * (for counters and problem types) and one English sentence that names the rule and never repeats what was
 * sent: it may be personal. */
#ifndef PLEK_WIRE_HTTP_FAULT_H
#define PLEK_WIRE_HTTP_FAULT_H

enum http_fault {
    HTTP_FAULT_NONE = 0,
    /* found in the head by http_head_parse */
    HTTP_FAULT_LINE_END,      /* LF without CR, or CR without LF */
    HTTP_FAULT_CONTROL,       /* NUL or another control byte */
    HTTP_FAULT_REQUEST_LINE,  /* not "METHOD SP target SP HTTP/x.y" */
    HTTP_FAULT_METHOD,        /* a known method that is not served here (OPTIONS, TRACE, CONNECT) */
    HTTP_FAULT_METHOD_WORD,   /* a method nobody knows */
    HTTP_FAULT_TARGET_FORM,   /* absolute, authority or asterisk form */
    HTTP_FAULT_TARGET_BYTES,  /* a byte or percent escape that may not be in path or query */
    HTTP_FAULT_TARGET_DOTS,   /* a "." or ".." segment, also when escaped */
    HTTP_FAULT_TARGET_LENGTH, /* target longer than target_bytes_max */
    HTTP_FAULT_VERSION,       /* HTTP, but not HTTP/1.1 */
    HTTP_FAULT_HEAD_LENGTH,   /* head longer than head_bytes_max */
    HTTP_FAULT_FIELDS,        /* more fields than fields_max */
    HTTP_FAULT_FOLD,          /* a field line that begins with a space or tab (obs-fold) */
    HTTP_FAULT_FIELD_NAME,    /* no colon, an empty or non-token name, a space before the colon */
    HTTP_FAULT_FIELD_TWICE,   /* a field that may come once came twice (Content-Type, Cookie, ...) */
    HTTP_FAULT_HOST_MISSING,
    HTTP_FAULT_HOST,           /* two Hosts, or a value that is no host */
    HTTP_FAULT_CONTENT_LENGTH, /* two, empty, or anything but digits */
    HTTP_FAULT_BODY_METHOD,    /* a body on GET, HEAD or DELETE */
    HTTP_FAULT_TRANSFER_ENCODING,
    HTTP_FAULT_UPGRADE,
    HTTP_FAULT_EXPECT, /* 417: curl repeats without Expect by itself */
    /* found by the server */
    HTTP_FAULT_BODY_LENGTH, /* Content-Length over the limit of this route */
    HTTP_FAULT_HEAD_TIME,   /* head not complete within head_ms */
    HTTP_FAULT_BODY_TIME,   /* body not complete within body_ms */
    HTTP_FAULT_ANSWER_TIME, /* the handler gave no answer within answer_ms: the outcome is unknown */
    HTTP_FAULT_ADDRESS,     /* too many connections from this address */
    HTTP_FAULT_ANSWER,      /* a handler's answer held a control byte in a header: a bug, not sent */
    HTTP_FAULT_N
};

int http_fault_status(enum http_fault f);       /* 400 ... 505; 0 for HTTP_FAULT_NONE */
const char *http_fault_code(enum http_fault f); /* "bare-line-end": lower case, digits and '-'; never NULL */
const char *http_fault_text(enum http_fault f); /* one English sentence; never NULL */

#endif
