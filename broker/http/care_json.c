#include "http/care_json.h"

#include <string.h>

void care_read_orgs(struct call *call, struct json_at at, unsigned max, struct care_command *c)
{
    size_t n = json_list(at, max, &call->faults);

    if (n == 0 && json_is_array(at.value) && json_array_size(at.value) == 0)
        json_fault_add(&call->faults, at.pointer, "needs at least one organisation");
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(at, i);

        c->orgs[i].v = (uint32_t)json_int(item, 1, UINT32_MAX, &call->faults);
        for (size_t k = 0; k < i; k++) {
            if (c->orgs[k].v == c->orgs[i].v)
                json_fault_add(&call->faults, item.pointer, "names the same organisation twice");
        }
    }
    c->n_orgs = (uint8_t)n;
}

void care_read_text(struct call *call, struct json_at at, char *out, size_t size)
{
    int before = call->faults.n;
    const char *text = json_text(at, size - 1, &call->faults);

    if (call->faults.n == before && text[strspn(text, " ")] == '\0')
        json_fault_add(&call->faults, at.pointer, "must say something");
    memset(out, 0, size);
    memcpy(out, text, strnlen(text, size - 1));
}
