#include "store/db_sql.h"

#include "base/check.h"

#include <string.h>

/* Escape as the server's lexer reads it back: NUL, newline, return and ^Z only for the eyes of those who read
 * dumps; quote and backslash because they must. */
static char escape_of(uint8_t c)
{
    switch (c) {
    case '\0':
        return '0';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case 0x1a:
        return 'Z';
    case '\'':
    case '\\':
        return (char)c;
    default:
        return '\0';
    }
}

static void quote(struct buf *sql, struct bytes v)
{
    size_t before = sql->len, n = 0;
    uint8_t *to = buf_extend(sql, 2 * v.len + 2); /* events are half zeros: room for the worst, once */

    to[n++] = '\'';
    for (size_t i = 0; i < v.len; i++) {
        char e = escape_of(v.p[i]);

        if (e != '\0')
            to[n++] = '\\';
        to[n++] = e != '\0' ? (uint8_t)e : v.p[i];
    }
    to[n++] = '\'';
    sql->len = before + n;
}

void sql_text(struct buf *sql, const char *text)
{
    if (text == NULL)
        buf_text(sql, "NULL");
    else
        quote(sql, bytes_of_text(text));
}

void sql_bytes(struct buf *sql, struct bytes v)
{
    buf_text(sql, "_binary");
    quote(sql, v);
}

void sql_u64(struct buf *sql, uint64_t v)
{
    buf_decimal(sql, v);
}

void sql_i64(struct buf *sql, int64_t v)
{
    if (v < 0)
        buf_u8(sql, '-');
    sql_u64(sql, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

bool db_code_is_loss(unsigned code)
{
    switch (code) {
    case 1040: /* too many connections */
    case 1047: /* Galera: this node is not part of a primary component */
    case 1053: /* server shutdown in progress */
    case 1158: /* network read error, packets out of order, ... */
    case 1159:
    case 1160:
    case 1161:
    case 1927: /* connection was killed */
    case 2002: /* cannot connect */
    case 2003:
    case 2006: /* server has gone away */
    case 2012: /* handshake */
    case 2013: /* lost connection during query; our own deadline */
    case 2014: /* out of sync: the connection is of no use any more */
    case 2026: /* TLS */
    case 2027: /* malformed packet */
    case 2055: /* lost connection at ... */
    case 5013: /* network read, write (newer names of the same) */
    case 5014:
        return true;
    default:
        return false;
    }
}

enum db_fate db_fate_of(unsigned code, enum db_role role)
{
    if (code == 0)
        return DB_DONE;
    if (db_code_is_loss(code))
        return role == DB_COMMITS ? DB_UNKNOWN : DB_GONE;
    switch (code) {
    case 1213: /* deadlock or lost certification: the server has rolled back, also at COMMIT */
        return DB_UNDONE;
    case 1205: /* lock wait: the statement is undone, the transaction still open */
    case 1020: /* the row changed since the snapshot */
    case 1969: /* max_statement_time */
        return DB_UNDONE;
    case 1317: /* interrupted: at COMMIT nobody knows */
    case 1180: /* error during commit */
        return role == DB_COMMITS ? DB_UNKNOWN : DB_UNDONE;
    default:
        return DB_REFUSED;
    }
}

const char *db_fate_name(enum db_fate f)
{
    switch (f) {
    case DB_DONE:
        return "done";
    case DB_REFUSED:
        return "refused";
    case DB_UNDONE:
        return "undone";
    case DB_GONE:
        return "gone";
    case DB_UNKNOWN:
        return "unknown";
    }
    check_failed(__FILE__, __LINE__, __func__, "fate");
}
