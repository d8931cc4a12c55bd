/* The blocking half of the journal: what happens once at start, before the loop runs. */
#include "store/journal_maria.h"

#include "base/check.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TAKE_OVER_TRIES 5
#define LOCK_WAIT_S 2
/* One INSERT may grow to bytes_max and one row beyond, each byte escaped. */
#define PACKET_BYTES_MIN (4u << 20)

/* ---- take over ---- */

static enum err on_claim(void *ctx, const struct bytes *cells, unsigned n)
{
    struct journal_claim *claim = ctx;

    CHECK(n == 2);
    return db_cell_u64(cells[0], &claim->epoch) && db_cell_u64(cells[1], &claim->seq) ? OK : ERR_BAD_INPUT;
}

static enum err raise_epoch(struct db *db, struct journal_claim *out)
{
    enum err e;

    e = db_exec_text(db, "START TRANSACTION", DB_WRITES);
    if (e == OK)
        e = db_exec_text(db,
                         "UPDATE writer SET epoch=epoch+1, connection=0, beat_at=UNIX_TIMESTAMP(NOW(3))*1000 "
                         "WHERE id=1",
                         DB_WRITES);
    if (e == OK && db_affected(db) != 1)
        e = ERR_NOT_FOUND;
    if (e == OK)
        e = db_each(db, BYTES_LITERAL("SELECT epoch, seq FROM writer WHERE id=1 FOR UPDATE"), on_claim, out);
    if (e == OK)
        return db_exec_text(db, "COMMIT", DB_COMMITS);
    if (db_exec_text(db, "ROLLBACK", DB_WRITES) != OK)
        return ERR_AWAY;
    return e;
}

/* The row is locked: by a writer that commits at this moment, or by one that was stopped in mid-transaction
 * and will never end it by itself. Both get over a lost connection. */
static enum err disconnect_writer(struct db *db)
{
    uint64_t connection = 0;
    char sql[48];
    enum err e = db_number(db, "SELECT connection FROM writer WHERE id=1", 0, &connection);

    if (e != OK || connection == 0)
        return e;
    log_warn("disconnecting the former writer", "connection=%" PRIu64, connection);
    snprintf(sql, sizeof sql, "KILL CONNECTION %" PRIu64, connection);
    e = db_exec_text(db, sql, DB_WRITES);
    return e == ERR_BAD_INPUT ? OK : e; /* 1094: it is gone already */
}

static enum err check_journal(struct db *db, const struct journal_claim *claim, char *why, size_t why_size)
{
    uint64_t last = 0, packet = 0;
    enum err e = db_number(db, "SELECT MAX(seq) FROM journal", 0, &last);

    if (e == OK)
        e = db_number(db, "SELECT @@max_allowed_packet", 0, &packet);
    if (e != OK) {
        snprintf(why, why_size, "%s", db_why(db));
        return e;
    }
    if (last != claim->seq) {
        snprintf(why, why_size, "the journal ends at row %" PRIu64 ", but its writer committed row %" PRIu64,
                 last, claim->seq);
        return ERR_BAD_INPUT;
    }
    if (packet < PACKET_BYTES_MIN) {
        snprintf(why, why_size, "max_allowed_packet of the database is below 4 MiB");
        return ERR_BAD_INPUT;
    }
    return OK;
}

enum err journal_maria_take_over(struct db *db, struct journal_claim *out, char *why, size_t why_size)
{
    struct journal_claim claim = {0};
    char lock_wait[64];
    enum err e;

    snprintf(lock_wait, sizeof lock_wait, "SET SESSION innodb_lock_wait_timeout=%d", LOCK_WAIT_S);
    e = db_exec_text(db, lock_wait, DB_WRITES);
    for (int i = 0; e == OK && i < TAKE_OVER_TRIES; i++) {
        e = raise_epoch(db, &claim);
        if (e != ERR_BUSY)
            break;
        e = disconnect_writer(db);
        if (e == OK && i == TAKE_OVER_TRIES - 1)
            e = ERR_BUSY;
    }
    if (e == ERR_NOT_FOUND) {
        snprintf(why, why_size, "the writer row is missing: is the database migrated?");
        return e;
    }
    if (e != OK) {
        snprintf(why, why_size, "%s", e == ERR_BUSY ? "the writer row stays locked" : db_why(db));
        return e;
    }
    e = check_journal(db, &claim, why, why_size);
    if (e == OK)
        *out = claim;
    return e;
}

static enum err on_silence(void *ctx, const struct bytes *cells, unsigned n)
{
    int64_t *ms = ctx;

    CHECK(n == 1);
    return db_cell_i64(cells[0], ms) ? OK : ERR_BAD_INPUT;
}

enum err journal_maria_silence_ms(struct db *db, int64_t *out)
{
    return db_each(
        db,
        BYTES_LITERAL("SELECT IF(epoch=0 OR beat_at=0, 9223372036854775807, "
                      "CAST(UNIX_TIMESTAMP(NOW(3))*1000 AS SIGNED) - beat_at) FROM writer WHERE id=1"),
        on_silence, out);
}

enum err journal_maria_leave(struct db *db, uint64_t epoch)
{
    struct buf sql = {0};
    buf_format(&sql, "UPDATE writer SET beat_at = 0 WHERE id = 1 AND epoch = %llu",
               (unsigned long long)epoch);
    enum err e = db_exec(db, buf_view(&sql), DB_COMMITS);
    buf_fini(&sql);
    return e;
}

/* ---- load ---- */

struct loading {
    struct key_ring *ring;
    journal_row_fn *fn;
    void *ctx;
    uint64_t last;
    struct buf plain;
    char *why;
    size_t why_size;
};

/* Columns of the query below. */
enum { COL_SEQ, COL_AT, COL_KIND, COL_SUBJECT, COL_CLEAR, COL_SEALED, COL_DIGEST, COL_KEY_ROW, COL_WRAPPED };

static enum err fault(struct loading *l, enum err e, uint64_t seq, const char *what)
{
    snprintf(l->why, l->why_size, "journal row %" PRIu64 ": %s", seq, what);
    return e;
}

/* Open the private part of ROW into l->plain; empty if its key was destroyed. */
static enum err open_private(struct loading *l, struct journal_row *row, const struct bytes *cells)
{
    enum err e;

    buf_clear(&l->plain);
    if (cells[COL_SEALED].len == 0)
        return OK;
    if (cells[COL_KEY_ROW].p == NULL)
        return fault(l, ERR_BAD_INPUT, row->seq, "its key is missing without having been destroyed");
    e = key_ring_put(l->ring, row->subject, cells[COL_WRAPPED]);
    if (e != OK)
        return fault(l, e, row->seq, "the key of its referral does not open with the master key at hand");
    if (key_ring_look(l->ring, row->subject) == KEY_DESTROYED)
        return OK;
    e = key_ring_open(l->ring, row->subject, row->seq, cells[COL_SEALED], &l->plain);
    if (e != OK)
        return fault(l, ERR_CRYPTO, row->seq, "its private part does not open");
    row->private_part = buf_view(&l->plain);
    return OK;
}

static enum err on_row(void *ctx, const struct bytes *cells, unsigned n)
{
    struct loading *l = ctx;
    struct journal_row row = {.clear = cells[COL_CLEAR]};
    uint64_t kind = 0;
    enum err e;

    CHECK(n == COL_WRAPPED + 1);
    if (!db_cell_u64(cells[COL_SEQ], &row.seq) || !db_cell_i64(cells[COL_AT], &row.at_ms) ||
        !db_cell_u64(cells[COL_KIND], &kind) || !db_cell_u64(cells[COL_SUBJECT], &row.subject.v) ||
        !db_cell_u64(cells[COL_DIGEST], &row.digest))
        return fault(l, ERR_BAD_INPUT, l->last + 1, "a column is no number");
    if (row.seq != l->last + 1)
        return fault(l, ERR_BAD_INPUT, l->last + 1, "missing");
    if (kind >= EV_N)
        return fault(l, ERR_BAD_INPUT, row.seq, "of a kind that this version does not know");
    row.kind = (enum event_kind)kind;
    e = open_private(l, &row, cells);
    if (e == OK)
        e = l->fn(l->ctx, &row);
    if (l->plain.p != NULL)
        crypto_wipe(l->plain.p, l->plain.len);
    if (e == OK)
        l->last = row.seq;
    return e;
}

enum err journal_load(struct db *db, struct key_ring *ring, uint64_t after_seq, journal_row_fn *fn, void *ctx,
                      uint64_t *last, char *why, size_t why_size)
{
    struct loading l = {
        .ring = ring, .fn = fn, .ctx = ctx, .last = after_seq, .why = why, .why_size = why_size};
    struct referral_id highest = {0};
    struct buf sql = {0};
    enum err e;

    why[0] = '\0';
    e = db_number(db, "SELECT MAX(referral) FROM referral_key", 0, &highest.v);
    key_ring_set_highest(ring, highest);
    buf_text(&sql, "SELECT j.seq, j.at_ms, j.kind, j.subject, j.clear_part, j.sealed_part, j.digest, "
                   "k.referral, k.wrapped FROM journal j LEFT JOIN referral_key k "
                   "ON k.referral = j.subject AND j.sealed_part <> '' WHERE j.seq > ");
    sql_u64(&sql, after_seq);
    buf_text(&sql, " ORDER BY j.seq");
    if (e == OK)
        e = db_each(db, buf_view(&sql), on_row, &l);
    if (e != OK && why[0] == '\0')
        snprintf(why, why_size, "%s", db_why(db));
    if (last != NULL)
        *last = l.last;
    buf_fini(&l.plain);
    buf_fini(&sql);
    return e;
}
