#include "store/clerk.h"

#include "base/check.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define BACKOFF_FIRST_MS 50u
#define BACKOFF_LAST_MS 1000u
#define LOCK_WAIT_S 2u

struct job {
    struct job *next;
    clerk_done_fn *done;
    void *ctx;
    int64_t until_ms; /* monotonic; INT64_MAX = patient for ever */
    enum db_role role;
    bool doubt; /* may have been done by an earlier attempt */
    size_t len;
    char sql[];
};

struct clerk {
    struct clerk_limits limits;
    struct db_conn *conn;
    struct event *wait_timer;     /* back-off before connecting again */
    struct event *patience_timer; /* the earliest end of patience */
    struct event *start;          /* begins work outside of clerk_do */
    struct job *first, **last;    /* FIRST is the one under way while RUNNING */
    size_t n, bytes;
    int64_t patience_ms; /* when patience_timer goes off, monotonic; it may find nothing to do */
    bool running, away;
    unsigned backoff_ms;
};

static void work(struct clerk *k);

struct clerk_limits clerk_limits_default(void)
{
    return (struct clerk_limits){
        .jobs_max = 4096, .bytes_max = (size_t)8 << 20, .connect_ms = 2000, .statement_ms = 3000};
}

static void timer_set(struct event *timer, int64_t ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    CHECK(evtimer_add(timer, &tv) == 0);
}

/* ---- ends of jobs ---- */

static struct job *unlink_job(struct clerk *k, struct job **at)
{
    struct job *job = *at;

    *at = job->next;
    if (*at == NULL)
        k->last = at;
    k->n--;
    k->bytes -= job->len;
    return job;
}

/* Complete JOB, which is out of the queue. */
static void complete(struct job *job, enum err e, struct db_result *r)
{
    if (job->done != NULL)
        job->done(job->ctx, e, e == OK ? r : NULL);
    crypto_wipe(job->sql, job->len); /* password hashes pass here */
    free(job);
}

/* Wake up at the earliest end of patience among those that wait. */
static void set_patience(struct clerk *k)
{
    int64_t now = time_mono_ms();
    const struct job *job = k->running ? k->first->next : k->first;

    k->patience_ms = INT64_MAX;
    for (; job != NULL; job = job->next)
        k->patience_ms = job->until_ms < k->patience_ms ? job->until_ms : k->patience_ms;
    if (k->patience_ms == INT64_MAX)
        evtimer_del(k->patience_timer);
    else
        timer_set(k->patience_timer, k->patience_ms > now ? k->patience_ms - now : 0);
}

/* The first job while it runs ends by its statement's own deadline, which is not later. */
static void on_patience_over(evutil_socket_t fd, short what, void *ctx)
{
    struct clerk *k = ctx;
    struct job **at = k->running ? &k->first->next : &k->first;
    struct job *over = NULL, **over_last = &over;
    int64_t now = time_mono_ms();

    (void)fd;
    (void)what;
    while (*at != NULL) {
        if ((*at)->until_ms > now) {
            at = &(*at)->next;
            continue;
        }
        *over_last = unlink_job(k, at);
        (*over_last)->next = NULL;
        over_last = &(*over_last)->next;
    }
    set_patience(k);
    while (over != NULL) {
        struct job *job = over;

        over = job->next;
        complete(job, job->doubt ? ERR_DOUBT : ERR_AWAY, NULL);
    }
}

/* ---- trouble ---- */

static void try_later(struct clerk *k, const char *why)
{
    if (!k->away)
        log_warn("database away for small statements", "waiting=%zu why=\"%s\"", k->n, why);
    k->away = true;
    k->running = false;
    db_disconnect(k->conn);
    k->backoff_ms = k->backoff_ms == 0 ? BACKOFF_FIRST_MS : k->backoff_ms * 2;
    if (k->backoff_ms > BACKOFF_LAST_MS)
        k->backoff_ms = BACKOFF_LAST_MS;
    timer_set(k->wait_timer, k->backoff_ms - (int64_t)(crypto_random_u64() % (k->backoff_ms / 4 + 1)));
    set_patience(k);
}

static void on_connected(void *ctx, enum db_fate fate, const char *why)
{
    struct clerk *k = ctx;

    if (fate == DB_DONE)
        work(k);
    else
        try_later(k, why);
}

static void on_reply(void *ctx, struct db_result *r)
{
    struct clerk *k = ctx;
    struct job *job = k->first;
    enum err e = OK;

    k->running = false;
    if (r->fate == DB_GONE || r->fate == DB_UNKNOWN || r->fate == DB_UNDONE) {
        job->doubt = job->doubt || r->fate == DB_UNKNOWN;
        try_later(k, db_fate_name(r->fate)); /* also after UNDONE: others hold what we need */
        return;
    }
    if (r->fate == DB_REFUSED) {
        e = r->code == DB_CODE_DUPLICATE ? ERR_CONFLICT
            : r->code == DB_CODE_SIGNAL  ? ERR_FENCED
                                         : ERR_BAD_INPUT;
        if (e == ERR_BAD_INPUT)
            log_error("statement refused", "code=%u", r->code);
    }
    if (k->away)
        log_info("database back for small statements", "waiting=%zu", k->n);
    k->away = false;
    k->backoff_ms = 0;
    job = unlink_job(k, &k->first);
    if (k->first != NULL)
        event_active(k->start, EV_TIMEOUT, 0);
    complete(job, e, r);
}

/* ---- work ---- */

static void work(struct clerk *k)
{
    int64_t left, limit = k->limits.statement_ms;

    if (k->running || k->first == NULL)
        return;
    if (db_conn_state(k->conn) == DB_CONN_CLOSED) {
        if (!evtimer_pending(k->wait_timer, NULL))
            CHECK(db_connect(k->conn, on_connected, k) == OK);
        return;
    }
    if (db_conn_state(k->conn) != DB_CONN_READY)
        return;
    if (k->first->until_ms != INT64_MAX) {
        left = k->first->until_ms - time_mono_ms();
        limit = left < limit ? left : limit;
        limit = limit < 1 ? 1 : limit;
    }
    k->running = true;
    CHECK(db_query(k->conn, BYTES(k->first->sql, k->first->len), k->first->role, (uint32_t)limit, on_reply,
                   k) == OK);
}

static void on_wait_over(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    work(ctx);
}

enum err clerk_do(struct clerk *k, struct bytes sql, enum db_role role, uint32_t patience_ms,
                  clerk_done_fn *done, void *ctx)
{
    struct job *job;

    if (k->n >= k->limits.jobs_max || k->bytes + sql.len > k->limits.bytes_max)
        return ERR_BUSY;
    job = mem_new(1, sizeof *job + sql.len);
    job->done = done;
    job->ctx = ctx;
    job->role = role;
    job->until_ms = patience_ms == 0 ? INT64_MAX : time_mono_ms() + patience_ms;
    job->len = sql.len;
    memcpy(job->sql, sql.p, sql.len);
    *k->last = job;
    k->last = &job->next;
    k->n++;
    k->bytes += sql.len;
    if (job->until_ms < k->patience_ms)
        set_patience(k);
    if (!k->running)
        event_active(k->start, EV_TIMEOUT, 0);
    return OK;
}

struct clerk *clerk_new(struct event_base *base, const struct db_params *p, const struct clerk_limits *limits)
{
    struct clerk *k = mem_new(1, sizeof *k);

    k->limits = limits != NULL ? *limits : clerk_limits_default();
    k->last = &k->first;
    k->patience_ms = INT64_MAX;
    k->conn =
        db_conn_new(base, p,
                    &(struct db_conn_options){
                        .autocommit = true, .lock_wait_s = LOCK_WAIT_S, .connect_ms = k->limits.connect_ms});
    k->wait_timer = evtimer_new(base, on_wait_over, k);
    k->start = event_new(base, -1, 0, on_wait_over, k);
    k->patience_timer = evtimer_new(base, on_patience_over, k);
    CHECK(k->wait_timer != NULL && k->start != NULL && k->patience_timer != NULL);
    return k;
}

void clerk_free(struct clerk *k)
{
    if (k == NULL)
        return;
    db_conn_free(k->conn);
    while (k->first != NULL) {
        struct job *job = unlink_job(k, &k->first);

        crypto_wipe(job->sql, job->len);
        free(job);
    }
    event_free(k->wait_timer);
    event_free(k->start);
    event_free(k->patience_timer);
    free(k);
}

size_t clerk_waiting(const struct clerk *k)
{
    return k->n;
}

bool clerk_is_away(const struct clerk *k)
{
    return k->away;
}
