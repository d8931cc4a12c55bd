/* What a source's server said of the last file that was taken, so that the next question can be "only if it
 * has changed", also after a restart. One small file per source in the folder .poll of the spool, named after
 * provider and URL: another URL begins anew. So does another profile: what it makes of the same file may be
 * something else. Losing it costs one fetch. */
#ifndef PLEK_ADAPTERS_POLL_STATE_H
#define PLEK_ADAPTERS_POLL_STATE_H

#include "adapters/transport/poll_sources.h"
#include "base/crypto.h"

#define POLL_VALIDATOR_SIZE 257

struct poll_validators {
    char etag[POLL_VALIDATOR_SIZE]; /* "" = none */
    char last_modified[POLL_VALIDATOR_SIZE];
};

/* Copy a header's value; "" for one that is too long or not visible ASCII, as if it had not been sent. */
void poll_validator_set(char out[POLL_VALIDATOR_SIZE], const char *value);

/* What is kept for SOURCE in FOLDER; both "" when there is nothing, it cannot be understood, or it is of a
 * file that was read by another profile than BY (profile_hash). */
void poll_state_load(const char *folder, const struct poll_source *source,
                     const uint8_t by[CRYPTO_SHA256_BYTES], struct poll_validators *out);

/* Keep V, of a file that was read by the profile BY, on disk, fsynced. ERR_IO. */
MUST_CHECK enum err poll_state_save(const char *folder, const struct poll_source *source,
                                    const uint8_t by[CRYPTO_SHA256_BYTES], const struct poll_validators *v);

#endif
