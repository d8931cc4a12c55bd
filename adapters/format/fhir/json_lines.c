#include "adapters/format/fhir/json_lines.h"

#include <string.h>

struct json_lines json_lines_of(struct bytes text)
{
    return (struct json_lines){.rest = text, .line = 1};
}

static void step(struct json_lines *l)
{
    l->line += l->rest.p[0] == '\n';
    l->rest = BYTES(l->rest.p + 1, l->rest.len - 1);
}

static bool is_one_of(const struct json_lines *l, const char *set)
{
    return l->rest.len > 0 && l->rest.p[0] != '\0' && strchr(set, l->rest.p[0]) != NULL;
}

int json_lines_next(struct json_lines *l)
{
    while (is_one_of(l, " \t\r\n,:]}"))
        step(l);
    int line = l->line;
    if (is_one_of(l, "{[")) {
        step(l);
    } else if (is_one_of(l, "\"")) {
        step(l);
        while (l->rest.len > 0 && !is_one_of(l, "\"")) {
            if (is_one_of(l, "\\") && l->rest.len > 1)
                step(l);
            step(l);
        }
        if (l->rest.len > 0)
            step(l);
    } else {
        while (l->rest.len > 0 && !is_one_of(l, " \t\r\n,:]}"))
            step(l);
    }
    return line;
}
