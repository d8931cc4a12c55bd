/* The tail of the history that is not delivered yet: events that are applied, in order and without gaps, kept
 * decoded until they are durable and published. Three marks move over it, each never past the one before it:
 *
 *        published       durable        appended        applied
 *   ─────────┼──────────────┼───────────────┼──────────────┤
 *    forgotten│ to publish  │ under commit  │ to append    │
 *
 * 'applied' is the engine's own number. The events stay here until they are published, so nothing is decoded
 * twice and an append that was refused can be made again. */
#ifndef PLEK_FLOW_TAIL_H
#define PLEK_FLOW_TAIL_H

#include "core/event.h"

struct tail_entry {
    struct event ev;
    uint64_t digest; /* engine_digest after this event, 0 = not taken */
    bool more;       /* the next event is of the same command */
};

struct tail { /* {0} is empty and begins at seq 1 */
    struct tail_entry *ring;
    size_t head, n, cap; /* cap is 0 or a power of two */
    uint64_t published, durable, appended;
};

/* An empty tail behind SEQ: everything up to it is durable and published. */
void tail_restart(struct tail *t, uint64_t seq);

/* Copy EV, whose seq must be the next one (CHECK), to the end. */
void tail_add(struct tail *t, const struct event *ev, uint64_t digest);

/* The newest N events are one command's: they stand or fall together. */
void tail_join(struct tail *t, size_t n);

uint64_t tail_applied(const struct tail *t);

/* The entry of SEQ, above 'published' and up to 'applied' (CHECK); borrowed until the next add or forget. */
const struct tail_entry *tail_at(const struct tail *t, uint64_t seq);

/* Move the mark 'published' one on, which must be durable (CHECK), and forget that event. */
void tail_forget_published(struct tail *t);

/* True if published <= durable <= appended <= applied and the ring holds exactly what lies between. */
bool tail_is_sane(const struct tail *t);

void tail_fini(struct tail *t);

#endif
