/* Files that were not taken, with the reason beside each: DIR/<provider>/<when>-<nr>-<name> and the same with
 * .reason.json. Of what must not be kept (personal data, or what nobody can look into) there is the reason
 * only. Nothing of them has reached the spool. Bounded: the oldest go when a provider has more than
 * QUARANTINE_FILES_MAX. May be called from any thread. */
#ifndef PLEK_ADAPTERS_QUARANTINE_H
#define PLEK_ADAPTERS_QUARANTINE_H

#include "base/bytes.h"
#include "base/json.h"

#define QUARANTINE_FILES_MAX 500

struct quarantine;

/* Use DIR, made if missing. ERR_IO with WHY. */
MUST_CHECK enum err quarantine_open(const char *dir, struct quarantine **out, char *why, size_t why_size);
void quarantine_free(struct quarantine *q);

/* Set only the REASON aside (taken over) and remove the file FROM (may be NULL): its bytes and what it was
 * called are kept nowhere. ERR_IO: FROM is where it was. */
MUST_CHECK enum err quarantine_put_reason(struct quarantine *q, const char *provider, const char *from,
                                          json_t *reason);

/* Set a file aside. FROM: its path, moved away on OK; or NULL with its CONTENT. NAME is what the provider
 * called it (may be ""); unsafe characters are replaced. REASON is taken over. ERR_IO: FROM is where it was.
 */
MUST_CHECK enum err quarantine_put(struct quarantine *q, const char *provider, const char *name,
                                   const char *from, struct bytes content, json_t *reason);

#endif
