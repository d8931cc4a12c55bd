/* Text of statements, and what an error code means. Pure: no connection is needed or looked at.
 *
 * Values are written as literals: every connection of ours speaks utf8mb4 with backslash escapes on (db_conn
 * and db_blocking set both), and in that character set no byte of a longer character is a quote or a
 * backslash, so escaping byte by byte is safe. */
#ifndef PLEK_STORE_DB_SQL_H
#define PLEK_STORE_DB_SQL_H

#include "base/bytes.h"

/* Append a quoted literal: text ('...'), or bytes (_binary'...', any bytes at all). */
void sql_text(struct buf *sql, const char *text); /* NULL becomes the word NULL */
void sql_bytes(struct buf *sql, struct bytes v);
void sql_u64(struct buf *sql, uint64_t v);
void sql_i64(struct buf *sql, int64_t v);

/* What a statement does to the fate of its transaction when the connection is lost under it. */
enum db_role {
    DB_READS,   /* changes nothing */
    DB_WRITES,  /* inside a transaction that a later COMMIT ends */
    DB_COMMITS, /* COMMIT itself, or a writing statement with autocommit on */
};

/* What came of a statement (reliability-measured.md, 1.7). */
enum db_fate {
    DB_DONE,
    DB_REFUSED, /* the statement is wrong or met a constraint (1062: DB_CODE_DUPLICATE): repeating does not
                   help, nothing of it is there, the transaction before it still stands */
    DB_UNDONE,  /* certainly not committed: ROLLBACK, then repeat the whole transaction */
    DB_GONE,    /* connection lost or out of time, certainly not committed; the connection is closed */
    DB_UNKNOWN, /* the same under a DB_COMMITS: may have been committed; the connection is closed */
};

#define DB_CODE_DUPLICATE 1062u
#define DB_CODE_SIGNAL 1644u  /* SIGNAL SQLSTATE '45000': only we do, where the writer's epoch is not ours */
#define DB_CODE_TIMEOUT 2013u /* our own deadline is told as "lost during query" */

/* Classify error CODE (0 = none) of a statement in ROLE. */
enum db_fate db_fate_of(unsigned code, enum db_role role);

/* True if after CODE the connection can no longer be used. */
bool db_code_is_loss(unsigned code);

const char *db_fate_name(enum db_fate f);

#endif
