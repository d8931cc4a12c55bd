#include "adapters/gate/safe_json.h"

#include "adapters/gate/persons.h"
#include "adapters/gate/text_gate.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct json_line {
    const json_t *value;
    int line;
};

/* ---- lines: a hash table by the value's address, never more than half full ---- */

static void lines_make(struct feed_json *f, size_t values)
{
    f->lines_cap = 16;
    while (f->lines_cap < 2 * values)
        f->lines_cap *= 2;
    f->lines = mem_new(f->lines_cap, sizeof *f->lines);
}

/* Where VALUE stands or would stand. */
static struct json_line *lines_slot(const struct feed_json *f, const json_t *value)
{
    size_t at = (size_t)(((uintptr_t)value >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    for (at &= f->lines_cap - 1; f->lines[at].value != NULL && f->lines[at].value != value;)
        at = (at + 1) & (f->lines_cap - 1);
    return &f->lines[at];
}

struct walk {
    const uint8_t *p, *end;
    int line;
};

static bool is_between(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':' || c == ']' || c == '}';
}

static void skip_between(struct walk *w)
{
    for (; w->p < w->end && is_between(*w->p); w->p++)
        w->line += *w->p == '\n';
}

static void skip_text(struct walk *w)
{
    for (w->p++; w->p < w->end && *w->p != '"'; w->p++)
        if (*w->p == '\\')
            w->p++;
    if (w->p < w->end)
        w->p++;
}

static bool is_shared(const json_t *value)
{
    return json_is_boolean(value) || json_is_null(value);
}

/* Go through the tree and its text side by side: jansson keeps the order of the text, and keys are not
 * repeated. So a closing bracket is only something between two values. Depth is bounded by json_parse. */
static void note_lines(struct feed_json *f, json_t *value, struct walk *w)
{
    skip_between(w);
    if (!is_shared(value))
        *lines_slot(f, value) = (struct json_line){.value = value, .line = w->line};
    if (json_is_object(value)) {
        w->p++;
        for (void *at = json_object_iter(value); at != NULL; at = json_object_iter_next(value, at)) {
            skip_between(w);
            skip_text(w);
            note_lines(f, json_object_iter_value(at), w);
        }
    } else if (json_is_array(value)) {
        w->p++;
        for (size_t i = 0; i < json_array_size(value); i++)
            note_lines(f, json_array_get(value, i), w);
    } else if (json_is_string(value)) {
        skip_text(w);
    } else {
        while (w->p < w->end && !is_between(*w->p))
            w->p++;
    }
}

int safe_json_line(const struct feed_json *f, const json_t *value)
{
    return f->lines == NULL || value == NULL ? 0 : lines_slot(f, value)->line;
}

/* The next name of a pointer without its escapes; false at its end. */
static bool next_name(const char **pointer, char name[96])
{
    size_t n = 0;
    if (**pointer != '/')
        return false;
    for ((*pointer)++; **pointer != '\0' && **pointer != '/' && n + 1 < 96; (*pointer)++) {
        if (**pointer == '~' && ((*pointer)[1] == '0' || (*pointer)[1] == '1'))
            name[n++] = *++*pointer == '0' ? '~' : '/';
        else
            name[n++] = **pointer;
    }
    name[n] = '\0';
    return true;
}

int safe_json_line_of(const struct feed_json *f, const char *pointer)
{
    const json_t *value = f->doc;
    int line = safe_json_line(f, value);
    char name[96];
    while (value != NULL && next_name(&pointer, name)) {
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        int own = safe_json_line(f, value);
        if (own != 0)
            line = own;
    }
    return line;
}

/* ---- complaints ---- */

/* A key comes from outside: what could steer a terminal becomes '?', and it ends at a whole character. */
static void clean(const char *pointer, char *out, size_t size)
{
    struct bytes rest = bytes_of_text(pointer);
    uint32_t code = 0;
    size_t n = 0, len = 0;
    while ((n = bytes_utf8(rest, &code)) > 0 && len + n < size) {
        bool steers = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x202e) ||
                      (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
        if (steers)
            out[len++] = '?';
        for (size_t i = 0; i < n && !steers; i++)
            out[len++] = (char)rest.p[i];
        rest = BYTES(rest.p + n, rest.len - n);
    }
    out[len] = '\0';
}

void safe_json_complain(const struct feed_json *f, struct reading *r, const char *pointer, const char *reason)
{
    char field[sizeof r->complaints[0].field];
    clean(pointer, field, sizeof field);
    reading_complain(r, safe_json_line_of(f, pointer), field, "%s", reason);
}

void safe_json_tell(const struct feed_json *f, struct reading *r)
{
    for (int i = 0; i < f->faults.n; i++)
        safe_json_complain(f, r, f->faults.list[i].pointer, f->faults.list[i].reason);
    r->complaints_more += f->faults.more;
    r->not_kept |= f->persons;
}

/* ---- people ---- */

/* NULL: WORD, a key with VALUE, is a count. */
static const char *why_refused(const struct person_counts *c, const char *word, const json_t *value)
{
    if (!persons_are_counted(c, word))
        return "describes clients: leave it out";
    json_int_t n = json_is_integer(value) ? json_integer_value(value) : -1;
    return n >= 0 && n <= UNITS_MAX ? NULL : persons_why_no_count();
}

static void refuse_persons(struct feed_json *f, struct json_at at, const struct person_counts *c,
                           struct persons_seen *seen)
{
    json_t *value = (json_t *)(uintptr_t)at.value;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (json_is_object(item) || json_is_array(item))
            refuse_persons(f, json_item(at, i), c, seen);
    }
    for (void *i = json_object_iter(value); i != NULL; i = json_object_iter_next(value, i)) {
        const char *key = json_object_iter_key(i);
        const json_t *field = json_object_iter_value(i);
        struct bytes name = bytes_of_text(key);
        const char *word = persons_seen(seen, name) ? NULL : persons_or_group(name);
        const char *why = word != NULL ? why_refused(c, word, field) : NULL;
        if (why != NULL) {
            json_fault_add(&f->faults, json_field(at, key).pointer, "%s", why);
            f->persons = true;
        }
        if (word != NULL)
            continue;
        persons_remember(seen, name);
        if (json_is_object(field) || json_is_array(field))
            refuse_persons(f, json_field(at, key), c, seen);
    }
}

void safe_json_no_persons(struct feed_json *f, const struct person_counts *c)
{
    refuse_persons(f, json_root(f->doc), c, &(struct persons_seen){0});
}

/* ---- readers ---- */

int64_t safe_json_moment(struct feed_json *f, struct json_at at, struct reading *r)
{
    int before = f->faults.n + f->faults.more;
    const char *text = json_text(at, 64, &f->faults);
    if (f->faults.n + f->faults.more != before)
        return 0;
    return reading_time(r, safe_json_line(f, at.value), at.pointer, bytes_of_text(text));
}

int32_t safe_json_units(struct feed_json *f, struct json_at at)
{
    int before = f->faults.n + f->faults.more;
    int64_t units = json_int(at, 0, UNITS_MAX, &f->faults);
    return f->faults.n + f->faults.more == before ? (int32_t)units : UNITS_UNKNOWN;
}

/* ---- parsing ---- */

enum err safe_json_parse(struct bytes in, struct feed_json *f, struct reading *r)
{
    struct json_bounds bounds = {.objects_max = FEED_JSON_OBJECTS_MAX, .values_max = FEED_JSON_VALUES_MAX};
    enum err e = text_gate(in, FEED_JSON_BYTES_MAX, true, r);
    if (e == OK && in.len >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0) {
        reading_complain(r, 1, "", "begins with a byte order mark, which JSON does not have");
        e = ERR_BAD_INPUT;
    }
    if (e != OK)
        return e;
    f->doc = json_parse_bounded(in, &bounds, &f->faults);
    if (f->doc == NULL && f->faults.n == 0) {
        reading_complain(r, 0, "", "holds more than %d objects and lists, or more than %d values",
                         FEED_JSON_OBJECTS_MAX, FEED_JSON_VALUES_MAX);
        return ERR_TOO_BIG;
    }
    if (f->doc == NULL) {
        reading_complain(r, f->faults.list[0].line, "", "%s", f->faults.list[0].reason);
        f->faults.n = 0;
        return ERR_BAD_INPUT;
    }
    lines_make(f, bounds.values);
    note_lines(f, f->doc, &(struct walk){.p = in.p, .end = in.p + in.len, .line = 1});
    return OK;
}

void safe_json_fini(struct feed_json *f)
{
    json_decref(f->doc);
    free(f->lines);
    *f = (struct feed_json){0};
}
