#include "adapters/format/opvang_json/opvang_json.h"

#include "adapters/gate/safe_json.h"
#include "base/mem.h"

#include <stdio.h>

#define WORD_BYTES_MAX (PROFILE_WORD_SIZE - 1)
#define SOURCE_ID_BYTES_MAX 64

struct scene {
    const struct profile *profile;
    const char *provider;
    struct reading *r;
    struct feed_json file;
    int64_t observed_at_ms;
};

static bool is_there(struct json_at at)
{
    return at.value != NULL;
}

/* False after a fault. */
static bool read_word(struct scene *s, struct json_at at, struct bytes *out)
{
    int before = s->file.faults.n + s->file.faults.more;
    *out = bytes_of_text(json_text(at, WORD_BYTES_MAX, &s->file.faults));
    return s->file.faults.n + s->file.faults.more == before;
}

static int32_t units(struct scene *s, struct json_at plek, const char *name)
{
    struct json_at at = json_field(plek, name);
    return is_there(at) ? safe_json_units(&s->file, at) : UNITS_UNKNOWN;
}

static enum known deliverable(struct scene *s, struct json_at at)
{
    static const char *const words[] = {"nee", "ja"};
    static const enum known means[] = {KNOWN_NO, KNOWN_YES};
    int word = is_there(at) ? json_choice(at, words, COUNT_OF(words), &s->file.faults) : -1;
    return word < 0 ? KNOWN_NOT : means[word];
}

static void read_stop(struct scene *s, struct json_at stop, struct report *o)
{
    static const char *const fields[] = {"reden", "tot"};
    struct json_at reason = json_field(stop, "reden"), until = json_field(stop, "tot");
    struct bytes word;
    if (!is_there(stop))
        return;
    json_only(stop, fields, COUNT_OF(fields), &s->file.faults);
    if (!json_is_object(stop.value))
        return;
    bool told = read_word(s, reason, &word);
    const char *code = told ? profile_stop(s->profile, word) : NULL;
    if (code != NULL)
        snprintf(o->stop, sizeof o->stop, "%s", code);
    else if (told)
        safe_json_complain(&s->file, s->r, reason.pointer, "is not a known reason for a stop");
    if (is_there(until))
        o->stop_until_ms = safe_json_moment(&s->file, until, s->r);
}

/* Everything is read before the place is looked for, so that all faults are told at once; also of a place
 * that the profile passes over, as the schema of the XML does. */
static void read_plek(struct scene *s, struct json_at plek)
{
    static const char *const fields[] = {"code",  "peilmoment",     "totaal",    "vrij",
                                         "bezet", "buiten_gebruik", "leverbaar", "stop"};
    struct json_at at = json_field(plek, "code"), own_time = json_field(plek, "peilmoment");
    struct report o = {.line = safe_json_line(&s->file, plek.value)};
    const char *code = NULL;
    struct bytes word;
    json_only(plek, fields, COUNT_OF(fields), &s->file.faults);
    if (!json_is_object(plek.value))
        return;
    o.observed_at_ms = is_there(own_time) ? safe_json_moment(&s->file, own_time, s->r) : s->observed_at_ms;
    o.total = units(s, plek, "totaal");
    o.free = units(s, plek, "vrij");
    o.occupied = units(s, plek, "bezet");
    o.out_of_order = units(s, plek, "buiten_gebruik");
    o.deliverable = deliverable(s, json_field(plek, "leverbaar"));
    read_stop(s, json_field(plek, "stop"), &o);
    if (!read_word(s, at, &word) ||
        !format_pool_known(profile_pool(s->profile, s->provider, (struct bytes){0}, word, &code), o.line,
                           at.pointer, s->r))
        return;
    struct report *kept = reading_add(s->r, o.line);
    if (kept == NULL)
        return;
    *kept = o;
    report_set_pool(kept, code);
}

/* Their own name for the message is not kept: only its form is judged. */
static void check_source_id(struct scene *s, struct json_at at)
{
    bool good = true;
    if (!is_there(at))
        return;
    const char *text = json_text(at, SOURCE_ID_BYTES_MAX, &s->file.faults);
    for (const char *c = text; *c != '\0'; c++)
        good &= (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                *c == '.' || *c == '_' || *c == '-';
    if (!good || (json_is_string(at.value) && json_string_length(at.value) == 0))
        json_fault_add(&s->file.faults, at.pointer, "must be 1 to 64 letters, digits, '.', '_' and '-'");
}

static void read_message(struct scene *s)
{
    static const char *const fields[] = {"formaat", "bronId", "peilmoment", "plekken"};
    static const char *const forms[] = {"urn:veiligeplek:opvang:1"};
    struct json_at root = json_root(s->file.doc);
    struct json_at places = json_field(root, "plekken");
    json_only(root, fields, COUNT_OF(fields), &s->file.faults);
    if (!json_is_object(s->file.doc))
        return;
    (void)json_choice(json_field(root, "formaat"), forms, COUNT_OF(forms), &s->file.faults);
    check_source_id(s, json_field(root, "bronId"));
    s->observed_at_ms = safe_json_moment(&s->file, json_field(root, "peilmoment"), s->r);
    size_t n = json_list(places, OPVANG_JSON_PLACES_MAX, &s->file.faults);
    for (size_t i = 0; i < n; i++)
        read_plek(s, json_item(places, i));
}

enum err opvang_json_read(const struct profile *profile, const char *provider, struct bytes in,
                          struct reading *r)
{
    struct scene s = {.profile = profile, .provider = provider, .r = r};
    enum err e = safe_json_parse(in, &s.file, r);
    if (e == OK) {
        safe_json_no_persons(&s.file, profile_counts(profile));
        read_message(&s);
        safe_json_tell(&s.file, r);
    }
    safe_json_fini(&s.file);
    return e;
}
