/* Who looked at what, on what ground, as a chain: row N holds
 *
 *   prev_hash = hash of row N-1 (32 zero bytes for row 1)
 *   hash      = SHA-256(prev_hash | canonical(N))
 *   canonical = u64 seq | i64 at_ms | id | event | u8 refused | u64 object | u32 account | u32 org | role |
 * ground
 *
 * (numbers little-endian; id, event, role and ground each behind a u32 length), so a row that is changed,
 * taken out, put in or moved breaks it. Cutting off the newest rows does not: for that the head (seq and
 * hash) is kept elsewhere and given to access_log_verify.
 *
 * Entries that come in while a batch is on its way go together with the next one. An entry is kept until it
 * is committed, however long the database is away; the bound is QUEUE_MAX, and then the caller refuses to
 * show. */
#ifndef PLEK_STORE_ACCESS_LOG_H
#define PLEK_STORE_ACCESS_LOG_H

#include "flow/secrets_port.h"
#include "store/clerk.h"

struct access_log;

#define ACCESS_LOG_QUEUE_MAX 10000u
#define ACCESS_LOG_HASH_BYTES 32

/* K is borrowed and outlives the log. */
struct access_log *access_log_new(struct clerk *k);
/* Entries that are not committed are dropped, their DONE not called; the loop must not turn before
 * clerk_free. NULL is fine. */
void access_log_free(struct access_log *log);

/* Queue ENTRY (copied; its action is at most 32 bytes of a-z . _). DONE (may be NULL) is called with OK when
 * the entry is committed, never from inside the call; while the database is away it just is not called yet,
 * so the caller has a deadline of its own. ERR_BUSY: the queue is full. */
MUST_CHECK enum err access_log_append(struct access_log *log, const struct access_entry *entry,
                                      recorded_fn *done, void *ctx);
/* Forget DONE of whoever waits with CTX; the entry stays. */
void access_log_forget(struct access_log *log, const void *ctx);

size_t access_log_waiting(const struct access_log *log);

/* ---- blocking, for `plek audit verify` ---- */

struct access_head {
    uint64_t seq; /* 0 = empty */
    uint8_t hash[ACCESS_LOG_HASH_BYTES];
};

/* Read the whole chain. HEAD is its end. ERR_BAD_INPUT with the row and what is wrong in WHY. If KNOWN is not
 * NULL, the chain must also hold that head at its place (nothing cut off, nothing rewritten since). */
MUST_CHECK enum err access_log_verify(struct db *db, const struct access_head *known,
                                      struct access_head *head, char *why, size_t why_size);

#endif
