#include "adapters/gate/text_gate.h"

#include <string.h>

static bool starts(struct bytes in, const char *magic, size_t n)
{
    return in.len >= n && memcmp(in.p, magic, n) == 0;
}

static const char *no_text(struct bytes in)
{
    if (in.len == 0)
        return "the file is empty";
    if (starts(in, "PK\3\4", 4) || starts(in, "\x1f\x8b", 2) || starts(in, "BZh", 3) ||
        starts(in, "\xfd\x37zXZ", 5) || starts(in, "7z\xbc\xaf", 4) || starts(in, "Rar!\x1a\x07", 6) ||
        starts(in, "\x28\xb5\x2f\xfd", 4))
        return "is a compressed archive or a spreadsheet; send the text itself";
    if (starts(in, "%PDF-", 5) || starts(in, "\xd0\xcf\x11\xe0", 4))
        return "is a document for people to look at (PDF or Office); send the text itself";
    if (starts(in, "\xff\xfe", 2) || starts(in, "\xfe\xff", 2))
        return "is UTF-16; send UTF-8";
    if (memchr(in.p, 0, in.len) != NULL)
        return "holds NUL bytes: binary, or UTF-16 or UTF-32";
    return NULL;
}

static int line_of(const uint8_t *p, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += p[i] == '\n';
    return line;
}

static enum err find_bad_utf8(struct bytes in, struct reading *r)
{
    uint32_t code = 0;
    for (size_t at = 0, n = 0; at < in.len; at += n) {
        struct bytes rest = BYTES(in.p + at, in.len - at);
        n = rest.p[0] < 0x80 ? bytes_ascii(rest) : bytes_utf8(rest, &code);
        if (n == 0) {
            reading_complain(r, line_of(in.p, at), "", "holds bytes that are not UTF-8");
            return ERR_BAD_INPUT;
        }
    }
    return OK;
}

enum err text_gate(struct bytes in, size_t max, bool must_be_utf8, struct reading *r)
{
    if (in.len > max) {
        reading_complain(r, 0, "", "the file is larger than %zu bytes", max);
        return ERR_TOO_BIG;
    }
    const char *reason = no_text(in);
    if (reason != NULL) {
        reading_complain(r, 0, "", "%s", reason);
        r->not_kept = in.len > 0;
        return ERR_BAD_INPUT;
    }
    return must_be_utf8 ? find_bad_utf8(in, r) : OK;
}
