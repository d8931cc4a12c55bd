/* One text for one value, whatever the order of its members and its white space: for hashes of what was sent.
 */
#ifndef PLEK_BASE_JSON_CANONICAL_H
#define PLEK_BASE_JSON_CANONICAL_H

#include "base/bytes.h"

#include <jansson.h>

/* Append VALUE as jansson writes it with JSON_COMPACT and JSON_SORT_KEYS, byte for byte, in a fraction of its
 * time. Depth must be bounded, as json_parse does. */
void json_canonical(const json_t *value, struct buf *out);

#endif
