#include "base/json_canonical.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Members of an object that needs no memory of its own to be sorted; ours have at most 20. */
#define MEMBERS_NEAR 32

struct member {
    const char *key;
    const json_t *value;
};

/* Where jansson's way of writing is not plain: reals, and texts with escapes. */
static void add_slowly(const json_t *value, struct buf *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

    CHECK(text != NULL);
    buf_text(out, text);
    free(text);
}

static bool is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((uint8_t)text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
            return false;
    }
    return true;
}

static void add_quoted(const char *text, size_t n, struct buf *out)
{
    if (is_plain(text, n)) {
        uint8_t *to = buf_extend(out, n + 2);

        to[0] = '"';
        memcpy(to + 1, text, n);
        to[n + 1] = '"';
        return;
    }
    json_t *string = json_stringn_nocheck(text, n);

    CHECK(string != NULL);
    add_slowly(string, out);
    json_decref(string);
}

static void add_integer(json_int_t v, struct buf *out)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (v < 0)
        digits[--at] = '-';
    buf_add(out, BYTES(digits + at, sizeof digits - at));
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->key, ((const struct member *)b)->key);
}

/* Few as a rule, and of a list of objects all in the same order: by insertion. */
static void sort(struct member *list, size_t n)
{
    if (n > MEMBERS_NEAR) {
        qsort(list, n, sizeof *list, by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const struct member one = list[i];
        size_t at = i;

        for (; at > 0 && by_key(&list[at - 1], &one) > 0; at--)
            list[at] = list[at - 1];
        list[at] = one;
    }
}

static void add_object(const json_t *value, struct buf *out)
{
    /* jansson's iterator wants a changeable object but does not change it. */
    json_t *object = (json_t *)(uintptr_t)value;
    struct member near[MEMBERS_NEAR];
    size_t n = json_object_size(object), at = 0;
    struct member *list = n <= MEMBERS_NEAR ? near : mem_new(n, sizeof *list);

    for (void *i = json_object_iter(object); i != NULL; i = json_object_iter_next(object, i))
        list[at++] = (struct member){.key = json_object_iter_key(i), .value = json_object_iter_value(i)};
    sort(list, n);
    buf_u8(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_u8(out, ',');
        add_quoted(list[i].key, strlen(list[i].key), out);
        buf_u8(out, ':');
        json_canonical(list[i].value, out);
    }
    buf_u8(out, '}');
    if (list != near)
        free(list);
}

void json_canonical(const json_t *value, struct buf *out)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(value, out);
        break;
    case JSON_ARRAY:
        buf_u8(out, '[');
        for (size_t i = 0; i < json_array_size(value); i++) {
            if (i > 0)
                buf_u8(out, ',');
            json_canonical(json_array_get(value, i), out);
        }
        buf_u8(out, ']');
        break;
    case JSON_STRING:
        add_quoted(json_string_value(value), json_string_length(value), out);
        break;
    case JSON_INTEGER:
        add_integer(json_integer_value(value), out);
        break;
    case JSON_TRUE:
        buf_text(out, "true");
        break;
    case JSON_FALSE:
        buf_text(out, "false");
        break;
    case JSON_NULL:
        buf_text(out, "null");
        break;
    case JSON_REAL:
        add_slowly(value, out);
        break;
    }
}
