/* What came of a request to who made it, where that is a gatekeeper: the referrer asked nothing there and may
 * ask no other place of such a kind, so the next step is the gatekeeper's. */
#ifndef PLEK_NOTIFY_ASKER_H
#define PLEK_NOTIFY_ASKER_H

#include "notify/subject.h"

/* The gatekeeper through whose gate request ID was asked, while the case is with it, as keeper of OUT;
 * nothing where none was needed. INSTEAD: told in the stead of the referrer, unless that has its assent and
 * asks such places too: a request does not say which of them did. */
void asker_put(const struct engine *e, struct request_id id, bool instead, struct subject *out);
/* The same for what EV says of such a request: no answer, a no, a late yes and more time in the stead of the
 * referrer; a yes and its loss to both, because the household goes where its referrer says. */
void asker_hears(const struct engine *e, const struct event *ev, struct subject *out);

#endif
