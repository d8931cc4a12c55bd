/* plek-adapter check: what would be understood of a file, before a provider goes live. Touches neither spool
 * nor quarantine. */
#ifndef PLEK_ADAPTERS_CHECK_FILE_H
#define PLEK_ADAPTERS_CHECK_FILE_H

#include "adapters/format/format.h"

#include <stdio.h>

#define CHECK_UNDERSTOOD 0
#define CHECK_QUARANTINED 1
#define CHECK_UNUSABLE                                                                                       \
    2 /* no such file, not a file (a pipe is never waited for), or larger than any format takes */

/* Read PATH as PROVIDER's and tell it to OUT, line by line or as JSON. Returns one of the above. */
int check_file(const struct schemas *schemas, const struct profile *profile, const char *provider,
               const char *path, bool as_json, FILE *out);

#endif
