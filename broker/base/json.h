/* A thin wrap that keeps jansson out of the other rooms' sight where it pays: strict parsing with bounds, and
 * a field reader that collects every fault with its JSON pointer instead of stopping at the first. Code that
 * builds answers uses jansson's json_pack/json_object_set_new directly; what it parses comes through here. */
#ifndef PLEK_BASE_JSON_H
#define PLEK_BASE_JSON_H

#include "base/bytes.h"

#include <jansson.h>

#define JSON_FAULTS_MAX 64
#define JSON_DEPTH_MAX 16

struct json_fault {
    char pointer[96]; /* RFC 6901, "/household/2/age"; "" is the whole document */
    char reason[120]; /* English sentence without the value itself (it may be personal) */
    const char *code; /* a word for that reason, static text; NULL = it has none */
    int line;         /* for syntax faults: line and column of the text, else 0 */
    int column;
};

struct json_faults {
    struct json_fault list[JSON_FAULTS_MAX];
    int n; /* faults past the bound are counted in `more`, not kept */
    int more;
};

/* Add one fault. POINTER and REASON are copied and cut to size, at the end of a character. */
void json_fault_add(struct json_faults *f, const char *pointer, const char *reason, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a CODE (static text), for a reason that a page tells in words of its own. */
void json_fault_coded(struct json_faults *f, const char *pointer, const char *code, const char *reason);

/* Parse a whole text, an object or an array: UTF-8 only, no byte order mark, no duplicate keys, no NUL, no
 * trailing bytes, depth <= JSON_DEPTH_MAX, integers within int64. The caller bounds its length. Returns a new
 * reference, or NULL after adding a fault with line and column. */
json_t *json_parse(struct bytes text, struct json_faults *faults);

/* What a text may hold before anything is built of it, and what it does hold, counted by its signs outside of
 * texts: of what is no JSON some number comes out. */
struct json_bounds {
    size_t objects_max, values_max; /* lists count as objects, and objects as values */
    size_t objects, values;
};

/* The same within BOUNDS. Over them: NULL, without a fault; the counts tell. */
json_t *json_parse_bounded(struct bytes text, struct json_bounds *bounds, struct json_faults *faults);

/* A place in a document: the value (borrowed, may be NULL) and its pointer, for the readers below. A field of
 * something that is no object, or an item past the end, is a place without a value. A pointer that does not
 * fit ends early. */
struct json_at {
    const json_t *value;
    char pointer[96];
};

struct json_at json_root(const json_t *value);
struct json_at json_field(struct json_at parent, const char *name);
struct json_at json_item(struct json_at parent, size_t index);
bool json_present(struct json_at at); /* there, and not null */

/* Each reader returns the value, or FALLBACK after adding a fault. For an optional field test json_present
 * first. */
/* "" on fault; no control characters, so no newlines; borrowed from the document */
const char *json_text(struct json_at at, size_t max_bytes, struct json_faults *f);
int64_t json_int(struct json_at at, int64_t min, int64_t max, struct json_faults *f); /* MIN on fault */
bool json_bool(struct json_at at, struct json_faults *f);                             /* false on fault */
int64_t json_time(struct json_at at, struct json_faults *f); /* RFC 3339 with zone, in ms; 0 on fault */
/* Index into NAMES[N] of the text; -1 after a fault that lists the allowed words. */
int json_choice(struct json_at at, const char *const *names, int n, struct json_faults *f);
/* Length of an array of at most MAX items; 0 after a fault. (Not json_array: that name is jansson's.) */
size_t json_list(struct json_at at, size_t max, struct json_faults *f);
/* Fault for every key of the object at AT that is not in NAMES[N] (a misspelt optional field must not
 * vanish), or one if there is no object. */
void json_only(struct json_at at, const char *const *names, int n, struct json_faults *f);

#endif
