/* Feeds, messages and uploads as JSON, for people of the organisation. New references. */
#ifndef PLEK_HTTP_VIEW_FEED_H
#define PLEK_HTTP_VIEW_FEED_H

#include "core/engine.h"
#include "feeds/feeds.h"

#include <jansson.h>

json_t *view_feed(const struct engine *e, const struct feed_row *row);

/* FULL: with reports, complaints, notices and cross-check instead of their numbers; without the reports and
 * cross-checks of pools that ACTOR may not see, counting those reports. */
json_t *view_feed_message(const struct engine *e, const struct actor *actor, const struct feeds *f,
                          const struct feed_message *m, bool full, int64_t now_ms);

/* The stop in force on a pool at NOW. */
struct stop_now {
    uint8_t reason;   /* index in the stop list + 1; 0 = none */
    int64_t until_ms; /* 0 = until told otherwise */
};
struct stop_now view_stop_now(const struct engine *e, struct pool_id pool, int64_t now_ms);

/* An upload as ACTOR sees it; the rows where there are any that can still be taken, or were. Of a pool that
 * ACTOR may not see a row says what stands in the file, not what is believed now or whether that differs. */
json_t *view_upload(const struct engine *e, const struct actor *actor, const struct feeds *f,
                    const struct upload *u, int64_t now_ms);

/* May ACTOR report what stands in row I of the upload? (Core decides.) */
bool upload_row_allowed(const struct engine *e, const struct actor *actor, const struct upload *u,
                        unsigned i);

#endif
