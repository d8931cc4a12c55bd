#include "wire/http_fault.h"

#include "base/check.h"

#include <stddef.h>

struct fault_row {
    int status;
    const char *code;
    const char *text;
};

static const struct fault_row rows[HTTP_FAULT_N] = {
    [HTTP_FAULT_NONE] = {0, "none", "No fault."},
    [HTTP_FAULT_LINE_END] = {400, "bare-line-end", "Lines must end with CR and LF together."},
    [HTTP_FAULT_CONTROL] = {400, "control-byte", "The head holds a control byte."},
    [HTTP_FAULT_REQUEST_LINE] = {400, "request-line", "The first line must be: method, path, HTTP/1.1."},
    [HTTP_FAULT_METHOD] = {405, "method-not-served", "This method is not served here."},
    [HTTP_FAULT_METHOD_WORD] = {501, "method-unknown", "This method is not known here."},
    [HTTP_FAULT_TARGET_FORM] = {400, "target-form", "The request target must be a path that begins with /."},
    [HTTP_FAULT_TARGET_BYTES] = {400, "target-bytes",
                                 "Path or query holds a byte or escape that is not allowed."},
    [HTTP_FAULT_TARGET_DOTS] = {400, "target-dots", "The path must not hold the segments . or .."},
    [HTTP_FAULT_TARGET_LENGTH] = {414, "target-length", "Path and query together are too long."},
    [HTTP_FAULT_VERSION] = {505, "http-version", "Only HTTP/1.1 is spoken here."},
    [HTTP_FAULT_HEAD_LENGTH] = {431, "head-length", "The header fields together are too long."},
    [HTTP_FAULT_FIELDS] = {431, "head-fields", "There are too many header fields."},
    [HTTP_FAULT_FOLD] = {400, "field-folded", "A header field must stand on one line."},
    [HTTP_FAULT_FIELD_NAME] = {400, "field-name", "A header field has no name or one that is not allowed."},
    [HTTP_FAULT_FIELD_TWICE] = {400, "field-twice", "A header field that may come once came twice."},
    [HTTP_FAULT_HOST_MISSING] = {400, "host-missing", "The Host header field is missing."},
    [HTTP_FAULT_HOST] = {400, "host-bad", "There must be one Host header field with a host in it."},
    [HTTP_FAULT_CONTENT_LENGTH] = {400, "content-length", "There may be one Content-Length, of digits only."},
    [HTTP_FAULT_BODY_METHOD] = {400, "body-with-method", "This method takes no body."},
    [HTTP_FAULT_TRANSFER_ENCODING] = {501, "transfer-encoding",
                                      "Transfer-Encoding is not taken; send a Content-Length."},
    [HTTP_FAULT_UPGRADE] = {501, "upgrade", "Upgrade is not taken."},
    [HTTP_FAULT_EXPECT] = {417, "expect", "Expect is not taken; send the body at once."},
    [HTTP_FAULT_BODY_LENGTH] = {413, "body-length", "The body is larger than this address takes."},
    [HTTP_FAULT_HEAD_TIME] = {408, "head-time", "The head did not arrive in time."},
    [HTTP_FAULT_BODY_TIME] = {408, "body-time", "The body did not arrive in time."},
    [HTTP_FAULT_ANSWER_TIME] = {504, "answer-time",
                                "There is no outcome yet; ask again with the same Idempotency-Key."},
    [HTTP_FAULT_ADDRESS] = {429, "connections", "There are too many connections from this address."},
    [HTTP_FAULT_ANSWER] = {500, "internal", "The answer could not be made."},
};

static const struct fault_row *row(enum http_fault f)
{
    CHECK((unsigned)f < HTTP_FAULT_N && rows[f].code != NULL);
    return &rows[f];
}

int http_fault_status(enum http_fault f)
{
    return row(f)->status;
}

const char *http_fault_code(enum http_fault f)
{
    return row(f)->code;
}

const char *http_fault_text(enum http_fault f)
{
    return row(f)->text;
}
