/* Only for journal_maria: the rows that wait, and the statements of one transaction made from the oldest of
 * them. A batch is built once and kept until its fate is known, so what is sent again is byte for byte the
 * same: its clear parts lie in the queue, from which nothing is dropped before. Private parts are sealed
 * while the batch is built and wiped from the queue at once. */
#ifndef PLEK_STORE_JOURNAL_BATCH_H
#define PLEK_STORE_JOURNAL_BATCH_H

#include "flow/journal_port.h"
#include "store/db_conn.h"
#include "store/key_ring.h"

/* ---- the queue: rows in order of seq ---- */
struct queued_row;

struct journal_queue {
    struct queued_row **rows; /* circular: N rows from AT, room for CAP (a power of two) */
    size_t at, n, cap;
    size_t bytes;
};

void journal_queue_fini(struct journal_queue *q);
void journal_queue_add(struct journal_queue *q, const struct journal_row *row);
/* Forget the oldest N. */
void journal_queue_drop(struct journal_queue *q, size_t n);
/* Memory that a row counts for in the bound. */
size_t journal_queue_cost(const struct journal_row *row);

/* ---- one transaction ---- */
#define JOURNAL_COLUMNS 8
#define JOURNAL_INSERT                                                                                       \
    "INSERT INTO journal (seq, epoch, at_ms, kind, subject, digest, clear_part, sealed_part) "               \
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

struct journal_batch {
    uint64_t first, last; /* of the rows; without rows LAST is the durable seq and FIRST is LAST + 1 */
    size_t n;
    struct buf claim;                          /* UPDATE writer */
    struct buf new_keys;                       /* INSERT referral_key; empty if no key is new */
    struct db_column columns[JOURNAL_COLUMNS]; /* of JOURNAL_INSERT; views of the queue and of what follows */
    uint64_t *numbers;                         /* N of each column of numbers */
    const uint8_t **bytes;                     /* N clear parts, N sealed ones */
    unsigned long *lengths;
    size_t cap; /* room for so many rows */
    struct buf sealed;
    struct referral_id *fresh;
    size_t n_fresh, cap_fresh;
};

void journal_batch_fini(struct journal_batch *b);

/* Choose how many of the oldest rows go together (at most ROWS_MAX, about BYTES_MAX, never half of a
 * command's rows; one command may exceed both) and append to SQL the statement that asks for the keys they
 * need and the ring has not; nothing is appended if none is missing. */
size_t journal_batch_choose(const struct journal_queue *q, struct key_ring *ring, size_t rows_max,
                            size_t bytes_max, struct buf *sql);

/* Build the transaction of the oldest N rows (0: only the beat) of writer EPOCH. A subject that the ring
 * holds as elsewhere has been asked for and has no key: it gets one. */
MUST_CHECK enum err journal_batch_build(struct journal_batch *b, struct journal_queue *q, size_t n,
                                        uint64_t durable_seq, uint64_t epoch, struct key_ring *ring);

#endif
