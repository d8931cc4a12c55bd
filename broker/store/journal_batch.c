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
    buf_fini(&b->sealed);
    free(b->numbers);
    free(b->bytes);
    free(b->lengths);
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

/* Seal the private part of ROW, add it to the sealed ones and wipe it. Nothing is kept for a referral whose
 * key was destroyed. */
static enum err seal(struct journal_batch *b, struct key_ring *ring, struct queued_row *row)
{
    struct bytes plain = BYTES(row->bytes + row->clear_len, row->private_len);
    enum key_state state;
    enum err e = OK;

    if (plain.len == 0)
        return OK;
    state = key_ring_look(ring, row->subject);
    if (state == KEY_DESTROYED)
        return OK;
    if (state != KEY_READY)
        e = make_key(b, ring, row->subject);
    if (e == OK)
        e = key_ring_seal(ring, row->subject, row->seq, plain, &b->sealed);
    if (e == OK)
        crypto_wipe(row->bytes + row->clear_len, row->private_len);
    return e;
}

enum { NUMBER_SEQ, NUMBER_EPOCH, NUMBER_AT, NUMBER_KIND, NUMBER_SUBJECT, NUMBER_DIGEST, NUMBER_N };

/* Room for N rows, and where each column of them begins. */
static void lay_out(struct journal_batch *b, size_t n)
{
    if (n > b->cap) {
        b->cap = n;
        b->numbers = mem_resize(b->numbers, NUMBER_N * n, sizeof *b->numbers);
        b->bytes = mem_resize(b->bytes, 2 * n, sizeof *b->bytes);
        b->lengths = mem_resize(b->lengths, 2 * n, sizeof *b->lengths);
    }
    for (size_t k = 0; k < NUMBER_N; k++)
        b->columns[k] = (struct db_column){.numbers = b->numbers + k * n};
    for (size_t k = 0; k < 2; k++)
        b->columns[NUMBER_N + k] =
            (struct db_column){.bytes = b->bytes + k * n, .lengths = b->lengths + k * n};
}

static void add_row(struct journal_batch *b, size_t i, const struct queued_row *row, uint64_t epoch)
{
    const uint64_t numbers[NUMBER_N] = {
        [NUMBER_SEQ] = row->seq,
        [NUMBER_EPOCH] = epoch,
        [NUMBER_AT] = (uint64_t)row->at_ms, /* since 1970: never below 0 */
        [NUMBER_KIND] = (uint64_t)row->kind,
        [NUMBER_SUBJECT] = row->subject.v,
        [NUMBER_DIGEST] = row->digest,
    };

    CHECK(row->at_ms >= 0);
    for (size_t k = 0; k < NUMBER_N; k++)
        b->numbers[k * b->n + i] = numbers[k];
    b->bytes[i] = row->bytes;
    b->lengths[i] = row->clear_len;
}

/* The sealed parts do not move any more: part I goes up to where the next begins. */
static void point_at_sealed(struct journal_batch *b)
{
    const uint8_t *at = buf_extend(&b->sealed, 0) - b->sealed.len;

    for (size_t i = 0; i < b->n; i++) {
        b->bytes[b->n + i] = at;
        at += b->lengths[b->n + i];
    }
}

enum err journal_batch_build(struct journal_batch *b, struct journal_queue *q, size_t n, uint64_t durable_seq,
                             uint64_t epoch, struct key_ring *ring)
{
    enum err e = OK;

    buf_clear(&b->claim);
    buf_clear(&b->new_keys);
    buf_clear(&b->sealed);
    lay_out(b, n);
    b->n_fresh = 0;
    b->n = n;
    b->first = durable_seq + 1;
    b->last = durable_seq + n;
    for (size_t i = 0; i < n && e == OK; i++) {
        struct queued_row *row = queued(q, i);
        size_t before = b->sealed.len;

        CHECK(row->seq == b->first + i);
        e = seal(b, ring, row);
        add_row(b, i, row, epoch);
        b->lengths[n + i] = b->sealed.len - before;
    }
    if (e == OK)
        point_at_sealed(b);
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
