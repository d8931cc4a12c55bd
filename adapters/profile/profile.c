#include "adapters/profile/profile.h"

#include "adapters/base/disk.h"
#include "adapters/profile/profile_xpath.h"
#include "base/crypto.h"
#include "base/hash.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct pool_word {
    char place[PROFILE_WORD_SIZE];
    char word[PROFILE_WORD_SIZE];
    char code[CODE_TEXT_SIZE]; /* "" = ignored on purpose */
};

struct provider {
    char code[CODE_TEXT_SIZE];
    struct pool_word *words; /* sorted by place and word */
    size_t n, cap;
    uint16_t *table;  /* index + 1 of each word by its hash, 0 = none; never more than half full */
    size_t table_cap; /* a power of two */
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

struct profiles {
    struct profile **list;
    size_t n, cap;
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

static int by_place_and_word(const void *a, const void *b)
{
    const struct pool_word *x = a, *y = b;
    int order = strcmp(x->place, y->place);
    return order != 0 ? order : strcmp(x->word, y->word);
}

/* ---- reading ---- */

static bool fits(const char *text, const char *pointer, struct json_faults *f)
{
    if (text[0] != '\0' && strlen(text) < PROFILE_WORD_SIZE)
        return true;
    json_fault_add(f, pointer, "must be 1 to %d bytes long", PROFILE_WORD_SIZE - 1);
    return false;
}

static void add_word(struct provider *p, const char *place, const char *word, struct json_at code,
                     struct json_faults *f)
{
    if (!fits(word, code.pointer, f))
        return;
    if (p->n == PROFILE_WORDS_MAX) {
        json_fault_add(f, code.pointer, "is one place too many: at most %d", PROFILE_WORDS_MAX);
        return;
    }
    MEM_GROW(p->words, p->n, p->cap);
    struct pool_word *w = &p->words[p->n];
    *w = (struct pool_word){0};
    copy_word(w->place, sizeof w->place, place);
    copy_word(w->word, sizeof w->word, word);
    if (!json_is_null(code.value)) {
        const char *text = json_text(code, CODE_TEXT_SIZE - 1, f);
        if (json_is_string(code.value) && !is_code(bytes_of_text(text)))
            json_fault_add(f, code.pointer, "is not the code of a pool");
        copy_word(w->code, sizeof w->code, text);
    }
    p->n++;
}

static void read_place(struct provider *p, const char *place, struct json_at words, struct json_faults *f)
{
    void *at = json_object_iter((json_t *)(uintptr_t)words.value);
    if (!fits(place, words.pointer, f))
        return;
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)words.value, at)) {
        const char *word = json_object_iter_key(at);
        add_word(p, place, word, json_field(words, word), f);
    }
}

/* A list of our own codes, or an object: word → code or null, or location → {word → code or null}. */
static void read_pools(struct provider *p, struct json_at pools, struct json_faults *f)
{
    json_t *object = (json_t *)(uintptr_t)pools.value;
    if (json_is_array(object)) {
        size_t n = json_list(pools, PROFILE_WORDS_MAX, f);
        for (size_t i = 0; i < n; i++) {
            struct json_at item = json_item(pools, i);
            add_word(p, "", json_text(item, CODE_TEXT_SIZE - 1, f), item, f);
        }
    } else if (json_is_object(object)) {
        for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
            const char *key = json_object_iter_key(at);
            struct json_at field = json_field(pools, key);
            if (json_is_object(field.value))
                read_place(p, key, field, f);
            else
                add_word(p, "", key, field, f);
        }
    } else {
        json_fault_add(f, pools.pointer,
                       "must be a list of pool codes, or an object of their word and our code");
    }
    if (p->n > 0)
        qsort(p->words, p->n, sizeof *p->words, by_place_and_word);
    for (size_t i = 1; i < p->n; i++)
        if (by_place_and_word(&p->words[i], &p->words[i - 1]) == 0)
            json_fault_add(f, pools.pointer, "has a word twice");
}

static uint64_t hash_of(struct bytes place, struct bytes word)
{
    return hash_combine(hash_bytes(place), hash_bytes(word));
}

static void make_table(struct provider *p)
{
    p->table_cap = 16;
    while (p->table_cap < 2 * p->n)
        p->table_cap *= 2;
    p->table = mem_new(p->table_cap, sizeof *p->table);
    for (size_t i = 0; i < p->n; i++) {
        const struct pool_word *w = &p->words[i];
        size_t at = (size_t)hash_of(bytes_of_text(w->place), bytes_of_text(w->word)) & (p->table_cap - 1);
        while (p->table[at] != 0)
            at = (at + 1) & (p->table_cap - 1);
        p->table[at] = (uint16_t)(i + 1);
    }
}

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
        read_pools(provider, json_field(field, "pools"), f);
        make_table(provider);
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
        if (!fits(word, field.pointer, f))
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
    for (size_t i = 0; i < p->providers_n; i++) {
        free(p->providers[i].words);
        free(p->providers[i].table);
    }
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

static bool is_text(const char *text, struct bytes v)
{
    return bytes_equal(bytes_of_text(text), v);
}

enum pool_answer profile_pool_at(const struct profile *p, const char *provider, struct bytes place,
                                 struct bytes word, const char **code)
{
    const struct provider *of = find_provider(p, provider);
    if (of == NULL || place.len >= PROFILE_WORD_SIZE || word.len >= PROFILE_WORD_SIZE)
        return POOL_UNKNOWN;
    size_t at = (size_t)hash_of(place, word) & (of->table_cap - 1);
    for (; of->table[at] != 0; at = (at + 1) & (of->table_cap - 1)) {
        const struct pool_word *w = &of->words[of->table[at] - 1];
        if (!is_text(w->word, word) || !is_text(w->place, place))
            continue;
        *code = w->code;
        return w->code[0] == '\0' ? POOL_IGNORED : POOL_FOUND;
    }
    return POOL_UNKNOWN;
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

int profile_yes_no(const struct profile *p, struct bytes word)
{
    static const char *const yes[] = {"ja", "j", "yes", "y", "true", "1"};
    static const char *const no[] = {"nee", "n", "no", "false", "0"};
    char key[PROFILE_WORD_SIZE];
    if (!key_of(word, key))
        return -1;
    for (int i = 0; i < p->yes_n; i++)
        if (strcasecmp(p->yes[i], key) == 0)
            return 1;
    for (int i = 0; i < p->no_n; i++)
        if (strcasecmp(p->no[i], key) == 0)
            return 0;
    for (size_t i = 0; i < COUNT_OF(yes); i++)
        if (strcasecmp(yes[i], key) == 0)
            return 1;
    for (size_t i = 0; i < COUNT_OF(no); i++)
        if (strcasecmp(no[i], key) == 0)
            return 0;
    return -1;
}

/* ---- all of a folder ---- */

static int wanted(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

static enum err add_profile(struct profiles *all, struct profile *p, struct buf *faults)
{
    for (size_t i = 0; i < p->providers_n; i++) {
        const struct profile *other = profiles_find(all, p->providers[i].code);
        if (other == NULL)
            continue;
        buf_format(faults, "%s.json: provider %s is in %s.json already\n", p->name, p->providers[i].code,
                   other->name);
        profile_free(p);
        return ERR_CONFLICT;
    }
    MEM_GROW(all->list, all->n, all->cap);
    all->list[all->n++] = p;
    return OK;
}

enum err profiles_load(const char *dir, struct profiles **out, struct buf *faults)
{
    struct dirent **names = NULL;
    struct profiles *all = NULL;
    enum err result = OK;
    int n = scandir(dir, &names, wanted, alphasort);
    if (n < 0) {
        buf_format(faults, "cannot read the folder %s\n", dir);
        return ERR_IO;
    }
    all = mem_new(1, sizeof *all);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        struct profile *p = NULL;
        buf_format(&path, "%s/%s", dir, names[i]->d_name);
        enum err e = i < PROFILES_MAX ? profile_load(buf_c_str(&path), &p, faults) : ERR_TOO_BIG;
        if (e == OK)
            e = add_profile(all, p, faults);
        if (e != OK)
            result = e;
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
    if (result == OK)
        *out = all;
    else
        profiles_free(all);
    return result;
}

void profiles_free(struct profiles *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < all->n; i++)
        profile_free(all->list[i]);
    free(all->list);
    free(all);
}

const struct profile *profiles_find(const struct profiles *all, const char *provider)
{
    for (size_t i = 0; i < all->n; i++)
        if (profile_serves(all->list[i], provider))
            return all->list[i];
    return NULL;
}

size_t profiles_count(const struct profiles *all)
{
    return all->n;
}

const struct profile *profiles_at(const struct profiles *all, size_t i)
{
    return all->list[i];
}
