#include "store/db_session.h"

#include <stdio.h>

void db_session_options(MYSQL *m, const struct db_params *p, const struct db_session *s, unsigned connect_s)
{
    unsigned protocol = p->socket != NULL ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    unsigned off = 0;
    my_bool no = 0;
    char init[256];

    /* sql_mode is set, not inherited: NO_BACKSLASH_ESCAPES would undo the escaping of db_sql, and without
     * STRICT a value that is too long is cut instead of refused. Reconnecting by itself would silently drop a
     * transaction; LOCAL INFILE would let a server read our files. */
    snprintf(init, sizeof init,
             "SET SESSION sql_mode='STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',"
             "autocommit=%d,innodb_lock_wait_timeout=%u,time_zone='+00:00'",
             s->autocommit ? 1 : 0, s->lock_wait_s);
    mysql_options(m, MYSQL_INIT_COMMAND, init);
    mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(m, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_options(m, MYSQL_OPT_RECONNECT, &no);
    mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
}
