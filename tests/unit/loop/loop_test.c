/* The turn without a flow: what it waits for, how it stops, what it frees when, and that it measures
 * lateness. The turn with a flow runs in the simulation and the integration tests. */
#include "loop/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>

#include <string.h>

/* A world in which time moves only when told. */
struct world {
    int64_t wall_ms, mono_ms;
};

static struct wall_ms world_wall(void *ctx)
{
    const struct world *w = ctx;

    return (struct wall_ms){w->wall_ms};
}

static struct mono_ms world_mono(void *ctx)
{
    const struct world *w = ctx;

    return (struct mono_ms){w->mono_ms};
}

static struct loop *world_loop(struct world *w, int tick_ms)
{
    struct loop_options o = {.clocks = {w, world_wall, world_mono}, .tick_ms = tick_ms};

    return loop_new(&o);
}

static void the_clock_is_read_once_a_turn(void **state)
{
    struct world w = {.wall_ms = 1000, .mono_ms = 5};
    struct loop *l = world_loop(&w, 0);

    (void)state;
    w.wall_ms = 2000;
    assert_int_equal(loop_wall(l).v, 1000); /* no turn yet: the clock of its making */
    loop_turn(l, 0);
    assert_int_equal(loop_wall(l).v, 2000);
    w.wall_ms = 3000;
    w.mono_ms = 6;
    assert_int_equal(loop_wall(l).v, 2000);
    loop_turn(l, 0);
    assert_int_equal(loop_wall(l).v, 3000);
    assert_int_equal(loop_mono(l).v, 6);
    loop_free(l);
}

struct stopper {
    struct loop *l;
    int calls;
};

static void on_stop_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct stopper *s = ctx;

    (void)fd;
    (void)what;
    if (++s->calls == 3)
        loop_stop(s->l);
}

static void it_runs_until_it_is_stopped(void **state)
{
    struct world w = {0};
    struct stopper s = {.l = world_loop(&w, 0)};
    struct timeval every = {.tv_usec = 1000};
    struct event *timer = event_new(loop_base(s.l), -1, EV_PERSIST, on_stop_timer, &s);

    (void)state;
    assert_non_null(timer);
    event_add(timer, &every);
    loop_run(s.l);
    assert_int_equal(s.calls, 3);
    assert_true(loop_lateness(s.l).turns >= 1);
    s.calls = 0;
    loop_run(s.l); /* and again */
    assert_int_equal(s.calls, 3);
    event_free(timer);
    loop_free(s.l);
}

/* ---- free later ---- */

struct grave {
    struct loop *l;
    int freed;
    int freed_in_callback; /* how many were gone when the callback ended: must stay 0 */
    bool chain;
};

static void bury(void *p)
{
    struct grave *g = p;

    g->freed++;
    if (g->chain) {
        g->chain = false;
        loop_free_later(g->l, g, bury);
    }
}

static void on_death(evutil_socket_t fd, short what, void *ctx)
{
    struct grave *g = ctx;

    (void)fd;
    (void)what;
    loop_free_later(g->l, g, bury);
    g->freed_in_callback = g->freed;
}

static void what_dies_in_a_turn_is_freed_at_its_end(void **state)
{
    struct world w = {0};
    struct grave g = {.l = world_loop(&w, 0), .chain = true};
    struct event *now = event_new(loop_base(g.l), -1, 0, on_death, &g);

    (void)state;
    event_active(now, EV_TIMEOUT, 0);
    loop_turn(g.l, 0);
    assert_int_equal(g.freed_in_callback, 0);
    assert_int_equal(g.freed, 2); /* itself, and the one it handed over while dying */
    loop_turn(g.l, 0);
    assert_int_equal(g.freed, 2);
    loop_free_later(g.l, &g, bury); /* the end of the loop frees the rest */
    event_free(now);
    loop_free(g.l);
    assert_int_equal(g.freed, 3);
}

/* ---- lateness ---- */

static void turn_until_tick(struct loop *l, uint64_t ticks)
{
    for (int i = 0; i < 2000 && loop_lateness(l).ticks < ticks; i++)
        loop_turn(l, 20);
    assert_true(loop_lateness(l).ticks >= ticks);
}

static void a_turn_that_holds_up_the_tick_is_noticed(void **state)
{
    struct world w = {.mono_ms = 100};
    struct loop *l = world_loop(&w, 10);

    (void)state;
    w.mono_ms += 10;
    turn_until_tick(l, 1);
    assert_int_equal(loop_lateness(l).max_ms, 0);
    assert_int_equal(loop_lateness(l).over_50, 0);
    w.mono_ms += 10 + 50; /* 50 ms late: as late as may be */
    turn_until_tick(l, loop_lateness(l).ticks + 1);
    assert_int_equal(loop_lateness(l).max_ms, 50);
    assert_int_equal(loop_lateness(l).over_50, 0);
    w.mono_ms += 10 + 51;
    turn_until_tick(l, loop_lateness(l).ticks + 1);
    assert_int_equal(loop_lateness(l).max_ms, 51);
    assert_int_equal(loop_lateness(l).over_50, 1);
    loop_lateness_reset(l);
    assert_int_equal(loop_lateness(l).max_ms, 0);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_read_once_a_turn),
        cmocka_unit_test(it_runs_until_it_is_stopped),
        cmocka_unit_test(what_dies_in_a_turn_is_freed_at_its_end),
        cmocka_unit_test(a_turn_that_holds_up_the_tick_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
