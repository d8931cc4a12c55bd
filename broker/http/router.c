#include "http/router.h"

#include "wire/http_query.h"

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

static bool path_fits(const char *pattern, struct bytes path, uint64_t *id)
{
    struct bytes wanted = bytes_of_text(pattern);
    struct bytes a, b;

    *id = 0;
    for (;;) {
        bool more_wanted = http_path_next(&wanted, &a);
        bool more = http_path_next(&path, &b);

        if (!more_wanted || !more)
            return more_wanted == more;
        if (bytes_equal(a, BYTES_LITERAL("{id}")) ? !read_id(b, id) : !bytes_equal(a, b))
            return false;
    }
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
