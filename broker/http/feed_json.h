/* What an adapter tells, from JSON to the plain values of feeds/: every fault at once with its pointer. All
 * of it is input from outside: lengths, counts and characters are judged here, and texts that look as if they
 * carried somebody's number are refused. */
#ifndef PLEK_HTTP_FEED_JSON_H
#define PLEK_HTTP_FEED_JSON_H

#include "base/json.h"
#include "core/engine.h"
#include "feeds/feeds.h"

/* Read the body of POST /feed-messages into M, which the caller ends with feed_message_fini also after
 * faults. provider 0: it is no organisation here (no fault; whether it may be told of, core decides). Pools
 * must be the provider's. */
void feed_json_message(const struct engine *e, const json_t *body, struct feed_message *m,
                       struct json_faults *f);

/* One feed of a heartbeat; CODE is borrowed from the body, provider 0 if it is no organisation here. */
struct feed_json_source {
    struct feed_source source;
    const char *code;
};

/* Read the body of POST /feed-heartbeats. LIST has room for FEED_SOURCES_MAX; returns how many. H's sources
 * are left to the caller. */
size_t feed_json_heartbeat(const struct engine *e, const json_t *body, struct feed_heartbeat *h,
                           struct feed_json_source *list, struct json_faults *f);

#endif
