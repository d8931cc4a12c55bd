/* Who may do what, and who may see what: the one place. Everything not granted here is denied. The
 * organisation comes from the session or certificate only. */
#ifndef PLEK_CORE_AUDIENCE_H
#define PLEK_CORE_AUDIENCE_H

#include "core/engine.h"

/* Things one can do that are not commands of the engine. */
enum action {
    ACT_SEARCH,       /* match without saving */
    ACT_SEE_POOL,     /* capacity and profile of a pool */
    ACT_SEE_REFERRAL, /* with the household's facts */
    ACT_SEE_REQUEST,
    ACT_REVEAL_LOCATION, /* address, night number, meeting point */
    ACT_SEE_STATISTICS,
    ACT_MANAGE_ACCOUNTS,
    ACT_TELL_FEED, /* a machine: tell of the feeds of an organisation it carries, and fetch what is for it */
    ACT_SEE_FEEDS, /* feeds, messages and uploads of an organisation; the exchange's own people: of all */
    ACT_REPLAY_FEED, /* have a message of an organisation read again */
    ACT_UPLOAD,      /* bring a file of one's own organisation; taking its numbers is CMD_REPORT_CAPACITY */
    ACT_N
};

/* May ACTOR give this command (its object included)? decide asks this for every command; only the outcome of
 * a known key, which holds its account, is told again to a role that has lost the object since. */
bool may_command(const struct engine *e, const struct command *cmd);

/* May ACTOR do ACTION on the object? OBJECT is the pool, referral, request or organisation id by the action's
 * nature, 0 where there is none. ACT_REVEAL_LOCATION takes a request id: only the referrer of an accepted
 * request, for that request's lifetime; and the house's own staff. */
bool may(const struct engine *e, const struct actor *actor, enum action action, uint64_t object);

/* What a shelter sees of a household before its yes: the minimum of facts; after it, all of them. */
enum sight { SIGHT_NONE, SIGHT_MINIMUM, SIGHT_FULL };
enum sight audience_of_referral(const struct engine *e, const struct actor *actor, struct referral_id id);

/* May this event's small facts (ids and states, never a household's) be pushed to ACTOR's stream? */
bool audience_of_event(const struct engine *e, const struct actor *actor, const struct event *ev);

#endif
