#include "adapters/tell/bundle.h"

#include "adapters/base/disk.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTE_BYTES_MAX (64 * 1024)
#define SENDING ".sending"
#define SENT ".sent"

static void note_path(const struct spool *s, const char *provider, const char *name, struct buf *out)
{
    spool_folder(s, provider, out);
    buf_format(out, "/%s", name);
}

static void remove_note(const struct spool *s, const char *provider, const char *name)
{
    struct buf path = {0};
    note_path(s, provider, name, &path);
    unlink(buf_c_str(&path));
    buf_fini(&path);
}

/* The note NAME: a list of [number, key]; NULL if there is none or it says nothing. */
static json_t *read_note(const struct spool *s, const char *provider, const char *name)
{
    struct buf path = {0}, text = {0};
    json_t *list = NULL;
    note_path(s, provider, name, &path);
    if (access(buf_c_str(&path), F_OK) == 0 && disk_read(buf_c_str(&path), NOTE_BYTES_MAX, &text) == OK) {
        struct json_faults *f = mem_new(1, sizeof *f);
        list = json_parse(buf_view(&text), f);
        free(f);
    }
    buf_fini(&path);
    buf_fini(&text);
    return list;
}

static bool names(const json_t *note, size_t i, const struct spool_entry *entry)
{
    const json_t *pair = json_array_get(note, i);
    const char *key = json_string_value(json_array_get(pair, 1));
    return (uint64_t)json_integer_value(json_array_get(pair, 0)) == entry->number && key != NULL &&
           strcmp(key, entry->key) == 0;
}

static bool is_in(const json_t *note, const struct spool_entry *entry)
{
    for (size_t i = 0; i < json_array_size(note); i++)
        if (names(note, i, entry))
            return true;
    return false;
}

/* Remove what was taken before the process died. */
static void finish_sent(struct spool *s, const char *provider)
{
    json_t *note = read_note(s, provider, SENT);
    struct spool_entry entry;
    bool more = note != NULL;
    while (more) {
        more = spool_at(s, provider, 0, &entry) == OK && is_in(note, &entry);
        if (more)
            spool_done(s, &entry);
        spool_entry_fini(&entry);
    }
    if (note != NULL)
        remove_note(s, provider, SENT);
    json_decref(note);
}

static void add(struct bundle *b, const struct spool_entry *entry)
{
    b->entries[b->n++] = *entry;
    b->reports += json_array_size(entry->reports);
}

/* The bundle that .sending names, if all of it is still the oldest that waits. */
static bool again(struct spool *s, const char *provider, struct bundle *b)
{
    json_t *note = read_note(s, provider, SENDING);
    size_t n = json_array_size(note);
    bool whole = n > 1 && n <= BUNDLE_ENTRIES_MAX;
    for (size_t i = 0; whole && i < n; i++) {
        struct spool_entry entry;
        whole = spool_at(s, provider, i, &entry) == OK && names(note, i, &entry);
        if (whole)
            add(b, &entry);
        else
            spool_entry_fini(&entry);
    }
    if (!whole) {
        while (b->n > 0)
            spool_entry_fini(&b->entries[--b->n]);
        b->reports = 0;
    }
    if (note != NULL && !whole)
        remove_note(s, provider, SENDING);
    json_decref(note);
    return whole;
}

static enum err collect(struct spool *s, const char *provider, size_t entries_max, struct bundle *b)
{
    for (size_t i = 0; i < entries_max; i++) {
        struct spool_entry entry;
        enum err e = spool_at(s, provider, i, &entry);
        size_t reports = json_array_size(entry.reports);
        if (i == 0 && e != ERR_NOT_FOUND) {
            add(b, &entry);
            if (e != OK)
                return e;
        } else if (e == OK && b->reports + reports <= BUNDLE_REPORTS_MAX) {
            add(b, &entry);
        } else {
            spool_entry_fini(&entry);
            break;
        }
    }
    return b->n > 0 ? OK : ERR_NOT_FOUND;
}

static enum err write_sending(const struct spool *s, const struct bundle *b)
{
    struct buf folder = {0};
    json_t *note = json_array();
    for (size_t i = 0; i < b->n; i++)
        json_array_append_new(note, json_pack("[I, s]", (json_int_t)b->entries[i].number, b->entries[i].key));
    char *text = json_dumps(note, JSON_COMPACT);
    CHECK(text != NULL);
    spool_folder(s, b->entries[0].provider, &folder);
    enum err e = disk_write(buf_c_str(&folder), SENDING, bytes_of_text(text));
    free(text);
    json_decref(note);
    buf_fini(&folder);
    return e;
}

static void name_bundle(struct bundle *b)
{
    struct buf all = {0}, hex = {0};
    uint8_t hash[CRYPTO_SHA256_BYTES];
    if (b->n == 1) {
        snprintf(b->key, sizeof b->key, "%s-0", b->entries[0].key);
        return;
    }
    for (size_t i = 0; i < b->n; i++)
        buf_string(&all, b->entries[i].key);
    crypto_sha256(buf_view(&all), hash);
    crypto_hex(BYTES(hash, 16), &hex);
    snprintf(b->key, sizeof b->key, "%s-b", buf_c_str(&hex));
    buf_fini(&all);
    buf_fini(&hex);
}

enum err bundle_next(struct spool *s, const char *provider, size_t entries_max, struct bundle *b)
{
    enum err e = OK;
    if (entries_max > BUNDLE_ENTRIES_MAX)
        entries_max = BUNDLE_ENTRIES_MAX;
    *b = (struct bundle){.entries = mem_new(BUNDLE_ENTRIES_MAX, sizeof *b->entries)};
    finish_sent(s, provider);
    if (!again(s, provider, b)) {
        e = collect(s, provider, entries_max, b);
        if (e == OK && b->n > 1 && write_sending(s, b) != OK)
            while (b->n > 1)
                spool_entry_fini(&b->entries[--b->n]);
        b->reports = b->n == 1 ? json_array_size(b->entries[0].reports) : b->reports;
    }
    if (e == OK)
        name_bundle(b);
    return e;
}

json_t *bundle_body(const struct bundle *b)
{
    json_t *list = json_array();
    for (size_t i = 0; i < b->n; i++)
        json_array_extend(list, b->entries[i].reports);
    return json_pack("{s:o}", "reports", list);
}

void bundle_done(struct spool *s, const struct bundle *b)
{
    struct buf folder = {0}, from = {0}, to = {0};
    const char *provider = b->entries[0].provider;
    if (b->n > 1) {
        spool_folder(s, provider, &folder);
        note_path(s, provider, SENDING, &from);
        note_path(s, provider, SENT, &to);
        /* Where this fails the next start sends the same bundle again, or by report: the broker knows both.
         */
        if (rename(buf_c_str(&from), buf_c_str(&to)) == 0)
            (void)!disk_sync(buf_c_str(&folder));
    }
    for (size_t i = 0; i < b->n; i++)
        spool_done(s, &b->entries[i]);
    if (b->n > 1) {
        /* .sent goes last also on disk: after a power cut entries without it would be sent as others. */
        if (disk_sync(buf_c_str(&folder)) == OK)
            unlink(buf_c_str(&to));
    }
    buf_fini(&folder);
    buf_fini(&from);
    buf_fini(&to);
}

void bundle_apart(struct spool *s, const struct bundle *b)
{
    remove_note(s, b->entries[0].provider, SENDING);
}

void bundle_fini(struct bundle *b)
{
    for (size_t i = 0; i < b->n; i++)
        spool_entry_fini(&b->entries[i]);
    free(b->entries);
    *b = (struct bundle){0};
}
