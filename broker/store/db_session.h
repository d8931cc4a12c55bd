/* Only for db_conn and db_blocking: what every connection of ours is set to before it connects, in one place
 * because escaping, counting and locking rest on it. */
#ifndef PLEK_STORE_DB_SESSION_H
#define PLEK_STORE_DB_SESSION_H

#include "store/db_params.h"

#include <mysql.h>
#include <stdbool.h>

struct db_session {
    bool autocommit;
    unsigned lock_wait_s; /* innodb_lock_wait_timeout */
};

void db_session_options(MYSQL *m, const struct db_params *p, const struct db_session *s, unsigned connect_s);

#endif
