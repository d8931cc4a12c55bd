/* Our own XML, schema/feeds/opvang.xsd. */
#ifndef PLEK_ADAPTERS_OPVANG_XML_H
#define PLEK_ADAPTERS_OPVANG_XML_H

#include "adapters/format/format.h"

#define OPVANG_NS "urn:veiligeplek:opvang:1"

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err opvang_xml_read(const struct schemas *schemas, const struct profile *profile,
                                    const char *provider, struct bytes in, struct reading *r);

/* The same by tree and schema alone, as every file with a fault is read: what the short road for plain files
 * (opvang_plain.h) is held against. */
MUST_CHECK enum err opvang_xml_read_by_schema(const struct schemas *schemas, const struct profile *profile,
                                              const char *provider, struct bytes in, struct reading *r);

#endif
