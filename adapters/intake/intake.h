/* The one road from a transport to the spool: read the bytes by the provider's profile; all good: spool, else
 * quarantine; either way the broker is to be told (messages.h). Drop folder and push use it on the loop's
 * thread, poll and courier on theirs: files are read one at a time, spool, quarantine and messages lock
 * themselves.
 *
 * The profiles may be exchanged for newer ones at any time (intake_swap): a file is read by one set or the
 * other. */
#ifndef PLEK_ADAPTERS_INTAKE_H
#define PLEK_ADAPTERS_INTAKE_H

#include "adapters/format/format.h"
#include "adapters/profile/profiles.h"
#include "adapters/spool/messages.h"
#include "adapters/spool/quarantine.h"
#include "adapters/spool/spool.h"

#define INTAKE_BYTES_MAX (1024 * 1024) /* no format takes more */

struct intake {
    const struct profiles *profiles; /* as intake_profiles gives them */
    struct schemas schemas;
    struct spool *spool;
    struct quarantine *quarantine;
    struct messages *messages;     /* NULL: nobody is told */
    void (*on_spooled)(void *ctx); /* wakes the delivery; may be NULL */
    void *ctx;
};

/* What a file was read by. */
struct intake_by {
    char profile[CODE_TEXT_SIZE]; /* "" = there is none for this provider */
    const char *format;           /* "" likewise */
    bool test;                    /* the provider is on trial: understood, not used */
};

/* The profiles as they are now. Nobody can change them, and no file is read, until intake_profiles_end, which
 * must follow soon on the same thread. */
const struct profiles *intake_profiles(const struct intake *in);
void intake_profiles_end(void);

/* From now on read by NOW (borrowed). When this returns nobody uses the ones before any more. */
void intake_swap(struct intake *in, const struct profiles *now);

/* Whether there is a profile for PROVIDER. */
bool intake_serves(const struct intake *in, const char *provider);

/* Only read CONTENT as PROVIDER's into R ({0}): nothing is kept of it. Errors as format_read; ERR_NOT_FOUND:
 * no profile, with a complaint in R. */
MUST_CHECK enum err intake_read(const struct intake *in, const char *provider, struct bytes content,
                                struct reading *r, struct intake_by *by);

/* Take a file of PROVIDER, which CHANNEL told. NAME and FROM as in quarantine_put. What was understood or
 * complained of is left in R ({0}; the caller ends with reading_fini).
 * OK: on disk in the spool (or only notices, or a provider on trial: nothing to send). ERR_BAD_INPUT,
 * ERR_TOO_BIG: in quarantine, or only the reason is there, when R says not_kept; FROM is gone in both.
 * ERR_NOT_FOUND: nobody's provider. ERR_BUSY, ERR_IO: spool or quarantine cannot
 * take it now; nothing was promised, FROM still stands where it was. */
MUST_CHECK enum err intake_take(const struct intake *in, enum channel channel, const char *provider,
                                const char *name, const char *from, struct bytes content, struct reading *r);

/* Refuse a file of BYTES whose content was never read, because it is larger than INTAKE_BYTES_MAX: the reason
 * goes to quarantine, the file goes. */
MUST_CHECK enum err intake_too_big(const struct intake *in, enum channel channel, const char *provider,
                                   const char *name, const char *from, uint64_t bytes);

/* Tell of a file of BYTES (0: not known) that cannot be read, and WHY (a sentence that names nothing). It is
 * where it was, and nothing of it is in quarantine. */
void intake_unreadable(const struct intake *in, enum channel channel, const char *provider, const char *why,
                       uint64_t bytes);

/* Read the file FILE of PROVIDER in quarantine once more, message ID, by the profiles as they are now. OK: to
 * the spool and out of quarantine; on trial not to the spool, and reports stay where they are. ERR_BAD_INPUT,
 * ERR_TOO_BIG: the complaints in R ({0}) say why, it stays where it is; ERR_NOT_FOUND likewise for a file
 * that is gone or a provider without a profile. In all these OUT is what the broker is to be told (a new
 * reference), kept already if it can be. ERR_BUSY, ERR_IO: not now, also when the file is there and cannot be
 * read; R says nothing, OUT is NULL. */
MUST_CHECK enum err intake_again(const struct intake *in, const char *provider, const char *id,
                                 const char *file, struct reading *r, json_t **out);

/* PROVIDER was heard by CHANNEL and had nothing new. */
void intake_heard(const struct intake *in, const char *provider, enum channel channel);

#endif
