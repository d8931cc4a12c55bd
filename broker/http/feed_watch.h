/* Looks every few seconds whether a feed fell silent, brings only what is put aside, or lost its adapter;
 * tells the log once per change, and keeps the count for /health. Drops what is over of uploads. Tells the
 * pages of those who may see a feed that it changed (sse_hub_feed). */
#ifndef PLEK_HTTP_FEED_WATCH_H
#define PLEK_HTTP_FEED_WATCH_H

#include "core/ids.h"

#include <stddef.h>

struct feed_watch;
struct http_app;

struct feed_watch *feed_watch_new(struct http_app *app);
void feed_watch_free(struct feed_watch *w);

/* Look now, by the clock of the turn. */
void feed_watch_look(struct feed_watch *w);

/* Something became known of a feed of PROVIDER: its pages are told within FEED_TELL_MS, once for all that
 * became known until then (a catch-up of a day is thousands of messages). */
#define FEED_TELL_MS 250
void feed_watch_changed(struct feed_watch *w, struct org_id provider);

/* Feeds that are an alarm (feeds/feeds.h), when last looked. */
size_t feed_watch_silent(const struct feed_watch *w);

#endif
