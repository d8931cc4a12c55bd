#include "store/db_conn.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "store/db_session.h"

/* The library's default is 61,440 bytes from malloc without a guard page, and overrunning it damages the heap
 * silently; 8,192 crashed, 12,288 did not (limits: trap 2). */
#define COROUTINE_STACK_BYTES ((size_t)256 * 1024)

/* Which call of the library is suspended. */
enum phase { PHASE_NONE, PHASE_KNOCK, PHASE_LOGIN, PHASE_QUERY, PHASE_STORE, PHASE_PREPARE, PHASE_EXECUTE };

struct db_cursor {
    MYSQL_RES *res;
    MYSQL_ROW row;
    unsigned long *lengths;
};

struct db_conn {
    struct event_base *base;
    struct event *io;    /* the one wait of the phase; its timeout is the deadline */
    struct event *later; /* completes what ended inside a start */
    char *socket, *host, *user, *password, *database;
    unsigned port;
    struct db_conn_options options;

    enum db_conn_state state;
    enum phase phase;
    bool starting; /* inside db_connect or db_query: completions wait for `later` */
    int knock_fd;
    MYSQL *m;
    int64_t deadline_ms;  /* monotonic; INT64_MAX = none */
    bool library_timeout; /* the timeout armed is the library's, not ours */

    enum db_role role;
    uint32_t timeout_ms;
    db_connect_done_fn *on_connect;
    db_query_done_fn *on_query;
    void *ctx;

    /* results of the library's calls, and what is to be told */
    MYSQL *login;
    int query_rc;         /* of a statement too */
    MYSQL_STMT *stmt;     /* of db_insert, once prepared; dies with the connection */
    const char *stmt_sql; /* its text */
    MYSQL_BIND binds[DB_COLUMNS_MAX];
    unsigned bulk_rows;
    MYSQL_RES *res;
    unsigned code;
    char why[256];
};

static void on_io(evutil_socket_t fd, short what, void *ctx);
static void on_later(evutil_socket_t fd, short what, void *ctx);
static void finish(struct db_conn *c, unsigned code, const char *why);
static void advance(struct db_conn *c, int status);

struct db_conn *db_conn_new(struct event_base *base, const struct db_params *p,
                            const struct db_conn_options *options)
{
    struct db_conn *c = mem_new(1, sizeof *c);

    c->base = base;
    c->options = *options;
    c->socket = mem_dup_text(p->socket);
    c->host = mem_dup_text(p->host);
    c->port = p->port;
    c->user = mem_dup_text(p->user);
    c->password = mem_dup_text(p->password);
    c->database = mem_dup_text(p->database);
    c->knock_fd = -1;
    c->io = event_new(base, -1, 0, on_io, c);
    c->later = event_new(base, -1, 0, on_later, c);
    CHECK(c->io != NULL && c->later != NULL);
    return c;
}

void db_conn_free(struct db_conn *c)
{
    if (c == NULL)
        return;
    db_disconnect(c);
    event_free(c->io);
    event_free(c->later);
    if (c->password != NULL)
        explicit_bzero(c->password, strlen(c->password));
    free(c->socket);
    free(c->host);
    free(c->user);
    free(c->password);
    free(c->database);
    free(c);
}

enum db_conn_state db_conn_state(const struct db_conn *c)
{
    return c->state;
}

/* Leave the connection without waiting for anybody. COM_QUIT, which mysql_close sends, can block on a full
 * buffer; on a socket that is shut down it fails at once. */
static void drop(struct db_conn *c)
{
    event_del(c->io);
    event_del(c->later);
    if (c->knock_fd >= 0)
        close(c->knock_fd);
    c->knock_fd = -1;
    mysql_free_result(c->res);
    c->res = NULL;
    if (c->m != NULL) {
        my_socket fd = mysql_get_socket(c->m);

        if (fd != (my_socket)-1)
            shutdown(fd, SHUT_RDWR);
        mysql_close(c->m);
    }
    if (c->stmt != NULL)
        mysql_stmt_close(c->stmt); /* cut off from its connection by now: only its memory */
    c->stmt = NULL;
    c->stmt_sql = NULL;
    c->m = NULL;
    c->state = DB_CONN_CLOSED;
    c->phase = PHASE_NONE;
}

void db_disconnect(struct db_conn *c)
{
    drop(c);
    c->on_connect = NULL;
    c->on_query = NULL;
}

/* ---- waiting ---- */

/* Wait on FD for what STATUS (MYSQL_WAIT_*) asks, at most until the deadline of the operation. */
static void wait_for(struct db_conn *c, int fd, int status)
{
    short what =
        (short)((status & MYSQL_WAIT_READ ? EV_READ : 0) | (status & MYSQL_WAIT_WRITE ? EV_WRITE : 0));
    int64_t left_ms = INT64_MAX;
    struct timeval tv = {0, 0};

    if (c->deadline_ms != INT64_MAX) {
        left_ms = c->deadline_ms - time_mono_ms();
        if (left_ms < 0)
            left_ms = 0;
    }
    c->library_timeout = false;
    if (status & MYSQL_WAIT_TIMEOUT) {
        int64_t library_ms = mysql_get_timeout_value_ms(c->m);

        if (library_ms < left_ms) {
            left_ms = library_ms;
            c->library_timeout = true;
        }
    }
    tv.tv_sec = left_ms / 1000;
    tv.tv_usec = left_ms % 1000 * 1000;
    CHECK(event_assign(c->io, c->base, fd, what, on_io, c) == 0);
    CHECK(event_add(c->io, left_ms == INT64_MAX ? NULL : &tv) == 0);
}

/* ---- knocking and login ---- */

static void knock(struct db_conn *c)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(c->socket);

    if (len >= sizeof address.sun_path) {
        finish(c, 2002, "the socket's path is too long");
        return;
    }
    memcpy(address.sun_path, c->socket, len + 1);
    c->knock_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->knock_fd < 0 || connect(c->knock_fd, (struct sockaddr *)&address, sizeof address) != 0) {
        finish(c, 2002, strerror(errno)); /* EAGAIN: the server's queue is full */
        return;
    }
    c->deadline_ms = INT64_MAX; /* see the header: a knock given up would stay in the server's queue */
    wait_for(c, c->knock_fd, MYSQL_WAIT_READ);
}

static void login(struct db_conn *c)
{
    struct db_params p = {.socket = c->socket, .host = c->host};
    size_t stack = COROUTINE_STACK_BYTES;

    c->phase = PHASE_LOGIN;
    c->state = DB_CONN_LOGIN;
    c->deadline_ms = time_mono_ms() + c->options.connect_ms;
    c->m = mysql_init(NULL);
    CHECK(c->m != NULL);
    mysql_options(c->m, MYSQL_OPT_NONBLOCK, &stack);
    db_session_options(
        c->m, &p,
        &(struct db_session){.autocommit = c->options.autocommit, .lock_wait_s = c->options.lock_wait_s},
        (c->options.connect_ms + 999) / 1000);
    advance(c, mysql_real_connect_start(&c->login, c->m, c->socket ? NULL : c->host, c->user, c->password,
                                        c->database, c->port, c->socket, CLIENT_FOUND_ROWS));
}

static void knocked(struct db_conn *c)
{
    char byte;
    ssize_t n = recv(c->knock_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    close(c->knock_fd);
    c->knock_fd = -1;
    if (n <= 0)
        finish(c, 2002, "the server closed before greeting");
    else
        login(c);
}

enum err db_connect(struct db_conn *c, db_connect_done_fn *done, void *ctx)
{
    if (c->state != DB_CONN_CLOSED)
        return ERR_BUSY;
    c->on_connect = done;
    c->ctx = ctx;
    c->role = DB_READS;
    c->starting = true;
    if (c->socket != NULL) {
        c->state = DB_CONN_KNOCKING;
        c->phase = PHASE_KNOCK;
        knock(c);
    } else {
        login(c);
    }
    c->starting = false;
    return OK;
}

/* ---- queries ---- */

enum err db_query(struct db_conn *c, struct bytes sql, enum db_role role, uint32_t timeout_ms,
                  db_query_done_fn *done, void *ctx)
{
    if (c->state == DB_CONN_BUSY)
        return ERR_BUSY;
    if (c->state != DB_CONN_READY)
        return ERR_AWAY;
    c->state = DB_CONN_BUSY;
    c->phase = PHASE_QUERY;
    c->role = role;
    c->timeout_ms = timeout_ms;
    c->deadline_ms = time_mono_ms() + timeout_ms;
    c->on_query = done;
    c->ctx = ctx;
    c->starting = true;
    advance(c, mysql_real_query_start(&c->query_rc, c->m, (const char *)sql.p, sql.len));
    c->starting = false;
    return OK;
}

/* ---- many rows by one prepared statement ---- */

static void bind_column(MYSQL_BIND *b, const struct db_column *column)
{
    *b = (MYSQL_BIND){0};
    if (column->numbers != NULL) {
        b->buffer_type = MYSQL_TYPE_LONGLONG;
        b->is_unsigned = 1;
        b->buffer = (void *)(uintptr_t)column->numbers; /* the library reads it only */
    } else {
        b->buffer_type = MYSQL_TYPE_BLOB;
        b->buffer = (void *)(uintptr_t)column->bytes;
        b->length = (unsigned long *)(uintptr_t)column->lengths;
    }
}

/* The statement is prepared: give it the rows. */
static int execute(struct db_conn *c)
{
    c->phase = PHASE_EXECUTE;
    c->query_rc = 1;
    if (mysql_stmt_attr_set(c->stmt, STMT_ATTR_ARRAY_SIZE, &c->bulk_rows) ||
        mysql_stmt_bind_param(c->stmt, c->binds))
        return 0;
    return mysql_stmt_execute_start(&c->query_rc, c->stmt);
}

static int prepare(struct db_conn *c, const char *sql)
{
    if (c->stmt != NULL)
        mysql_stmt_close(c->stmt);
    c->stmt = mysql_stmt_init(c->m);
    CHECK(c->stmt != NULL);
    c->stmt_sql = sql;
    c->phase = PHASE_PREPARE;
    return mysql_stmt_prepare_start(&c->query_rc, c->stmt, sql, strlen(sql));
}

enum err db_insert(struct db_conn *c, const char *sql, const struct db_column *columns, unsigned n,
                   unsigned rows, uint32_t timeout_ms, db_query_done_fn *done, void *ctx)
{
    CHECK(n <= DB_COLUMNS_MAX && rows > 0);
    if (c->state == DB_CONN_BUSY)
        return ERR_BUSY;
    if (c->state != DB_CONN_READY)
        return ERR_AWAY;
    for (unsigned i = 0; i < n; i++)
        bind_column(&c->binds[i], &columns[i]);
    c->bulk_rows = rows;
    c->state = DB_CONN_BUSY;
    c->role = DB_WRITES;
    c->timeout_ms = timeout_ms;
    c->deadline_ms = time_mono_ms() + timeout_ms;
    c->on_query = done;
    c->ctx = ctx;
    c->starting = true;
    advance(c, c->stmt != NULL && c->stmt_sql == sql ? execute(c) : prepare(c, sql));
    c->starting = false;
    return OK;
}

/* ---- the shim: go on with the suspended call until it waits or the operation is over ---- */

/* One more call of the library; returns what it waits for, 0 when the call is over. */
static int resume(struct db_conn *c, int ready)
{
    switch (c->phase) {
    case PHASE_LOGIN:
        return mysql_real_connect_cont(&c->login, c->m, ready);
    case PHASE_QUERY:
        return mysql_real_query_cont(&c->query_rc, c->m, ready);
    case PHASE_STORE:
        return mysql_store_result_cont(&c->res, c->m, ready);
    case PHASE_PREPARE:
        return mysql_stmt_prepare_cont(&c->query_rc, c->stmt, ready);
    case PHASE_EXECUTE:
        return mysql_stmt_execute_cont(&c->query_rc, c->stmt, ready);
    case PHASE_NONE:
    case PHASE_KNOCK:
        break;
    }
    check_failed(__FILE__, __LINE__, __func__, "phase");
}

/* Code of a call that failed; never 0, or the failure would be told as success. */
static unsigned library_code(const struct db_conn *c)
{
    bool by_statement = c->phase == PHASE_PREPARE || c->phase == PHASE_EXECUTE;
    unsigned code = by_statement ? mysql_stmt_errno(c->stmt) : mysql_errno(c->m);

    return code != 0 ? code : DB_CODE_TIMEOUT;
}

static void login_over(struct db_conn *c)
{
    int fd = (int)mysql_get_socket(c->m);

    if (c->login == NULL) {
        finish(c, library_code(c), mysql_error(c->m));
        return;
    }
    /* The library leaves the socket blocking; it asks for each read by MSG_DONTWAIT, but not everywhere. */
    CHECK(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
    finish(c, 0, "");
}

static void advance(struct db_conn *c, int status)
{
    while (status == 0) {
        switch (c->phase) {
        case PHASE_LOGIN:
            login_over(c);
            return;
        case PHASE_QUERY:
            if (c->query_rc == 0 && mysql_field_count(c->m) > 0) {
                c->phase = PHASE_STORE;
                status = mysql_store_result_start(&c->res, c->m);
                continue;
            }
            finish(c, c->query_rc ? library_code(c) : 0, mysql_error(c->m));
            return;
        case PHASE_STORE:
            finish(c, c->res == NULL ? library_code(c) : 0, mysql_error(c->m));
            return;
        case PHASE_PREPARE:
            if (c->query_rc == 0) {
                status = execute(c);
                continue;
            }
            c->stmt_sql = NULL; /* it is not: the next one begins anew */
            finish(c, library_code(c), mysql_stmt_error(c->stmt));
            return;
        case PHASE_EXECUTE:
            finish(c, c->query_rc ? library_code(c) : 0, mysql_stmt_error(c->stmt));
            return;
        case PHASE_NONE:
        case PHASE_KNOCK:
            check_failed(__FILE__, __LINE__, __func__, "phase");
        }
    }
    wait_for(c, (int)mysql_get_socket(c->m), status);
}

static void on_io(evutil_socket_t fd, short what, void *ctx)
{
    struct db_conn *c = ctx;
    char why[64];
    int ready = 0;

    (void)fd;
    if (c->phase == PHASE_KNOCK) {
        knocked(c);
        return;
    }
    if (what & EV_TIMEOUT && !c->library_timeout) {
        snprintf(why, sizeof why, "no answer within %u ms",
                 c->phase == PHASE_LOGIN ? c->options.connect_ms : c->timeout_ms);
        finish(c, DB_CODE_TIMEOUT, why);
        return;
    }
    ready |= what & EV_READ ? MYSQL_WAIT_READ : 0;
    ready |= what & EV_WRITE ? MYSQL_WAIT_WRITE : 0;
    ready |= what & EV_TIMEOUT ? MYSQL_WAIT_TIMEOUT : 0;
    advance(c, resume(c, ready));
}

/* ---- completion ---- */

/* Tell the starter. Last thing that touches C: the completion may free it. */
static void tell(struct db_conn *c)
{
    bool connecting = c->state == DB_CONN_KNOCKING || c->state == DB_CONN_LOGIN;
    enum db_fate fate = db_fate_of(c->code, c->role);
    db_connect_done_fn *on_connect = c->on_connect;
    db_query_done_fn *on_query = c->on_query;
    void *ctx = c->ctx;
    struct db_cursor cursor = {.res = c->res};
    struct db_result r = {.fate = fate, .code = c->code, .cursor = &cursor};
    char why[sizeof c->why];
    bool by_statement = c->phase == PHASE_EXECUTE;

    memcpy(why, c->why, sizeof why);
    r.why = why;
    c->res = NULL;
    c->on_connect = NULL;
    c->on_query = NULL;
    c->phase = PHASE_NONE;
    if (by_statement && c->code == 0) {
        r.affected = mysql_stmt_affected_rows(c->stmt);
    } else if (!connecting && c->code == 0) {
        r.affected = cursor.res == NULL ? mysql_affected_rows(c->m) : 0;
        r.fields = cursor.res == NULL ? 0 : mysql_num_fields(cursor.res);
        r.rows = cursor.res == NULL ? 0 : mysql_num_rows(cursor.res);
    }
    if ((connecting && c->code != 0) || fate == DB_GONE || fate == DB_UNKNOWN)
        drop(c);
    else
        c->state = DB_CONN_READY;
    if (connecting)
        on_connect(ctx, r.code == 0 ? DB_DONE : DB_GONE, why);
    else
        on_query(ctx, &r);
    mysql_free_result(cursor.res);
}

static void finish(struct db_conn *c, unsigned code, const char *why)
{
    c->code = code;
    snprintf(c->why, sizeof c->why, "%s", code == 0 ? "" : why);
    if (c->starting)
        event_active(c->later, EV_TIMEOUT, 0);
    else
        tell(c);
}

static void on_later(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    tell(ctx);
}

bool db_result_next(struct db_result *r)
{
    struct db_cursor *cursor = r->cursor;

    if (cursor->res == NULL)
        return false;
    cursor->row = mysql_fetch_row(cursor->res); /* of a stored result: no reading from the network */
    if (cursor->row == NULL)
        return false;
    cursor->lengths = mysql_fetch_lengths(cursor->res);
    return true;
}

struct bytes db_result_cell(const struct db_result *r, unsigned column)
{
    const struct db_cursor *cursor = r->cursor;

    CHECK(cursor->row != NULL && column < r->fields);
    return BYTES(cursor->row[column], cursor->row[column] ? cursor->lengths[column] : 0);
}
