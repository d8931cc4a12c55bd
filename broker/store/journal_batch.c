#include "store/journal_batch.h"

#include "base/check.h"
#include "base/mem.h"
#include "store/db_sql.h"

#include <stdlib.h>
#include <string.h>

/* Behind it the clear part, then the private one. */
struct queued_row {
    uint64_t seq;
    int64_t at_ms;
    uint64_t digest;
    struct referral_id subject;
    enum event_kind kind;
    bool more;
    size_t clear_len, private_len;
    uint8_t bytes[];
};

/* ---- queue ---- */

size_t journal_queue_cost(const struct journal_row *row)
{
    return sizeof(struct queued_row) + sizeof(void *) + row->clear.len + row->private_part.len;
}

static size_t cost_of(const struct queued_row *row)
{
    return sizeof *row + sizeof(void *) + row->clear_len + row->private_len;
}

static struct queued_row *queued(const struct journal_queue *q, size_t i)
{
    return q->rows[(q->at + i) & (q->cap - 1)];
}

static void grow(struct journal_queue *q)
{
    size_t cap = q->cap ? q->cap * 2 : 64;
    struct queued_row **rows = mem_new(cap, sizeof(struct queued_row *));

    for (size_t i = 0; i < q->n; i++)
        rows[i] = queued(q, i);
    free(q->rows);
    q->rows = rows;
    q->cap = cap;
    q->at = 0;
}

void journal_queue_add(struct journal_queue *q, const struct journal_row *row)
{
    struct queued_row *copy = mem_new(1, sizeof *copy + row->clear.len + row->private_part.len);

    CHECK(row->private_part.len == 0 || row->subject.v != 0); /* else it would be written in clear */
    copy->seq = row->seq;
    copy->at_ms = row->at_ms;
    copy->digest = row->digest;
    copy->more = row->more;
    copy->subject = row->subject;
    copy->kind = row->kind;
    copy->clear_len = row->clear.len;
    copy->private_len = row->private_part.len;
    if (row->clear.len > 0)
        memcpy(copy->bytes, row->clear.p, row->clear.len);
    if (row->private_part.len > 0)
        memcpy(copy->bytes + row->clear.len, row->private_part.p, row->private_part.len);
    if (q->n == q->cap)
        grow(q);
    q->rows[(q->at + q->n) & (q->cap - 1)] = copy;
    q->n++;
    q->bytes += cost_of(copy);
}

void journal_queue_drop(struct journal_queue *q, size_t n)
{
    CHECK(n <= q->n);
    for (size_t i = 0; i < n; i++) {
        struct queued_row *row = queued(q, 0);

        q->bytes -= cost_of(row);
        crypto_wipe(row->bytes + row->clear_len, row->private_len);
        free(row);
        q->at = (q->at + 1) & (q->cap - 1);
        q->n--;
    }
}

void journal_queue_fini(struct journal_queue *q)
{
    journal_queue_drop(q, q->n);
    free(q->rows);
    *q = (struct journal_queue){0};
}

/* ---- batch ---- */

void journal_batch_fini(struct journal_batch *b)
{
    buf_fini(&b->claim);
    buf_fini(&b->new_keys);
    buf_fini(&b->rows);
    free(b->fresh);
    *b = (struct journal_batch){0};
}

/* The many rows of one referral in a batch ask for its key more than once; the server answers it once. */
static void ask_key(struct buf *sql, struct referral_id id)
{
    buf_text(sql, sql->len == 0 ? "SELECT referral, wrapped FROM referral_key WHERE referral IN (" : ",");
    sql_u64(sql, id.v);
}

/* How many of the oldest rows are within the limits and end with the end of a command. If the first command
 * alone is over them, all of it. Never a part, though the rest has not come: an append is whole commands. */
static size_t whole_commands(const struct journal_queue *q, size_t rows_max, size_t bytes_max)
{
    size_t n = 0, whole = 0, bytes = 0;

    while (n < q->n && (whole == 0 || (n < rows_max && bytes < bytes_max))) {
        const struct queued_row *row = queued(q, n++);

        bytes += cost_of(row);
        if (!row->more)
            whole = n;
    }
    return whole;
}

size_t journal_batch_choose(const struct journal_queue *q, struct key_ring *ring, size_t rows_max,
                            size_t bytes_max, struct buf *sql)
{
    size_t n = whole_commands(q, rows_max, bytes_max);

    for (size_t i = 0; i < n; i++) {
        const struct queued_row *row = queued(q, i);

        if (row->private_len > 0 && key_ring_look(ring, row->subject) == KEY_ELSEWHERE)
            ask_key(sql, row->subject);
    }
    if (sql->len > 0)
        buf_text(sql, ")");
    return n;
}

static enum err make_key(struct journal_batch *b, struct key_ring *ring, struct referral_id id)
{
    struct buf wrapped = {0};
    enum err e = key_ring_make(ring, id, &wrapped);

    if (e == OK) {
        buf_text(&b->new_keys, b->new_keys.len == 0
                                   ? "INSERT INTO referral_key (referral, key_version, wrapped) VALUES ("
                                   : ",(");
        sql_u64(&b->new_keys, id.v);
        buf_text(&b->new_keys, ",");
        sql_u64(&b->new_keys, vault_key_id_of(buf_view(&wrapped)));
        buf_text(&b->new_keys, ",");
        sql_bytes(&b->new_keys, buf_view(&wrapped));
        buf_text(&b->new_keys, ")");
        MEM_GROW(b->fresh, b->n_fresh, b->cap_fresh);
        b->fresh[b->n_fresh++] = id;
    }
    buf_fini(&wrapped);
    return e;
}

/* Seal the private part of ROW into SEALED and wipe it. Nothing is kept for a referral whose key was
 * destroyed. */
static enum err seal(struct journal_batch *b, struct key_ring *ring, struct queued_row *row,
                     struct buf *sealed)
{
    struct bytes plain = BYTES(row->bytes + row->clear_len, row->private_len);
    enum key_state state;
    enum err e = OK;

    buf_clear(sealed);
    if (plain.len == 0)
        return OK;
    state = key_ring_look(ring, row->subject);
    if (state == KEY_DESTROYED)
        return OK;
    if (state != KEY_READY)
        e = make_key(b, ring, row->subject);
    if (e == OK)
        e = key_ring_seal(ring, row->subject, row->seq, plain, sealed);
    if (e == OK)
        crypto_wipe(row->bytes + row->clear_len, row->private_len);
    return e;
}

static void add_row(struct buf *sql, const struct queued_row *row, uint64_t epoch, struct bytes sealed)
{
    buf_text(sql, sql->len == 0 ? "INSERT INTO journal (seq, epoch, at_ms, kind, subject, clear_part, "
                                  "sealed_part, digest) VALUES ("
                                : ",(");
    sql_u64(sql, row->seq);
    buf_text(sql, ",");
    sql_u64(sql, epoch);
    buf_text(sql, ",");
    sql_i64(sql, row->at_ms);
    buf_text(sql, ",");
    sql_u64(sql, (uint64_t)row->kind);
    buf_text(sql, ",");
    sql_u64(sql, row->subject.v);
    buf_text(sql, ",");
    sql_bytes(sql, BYTES(row->bytes, row->clear_len));
    buf_text(sql, ",");
    sql_bytes(sql, sealed);
    buf_text(sql, ",");
    sql_u64(sql, row->digest);
    buf_text(sql, ")");
}

enum err journal_batch_build(struct journal_batch *b, struct journal_queue *q, size_t n, uint64_t durable_seq,
                             uint64_t epoch, struct key_ring *ring)
{
    struct buf sealed = {0};
    enum err e = OK;

    buf_clear(&b->claim);
    buf_clear(&b->new_keys);
    buf_clear(&b->rows);
    b->n_fresh = 0;
    b->n = n;
    b->first = durable_seq + 1;
    b->last = durable_seq + n;
    for (size_t i = 0; i < n && e == OK; i++) {
        struct queued_row *row = queued(q, i);

        CHECK(row->seq == b->first + i);
        e = seal(b, ring, row, &sealed);
        if (e == OK)
            add_row(&b->rows, row, epoch, buf_view(&sealed));
    }
    buf_fini(&sealed);
    /* seq is compared too: a writer that has lost count must not go on. */
    buf_text(&b->claim,
             "UPDATE writer SET beat_at=UNIX_TIMESTAMP(NOW(3))*1000, connection=CONNECTION_ID(), seq=");
    sql_u64(&b->claim, b->last);
    buf_text(&b->claim, " WHERE id=1 AND epoch=");
    sql_u64(&b->claim, epoch);
    buf_text(&b->claim, " AND seq=");
    sql_u64(&b->claim, durable_seq);
    return e;
}
