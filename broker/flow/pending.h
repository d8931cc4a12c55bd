/* What waits for its moment: completions in the order in which they were taken, each with the sequence number
 * that must be durable before it may be called. Numbers never fall from one to the next, so the first is
 * always the next to be ready. A growing ring; its owner bounds it. */
#ifndef PLEK_FLOW_PENDING_H
#define PLEK_FLOW_PENDING_H

#include "flow/flow.h"

struct pending {
    uint64_t seq;     /* may be called when everything up to here is durable */
    enum err trouble; /* handed to DONE, with OUTCOME */
    struct outcome outcome;
    flow_done_fn *done;
    void *ctx;
};

struct pending_list { /* {0} is empty */
    struct pending *ring;
    size_t head, n, cap; /* cap is 0 or a power of two */
};

/* Add at the end. The sequence number may not be below that of the one before (CHECK). */
void pending_add(struct pending_list *l, const struct pending *p);

/* Take the first one if it needs nothing above SEQ: true and *OUT, else false and *OUT untouched. */
bool pending_take(struct pending_list *l, uint64_t seq, struct pending *out);

/* True if the first one needs nothing above SEQ. */
bool pending_is_ready(const struct pending_list *l, uint64_t seq);

void pending_fini(struct pending_list *l); /* drops what waits, calls nothing */

#endif
