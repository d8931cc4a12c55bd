/* The drop folder: DIR/<provider>/ for each provider of a profile, made if missing. A file is taken when its
 * writer closed it or renamed it there; names that begin with a dot or end in .part or .tmp are left alone;
 * what was there before the start is found, and goes first. While it is read a file is called .taking-<name>,
 * so that a newer one may be renamed to the same name at any moment: each is read, the older first. It is
 * removed only after the spool, or quarantine, has it on disk. While the spool is full, or after a crash, it
 * is still there under that name and is tried again.
 *
 * A file that its writer still has open is left alone. The system tells us of files of our own account (or
 * with CAP_LEASE); of those of another account, as of a provider that comes by SFTP, and where there are no
 * leases, we go by what we see: closed, or renamed there, while we watched; or not changed for QUIET_MS.
 *
 * What cannot be read (rights, a fault of the disk, a link, pipe or device) stays where it is and is tried
 * again at each look: it holds up no other file. The provider is told, with a line in the log: once, and
 * again when the file is another or was changed, or we were started anew; of at most DROP_TOLD_MAX files at a
 * time. The same for the provider's folder itself. Folders in it are passed over.
 *
 * Every RESCAN_MS the folders are looked through as well, for what inotify missed. */
#ifndef PLEK_ADAPTERS_DROP_H
#define PLEK_ADAPTERS_DROP_H

#include "adapters/intake/intake.h"

#define DROP_RESCAN_MS 5000
#define DROP_QUIET_MS 60000 /* a sender that stalls longer within a file has lost its connection */

struct event_base;
struct drop;

/* Watch DIR. BASE and INTAKE are borrowed. SIGIO is ignored from now on (leases, see disk.h). ERR_IO with
 * WHY.
 */
MUST_CHECK enum err drop_open(struct event_base *base, const struct intake *intake, const char *dir,
                              struct drop **out, char *why, size_t why_size);
/* The profiles were exchanged: make and watch the folders of new providers, leave alone those of providers
 * that have no profile any more (what lies there stays). ERR_IO: some cannot be watched; the others are. On
 * the loop's thread. */
MUST_CHECK enum err drop_renew(struct drop *d);
void drop_free(struct drop *d);

#endif
