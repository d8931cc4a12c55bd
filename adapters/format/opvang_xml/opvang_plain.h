/* Our own XML read while it is parsed, without a tree and without libxml2's validation, which costs more than
 * twice the parse (streamed by xmlSchemaSAXPlug too). Only for files that follow schema/feeds/opvang.xsd
 * beyond doubt: its elements and nothing else, each value in its plainest form. Whoever narrows the schema
 * narrows this; opvang_plain_test.c holds the two against each other. */
#ifndef PLEK_ADAPTERS_OPVANG_PLAIN_H
#define PLEK_ADAPTERS_OPVANG_PLAIN_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile.h"

/* True: IN follows the schema, tells of no person, and R has all that reading it by tree and schema gives. Or
 * false: there is a fault, or something less usual that is none; R is as it was, and nothing is said of IN.
 */
MUST_CHECK bool opvang_plain_read(const struct profile *profile, const char *provider, struct bytes in,
                                  struct reading *r);

#endif
