#include "base/json.h"

#include "base/check.h"
#include "base/time_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cut TEXT, of which LEN bytes are kept, back to whole characters: an answer that carries half of one could
 * not be written as JSON. */
static void cut_to_characters(char *text)
{
    struct bytes rest = bytes_of_text(text);
    uint32_t code = 0;
    size_t n = 0;

    while ((n = bytes_utf8(rest, &code)) > 0)
        rest = BYTES(rest.p + n, rest.len - n);
    text[strlen(text) - rest.len] = '\0';
}

static struct json_fault *next_fault(struct json_faults *f, const char *pointer)
{
    struct json_fault *fault = NULL;

    if (f->n >= JSON_FAULTS_MAX) {
        f->more++;
        return NULL;
    }
    fault = &f->list[f->n++];
    *fault = (struct json_fault){0};
    snprintf(fault->pointer, sizeof fault->pointer, "%s", pointer);
    cut_to_characters(fault->pointer);
    return fault;
}

void json_fault_add(struct json_faults *f, const char *pointer, const char *reason, ...)
{
    struct json_fault *fault = next_fault(f, pointer);
    va_list args;

    if (fault == NULL)
        return;
    va_start(args, reason);
    vsnprintf(fault->reason, sizeof fault->reason, reason, args);
    va_end(args);
    cut_to_characters(fault->reason);
}

void json_fault_coded(struct json_faults *f, const char *pointer, const char *code, const char *reason)
{
    int before = f->n;

    json_fault_add(f, pointer, "%s", reason);
    if (f->n > before)
        f->list[before].code = code;
}

/* ---- parsing ---- */

static void syntax_fault(struct json_faults *f, const char *reason, int line, int column)
{
    struct json_fault *fault = next_fault(f, "");

    if (fault == NULL)
        return;
    snprintf(fault->reason, sizeof fault->reason, "%s", reason);
    fault->line = line;
    fault->column = column;
}

/* jansson's own sentence quotes the text near the fault, which may be personal: say it in our words. */
static const char *reason_of(enum json_error_code code)
{
    _Static_assert(JSON_DEPTH_MAX == 16, "the sentence below names it");
    static const char *const reasons[] = {
        [json_error_invalid_utf8] = "the text is not valid UTF-8",
        [json_error_premature_end_of_input] = "the text ends too early",
        [json_error_end_of_input_expected] = "something follows the end of the document",
        [json_error_invalid_syntax] = "this is not valid JSON",
        [json_error_null_character] = "the character U+0000 is not allowed",
        [json_error_null_byte_in_key] = "the character U+0000 is not allowed",
        [json_error_duplicate_key] = "the same key stands twice in one object",
        [json_error_numeric_overflow] = "a number is too large",
        [json_error_stack_overflow] = "the document is nested deeper than 16 levels",
    };

    if ((size_t)code < sizeof reasons / sizeof reasons[0] && reasons[code] != NULL)
        return reasons[code];
    return "this is not valid JSON";
}

/* Look for what jansson must not get to see; the reason with its place, or NULL. Brackets nested deeper than
 * JSON_DEPTH_MAX, because it recurses into 2048 of them: up to the first syntax error this sees strings where
 * jansson sees them, and behind it jansson does not go. And NUL, which jansson 2.14 swallows behind a number
 * ("[4\0]" is taken; found by fuzz_base_json). Counts on the way, to the end of the text. */
static const char *forbidden(struct bytes text, size_t *at, struct json_bounds *bounds)
{
    static const bool telling[256] = {['\0'] = true, ['"'] = true, ['\\'] = true, ['['] = true,
                                      ['{'] = true,  [']'] = true, ['}'] = true,  [','] = true};
    const char *reason = NULL;
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];

        if (!telling[c])
            continue;
        if (c == '"') {
            in_string = !in_string;
        } else if (c == '\0') {
            *at = reason == NULL ? i : *at;
            reason = reason == NULL ? reason_of(json_error_null_character) : reason;
        } else if (in_string) {
            i += c == '\\' && i + 1 < text.len && text.p[i + 1] != '\0';
        } else if (c == ',') {
            bounds->values++;
        } else if (c == '[' || c == '{') {
            bounds->objects++;
            bounds->values++;
            if (++depth > JSON_DEPTH_MAX && reason == NULL) {
                *at = i;
                reason = reason_of(json_error_stack_overflow);
            }
        } else if (c != '\\') {
            depth--;
        }
    }
    return reason;
}

/* Line and column of the byte AT, in characters as jansson counts. */
static void place_of(struct bytes text, size_t at, int *line, int *column)
{
    *line = 1;
    *column = 0;
    for (size_t i = 0; i <= at; i++) {
        if (text.p[i] == '\n') {
            (*line)++;
            *column = 0;
        } else if ((text.p[i] & 0xc0) != 0x80) {
            (*column)++;
        }
    }
}

json_t *json_parse(struct bytes text, struct json_faults *faults)
{
    struct json_bounds none = {.objects_max = SIZE_MAX, .values_max = SIZE_MAX};

    return json_parse_bounded(text, &none, faults);
}

json_t *json_parse_bounded(struct bytes text, struct json_bounds *bounds, struct json_faults *faults)
{
    json_error_t error;
    json_t *value = NULL;
    int line = 0;
    int column = 0;
    size_t at = 0;
    const char *reason = NULL;

    bounds->objects = 0;
    bounds->values = 1;
    reason = forbidden(text, &at, bounds);
    if (bounds->objects > bounds->objects_max || bounds->values > bounds->values_max)
        return NULL;
    if (reason != NULL) {
        place_of(text, at, &line, &column);
        syntax_fault(faults, reason, line, column);
        return NULL;
    }
    /* jansson refuses a NULL buffer without telling where. */
    value = json_loadb(text.len > 0 ? (const char *)text.p : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        CHECK(json_error_code(&error) != json_error_out_of_memory);
        syntax_fault(faults, reason_of(json_error_code(&error)), error.line, error.column);
    }
    return value;
}

/* ---- places ---- */

struct json_at json_root(const json_t *value)
{
    return (struct json_at){.value = value};
}

/* Append "/" and NAME with RFC 6901 escapes; a pointer too long for its array ends early. */
static void pointer_add(char *pointer, size_t size, const char *name)
{
    size_t len = strlen(pointer);

    if (len + 1 < size)
        pointer[len++] = '/';
    for (; *name != '\0'; name++) {
        const char *piece = *name == '~' ? "~0" : *name == '/' ? "~1" : NULL;
        size_t need = piece != NULL ? 2 : 1;

        if (len + need >= size)
            break;
        if (piece != NULL)
            memcpy(pointer + len, piece, 2);
        else
            pointer[len] = *name;
        len += need;
    }
    pointer[len] = '\0';
    if (*name != '\0')
        cut_to_characters(pointer);
}

struct json_at json_field(struct json_at parent, const char *name)
{
    parent.value = json_object_get(parent.value, name);
    pointer_add(parent.pointer, sizeof parent.pointer, name);
    return parent;
}

struct json_at json_item(struct json_at parent, size_t index)
{
    char name[24];
    size_t at = sizeof name - 1, left = index;

    name[at] = '\0';
    do {
        name[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    parent.value = json_array_get(parent.value, index);
    pointer_add(parent.pointer, sizeof parent.pointer, name + at);
    return parent;
}

bool json_present(struct json_at at)
{
    return at.value != NULL && !json_is_null(at.value);
}

/* ---- readers ---- */

/* True if the value has the wanted kind (IS_KIND); else add "is missing" or WANT. */
static bool expect(struct json_at at, bool is_kind, const char *want, struct json_faults *f)
{
    if (at.value == NULL)
        json_fault_add(f, at.pointer, "is missing");
    else if (!is_kind)
        json_fault_add(f, at.pointer, "must be %s", want);
    return at.value != NULL && is_kind;
}

static bool has_control_character(struct bytes text)
{
    uint32_t code = 0;
    size_t n = 0;

    for (; (n = bytes_utf8(text, &code)) > 0; text = BYTES(text.p + n, text.len - n)) {
        if (code < 0x20 || (code >= 0x7f && code < 0xa0))
            return true;
    }
    return text.len > 0;
}

const char *json_text(struct json_at at, size_t max_bytes, struct json_faults *f)
{
    struct bytes text;

    if (!expect(at, json_is_string(at.value), "a text", f))
        return "";
    text = BYTES(json_string_value(at.value), json_string_length(at.value));
    if (text.len > max_bytes) {
        json_fault_add(f, at.pointer, "must be at most %zu bytes long", max_bytes);
        return "";
    }
    if (has_control_character(text)) {
        json_fault_add(f, at.pointer, "must not hold control characters");
        return "";
    }
    return (const char *)text.p;
}

int64_t json_int(struct json_at at, int64_t min, int64_t max, struct json_faults *f)
{
    int64_t v = 0;

    if (!expect(at, json_is_integer(at.value), "a whole number", f))
        return min;
    v = json_integer_value(at.value);
    if (v < min || v > max) {
        json_fault_add(f, at.pointer, "must be a whole number from %" PRId64 " to %" PRId64, min, max);
        return min;
    }
    return v;
}

bool json_bool(struct json_at at, struct json_faults *f)
{
    return expect(at, json_is_boolean(at.value), "true or false", f) && json_is_true(at.value);
}

int64_t json_time(struct json_at at, struct json_faults *f)
{
    static const char want[] = "a time with a zone, such as 2026-11-21T20:00:00+01:00";
    int64_t at_ms = 0;

    if (!expect(at, json_is_string(at.value), want, f))
        return 0;
    if (time_parse(BYTES(json_string_value(at.value), json_string_length(at.value)), &at_ms) != OK) {
        json_fault_add(f, at.pointer, "must be %s", want);
        return 0;
    }
    return at_ms;
}

int json_choice(struct json_at at, const char *const *names, int n, struct json_faults *f)
{
    struct buf allowed = {0};

    if (!expect(at, json_is_string(at.value), "a text", f))
        return -1;
    for (int i = 0; i < n; i++) {
        if (strcmp(json_string_value(at.value), names[i]) == 0)
            return i;
    }
    for (int i = 0; i < n; i++)
        buf_format(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
    json_fault_add(f, at.pointer, "must be one of: %s", buf_c_str(&allowed));
    buf_fini(&allowed);
    return -1;
}

size_t json_list(struct json_at at, size_t max, struct json_faults *f)
{
    size_t n = 0;

    if (!expect(at, json_is_array(at.value), "a list", f))
        return 0;
    n = json_array_size(at.value);
    if (n > max) {
        json_fault_add(f, at.pointer, "must have at most %zu items", max);
        return 0;
    }
    return n;
}

static bool is_named(const char *key, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        if (key[0] == names[i][0] && strcmp(key, names[i]) == 0)
            return true;
    }
    return false;
}

void json_only(struct json_at at, const char *const *names, int n, struct json_faults *f)
{
    /* jansson's iterator wants a changeable object but does not change it. */
    json_t *object = (json_t *)(uintptr_t)at.value;
    const char *key = NULL;
    json_t *value = NULL;

    if (!expect(at, json_is_object(at.value), "an object", f))
        return;
    json_object_foreach(object, key, value)
    {
        if (!is_named(key, names, n))
            json_fault_add(f, json_field(at, key).pointer, "is not a known field");
    }
}
