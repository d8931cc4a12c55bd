/* The one road from a transport to the spool: read the bytes by the provider's profile; all good: spool, else
 * quarantine. Drop folder and push use it on the loop's thread, poll on its own: files are read one at a
 * time, spool and quarantine lock themselves. */
#ifndef PLEK_ADAPTERS_INTAKE_H
#define PLEK_ADAPTERS_INTAKE_H

#include "adapters/format/format.h"
#include "adapters/quarantine.h"
#include "adapters/spool.h"

#define INTAKE_BYTES_MAX (1024 * 1024) /* no format takes more */

struct intake {
    const struct profiles *profiles;
    struct schemas schemas;
    struct spool *spool;
    struct quarantine *quarantine;
    void (*on_spooled)(void *ctx); /* wakes the delivery; may be NULL */
    void *ctx;
};

/* Take a file of PROVIDER, which the channel told. NAME and FROM as in quarantine_put. What was understood or
 * complained of is left in R ({0}; the caller ends with reading_fini).
 * OK: on disk in the spool (or only notices: nothing to send). ERR_BAD_INPUT, ERR_TOO_BIG: in quarantine, or
 * only the reason is there, when R says not_kept; FROM is gone in both.
 * ERR_NOT_FOUND: nobody's provider. ERR_BUSY, ERR_IO: spool or quarantine cannot take it now; nothing was
 * promised, FROM still stands where it was. */
MUST_CHECK enum err intake_take(const struct intake *in, const char *provider, const char *name,
                                const char *from, struct bytes content, struct reading *r);

/* Refuse a file whose bytes were never read, because it is larger than INTAKE_BYTES_MAX: the reason goes to
 * quarantine, the file goes. */
MUST_CHECK enum err intake_too_big(const struct intake *in, const char *provider, const char *name,
                                   const char *from);

#endif
