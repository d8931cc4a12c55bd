/* Local moments of the Netherlands as registration packages write them, to milliseconds since 1970. */
#ifndef PLEK_ADAPTERS_LOCAL_TIME_H
#define PLEK_ADAPTERS_LOCAL_TIME_H

#include "adapters/gate/report.h"
#include "adapters/profile/profile.h"

/* Read TEXT in FORM (not TIME_RFC3339) as Dutch civil time; 0 after a complaint: of form, or because the hour
 * does not exist (end of March) or comes twice (end of October) and cannot be told. */
int64_t local_time(enum time_form form, struct bytes text, int line, struct reading *r);

#endif
