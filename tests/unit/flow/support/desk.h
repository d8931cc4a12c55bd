/* One flow on a fake journal, and answers that are noted down. The commands are definitions of organisations:
 * the smallest that change the state, can be refused and can carry a key. */
#ifndef PLEK_UNIT_FLOW_DESK_H
#define PLEK_UNIT_FLOW_DESK_H

#include "fake_journal.h"
#include "flow/flow.h"

struct desk {
    struct fake_journal journal;
    struct flow *flow;
    uint64_t published[16384]; /* seqs, in the order in which they came */
    size_t n_published;
};

/* What became of one submit. */
struct note {
    int calls;
    enum err trouble;
    struct outcome outcome;
    struct desk *desk; /* set: the callback submits AGAIN as well */
    struct note *again;
};

/* LIMITS may be NULL: the defaults. */
struct desk *desk_new(const struct flow_limits *limits);
void desk_free(struct desk *d);

/* Submit the definition of organisation NAME with REGION (another region is other content, hence a
 * duplicate); KEY 0 = none. */
enum err desk_define(struct desk *d, const char *name, uint8_t region, uint64_t key, struct note *note);
enum err desk_read(struct desk *d, struct note *note);

/* flow_turn, then flow_deliver, at a moment that goes on by a second each time. */
void desk_turn(struct desk *d);

#endif
