#include "wire/answer_text.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *answer_reason(int status)
{
    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Other";
}

void answer_date(int64_t at_ms, char out[ANSWER_DATE_SIZE])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    snprintf(out, ANSWER_DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[tm.tm_wday],
             (unsigned)tm.tm_mday % 100, months[tm.tm_mon], (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

bool answer_headers_clean(const struct wire_header *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (headers[i].name[0] == '\0')
            return false;
        for (const char *c = headers[i].name; *c != '\0'; c++) {
            if (*c <= ' ' || *c == ':' || *c == 0x7f)
                return false;
        }
        for (const char *c = headers[i].value; *c != '\0'; c++) {
            if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
                return false;
        }
    }
    return true;
}

bool answer_is_bodiless(int status)
{
    return status == 204 || status == 304;
}

static void add_field(struct buf *out, const char *name, const char *value)
{
    buf_text(out, name);
    buf_text(out, ": ");
    buf_text(out, value);
    buf_text(out, "\r\n");
}

void answer_head(struct buf *out, int status, const char *date, const struct wire_header *headers, size_t n,
                 enum answer_frame frame, size_t body_len, bool close)
{
    buf_text(out, "HTTP/1.1 ");
    buf_decimal(out, (uint64_t)status);
    buf_text(out, " ");
    buf_text(out, answer_reason(status));
    buf_text(out, "\r\n");
    add_field(out, "Date", date);
    for (size_t i = 0; i < n; i++)
        add_field(out, headers[i].name, headers[i].value);
    if (frame == ANSWER_CHUNKED)
        add_field(out, "Transfer-Encoding", "chunked");
    else if (!answer_is_bodiless(status)) {
        buf_text(out, "Content-Length: ");
        buf_decimal(out, body_len);
        buf_text(out, "\r\n");
    }
    if (close)
        add_field(out, "Connection", "close");
    buf_text(out, "\r\n");
}

void answer_problem(struct buf *out, enum http_fault fault)
{
    int status = http_fault_status(fault);

    /* Titles and texts are ours and hold nothing that JSON would have to escape. */
    buf_format(out,
               "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"code\":\"%s\"}",
               answer_reason(status), status, http_fault_text(fault), http_fault_code(fault));
}
