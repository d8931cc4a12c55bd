#include "loop/loop.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"

#include <event2/event.h>
#include <event2/thread.h>

#include <stdlib.h>

/* Asleep at most this long: a wall clock that steps forward is noticed and no missed wake-up is for ever. */
#define SLEEP_MAX_MS 1000

#define LATE_MS 50

struct dead {
    void *p;
    void (*free_fn)(void *p);
};

struct loop {
    struct loop_options options;
    struct event_base *base;
    struct event *wake_up; /* ends the wait when flow has something due */
    struct event *tick;
    struct flow *flow; /* borrowed */
    bool stop;
    bool turning;

    struct wall_ms wall;
    struct mono_ms mono;
    struct mono_ms ticked;
    struct loop_lateness lateness;

    struct dead *dead;
    size_t n_dead, cap_dead;
};

struct loop_options loop_options_default(void)
{
    return (struct loop_options){.clocks = clocks_host(), .tick_ms = 10};
}

static void on_wake_up(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    (void)ctx; /* the turn that follows does the work */
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct loop *l = ctx;
    struct mono_ms now = l->options.clocks.mono(l->options.clocks.ctx);
    int64_t late = now.v - l->ticked.v - l->options.tick_ms;

    (void)fd;
    (void)what;
    l->ticked = now;
    l->lateness.ticks++;
    if (late > l->lateness.max_ms)
        l->lateness.max_ms = late;
    if (late > LATE_MS) {
        l->lateness.over_50++;
        log_warn("turn too long", "late_ms=%lld", (long long)late);
    }
}

static struct timeval timeval_of(int64_t ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

static void read_clocks(struct loop *l)
{
    l->wall = l->options.clocks.wall(l->options.clocks.ctx);
    l->mono = l->options.clocks.mono(l->options.clocks.ctx);
}

struct loop *loop_new(const struct loop_options *options)
{
    struct loop *l = mem_new(1, sizeof *l);

    l->options = *options;
    /* Before the base is made: offload's threads and bufferevents need its locks. */
    CHECK(evthread_use_pthreads() == 0);
    l->base = event_base_new();
    CHECK(l->base != NULL);
    l->wake_up = evtimer_new(l->base, on_wake_up, l);
    CHECK(l->wake_up != NULL);
    read_clocks(l);
    l->ticked = l->mono;
    if (options->tick_ms > 0) {
        struct timeval every = timeval_of(options->tick_ms);

        l->tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
        CHECK(l->tick != NULL && event_add(l->tick, &every) == 0);
    }
    return l;
}

static void free_the_dead(struct loop *l)
{
    /* By index: freeing one may hand over another. */
    for (size_t i = 0; i < l->n_dead; i++) {
        struct dead d = l->dead[i];

        d.free_fn(d.p);
    }
    l->n_dead = 0;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    CHECK(!l->turning);
    free_the_dead(l);
    free(l->dead);
    event_free(l->wake_up);
    if (l->tick != NULL)
        event_free(l->tick);
    event_base_free(l->base);
    free(l);
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

void loop_set_flow(struct loop *l, struct flow *f)
{
    l->flow = f;
}

void loop_free_later(struct loop *l, void *p, void (*free_fn)(void *p))
{
    MEM_GROW(l->dead, l->n_dead, l->cap_dead);
    l->dead[l->n_dead++] = (struct dead){p, free_fn};
}

/* How long the next wait may last. */
static int64_t sleep_ms(const struct loop *l)
{
    int64_t due = INT64_MAX, wait = SLEEP_MAX_MS;

    if (l->flow == NULL)
        return wait;
    if (flow_has_work(l->flow))
        return 0;
    due = flow_next_due_ms(l->flow);
    if (due <= l->wall.v)
        return 0;
    return due - l->wall.v < wait ? due - l->wall.v : wait;
}

/* Wait for something to happen and let libevent's callbacks collect it. */
static void collect(struct loop *l, int64_t wait_ms)
{
    struct timeval wait = timeval_of(wait_ms);
    int flags = wait_ms == 0 ? EVLOOP_ONCE | EVLOOP_NONBLOCK : EVLOOP_ONCE;

    if (wait_ms > 0)
        CHECK(event_add(l->wake_up, &wait) == 0);
    CHECK(event_base_loop(l->base, flags) >= 0);
    if (wait_ms > 0)
        event_del(l->wake_up);
}

void loop_turn(struct loop *l, int wait_ms)
{
    int64_t sleep = sleep_ms(l);

    CHECK(!l->turning);
    l->turning = true;
    if (wait_ms >= 0 && wait_ms < sleep)
        sleep = wait_ms;
    collect(l, sleep);
    read_clocks(l);
    if (l->flow != NULL)
        flow_turn(l->flow, l->wall.v);
    if (l->flow != NULL)
        flow_deliver(l->flow);
    free_the_dead(l);
    l->lateness.turns++;
    l->turning = false;
}

void loop_run(struct loop *l)
{
    /* What was done between making the loop and running it, a replay for one, is not a late tick. */
    l->ticked = l->options.clocks.mono(l->options.clocks.ctx);
    while (!l->stop)
        loop_turn(l, -1);
    l->stop = false;
}

void loop_stop(struct loop *l)
{
    l->stop = true;
}

struct wall_ms loop_wall(const struct loop *l)
{
    return l->wall;
}

struct mono_ms loop_mono(const struct loop *l)
{
    return l->mono;
}

struct loop_lateness loop_lateness(const struct loop *l)
{
    return l->lateness;
}

void loop_lateness_reset(struct loop *l)
{
    l->lateness = (struct loop_lateness){0};
}
