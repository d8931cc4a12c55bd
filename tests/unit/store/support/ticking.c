#include "ticking.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define TICK_MS 5
#define WITNESS_MS 2
#define GAPS_MAX 1024

/* A time in which the witness did not run. */
struct gap {
    int64_t from_ms, to_ms;
};

struct ticking {
    struct event_base *base;
    struct event *tick;
    int64_t last_ms, late_ms;

    pthread_t witness;
    atomic_bool ending;
    pthread_mutex_t lock;
    struct gap gaps[GAPS_MAX]; /* circular, n counts all */
    size_t n_gaps;
};

static void *witness(void *ctx)
{
    struct ticking *t = ctx;
    int64_t last = time_mono_ms();

    while (!atomic_load(&t->ending)) {
        int64_t now;

        usleep(WITNESS_MS * 1000);
        now = time_mono_ms();
        if (now - last > WITNESS_MS + 2) {
            pthread_mutex_lock(&t->lock);
            t->gaps[t->n_gaps++ % GAPS_MAX] = (struct gap){last + WITNESS_MS, now};
            pthread_mutex_unlock(&t->lock);
        }
        last = now;
    }
    return NULL;
}

/* How long the machine stood still between FROM and TO, as far as the witness has seen. */
static int64_t stood_still_ms(struct ticking *t, int64_t from, int64_t to)
{
    int64_t sum = 0;

    usleep(2 * WITNESS_MS * 1000); /* so that a gap which ends now is written down */
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < t->n_gaps && i < GAPS_MAX; i++) {
        int64_t a = t->gaps[i].from_ms > from ? t->gaps[i].from_ms : from;
        int64_t b = t->gaps[i].to_ms < to ? t->gaps[i].to_ms : to;

        sum += b > a ? b - a : 0;
    }
    pthread_mutex_unlock(&t->lock);
    return sum;
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    struct ticking *t = ctx;
    int64_t now = time_mono_ms(), late = now - t->last_ms - TICK_MS;

    (void)fd;
    (void)what;
    if (t->last_ms != 0 && late > t->late_ms && late > 4 * TICK_MS)
        late -= stood_still_ms(t, t->last_ms, now);
    if (t->last_ms != 0 && late > t->late_ms)
        t->late_ms = late;
    t->last_ms = time_mono_ms();
}

struct ticking *ticking_new(void)
{
    struct ticking *t = mem_new(1, sizeof *t);
    struct timeval tv = {0, TICK_MS * 1000};
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0); /* the witness inherits it */
    CHECK(pthread_mutex_init(&t->lock, NULL) == 0);
    CHECK(pthread_create(&t->witness, NULL, witness, t) == 0);
    t->base = event_base_new();
    CHECK(t->base != NULL);
    t->tick = event_new(t->base, -1, EV_PERSIST, on_tick, t);
    CHECK(t->tick != NULL && event_add(t->tick, &tv) == 0);
    return t;
}

void ticking_free(struct ticking *t)
{
    atomic_store(&t->ending, true);
    pthread_join(t->witness, NULL);
    pthread_mutex_destroy(&t->lock);
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
