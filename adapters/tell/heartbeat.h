/* What the broker is told every few seconds: body of POST /feed-heartbeats. One entry per provider of the
 * profiles, by whatever way it delivers. */
#ifndef PLEK_ADAPTERS_HEARTBEAT_H
#define PLEK_ADAPTERS_HEARTBEAT_H

#include "adapters/intake/intake.h"
#include "adapters/transport/poll_sources.h"

#define HEARTBEAT_FEEDS_MAX 1000     /* by the API */
#define HEARTBEAT_MINUTES_DEFAULT 60 /* a message is expected this often where nothing says so */

struct heartbeat_of {
    const struct intake *intake;
    const struct poll_sources *sources; /* NULL: nobody is polled */
    const char *adapter;                /* what this adapter is called */
    int64_t started_at_ms;
    enum channel otherwise; /* of a provider that is not polled and was not heard yet */
};

/* The body; a new reference. */
json_t *heartbeat_json(const struct heartbeat_of *of);

#endif
