/* The one door to all formats: bytes of one file and the profile of its provider in; observations or
 * complaints out. Pure: no files, no network, no clock. A new format is a folder beside this file, a name in
 * profile.h and a line in format.c. */
#ifndef PLEK_ADAPTERS_FORMAT_H
#define PLEK_ADAPTERS_FORMAT_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile.h"

/* Compiled once at start; borrowed by every reading. NULL members are not checked against. */
struct schemas {
    struct _xmlSchema *opvang; /* schema/feeds/opvang.xsd: needed for opvang_xml */
    struct _xmlSchema *have;   /* edxl-have.xsd of the standard, optional */
};

/* Read IN as PROVIDER's into R ({0}). OK: r->list may be used (all or nothing). ERR_BAD_INPUT or ERR_TOO_BIG:
 * r->complaints says why, r->list must not be used, and r->not_kept tells whether the bytes may be set aside.
 * Never anything else. */
MUST_CHECK enum err format_read(const struct schemas *schemas, const struct profile *profile,
                                const char *provider, struct bytes in, int64_t now_ms, struct reading *r);

/* Fill in the pool of their WORD at PLACE on LINE: true when found; false after a complaint or, for what the
 * profile passes over, a notice. */
bool format_pool(const struct profile *profile, const char *provider, struct bytes place, struct bytes word,
                 int line, struct reading *r, const char **code);

/* The same of an ANSWER of the profile, with the FIELD to name. */
bool format_pool_known(enum pool_answer answer, int line, const char *field, struct reading *r);

#endif
