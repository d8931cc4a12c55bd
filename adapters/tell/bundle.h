/* What goes to the broker in one request: the oldest entries of one provider, in their order, at most 1,000
 * reports together. After a day without broker a provider's backlog is a request or two instead of one for
 * each file.
 *
 * The broker remembers the outcome of a key, so what matters is that after any crash the same reports go out
 * again under the same key, or not at all. A bundle of one has the key of its entry. For more, the key
 * follows from those of the entries, and which entries they are is written down, in the provider's folder,
 * before the request: by the next start more may have come in. The moments at which the process can die:
 *
 *   before .sending is on disk      nothing was sent; any bundle may follow
 *   from there to the answer        the same bundle under the same key; a broker that took it says so
 *   answer here, .sent not          the same
 *   .sent there, entries too        they were taken: removed at the next look, not sent
 *   entries gone, .sent there       it names what no longer exists: removed
 *   refused, .sending still there   the same bundle is refused again, and then taken apart
 *
 * .sent is .sending renamed. Entries are known by number and key: a number may come again once the spool was
 * empty at a start, a key never. If the disk takes no .sending, the bundle is one entry, which needs none. */
#ifndef PLEK_ADAPTERS_BUNDLE_H
#define PLEK_ADAPTERS_BUNDLE_H

#include "adapters/spool/spool.h"

#define BUNDLE_REPORTS_MAX 1000 /* by the API */
#define BUNDLE_ENTRIES_MAX 250  /* keeps .sending small; a day of one file each five minutes is 288 */

struct bundle {
    struct spool_entry *entries; /* oldest first */
    size_t n;
    size_t reports; /* of all */
    char key[36];
};

/* The next bundle of PROVIDER, of at most ENTRIES_MAX entries; or again the one whose answer never came. The
 * caller ends with bundle_fini. ERR_NOT_FOUND: nothing waits. ERR_BAD_INPUT: the oldest entry is unreadable;
 * OUT then holds it alone, as spool_at gives it. */
MUST_CHECK enum err bundle_next(struct spool *s, const char *provider, size_t entries_max,
                                struct bundle *out);

/* {"reports":[...]} of the whole bundle, a new reference. */
json_t *bundle_body(const struct bundle *b);

/* The broker has taken it, or it is in quarantine: out of the spool. */
void bundle_done(struct spool *s, const struct bundle *b);

/* The broker took nothing of it and never will as it is: free to be sent in parts. */
void bundle_apart(struct spool *s, const struct bundle *b);

void bundle_fini(struct bundle *b);

#endif
