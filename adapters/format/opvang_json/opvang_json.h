/* Our own JSON, schema/feeds/opvang.schema.json: the words and the content of our own XML. Strict: what the
 * schema does not name is refused, and so is a null, a number with a point and a number in quotes. */
#ifndef PLEK_ADAPTERS_OPVANG_JSON_H
#define PLEK_ADAPTERS_OPVANG_JSON_H

#include "adapters/format/format.h"

#define OPVANG_JSON_PLACES_MAX 5000 /* also those that the profile passes over */

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err opvang_json_read(const struct profile *profile, const char *provider, struct bytes in,
                                     struct reading *r);

#endif
