/* Open Referral HSDS 3.1 in JSON: one service, a list of services, or a page of them ({"contents": [...]}),
 * as an HSDS API gives. A place is called by the service's id or name and the unit's id or name, id first. Of
 * each of `capacities` is read: `available` (free), `maximum` (total) and `updated` (observed at, with a
 * zone); the standard has no count for occupied or out of order and says nothing of staff. A service whose
 * `status` is not active takes nobody in: the profile's stops say for which reason. A service without
 * capacities is a notice.
 *
 * Contacts, phones, addresses and the rest belong to organisations and are passed over unread. The standard
 * describes no clients: a field that does, anywhere, and any field it does not know in a capacity or its
 * unit, refuses the message. */
#ifndef PLEK_ADAPTERS_HSDS_H
#define PLEK_ADAPTERS_HSDS_H

#include "adapters/format/format.h"

#define HSDS_SERVICES_MAX 5000
#define HSDS_CAPACITIES_MAX 1000 /* of one service; REPORTS_MAX holds for all together */

/* As format_read, without the rules of all formats. OK also when there are complaints in R. */
MUST_CHECK enum err hsds_read(const struct profile *profile, const char *provider, struct bytes in,
                              struct reading *r);

#endif
