/* The profiles read anew while the adapter runs: on SIGHUP, and before a message is read again. All or
 * nothing: with one faulty file the old set stays, and every fault is a line in the log with its file and
 * place. */
#ifndef PLEK_ADAPTERS_RELOAD_H
#define PLEK_ADAPTERS_RELOAD_H

#include "adapters/intake/intake.h"

struct reload;

/* Read the profiles of DIR into INTAKE (borrowed) for the first time. Errors with FAULTS, a line each. */
MUST_CHECK enum err reload_open(const char *dir, struct intake *intake, struct reload **out,
                                struct buf *faults);

/* Call ON_CHANGED on the calling thread after each new set. Before other threads use R. */
void reload_on_changed(struct reload *r, void (*on_changed)(void *ctx), void *ctx);

/* Read them now. ERR_BAD_INPUT, ERR_IO, ERR_CONFLICT, ERR_TOO_BIG: the old ones stay. From any thread. */
MUST_CHECK enum err reload_now(struct reload *r);

/* The same if a file of the folder came, went or changed since they were last read, well or not; otherwise
 * what that reading gave. */
MUST_CHECK enum err reload_if_changed(struct reload *r);

/* Nobody reads any more: free the profiles too. NULL is fine. */
void reload_free(struct reload *r);

#endif
