#include "adapters/base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err disk_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    int rc = fsync(fd);
    close(fd);
    return rc == 0 ? OK : ERR_IO;
}

enum err disk_folder(const char *parent, const char *dir)
{
    struct stat st;
    if (mkdir(dir, 0700) == 0)
        return disk_sync(parent);
    return errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode) ? OK : ERR_IO;
}

static enum err write_all(int fd, struct bytes v)
{
    while (v.len > 0) {
        ssize_t n = write(fd, v.p, v.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        v = BYTES(v.p + n, v.len - (size_t)n);
    }
    return fsync(fd) == 0 ? OK : ERR_IO;
}

enum err disk_write(const char *folder, const char *name, struct bytes v)
{
    struct buf tmp = {0}, path = {0};
    enum err e = ERR_IO;
    buf_format(&tmp, "%s/.%s.tmp", folder, name);
    buf_format(&path, "%s/%s", folder, name);
    int fd = open(buf_c_str(&tmp), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        e = write_all(fd, v);
        if (close(fd) != 0)
            e = ERR_IO;
        if (e == OK && rename(buf_c_str(&tmp), buf_c_str(&path)) != 0)
            e = ERR_IO;
        if (e != OK) {
            unlink(buf_c_str(&tmp));
        } else if (disk_sync(folder) != OK) {
            unlink(buf_c_str(&path));
            e = ERR_IO;
        }
    }
    buf_fini(&tmp);
    buf_fini(&path);
    return e;
}

static enum err read_rest(int fd, const struct stat *st, size_t max, struct buf *out)
{
    size_t before = out->len, got = 0;
    if ((uint64_t)st->st_size > max)
        return ERR_TOO_BIG;
    uint8_t *to = buf_extend(out, max + 1);
    for (;;) {
        ssize_t n = read(fd, to + got, max + 1 - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0 && (got += (size_t)n) <= max)
            continue;
        out->len = before + (n == 0 ? got : 0);
        return n < 0 ? ERR_IO : (n == 0 ? OK : ERR_TOO_BIG);
    }
}

/* FD (-1 if not OK) and its status, of a regular file that nobody writes, SURE as in disk_settled. */
static enum err open_settled(const char *path, int *fd, struct stat *st, bool *sure)
{
    enum err e = ERR_IO;
    *sure = false;
    *fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0)
        return errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;
    if (fstat(*fd, st) != 0 || !S_ISREG(st->st_mode))
        goto bad;
    /* A read lease is refused exactly while somebody writes; or because we may have none at all. */
    *sure = fcntl(*fd, F_SETLEASE, F_RDLCK) == 0;
    if (!*sure && errno == EAGAIN) {
        e = ERR_BUSY;
        goto bad;
    }
    (void)fcntl(*fd, F_SETLEASE, F_UNLCK);
    return OK;
bad:
    close(*fd);
    *fd = -1;
    return e;
}

enum err disk_settled(const char *path, bool *sure)
{
    struct stat st;
    int fd = -1;
    enum err e = open_settled(path, &fd, &st, sure);
    if (e == OK)
        close(fd);
    return e;
}

enum err disk_read(const char *path, size_t max, struct buf *out)
{
    struct stat st;
    bool sure = false;
    int fd = -1;
    enum err e = open_settled(path, &fd, &st, &sure);
    if (e == OK) {
        e = read_rest(fd, &st, max, out);
        close(fd);
    }
    return e;
}

enum err disk_read_named(const char *path, size_t max, struct buf *out)
{
    struct stat st;
    enum err e = ERR_IO;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    if (fstat(fd, &st) == 0)
        e = S_ISREG(st.st_mode) ? read_rest(fd, &st, max, out) : ERR_BAD_INPUT;
    close(fd);
    return e;
}
