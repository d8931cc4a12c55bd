/* Streams: event streams that live long, clients that stop reading or leave, ends in good order. */
#include "support/both_ways.h"

#include "base/mem.h"
#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define STREAM "GET /stream HTTP/1.1\r\nHost: plek.example\r\n\r\n"
#define BACKLOG_MAX ((size_t)256 * 1024)

static enum err write_stream(struct world *w, struct bytes v)
{
    w->in_call++;
    enum err e = wire_stream_write(w->server, w->stream, v);
    w->in_call--;
    return e;
}

static void open_stream(struct world *w, struct client *c, struct ssl_ctx_st *tls)
{
    int before = w->streams_begun;

    assert_true(client_open(c, w, tls));
    client_text(c, STREAM);
    world_until(w, w->streams_begun == before + 1);
}

static void whole_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    struct buf want = {0};
    char line[64];

    open_stream(w, &c, tls);
    assert_int_equal(world_stats(w)->streams, 1);
    for (int i = 0; i < 200; i++) {
        snprintf(line, sizeof line, "id: %d\ndata: something\n\n", i);
        buf_text(&want, line);
        assert_int_equal(write_stream(w, bytes_of_text(line)), OK);
        assert_int_equal(write_stream(w, BYTES("", 0)), OK);
        if (i % 7 == 0) {
            world_turn(w);
            client_read(&c);
        }
    }
    world_until(w, w->drained > 0 && wire_stream_backlog(w->server, w->stream) == 0);
    /* What the client says meanwhile is thrown away. */
    client_text(&c, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    wire_stream_end(w->server, w->stream);
    assert_false(wire_is_waiting(w->server, w->stream));
    assert_int_equal(write_stream(w, BYTES_LITERAL("x")), ERR_NOT_FOUND);
    assert_int_equal(w->streams_closed, 0); /* not from inside the call */
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_field(&a, "Content-Type"), "text/event-stream");
    assert_int_equal(a.body.len, want.len);
    assert_memory_equal(a.body.p, want.p, want.len);
    client_wait_end(&c);
    assert_true(c.ended);
    assert_int_equal(c.in.len, 0);
    world_until(w, w->streams_closed == 1);
    assert_int_equal(w->closed.serial, w->stream.serial);
    assert_int_equal(world_stats(w)->streams, 0);
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    assert_int_equal(w->streams_closed, 1);
    assert_int_equal(world_stats(w)->requests, 1);
    buf_fini(&want);
    answer_fini(&a);
}

static void stream_arrives_whole(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, whole_body);
}

static void backlog_body(struct world *w, struct ssl_ctx_st *tls)
{
    char event[1024];
    struct client stuck, good;
    struct wire_ticket stuck_ticket;
    size_t most = 0;
    enum err e = OK;

    memset(event, 'e', sizeof event);
    open_stream(w, &stuck, tls);
    stuck_ticket = w->stream;
    open_stream(w, &good, tls);
    for (int i = 0; i < 100000 && e == OK; i++) {
        w->in_call++;
        e = wire_stream_write(w->server, stuck_ticket, BYTES(event, sizeof event));
        w->in_call--;
        size_t waiting = wire_stream_backlog(w->server, stuck_ticket);
        most = waiting > most ? waiting : most;
        if (i % 20 == 0) {
            assert_int_equal(write_stream(w, BYTES(event, 10)), OK);
            world_turn(w);
            client_read(&good);
            buf_clear(&good.in);
        }
    }
    assert_int_equal(e, ERR_TOO_BIG);
    assert_in_range(most, BACKLOG_MAX - 2 * sizeof event, BACKLOG_MAX + 100);
    assert_int_equal(w->streams_closed, 0); /* not from inside the call */
    assert_int_equal(wire_stream_write(w->server, stuck_ticket, BYTES_LITERAL("x")), ERR_NOT_FOUND);
    world_until(w, w->streams_closed == 1);
    assert_int_equal(w->closed.serial, stuck_ticket.serial);
    assert_int_equal(world_stats(w)->streams_dropped, 1);
    assert_int_equal(world_stats(w)->streams, 1);
    /* The one that reads is untouched. */
    assert_int_equal(write_stream(w, BYTES(event, 10)), OK);
    client_close(&stuck);
    client_close(&good);
    world_until(w, w->streams_closed == 2);
}

static void stream_that_is_not_read_is_dropped_at_the_bound(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, backlog_body);
}

static void single_too_big_body(struct world *w, struct ssl_ctx_st *tls)
{
    char *huge = mem_new(BACKLOG_MAX + 1, 1);
    struct client c;

    open_stream(w, &c, tls);
    assert_int_equal(write_stream(w, BYTES(huge, BACKLOG_MAX + 1)), ERR_TOO_BIG);
    world_until(w, w->streams_closed == 1 && world_stats(w)->open == 0);
    client_close(&c);
    free(huge);
}

static void one_write_over_the_bound_is_dropped(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, single_too_big_body);
}

static void leave_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;

    open_stream(w, &c, tls);
    assert_int_equal(write_stream(w, BYTES_LITERAL("hello")), OK);
    world_run(w, 20);
    client_close(&c);
    world_until(w, w->streams_closed == 1);
    assert_int_equal(write_stream(w, BYTES_LITERAL("anyone?")), ERR_NOT_FOUND);
    assert_int_equal(world_stats(w)->open, 0);
}

static void client_that_leaves_is_noticed_without_a_write(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, leave_body);
}

/* Below the backlog bound but stuck: write_ms ends it. A stream with nothing to send lives on. */
static void stall_body(struct world *w, struct ssl_ctx_st *tls)
{
    char event[1024];
    struct client stuck, quiet;
    struct wire_ticket quiet_ticket;

    memset(event, 'e', sizeof event);
    open_stream(w, &quiet, tls);
    quiet_ticket = w->stream;
    open_stream(w, &stuck, tls);
    /* Fill what the kernel takes, then leave some waiting. */
    for (int i = 0; i < 100000 && wire_stream_backlog(w->server, w->stream) < BACKLOG_MAX / 2; i++) {
        assert_int_equal(write_stream(w, BYTES(event, sizeof event)), OK);
        if (i % 20 == 0)
            world_turn(w);
    }
    /* More to send now and then is no sign of life from the client. */
    int64_t from_ms = time_mono_ms();
    while (write_stream(w, BYTES(event, 10)) == OK) {
        assert_in_range(time_mono_ms() - from_ms, 0, 1500);
        world_run(w, 20);
    }
    world_until(w, w->streams_closed == 1);
    assert_int_equal(w->closed.serial, w->stream.serial);
    assert_int_equal(world_stats(w)->write_stalled, 1);
    world_run(w, 500);
    assert_true(wire_is_waiting(w->server, quiet_ticket));
    client_close(&stuck);
    client_close(&quiet);
}

static void stalled_stream_ends_and_quiet_one_lives(void **state)
{
    struct wire_limits limits = world_limits();
    limits.write_ms = 300;
    both_ways_within(state, &limits, stall_body);
}

/* A download longer than the backlog allows at once, paced by on_stream_drained. */
static void paced_body(struct world *w, struct ssl_ctx_st *tls)
{
    char part[16 * 1024];
    struct client c;
    struct answer a = {0};
    size_t sent = 0, total = 300 * sizeof part;

    memset(part, 'p', sizeof part);
    open_stream(w, &c, tls);
    while (sent < total) {
        while (sent < total && wire_stream_backlog(w->server, w->stream) < BACKLOG_MAX / 2) {
            assert_int_equal(write_stream(w, BYTES(part, sizeof part)), OK);
            sent += sizeof part;
        }
        int before = w->drained;
        while (w->drained == before && wire_is_waiting(w->server, w->stream)) {
            world_turn(w);
            client_read(&c);
        }
    }
    wire_stream_end(w->server, w->stream);
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.body.len, total);
    client_close(&c);
    answer_fini(&a);
}

static void long_download_is_paced(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, paced_body);
}

static void many_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c[60];

    for (size_t i = 0; i < COUNT_OF(c); i++)
        open_stream(w, &c[i], tls);
    assert_int_equal(world_stats(w)->streams, COUNT_OF(c));
    for (size_t i = 0; i < COUNT_OF(c); i += 2)
        client_close(&c[i]);
    world_until(w, w->streams_closed == (int)COUNT_OF(c) / 2);
    for (size_t i = 1; i < COUNT_OF(c); i += 2)
        client_close(&c[i]);
    world_until(w, w->streams_closed == (int)COUNT_OF(c));
    assert_int_equal(world_stats(w)->open, 0);
}

static void each_stream_is_closed_once(void **state)
{
    struct wire_limits limits = world_limits();
    both_ways_within(state, &limits, many_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_arrives_whole),
        cmocka_unit_test(stream_that_is_not_read_is_dropped_at_the_bound),
        cmocka_unit_test(one_write_over_the_bound_is_dropped),
        cmocka_unit_test(client_that_leaves_is_noticed_without_a_write),
        cmocka_unit_test(stalled_stream_ends_and_quiet_one_lives),
        cmocka_unit_test(long_download_is_paced),
        cmocka_unit_test(each_stream_is_closed_once),
    };
    return cmocka_run_group_tests(tests, both_ways_setup, both_ways_teardown);
}
