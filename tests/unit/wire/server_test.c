/* The server on real sockets, plain and over TLS: requests, answers, keep-alive, pipelining. */
#include "support/both_ways.h"
#include "support/test_certs.h"
#include "support/wire_world.h"

#include "base/mem.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keep_alive_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    for (int i = 0; i < 20; i++) {
        client_text(&c, "POST /echo?i=1 HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
        assert_true(client_answer(&c, &a, false));
        assert_int_equal(a.status, 200);
        assert_body(&a, "POST /echo?i=1 len=5 sum=4f9f2cab");
        assert_string_equal(answer_field(&a, "Content-Type"), "text/plain");
        assert_null(answer_field(&a, "Connection"));
        assert_int_equal(strlen(answer_field(&a, "Date")), 29);
    }
    assert_int_equal(world_stats(w)->accepted, 1);
    assert_int_equal(world_stats(w)->requests, 20);
    assert_int_equal(world_stats(w)->answers, 20);
    assert_string_equal(w->peer, "127.0.0.1");
    assert_int_equal(w->door, 7);
    assert_int_equal(w->tls, tls != NULL);
    assert_false(w->has_spki);
    assert_string_equal(w->subject, "");
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    answer_fini(&a);
}

static void keep_alive(void **state)
{
    both_ways(state, keep_alive_body);
}

static void pipelining_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    struct buf all = {0};
    char want[80];

    for (int i = 0; i < 50; i++)
        buf_format(&all, "GET /echo?i=%d HTTP/1.1\r\n" HOST "\r\n", i);
    assert_true(client_open(&c, w, tls));
    client_send(&c, buf_view(&all));
    for (int i = 0; i < 50; i++) {
        assert_true(client_answer(&c, &a, false));
        snprintf(want, sizeof want, "GET /echo?i=%d len=0 sum=811c9dc5", i);
        assert_body(&a, want);
    }
    client_close(&c);
    buf_fini(&all);
    answer_fini(&a);
}

static void pipelining_50_in_order(void **state)
{
    both_ways(state, pipelining_body);
}

/* A client that asks and asks and reads nothing: the answers go straight to the socket until it is full, the
 * last one waits, and all come out whole and in order when the client reads. */
static void full_socket_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    char body[8000 + 1], want[16];
    int asked = 0;

    assert_true(client_open(&c, w, tls));
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    while (world_stats(w)->answers == (uint64_t)asked) {
        assert_true(asked < 2000);
        client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
        asked++;
        for (int i = 0; i < 100 && w->later_n == 0; i++)
            world_turn(w); /* 2 ms: the last one does not come as long as the answer before it waits */
        snprintf(want, sizeof want, "%08d", asked);
        memcpy(body, want, 8);
        world_answer_later(w, body);
    }
    assert_true(asked > 2);
    for (int i = 1; i < asked; i++) {
        assert_true(client_answer(&c, &a, false));
        snprintf(want, sizeof want, "%08d", i);
        assert_int_equal(a.body.len, sizeof body - 1);
        assert_memory_equal(a.body.p, want, 8);
        assert_int_equal(a.body.p[a.body.len - 1], 'x');
    }
    world_until(w, w->later_n == 1);
    world_answer_later(w, "the last");
    assert_true(client_answer(&c, &a, false));
    assert_body(&a, "the last");
    client_close(&c);
    answer_fini(&a);
}

static void answers_to_a_full_socket(void **state)
{
    both_ways(state, full_socket_body);
}

/* While one request waits, the next ones on its connection must not reach the handler. */
static void one_at_a_time_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\nGET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1);
    world_run(w, 30);
    assert_int_equal(w->later_n, 1);
    world_answer_later(w, "one");
    assert_true(client_answer(&c, &a, false));
    assert_body(&a, "one");
    world_until(w, w->later_n == 1);
    world_answer_later(w, "two");
    assert_true(client_answer(&c, &a, false));
    assert_body(&a, "two");
    client_close(&c);
    answer_fini(&a);
}

static void one_request_at_a_time(void **state)
{
    both_ways(state, one_at_a_time_body);
}

/* Bodies that arrive with their head but in other pieces of libevent's buffer: the judged head moves in
 * memory before the handler sees it. */
static void one_go_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    struct buf request = {0}, want = {0};

    assert_true(client_open(&c, w, tls));
    for (size_t n = 15600; n < 17000; n += 40) { /* around the size of one piece, 16 KiB */
        client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
        world_until(w, w->later_n == 1);
        buf_clear(&request);
        buf_clear(&want);
        buf_format(&request, "POST /echo?n=%zu HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n", n, n);
        size_t head_len = request.len;
        for (size_t i = 0; i < n; i++)
            buf_u8(&request, (uint8_t)(i * 7));
        client_send(&c, buf_view(&request));
        for (int turns = 0; turns < 12; turns++) /* each reads 4 KiB or a TLS record */
            world_turn(w);
        world_answer_later(w, "");
        assert_true(client_answer(&c, &a, false));
        assert_true(client_answer(&c, &a, false));
        buf_format(&want, "POST /echo?n=%zu len=%zu sum=%08x", n, n,
                   echo_sum(BYTES(request.p + head_len, n)));
        assert_body(&a, buf_c_str(&want));
    }
    client_close(&c);
    buf_fini(&request);
    buf_fini(&want);
    answer_fini(&a);
}

static void head_and_body_in_one_go(void **state)
{
    both_ways(state, one_go_body);
}

/* Behind an unanswered request the server stops reading: what a client pushes fills the kernel's buffers and
 * no more. */
static void flood_body(struct world *w, struct ssl_ctx_st *tls)
{
    const size_t much = 64 * 1024 * 1024; /* the kernel's buffers of both ends hold some 10 MiB at most */
    char part[16 * 1024];
    struct client c;
    size_t taken = 0;

    memset(part, 'x', sizeof part);
    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    world_until(w, w->later_n == 1);
    for (int full = 0; full < 50 && taken < much;) {
        size_t n = client_try_send(&c, BYTES(part, sizeof part));
        taken += n;
        full = n > 0 ? 0 : full + 1;
        world_turn(w);
    }
    assert_in_range(taken, 1, much / 2);
    client_close(&c);
}

static void flood_behind_a_request_is_not_read(void **state)
{
    both_ways(state, flood_body);
}

static void long_pipeline_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    struct buf all = {0};

    /* More than input and output buffers hold, so that reading stops and resumes many times. */
    buf_text(&all, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    for (int i = 0; i < 3000; i++)
        buf_text(&all, "GET /echo HTTP/1.1\r\n" HOST "X: 0123456789012345678901234567890123456789\r\n\r\n");
    assert_true(client_open(&c, w, tls));
    client_send(&c, BYTES(all.p, 200));
    world_until(w, w->later_n == 1);
    world_answer_later(w, "go");
    client_send(&c, BYTES(all.p + 200, all.len - 200));
    for (int i = 0; i < 3001; i++)
        assert_true(client_answer(&c, &a, false));
    assert_int_equal(world_stats(w)->requests, 3001);
    client_close(&c);
    buf_fini(&all);
    answer_fini(&a);
}

static void long_pipeline_flows(void **state)
{
    both_ways(state, long_pipeline_body);
}

/* 500 requests with random bodies, cut at random places that respect nothing. */
static void random_splits_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct rng rng = rng_seed(20261121);
    struct buf all = {0}, want = {0};
    struct client c;
    struct answer a = {0};
    size_t sent = 0, at = 0;
    int got = 0;

    for (int i = 0; i < 500; i++) {
        uint8_t body[3000];
        size_t n = rng_chance(&rng, 500) ? rng_below(&rng, sizeof body) : rng_below(&rng, 20);
        for (size_t k = 0; k < n; k++)
            body[k] = (uint8_t)rng_below(&rng, 256);
        buf_format(&all, "PUT /echo?i=%d HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n", i, n);
        buf_add(&all, BYTES(body, n));
        buf_format(&want, "PUT /echo?i=%d len=%zu sum=%08x\n", i, n, echo_sum(BYTES(body, n)));
    }
    assert_true(client_open(&c, w, tls));
    while (got < 500) {
        if (sent < all.len) {
            size_t n = 1 + rng_below(&rng, rng_chance(&rng, 300) ? 30 : 3000);
            n = n < all.len - sent ? n : all.len - sent;
            client_send(&c, BYTES(all.p + sent, n));
            sent += n;
            if (rng_chance(&rng, 700)) {
                world_turn(w);
                client_read(&c);
            }
            continue;
        }
        assert_true(client_answer(&c, &a, false));
        const char *line = (const char *)want.p + at;
        size_t len = strcspn(line, "\n");
        assert_int_equal(a.body.len, len);
        assert_memory_equal(a.body.p, line, len);
        at += len + 1;
        got++;
    }
    assert_int_equal(world_stats(w)->requests, 500);
    client_close(&c);
    buf_fini(&all);
    buf_fini(&want);
    answer_fini(&a);
}

static void random_splits_of_500(void **state)
{
    both_ways(state, random_splits_body);
}

static void head_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "HEAD /echo HTTP/1.1\r\n" HOST "\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, true));
    assert_int_equal(a.status, 200);
    assert_string_equal(answer_field(&a, "Content-Length"), "30");
    assert_true(client_answer(&c, &a, false)); /* a body here would have spoilt this one */
    assert_body(&a, "GET /echo? len=0 sum=811c9dc5");

    client_text(&c, "GET /204 HTTP/1.1\r\n" HOST "\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 204);
    assert_null(answer_field(&a, "Content-Length"));
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 200);

    client_text(&c, "HEAD /stream HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, true));
    client_wait_end(&c);
    assert_int_equal(c.in.len, 0);
    world_until(w, w->streams_closed == 1);
    client_close(&c);
    answer_fini(&a);
}

static void head_and_bodiless_answers(void **state)
{
    both_ways(state, head_body);
}

static void close_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /big?n=3000000 HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"
                    "GET /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, false));
    assert_string_equal(answer_field(&a, "Connection"), "close");
    assert_int_equal(a.body.len, 3000000);
    client_wait_end(&c);
    assert_true(c.ended); /* in good order, not by a reset */
    assert_int_equal(c.in.len, 0);
    assert_int_equal(world_stats(w)->requests, 1);
    client_close(&c);
    world_until(w, world_stats(w)->open == 0);
    answer_fini(&a);
}

static void connection_close_is_honoured(void **state)
{
    both_ways(state, close_body);
}

static void refusals_body(struct world *w, struct ssl_ctx_st *tls)
{
    static const struct {
        const char *raw;
        int status;
        const char *code;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400, "host-missing"},
        {"GET / HTTP/1.1\nHost: a\n\n", 400, "bare-line-end"},
        {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-served"},
        {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", 505, "http-version"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501,
         "transfer-encoding"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\nabc", 413, "body-length"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", 417, "expect"},
    };
    char want[40];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client c;
        struct answer a = {0};
        assert_true(client_open(&c, w, tls));
        client_text(&c, rows[i].raw);
        assert_true(client_answer(&c, &a, false));
        assert_int_equal(a.status, rows[i].status);
        assert_string_equal(answer_field(&a, "Content-Type"), "application/problem+json");
        assert_string_equal(answer_field(&a, "Connection"), "close");
        snprintf(want, sizeof want, "\"code\":\"%s\"", rows[i].code);
        assert_non_null(strstr(buf_c_str(&a.body), want));
        assert_int_equal(answer_field(&a, "Allow") != NULL, rows[i].status == 405);
        client_wait_end(&c);
        assert_true(c.ended);
        client_close(&c);
        answer_fini(&a);
    }
    assert_int_equal(world_stats(w)->requests, 0);
    assert_int_equal(world_stats(w)->faults[HTTP_FAULT_HOST_MISSING], 1);
}

static void refusals_are_explained(void **state)
{
    both_ways(state, refusals_body);
}

/* The refusal of a large body must arrive although the client is still sending it. */
static void large_body_body(struct world *w, struct ssl_ctx_st *tls)
{
    char *x = mem_new(900000, 1);
    struct client c;
    struct answer a = {0};
    struct buf b = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n");
    client_send(&c, BYTES(x, 900000));
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 413);
    client_close(&c);

    /* The same body where the route allows it, twice on one connection. */
    assert_true(client_open(&c, w, tls));
    for (int i = 0; i < 2; i++) {
        client_text(&c, "POST /batch HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n");
        client_send(&c, BYTES(x, 900000));
        assert_true(client_answer(&c, &a, false));
        buf_clear(&b);
        buf_format(&b, "POST /batch? len=900000 sum=%08x", echo_sum(BYTES(x, 900000)));
        assert_body(&a, buf_c_str(&b));
    }
    client_close(&c);
    free(x);
    buf_fini(&b);
    answer_fini(&a);
}

static void body_limit_by_route(void **state)
{
    both_ways(state, large_body_body);
}

static void split_answer_body(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};

    assert_true(client_open(&c, w, tls));
    client_text(&c, "GET /split HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(&c, &a, false));
    assert_int_equal(a.status, 500);
    assert_null(answer_field(&a, "Set-Cookie"));
    assert_null(answer_field(&a, "Location"));
    client_close(&c);
    answer_fini(&a);
}

static void header_with_line_break_is_not_sent(void **state)
{
    both_ways(state, split_answer_body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_alive),
        cmocka_unit_test(pipelining_50_in_order),
        cmocka_unit_test(answers_to_a_full_socket),
        cmocka_unit_test(one_request_at_a_time),
        cmocka_unit_test(head_and_body_in_one_go),
        cmocka_unit_test(flood_behind_a_request_is_not_read),
        cmocka_unit_test(long_pipeline_flows),
        cmocka_unit_test(random_splits_of_500),
        cmocka_unit_test(head_and_bodiless_answers),
        cmocka_unit_test(connection_close_is_honoured),
        cmocka_unit_test(refusals_are_explained),
        cmocka_unit_test(body_limit_by_route),
        cmocka_unit_test(header_with_line_break_is_not_sent),
    };
    return cmocka_run_group_tests(tests, both_ways_setup, both_ways_teardown);
}
