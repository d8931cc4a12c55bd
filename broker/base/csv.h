/* Reading our own small reference tables (schema/codes/*.csv): UTF-8, comma, quoted by RFC 4180, first row is
 * the header. Providers' CSV files are another matter and are read in the adapter. */
#ifndef PLEK_BASE_CSV_H
#define PLEK_BASE_CSV_H

#include "base/bytes.h"

struct csv_table;

/* Read PATH (at most 4 MiB). On failure says where in WHY ("gemeenten.csv line 12: 5 fields, header has 6").
 */
MUST_CHECK enum err csv_load(const char *path, struct csv_table **out, char *why, size_t why_size);
void csv_free(struct csv_table *t);
size_t csv_rows(const struct csv_table *t);
/* Field of ROW under the header NAME, borrowed; "" where the table has no such column. */
const char *csv_field(const struct csv_table *t, size_t row, const char *name);
int csv_line(const struct csv_table *t, size_t row); /* line number in the file, for messages */

#endif
