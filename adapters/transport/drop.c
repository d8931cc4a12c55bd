#include "adapters/transport/drop.h"

#include "adapters/disk.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCAN_FILES_MAX 50 /* of one provider in one look, so that the loop stays free */

struct folder {
    char provider[CODE_TEXT_SIZE];
    char *path;
    int watch;
    bool changed; /* something came */
};

struct drop {
    const struct intake *intake;
    char *dir;
    struct folder *folders;
    size_t n, cap;
    int inotify;
    struct event *changes;
    struct event *rescan;
};

/* What a file is called while it is taken: its writer may put a newer one under its old name meanwhile, which
 * must be neither removed nor set aside unread. */
#define TAKING ".taking-"
#define TAKING_NAME_MAX 200 /* of the old name: no name of a file is longer than 255 */

static bool is_taking(const char *name)
{
    return strncmp(name, TAKING, strlen(TAKING)) == 0;
}

static bool is_wanted(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && name[0] != '.' && !(n > 5 && strcmp(name + n - 5, ".part") == 0) &&
           !(n > 4 && strcmp(name + n - 4, ".tmp") == 0);
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 ? (uint64_t)st.st_size : INTAKE_BYTES_MAX + 1;
}

/* Call FROM by its name for being taken, TO. False: it is not there, is still written, or one of that name
 * was begun before and comes first. */
static bool begin(const char *from, const char *to)
{
    struct stat st;
    if (disk_settled(from) != OK)
        return false;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* A file system that cannot: we are the only ones to use such names. */
    return lstat(to, &st) != 0 && errno == ENOENT && rename(from, to) == 0;
}

/* True if the file is dealt with and gone from the folder. One that cannot be taken now stays under its name
 * for being taken (back under its own it would look like a new one at once, and for ever). */
static bool take(struct drop *d, const struct folder *folder, const char *name)
{
    struct buf path = {0}, taking = {0}, content = {0};
    struct reading *r = mem_new(1, sizeof *r);
    bool again = is_taking(name), done = false;
    const char *called = again ? name + strlen(TAKING) : name;
    buf_format(&path, "%s/%s", folder->path, name);
    buf_format(&taking, "%s/" TAKING "%.*s", folder->path, TAKING_NAME_MAX, called);
    const char *from = again ? buf_c_str(&path) : buf_c_str(&taking);
    enum err e = ERR_BUSY;
    if (again || begin(buf_c_str(&path), from))
        e = disk_read(from, INTAKE_BYTES_MAX, &content);
    if (e == ERR_TOO_BIG) {
        done = intake_too_big(d->intake, CHANNEL_DROP, folder->provider, called, from, size_of(from)) == OK;
    } else if (e == OK) {
        e = intake_take(d->intake, CHANNEL_DROP, folder->provider, called, from, buf_view(&content), r);
        done = e == OK || e == ERR_BAD_INPUT || e == ERR_TOO_BIG;
        if (e == OK && unlink(from) != 0)
            log_warn("cannot remove a taken file", "provider=%s", folder->provider);
    }
    reading_fini(r);
    free(r);
    buf_fini(&path);
    buf_fini(&taking);
    buf_fini(&content);
    return done;
}

static int wanted_entry(const struct dirent *e)
{
    return e->d_type != DT_DIR && e->d_type != DT_LNK && (is_wanted(e->d_name) || is_taking(e->d_name));
}

struct aged {
    char name[256];
    struct timespec changed;
};

static int by_age(const void *a, const void *b)
{
    const struct aged *x = a, *y = b;
    if (x->changed.tv_sec != y->changed.tv_sec)
        return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
    if (x->changed.tv_nsec != y->changed.tv_nsec)
        return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Oldest first. True if more is left than one look takes. */
static bool scan(struct drop *d, const struct folder *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder->path, &names, wanted_entry, NULL);
    struct aged *list = mem_new((size_t)(n > 0 ? n : 0) + 1, sizeof *list);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        struct stat st;
        buf_format(&path, "%s/%s", folder->path, names[i]->d_name);
        snprintf(list[i].name, sizeof list[i].name, "%s", names[i]->d_name);
        if (lstat(buf_c_str(&path), &st) == 0)
            list[i].changed = st.st_mtim;
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
    qsort(list, (size_t)(n > 0 ? n : 0), sizeof *list, by_age);
    int taken = 0;
    for (int i = 0; i < n && i < SCAN_FILES_MAX; i++)
        taken += take(d, folder, list[i].name);
    free(list);
    return n > SCAN_FILES_MAX && taken > 0;
}

static void on_rescan(evutil_socket_t fd, short what, void *ctx)
{
    struct drop *d = ctx;
    struct timeval soon = {.tv_usec = 1000}, later = {.tv_sec = DROP_RESCAN_MS / 1000};
    bool more = false;
    (void)fd;
    (void)what;
    for (size_t i = 0; i < d->n; i++)
        more |= scan(d, &d->folders[i]);
    quarantine_expire(d->intake->quarantine, time_wall_ms());
    event_add(d->rescan, more ? &soon : &later);
}

static struct folder *folder_of(const struct drop *d, int watch)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->folders[i].watch == watch)
            return &d->folders[i];
    return NULL;
}

/* Looked through as a whole, oldest first: while we were away or busy others may have come before this one,
 * and a newer number must not go before an older. */
static void on_changes(evutil_socket_t fd, short what, void *ctx)
{
    char space[16 * 1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    struct timeval soon = {.tv_usec = 1000};
    struct drop *d = ctx;
    bool more = false;
    (void)what;
    ssize_t n = read(fd, space, sizeof space);
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *e = (const void *)(space + at);
        struct folder *folder = folder_of(d, e->wd);
        if (folder != NULL && e->len > 0 && is_wanted(e->name))
            folder->changed = true;
        at += (ssize_t)(sizeof *e + e->len);
    }
    for (size_t i = 0; i < d->n; i++)
        if (d->folders[i].changed) {
            d->folders[i].changed = false;
            more |= scan(d, &d->folders[i]);
        }
    if (more)
        event_add(d->rescan, &soon);
}

static bool is_watched(const struct drop *d, const char *provider)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->folders[i].provider, provider) == 0)
            return true;
    return false;
}

static enum err watch_provider(struct drop *d, const char *provider)
{
    struct buf path = {0};
    buf_format(&path, "%s/%s", d->dir, provider);
    struct folder f = {.path = mem_dup_text(buf_c_str(&path)), .watch = -1};
    snprintf(f.provider, sizeof f.provider, "%s", provider);
    buf_fini(&path);
    if (disk_folder(d->dir, f.path) == OK)
        f.watch = inotify_add_watch(d->inotify, f.path, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
    if (f.watch < 0) {
        free(f.path);
        return ERR_IO;
    }
    MEM_GROW(d->folders, d->n, d->cap);
    d->folders[d->n++] = f;
    return OK;
}

/* Folders of providers that have a profile, and of no others. */
static enum err watch_all(struct drop *d)
{
    enum err result = OK;
    const struct profiles *all = intake_profiles(d->intake);
    for (size_t i = 0; i < d->n;) {
        if (profiles_find(all, d->folders[i].provider) != NULL) {
            i++;
            continue;
        }
        inotify_rm_watch(d->inotify, d->folders[i].watch);
        free(d->folders[i].path);
        d->folders[i] = d->folders[--d->n];
    }
    for (size_t i = 0; i < profiles_count(all); i++) {
        const struct profile *p = profiles_at(all, i);
        for (size_t j = 0; j < profile_providers(p); j++)
            if (!is_watched(d, profile_provider(p, j)) && watch_provider(d, profile_provider(p, j)) != OK)
                result = ERR_IO;
    }
    intake_profiles_end();
    return result;
}

enum err drop_renew(struct drop *d)
{
    struct timeval now = {0};
    enum err e = watch_all(d);
    if (e != OK)
        log_error("cannot watch a drop folder", "");
    event_add(d->rescan, &now); /* what a new provider has laid there already */
    return e;
}

enum err drop_open(struct event_base *base, const struct intake *intake, const char *dir, struct drop **out,
                   char *why, size_t why_size)
{
    struct drop *d = mem_new(1, sizeof *d);
    struct timeval now = {0};
    struct buf parent = {0};
    signal(SIGIO, SIG_IGN);
    d->intake = intake;
    d->dir = mem_dup_text(dir);
    d->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    buf_format(&parent, "%s/..", dir);
    enum err e = d->inotify >= 0 ? disk_folder(buf_c_str(&parent), dir) : ERR_IO;
    buf_fini(&parent);
    if (e == OK)
        e = watch_all(d);
    if (e != OK) {
        snprintf(why, why_size, "cannot watch the drop folder %s", dir);
        drop_free(d);
        return e;
    }
    d->changes = event_new(base, d->inotify, EV_READ | EV_PERSIST, on_changes, d);
    d->rescan = event_new(base, -1, 0, on_rescan, d);
    event_add(d->changes, NULL);
    event_add(d->rescan, &now);
    *out = d;
    return OK;
}

void drop_free(struct drop *d)
{
    if (d == NULL)
        return;
    if (d->changes != NULL)
        event_free(d->changes);
    if (d->rescan != NULL)
        event_free(d->rescan);
    if (d->inotify >= 0)
        close(d->inotify);
    for (size_t i = 0; i < d->n; i++)
        free(d->folders[i].path);
    free(d->folders);
    free(d->dir);
    free(d);
}
