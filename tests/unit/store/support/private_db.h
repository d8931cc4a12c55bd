/* A MariaDB of the test's own: a new data directory under /tmp (copied from a template that is made once per
 * build folder), reached only by its unix socket, as a user of its own when the test runs as root. It dies
 * with the test, whatever happens to the test. Every failure here ends the test program with the reason. */
#ifndef PLEK_TEST_PRIVATE_DB_H
#define PLEK_TEST_PRIVATE_DB_H

#include "store/db_blocking.h"

#include <sys/types.h>

struct private_db;

/* Start with two empty databases, "plek" and "plek_sealed", each with a user of the same name that may do
 * everything in it and nothing in the other. */
struct private_db *private_db_start(void);
void private_db_stop(struct private_db *p); /* kill, remove the directory */

void private_db_kill(struct private_db *p);    /* SIGKILL, and wait until it is gone */
void private_db_restart(struct private_db *p); /* after kill: on the same data; waits until it answers */
void private_db_launch(struct private_db *p);  /* the same without waiting for an answer */
void private_db_stall(struct private_db *p);   /* SIGSTOP */
void private_db_resume(struct private_db *p);  /* SIGCONT */

struct db_params private_db_params(const struct private_db *p);
struct db_params private_db_sealed_params(const struct private_db *p);

/* Drop and make anew both databases: a clean start for the next test of the same program. */
void private_db_empty(struct private_db *p);

/* A connection for looking and for preparing; the caller closes it. */
struct db *private_db_open(const struct private_db *p);
/* The single number that SQL gives; ends the test if it fails. */
uint64_t private_db_number(const struct private_db *p, const char *sql);
void private_db_exec(const struct private_db *p, const char *sql);

/* True if NEEDLE stands in any file of the data directory (call private_db_kill before). */
bool private_db_files_hold(const struct private_db *p, const char *needle);

#endif
