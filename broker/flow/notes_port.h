/* Where ciphertexts of notes lie, seen from http. The broker cannot open them; which of them are still wanted
 * is in the engine (core/handover/handover.h), and what is not is dropped. */
#ifndef PLEK_FLOW_NOTES_PORT_H
#define PLEK_FLOW_NOTES_PORT_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdint.h>

#define NOTE_LOCKER_BYTES 16
#define NOTE_LIST_MAX 500 /* lockers of one look */

struct note_locker {
    uint8_t b[NOTE_LOCKER_BYTES];
};

typedef void note_stored_fn(void *ctx, enum err trouble);
/* SEALED is borrowed for the call; empty unless OK. ERR_NOT_FOUND: it was dropped. */
typedef void note_fetched_fn(void *ctx, enum err trouble, struct bytes sealed);
/* N < NOTE_LIST_MAX: there are no more behind these. */
typedef void note_listed_fn(void *ctx, enum err trouble, const struct note_locker *list, size_t n);

/* One completion each, never from inside the call. ERR_BUSY: nothing was begun; ERR_AWAY in the completion:
 * the database cannot be reached. */
struct notes_port {
    void *ctx;
    /* Keep SEALED, durably; the same locker again keeps what is there, and counts as stored at NOW_MS: its
     * sender still tries. */
    MUST_CHECK enum err (*put)(void *ctx, const struct note_locker *locker, int64_t now_ms,
                               struct bytes sealed, note_stored_fn *done, void *done_ctx);
    MUST_CHECK enum err (*get)(void *ctx, const struct note_locker *locker, note_fetched_fn *done,
                               void *done_ctx);
    /* Delete, as soon as the database allows, what was stored before BEFORE_MS and not again since, if this
     * broker is the writer still; nobody is told. ERR_BUSY: try again later. */
    MUST_CHECK enum err (*drop)(void *ctx, const struct note_locker *locker, int64_t before_ms);
    /* Lockers behind AFTER, in order, of what was stored before BEFORE_MS. */
    MUST_CHECK enum err (*list)(void *ctx, const struct note_locker *after, int64_t before_ms,
                                note_listed_fn *done, void *done_ctx);
};

#endif
