/* flow/notes_port.h over the table note_ciphertext. */
#ifndef PLEK_STORE_NOTES_STORE_H
#define PLEK_STORE_NOTES_STORE_H

#include "flow/notes_port.h"
#include "store/clerk.h"

struct notes_store;

/* K is borrowed and outlives it. EPOCH: the writer's, ours; under another one nothing is dropped, because
 * what is wanted is known to that writer only. PATIENCE_MS: how long put, get and list wait for the database;
 * 0 = 3,000. */
struct notes_store *notes_store_new(struct clerk *k, uint64_t epoch, uint32_t patience_ms);
/* What is under way is not completed; the loop must not turn between this and clerk_free. NULL is fine. */
void notes_store_free(struct notes_store *s);

/* Borrowed. */
const struct notes_port *notes_store_port(struct notes_store *s);

#endif
