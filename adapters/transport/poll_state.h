/* What a source's server said of the last file that was taken, so that the next question can be "only if it
 * has changed", also after a restart. One small file per source in the folder .poll of the spool, named after
 * provider and URL: another URL begins anew. Losing it costs one fetch. */
#ifndef PLEK_ADAPTERS_POLL_STATE_H
#define PLEK_ADAPTERS_POLL_STATE_H

#include "adapters/transport/poll_sources.h"

#define POLL_VALIDATOR_SIZE 257

struct poll_validators {
    char etag[POLL_VALIDATOR_SIZE]; /* "" = none */
    char last_modified[POLL_VALIDATOR_SIZE];
};

/* Copy a header's value; "" for one that is too long or not visible ASCII, as if it had not been sent. */
void poll_validator_set(char out[POLL_VALIDATOR_SIZE], const char *value);

/* What is kept for SOURCE in FOLDER; both "" when there is nothing or it cannot be understood. */
void poll_state_load(const char *folder, const struct poll_source *source, struct poll_validators *out);

/* Keep V on disk, fsynced. ERR_IO. */
MUST_CHECK enum err poll_state_save(const char *folder, const struct poll_source *source,
                                    const struct poll_validators *v);

#endif
