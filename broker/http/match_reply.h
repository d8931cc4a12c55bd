/* Shared by the handlers that answer with ranked places. */
#ifndef PLEK_HTTP_MATCH_REPLY_H
#define PLEK_HTTP_MATCH_REPLY_H

#include "http/call.h"
#include "http/view.h"

/* Read limit, verdict and rule from the query; false after faults. */
bool match_options_read(struct call *call, struct view_match_options *o);

/* Match NEED as ACTOR may, for REFERRAL or (NULL) without saving. New reference. */
json_t *match_json(const struct flow *f, const struct actor *actor, const struct need *need,
                   const struct referral *referral, const struct view_match_options *options);

#endif
