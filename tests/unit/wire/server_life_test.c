/* How a connection and the server end: clients that leave, tickets that are used, a stop in good order. */
#include "support/both_ways.h"
#include "support/test_certs.h"
#include "support/wire_world.h"

#include "base/time_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>

#include <cmocka.h>

static void client_leaves_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct wire_ticket old;

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1);
    old = w->later[0];
    assert_true(wire_is_waiting(w->server, old));
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    assert_int_equal(world_stats(w)->left_waiting, 1);
    assert_false(wire_is_waiting(w->server, old));

    /* The slot is taken by somebody else: the old ticket must not reach them. */
    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 2);
    assert_int_equal(w->later[1].slot, old.slot);
    wire_answer(w->server, old, 200, NULL, 0, BYTES_LITERAL("secret of the first"));
    wire_answer(w->server, (struct wire_ticket){0}, 200, NULL, 0, BYTES_LITERAL("x"));
    assert_int_equal(wire_stream_begin(w->server, old, NULL, 0), ERR_NOT_FOUND);
    assert_int_equal(wire_stream_write(w->server, old, BYTES_LITERAL("x")), ERR_NOT_FOUND);
    wire_stream_end(w->server, old);
    assert_int_equal(world_stats(w)->answers_dropped, 3);
    world_run(w, 20);
    client_read(&c);
    assert_int_equal(c.in.len, 0);
    w->later[0] = w->later[1];
    w->later_n = 1;
    world_answer_later(w, "mine");
    struct answer a = {0};
    assert_true(client_answer(&c, &a, false));
    assert_body(&a, "mine");
    client_close(&c);
    answer_fini(&a);
}

static void client_leaves_before_its_answer(void **state)
{
    both_ways(state, client_leaves_body);
}

/* A ticket is used up by its answer, also on the same connection. */
static void ticket_used_once_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\nGET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1);
    struct wire_ticket first = w->later[0];
    world_answer_later(w, "one");
    wire_answer(w->server, first, 200, NULL, 0, BYTES_LITERAL("again"));
    assert_true(client_answer(&c, &a, false));
    world_until(w, w->later_n == 1);
    wire_answer(w->server, first, 200, NULL, 0, BYTES_LITERAL("again"));
    world_answer_later(w, "two");
    assert_true(client_answer(&c, &a, false));
    assert_body(&a, "two");
    client_close(&c);
    answer_fini(&a);
}

static void ticket_is_used_once(void **state)
{
    both_ways(state, ticket_used_once_body);
}

/* A client that shuts its sending side while a large answer is under way still gets all of it. */
static void half_close_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /big?n=5000000 HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, world_stats(w)->answers == 1);
    shutdown(c.fd, SHUT_WR);
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.body.len, 5000000);
    client_wait_end(&c);
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    answer_fini(&a);
}

static void half_closed_client_gets_its_answer(void **state)
{
    both_ways(state, half_close_body);
}

static void on_stopped(void *ctx)
{
    struct world *w = ctx;
    w->stopped++;
}

static void stop_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client idle, waiting, stream, late;
    struct answer a = {0};

    assert_true(client_open(&idle, w, tls));
    client_text(&idle, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&idle, &a, false));
    assert_true(client_open(&waiting, w, tls));
    client_text(&waiting, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_open(&stream, w, tls));
    client_text(&stream, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1 && w->streams_begun == 1);
    assert_int_equal(wire_stream_write(w->server, w->stream, BYTES_LITERAL("last words")), OK);

    wire_server_stop(w->server, 4000, on_stopped, w);
    assert_false(client_open(&late, w, tls) &&
                 (client_text(&late, "GET /echo HTTP/1.1\r\n" HOST "\r\n"), client_answer(&late, &a, false)));
    client_wait_end(&idle);
    assert_true(idle.ended);
    assert_true(client_answer(&stream, &a, false));
    assert_body(&a, "last words");
    assert_int_equal(w->stopped, 0);
    world_answer_later(w, "done");
    assert_true(client_answer(&waiting, &a, false));
    assert_body(&a, "done");
    assert_string_equal(answer_field(&a, "Connection"), "close");
    client_wait_end(&waiting);
    client_wait_end(&stream);
    client_close(&idle);
    client_close(&waiting);
    client_close(&stream);
    client_close(&late);
    world_until(w, w->stopped == 1);
    assert_int_equal(w->streams_closed, 1);
    assert_int_equal(world_stats(w)->open, 0);
    answer_fini(&a);
}

static void graceful_stop(void **state)
{
    both_ways(state, stop_body);
}

static void stop_bound_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1);
    int64_t from_ms = time_mono_ms();
    wire_server_stop(w->server, 150, on_stopped, w);
    world_until(w, w->stopped == 1);
    assert_in_range(time_mono_ms() - from_ms, 145, 1000);
    assert_int_equal(world_stats(w)->open, 0);
    world_answer_later(w, "too late");
    client_close(&c);
}

static void stop_is_bounded(void **state)
{
    both_ways(state, stop_bound_body);
}

/* Freeing with all kinds of connections open leaks nothing and calls nobody (the sanitizer looks on). */
static void free_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c[4];

    for (int i = 0; i < 4; i++)
        assert_true(client_open(&c[i], w, tls));
    client_text(&c[0], "GET /later HTTP/1.1\r\n" HOST "\r\n");
    client_text(&c[1], "GET /stream HTTP/1.1\r\n" HOST "\r\n");
    client_text(&c[2], "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc");
    world_until(w, w->later_n == 1 && w->streams_begun == 1 && world_stats(w)->open == 4);
    for (int i = 0; i < 4; i++)
        client_close(&c[i]);
}

static void free_with_open_connections(void **state)
{
    both_ways(state, free_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(client_leaves_before_its_answer),
        cmocka_unit_test(ticket_is_used_once),
        cmocka_unit_test(half_closed_client_gets_its_answer),
        cmocka_unit_test(graceful_stop),
        cmocka_unit_test(stop_is_bounded),
        cmocka_unit_test(free_with_open_connections),
    };
    return cmocka_run_group_tests(tests, both_ways_setup, both_ways_teardown);
}
