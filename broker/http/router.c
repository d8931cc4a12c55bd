#include "http/router.h"

#include <stdio.h>
#include <string.h>

#define ID_DIGITS_MAX 16 /* of 2^53 */

static bool read_id(struct bytes text, uint64_t *id)
{
    uint64_t v = 0;

    if (text.len == 0 || text.len > ID_DIGITS_MAX || text.p[0] == '0')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(text.p[i] - '0');
    }
    *id = v;
    return v <= ROUTE_ID_MAX;
}

/* PATH begins with '/' or is empty, and so does PATTERN, in which "{id}" is a segment of its own: what is
 * around it must be the same byte by byte. All routes are tried for every request, most of them up to their
 * second byte. */
static bool path_fits(const char *pattern, struct bytes path, uint64_t *id)
{
    static const char number[] = "{id}";
    size_t at = 0;

    *id = 0;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '{') {
            if (at == path.len || path.p[at++] != (uint8_t)*pattern)
                return false;
            continue;
        }
        size_t end = at;

        while (end < path.len && path.p[end] != '/')
            end++;
        if (strncmp(pattern, number, sizeof number - 1) != 0 || !read_id(BYTES(path.p + at, end - at), id))
            return false;
        at = end;
        pattern += sizeof number - 2;
    }
    return at == path.len;
}

struct router_found router_match(const struct route *table, size_t n, enum http_method method,
                                 struct bytes path)
{
    struct router_found found = {0};
    enum http_method wanted = method == HTTP_METHOD_HEAD ? HTTP_METHOD_GET : method;

    for (size_t i = 0; i < n; i++) {
        uint64_t id;

        if (!path_fits(table[i].path, path, &id))
            continue;
        found.methods |= 1u << (unsigned)table[i].method;
        if (table[i].method == HTTP_METHOD_GET)
            found.methods |= 1u << (unsigned)HTTP_METHOD_HEAD;
        if (table[i].method == wanted) {
            found.route = &table[i];
            found.id = id;
        }
    }
    return found;
}

const char *router_allow(unsigned methods, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned m = 0; m < HTTP_METHOD_N; m++) {
        if ((methods >> m & 1u) == 0)
            continue;
        int n = snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                         http_method_name((enum http_method)m));
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    return out;
}
