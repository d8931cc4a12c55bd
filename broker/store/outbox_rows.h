/* Only for outbox: rows of its tables to structs and back, shared by the blocking and the loop's side. */
#ifndef PLEK_STORE_OUTBOX_ROWS_H
#define PLEK_STORE_OUTBOX_ROWS_H

#include "flow/outbox_port.h"
#include "store/db_sql.h"

/* Columns in the order that the readers expect. */
#define OUTBOX_COLUMNS                                                                                       \
    "o.id, o.event_key, o.target, o.location, o.channel, o.kind, o.text_key, o.state, o.at_ms, o.org, "      \
    "o.referral, o.request, o.pool, o.attempts, o.next_at_ms, o.status, o.trouble, o.done_at_ms"
#define OUTBOX_CELLS 18
#define TARGET_SELECT                                                                                        \
    "SELECT id, name, org, location, channel, language, address, retired_at_ms, behind_from FROM "           \
    "notify_target WHERE retired_at_ms = 0 ORDER BY name"
#define TARGET_CELLS 9

/* False if a cell cannot be what it should be. */
MUST_CHECK bool outbox_row_of_cells(const struct bytes *cells, struct outbox_row *out);
MUST_CHECK bool notify_target_of_cells(const struct bytes *cells, struct notify_target *out);

/* Append INSERT IGNORE of N > 0 rows. */
void outbox_insert_sql(struct buf *sql, const struct outbox_row *rows, size_t n);

/* Append the question of outbox_port.due. Which row is each receiver's is read from one index and from no
 * row of the table (by_target for webhooks, which steps from target to target; by_receiver for the others,
 * which passes over what waits on the channel); of those rows alone the rest is fetched. */
void outbox_due_sql(struct buf *sql, enum channel channel, int64_t now_ms, unsigned limit);

#endif
