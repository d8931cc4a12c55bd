/* Files that were not taken, with the reason beside each: DIR/<provider>/<when>-<nr>-<name> and the same with
 * .reason.json. Of what must not be kept (personal data, or what nobody can look into) there is the reason
 * only. Nothing of them has reached the spool. Bounded: the oldest go when a provider has more than
 * QUARANTINE_FILES_MAX, and all that are older than QUARANTINE_DAYS_MAX. May be called from any thread. */
#ifndef PLEK_ADAPTERS_QUARANTINE_H
#define PLEK_ADAPTERS_QUARANTINE_H

#include "base/bytes.h"
#include "base/json.h"

#define QUARANTINE_FILES_MAX 500
#define QUARANTINE_DAYS_MAX 30 /* a profile is mended within days; a file of last month is nobody's news */

struct quarantine;

/* Use DIR, made if missing. ERR_IO with WHY. */
MUST_CHECK enum err quarantine_open(const char *dir, struct quarantine **out, char *why, size_t why_size);
void quarantine_free(struct quarantine *q);

/* Remove what is too old at NOW_MS, of every provider. Cheap to call often: it looks once an hour, and first
 * at the opening. */
void quarantine_expire(struct quarantine *q, int64_t now_ms);

/* Set only the REASON aside (taken over) and remove the file FROM (may be NULL): its bytes and what it was
 * called are kept nowhere. ERR_IO: FROM is where it was. */
MUST_CHECK enum err quarantine_put_reason(struct quarantine *q, const char *provider, const char *from,
                                          json_t *reason);

/* Set a file aside. CONTENT: what was judged; it is what is kept, and FROM (may be NULL) is removed on OK.
 * Only without CONTENT is FROM itself moved away: a file that nobody can read. NAME is what the provider
 * called it (may be ""); unsafe characters are replaced. REASON is taken over. The name it has here is added
 * to KEPT (may be NULL). ERR_IO: FROM is where it was. */
MUST_CHECK enum err quarantine_put(struct quarantine *q, const char *provider, const char *name,
                                   const char *from, struct bytes content, json_t *reason, struct buf *kept);

/* Append file KEPT of PROVIDER to OUT. ERR_NOT_FOUND: it is gone. ERR_TOO_BIG over MAX bytes.
 * ERR_BUSY, ERR_IO: it is there and cannot be read now. */
MUST_CHECK enum err quarantine_read(const struct quarantine *q, const char *provider, const char *kept,
                                    size_t max, struct buf *out);

/* True if KEPT is no file of the provider's but reports that the broker did not take (its reason says
 * "refusedBy": "broker"): a list as in POST /capacity-reports. */
bool quarantine_is_reports(const struct quarantine *q, const char *provider, const char *kept);

/* File KEPT of PROVIDER was dealt with: remove it and its reason. */
void quarantine_remove(struct quarantine *q, const char *provider, const char *kept);

#endif
