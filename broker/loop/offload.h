/* A few threads for the few things that must not hold up the loop and cannot wait in it: hashing a password,
 * connecting to the database over TLS, looking up a host name. The work runs in a thread and may touch only
 * its own context; its completion is called on the loop. Everything else stays in the loop's one thread. */
#ifndef PLEK_LOOP_OFFLOAD_H
#define PLEK_LOOP_OFFLOAD_H

#include "base/err.h"
#include "loop/loop.h"

#include <stddef.h>

struct offload;

struct offload_limits {
    unsigned threads;   /* 1-16; 2: an Argon2id at 64 MiB each is what a small host can bear (limits.md) */
    unsigned queue_max; /* waiting for a thread: 20, about ten seconds of password checks */
};
struct offload_limits offload_limits_default(void);

typedef void offload_work_fn(void *ctx);                   /* in a thread */
typedef void offload_done_fn(void *ctx, enum err trouble); /* on the loop; ERR_AWAY: closed before it ran */

/* Start the threads. The loop is borrowed and must outlive it. Aborts if the host gives no thread. */
struct offload *offload_new(struct loop *l, const struct offload_limits *limits);

/* Run WORK(CTX) in a thread, then DONE(CTX, OK) on the loop. DONE is called exactly once, from a callback of
 * the loop, never from in here. ERR_BUSY: the queue is full and nothing will be called. */
MUST_CHECK enum err offload_run(struct offload *o, offload_work_fn *work, offload_done_fn *done, void *ctx);

/* Wait for the work that runs, end the threads, and call every DONE that is left: OK for what ran, ERR_AWAY
 * for what did not. Not from inside a DONE. */
void offload_free(struct offload *o);

#endif
