/* Reading our own small reference tables (the tables of schema/codes): UTF-8 (a byte order mark is passed
 * over), comma, quoted by RFC 4180, lines end in CR LF or LF, spaces kept, empty lines skipped, first row is
 * the header with names that differ, every row as many fields as the header. Providers' CSV files are another
 * matter and are read in the adapter.
 *
 * libcsv has a csv_free too. Ours carries another name for the linker, so that an adapter that uses libcsv
 * never reaches it; a file that includes both headers does not compile. */
#ifndef PLEK_BASE_CSV_H
#define PLEK_BASE_CSV_H

#include "base/bytes.h"

struct csv_table;

/* Read PATH (at most 4 MiB). On failure says where in WHY ("gemeenten.csv line 12: 5 fields, header has 6"):
 * ERR_IO if the file cannot be read, ERR_TOO_BIG, ERR_BAD_INPUT for its content. The caller frees *OUT. */
MUST_CHECK enum err csv_load(const char *path, struct csv_table **out, char *why, size_t why_size);

/* The same for bytes at hand; NAME stands for the file in WHY. */
MUST_CHECK enum err csv_read(struct bytes text, const char *name, struct csv_table **out, char *why,
                             size_t why_size);
void csv_free(struct csv_table *t) __asm__("plek_csv_free");
size_t csv_rows(const struct csv_table *t); /* without the header */
size_t csv_columns(const struct csv_table *t);
/* Name of COLUMN (0 .. csv_columns - 1) as the header has it, borrowed. */
const char *csv_column(const struct csv_table *t, size_t column);
/* Field of ROW under the header NAME, borrowed; "" where the table has no such column. */
const char *csv_field(const struct csv_table *t, size_t row, const char *name);
int csv_line(const struct csv_table *t, size_t row); /* line where the row begins in the file, for messages */

#endif
