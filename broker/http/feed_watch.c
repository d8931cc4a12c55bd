#include "http/feed_watch.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/sse_hub.h"

#include <event2/event.h>
#include <stdlib.h>

/* Often enough to tell within a tenth of the time that makes an adapter count as away, and never more than a
 * pass over all pools twice a second. */
#define LOOK_MS_MIN 500
#define LOOK_MS_MAX 5000

struct feed_watch {
    struct http_app *app;
    struct event *timer, *tell_timer;
    size_t silent;
    struct org_id *changed; /* each once; told when tell_timer goes */
    size_t n_changed, cap_changed;
};

/* ---- what the pages are told ---- */

void feed_watch_changed(struct feed_watch *w, struct org_id provider)
{
    static const struct timeval soon = {.tv_usec = FEED_TELL_MS * 1000};

    for (size_t i = 0; i < w->n_changed; i++) {
        if (w->changed[i].v == provider.v)
            return;
    }
    MEM_GROW(w->changed, w->n_changed, w->cap_changed);
    w->changed[w->n_changed++] = provider;
    if (w->n_changed == 1)
        event_add(w->tell_timer, &soon);
}

static void on_tell(evutil_socket_t fd, short what, void *ctx)
{
    struct feed_watch *w = ctx;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < w->n_changed; i++)
        sse_hub_feed(w->app->hub, w->changed[i]);
    w->n_changed = 0;
}

/* ---- silence ---- */

static void tell(const struct engine *e, const struct feed_row *row)
{
    const char *code = engine_org(e, row->provider)->code;
    const char *channel = feed_channel_code(row->channel), *state = feed_state_code(row->state);
    char since[TIME_TEXT_SIZE];

    if (row->alarm)
        log_warn("feed silent", "provider=%s channel=%s state=%s since=%s", code, channel, state,
                 time_format(row->silent_since_ms != 0 ? row->silent_since_ms : row->last_report_ms, since));
    else
        log_info("feed heard again", "provider=%s channel=%s state=%s", code, channel, state);
}

void feed_watch_look(struct feed_watch *w)
{
    const struct engine *e = app_engine(w->app);
    const struct notify_port *notify = &w->app->parts.notify;
    struct feed_row *rows = NULL;
    size_t n = feeds_rows(w->app->feeds, e, app_now_ms(w->app), &rows);

    w->silent = 0;
    for (size_t i = 0; i < n; i++) {
        w->silent += rows[i].alarm;
        if (feeds_note(w->app->feeds, &rows[i])) {
            tell(e, &rows[i]);
            feed_watch_changed(w, rows[i].provider);
            if (rows[i].alarm && notify->feed_silent != NULL)
                notify->feed_silent(notify->ctx, rows[i].provider, feed_channel_code(rows[i].channel),
                                    rows[i].silent_since_ms != 0 ? rows[i].silent_since_ms
                                                                 : rows[i].last_report_ms);
        }
    }
    feeds_noted(w->app->feeds);
    feeds_tidy(w->app->feeds, app_now_ms(w->app));
    free(rows);
}

size_t feed_watch_silent(const struct feed_watch *w)
{
    return w->silent;
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    feed_watch_look(ctx);
}

struct feed_watch *feed_watch_new(struct http_app *app)
{
    struct feed_watch *w = mem_new(1, sizeof *w);
    int64_t every_ms = app->settings.feeds.away_ms / 10;
    struct timeval every;

    w->app = app;
    every_ms = every_ms < LOOK_MS_MIN ? LOOK_MS_MIN : every_ms > LOOK_MS_MAX ? LOOK_MS_MAX : every_ms;
    every = (struct timeval){.tv_sec = every_ms / 1000, .tv_usec = every_ms % 1000 * 1000};
    w->timer = event_new(app->parts.base, -1, EV_PERSIST, on_timer, w);
    event_add(w->timer, &every);
    w->tell_timer = evtimer_new(app->parts.base, on_tell, w);
    return w;
}

void feed_watch_free(struct feed_watch *w)
{
    if (w == NULL)
        return;
    event_free(w->timer);
    event_free(w->tell_timer);
    free(w->changed);
    free(w);
}
