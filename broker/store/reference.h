/* Reference data in the database: the lists of schema/codes/, one per file. `plek codes load` brings them in;
 * the broker reads them at start, builds its vocabulary (core/vocab.h) and answers them by list. All
 * blocking. */
#ifndef PLEK_STORE_REFERENCE_H
#define PLEK_STORE_REFERENCE_H

#include "core/vocab.h"
#include "store/db_blocking.h"

/* Replace every list of which DIR has a file <list>.csv, each by one transaction; lists without a file stay.
 * ROWS is how many there are now. ERR_IO / ERR_BAD_INPUT with file and line in WHY, before anything of that
 * list was changed. */
MUST_CHECK enum err reference_load_dir(struct db *db, const char *dir, uint64_t *rows, char *why,
                                       size_t why_size);

struct reference;

/* Read all lists. ERR_NOT_FOUND if there is none. */
MUST_CHECK enum err reference_read(struct db *db, struct reference **out, char *why, size_t why_size);
void reference_free(struct reference *r);

/* All rows, ordered by list and place in the file, with every column of the file as a field; for vocab_new.
 * Borrowed. */
const struct vocab_row *reference_rows(const struct reference *r, size_t *n);

/* The rows of one list; N = 0 if there is no such list. Borrowed. */
const struct vocab_row *reference_list(const struct reference *r, const char *list, size_t *n);

/* Value of field NAME of ROW, borrowed; "" if it has none. */
const char *reference_field(const struct vocab_row *row, const char *name);

#endif
