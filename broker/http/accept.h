/* Which of our forms a client takes (RFC 9110, 12.5.1). */
#ifndef PLEK_HTTP_ACCEPT_H
#define PLEK_HTTP_ACCEPT_H

#include "base/bytes.h"

/* The media type of OFFERS[0..N-1] that ACCEPT (the field's value; empty = anything) wants most; of several
 * wanted alike the first. -1 = none of them: 406. Parameters other than q are passed over: fhirVersion,
 * charset. A range that is broken counts for nothing. */
int accept_choose(struct bytes accept, const char *const *offers, int n);

/* True if IF_NONE_MATCH (the field's value) names ETAG ("\"12ab\""), by the weak comparison. */
bool accept_has_etag(struct bytes if_none_match, const char *etag);

#endif
