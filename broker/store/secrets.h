/* flow/secrets_port.h over the access log and the sealed addresses: nothing is opened before the log of it is
 * committed. */
#ifndef PLEK_STORE_SECRETS_H
#define PLEK_STORE_SECRETS_H

#include "store/access_log.h"
#include "store/sealed_location.h"

struct secrets;

#define SECRETS_REVEALS_MAX 256u

/* LOG, SEALED (a clerk of the second database user) and VAULT (VAULT_LOCATIONS) are borrowed and outlive it.
 * PATIENCE_MS: how long a reveal waits for its log entry and again for the address, each; 0 = 3,000. */
struct secrets *secrets_new(struct event_base *base, struct access_log *log, struct clerk *sealed,
                            const struct vault *vault, uint32_t patience_ms);
/* What is under way is not completed; the loop must not turn between this and freeing log and clerk. */
void secrets_free(struct secrets *s);

/* Borrowed. reveal: ERR_BUSY also when SECRETS_REVEALS_MAX are under way. When the log entry is not committed
 * in time DONE says ERR_AWAY; the entry is written all the same when the database is back: over-logging is
 * harmless, under-logging is not. */
const struct secrets_port *secrets_port(struct secrets *s);

#endif
