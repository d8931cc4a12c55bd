#include "adapters/spool/quarantine.h"

#include "adapters/base/disk.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_KEPT 100
#define EXPIRE_EVERY_MS 3600000
#define REASON_BYTES_MAX (256 * 1024) /* all complaints and notices, or an answer of the broker */

struct quarantine {
    char *dir;
    pthread_mutex_t lock;
    int64_t expired_at_ms; /* when we last looked for what is too old; 0 = never */
    unsigned number;       /* tells files of one millisecond apart */
};

enum err quarantine_open(const char *dir, struct quarantine **out, char *why, size_t why_size)
{
    struct buf parent = {0};
    buf_format(&parent, "%s/..", dir);
    enum err e = disk_folder(buf_c_str(&parent), dir);
    buf_fini(&parent);
    if (e != OK) {
        snprintf(why, why_size, "cannot use the quarantine folder %s", dir);
        return e;
    }
    struct quarantine *q = mem_new(1, sizeof *q);
    q->dir = mem_dup_text(dir);
    pthread_mutex_init(&q->lock, NULL);
    quarantine_expire(q, time_wall_ms());
    *out = q;
    return OK;
}

void quarantine_free(struct quarantine *q)
{
    if (q == NULL)
        return;
    pthread_mutex_destroy(&q->lock);
    free(q->dir);
    free(q);
}

static void add_moment(int64_t at_ms, struct buf *out)
{
    char when[TIME_TEXT_SIZE];
    time_format(at_ms, when);
    for (const char *c = when; *c != '\0'; c++)
        if (*c != '-' && *c != ':')
            buf_add(out, BYTES(c, 1));
}

/* "20261121T190000.000Z-0001-name.xml": sorts by age. */
static void make_name(struct quarantine *q, const char *name, struct buf *out)
{
    add_moment(time_wall_ms(), out);
    buf_format(out, "-%04u-", q->number++ % 10000);
    size_t n = strlen(name);
    for (size_t i = 0; i < n && i < NAME_MAX_KEPT; i++) {
        char c = name[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                    c == '-' || c == '_';
        buf_add(out, BYTES(good ? &c : "_", 1));
    }
}

static int not_hidden(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void drop_oldest(const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, not_hidden, alphasort);
    int surplus = n - 2 * QUARANTINE_FILES_MAX;
    for (int i = 0; i < n; i++) {
        if (i < surplus) {
            struct buf path = {0};
            buf_format(&path, "%s/%s", folder, names[i]->d_name);
            unlink(buf_c_str(&path));
            buf_fini(&path);
        }
        free(names[i]);
    }
    free(names);
}

static void expire_folder(const char *folder, const char *before)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, not_hidden, alphasort);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        buf_format(&path, "%s/%s", folder, names[i]->d_name);
        if (strcmp(names[i]->d_name, before) < 0)
            unlink(buf_c_str(&path));
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
}

void quarantine_expire(struct quarantine *q, int64_t now_ms)
{
    struct dirent **names = NULL;
    struct buf before = {0};
    pthread_mutex_lock(&q->lock);
    if (q->expired_at_ms == 0 || now_ms - q->expired_at_ms >= EXPIRE_EVERY_MS) {
        int n = scandir(q->dir, &names, not_hidden, NULL);
        q->expired_at_ms = now_ms;
        add_moment(now_ms - QUARANTINE_DAYS_MAX * INT64_C(86400000), &before);
        for (int i = 0; i < n; i++) {
            struct buf folder = {0};
            buf_format(&folder, "%s/%s", q->dir, names[i]->d_name);
            expire_folder(buf_c_str(&folder), buf_c_str(&before));
            buf_fini(&folder);
            free(names[i]);
        }
        free(names);
    }
    pthread_mutex_unlock(&q->lock);
    buf_fini(&before);
}

/* The reason of PROVIDER's file on disk, and nothing else; then the file is gone. */
static enum err put_reason_locked(struct quarantine *q, const char *provider, const char *from,
                                  struct bytes reason)
{
    struct buf folder = {0}, side = {0};
    buf_format(&folder, "%s/%s", q->dir, provider);
    make_name(q, "", &side);
    buf_text(&side, ".reason.json");
    enum err e = disk_folder(q->dir, buf_c_str(&folder));
    if (e == OK)
        e = disk_write(buf_c_str(&folder), buf_c_str(&side), reason);
    if (e == OK && from != NULL && unlink(from) != 0)
        e = ERR_IO;
    if (e == OK)
        drop_oldest(buf_c_str(&folder));
    buf_fini(&folder);
    buf_fini(&side);
    return e;
}

enum err quarantine_put_reason(struct quarantine *q, const char *provider, const char *from, json_t *reason)
{
    char *text = json_dumps(reason, JSON_INDENT(2));
    CHECK(text != NULL);
    json_decref(reason);
    pthread_mutex_lock(&q->lock);
    enum err e = put_reason_locked(q, provider, from, bytes_of_text(text));
    pthread_mutex_unlock(&q->lock);
    if (e != OK)
        log_error("cannot write the quarantine", "provider=%s", provider);
    free(text);
    return e;
}

static enum err put_locked(struct quarantine *q, const char *provider, const char *name, const char *from,
                           struct bytes content, struct bytes reason, struct buf *kept)
{
    struct buf folder = {0}, file = {0}, side = {0}, path = {0};
    buf_format(&folder, "%s/%s", q->dir, provider);
    make_name(q, name, &file);
    buf_format(&side, "%s.reason.json", buf_c_str(&file));
    buf_format(&path, "%s/%s", buf_c_str(&folder), buf_c_str(&file));
    enum err e = disk_folder(q->dir, buf_c_str(&folder));
    if (e == OK)
        e = disk_write(buf_c_str(&folder), buf_c_str(&side), reason);
    if (e == OK && (content.len > 0 || from == NULL || rename(from, buf_c_str(&path)) != 0)) {
        e = disk_write(buf_c_str(&folder), buf_c_str(&file), content);
        if (e == OK && from != NULL)
            unlink(from);
    }
    if (e == OK)
        drop_oldest(buf_c_str(&folder));
    if (e == OK && kept != NULL)
        buf_add(kept, buf_view(&file));
    buf_fini(&folder);
    buf_fini(&file);
    buf_fini(&side);
    buf_fini(&path);
    return e;
}

enum err quarantine_put(struct quarantine *q, const char *provider, const char *name, const char *from,
                        struct bytes content, json_t *reason, struct buf *kept)
{
    char *text = json_dumps(reason, JSON_INDENT(2));
    CHECK(text != NULL);
    json_decref(reason);
    pthread_mutex_lock(&q->lock);
    enum err e = put_locked(q, provider, name, from, content, bytes_of_text(text), kept);
    pthread_mutex_unlock(&q->lock);
    if (e != OK)
        log_error("cannot write the quarantine", "provider=%s", provider);
    free(text);
    return e;
}

/* A name as make_name gives it, and no path. */
static bool is_name(const char *kept)
{
    return kept[0] != '\0' && kept[0] != '.' && strchr(kept, '/') == NULL;
}

enum err quarantine_read(const struct quarantine *q, const char *provider, const char *kept, size_t max,
                         struct buf *out)
{
    struct buf path = {0};
    if (!is_name(kept))
        return ERR_NOT_FOUND;
    buf_format(&path, "%s/%s/%s", q->dir, provider, kept);
    enum err e = disk_read(buf_c_str(&path), max, out);
    if (e == ERR_IO && access(buf_c_str(&path), F_OK) != 0 && errno == ENOENT)
        e = ERR_NOT_FOUND;
    buf_fini(&path);
    return e;
}

bool quarantine_is_reports(const struct quarantine *q, const char *provider, const char *kept)
{
    struct buf name = {0}, text = {0};
    bool is = false;
    buf_format(&name, "%s.reason.json", kept);
    if (quarantine_read(q, provider, buf_c_str(&name), REASON_BYTES_MAX, &text) == OK) {
        struct json_faults *f = mem_new(1, sizeof *f);
        json_t *reason = json_parse(buf_view(&text), f);
        const char *by = json_string_value(json_object_get(reason, "refusedBy"));
        is = by != NULL && strcmp(by, "broker") == 0;
        json_decref(reason);
        free(f);
    }
    buf_fini(&name);
    buf_fini(&text);
    return is;
}

void quarantine_remove(struct quarantine *q, const char *provider, const char *kept)
{
    struct buf path = {0};
    if (!is_name(kept))
        return;
    buf_format(&path, "%s/%s/%s", q->dir, provider, kept);
    pthread_mutex_lock(&q->lock);
    if (unlink(buf_c_str(&path)) != 0)
        log_warn("cannot remove a file from quarantine", "provider=%s", provider);
    buf_text(&path, ".reason.json");
    unlink(buf_c_str(&path));
    pthread_mutex_unlock(&q->lock);
    buf_fini(&path);
}
