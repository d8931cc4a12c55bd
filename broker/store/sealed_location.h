/* Addresses, night numbers and meeting points: in a database and under a user of their own, each field sealed
 * by itself (vault of purpose VAULT_LOCATIONS; associated data "sealed_location:<id>:<column>"). They never
 * enter the engine or the journal. Reading is through store/secrets.h, which writes the access log first. */
#ifndef PLEK_STORE_SEALED_LOCATION_H
#define PLEK_STORE_SEALED_LOCATION_H

#include "flow/secrets_port.h"
#include "store/clerk.h"
#include "store/vault.h"

/* Store, replacing what was there. DB is a connection of the second user. Blocking, for `plek`. */
MUST_CHECK enum err sealed_location_put(struct db *db, const struct vault *vault, struct location_id id,
                                        const struct revealed_location *fields);

/* Read and open. OUT is wiped by the caller. ERR_NOT_FOUND, ERR_CRYPTO. Blocking, for `plek`. */
MUST_CHECK enum err sealed_location_get(struct db *db, const struct vault *vault, struct location_id id,
                                        struct revealed_location *out);

/* Seal anew, with the vault's current master, every row that an older one seals. Can be run again. Blocking.
 */
MUST_CHECK enum err sealed_location_reseal(struct db *db, const struct vault *vault, uint64_t *count);

/* LOCATION is NULL unless OK; it is wiped after the call. ERR_NOT_FOUND, ERR_CRYPTO, ERR_AWAY. */
typedef void sealed_location_fn(void *ctx, enum err trouble, const struct revealed_location *location);

/* Read on the loop, through a clerk of the second user. One completion, never from inside the call. ERR_BUSY:
 * its queue is full. */
struct sealed_read;
MUST_CHECK enum err sealed_location_read(struct clerk *k, const struct vault *vault, struct location_id id,
                                         uint32_t patience_ms, sealed_location_fn *done, void *ctx,
                                         struct sealed_read **out);
/* Forget a read that will not be completed (its clerk's loop has ended). */
void sealed_read_free(struct sealed_read *r);

#endif
