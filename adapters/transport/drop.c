#include "adapters/transport/drop.h"

#include "adapters/base/disk.h"
#include "adapters/transport/drop_known.h"
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
    struct drop_known *known;
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

/* ---- what cannot be read ---- */

static const char *why_unreadable(const char *path, const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "is a link, a pipe or a device: send the file itself";
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return "the adapter may not read this file: its rights forbid it";
    return "cannot be read: the disk has a fault";
}

/* Of the file (or folder) at PATH, which is called NAME there; WHY may be NULL: as it looks. */
static void tell_unreadable(struct drop *d, const struct folder *folder, const char *name, const char *path,
                            const char *why)
{
    struct stat st = {0};
    bool is_there = lstat(path, &st) == 0;
    /* Gone meanwhile; or a folder in it, where the file system does not say so when it lists. */
    if (why == NULL && (!is_there || S_ISDIR(st.st_mode)))
        return;
    if (!drop_known_tell(folder->known, name, &st))
        return;
    intake_unreadable(d->intake, CHANNEL_DROP, folder->provider,
                      why != NULL ? why : why_unreadable(path, &st),
                      S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
}

/* ---- taking ---- */

/* The change time is the kernel's: no writer sets it, and each write does. */
static bool is_quiet(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return false;
    int64_t age_ms = time_wall_ms() - (int64_t)st.st_ctim.tv_sec * 1000 - st.st_ctim.tv_nsec / 1000000;
    return age_ms < 0 || age_ms >= DROP_QUIET_MS; /* below 0: our clock was set back */
}

/* As rename, but EEXIST when there is a TO. */
static int rename_if_free(const char *from, const char *to)
{
    struct stat st;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system that cannot: we are the only ones to use such names. */
    if (lstat(to, &st) != 0 && errno == ENOENT)
        return rename(from, to);
    errno = EEXIST;
    return -1;
}

/* Call FROM by its name for being taken, TO. ERR_BUSY: it is not there, is still written, or one of that name
 * was begun before and comes first. ERR_IO: it cannot be read. ERR_CONFLICT: it cannot be renamed. */
static enum err begin(const struct folder *folder, const char *name, const char *from, const char *to)
{
    bool sure = false;
    enum err e = disk_settled(from, &sure);
    if (e != OK)
        return e;
    if (!sure && !drop_known_is_closed(folder->known, name) && !is_quiet(from))
        return ERR_BUSY;
    if (rename_if_free(from, to) != 0)
        return errno == EEXIST || errno == ENOENT ? ERR_BUSY : ERR_CONFLICT;
    drop_known_forget(folder->known, name);
    return OK;
}

enum taken { TAKEN, LEFT, UNREADABLE };

/* What was begun lies at FROM and is CALLED so by the provider. */
static enum taken take_begun(struct drop *d, const struct folder *folder, const char *from,
                             const char *called)
{
    struct buf content = {0};
    struct reading *r = mem_new(1, sizeof *r);
    bool done = false;
    enum err read = disk_read(from, INTAKE_BYTES_MAX, &content);
    if (read == ERR_TOO_BIG) {
        done = intake_too_big(d->intake, CHANNEL_DROP, folder->provider, called, from, size_of(from)) == OK;
    } else if (read == OK) {
        enum err e =
            intake_take(d->intake, CHANNEL_DROP, folder->provider, called, from, buf_view(&content), r);
        done = e == OK || e == ERR_BAD_INPUT || e == ERR_TOO_BIG;
        if (e == OK && unlink(from) != 0)
            log_warn("cannot remove a taken file", "provider=%s", folder->provider);
    } else if (read == ERR_IO) {
        tell_unreadable(d, folder, strrchr(from, '/') + 1, from, NULL);
    }
    reading_fini(r);
    free(r);
    buf_fini(&content);
    return done ? TAKEN : (read == ERR_IO ? UNREADABLE : LEFT);
}

/* TAKEN: the file is dealt with and gone from the folder. One that cannot be taken now stays under its name
 * for being taken (back under its own it would look like a new one at once, and for ever). */
static enum taken take(struct drop *d, const struct folder *folder, const char *name)
{
    struct buf path = {0}, taking = {0};
    enum taken t = LEFT;
    const char *why = NULL;
    buf_format(&path, "%s/%s", folder->path, name);
    if (is_taking(name)) {
        t = take_begun(d, folder, buf_c_str(&path), name + strlen(TAKING));
    } else {
        buf_format(&taking, "%s/" TAKING "%.*s", folder->path, TAKING_NAME_MAX, name);
        enum err e = begin(folder, name, buf_c_str(&path), buf_c_str(&taking));
        if (e == OK)
            t = take_begun(d, folder, buf_c_str(&taking), name);
        else if (e != ERR_BUSY)
            t = UNREADABLE;
        if (e == ERR_CONFLICT)
            why = "the adapter may not take this file out of its folder";
        if (t == UNREADABLE && e != OK)
            tell_unreadable(d, folder, name, buf_c_str(&path), why);
    }
    buf_fini(&path);
    buf_fini(&taking);
    return t;
}

static int wanted_entry(const struct dirent *e)
{
    return e->d_type != DT_DIR && (is_wanted(e->d_name) || is_taking(e->d_name));
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
    if (n < 0) {
        const char *why = "the drop folder cannot be read";
        tell_unreadable(d, folder, ".", folder->path, why);
        drop_known_seen(folder->known, ".");
    }
    struct aged *list = mem_new((size_t)(n > 0 ? n : 0) + 1, sizeof *list);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        struct stat st;
        buf_format(&path, "%s/%s", folder->path, names[i]->d_name);
        snprintf(list[i].name, sizeof list[i].name, "%s", names[i]->d_name);
        if (lstat(buf_c_str(&path), &st) == 0)
            list[i].changed = st.st_mtim;
        drop_known_seen(folder->known, list[i].name);
        buf_fini(&path);
        free(names[i]);
    }
    free(names);
    qsort(list, (size_t)(n > 0 ? n : 0), sizeof *list, by_age);
    drop_known_end(folder->known);
    int taken = 0, tried = 0, i = 0;
    for (; i < n && tried < SCAN_FILES_MAX; i++) {
        enum taken t = take(d, folder, list[i].name);
        taken += t == TAKEN;
        tried += t != UNREADABLE; /* it holds up no other */
    }
    free(list);
    return i < n && taken > 0;
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
        if (folder != NULL && e->len > 0 && is_wanted(e->name)) {
            drop_known_close(folder->known, e->name);
            folder->changed = true;
        }
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

static void folder_fini(struct folder *f)
{
    drop_known_free(f->known);
    free(f->path);
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
    f.known = drop_known_new();
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
        folder_fini(&d->folders[i]);
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
        folder_fini(&d->folders[i]);
    free(d->folders);
    free(d->dir);
    free(d);
}
