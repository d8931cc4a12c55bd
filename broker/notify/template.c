#include "notify/template.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (16 * 1024)

struct template
{
    json_t *root;
};

static const char *const marks[] = {"to", "to_digits", "to_00",  "from", "text",
                                    "id", "language",  "locale", "token"};

/* Index of the mark that begins at P ("${name}"), its length in LEN; -1 = none. */
static int mark_at(const char *p, size_t *len)
{
    const char *end = strchr(p, '}');

    if (strncmp(p, "${", 2) != 0 || end == NULL)
        return -1;
    *len = (size_t)(end - p) + 1;
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (strlen(marks[i]) == *len - 3 && strncmp(p + 2, marks[i], *len - 3) == 0)
            return (int)i;
    }
    return -1;
}

static const char *value_of(int mark, const struct template_values *v, char room[24])
{
    const char *digits = v->to[0] == '+' ? v->to + 1 : v->to;

    switch (mark) {
    case 0:
        return v->to;
    case 1:
        return digits;
    case 2:
        snprintf(room, 24, "00%.20s", digits);
        return room;
    case 3:
        return v->from;
    case 4:
        return v->text;
    case 5:
        return v->id;
    case 6:
        return v->english ? "en" : "nl";
    case 7:
        return v->english ? "en-gb" : "nl-nl";
    default:
        return v->token;
    }
}

static void fill(const char *text, const struct template_values *v, struct buf *out)
{
    char room[24];

    while (*text != '\0') {
        size_t len = 0;
        int mark = mark_at(text, &len);

        if (mark >= 0) {
            buf_text(out, value_of(mark, v, room));
            text += len;
        } else {
            buf_add(out, BYTES(text, 1));
            text++;
        }
    }
}

/* ---- judging ---- */

static bool text_is_good(const char *text)
{
    size_t len = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] == '$' && p[1] == '{' && mark_at(p, &len) < 0)
            return false;
    }
    return true;
}

static bool is_good(const json_t *value)
{
    const char *key = NULL;
    json_t *item = NULL;
    size_t i = 0;

    if (json_is_string(value))
        return text_is_good(json_string_value(value));
    json_array_foreach((json_t *)(uintptr_t)value, i, item)
    {
        if (!is_good(item))
            return false;
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        if (!is_good(item))
            return false;
    }
    return true;
}

static bool headers_are_good(const json_t *headers)
{
    const char *key = NULL;
    json_t *item = NULL;

    if (!json_is_object(headers) || json_object_size(headers) > TEMPLATE_HEADERS_MAX)
        return false;
    json_object_foreach((json_t *)(uintptr_t)headers, key, item)
    {
        const char *text = json_string_value(item);

        if (text == NULL || key[0] == '\0' ||
            key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
            return false;
        for (; *text != '\0'; text++) {
            if ((unsigned char)*text < 0x20 || *text == 0x7f)
                return false;
        }
    }
    return true;
}

enum err template_read(struct bytes text, const char *name, struct template **out, char *why, size_t why_size)
{
    struct json_faults faults = {0};
    json_t *root = json_parse(text, &faults);
    static const char *const members[] = {"headers", "body"};

    if (root != NULL)
        json_only(json_root(root), members, COUNT_OF(members), &faults);
    if (faults.n > 0) {
        snprintf(why, why_size, "%s: %s %s", name, faults.list[0].pointer, faults.list[0].reason);
    } else if (!headers_are_good(json_object_get(root, "headers"))) {
        snprintf(why, why_size, "%s: headers must be at most %d texts", name, TEMPLATE_HEADERS_MAX);
    } else if (json_object_get(root, "body") == NULL || !is_good(root)) {
        snprintf(why, why_size, "%s: no body, or a mark that is not known", name);
    } else {
        *out = mem_new(1, sizeof **out);
        (*out)->root = root;
        return OK;
    }
    json_decref(root);
    return ERR_BAD_INPUT;
}

enum err template_load(const char *path, struct template **out, char *why, size_t why_size)
{
    FILE *f = fopen(path, "re");
    struct buf text = {0};
    size_t n = 0;
    enum err e = ERR_TOO_BIG;

    if (f == NULL) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return ERR_IO;
    }
    n = fread(buf_extend(&text, FILE_MAX + 1), 1, FILE_MAX + 1, f);
    fclose(f);
    if (n <= FILE_MAX)
        e = template_read(BYTES(text.p, n), path, out, why, why_size);
    else
        snprintf(why, why_size, "%s is larger than a template can be", path);
    buf_fini(&text);
    return e;
}

void template_free(struct template *t)
{
    if (t == NULL)
        return;
    json_decref(t->root);
    free(t);
}

/* ---- writing ---- */

static json_t *filled(const json_t *value, const struct template_values *v)
{
    const char *key = NULL;
    json_t *item = NULL, *out = NULL;
    size_t i = 0;

    if (json_is_string(value)) {
        struct buf text = {0};

        fill(json_string_value(value), v, &text);
        out = json_stringn(buf_c_str(&text), text.len);
        if (text.p != NULL)
            crypto_wipe(text.p, text.len);
        buf_fini(&text);
        return out != NULL ? out : json_string("");
    }
    if (json_is_array(value)) {
        out = json_array();
        json_array_foreach((json_t *)(uintptr_t)value, i, item) json_array_append_new(out, filled(item, v));
        return out;
    }
    if (json_is_object(value)) {
        out = json_object();
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
            json_object_set_new(out, key, filled(item, v));
        return out;
    }
    return json_deep_copy(value);
}

size_t template_write(const struct template *t, const struct template_values *v, struct buf *body,
                      struct buf *headers)
{
    json_t *tree = filled(json_object_get(t->root, "body"), v);
    char *text = json_dumps(tree, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *key = NULL;
    json_t *item = NULL;
    size_t n = 0;

    CHECK(text != NULL);
    buf_text(body, text);
    crypto_wipe(text, strlen(text));
    free(text);
    json_decref(tree);
    json_object_foreach(json_object_get(t->root, "headers"), key, item)
    {
        size_t before = headers->len;

        buf_text(headers, key);
        buf_text(headers, ": ");
        fill(json_string_value(item), v, headers);
        for (size_t i = before; i < headers->len; i++) /* a token file with a stray byte */
            headers->p[i] = headers->p[i] < 0x20 ? ' ' : headers->p[i];
        buf_u8(headers, 0);
        n++;
    }
    return n;
}
