#include "store/accounts.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/accounts_rows.h"
#include "store/accounts_table.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct accounts {
    struct people_port port;
    struct accounts_limits limits;
    struct accounts_table table;
    struct clerk *clerk;
    struct event *flush_timer;
    struct session_change *changes; /* on their way to the database */
    size_t adding;                  /* of those, new sessions */
    int64_t now_ms;                 /* latest moment that a caller told */
    struct refresh *refresh;        /* under way */
};

struct accounts_limits accounts_limits_default(void)
{
    return (struct accounts_limits){.accounts_max = 50000,
                                    .sessions_max = 20000,
                                    .session_ms = (int64_t)9 * 3600 * 1000,
                                    .touch_ms = 60000,
                                    .flush_ms = 10000,
                                    .add_ms = 5000};
}

/* ---- the port: looking up ---- */

static const struct account *port_find(void *ctx, const char *username)
{
    const struct accounts *a = ctx;
    struct account_entry *e = accounts_table_by_name(&a->table, username);

    return e != NULL ? &e->a : NULL;
}

static const struct account *port_get(void *ctx, struct account_id id)
{
    const struct accounts *a = ctx;
    struct account_entry *e = accounts_table_by_id(&a->table, id);

    return e != NULL ? &e->a : NULL;
}

static int by_id(const void *a, const void *b)
{
    const struct account *x = *(const struct account *const *)a, *y = *(const struct account *const *)b;

    return (x->id.v > y->id.v) - (x->id.v < y->id.v);
}

static size_t port_of_org(void *ctx, struct org_id org, const struct account **out, size_t max)
{
    const struct accounts *a = ctx;
    size_t n = 0;

    for (struct account_entry *e = a->table.by_id; e != NULL && n < max; e = e->by_id.next) {
        if (e->a.org.v == org.v)
            out[n++] = &e->a;
    }
    if (n > 0)
        qsort(out, n, sizeof *out, by_id);
    return n;
}

static const struct session *port_session_find(void *ctx, const uint8_t hash[SESSION_HASH_BYTES])
{
    struct accounts *a = ctx;
    struct session_entry *e = accounts_table_session(&a->table, hash);
    struct account_entry *owner = e != NULL ? accounts_table_by_id(&a->table, e->s.account) : NULL;

    return owner != NULL && !owner->a.disabled ? &e->s : NULL;
}

static const struct machine *port_machine_find(void *ctx, const uint8_t spki[CRYPTO_SHA256_BYTES])
{
    const struct accounts *a = ctx;

    return accounts_table_machine(&a->table, spki);
}

/* ---- the port: changing ---- */

static void port_note_sign_in(void *ctx, struct account_id id, uint32_t failed, int64_t locked_until_ms)
{
    struct accounts *a = ctx;
    struct account_entry *e = accounts_table_by_id(&a->table, id);
    char sql[160];

    if (e == NULL || (e->a.failed == failed && e->a.locked_until_ms == locked_until_ms))
        return;
    e->a.failed = failed;
    e->a.locked_until_ms = locked_until_ms;
    snprintf(sql, sizeof sql, "UPDATE account SET failed_count=%u, locked_until_ms=%lld WHERE id=%u", failed,
             (long long)locked_until_ms, id.v);
    if (clerk_do(a->clerk, bytes_of_text(sql), DB_COMMITS, 0, NULL, NULL) != OK)
        log_warn("sign-in count not written", "account=%u", id.v);
}

/* A change of a session that is on its way to the database. */
struct session_change {
    struct accounts *a;
    struct session s;
    people_done_fn *done;
    void *ctx;
    struct session_change *prev, *next;
};

static struct session_change *change_new(struct accounts *a, const struct session *s, people_done_fn *done,
                                         void *ctx)
{
    struct session_change *c = mem_new(1, sizeof *c);

    *c = (struct session_change){.a = a, .s = *s, .done = done, .ctx = ctx};
    DL_APPEND(a->changes, c);
    return c;
}

static void change_free(struct session_change *c)
{
    DL_DELETE(c->a->changes, c);
    crypto_wipe(&c->s, sizeof c->s);
    free(c);
}

static void on_session_added(void *ctx, enum err trouble, struct db_result *r)
{
    struct session_change *c = ctx;

    (void)r;
    c->a->adding--;
    if (trouble == OK)
        accounts_table_put_session(&c->a->table, &c->s);
    c->done(c->ctx, trouble);
    change_free(c);
}

static enum err port_session_add(void *ctx, const struct session *s, people_done_fn *done, void *done_ctx)
{
    struct accounts *a = ctx;
    struct session_change *c;
    struct buf sql = {0};
    enum err e;

    if (HASH_COUNT(a->table.sessions) + a->adding >= a->limits.sessions_max)
        return ERR_BUSY;
    c = change_new(a, s, done, done_ctx);
    /* Run twice it does the same; a hash of 256 random bits is not anybody else's. */
    buf_text(&sql, "INSERT INTO session (hash, csrf, account, created_at_ms, seen_at_ms) VALUES (");
    sql_bytes(&sql, BYTES(s->hash, sizeof s->hash));
    buf_text(&sql, ",");
    sql_bytes(&sql, BYTES(s->csrf, sizeof s->csrf));
    buf_format(&sql, ",%u,%lld,%lld) ON DUPLICATE KEY UPDATE seen_at_ms=VALUES(seen_at_ms)", s->account.v,
               (long long)s->created_ms, (long long)s->seen_ms);
    e = clerk_do(a->clerk, buf_view(&sql), DB_COMMITS, a->limits.add_ms, on_session_added, c);
    if (e == OK)
        a->adding++;
    else
        change_free(c);
    buf_fini(&sql);
    return e;
}

static void port_session_touch(void *ctx, const uint8_t hash[SESSION_HASH_BYTES], int64_t now_ms)
{
    struct accounts *a = ctx;
    struct session_entry *e = accounts_table_session(&a->table, hash);

    if (now_ms > a->now_ms)
        a->now_ms = now_ms;
    if (e == NULL || now_ms <= e->s.seen_ms)
        return;
    e->s.seen_ms = now_ms;
    if (!e->dirty && now_ms - e->written_ms >= a->limits.touch_ms) {
        e->dirty = true;
        a->table.n_dirty++;
    }
}

static void on_session_ended(void *ctx, enum err trouble, struct db_result *r)
{
    struct session_change *c = ctx;

    (void)r;
    if (c->done != NULL)
        c->done(c->ctx, trouble);
    change_free(c);
}

static enum err port_session_end(void *ctx, const uint8_t hash[SESSION_HASH_BYTES], people_done_fn *done,
                                 void *done_ctx)
{
    struct accounts *a = ctx;
    struct session_entry *e = accounts_table_session(&a->table, hash);
    struct session_change *c;
    struct buf sql = {0};
    enum err err;

    if (e == NULL)
        return ERR_NOT_FOUND;
    c = change_new(a, &e->s, done, done_ctx);
    buf_text(&sql, "DELETE FROM session WHERE hash=");
    sql_bytes(&sql, BYTES(e->s.hash, sizeof e->s.hash));
    err = clerk_do(a->clerk, buf_view(&sql), DB_COMMITS, 0, on_session_ended, c);
    if (err == OK)
        accounts_table_bury(&a->table, e);
    else
        change_free(c);
    buf_fini(&sql);
    return err;
}

/* ---- flush: what was touched, what has become too old, what is dead ---- */

static void write_touched(struct accounts *a)
{
    struct buf sql = {0}, hashes = {0};
    struct session_entry *e, *next;

    /* UPDATE, not INSERT: a session that `plek` has ended must not come back. */
    buf_text(&sql, "UPDATE session SET seen_at_ms=CASE hash");
    HASH_ITER(hh, a->table.sessions, e, next)
    {
        if (!e->dirty)
            continue;
        buf_text(&sql, " WHEN ");
        sql_bytes(&sql, BYTES(e->s.hash, sizeof e->s.hash));
        buf_format(&sql, " THEN %lld", (long long)e->s.seen_ms);
        buf_text(&hashes, hashes.len == 0 ? "" : ",");
        sql_bytes(&hashes, BYTES(e->s.hash, sizeof e->s.hash));
    }
    buf_text(&sql, " END WHERE hash IN (");
    buf_add(&sql, buf_view(&hashes));
    buf_text(&sql, ")");
    if (clerk_do(a->clerk, buf_view(&sql), DB_COMMITS, 0, NULL, NULL) == OK) {
        HASH_ITER(hh, a->table.sessions, e, next)
        {
            e->written_ms = e->dirty ? e->s.seen_ms : e->written_ms;
            e->dirty = false;
        }
        a->table.n_dirty = 0;
    }
    buf_fini(&sql);
    buf_fini(&hashes);
}

static void sweep_old(struct accounts *a)
{
    int64_t oldest = a->now_ms - a->limits.session_ms;
    struct session_entry *e, *next;
    bool any = false;
    char sql[80];

    HASH_ITER(hh, a->table.sessions, e, next)
    {
        if (e->s.created_ms <= oldest) {
            accounts_table_bury(&a->table, e);
            any = true;
        }
    }
    snprintf(sql, sizeof sql, "DELETE FROM session WHERE created_at_ms <= %lld", (long long)oldest);
    if (any && clerk_do(a->clerk, bytes_of_text(sql), DB_COMMITS, 0, NULL, NULL) != OK)
        log_warn("old sessions not deleted", ""); /* left out at the next start */
}

static void on_flush(evutil_socket_t fd, short what, void *ctx)
{
    struct accounts *a = ctx;

    (void)fd;
    (void)what;
    accounts_table_free_dead(&a->table);
    sweep_old(a);
    if (a->table.n_dirty > 0)
        write_touched(a);
}

/* ---- reading anew ---- */

/* First the accounts, then which sessions are left, then the machines: what the clerk did before is in the
 * answer, and every session in memory was inserted before, so one that is not in the answer was ended by
 * somebody else. */
struct refresh {
    struct accounts *a;
    people_done_fn *done;
    void *ctx;
};

static void refresh_over(struct refresh *refresh, enum err trouble)
{
    refresh->a->refresh = NULL;
    if (refresh->done != NULL)
        refresh->done(refresh->ctx, trouble);
    free(refresh);
}

static enum err take_accounts(struct accounts *a, struct db_result *r)
{
    struct bytes cells[ACCOUNT_CELLS];

    while (db_result_next(r)) {
        struct account account = {0};

        for (unsigned i = 0; i < ACCOUNT_CELLS; i++)
            cells[i] = db_result_cell(r, i);
        if (!account_of_cells(cells, &account))
            return ERR_BAD_INPUT;
        if (!accounts_table_put(&a->table, &account))
            return ERR_TOO_BIG;
    }
    return OK;
}

static void keep_sessions(struct accounts *a, struct db_result *r)
{
    struct session_entry *e, *next;

    while (db_result_next(r)) {
        struct bytes hash = db_result_cell(r, 0);

        e = hash.len == SESSION_HASH_BYTES ? accounts_table_session(&a->table, hash.p) : NULL;
        if (e != NULL)
            e->marked = true;
    }
    HASH_ITER(hh, a->table.sessions, e, next)
    {
        if (!e->marked)
            accounts_table_bury(&a->table, e);
        e->marked = false;
    }
}

/* All machines or none: half a list would shut out those that stand behind its end. */
static enum err take_machines(struct accounts *a, struct db_result *r)
{
    struct machine_list fresh = {0};
    struct bytes cells[MACHINE_CELLS];
    bool good = true;

    while (good && db_result_next(r)) {
        for (unsigned i = 0; i < MACHINE_CELLS; i++)
            cells[i] = db_result_cell(r, i);
        good = machine_list_row(&fresh, cells);
    }
    if (good)
        accounts_table_put_machines(&a->table, &fresh);
    machine_list_fini(&fresh);
    return good ? OK : ERR_BAD_INPUT;
}

static void on_machines_read(void *ctx, enum err trouble, struct db_result *r)
{
    struct refresh *refresh = ctx;

    if (trouble == OK)
        trouble = take_machines(refresh->a, r);
    refresh_over(refresh, trouble);
}

static void on_sessions_read(void *ctx, enum err trouble, struct db_result *r)
{
    struct refresh *refresh = ctx;
    struct accounts *a = refresh->a;

    if (trouble == OK) {
        keep_sessions(a, r);
        trouble = clerk_do(a->clerk, BYTES_LITERAL(MACHINE_SELECT), DB_READS, a->limits.add_ms,
                           on_machines_read, refresh);
    }
    if (trouble != OK)
        refresh_over(refresh, trouble);
}

static void on_accounts_read(void *ctx, enum err trouble, struct db_result *r)
{
    struct refresh *refresh = ctx;
    struct accounts *a = refresh->a;

    if (trouble == OK)
        trouble = take_accounts(a, r);
    if (trouble == OK)
        trouble = clerk_do(a->clerk, BYTES_LITERAL("SELECT hash FROM session"), DB_READS, a->limits.add_ms,
                           on_sessions_read, refresh);
    if (trouble != OK)
        refresh_over(refresh, trouble);
}

enum err accounts_refresh(struct accounts *a, people_done_fn *done, void *ctx)
{
    enum err e;

    if (a->refresh != NULL)
        return ERR_BUSY;
    a->refresh = mem_new(1, sizeof *a->refresh);
    *a->refresh = (struct refresh){.a = a, .done = done, .ctx = ctx};
    e = clerk_do(a->clerk, BYTES_LITERAL(ACCOUNT_SELECT), DB_READS, a->limits.add_ms, on_accounts_read,
                 a->refresh);
    if (e != OK) {
        free(a->refresh);
        a->refresh = NULL;
    }
    return e;
}

/* ---- life ---- */

enum err accounts_load(struct db *db, const struct accounts_limits *limits, int64_t now_ms,
                       struct accounts **out, char *why, size_t why_size)
{
    struct accounts *a = mem_new(1, sizeof *a);
    const char *what = "";
    enum err e;

    a->limits = limits != NULL ? *limits : accounts_limits_default();
    a->now_ms = now_ms;
    a->port = (struct people_port){.ctx = a,
                                   .find = port_find,
                                   .get = port_get,
                                   .of_org = port_of_org,
                                   .session_find = port_session_find,
                                   .machine_find = port_machine_find,
                                   .note_sign_in = port_note_sign_in,
                                   .session_add = port_session_add,
                                   .session_touch = port_session_touch,
                                   .session_end = port_session_end};
    a->table.accounts_max = a->limits.accounts_max;
    a->table.sessions_max = a->limits.sessions_max;
    e = accounts_table_load(&a->table, db, now_ms - a->limits.session_ms, &what);
    if (e != OK) {
        snprintf(why, why_size, "table %s: %s %s", what, err_name(e), db_why(db));
        accounts_free(a);
        return e;
    }
    *out = a;
    return OK;
}

void accounts_attach(struct accounts *a, struct event_base *base, struct clerk *k)
{
    struct timeval every = {.tv_sec = a->limits.flush_ms / 1000,
                            .tv_usec = (suseconds_t)(a->limits.flush_ms % 1000) * 1000};

    CHECK(a->clerk == NULL);
    a->clerk = k;
    a->flush_timer = event_new(base, -1, EV_PERSIST, on_flush, a);
    CHECK(a->flush_timer != NULL && event_add(a->flush_timer, &every) == 0);
}

void accounts_free(struct accounts *a)
{
    if (a == NULL)
        return;
    if (a->flush_timer != NULL)
        event_free(a->flush_timer);
    while (a->changes != NULL)
        change_free(a->changes);
    free(a->refresh);
    accounts_table_fini(&a->table);
    free(a);
}

const struct people_port *accounts_port(struct accounts *a)
{
    return &a->port;
}

size_t accounts_count(const struct accounts *a)
{
    return HASH_CNT(by_id, a->table.by_id);
}

size_t accounts_sessions(const struct accounts *a)
{
    return HASH_COUNT(a->table.sessions);
}
