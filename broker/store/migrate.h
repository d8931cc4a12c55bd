/* Forward-only migrations: the files NNNN_*.sql of a directory, in order of their number, each exactly once.
 * Table schema_version remembers what was applied with the SHA-256 of the file, so a file that was changed
 * afterwards is found, as is one that was slipped in before the last applied number. A lock (GET_LOCK) keeps
 * two from running at the same time.
 *
 * In a file statements end with ';' at the end of a line; comments are lines that begin with "--". MariaDB
 * commits at every CREATE or ALTER, so a file that fails half-way leaves its first statements applied; the
 * message says which statement failed. A file therefore holds what belongs together and no more. */
#ifndef PLEK_STORE_MIGRATE_H
#define PLEK_STORE_MIGRATE_H

#include "store/db_blocking.h"

/* Apply what is missing from DIR. APPLIED is how many were. ERR_CONFLICT: an applied file was changed, is
 * missing or was slipped in; ERR_BUSY: another migration runs (waited 10 s); ERR_IO: DIR cannot be read;
 * ERR_BAD_INPUT: a statement failed; with the file in WHY. Blocking. */
MUST_CHECK enum err migrate(struct db *db, const char *dir, unsigned *applied, char *why, size_t why_size);

/* Compare without applying: OK if everything in DIR is applied, ERR_NOT_FOUND if something is missing, else
 * as above. For a broker that must not start on an old schema. */
MUST_CHECK enum err migrate_check(struct db *db, const char *dir, char *why, size_t why_size);

#endif
