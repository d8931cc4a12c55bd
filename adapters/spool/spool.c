#include "adapters/spool/spool.h"

#include "adapters/base/disk.h"
#include "base/check.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY_BYTES_MAX (4 * 1024 * 1024) /* REPORTS_MAX of about 400 bytes, with room */

struct queue {
    char provider[CODE_TEXT_SIZE];
    uint64_t *numbers; /* ascending */
    size_t n, cap;
};

struct spool {
    char *dir;
    struct spool_limits limits;
    pthread_mutex_t lock;
    struct queue *queues;
    size_t queues_n, queues_cap;
    size_t entries;
    uint64_t bytes;
    uint64_t last; /* highest number given */
};

struct spool_limits spool_limits_default(void)
{
    return (struct spool_limits){.entries_max = 10000, .bytes_max = UINT64_C(256) << 20};
}

static struct queue *queue_of(struct spool *s, const char *provider)
{
    for (size_t i = 0; i < s->queues_n; i++)
        if (strcmp(s->queues[i].provider, provider) == 0)
            return &s->queues[i];
    return NULL;
}

static struct queue *queue_make(struct spool *s, const char *provider)
{
    struct queue *q = queue_of(s, provider);
    if (q != NULL)
        return q;
    MEM_GROW(s->queues, s->queues_n, s->queues_cap);
    q = &s->queues[s->queues_n++];
    *q = (struct queue){0};
    snprintf(q->provider, sizeof q->provider, "%s", provider);
    return q;
}

void spool_folder(const struct spool *s, const char *provider, struct buf *out)
{
    buf_clear(out);
    buf_format(out, "%s/%s", s->dir, provider);
}

void spool_path(const struct spool *s, const struct spool_entry *entry, struct buf *out)
{
    spool_folder(s, entry->provider, out);
    buf_format(out, "/%016" PRIu64 ".json", entry->number);
}

/* ---- finding what waits ---- */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void find_file(struct spool *s, struct queue *q, const char *folder, const char *name)
{
    struct buf path = {0};
    struct stat st;
    char *end = NULL;
    buf_format(&path, "%s/%s", folder, name);
    uint64_t number = strtoull(name, &end, 10);
    if (name[0] == '.') {
        size_t n = strlen(name);
        if (n > 4 && strcmp(name + n - 4, ".tmp") == 0)
            unlink(buf_c_str(&path)); /* a write that was broken off */
    } else if (number > 0 && strcmp(end, ".json") == 0 && stat(buf_c_str(&path), &st) == 0 &&
               S_ISREG(st.st_mode)) {
        MEM_GROW(q->numbers, q->n, q->cap);
        q->numbers[q->n++] = number;
        s->entries++;
        s->bytes += (uint64_t)st.st_size;
        if (number > s->last)
            s->last = number;
    }
    buf_fini(&path);
}

static enum err find_provider(struct spool *s, const char *provider)
{
    struct buf folder = {0};
    spool_folder(s, provider, &folder);
    DIR *d = opendir(buf_c_str(&folder));
    if (d == NULL) {
        buf_fini(&folder);
        return ERR_IO;
    }
    struct queue *q = queue_make(s, provider);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        find_file(s, q, buf_c_str(&folder), e->d_name);
    closedir(d);
    if (q->n > 0)
        qsort(q->numbers, q->n, sizeof *q->numbers, by_number);
    buf_fini(&folder);
    return OK;
}

static enum err find_all(struct spool *s)
{
    enum err result = OK;
    DIR *d = opendir(s->dir);
    if (d == NULL)
        return ERR_IO;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (is_code(bytes_of_text(e->d_name)) && find_provider(s, e->d_name) != OK)
            result = ERR_IO;
    closedir(d);
    return result;
}

enum err spool_open(const char *dir, const struct spool_limits *limits, struct spool **out, char *why,
                    size_t why_size)
{
    struct spool *s = mem_new(1, sizeof *s);
    struct buf parent = {0};
    s->dir = mem_dup_text(dir);
    s->limits = *limits;
    pthread_mutex_init(&s->lock, NULL);
    buf_format(&parent, "%s/..", dir);
    enum err e = disk_folder(buf_c_str(&parent), dir);
    if (e == OK)
        e = find_all(s);
    buf_fini(&parent);
    if (e == OK) {
        *out = s;
        return OK;
    }
    snprintf(why, why_size, "cannot use the spool folder %s", dir);
    spool_free(s);
    return e;
}

void spool_free(struct spool *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->queues_n; i++)
        free(s->queues[i].numbers);
    free(s->queues);
    free(s->dir);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ---- putting ---- */

static char *entry_text(const char *provider, const char *given, const struct reading *r)
{
    uint8_t random[16];
    struct buf key = {0};
    json_t *reports = json_array();
    if (given != NULL) {
        buf_text(&key, given);
    } else {
        crypto_random(random, sizeof random);
        crypto_hex(BYTES(random, sizeof random), &key);
    }
    for (size_t i = 0; i < r->n; i++)
        json_array_append_new(reports, report_json(&r->list[i]));
    json_t *entry = json_pack("{s:i, s:s, s:s, s:o}", "version", 1, "provider", provider, "key",
                              buf_c_str(&key), "reports", reports);
    char *text = json_dumps(entry, JSON_COMPACT);
    CHECK(text != NULL);
    json_decref(entry);
    buf_fini(&key);
    return text;
}

static enum err put_locked(struct spool *s, const char *provider, struct bytes text)
{
    struct buf folder = {0};
    char name[32];
    if (s->entries >= s->limits.entries_max || s->bytes + text.len > s->limits.bytes_max)
        return ERR_BUSY;
    spool_folder(s, provider, &folder);
    snprintf(name, sizeof name, "%016" PRIu64 ".json", s->last + 1);
    enum err e = disk_folder(s->dir, buf_c_str(&folder));
    if (e == OK)
        e = disk_write(buf_c_str(&folder), name, text);
    if (e == OK) {
        struct queue *q = queue_make(s, provider);
        MEM_GROW(q->numbers, q->n, q->cap);
        q->numbers[q->n++] = ++s->last;
        s->entries++;
        s->bytes += text.len;
    }
    buf_fini(&folder);
    return e;
}

enum err spool_put(struct spool *s, const char *provider, const char *key, const struct reading *r)
{
    CHECK(is_code(bytes_of_text(provider)) && (key == NULL || strlen(key) == 32));
    char *text = entry_text(provider, key, r);
    pthread_mutex_lock(&s->lock);
    enum err e = put_locked(s, provider, bytes_of_text(text));
    pthread_mutex_unlock(&s->lock);
    free(text);
    return e;
}

/* ---- taking out ---- */

size_t spool_waiting(struct spool *s, char (*out)[CODE_TEXT_SIZE], size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->queues_n && n < max; i++)
        if (s->queues[i].n > 0)
            memcpy(out[n++], s->queues[i].provider, CODE_TEXT_SIZE);
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t spool_entries(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    size_t n = s->entries;
    pthread_mutex_unlock(&s->lock);
    return n;
}

size_t spool_entries_of(struct spool *s, const char *provider)
{
    pthread_mutex_lock(&s->lock);
    const struct queue *q = queue_of(s, provider);
    size_t n = q != NULL ? q->n : 0;
    pthread_mutex_unlock(&s->lock);
    return n;
}

static enum err read_entry(struct bytes text, struct spool_entry *out)
{
    struct json_faults *f = mem_new(1, sizeof *f);
    json_t *doc = json_parse(text, f);
    const char *key = json_string_value(json_object_get(doc, "key"));
    const char *provider = json_string_value(json_object_get(doc, "provider"));
    json_t *reports = json_object_get(doc, "reports");
    enum err e = ERR_BAD_INPUT;
    if (key != NULL && strlen(key) == 32 && provider != NULL && strcmp(provider, out->provider) == 0 &&
        json_is_array(reports) && json_array_size(reports) > 0) {
        memcpy(out->key, key, sizeof out->key);
        out->reports = json_incref(reports);
        e = OK;
    }
    json_decref(doc);
    free(f);
    return e;
}

enum err spool_at(struct spool *s, const char *provider, size_t i, struct spool_entry *out)
{
    struct buf path = {0}, text = {0};
    *out = (struct spool_entry){0};
    pthread_mutex_lock(&s->lock);
    const struct queue *q = queue_of(s, provider);
    if (q != NULL && i < q->n) {
        memcpy(out->provider, q->provider, sizeof out->provider);
        out->number = q->numbers[i];
    }
    pthread_mutex_unlock(&s->lock);
    if (out->number == 0)
        return ERR_NOT_FOUND;
    spool_path(s, out, &path);
    enum err e = disk_read(buf_c_str(&path), ENTRY_BYTES_MAX, &text) == OK ? OK : ERR_BAD_INPUT;
    if (e == OK)
        e = read_entry(buf_view(&text), out);
    buf_fini(&path);
    buf_fini(&text);
    return e;
}

enum err spool_oldest(struct spool *s, const char *provider, struct spool_entry *out)
{
    return spool_at(s, provider, 0, out);
}

void spool_entry_fini(struct spool_entry *entry)
{
    json_decref(entry->reports);
    *entry = (struct spool_entry){0};
}

void spool_done(struct spool *s, const struct spool_entry *entry)
{
    struct buf path = {0};
    struct stat st = {0};
    spool_path(s, entry, &path);
    pthread_mutex_lock(&s->lock);
    struct queue *q = queue_of(s, entry->provider);
    CHECK(q != NULL && q->n > 0 && q->numbers[0] == entry->number);
    if (stat(buf_c_str(&path), &st) == 0)
        s->bytes -= (uint64_t)st.st_size < s->bytes ? (uint64_t)st.st_size : s->bytes;
    /* If the removal is lost in a crash the entry is sent again under the same key: the same answer. */
    unlink(buf_c_str(&path));
    memmove(q->numbers, q->numbers + 1, (q->n - 1) * sizeof *q->numbers);
    q->n--;
    s->entries--;
    pthread_mutex_unlock(&s->lock);
    buf_fini(&path);
}
