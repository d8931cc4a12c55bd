/* A plain connection whose calls wait: for start-up (migrate, take over, load) and for the `plek` tool. Never
 * used on the event loop. Every call has a time limit of its own (connect 10 s, read and write 60 s). */
#ifndef PLEK_STORE_DB_BLOCKING_H
#define PLEK_STORE_DB_BLOCKING_H

#include "store/db_params.h"
#include "store/db_sql.h"

struct db;

/* Room for a reason; every function that has WHY fills it on failure, in English, without any value. */
#define DB_WHY_SIZE 256

/* Connect. ERR_AWAY with the reason in WHY. The caller closes *OUT. */
MUST_CHECK enum err db_open(const struct db_params *p, struct db **out, char *why, size_t why_size);
void db_close(struct db *db);

/* Cells of one row, borrowed for the call; p NULL is SQL NULL. Return OK to go on; anything else stops the
 * reading and is returned. */
typedef enum err db_row_fn(void *ctx, const struct bytes *cells, unsigned n);

/* Run one statement; rows that it gives are dropped. ERR_CONFLICT for a duplicate key, ERR_BAD_INPUT for any
 * other refusal, ERR_BUSY where it is certainly undone and may be repeated, ERR_AWAY / ERR_DOUBT for a lost
 * connection (DOUBT: autocommit writes and COMMIT). The reason is db_why, until the next call. */
MUST_CHECK enum err db_exec(struct db *db, struct bytes sql, enum db_role role);
MUST_CHECK enum err db_exec_text(struct db *db, const char *sql, enum db_role role);

/* Run one reading statement and call FN for each row. The rows stream (mysql_use_result): FN must not use
 * DB. */
MUST_CHECK enum err db_each(struct db *db, struct bytes sql, db_row_fn *fn, void *ctx);

/* The single number that SQL gives: first cell of the first row; NULL or no row gives FALLBACK. */
MUST_CHECK enum err db_number(struct db *db, const char *sql, uint64_t fallback, uint64_t *out);

uint64_t db_affected(const struct db *db); /* rows matched by the last db_exec */
unsigned db_code(const struct db *db);     /* error code of the last call, 0 = none */
const char *db_why(const struct db *db);   /* never NULL */

/* Cell as number; false if it is NULL or no number. */
bool db_cell_u64(struct bytes cell, uint64_t *out);
bool db_cell_i64(struct bytes cell, int64_t *out);
/* Cell as text into OUT[SIZE]; a NULL gives "". False, and OUT "", if it is too long or holds a NUL. */
bool db_cell_text(struct bytes cell, char *out, size_t size);

#endif
