#include "adapters/intake/reload.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reload {
    char *dir;
    struct intake *intake;
    pthread_mutex_t lock; /* one reading at a time; all below */
    struct profiles *now;
    uint8_t seen[CRYPTO_SHA256_BYTES]; /* of the folder, when it was last read */
    enum err last;
    void (*on_changed)(void *ctx);
    void *ctx;
};

/* Names, sizes and times of all files, as one hash; a file that is written within the clock's tick of its
 * last reading with the same length has another ctime all the same, or the next SIGHUP finds it. */
static void look(const char *dir, uint8_t out[CRYPTO_SHA256_BYTES])
{
    struct dirent **names = NULL;
    struct buf all = {0};
    int n = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        struct stat st;
        buf_format(&path, "%s/%s", dir, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(buf_c_str(&path), &st) == 0) {
            buf_string(&all, names[i]->d_name);
            buf_u64(&all, (uint64_t)st.st_ino);
            buf_u64(&all, (uint64_t)st.st_size);
            buf_i64(&all, st.st_mtim.tv_sec);
            buf_i64(&all, st.st_mtim.tv_nsec);
            buf_i64(&all, st.st_ctim.tv_sec);
            buf_i64(&all, st.st_ctim.tv_nsec);
        }
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
    crypto_sha256(buf_view(&all), out);
    buf_fini(&all);
}

/* Looked at before it is read: what changes meanwhile is found next time. */
static enum err load(struct reload *r, struct profiles **out, struct buf *faults)
{
    look(r->dir, r->seen);
    r->last = profiles_load(r->dir, out, faults);
    return r->last;
}

enum err reload_open(const char *dir, struct intake *intake, struct reload **out, struct buf *faults)
{
    struct reload *r = mem_new(1, sizeof *r);
    r->dir = mem_dup_text(dir);
    r->intake = intake;
    pthread_mutex_init(&r->lock, NULL);
    enum err e = load(r, &r->now, faults);
    if (e == OK) {
        intake_swap(intake, r->now);
        *out = r;
    } else {
        reload_free(r);
    }
    return e;
}

void reload_on_changed(struct reload *r, void (*on_changed)(void *ctx), void *ctx)
{
    r->on_changed = on_changed;
    r->ctx = ctx;
}

/* A line of the log for each fault; its quotes are ours. */
static void say(struct buf *faults)
{
    for (size_t i = 0; i < faults->len; i++)
        if (faults->p[i] == '"')
            faults->p[i] = '\'';
    char *rest = mem_dup_text(buf_c_str(faults)), *at = NULL;
    for (const char *line = strtok_r(rest, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at))
        log_error("profile not taken, the old ones stay", "fault=\"%s\"", line);
    free(rest);
}

static enum err reload_locked(struct reload *r)
{
    struct profiles *fresh = NULL, *old = r->now;
    struct buf faults = {0};
    enum err e = load(r, &fresh, &faults);
    if (e == OK) {
        r->now = fresh;
        intake_swap(r->intake, fresh);
        profiles_free(old);
        log_info("profiles read anew", "profiles=%zu", profiles_count(fresh));
        if (r->on_changed != NULL)
            r->on_changed(r->ctx);
    } else {
        say(&faults);
    }
    buf_fini(&faults);
    return e;
}

enum err reload_now(struct reload *r)
{
    pthread_mutex_lock(&r->lock);
    enum err e = reload_locked(r);
    pthread_mutex_unlock(&r->lock);
    return e;
}

enum err reload_if_changed(struct reload *r)
{
    uint8_t seen[CRYPTO_SHA256_BYTES];
    pthread_mutex_lock(&r->lock);
    look(r->dir, seen);
    enum err e = memcmp(seen, r->seen, sizeof seen) == 0 ? r->last : reload_locked(r);
    pthread_mutex_unlock(&r->lock);
    return e;
}

void reload_free(struct reload *r)
{
    if (r == NULL)
        return;
    profiles_free(r->now);
    pthread_mutex_destroy(&r->lock);
    free(r->dir);
    free(r);
}
