#include "store/journal_maria.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/db_conn.h"
#include "store/journal_batch.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BACKOFF_FIRST_MS 50u
#define BACKOFF_LAST_MS 1000u
/* The time of away_ms is counted in so many ticks. One that comes late counts once: a broker that stands
 * still itself (busy machine, long turn) must not say of the database that it does not answer. More than the
 * turns that a new connection and a batch take. */
#define AWAY_TICKS 20u
/* A row lock is waited for so long at most; below every statement's own deadline. */
#define LOCK_WAIT_S 4u

/* Where the connection stands. Any trouble leads through WAITING to a new connection and LOOKING, so there is
 * one way back and it always begins with what the database says is true. */
enum step {
    STEP_WAITING,    /* back-off before the next attempt */
    STEP_CONNECTING, /* */
    STEP_LOOKING,    /* SELECT ... FROM writer FOR UPDATE */
    STEP_RELEASING,  /* ROLLBACK of that */
    STEP_IDLE,       /* */
    STEP_ASKING,     /* SELECT of keys not in memory */
    STEP_CLAIMING,   /* UPDATE writer */
    STEP_KEYING,     /* INSERT referral_key */
    STEP_WRITING,    /* INSERT journal */
    STEP_COMMITTING, /* */
    STEP_FENCED,     /* for ever */
};

struct journal_maria {
    struct journal_port port;
    struct journal_sink sink;
    struct journal_maria_limits limits;
    struct key_ring *ring;
    struct db_conn *conn;
    struct event *wait_timer, *beat_timer, *away_timer;

    enum step step;
    uint64_t epoch;
    uint64_t durable; /* last committed row */
    uint64_t last;    /* last appended row */
    struct journal_queue queue;
    struct journal_batch batch; /* whose fate is open while BATCHED */
    bool batched;
    size_t chosen; /* rows of the next batch, while ASKING */
    struct buf ask;

    bool doubt; /* the batch's COMMIT was sent and its fate is unknown */
    bool away;
    unsigned backoff_ms;
    unsigned away_ticks; /* since something is under way */
    char why[160];       /* of the last trouble */
    int64_t begun_us;
    struct journal_maria_stats stats;
};

static void connect_now(struct journal_maria *j);
static void on_reply(void *ctx, struct db_result *r);

struct journal_maria_limits journal_maria_limits_default(void)
{
    return (struct journal_maria_limits){
        .queue_bytes = (size_t)32 << 20,
        .rows_max = 2000,
        .bytes_max = (size_t)1 << 20,
        .row_max = (size_t)256 << 10,
        .connect_ms = 2000,
        .statement_ms = 5000,
        .commit_ms = 8000,
        .away_ms = 1000,
        .beat_ms = 1000,
    };
}

static int64_t mono_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void timer_set(struct event *timer, uint32_t ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    CHECK(evtimer_add(timer, &tv) == 0);
}

/* ---- trouble, away, back ---- */

static void on_away_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct journal_maria *j = ctx;

    (void)fd;
    (void)what;
    if (j->away || j->step == STEP_FENCED)
        return;
    if (++j->away_ticks < AWAY_TICKS) {
        timer_set(j->away_timer, j->limits.away_ms / AWAY_TICKS);
        return;
    }
    j->away = true;
    log_error("journal away", "step=%d queued=%zu", (int)j->step, j->queue.n);
    if (j->sink.on_away != NULL)
        j->sink.on_away(j->sink.ctx, j->why[0] != '\0' ? j->why : "the database does not answer");
}

/* Something is under way from now on: if it has no success in time, we are away. */
static void hope(struct journal_maria *j)
{
    if (evtimer_pending(j->away_timer, NULL))
        return;
    j->away_ticks = 0;
    timer_set(j->away_timer, j->limits.away_ms / AWAY_TICKS);
}

static void success(struct journal_maria *j)
{
    bool back = j->away;

    evtimer_del(j->away_timer);
    j->away = false;
    j->backoff_ms = 0;
    j->why[0] = '\0';
    j->step = STEP_IDLE;
    if (j->limits.beat_ms > 0)
        timer_set(j->beat_timer, j->limits.beat_ms);
    if (back) {
        log_info("journal back", "durable=%" PRIu64, j->durable);
        if (j->sink.on_back != NULL)
            j->sink.on_back(j->sink.ctx);
    }
}

static void fence(struct journal_maria *j, uint64_t epoch)
{
    log_error("journal fenced", "epoch=%" PRIu64 " foreign=%" PRIu64, j->epoch, epoch);
    db_disconnect(j->conn);
    evtimer_del(j->wait_timer);
    evtimer_del(j->beat_timer);
    evtimer_del(j->away_timer);
    j->step = STEP_FENCED;
    if (j->sink.on_fenced != NULL)
        j->sink.on_fenced(j->sink.ctx, epoch);
}

/* Begin again with a new connection, later. WHY must not quote values of a statement. */
static void retry(struct journal_maria *j, const char *why)
{
    unsigned jitter;

    snprintf(j->why, sizeof j->why, "%s", why);
    db_disconnect(j->conn);
    evtimer_del(j->beat_timer);
    j->backoff_ms = j->backoff_ms == 0 ? BACKOFF_FIRST_MS : j->backoff_ms * 2;
    if (j->backoff_ms > BACKOFF_LAST_MS)
        j->backoff_ms = BACKOFF_LAST_MS;
    jitter = (unsigned)(crypto_random_u64() % (j->backoff_ms / 4 + 1)); /* two brokers do not march in step */
    j->stats.retries++;
    log_debug("journal tries again", "step=%d wait_ms=%u", (int)j->step, j->backoff_ms);
    j->step = STEP_WAITING;
    hope(j);
    timer_set(j->wait_timer, j->backoff_ms - jitter);
}

static void retry_after(struct journal_maria *j, const struct db_result *r)
{
    char why[96];

    /* The server's text of a refusal can quote values; its number cannot. */
    snprintf(why, sizeof why, "database error %u (%s)", r->code, db_fate_name(r->fate));
    retry(j, why);
}

/* ---- sending ---- */

static void submit(struct journal_maria *j, enum step step, struct bytes sql, enum db_role role)
{
    uint32_t limit_ms = step == STEP_COMMITTING ? j->limits.commit_ms : j->limits.statement_ms;

    j->step = step;
    if (db_query(j->conn, sql, role, limit_ms, on_reply, j) != OK)
        retry(j, "the connection was lost"); /* cannot be busy: one thing at a time */
}

static void send_rows(struct journal_maria *j)
{
    j->step = STEP_WRITING;
    if (db_insert(j->conn, JOURNAL_INSERT, j->batch.columns, JOURNAL_COLUMNS, (unsigned)j->batch.n,
                  j->limits.statement_ms, on_reply, j) != OK)
        retry(j, "the connection was lost");
}

static void send_commit(struct journal_maria *j)
{
    submit(j, STEP_COMMITTING, BYTES_LITERAL("COMMIT"), DB_COMMITS);
}

/* Send the open batch from its beginning. */
static void send_batch(struct journal_maria *j)
{
    evtimer_del(j->beat_timer);
    hope(j);
    j->begun_us = mono_us();
    submit(j, STEP_CLAIMING, buf_view(&j->batch.claim), DB_WRITES);
}

static void build_and_send(struct journal_maria *j)
{
    enum err e = journal_batch_build(&j->batch, &j->queue, j->chosen, j->durable, j->epoch, j->ring);

    CHECK(e == OK); /* the ring has room for every subject of a batch, see journal_maria_new */
    j->batched = true;
    send_batch(j);
}

/* Begin a transaction of what is queued; of nothing, which is a beat, if the queue is empty. */
static void begin(struct journal_maria *j)
{
    buf_clear(&j->ask);
    j->chosen = journal_batch_choose(&j->queue, j->ring, j->limits.rows_max, j->limits.bytes_max, &j->ask);
    if (j->ask.len == 0) {
        build_and_send(j);
        return;
    }
    evtimer_del(j->beat_timer);
    hope(j);
    submit(j, STEP_ASKING, buf_view(&j->ask), DB_READS);
}

/* ---- replies, one function per step ---- */

static void batch_durable(struct journal_maria *j)
{
    uint64_t seq = j->batch.last;
    size_t n = j->batch.n;

    for (size_t i = 0; i < j->batch.n_fresh; i++)
        key_ring_kept(j->ring, j->batch.fresh[i]);
    journal_queue_drop(&j->queue, n);
    j->batched = false;
    j->doubt = false;
    j->durable = seq;
    if (n > 0) {
        j->stats.commits++;
        j->stats.rows += n;
        j->stats.last_commit_us = mono_us() - j->begun_us;
    }
    success(j);
    if (n > 0 && j->sink.on_durable != NULL)
        j->sink.on_durable(j->sink.ctx, seq);
}

/* The database's word after a new connection: whose turn it is, and up to where it is durable. */
static void on_looked(struct journal_maria *j, struct db_result *r)
{
    uint64_t epoch, seq;

    if (!db_result_next(r) || !db_cell_u64(db_result_cell(r, 0), &epoch) ||
        !db_cell_u64(db_result_cell(r, 1), &seq)) {
        retry(j, "the writer row is missing");
        return;
    }
    if (epoch != j->epoch) {
        fence(j, epoch);
        return;
    }
    if (j->batched && j->batch.n > 0 && seq == j->batch.last) {
        j->stats.doubts_committed += j->doubt;
        j->doubt = false;
    } else if (seq != j->durable) {
        /* Rows that we were told are durable are gone, or somebody wrote under our epoch. */
        log_error("journal differs from what was committed", "durable=%" PRIu64 " found=%" PRIu64, j->durable,
                  seq);
        fence(j, epoch);
        return;
    }
    /* The lock must go before anybody else can look; what was found cannot change meanwhile: only an
     * unfinished transaction of ours could, and it would have held the lock. */
    j->chosen = j->batched && j->batch.n > 0 && seq == j->batch.last ? j->batch.n : 0;
    submit(j, STEP_RELEASING, BYTES_LITERAL("ROLLBACK"), DB_WRITES);
}

static void on_released(struct journal_maria *j)
{
    if (j->chosen > 0) {
        batch_durable(j);
    } else if (j->batched && j->batch.n > 0) {
        j->doubt = false;
        send_batch(j);
    } else {
        j->batched = false; /* a beat: the database has answered, that is all it was for */
        success(j);
    }
}

static void on_keys(struct journal_maria *j, struct db_result *r)
{
    while (db_result_next(r)) {
        struct referral_id id;
        struct bytes wrapped = db_result_cell(r, 1);

        if (!db_cell_u64(db_result_cell(r, 0), &id.v) || key_ring_put(j->ring, id, wrapped) != OK) {
            log_error("referral key does not open", "referral=%" PRIu64 " master=%u", id.v,
                      vault_key_id_of(wrapped));
            retry(j, "a referral key does not open with the master key at hand");
            return;
        }
    }
    build_and_send(j);
}

static void on_claimed(struct journal_maria *j, const struct db_result *r)
{
    if (r->affected != 1) /* not ours any more, or not where we thought: look */
        retry(j, "the writer row has changed");
    else if (j->batch.new_keys.len > 0)
        submit(j, STEP_KEYING, buf_view(&j->batch.new_keys), DB_WRITES);
    else if (j->batch.n > 0)
        send_rows(j);
    else
        send_commit(j);
}

static void on_trouble(struct journal_maria *j, const struct db_result *r)
{
    /* A COMMIT that was refused for a reason we do not know of counts as doubt too; only 1213 is certain. */
    if (j->step == STEP_COMMITTING && r->fate != DB_UNDONE && r->fate != DB_GONE) {
        j->doubt = true;
        j->stats.doubts += j->batch.n > 0;
    }
    if (r->fate == DB_REFUSED)
        log_error("journal statement refused", "step=%d code=%u", (int)j->step, r->code);
    retry_after(j, r);
}

static void on_reply(void *ctx, struct db_result *r)
{
    struct journal_maria *j = ctx;

    if (r->fate != DB_DONE) {
        on_trouble(j, r);
        return;
    }
    switch (j->step) {
    case STEP_LOOKING:
        on_looked(j, r);
        break;
    case STEP_RELEASING:
        on_released(j);
        break;
    case STEP_ASKING:
        on_keys(j, r);
        break;
    case STEP_CLAIMING:
        on_claimed(j, r);
        break;
    case STEP_KEYING:
        send_rows(j);
        break;
    case STEP_WRITING:
        send_commit(j);
        break;
    case STEP_COMMITTING:
        batch_durable(j);
        break;
    case STEP_WAITING:
    case STEP_CONNECTING:
    case STEP_IDLE:
    case STEP_FENCED:
        check_failed(__FILE__, __LINE__, __func__, "no reply is expected in this step");
    }
}

static void on_connected(void *ctx, enum db_fate fate, const char *why)
{
    struct journal_maria *j = ctx;

    if (fate != DB_DONE) {
        retry(j, why);
        return;
    }
    j->stats.connects++;
    submit(j, STEP_LOOKING, BYTES_LITERAL("SELECT epoch, seq FROM writer WHERE id=1 FOR UPDATE"), DB_READS);
}

static void connect_now(struct journal_maria *j)
{
    j->step = STEP_CONNECTING;
    hope(j);
    CHECK(db_connect(j->conn, on_connected, j) == OK);
}

static void on_wait_over(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    connect_now(ctx);
}

static void on_beat(evutil_socket_t fd, short what, void *ctx)
{
    struct journal_maria *j = ctx;

    (void)fd;
    (void)what;
    if (j->step == STEP_IDLE)
        begin(j);
}

/* ---- the port ---- */

static void port_set_sink(void *ctx, const struct journal_sink *sink)
{
    struct journal_maria *j = ctx;

    j->sink = *sink;
}

static enum err port_append(void *ctx, const struct journal_row *rows, size_t n)
{
    struct journal_maria *j = ctx;
    size_t bytes = 0;

    if (j->step == STEP_FENCED)
        return ERR_FENCED;
    CHECK(n == 0 || !rows[n - 1].more);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].clear.len + rows[i].private_part.len > j->limits.row_max)
            return ERR_TOO_BIG;
        bytes += journal_queue_cost(&rows[i]);
    }
    if (j->queue.bytes + bytes > j->limits.queue_bytes)
        return ERR_BUSY;
    for (size_t i = 0; i < n; i++) {
        CHECK(rows[i].seq == j->last + 1);
        j->last = rows[i].seq;
        journal_queue_add(&j->queue, &rows[i]);
    }
    return OK;
}

static void port_kick(void *ctx)
{
    struct journal_maria *j = ctx;

    if (j->step == STEP_IDLE && j->queue.n > 0)
        begin(j);
}

static bool port_is_away(void *ctx)
{
    const struct journal_maria *j = ctx;

    return j->away;
}

/* ---- life ---- */

struct journal_maria *journal_maria_new(struct event_base *base, const struct db_params *params,
                                        const struct journal_maria_limits *limits, struct key_ring *ring,
                                        const struct journal_claim *claim)
{
    struct journal_maria *j = mem_new(1, sizeof *j);
    struct db_conn_options options = {.autocommit = false, .lock_wait_s = LOCK_WAIT_S};

    j->limits = limits != NULL ? *limits : journal_maria_limits_default();
    /* So that the keys of all rows of a batch fit in the ring at once. */
    if (j->limits.rows_max > key_ring_capacity(ring))
        j->limits.rows_max = key_ring_capacity(ring);
    options.connect_ms = j->limits.connect_ms;
    j->ring = ring;
    j->epoch = claim->epoch;
    j->durable = j->last = claim->seq;
    j->port = (struct journal_port){.ctx = j,
                                    .set_sink = port_set_sink,
                                    .append = port_append,
                                    .kick = port_kick,
                                    .is_away = port_is_away};
    j->conn = db_conn_new(base, params, &options);
    j->wait_timer = evtimer_new(base, on_wait_over, j);
    j->beat_timer = evtimer_new(base, on_beat, j);
    j->away_timer = evtimer_new(base, on_away_timer, j);
    CHECK(j->wait_timer != NULL && j->beat_timer != NULL && j->away_timer != NULL);
    connect_now(j);
    return j;
}

void journal_maria_free(struct journal_maria *j)
{
    if (j == NULL)
        return;
    db_conn_free(j->conn);
    event_free(j->wait_timer);
    event_free(j->beat_timer);
    event_free(j->away_timer);
    journal_queue_fini(&j->queue);
    journal_batch_fini(&j->batch);
    buf_fini(&j->ask);
    free(j);
}

const struct journal_port *journal_maria_port(struct journal_maria *j)
{
    return &j->port;
}

struct journal_maria_stats journal_maria_stats(const struct journal_maria *j)
{
    struct journal_maria_stats s = j->stats;

    s.queue_rows = j->queue.n;
    s.queue_bytes = j->queue.bytes;
    s.durable_seq = j->durable;
    return s;
}
