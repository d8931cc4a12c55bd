/* How much waits for each target, and which targets are told later because too much does.
 *
 *   with the cursor ──(its share is full at event S)──► behind from S ──(half is free)──► catching up ──┐
 *          ▲                                                                                             │
 *          └───────────────────────────────(up to the cursor)────────────────────────────────────────────┘
 *
 * The share of a target is WAITING_MAX of its channel over the targets of that channel. Who is full falls
 * behind alone: the cursor goes on for all others, and what the target misses is read from the journal again
 * for it alone, in order. A step (one commit) is tried first: backlog_begin, backlog_takes for each message,
 * then backlog_kept or backlog_undone with what came of the commit. */
#ifndef PLEK_NOTIFY_BACKLOG_H
#define PLEK_NOTIFY_BACKLOG_H

#include "flow/outbox_port.h"

/* Of one target. */
struct load {
    uint32_t target;
    enum channel channel;
    uint64_t waiting; /* as counted last, and what was added since */
    uint64_t from;    /* first event that it was not told of; 0 = it goes with the cursor */
    /* of the step under way */
    uint64_t adding, from_next;
    bool moved; /* from_next takes the place of from */
};

struct backlog {
    struct load *list; /* by target */
    size_t n;
    size_t of_channel[CHANNEL_N]; /* targets */
    uint64_t waiting_max;         /* of one channel */
};

void backlog_fini(struct backlog *b);
/* These are the targets now, by id. What is known of one that stays is kept: only a new one's FROM is read.
 */
void backlog_targets(struct backlog *b, const struct notify_target *targets, size_t n);
/* So much waits for each now; a target that is not in LIST has nothing. */
void backlog_counts(struct backlog *b, const struct outbox_load *list, size_t n);
uint64_t backlog_share(const struct backlog *b, enum channel channel);

void backlog_begin(struct backlog *b);
/* True if event SEQ goes to TARGET in this step, which tells all (ONLY 0) or lets ONLY catch up. */
bool backlog_takes(struct backlog *b, uint32_t target, uint64_t seq, uint32_t only);
/* ONLY was told of all events up to UPTO, unless it is full again; told everybody: up to TOLD. */
void backlog_caught_up(struct backlog *b, uint32_t only, uint64_t upto, uint64_t told);
/* What the commit must write: at most b->n into OUT. */
size_t backlog_moves(const struct backlog *b, struct outbox_behind *out);
void backlog_kept(struct backlog *b); /* logs who fell behind, and who is back */
void backlog_undone(struct backlog *b);

/* The one that is behind most of those with half of their share free, whose channel is on (bit = enum
 * channel); NULL = none. */
const struct load *backlog_next(const struct backlog *b, unsigned channels_on);
size_t backlog_behind(const struct backlog *b);

#endif
