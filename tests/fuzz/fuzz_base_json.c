/* Any bytes: the parser and every reader end, each fault is whole text that does not quote a long input, and
 * what was taken can be written and taken again with the same meaning. */
#include "base/check.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    struct bytes rest = bytes_of_text(text);
    uint32_t code = 0;
    size_t n = 0;

    while ((n = bytes_utf8(rest, &code)) > 0)
        rest = BYTES(rest.p + n, rest.len - n);
    CHECK(rest.len == 0);
}

static void check_faults(const struct json_faults *f)
{
    CHECK(f->n >= 0 && f->n <= JSON_FAULTS_MAX && (f->more == 0 || f->n == JSON_FAULTS_MAX));
    for (int i = 0; i < f->n; i++) {
        check_text(f->list[i].pointer);
        check_text(f->list[i].reason);
        CHECK(f->list[i].reason[0] != '\0');
    }
}

/* Depth is bounded by JSON_DEPTH_MAX, which this recursion leans on. */
static void read_all(struct json_at at, struct json_faults *f, int depth)
{
    static const char *const names[] = {"size", "household", "age", "from"};
    size_t n = json_list(at, 100, f);

    CHECK(depth <= JSON_DEPTH_MAX);
    check_text(json_text(at, 40, f));
    CHECK(strlen(json_text(at, 40, f)) <= 40);
    CHECK(json_int(at, 0, 120, f) >= 0);
    json_bool(at, f);
    json_time(at, f);
    CHECK(json_choice(at, names, (int)COUNT_OF(names), f) < (int)COUNT_OF(names));
    json_only(at, names, (int)COUNT_OF(names), f);
    for (size_t i = 0; i < n; i++)
        read_all(json_item(at, i), f, depth + 1);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (json_present(json_field(at, names[i])))
            read_all(json_field(at, names[i]), f, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_faults faults = {0};
    json_t *value = json_parse(BYTES(data, size), &faults);
    json_t *again = NULL;
    char *text = NULL;

    CHECK((value == NULL) == (faults.n == 1));
    check_faults(&faults);
    if (value == NULL)
        return 0;
    CHECK(memchr(data, '\0', size) == NULL);
    text = json_dumps(value, JSON_COMPACT);
    CHECK(text != NULL);
    again = json_parse(bytes_of_text(text), &faults);
    CHECK(again != NULL && json_equal(value, again));
    read_all(json_root(value), &faults, 0);
    check_faults(&faults);
    free(text);
    json_decref(again);
    json_decref(value);
    return 0;
}
