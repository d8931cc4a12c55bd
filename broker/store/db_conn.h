/* One connection to MariaDB on the event loop: Connector/C's non-blocking calls (…_start/_cont), one
 * operation at a time, each with a deadline of its own. The rest of the room sees db_connect and db_query
 * with a completion, nothing of the library.
 *
 *   CLOSED ──db_connect──► KNOCKING ──greeted──► LOGIN ──► READY ◄──► BUSY (db_query)
 *      ▲──────────── lost, out of time, db_disconnect ───────┴──────────┘
 *
 * Completions: exactly one per accepted start, always from the event loop, never from inside the start; none
 * after db_disconnect or db_conn_free. A completion may start the next operation, disconnect or free.
 *
 * Why knocking: connect() in Connector/C sleeps in a loop (up to the connect timeout, on our thread) while
 * the server's queue of unaccepted connections is full, and each attempt given up on a stopped server stays
 * in that queue. So before it, one socket of ours waits, without limit and without blocking, until the server
 * has sent its first byte; only then Connector/C connects. A server that is stopped for hours costs one open
 * socket, and the connection is made the moment it goes on. (Unix sockets only; TCP has no such loop.) */
#ifndef PLEK_STORE_DB_CONN_H
#define PLEK_STORE_DB_CONN_H

#include "store/db_params.h"
#include "store/db_sql.h"

struct event_base;
struct db_conn;

struct db_conn_options {
    bool autocommit;
    uint32_t lock_wait_s; /* a statement that waits longer for a row lock is undone (1205) */
    uint32_t connect_ms;  /* login after the greeting */
};

/* Nothing is connected yet. P is copied. */
struct db_conn *db_conn_new(struct event_base *base, const struct db_params *p,
                            const struct db_conn_options *options);
void db_conn_free(struct db_conn *c); /* NULL is fine */

enum db_conn_state { DB_CONN_CLOSED, DB_CONN_KNOCKING, DB_CONN_LOGIN, DB_CONN_READY, DB_CONN_BUSY };
enum db_conn_state db_conn_state(const struct db_conn *c);

/* FATE is DB_DONE or DB_GONE, with WHY (borrowed for the call; no secrets in it). */
typedef void db_connect_done_fn(void *ctx, enum db_fate fate, const char *why);

/* ERR_BUSY unless CLOSED. */
MUST_CHECK enum err db_connect(struct db_conn *c, db_connect_done_fn *done, void *ctx);

/* Close at once; what was under way is forgotten. */
void db_disconnect(struct db_conn *c);

struct db_result {
    enum db_fate fate; /* GONE and UNKNOWN: the connection is CLOSED */
    unsigned code;     /* server's or library's error code, 0 = none */
    const char
        *why; /* never NULL; may quote parts of the statement's values: not for logs of personal data */
    uint64_t affected; /* rows matched (not: changed) by an UPDATE */
    unsigned fields;
    uint64_t rows;
    struct db_cursor *cursor; /* for the functions below */
};
typedef void db_query_done_fn(void *ctx, struct db_result *r);

/* Run one statement. SQL is borrowed until the completion. The result, rows included, is read completely
 * before DONE, so a reading statement bounds itself (LIMIT). ERR_AWAY if closed, ERR_BUSY if something is
 * under way. */
MUST_CHECK enum err db_query(struct db_conn *c, struct bytes sql, enum db_role role, uint32_t timeout_ms,
                             db_query_done_fn *done, void *ctx);

/* A column of many rows: NUMBERS, or BYTES of LENGTHS (never NULL, also where a length is 0). */
struct db_column {
    const uint64_t *numbers;
    const uint8_t *const *bytes;
    const unsigned long *lengths;
};
#define DB_COLUMNS_MAX 8

/* Insert ROWS rows at once by SQL, a static text with a '?' for each of its N columns: the numbers and bytes
 * go as they are, so nobody writes, escapes and parses them as text, which is half of what a row costs the
 * server (4.9 to 2.6 us for a row of the journal). The statement is prepared once for each connection. Each
 * row of COLUMNS is borrowed until the completion; otherwise as db_query with DB_WRITES. A failure may leave
 * some of the rows in the transaction: it must be rolled back. */
MUST_CHECK enum err db_insert(struct db_conn *c, const char *sql, const struct db_column *columns, unsigned n,
                              unsigned rows, uint32_t timeout_ms, db_query_done_fn *done, void *ctx);

/* Go to the first / next row of a result; false at the end. Only inside the completion. */
bool db_result_next(struct db_result *r);
/* Cell of the current row; p NULL is SQL NULL. Borrowed until the next row. */
struct bytes db_result_cell(const struct db_result *r, unsigned column);

#endif
