/* Any other XML: where a place, its counts and its moment stand is told by XPath in the profile. What the
 * profile does not point at is never copied; what it refuses, and elements and attributes named like personal
 * data whatever it says, make the whole file refused. */
#ifndef PLEK_ADAPTERS_XML_XPATH_H
#define PLEK_ADAPTERS_XML_XPATH_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile.h"

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err xml_xpath_read(const struct profile *profile, const char *provider, struct bytes in,
                                   struct reading *r);

#endif
