/* OASIS EDXL-HAVE 1.0 (2008): root HospitalStatus, alone or inside an EDXL-DE 1.0 envelope. A place is called
 * by the organisation's name and its SubCategoryBedType (or BedType). BaselineCount is the total,
 * AvailableCount what is free; the standard has no count for occupied or out of order. A hospital without
 * beds is a notice. Everything else in the message is passed over unread. */
#ifndef PLEK_ADAPTERS_EDXL_HAVE_H
#define PLEK_ADAPTERS_EDXL_HAVE_H

#include "adapters/format/format.h"

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err edxl_have_read(const struct schemas *schemas, const struct profile *profile,
                                   const char *provider, struct bytes in, struct reading *r);

#endif
