/* The journal's in-memory twin, for tests and simulation: the same port, the same rules as the MariaDB
 * writer, without a database, a thread or a clock. A disk holds the committed rows and the writers' epoch and
 * outlives its writers, so a crash, a restart and a take-over by a second writer are a few calls.
 *
 *   append  queues; the rows' bytes are copied
 *   kick    starts one commit of everything queued, if none is under way
 *   step    what the event loop does between turns: moves the commit on, draws faults, tells the sink
 *
 * A commit is all or nothing, checks the epoch, and the rows must go on from the disk's last (CHECK).
 * Everything random comes from the seed. */
#ifndef PLEK_STORE_JOURNAL_MEMORY_H
#define PLEK_STORE_JOURNAL_MEMORY_H

#include "flow/journal_port.h"

/* ---- the disk ---- */
struct journal_disk;

struct journal_disk *journal_disk_new(void);
void journal_disk_free(struct journal_disk *d);
uint64_t journal_disk_seq(const struct journal_disk *d); /* of the last committed row; 0 = empty */
uint64_t journal_disk_epoch(const struct journal_disk *d);

/* Hand committed rows after AFTER_SEQ to FN, in order; stops at the first trouble and returns it. The rows
 * are borrowed for the call. */
MUST_CHECK enum err journal_disk_read(const struct journal_disk *d, uint64_t after_seq, journal_row_fn *fn,
                                      void *ctx);

/* Destroy the key of one referral: its rows read back without their private part, in every copy. */
void journal_disk_forget(struct journal_disk *d, struct referral_id subject);

/* ---- a writer ---- */
struct journal_memory;

/* Chances in a thousand. All zero (and slow_steps_max 0): commits at the first step, never fails. */
struct journal_memory_faults {
    uint32_t slow_steps_max; /* a commit takes 1 to 1 + this many steps, drawn for each */
    uint32_t away;           /* a commit finds the connection gone: not committed */
    uint32_t doubt;          /* the connection is lost during a commit, whose fate is unknown to the writer */
    uint32_t doubt_done;     /* of those: how many had been committed (limits.md trap 1: 39 of 69) */
    uint32_t drop;           /* per step without a commit under way: the connection is lost */
    uint32_t away_steps_max; /* it is gone for 1 to 1 + this many steps */
    uint32_t lie;            /* broken on purpose: says durable without committing, like a disk that does not
                                flush; the rows are gone after a crash */
};

/* Make a writer on DISK (borrowed) and raise the disk's epoch: every older writer is fenced from now on.
 * BYTES_MAX bounds what is queued and not committed; 0 = 16 MiB. */
struct journal_memory *journal_memory_new(struct journal_disk *disk, uint64_t seed, size_t bytes_max);
void journal_memory_set_faults(struct journal_memory *j, const struct journal_memory_faults *faults);
const struct journal_port *journal_memory_port(struct journal_memory *j); /* borrowed */
uint64_t journal_memory_epoch(const struct journal_memory *j);

/* Move on by one step; the sink is called from in here and nowhere else. */
void journal_memory_step(struct journal_memory *j);

/* Lose the connection now, or get it back at the next step. */
void journal_memory_cut(struct journal_memory *j);
void journal_memory_heal(struct journal_memory *j);

bool journal_memory_is_idle(const struct journal_memory *j); /* nothing queued, nothing under way, not away */

/* The process dies: what was queued is gone. A commit under way is drawn (doubt_done) to have reached the
 * disk or not. The writer is of no more use; free it and its flow. */
void journal_memory_crash(struct journal_memory *j);
void journal_memory_free(struct journal_memory *j);

#endif
