#include "store/access_log.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MAX 200u
#define ID_BYTES 16
#define EVENT_MAX 32
#define CODE_MAX 24

/* One row as it is hashed; texts are borrowed. */
struct line {
    uint64_t seq, object;
    int64_t at_ms;
    uint8_t id[ID_BYTES];
    struct bytes event, role, ground;
    uint32_t account, org;
    bool refused;
};

struct waiting {
    struct access_entry entry;
    uint8_t id[ID_BYTES];
    recorded_fn *done;
    void *ctx;
};

enum state {
    LOG_IDLE,
    LOG_ASKING,  /* for the head */
    LOG_WRITING, /* the first N_SENT of the queue */
    LOG_LOOKING, /* after a duplicate: are ours there? */
};

struct access_log {
    struct clerk *clerk;
    enum state state;
    bool head_known;
    struct access_head head;     /* of the table */
    struct access_head new_head; /* when what was sent is committed */
    struct waiting *queue;
    size_t n, cap, n_sent;
    bool telling; /* completions are being called */
};

static void on_head(void *ctx, enum err trouble, struct db_result *r);
static void on_written(void *ctx, enum err trouble, struct db_result *r);
static void on_looked(void *ctx, enum err trouble, struct db_result *r);

/* ---- the chain ---- */

/* SCRATCH is the caller's, so that verifying a million rows does not allocate a million times. */
static void chain(struct access_head *head, const struct line *l, struct buf *scratch)
{
    struct buf *b = scratch;

    CHECK(l->seq == head->seq + 1);
    buf_clear(b);
    buf_add(b, BYTES(head->hash, sizeof head->hash));
    buf_u64(b, l->seq);
    buf_i64(b, l->at_ms);
    buf_blob(b, BYTES(l->id, sizeof l->id));
    buf_blob(b, l->event);
    buf_u8(b, l->refused);
    buf_u64(b, l->object);
    buf_u32(b, l->account);
    buf_u32(b, l->org);
    buf_blob(b, l->role);
    buf_blob(b, l->ground);
    crypto_sha256(buf_view(b), head->hash);
    head->seq = l->seq;
}

static struct line line_of(const struct waiting *w, uint64_t seq)
{
    struct line l = {.seq = seq,
                     .object = w->entry.object,
                     .at_ms = w->entry.at_ms,
                     .event = bytes_of_text(w->entry.action),
                     .role = bytes_of_text(role_code(w->entry.role)),
                     .ground = bytes_of_text(ground_code(w->entry.ground)),
                     .account = w->entry.account.v,
                     .org = w->entry.org.v,
                     .refused = w->entry.refused};

    memcpy(l.id, w->id, sizeof l.id);
    return l;
}

/* ---- writing ---- */

static void add_line(struct buf *sql, const struct line *l, const uint8_t *prev, const uint8_t *hash)
{
    buf_text(sql, sql->len == 0
                      ? "INSERT INTO access_log (seq, id, at_ms, event, refused, object, account, org, "
                        "role, ground, prev_hash, hash) VALUES ("
                      : ",(");
    buf_format(sql, "%" PRIu64 ",", l->seq);
    sql_bytes(sql, BYTES(l->id, sizeof l->id));
    buf_format(sql, ",%" PRId64 ",", l->at_ms);
    sql_bytes(sql, l->event);
    buf_format(sql, ",%d,%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",", l->refused, l->object, l->account, l->org);
    sql_bytes(sql, l->role);
    buf_text(sql, ",");
    sql_bytes(sql, l->ground);
    buf_text(sql, ",");
    sql_bytes(sql, BYTES(prev, ACCESS_LOG_HASH_BYTES));
    buf_text(sql, ",");
    sql_bytes(sql, BYTES(hash, ACCESS_LOG_HASH_BYTES));
    buf_text(sql, ")");
}

/* Give SQL to the clerk. Its queue is bounded; if it is full now, the next entry tries again. */
static void give(struct access_log *log, enum state state, struct buf *sql, enum db_role role,
                 clerk_done_fn *done)
{
    if (clerk_do(log->clerk, buf_view(sql), role, 0, done, log) == OK)
        log->state = state;
    else
        log->state = LOG_IDLE;
    buf_fini(sql);
}

static void ask_head(struct access_log *log)
{
    struct buf sql = {0};

    buf_text(&sql, "SELECT seq, hash FROM access_log ORDER BY seq DESC LIMIT 1");
    give(log, LOG_ASKING, &sql, DB_READS, on_head);
}

/* One INSERT in autocommit: all of it or nothing. Numbers and hashes rest on the head that we believe in; if
 * somebody else has written meanwhile, the first number is a duplicate and nothing is inserted. */
static void write_batch(struct access_log *log)
{
    struct buf sql = {0}, scratch = {0};

    log->n_sent = log->n < BATCH_MAX ? log->n : BATCH_MAX;
    log->new_head = log->head;
    for (size_t i = 0; i < log->n_sent; i++) {
        struct line l = line_of(&log->queue[i], log->new_head.seq + 1);
        uint8_t prev[ACCESS_LOG_HASH_BYTES];

        memcpy(prev, log->new_head.hash, sizeof prev);
        chain(&log->new_head, &l, &scratch);
        add_line(&sql, &l, prev, log->new_head.hash);
    }
    buf_fini(&scratch);
    give(log, LOG_WRITING, &sql, DB_COMMITS, on_written);
}

static void go_on(struct access_log *log)
{
    if (log->state != LOG_IDLE || log->n == 0 || log->telling)
        return;
    if (log->head_known)
        write_batch(log);
    else
        ask_head(log);
}

/* The first N_SENT are in the table. Completions may append. */
static void committed(struct access_log *log)
{
    size_t n = log->n_sent;
    struct waiting done[BATCH_MAX];

    memcpy(done, log->queue, n * sizeof *done);
    memmove(log->queue, log->queue + n, (log->n - n) * sizeof *log->queue);
    log->n -= n;
    log->n_sent = 0;
    log->state = LOG_IDLE;
    log->telling = true;
    for (size_t i = 0; i < n; i++) {
        if (done[i].done != NULL)
            done[i].done(done[i].ctx, OK);
    }
    log->telling = false;
    go_on(log);
}

static void on_written(void *ctx, enum err trouble, struct db_result *r)
{
    struct access_log *log = ctx;
    struct buf sql = {0};

    (void)r;
    log->state = LOG_IDLE;
    if (trouble == OK) {
        log->head = log->new_head;
        committed(log);
        return;
    }
    log->head_known = false;
    if (trouble != ERR_CONFLICT) {
        log_error("access log cannot be written", "waiting=%zu", log->n);
        return; /* with the next entry; until then nothing that waits is shown */
    }
    /* Either an earlier attempt of ours was committed, or somebody else was first. */
    buf_text(&sql, "SELECT COUNT(*) FROM access_log WHERE id=");
    sql_bytes(&sql, BYTES(log->queue[0].id, ID_BYTES));
    give(log, LOG_LOOKING, &sql, DB_READS, on_looked);
}

static void on_looked(void *ctx, enum err trouble, struct db_result *r)
{
    struct access_log *log = ctx;
    uint64_t n = 0;

    log->state = LOG_IDLE;
    if (trouble == OK && db_result_next(r) && db_cell_u64(db_result_cell(r, 0), &n) && n == 1) {
        committed(log);
        return;
    }
    go_on(log);
}

static void on_head(void *ctx, enum err trouble, struct db_result *r)
{
    struct access_log *log = ctx;

    log->state = LOG_IDLE;
    if (trouble != OK) {
        log_error("access log cannot be read", "waiting=%zu", log->n);
        return;
    }
    log->head = (struct access_head){0};
    if (db_result_next(r)) {
        struct bytes hash = db_result_cell(r, 1);

        if (!db_cell_u64(db_result_cell(r, 0), &log->head.seq) || hash.len != sizeof log->head.hash) {
            log_error("access log has no sound head", "");
            return;
        }
        memcpy(log->head.hash, hash.p, hash.len);
    }
    log->head_known = true;
    go_on(log);
}

/* ---- outside ---- */

struct access_log *access_log_new(struct clerk *k)
{
    struct access_log *log = mem_new(1, sizeof *log);

    log->clerk = k;
    return log;
}

void access_log_free(struct access_log *log)
{
    if (log == NULL)
        return;
    free(log->queue);
    free(log);
}

enum err access_log_append(struct access_log *log, const struct access_entry *entry, recorded_fn *done,
                           void *ctx)
{
    struct waiting *w;

    CHECK(strlen(entry->action) <= EVENT_MAX);
    if (log->n >= ACCESS_LOG_QUEUE_MAX) {
        go_on(log); /* after a refusal nothing else would try again */
        return ERR_BUSY;
    }
    MEM_GROW(log->queue, log->n, log->cap);
    w = &log->queue[log->n++];
    *w = (struct waiting){.entry = *entry, .done = done, .ctx = ctx};
    crypto_random(w->id, sizeof w->id);
    go_on(log);
    return OK;
}

void access_log_forget(struct access_log *log, const void *ctx)
{
    for (size_t i = 0; i < log->n; i++) {
        if (log->queue[i].ctx == ctx)
            log->queue[i].done = NULL;
    }
}

size_t access_log_waiting(const struct access_log *log)
{
    return log->n;
}

/* ---- verifying ---- */

struct verifying {
    struct access_head head;
    const struct access_head *known;
    bool known_met;
    struct buf scratch;
    char *why;
    size_t why_size;
};

static enum err broken(struct verifying *v, uint64_t seq, const char *what)
{
    snprintf(v->why, v->why_size, "access log row %" PRIu64 ": %s", seq, what);
    return ERR_BAD_INPUT;
}

enum { V_SEQ, V_ID, V_AT, V_EVENT, V_REFUSED, V_OBJECT, V_ACCOUNT, V_ORG, V_ROLE, V_GROUND, V_PREV, V_HASH };

static enum err on_line(void *ctx, const struct bytes *c, unsigned n)
{
    struct verifying *v = ctx;
    struct line l = {.event = c[V_EVENT], .role = c[V_ROLE], .ground = c[V_GROUND]};
    uint64_t refused = 0, account = 0, org = 0;

    CHECK(n == V_HASH + 1);
    if (!db_cell_u64(c[V_SEQ], &l.seq) || !db_cell_i64(c[V_AT], &l.at_ms) ||
        !db_cell_u64(c[V_REFUSED], &refused) || !db_cell_u64(c[V_OBJECT], &l.object) ||
        !db_cell_u64(c[V_ACCOUNT], &account) || !db_cell_u64(c[V_ORG], &org) || c[V_ID].len != ID_BYTES)
        return broken(v, v->head.seq + 1, "not readable");
    if (l.seq != v->head.seq + 1)
        return broken(v, v->head.seq + 1, "missing");
    memcpy(l.id, c[V_ID].p, sizeof l.id);
    l.refused = refused != 0;
    l.account = (uint32_t)account;
    l.org = (uint32_t)org;
    if (refused > 1 || !bytes_equal(c[V_PREV], BYTES(v->head.hash, sizeof v->head.hash)))
        return broken(v, l.seq, "does not go on from the row before it");
    chain(&v->head, &l, &v->scratch);
    if (!bytes_equal(c[V_HASH], BYTES(v->head.hash, sizeof v->head.hash)))
        return broken(v, l.seq, "was changed");
    if (v->known != NULL && v->known->seq == l.seq) {
        v->known_met = memcmp(v->known->hash, v->head.hash, sizeof v->head.hash) == 0;
        if (!v->known_met)
            return broken(v, l.seq, "is not the row that was noted down: the log was rewritten");
    }
    return OK;
}

enum err access_log_verify(struct db *db, const struct access_head *known, struct access_head *head,
                           char *why, size_t why_size)
{
    struct verifying v = {.known = known, .why = why, .why_size = why_size};
    enum err e;

    why[0] = '\0';
    e = db_each(db,
                BYTES_LITERAL("SELECT seq, id, at_ms, event, refused, object, account, org, role, ground, "
                              "prev_hash, hash FROM access_log ORDER BY seq"),
                on_line, &v);
    if (e == OK && known != NULL && known->seq > 0 && !v.known_met)
        e = broken(&v, known->seq, "was noted down and is gone: the end of the log was cut off");
    if (e != OK && why[0] == '\0')
        snprintf(why, why_size, "%s", db_why(db));
    if (e == OK)
        *head = v.head;
    buf_fini(&v.scratch);
    return e;
}
