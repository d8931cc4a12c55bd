/* flow/outbox_port.h over MariaDB (schema/sql/0006_notify.sql), through a clerk of its own, so that a great
 * statement holds up nothing else. Addresses are sealed by a vault of purpose VAULT_TARGETS, bound to the
 * target's name. */
#ifndef PLEK_STORE_OUTBOX_H
#define PLEK_STORE_OUTBOX_H

#include "flow/outbox_port.h"
#include "store/clerk.h"
#include "store/vault.h"

struct outbox;

/* Each event is held against each target on the loop; about 500 are expected. */
#define OUTBOX_TARGETS_MAX 2000

/* K and VAULT are borrowed and outlive it. EPOCH: ours; a commit under another one is refused. */
struct outbox *outbox_new(struct clerk *k, const struct vault *vault, uint64_t epoch);
/* What is under way is not completed; the loop must not turn between this and clerk_free. NULL is fine. */
void outbox_free(struct outbox *o);
const struct outbox_port *outbox_port(struct outbox *o); /* borrowed */

/* ---- blocking, for `plek` ---- */

/* Add T (its id and sealed address are ignored) with ADDRESS ("" for the night number). ERR_CONFLICT: the
 * name is in use. */
MUST_CHECK enum err notify_target_add(struct db *db, const struct vault *vault, const struct notify_target *t,
                                      const char *address, int64_t now_ms);
/* Nothing goes there any more, and its address is forgotten; its messages stay in the list. ERR_NOT_FOUND. */
MUST_CHECK enum err notify_target_retire(struct db *db, const char *name, int64_t now_ms);
/* Call FN for each that is not retired, by name. */
typedef void notify_target_fn(void *ctx, const struct notify_target *t);
MUST_CHECK enum err notify_target_each(struct db *db, notify_target_fn *fn, void *ctx);
/* The address in clear; the caller wipes OUT. ERR_CRYPTO. */
MUST_CHECK enum err notify_target_open(const struct vault *vault, const struct notify_target *t,
                                       char out[TARGET_ADDRESS_SIZE]);
/* Add ROW to what waits. */
MUST_CHECK enum err notify_outbox_add(struct db *db, const struct outbox_row *row);

#endif
