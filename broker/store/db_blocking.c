#include "store/db_blocking.h"

#include "base/check.h"
#include "base/mem.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_session.h"

#define CONNECT_SECONDS 10
#define IO_SECONDS 60
#define CELLS_MAX 64

struct db {
    MYSQL *m;
    uint64_t affected;
    unsigned code;
    char why[DB_WHY_SIZE];
};

enum err db_open(const struct db_params *p, struct db **out, char *why, size_t why_size)
{
    struct db *db = mem_new(1, sizeof *db);
    unsigned io = IO_SECONDS;

    db->m = mysql_init(NULL);
    CHECK(db->m != NULL);
    db_session_options(db->m, p, &(struct db_session){.autocommit = true, .lock_wait_s = 10},
                       CONNECT_SECONDS);
    mysql_options(db->m, MYSQL_OPT_READ_TIMEOUT, &io);
    mysql_options(db->m, MYSQL_OPT_WRITE_TIMEOUT, &io);
    if (mysql_real_connect(db->m, p->socket ? NULL : p->host, p->user, p->password, p->database, p->port,
                           p->socket, CLIENT_FOUND_ROWS) == NULL) {
        snprintf(why, why_size, "%s", mysql_error(db->m));
        db_close(db);
        return ERR_AWAY;
    }
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    mysql_close(db->m);
    free(db);
}

static enum err err_of_fate(enum db_fate f, unsigned code)
{
    switch (f) {
    case DB_DONE:
        return OK;
    case DB_REFUSED:
        return code == DB_CODE_DUPLICATE ? ERR_CONFLICT : ERR_BAD_INPUT;
    case DB_UNDONE:
        return ERR_BUSY;
    case DB_GONE:
        return ERR_AWAY;
    case DB_UNKNOWN:
        return ERR_DOUBT;
    }
    check_failed(__FILE__, __LINE__, __func__, "fate");
}

/* Remember how the last call of the library went. */
static enum err take_result(struct db *db, bool failed, enum db_role role)
{
    db->code = failed ? mysql_errno(db->m) : 0;
    if (failed && db->code == 0)
        db->code = DB_CODE_TIMEOUT;
    snprintf(db->why, sizeof db->why, "%s", failed ? mysql_error(db->m) : "");
    return err_of_fate(db_fate_of(db->code, role), db->code);
}

enum err db_exec(struct db *db, struct bytes sql, enum db_role role)
{
    bool failed = mysql_real_query(db->m, (const char *)sql.p, sql.len) != 0;

    db->affected = 0;
    if (!failed && mysql_field_count(db->m) > 0) {
        MYSQL_RES *res = mysql_store_result(db->m);

        failed = res == NULL;
        mysql_free_result(res);
    } else if (!failed) {
        db->affected = mysql_affected_rows(db->m);
    }
    return take_result(db, failed, role);
}

enum err db_exec_text(struct db *db, const char *sql, enum db_role role)
{
    return db_exec(db, bytes_of_text(sql), role);
}

enum err db_each(struct db *db, struct bytes sql, db_row_fn *fn, void *ctx)
{
    struct bytes cells[CELLS_MAX];
    MYSQL_RES *res = NULL;
    MYSQL_ROW row;
    enum err e;
    unsigned n;

    if (mysql_real_query(db->m, (const char *)sql.p, sql.len) != 0)
        return take_result(db, true, DB_READS);
    res = mysql_use_result(db->m);
    if (res == NULL)
        return take_result(db, true, DB_READS);
    n = mysql_num_fields(res);
    CHECK(n <= CELLS_MAX);
    while ((row = mysql_fetch_row(res)) != NULL) {
        unsigned long *lengths = mysql_fetch_lengths(res);

        for (unsigned i = 0; i < n; i++)
            cells[i] = BYTES(row[i], row[i] ? lengths[i] : 0);
        e = fn(ctx, cells, n);
        if (e != OK) {
            mysql_free_result(res); /* reads and drops the rest */
            return e;
        }
    }
    e = take_result(db, mysql_errno(db->m) != 0, DB_READS);
    mysql_free_result(res);
    return e;
}

struct one_number {
    uint64_t v;
    bool seen;
    bool bad;
};

static enum err on_number(void *ctx, const struct bytes *cells, unsigned n)
{
    struct one_number *one = ctx;

    if (!one->seen && n > 0 && cells[0].p != NULL)
        one->bad = !db_cell_u64(cells[0], &one->v);
    one->seen = true;
    return OK;
}

enum err db_number(struct db *db, const char *sql, uint64_t fallback, uint64_t *out)
{
    struct one_number one = {.v = fallback};
    enum err e = db_each(db, bytes_of_text(sql), on_number, &one);

    if (e != OK)
        return e;
    if (one.bad)
        return ERR_BAD_INPUT;
    *out = one.v;
    return OK;
}

uint64_t db_affected(const struct db *db)
{
    return db->affected;
}

unsigned db_code(const struct db *db)
{
    return db->code;
}

const char *db_why(const struct db *db)
{
    return db->why;
}

bool db_cell_u64(struct bytes cell, uint64_t *out)
{
    uint64_t v = 0;

    if (cell.p == NULL || cell.len == 0 || cell.len > 20)
        return false;
    for (size_t i = 0; i < cell.len; i++) {
        uint64_t digit = (uint64_t)cell.p[i] - '0';

        if (cell.p[i] < '0' || cell.p[i] > '9' || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

bool db_cell_i64(struct bytes cell, int64_t *out)
{
    bool negative = cell.p != NULL && cell.len > 0 && cell.p[0] == '-';
    uint64_t v = 0;

    if (negative)
        cell = BYTES(cell.p + 1, cell.len - 1);
    if (!db_cell_u64(cell, &v) || v > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool db_cell_text(struct bytes cell, char *out, size_t size)
{
    out[0] = '\0';
    if (cell.len >= size || (cell.len > 0 && memchr(cell.p, '\0', cell.len) != NULL))
        return false;
    if (cell.len > 0)
        memcpy(out, cell.p, cell.len);
    out[cell.len] = '\0';
    return true;
}
