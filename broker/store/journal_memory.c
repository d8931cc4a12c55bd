#include "store/journal_memory.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MAX_DEFAULT ((size_t)16 * 1024 * 1024)

/* A row with its bytes, in one block each. */
struct kept_row {
    struct journal_row row; /* clear and private_part point into BYTES */
    uint8_t *bytes;
};

struct kept_rows {
    struct kept_row *list;
    size_t n, cap;
};

struct journal_disk {
    struct kept_rows rows;
    uint64_t epoch;
};

/* What the writer is doing. LOST keeps its batch: after the reconnect the disk tells what became of it. */
enum phase { PHASE_IDLE, PHASE_COMMIT, PHASE_LOST, PHASE_FENCED, PHASE_DEAD };

struct journal_memory {
    struct journal_disk *disk;
    struct journal_port port;
    struct journal_sink sink;
    struct journal_memory_faults faults;
    struct rng rng;
    enum phase phase;
    uint64_t epoch;
    uint64_t committed; /* last seq known to be committed */
    struct kept_rows queue;
    size_t batch_n; /* rows at the front of the queue that are under commit or in doubt */
    size_t bytes, bytes_max;
    uint32_t steps_left;
    bool cut; /* by hand: stays away until healed */
};

/* ---- rows ---- */

static struct kept_row row_keep(const struct journal_row *row)
{
    struct kept_row k = {.row = *row};
    size_t clear = row->clear.len, sealed = row->private_part.len;

    k.bytes = mem_new(1, clear + sealed);
    if (clear > 0)
        memcpy(k.bytes, row->clear.p, clear);
    if (sealed > 0)
        memcpy(k.bytes + clear, row->private_part.p, sealed);
    k.row.clear = BYTES(k.bytes, clear);
    k.row.private_part = BYTES(k.bytes + clear, sealed);
    return k;
}

static size_t row_bytes(const struct journal_row *row)
{
    return sizeof *row + row->clear.len + row->private_part.len;
}

static void rows_add(struct kept_rows *rows, struct kept_row k)
{
    MEM_GROW(rows->list, rows->n, rows->cap);
    rows->list[rows->n++] = k;
}

static void rows_fini(struct kept_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        free(rows->list[i].bytes);
    free(rows->list);
    *rows = (struct kept_rows){0};
}

/* Take the first N rows out of the queue; their bytes are freed unless somebody else has them. */
static void queue_shift(struct journal_memory *j, size_t n, bool free_bytes)
{
    for (size_t i = 0; i < n; i++) {
        j->bytes -= row_bytes(&j->queue.list[i].row);
        if (free_bytes)
            free(j->queue.list[i].bytes);
    }
    j->queue.n -= n;
    if (j->queue.n > 0)
        memmove(j->queue.list, j->queue.list + n, j->queue.n * sizeof *j->queue.list);
}

/* ---- the disk ---- */

struct journal_disk *journal_disk_new(void)
{
    return mem_new(1, sizeof(struct journal_disk));
}

void journal_disk_free(struct journal_disk *d)
{
    if (d == NULL)
        return;
    rows_fini(&d->rows);
    free(d);
}

uint64_t journal_disk_seq(const struct journal_disk *d)
{
    return d->rows.n;
}

uint64_t journal_disk_epoch(const struct journal_disk *d)
{
    return d->epoch;
}

enum err journal_disk_read(const struct journal_disk *d, uint64_t after_seq, journal_row_fn *fn, void *ctx)
{
    for (size_t i = (size_t)after_seq; i < d->rows.n; i++) {
        enum err e = fn(ctx, &d->rows.list[i].row);

        if (e != OK)
            return e;
    }
    return OK;
}

void journal_disk_forget(struct journal_disk *d, struct referral_id subject)
{
    for (size_t i = 0; i < d->rows.n; i++) {
        struct journal_row *row = &d->rows.list[i].row;

        if (row->subject.v == subject.v)
            row->private_part = BYTES(NULL, 0);
    }
}

/* ---- the port ---- */

static void set_sink(void *ctx, const struct journal_sink *sink)
{
    struct journal_memory *j = ctx;

    j->sink = *sink;
}

static enum err append(void *ctx, const struct journal_row *rows, size_t n)
{
    struct journal_memory *j = ctx;
    uint64_t last = j->queue.n > 0 ? j->queue.list[j->queue.n - 1].row.seq : j->committed;
    size_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        CHECK(rows[i].seq == last + 1 + i);
        bytes += row_bytes(&rows[i]);
    }
    /* One append that is larger than the bound passes when nothing else is queued: it could never pass else.
     */
    if (j->bytes > 0 && j->bytes + bytes > j->bytes_max)
        return ERR_BUSY;
    for (size_t i = 0; i < n; i++)
        rows_add(&j->queue, row_keep(&rows[i]));
    j->bytes += bytes;
    return OK;
}

static void kick(void *ctx)
{
    struct journal_memory *j = ctx;

    if (j->phase != PHASE_IDLE || j->queue.n == 0)
        return;
    j->phase = PHASE_COMMIT;
    j->batch_n = j->queue.n;
    j->steps_left = rng_below(&j->rng, j->faults.slow_steps_max + 1);
}

static bool is_away(void *ctx)
{
    const struct journal_memory *j = ctx;

    return j->phase == PHASE_LOST;
}

/* ---- life ---- */

struct journal_memory *journal_memory_new(struct journal_disk *disk, uint64_t seed, size_t bytes_max)
{
    struct journal_memory *j = mem_new(1, sizeof *j);

    j->disk = disk;
    j->rng = rng_seed(seed);
    j->bytes_max = bytes_max > 0 ? bytes_max : BYTES_MAX_DEFAULT;
    j->port = (struct journal_port){j, set_sink, append, kick, is_away};
    j->epoch = ++disk->epoch;
    j->committed = journal_disk_seq(disk);
    return j;
}

void journal_memory_set_faults(struct journal_memory *j, const struct journal_memory_faults *faults)
{
    j->faults = *faults;
}

const struct journal_port *journal_memory_port(struct journal_memory *j)
{
    return &j->port;
}

uint64_t journal_memory_epoch(const struct journal_memory *j)
{
    return j->epoch;
}

bool journal_memory_is_idle(const struct journal_memory *j)
{
    return j->phase == PHASE_IDLE && j->queue.n == 0;
}

void journal_memory_free(struct journal_memory *j)
{
    if (j == NULL)
        return;
    rows_fini(&j->queue);
    free(j);
}

/* ---- steps ---- */

static void lose(struct journal_memory *j, const char *why)
{
    j->phase = PHASE_LOST;
    j->steps_left = rng_below(&j->rng, j->faults.away_steps_max + 1);
    j->sink.on_away(j->sink.ctx, why);
}

static void fence(struct journal_memory *j)
{
    j->phase = PHASE_FENCED;
    j->sink.on_fenced(j->sink.ctx, j->disk->epoch);
}

/* Move the batch onto the disk: the transaction, all of it. */
static void batch_to_disk(struct journal_memory *j)
{
    for (size_t i = 0; i < j->batch_n; i++) {
        struct kept_row *k = &j->queue.list[i];

        CHECK(k->row.seq == journal_disk_seq(j->disk) + 1);
        rows_add(&j->disk->rows, *k);
    }
}

static void batch_done(struct journal_memory *j, uint64_t seq)
{
    j->batch_n = 0;
    j->committed = seq;
    j->sink.on_durable(j->sink.ctx, seq);
}

/* Keep copies in the queue: the writer does not know that they arrived. */
static void batch_to_disk_unseen(struct journal_memory *j)
{
    for (size_t i = 0; i < j->batch_n; i++) {
        CHECK(j->queue.list[i].row.seq == journal_disk_seq(j->disk) + 1);
        rows_add(&j->disk->rows, row_keep(&j->queue.list[i].row));
    }
}

static void commit_end(struct journal_memory *j)
{
    uint64_t last = j->queue.list[j->batch_n - 1].row.seq;

    if (rng_chance(&j->rng, j->faults.away)) {
        j->batch_n = 0; /* nothing was sent: queued as before */
        lose(j, "connection gone before the commit");
        return;
    }
    if (j->epoch != j->disk->epoch) {
        fence(j);
        return;
    }
    if (rng_chance(&j->rng, j->faults.doubt)) {
        if (rng_chance(&j->rng, j->faults.doubt_done))
            batch_to_disk_unseen(j);
        lose(j, "connection lost during the commit");
        return;
    }
    j->phase = PHASE_IDLE;
    if (j->faults.lie > 0 && rng_chance(&j->rng, j->faults.lie)) {
        /* The rows stay queued and come with the next commit, unless the process dies before it. */
        j->batch_n = 0;
        j->sink.on_durable(j->sink.ctx, last);
        return;
    }
    batch_to_disk(j);
    queue_shift(j, j->batch_n, false);
    batch_done(j, last);
}

/* The reconnect: the epoch first, then what the disk has of the batch in doubt; the rest is sent again. */
static void reconnect(struct journal_memory *j)
{
    uint64_t there = journal_disk_seq(j->disk);

    if (j->epoch != j->disk->epoch) {
        fence(j);
        return;
    }
    j->phase = PHASE_IDLE;
    j->sink.on_back(j->sink.ctx);
    if (j->batch_n > 0 && there > j->committed) {
        queue_shift(j, (size_t)(there - j->committed), true);
        batch_done(j, there);
    }
    j->batch_n = 0;
}

void journal_memory_step(struct journal_memory *j)
{
    switch (j->phase) {
    case PHASE_COMMIT:
        if (j->steps_left > 0)
            j->steps_left--;
        else
            commit_end(j);
        break;
    case PHASE_LOST:
        if (j->cut)
            break;
        if (j->steps_left > 0)
            j->steps_left--;
        else
            reconnect(j);
        break;
    case PHASE_IDLE:
        if (j->faults.drop > 0 && rng_chance(&j->rng, j->faults.drop))
            lose(j, "connection lost");
        break;
    case PHASE_FENCED:
    case PHASE_DEAD:
        break;
    }
}

void journal_memory_cut(struct journal_memory *j)
{
    j->cut = true;
    if (j->phase == PHASE_COMMIT && rng_chance(&j->rng, j->faults.doubt_done) && j->epoch == j->disk->epoch)
        batch_to_disk_unseen(j);
    if (j->phase == PHASE_COMMIT || j->phase == PHASE_IDLE)
        lose(j, "connection cut");
}

void journal_memory_heal(struct journal_memory *j)
{
    j->cut = false;
    if (j->phase == PHASE_LOST)
        j->steps_left = 0;
}

void journal_memory_crash(struct journal_memory *j)
{
    if (j->phase == PHASE_COMMIT && j->epoch == j->disk->epoch && rng_chance(&j->rng, j->faults.doubt_done))
        batch_to_disk_unseen(j);
    j->phase = PHASE_DEAD;
}
