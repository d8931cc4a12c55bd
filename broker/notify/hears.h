/* Which targets an audience of schema/notify/rules.csv means, for one thing that happened. The only place
 * that says who hears of a referral outside the pages; what core/audience lets nobody see is told to nobody
 * here. */
#ifndef PLEK_NOTIFY_HEARS_H
#define PLEK_NOTIFY_HEARS_H

#include "notify/rules.h"
#include "notify/subject.h"

/* True if T is one of GROUP, for what S says. AS: which organisation, and which house of it, hears over T;
 * its night number where T is that of every shelter. */
bool hears(const struct engine *e, const struct notify_target *t, enum group group, const struct subject *s,
           struct party *as);

/* A target whose name begins so is a team lead's own: it hears what is for the team lead, and nothing else.
 */
#define LEAD_NAME "lead."
bool hears_is_lead(const struct notify_target *t);
/* After hears(), which gave AS: T is for GROUP, by whose it is. What is for the team lead goes to the desk
 * where no lead among the N of ALL hears it over the channel of T: one of another house of it, or of another
 * channel, takes nothing from the desk. */
bool hears_as_lead(const struct notify_target *t, enum group group, struct party as,
                   const struct notify_target *all, size_t n);

#endif
