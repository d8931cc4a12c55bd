#include "ticking.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <stdlib.h>

#define TICK_MS 5

struct ticking {
    struct event_base *base;
    struct event *tick;
    int64_t last_ms, late_ms;
};

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct ticking *t = ctx;
    int64_t now = time_mono_ms(), late = now - t->last_ms - TICK_MS;

    (void)fd;
    (void)what;
    if (t->last_ms != 0 && late > t->late_ms)
        t->late_ms = late;
    t->last_ms = now;
}

struct ticking *ticking_new(void)
{
    struct ticking *t = mem_new(1, sizeof *t);
    struct timeval tv = {0, TICK_MS * 1000};

    t->base = event_base_new();
    CHECK(t->base != NULL);
    t->tick = event_new(t->base, -1, EV_PERSIST, on_tick, t);
    CHECK(t->tick != NULL && event_add(t->tick, &tv) == 0);
    return t;
}

void ticking_free(struct ticking *t)
{
    event_free(t->tick);
    event_base_free(t->base);
    free(t);
}

struct event_base *ticking_base(struct ticking *t)
{
    return t->base;
}

bool ticking_until(struct ticking *t, bool (*done)(void *ctx), void (*each)(void *ctx), void *ctx, int64_t ms)
{
    int64_t until = time_mono_ms() + ms;

    t->last_ms = 0; /* what passed between two calls is the test's, not the loop's */
    while (!done(ctx)) {
        if (time_mono_ms() > until)
            return false;
        CHECK(event_base_loop(t->base, EVLOOP_ONCE) == 0);
        if (each != NULL)
            each(ctx);
    }
    return true;
}

int64_t ticking_late_ms(const struct ticking *t)
{
    return t->late_ms;
}

void ticking_reset(struct ticking *t)
{
    t->late_ms = 0;
    t->last_ms = 0;
}
