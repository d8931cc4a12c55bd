/* The journal in MariaDB behind flow's port (flow/journal_port.h).
 *
 *   append → queue ──kick──► UPDATE writer, [INSERT referral_key], INSERT journal (all rows at once), COMMIT
 *                               │ epoch not ours: on_fenced             │ lost under COMMIT: doubt
 *                               ▼                                       ▼
 *                            stop at once               reconnect, read writer FOR UPDATE, resend what is
 * missing
 *
 * - One commit at a time; all that was appended during it goes with the next kick: group commit without a
 *   timer. A commit is at most ROWS_MAX rows and BYTES_MAX bytes, and whole commands.
 * - The writer row (epoch, seq) is updated in the transaction of the rows, so reading it under lock tells
 *   exactly what is durable, also after a lost COMMIT: the lock waits until the old transaction has ended.
 * - Trouble never loses or reorders a row: the same transaction is tried again after 50 ms .. 1 s until it is
 *   committed or another writer has a higher epoch.
 * - When nothing was appended for BEAT_MS the writer row's beat is renewed, so a standby sees that we live,
 *   and we see that the database does.
 * - AWAY means: for AWAY_MS something was under way without success. It ends with the first success.
 *
 * Callbacks of the sink come from the event loop, never from inside a function of this header. */
#ifndef PLEK_STORE_JOURNAL_MARIA_H
#define PLEK_STORE_JOURNAL_MARIA_H

#include "flow/journal_port.h"
#include "store/db_blocking.h"
#include "store/key_ring.h"

struct event_base;
struct journal_maria;

struct journal_maria_limits {
    size_t queue_bytes;    /* waiting rows, for append's ERR_BUSY: 32 MiB */
    size_t rows_max;       /* in one commit: 2,000, built in a few ms */
    size_t bytes_max;      /* of one INSERT: 1 MiB; max_allowed_packet is at least 16 MiB */
    size_t row_max;        /* clear + private of one row: 256 KiB; over it append says ERR_TOO_BIG */
    uint32_t connect_ms;   /* login, after the server has greeted: 2,000 */
    uint32_t statement_ms; /* statement before COMMIT: 5,000 */
    uint32_t commit_ms;    /* COMMIT: 8,000, more than a Galera pause, so the pause makes no doubt */
    uint32_t away_ms; /* without success before on_away: 1,000; what the loop stood still is not counted */
    uint32_t beat_ms; /* idle renewal of the writer row: 1,000; 0 = none */
};
struct journal_maria_limits journal_maria_limits_default(void);

/* What take-over found. */
struct journal_claim {
    uint64_t epoch; /* ours from now on */
    uint64_t seq;   /* last durable row; 0 = none */
};

/* At start, blocking: become the writer. Raises the epoch, after which no older writer can commit: one that
 * is stopped in mid-transaction and holds the writer row is disconnected (KILL) after 2 s. ERR_AWAY,
 * ERR_BUSY (the row stayed locked for 10 s) with the reason in WHY. Take over first, then load, then
 * journal_maria_new. */
MUST_CHECK enum err journal_maria_take_over(struct db *db, struct journal_claim *out, char *why,
                                            size_t why_size);

/* Milliseconds since the active writer last committed or beat, by the database's clock; for a standby that
 * decides whether to take over. INT64_MAX if there never was one. Blocking. */
MUST_CHECK enum err journal_maria_silence_ms(struct db *db, int64_t *out);

/* At a stop in good order, after journal_maria_free, blocking: say that nobody writes any more, so that the
 * next start need not wait for the silence. Without effect if EPOCH is no longer the writer's. */
MUST_CHECK enum err journal_maria_leave(struct db *db, uint64_t epoch);

/* At start, blocking: read every row after AFTER_SEQ in order. Private parts are opened with the referral's
 * key and empty where the key was destroyed. Keys met go into RING. ERR_CRYPTO (a key that is there does not
 * open) and ERR_BAD_INPUT (gap, unknown kind, key row missing) name the row in WHY; what FN returns stops and
 * is returned. LAST (may be NULL) is the last row read. */
MUST_CHECK enum err journal_load(struct db *db, struct key_ring *ring, uint64_t after_seq, journal_row_fn *fn,
                                 void *ctx, uint64_t *last, char *why, size_t why_size);

/* Make the writer; it connects by itself once the loop runs. RING is borrowed, everything else copied. LIMITS
 * NULL = default. */
struct journal_maria *journal_maria_new(struct event_base *base, const struct db_params *params,
                                        const struct journal_maria_limits *limits, struct key_ring *ring,
                                        const struct journal_claim *claim);
/* Close at once: what is not durable is dropped and its sink not called. NULL is fine. */
void journal_maria_free(struct journal_maria *j);

/* The port; borrowed, lives as long as J. append: rows follow each other without gaps from claim.seq + 1, and
 * the last of an append ends its command (CHECK). */
const struct journal_port *journal_maria_port(struct journal_maria *j);

struct journal_maria_stats {
    uint64_t commits;          /* transactions with rows */
    uint64_t rows;             /* durable through this writer */
    uint64_t retries;          /* transactions begun again, for whatever reason */
    uint64_t doubts;           /* COMMITs whose fate was unknown at first */
    uint64_t doubts_committed; /* of those, how many turned out committed */
    uint64_t connects;
    size_t queue_rows;
    size_t queue_bytes;
    uint64_t durable_seq;
    int64_t last_commit_us; /* how long the last transaction took */
};
struct journal_maria_stats journal_maria_stats(const struct journal_maria *j);

#endif
