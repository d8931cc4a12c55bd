/* The few steps by which a file is there wholly or not at all. */
#ifndef PLEK_ADAPTERS_DISK_H
#define PLEK_ADAPTERS_DISK_H

#include "base/bytes.h"

/* Make DIR (0700) unless it is there, and fsync PARENT. ERR_IO otherwise. */
MUST_CHECK enum err disk_folder(const char *parent, const char *dir);

/* Write V as FOLDER/NAME in one step: .NAME.tmp, fsync, rename, fsync of the folder. ERR_IO: nothing is there
 * under NAME. */
MUST_CHECK enum err disk_write(const char *folder, const char *name, struct bytes v);

/* fsync the folder itself, after a rename or unlink in it. */
MUST_CHECK enum err disk_sync(const char *folder);

/* OK if disk_read would read PATH now; else ERR_BUSY or ERR_IO as there. Nothing is read. SURE: nobody writes
 * it; false where the system does not tell us: a file of another account (without CAP_LEASE), a file system
 * without leases. */
MUST_CHECK enum err disk_settled(const char *path, bool *sure);

/* Append the file at PATH to OUT. Not through a symbolic link, only a regular file. ERR_TOO_BIG over MAX
 * bytes, ERR_BUSY while somebody has it open for writing (where the system tells us) or holds a lease on it
 * that our opening must break (a file server, for its client), ERR_IO. */
MUST_CHECK enum err disk_read(const char *path, size_t max, struct buf *out);

/* Append the file at PATH, which somebody named by hand: also through a symbolic link, also while it is
 * written. Never waits: of a folder, a pipe or a device it is ERR_BAD_INPUT. ERR_TOO_BIG over MAX bytes,
 * ERR_IO. */
MUST_CHECK enum err disk_read_named(const char *path, size_t max, struct buf *out);

#endif
