/* What people see of timers and escalation, as keys added to a request or a referral. */
#ifndef PLEK_HTTP_VIEW_TIMERS_H
#define PLEK_HTTP_VIEW_TIMERS_H

#include "flow/people_port.h"
#include "http/view.h"

/* Of a request, for both its sides: how often rung and given extra time, how long its place is kept, and
 * whether the household is missed. Whether somebody may see the request is judged before. */
void view_timers_request(json_t *o, const struct engine *e, const struct request *q);

/* Of a referral: the end of its hold; and for its own organisation alone its alarms, who it is with, and to
 * whom it was handed. An owner who has no account any more is shown without a name. */
void view_timers_referral(json_t *o, const struct engine *e, const struct people_port *people,
                          const struct actor *actor, const struct referral *r);

/* {"id", "nameNl", "nameEn"} of an account; names are "" if there is none. */
json_t *view_colleague(const struct people_port *people, struct account_id id);

#endif
