#include "adapters/spool/messages.h"

#include "adapters/base/disk.h"
#include "adapters/spool/message_file.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EARLY_MAX 8 /* one delivery at a time, and as many files at once as transports */

struct shelf {
    char provider[CODE_TEXT_SIZE];
    struct message_entry *list; /* oldest first */
    size_t n, cap;
    uint64_t bytes;
    int64_t heard_ms; /* 0 = never */
    enum channel heard_by;
};

/* The broker refused the reports before their message was written. */
struct early {
    char id[MESSAGE_ID_SIZE];
    char file[MESSAGE_FILE_SIZE];
    json_t *problem;
    int status;
};

struct messages {
    char *dir;
    pthread_mutex_t lock;
    struct shelf *shelves;
    size_t n, cap;
    uint64_t last; /* highest number given */
    struct messages_counts counts;
    struct early early[EARLY_MAX];
    unsigned early_n; /* ever; the oldest is overwritten */
    pthread_cond_t woken;
    bool news, roused;
};

static struct shelf *shelf_of(struct messages *m, const char *provider)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->shelves[i].provider, provider) == 0)
            return &m->shelves[i];
    return NULL;
}

static struct shelf *shelf_make(struct messages *m, const char *provider)
{
    struct shelf *s = shelf_of(m, provider);
    if (s != NULL)
        return s;
    MEM_GROW(m->shelves, m->n, m->cap);
    s = &m->shelves[m->n++];
    *s = (struct shelf){0};
    snprintf(s->provider, sizeof s->provider, "%s", provider);
    return s;
}

static struct message_entry *entry_of(struct shelf *s, const char *id)
{
    for (size_t i = 0; s != NULL && i < s->n; i++)
        if (strcmp(s->list[i].id, id) == 0)
            return &s->list[i];
    return NULL;
}

static bool is_by_itself(enum channel channel)
{
    return channel == CHANNEL_DROP || channel == CHANNEL_PUSH || channel == CHANNEL_POLL;
}

/* A moment ahead of NOW_MS is from when our clock ran ahead, or from a number behind one of then: it counts
 * as now, once, or who falls silent would look heard until the clock is there again. */
static void hear(struct shelf *s, enum channel channel, int64_t at_ms, int64_t now_ms)
{
    if (s->heard_ms > now_ms)
        s->heard_ms = now_ms;
    if (at_ms > now_ms)
        at_ms = now_ms;
    if (!is_by_itself(channel) || at_ms < s->heard_ms)
        return;
    s->heard_ms = at_ms;
    s->heard_by = channel;
}

static bool waits(const struct message_entry *e)
{
    return e->state == MESSAGE_NEW || e->state == MESSAGE_AGAIN;
}

/* ---- keeping within the bounds ---- */

static void forget(struct messages *m, struct shelf *s, size_t i)
{
    const struct message_entry *e = &s->list[i];
    message_file_remove(m->dir, s->provider, e, e->state);
    m->counts.waiting -= waits(e);
    m->counts.gone_untold += e->state == MESSAGE_NEW;
    s->bytes -= e->bytes;
    memmove(&s->list[i], &s->list[i + 1], (s->n - i - 1) * sizeof *s->list);
    s->n--;
}

static void keep_within(struct messages *m, struct shelf *s)
{
    uint64_t untold = m->counts.gone_untold;
    while (s->n > MESSAGES_KEPT || (s->n > 1 && s->bytes > MESSAGES_BYTES_MAX))
        forget(m, s, 0);
    if (m->counts.gone_untold != untold)
        log_warn("a message goes untold", "provider=%s", s->provider);
}

/* ---- finding ---- */

static int by_number(const void *a, const void *b)
{
    const struct message_entry *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void find_file(struct messages *m, struct shelf *s, const char *folder, const char *name)
{
    struct buf path = {0};
    struct message_entry found;
    struct stat st;
    buf_format(&path, "%s/%s", folder, name);
    if (name[0] == '.' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
        unlink(buf_c_str(&path)); /* a write that was broken off */
    } else if (message_file_name(name, &found) && stat(buf_c_str(&path), &st) == 0 && S_ISREG(st.st_mode)) {
        struct message_entry *twin = entry_of(s, found.id);
        if (twin != NULL) { /* killed while it was replaced: the new one counts */
            message_file_remove(m->dir, s->provider, twin,
                                found.state == MESSAGE_NEW ? twin->state : found.state);
            twin->state = MESSAGE_NEW;
        } else {
            found.bytes = (uint64_t)st.st_size;
            MEM_GROW(s->list, s->n, s->cap);
            s->list[s->n++] = found;
            s->bytes += found.bytes;
        }
    }
    buf_fini(&path);
}

static enum err find_provider(struct messages *m, const char *provider)
{
    struct buf folder = {0};
    buf_format(&folder, "%s/%s", m->dir, provider);
    DIR *d = opendir(buf_c_str(&folder));
    if (d != NULL) {
        struct shelf *s = shelf_make(m, provider);
        int64_t now = time_wall_ms();
        for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
            find_file(m, s, buf_c_str(&folder), e->d_name);
        closedir(d);
        if (s->n > 0)
            qsort(s->list, s->n, sizeof *s->list, by_number);
        for (size_t i = 0; i < s->n; i++) {
            m->counts.waiting += waits(&s->list[i]);
            hear(s, s->list[i].channel, (int64_t)s->list[i].number, now);
        }
        if (s->n > 0 && s->list[s->n - 1].number > m->last)
            m->last = s->list[s->n - 1].number;
        keep_within(m, s);
    }
    buf_fini(&folder);
    return d != NULL ? OK : ERR_IO;
}

static enum err find_all(struct messages *m)
{
    enum err result = OK;
    DIR *d = opendir(m->dir);
    if (d == NULL)
        return ERR_IO;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (is_code(bytes_of_text(e->d_name)) && find_provider(m, e->d_name) != OK)
            result = ERR_IO;
    closedir(d);
    return result;
}

enum err messages_open(const char *spool_dir, struct messages **out, char *why, size_t why_size)
{
    struct messages *m = mem_new(1, sizeof *m);
    struct buf dir = {0};
    buf_format(&dir, "%s/.messages", spool_dir);
    m->dir = mem_dup_text(buf_c_str(&dir));
    buf_fini(&dir);
    pthread_condattr_t monotonic;
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enum err e = disk_folder(spool_dir, m->dir);
    if (e == OK)
        e = find_all(m);
    if (e == OK) {
        *out = m;
        return OK;
    }
    snprintf(why, why_size, "cannot use the folder %s", m->dir);
    messages_free(m);
    return e;
}

void messages_free(struct messages *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->n; i++)
        free(m->shelves[i].list);
    for (int i = 0; i < EARLY_MAX; i++)
        json_decref(m->early[i].problem);
    free(m->shelves);
    free(m->dir);
    pthread_cond_destroy(&m->woken);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* ---- waiting ---- */

static void wake(struct messages *m, bool *why)
{
    *why = true;
    pthread_cond_signal(&m->woken);
}

void messages_await(struct messages *m, int64_t until_ms, bool heed_news)
{
    const struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    pthread_mutex_lock(&m->lock);
    while (!m->roused && !(heed_news && m->news) && pthread_cond_timedwait(&m->woken, &m->lock, &until) == 0)
        ;
    m->news = m->roused = false;
    pthread_mutex_unlock(&m->lock);
}

void messages_rouse(struct messages *m)
{
    pthread_mutex_lock(&m->lock);
    wake(m, &m->roused);
    pthread_mutex_unlock(&m->lock);
}

/* ---- putting ---- */

static void become(struct messages *m, const struct shelf *s, struct message_entry *e,
                   enum message_state state)
{
    if (message_file_become(m->dir, s->provider, e, state)) {
        m->counts.waiting -= waits(e);
        e->state = state;
        m->counts.waiting += waits(e);
    }
}

static enum err put_locked(struct messages *m, const char *provider, struct message_entry *e,
                           struct bytes text, bool told)
{
    struct shelf *s = shelf_make(m, provider);
    int64_t now = time_wall_ms();
    hear(s, e->channel, now, now); /* also when the disk is full: it did come */
    e->number = (uint64_t)now > m->last ? (uint64_t)now : m->last + 1;
    e->bytes = text.len;
    enum err done = message_file_write(m->dir, provider, e, text);
    if (done != OK) {
        m->counts.unwritten++;
        return done;
    }
    m->last = e->number;
    MEM_GROW(s->list, s->n, s->cap);
    s->list[s->n++] = *e;
    s->bytes += e->bytes;
    m->counts.kept++;
    m->counts.waiting++;
    if (told)
        become(m, s, &s->list[s->n - 1], MESSAGE_TOLD);
    keep_within(m, s);
    return OK;
}

/* The delivery may be quicker than we are: between spool and message the broker may have refused. */
static void heed_early(struct messages *m, const char *id, json_t *body, const char **file)
{
    for (int i = 0; i < EARLY_MAX; i++)
        if (strcmp(m->early[i].id, id) == 0) {
            feed_message_refuse(body, FEED_QUARANTINED, m->early[i].problem, m->early[i].status);
            *file = m->early[i].file;
        }
}

static void note_early(struct messages *m, const char *id, const json_t *problem, int status,
                       const char *file)
{
    struct early *one = &m->early[m->early_n++ % EARLY_MAX];
    json_decref(one->problem);
    *one = (struct early){.status = status, .problem = json_incref((json_t *)(uintptr_t)problem)};
    snprintf(one->id, sizeof one->id, "%s", id);
    snprintf(one->file, sizeof one->file, "%s", file);
}

static bool put(struct messages *m, json_t *body, const char *file, bool told)
{
    struct message_entry e = {0};
    const char *provider = json_string_value(json_object_get(body, "provider"));
    const char *id = json_string_value(json_object_get(body, "messageId"));
    const char *channel = json_string_value(json_object_get(body, "channel"));
    CHECK(provider != NULL && is_code(bytes_of_text(provider)) && id != NULL &&
          strlen(id) == MESSAGE_ID_SIZE - 1);
    snprintf(e.id, sizeof e.id, "%s", id);
    e.channel = channel_of(bytes_of_text(channel));
    pthread_mutex_lock(&m->lock);
    heed_early(m, id, body, &file);
    char *text = message_file_text(body, file);
    enum err done = put_locked(m, provider, &e, bytes_of_text(text), told);
    if (done == OK && !told)
        wake(m, &m->news);
    pthread_mutex_unlock(&m->lock);
    if (done != OK)
        log_error("cannot keep what became of a message", "provider=%s", provider);
    json_decref(body);
    free(text);
    return done == OK;
}

bool messages_put(struct messages *m, json_t *body, const char *file)
{
    return put(m, body, file, false);
}

void messages_put_told(struct messages *m, json_t *body)
{
    (void)put(m, body, "", true);
}

/* ---- taking out ---- */

size_t messages_waiting(struct messages *m, char (*out)[CODE_TEXT_SIZE], size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < m->n && n < max; i++) {
        const struct shelf *s = &m->shelves[i];
        size_t k = 0;
        while (k < s->n && !waits(&s->list[k]))
            k++;
        if (k < s->n)
            memcpy(out[n++], s->provider, CODE_TEXT_SIZE);
    }
    pthread_mutex_unlock(&m->lock);
    return n;
}

enum err messages_oldest(struct messages *m, const char *provider, struct message *out)
{
    enum err e = ERR_NOT_FOUND;
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, provider);
    for (size_t i = 0; s != NULL && i < s->n && e == ERR_NOT_FOUND;) {
        if (waits(&s->list[i]) && message_file_read(m->dir, s->provider, &s->list[i], out) == OK)
            e = OK;
        else if (waits(&s->list[i]))
            forget(m, s, i); /* spoilt on disk: nobody can tell what it was */
        else
            i++;
    }
    pthread_mutex_unlock(&m->lock);
    return e;
}

enum err messages_find(struct messages *m, const char *provider, const char *id, struct message *out)
{
    *out = (struct message){0};
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, provider);
    const struct message_entry *found = entry_of(s, id);
    enum err e =
        found != NULL && message_file_read(m->dir, s->provider, found, out) == OK ? OK : ERR_NOT_FOUND;
    pthread_mutex_unlock(&m->lock);
    return e;
}

void message_fini(struct message *message)
{
    json_decref(message->body);
    *message = (struct message){0};
}

bool messages_replay_of(struct messages *m, const char *provider, const char *id, char out[MESSAGE_ID_SIZE])
{
    bool found = false;
    pthread_mutex_lock(&m->lock);
    const struct shelf *s = shelf_of(m, provider);
    for (size_t i = s != NULL ? s->n : 0; i > 0 && !found; i--) {
        struct message one = {0};
        if (s->list[i - 1].channel == CHANNEL_REPLAY &&
            message_file_read(m->dir, s->provider, &s->list[i - 1], &one) == OK) {
            const char *of = json_string_value(json_object_get(one.body, "replayOf"));
            const char *outcome = json_string_value(json_object_get(one.body, "outcome"));
            found = of != NULL && strcmp(of, id) == 0 && outcome != NULL && strcmp(outcome, "refused") != 0;
            memcpy(out, one.id, MESSAGE_ID_SIZE);
        }
        message_fini(&one);
    }
    pthread_mutex_unlock(&m->lock);
    return found;
}

/* ---- told ---- */

void messages_done(struct messages *m, const struct message *message, bool aside)
{
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, message->provider);
    struct message_entry *e = entry_of(s, message->id);
    if (e != NULL && e->version == message->version && waits(e)) {
        become(m, s, e, aside ? MESSAGE_ASIDE : MESSAGE_TOLD);
        if (waits(e)) /* not even a name can be changed: better untold than told for ever */
            forget(m, s, (size_t)(e - s->list));
    }
    m->counts.told += !aside;
    m->counts.aside += aside;
    pthread_mutex_unlock(&m->lock);
}

void messages_tell_again(struct messages *m)
{
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->shelves[i].n; k++)
            if (m->shelves[i].list[k].state == MESSAGE_TOLD)
                become(m, &m->shelves[i], &m->shelves[i].list[k], MESSAGE_AGAIN);
    pthread_mutex_unlock(&m->lock);
}

void messages_tell_one_again(struct messages *m, const char *provider, const char *id)
{
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, provider);
    struct message_entry *e = entry_of(s, id);
    if (e != NULL && !waits(e))
        become(m, s, e, MESSAGE_AGAIN);
    pthread_mutex_unlock(&m->lock);
}

static bool replace_locked(struct messages *m, struct shelf *s, struct message_entry *e, struct bytes text)
{
    enum message_state before = e->state;
    if (message_file_write(m->dir, s->provider, e, text) != OK) {
        m->counts.unwritten++;
        return false;
    }
    if (before != MESSAGE_NEW)
        message_file_remove(m->dir, s->provider, e, before);
    m->counts.waiting -= waits(e);
    s->bytes = s->bytes - e->bytes + text.len;
    e->bytes = text.len;
    e->state = MESSAGE_NEW;
    m->counts.waiting++;
    e->version++;
    m->counts.kept++;
    return true;
}

void messages_refused(struct messages *m, const char *provider, const char *id, const json_t *problem,
                      int status, const char *file)
{
    struct message one = {0};
    bool done = false;
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, provider);
    struct message_entry *e = entry_of(s, id);
    if (e != NULL && message_file_read(m->dir, s->provider, e, &one) == OK) {
        feed_message_refuse(one.body, FEED_QUARANTINED, problem, status);
        char *text = message_file_text(one.body, file);
        done = replace_locked(m, s, e, bytes_of_text(text));
        free(text);
    } else if (e == NULL) {
        note_early(m, id, problem, status, file);
    }
    if (done)
        wake(m, &m->news);
    pthread_mutex_unlock(&m->lock);
    message_fini(&one);
    if (!done)
        log_warn("no message yet, or no more, of what the broker refused", "provider=%s", provider);
}

/* ---- heard ---- */

void messages_heard(struct messages *m, const char *provider, enum channel channel)
{
    pthread_mutex_lock(&m->lock);
    int64_t now = time_wall_ms();
    hear(shelf_make(m, provider), channel, now, now);
    pthread_mutex_unlock(&m->lock);
}

int64_t messages_last_heard(struct messages *m, const char *provider, enum channel *channel)
{
    int64_t at_ms = 0, now = time_wall_ms();
    pthread_mutex_lock(&m->lock);
    struct shelf *s = shelf_of(m, provider);
    if (s != NULL && s->heard_ms != 0) {
        if (s->heard_ms > now)
            s->heard_ms = now; /* the clock was set back since */
        at_ms = s->heard_ms;
        *channel = s->heard_by;
    }
    pthread_mutex_unlock(&m->lock);
    return at_ms;
}

struct messages_counts messages_counts(struct messages *m)
{
    pthread_mutex_lock(&m->lock);
    struct messages_counts counts = m->counts;
    pthread_mutex_unlock(&m->lock);
    return counts;
}
