/* What an event is about, for those who are told: ids and one word of state, as the stream of the pages has
 * them. Looks only at what never changes once it is there (whose pool, whose referral), because the engine
 * may be far ahead of an event that is read back from the journal. */
#ifndef PLEK_NOTIFY_SUBJECT_H
#define PLEK_NOTIFY_SUBJECT_H

#include "core/engine.h"

struct subject {
    struct referral_id referral; /* 0 = none, as all */
    struct request_id request;
    struct pool_id pool;
    struct org_id house_org; /* of the pool */
    struct location_id house;
    struct org_id referrer; /* of the referral */
    const char *state;      /* static, "" = none */
};

/* Of an event as decoded without its private part. A kind that is not known here is about its referral, if it
 * has one: enough for a row in rules.csv to tell the referrer. */
struct subject subject_of_event(const struct engine *e, const struct event *ev);
struct subject subject_of_request(const struct engine *e, struct request_id id);

#endif
