/* A provider's CSV: delimiter, encoding, columns and form of time by its profile. The first row is the
 * header; columns that the profile does not name are never copied. A row of another length than the header, a
 * stray quote and a field over 256 bytes are complaints with their line. The CSV of FHIR's SANER guide is one
 * profile of it. */
#ifndef PLEK_ADAPTERS_CSV_FEED_H
#define PLEK_ADAPTERS_CSV_FEED_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile.h"

#define CSV_BYTES_MAX (1024 * 1024)
#define CSV_COLUMNS_MAX 64
#define CSV_FIELD_BYTES_MAX 256 /* after conversion to UTF-8 */

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err csv_feed_read(const struct profile *profile, const char *provider, struct bytes in,
                                  struct reading *r);

#endif
