/* Looks every few seconds whether a feed fell silent, brings only what is put aside, or lost its adapter;
 * tells the log once per change, and keeps the count for /health. Drops what is over of uploads. */
#ifndef PLEK_HTTP_FEED_WATCH_H
#define PLEK_HTTP_FEED_WATCH_H

#include <stddef.h>

struct feed_watch;
struct http_app;

struct feed_watch *feed_watch_new(struct http_app *app);
void feed_watch_free(struct feed_watch *w);

/* Look now, by the clock of the turn. */
void feed_watch_look(struct feed_watch *w);

/* Feeds that are an alarm (feeds/feeds.h), when last looked. */
size_t feed_watch_silent(const struct feed_watch *w);

#endif
