#include "adapters/profile/profile.h"

#include "adapters/base/disk.h"
#include "adapters/profile/profile_pools.h"
#include "adapters/profile/profile_xpath.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct provider {
    char code[CODE_TEXT_SIZE];
    struct profile_pools *pools;
};

struct stop_word {
    char word[PROFILE_WORD_SIZE];
    char code[STOP_CODE_SIZE];
};

#define YES_NO_MAX 16
struct profile {
    char name[CODE_TEXT_SIZE];
    uint8_t hash[CRYPTO_SHA256_BYTES]; /* of its text */
    enum format format;
    struct provider *providers;
    size_t providers_n;
    struct stop_word *stops;
    size_t stops_n, stops_cap;
    struct csv_form csv;
    struct xpath_form xpath;
    bool crosscheck;
    char yes[YES_NO_MAX][PROFILE_WORD_SIZE], no[YES_NO_MAX][PROFILE_WORD_SIZE];
    int yes_n, no_n;
    struct person_counts counts;
    bool test;
    int expected_minutes; /* 0 = not said */
};

static const char *const format_names[] = {"opvang_xml", "edxl_have", "csv",       "opvang_json",
                                           "hsds",       "fhir",      "xml_xpath", "iwmo"};
static const char *const csv_names[] = {"place",     "pool",       "total",       "free",
                                        "occupied",  "outOfOrder", "deliverable", "stop",
                                        "stopUntil", "observedAt", "part"};
/* schema/codes/stop_reasons.csv; the broker judges again. */
static const char *const stop_codes[] = {"personeel",   "schoonmaak", "onderhoud",   "ziekte",
                                         "incident",    "veiligheid", "brand_water", "locatie_gelekt",
                                         "bekostiging", "anders"};

const char *csv_field_name(enum csv_field field)
{
    return csv_names[field];
}

const char *format_name(enum format format)
{
    return format_names[format];
}

static void copy_word(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

/* ---- reading ---- */

static void read_providers(struct profile *p, struct json_at providers, struct json_faults *f)
{
    static const char *const fields[] = {"pools"};
    json_t *object = (json_t *)(uintptr_t)providers.value;
    if (!json_is_object(object) || json_object_size(object) == 0 || json_object_size(object) > PROFILES_MAX) {
        json_fault_add(f, providers.pointer, "must be an object with a provider's code as each key");
        return;
    }
    p->providers = mem_new(json_object_size(object), sizeof *p->providers);
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *code = json_object_iter_key(at);
        struct json_at field = json_field(providers, code);
        struct provider *provider = &p->providers[p->providers_n++];
        if (!is_code(bytes_of_text(code)))
            json_fault_add(f, field.pointer, "is not a provider's code: a-z, 0-9, - and _, at most 48");
        copy_word(provider->code, sizeof provider->code, code);
        json_only(field, fields, COUNT_OF(fields), f);
        provider->pools = profile_pools_read(json_field(field, "pools"), f);
    }
}

static bool is_stop_code(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(stop_codes); i++)
        if (strcmp(stop_codes[i], text) == 0)
            return true;
    return false;
}

static void read_stops(struct profile *p, struct json_at stops, struct json_faults *f)
{
    json_t *object = (json_t *)(uintptr_t)stops.value;
    if (!json_present(stops))
        return;
    if (!json_is_object(object) || json_object_size(object) > 200) {
        json_fault_add(f, stops.pointer, "must be an object of their word and our reason, at most 200");
        return;
    }
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        const char *word = json_object_iter_key(at);
        struct json_at field = json_field(stops, word);
        const char *code = json_text(field, STOP_CODE_SIZE - 1, f);
        if (!profile_word_fits(word, field.pointer, f))
            continue;
        if (json_is_string(field.value) && !is_stop_code(code))
            json_fault_add(f, field.pointer, "is not a known reason for a stop");
        MEM_GROW(p->stops, p->stops_n, p->stops_cap);
        struct stop_word *s = &p->stops[p->stops_n++];
        copy_word(s->word, sizeof s->word, word);
        copy_word(s->code, sizeof s->code, code);
    }
}

static int read_words(struct json_at list, char out[][PROFILE_WORD_SIZE], struct json_faults *f)
{
    size_t n = json_present(list) ? json_list(list, YES_NO_MAX, f) : 0;
    for (size_t i = 0; i < n; i++)
        copy_word(out[i], PROFILE_WORD_SIZE, json_text(json_item(list, i), PROFILE_WORD_SIZE - 1, f));
    return (int)n;
}

static int choice_or(struct json_at at, const char *const *names, int n, struct json_faults *f)
{
    int chosen = json_present(at) ? json_choice(at, names, n, f) : 0;
    return chosen < 0 ? 0 : chosen;
}

static void read_crosscheck(struct profile *p, struct json_at at, struct json_faults *f)
{
    static const char *const fields[] = {"enabled"};
    struct json_at enabled = json_field(at, "enabled");
    if (!json_present(at))
        return;
    json_only(at, fields, COUNT_OF(fields), f);
    p->crosscheck = json_present(enabled) && json_bool(enabled, f);
    if (p->format != FORMAT_IWMO)
        json_fault_add(f, at.pointer, "belongs to the format iwmo only");
}

static void read_columns(struct csv_form *form, struct json_at columns, struct json_faults *f)
{
    json_only(columns, csv_names, CSV_FIELD_N, f);
    for (int i = 0; i < CSV_FIELD_N; i++) {
        struct json_at column = json_field(columns, csv_names[i]);
        if (json_present(column))
            copy_word(form->columns[i], PROFILE_WORD_SIZE, json_text(column, PROFILE_WORD_SIZE - 1, f));
    }
    if (form->columns[CSV_POOL][0] == '\0' || form->columns[CSV_OBSERVED_AT][0] == '\0')
        json_fault_add(f, columns.pointer, "needs at least the columns pool and observedAt");
    for (int i = 1; i < CSV_FIELD_N; i++)
        for (int j = 0; j < i; j++)
            if (form->columns[i][0] != '\0' && strcmp(form->columns[i], form->columns[j]) == 0)
                json_fault_add(f, columns.pointer, "uses one column for two fields");
}

static void read_csv(struct csv_form *form, struct json_at csv, struct json_faults *f)
{
    static const char *const fields[] = {"delimiter", "encoding", "time", "zone", "rows", "columns"};
    static const char *const delimiters[] = {";", ",", "\\t", "|"};
    static const char *const encodings[] = {"utf-8", "iso-8859-1", "windows-1252"};
    static const char *const times[] = {"rfc3339", "yyyy-mm-dd hh:mm", "dd-mm-yyyy hh:mm", "m/d/yyyy"};
    static const char *const rows[] = {"each", "newest"};
    static const char *const zones[] = {"in-each", "Europe/Amsterdam"};
    json_only(csv, fields, COUNT_OF(fields), f);
    form->delimiter = ";,\t|"[choice_or(json_field(csv, "delimiter"), delimiters, COUNT_OF(delimiters), f)];
    form->encoding = (enum encoding)choice_or(json_field(csv, "encoding"), encodings, COUNT_OF(encodings), f);
    form->time = (enum time_form)choice_or(json_field(csv, "time"), times, COUNT_OF(times), f);
    form->amsterdam = choice_or(json_field(csv, "zone"), zones, COUNT_OF(zones), f) == 1;
    form->newest = choice_or(json_field(csv, "rows"), rows, COUNT_OF(rows), f) == 1;
    if ((form->time == TIME_RFC3339) == form->amsterdam)
        json_fault_add(f, csv.pointer,
                       "time rfc3339 carries its zone in each; any other needs zone "
                       "Europe/Amsterdam");
    read_columns(form, json_field(csv, "columns"), f);
}

static void read_expectations(struct profile *p, struct json_at test, struct json_at minutes,
                              struct json_faults *f)
{
    p->test = json_present(test) && json_bool(test, f);
    if (json_present(minutes))
        p->expected_minutes = (int)json_int(minutes, 1, PROFILE_MINUTES_MAX, f);
}

/* FHIR says what is about people by the types of its resources, and iWmo is of one person altogether: there
 * is no count among their words. */
static void read_counts(struct profile *p, struct json_at list, struct json_faults *f)
{
    size_t n = json_present(list) ? json_list(list, PERSON_COUNTS_MAX, f) : 0;
    if (json_present(list) && (p->format == FORMAT_FHIR || p->format == FORMAT_IWMO))
        json_fault_add(f, list.pointer, "does not go with the formats fhir and iwmo");
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(list, i);
        struct bytes name = bytes_of_text(json_text(item, PROFILE_WORD_SIZE - 1, f));
        const char *word = persons_countable(name);
        if (word != NULL)
            p->counts.words[p->counts.n++] = word;
        else if (persons_word(name) != NULL)
            json_fault_add(f, item.pointer, "identifies a person and is never a count");
        else if (json_is_string(item.value))
            json_fault_add(f, item.pointer, "is no word for a person: it is allowed as it is");
    }
}

static void read_profile(struct profile *p, const json_t *doc, struct json_faults *f)
{
    static const char *const fields[] = {
        "about",      "format", "providers",        "csv",        "xpath", "stops", "yes", "no",
        "crosscheck", "test",   "expected_minutes", "not_persons"};
    struct json_at root = json_root(doc);
    json_only(root, fields, COUNT_OF(fields), f);
    if (json_present(json_field(root, "about")))
        json_text(json_field(root, "about"), 1000, f);
    int format = json_choice(json_field(root, "format"), format_names, FORMAT_N, f);
    p->format = format < 0 ? FORMAT_CSV : (enum format)format;
    read_providers(p, json_field(root, "providers"), f);
    read_stops(p, json_field(root, "stops"), f);
    p->yes_n = read_words(json_field(root, "yes"), p->yes, f);
    p->no_n = read_words(json_field(root, "no"), p->no, f);
    read_expectations(p, json_field(root, "test"), json_field(root, "expected_minutes"), f);
    read_counts(p, json_field(root, "not_persons"), f);
    if (format == FORMAT_CSV)
        read_csv(&p->csv, json_field(root, "csv"), f);
    else if (json_present(json_field(root, "csv")))
        json_fault_add(f, "/csv", "belongs to the format csv only");
    if (format == FORMAT_XML_XPATH)
        profile_xpath_read(&p->xpath, json_field(root, "xpath"), f);
    else if (json_present(json_field(root, "xpath")))
        json_fault_add(f, "/xpath", "belongs to the format xml_xpath only");
    read_crosscheck(p, json_field(root, "crosscheck"), f);
}

static void write_faults(const char *name, const struct json_faults *f, struct buf *faults)
{
    for (int i = 0; i < f->n; i++) {
        buf_format(faults, "%s.json", name);
        if (f->list[i].line > 0)
            buf_format(faults, " line %d", f->list[i].line);
        buf_format(faults, " %s: %s\n", f->list[i].pointer, f->list[i].reason);
    }
    if (f->more > 0)
        buf_format(faults, "%s.json: and %d more\n", name, f->more);
}

enum err profile_read(struct bytes text, const char *name, struct profile **out, struct buf *faults)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    struct profile *p = mem_new(1, sizeof *p);
    json_t *doc = NULL;
    enum err e = ERR_BAD_INPUT;
    copy_word(p->name, sizeof p->name, name);
    crypto_sha256(text, p->hash);
    if (!is_code(bytes_of_text(name)))
        json_fault_add(f, "", "the file's name must be a-z, 0-9, - and _");
    if (text.len > PROFILE_BYTES_MAX)
        json_fault_add(f, "", "is larger than %d bytes", PROFILE_BYTES_MAX);
    else
        doc = json_parse(text, f);
    if (doc != NULL)
        read_profile(p, doc, f);
    json_decref(doc);
    if (f->n == 0) {
        *out = p;
        p = NULL;
        e = OK;
    }
    write_faults(name, f, faults);
    profile_free(p);
    free(f);
    return e;
}

enum err profile_load(const char *path, struct profile **out, struct buf *faults)
{
    struct buf text = {0};
    char name[256];
    const char *base = strrchr(path, '/');
    snprintf(name, sizeof name, "%s", base != NULL ? base + 1 : path);
    char *dot = strrchr(name, '.');
    if (dot != NULL)
        *dot = '\0';
    enum err e = disk_read_named(path, PROFILE_BYTES_MAX, &text);
    if (e == OK)
        e = profile_read(buf_view(&text), name, out, faults);
    else if (e == ERR_TOO_BIG)
        buf_format(faults, "%s.json: is larger than %d bytes\n", name, PROFILE_BYTES_MAX);
    else if (e == ERR_BAD_INPUT)
        buf_format(faults, "%s is a folder, a pipe or a device, not a profile\n", path);
    else
        buf_format(faults, "cannot read %s\n", path);
    buf_fini(&text);
    return e;
}

void profile_free(struct profile *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->providers_n; i++)
        profile_pools_free(p->providers[i].pools);
    free(p->providers);
    free(p->stops);
    profile_xpath_fini(&p->xpath);
    free(p);
}

/* ---- asking ---- */

const char *profile_name(const struct profile *p)
{
    return p->name;
}

enum format profile_format(const struct profile *p)
{
    return p->format;
}

const struct csv_form *profile_csv(const struct profile *p)
{
    return &p->csv;
}

const struct xpath_form *profile_xpath(const struct profile *p)
{
    return &p->xpath;
}

bool profile_crosscheck(const struct profile *p)
{
    return p->crosscheck;
}

size_t profile_providers(const struct profile *p)
{
    return p->providers_n;
}

const char *profile_provider(const struct profile *p, size_t i)
{
    return p->providers[i].code;
}

const uint8_t *profile_hash(const struct profile *p)
{
    return p->hash;
}

const struct person_counts *profile_counts(const struct profile *p)
{
    return &p->counts;
}

bool profile_is_test(const struct profile *p)
{
    return p->test;
}

int profile_expected_minutes(const struct profile *p)
{
    return p->expected_minutes;
}

static const struct provider *find_provider(const struct profile *p, const char *code)
{
    for (size_t i = 0; i < p->providers_n; i++)
        if (strcmp(p->providers[i].code, code) == 0)
            return &p->providers[i];
    return NULL;
}

bool profile_serves(const struct profile *p, const char *provider)
{
    return find_provider(p, provider) != NULL;
}

static bool key_of(struct bytes text, char out[PROFILE_WORD_SIZE])
{
    if (text.len >= PROFILE_WORD_SIZE)
        return false;
    if (text.len > 0)
        memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return true;
}

enum pool_answer profile_pool_at(const struct profile *p, const char *provider, struct bytes place,
                                 struct bytes word, const char **code)
{
    const struct provider *of = find_provider(p, provider);
    return of == NULL ? POOL_UNKNOWN : profile_pools_find(of->pools, place, word, code);
}

enum pool_answer profile_pool(const struct profile *p, const char *provider, struct bytes place,
                              struct bytes word, const char **code)
{
    enum pool_answer answer = profile_pool_at(p, provider, place, word, code);
    if (answer == POOL_UNKNOWN && place.len > 0 && place.len < PROFILE_WORD_SIZE)
        answer = profile_pool_at(p, provider, (struct bytes){0}, word, code);
    return answer;
}

const char *profile_stop(const struct profile *p, struct bytes word)
{
    char key[PROFILE_WORD_SIZE];
    if (!key_of(word, key))
        return NULL;
    for (size_t i = 0; i < p->stops_n; i++)
        if (strcasecmp(p->stops[i].word, key) == 0)
            return p->stops[i].code;
    for (size_t i = 0; i < COUNT_OF(stop_codes); i++)
        if (strcmp(stop_codes[i], key) == 0)
            return stop_codes[i];
    return NULL;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* As strcasecmp in the locale C, which is ours, without a copy of V to put a NUL behind. */
static bool same_word(const char *text, struct bytes v)
{
    size_t i = 0;
    while (i < v.len && text[i] != '\0' && lower((uint8_t)text[i]) == lower(v.p[i]))
        i++;
    return i == v.len && text[i] == '\0';
}

int profile_yes_no(const struct profile *p, struct bytes word)
{
    static const char *const yes[] = {"ja", "j", "yes", "y", "true", "1"};
    static const char *const no[] = {"nee", "n", "no", "false", "0"};
    if (word.len >= PROFILE_WORD_SIZE)
        return -1;
    for (int i = 0; i < p->yes_n; i++)
        if (same_word(p->yes[i], word))
            return 1;
    for (int i = 0; i < p->no_n; i++)
        if (same_word(p->no[i], word))
            return 0;
    for (size_t i = 0; i < COUNT_OF(yes); i++)
        if (same_word(yes[i], word))
            return 1;
    for (size_t i = 0; i < COUNT_OF(no); i++)
        if (same_word(no[i], word))
            return 0;
    return -1;
}
