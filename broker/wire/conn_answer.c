/* What goes out: answers, whole or as a stream, and what follows when the last byte of one has left. */
#include "wire/conn_parts.h"

#include "base/check.h"
#include "base/log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#define ANSWER_NOW_MAX (8 * 1024)    /* with its head within one TLS record, and worth a copy */
#define UNSENT_BYTES_MAX (64 * 1024) /* of a stream, in the kernel; the rest waits where we can count it */

static void send_bytes(struct wire_conn *c, struct bytes v)
{
    CHECK(evbuffer_add(wire_conn_output(c), v.p, v.len) == 0);
}

static void answered(struct wire_conn *c)
{
    wire_conn_set_state(c, CONN_IDLE);
    wire_conn_set_deadline(c, c->server->limits.idle_ms);
}

/* True if nothing is in the way of the answer: it ends no connection, no earlier byte waits, no request is
 * behind it, and no callback of ours is under way that would go on with the connection. */
static bool is_way_free(const struct wire_conn *c)
{
    return c->state == CONN_ANSWERING && c->server->in_callback == 0 && !c->saw_end &&
           wire_conn_backlog(c) == 0 && evbuffer_get_length(wire_conn_input(c)) == 0;
}

/* Give a whole answer to the socket here and now: it saves to wait for 'writable', which is two changes of
 * epoll and a pass of the loop for each answer. False: nothing was sent and the usual way is to be taken,
 * with V in one piece, because TLS wants to see the same bytes again. */
static bool answer_now(struct wire_conn *c, struct bytes v)
{
    SSL *ssl = bufferevent_openssl_get_ssl(c->bev);
    size_t sent = 0;
    bool broken = false;

    if (!is_way_free(c))
        return false;
    if (ssl != NULL) {
        ERR_clear_error();
        int error = SSL_write_ex(ssl, v.p, v.len, &sent) == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, 0);
        ERR_clear_error();
        broken = error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ;
    } else {
        ssize_t n = send(bufferevent_getfd(c->bev), v.p, v.len, MSG_DONTWAIT | MSG_NOSIGNAL);

        sent = n > 0 ? (size_t)n : 0;
        broken = n < 0 && errno != EAGAIN && errno != EINTR;
    }
    if (broken)
        wire_conn_drop(c);
    else if (sent == v.len)
        answered(c);
    else if (sent > 0)
        send_bytes(c, BYTES(v.p + sent, v.len - sent));
    return broken || sent > 0;
}

/* One write for head and body: one TLS record, one packet for a small answer. */
static void send_answer(struct wire_conn *c, int status, const struct wire_header *headers, size_t n,
                        struct bytes body, bool close)
{
    struct wire_server *s = c->server;
    bool with_body = !c->head_only && !answer_is_bodiless(status);

    buf_clear(&s->scratch);
    answer_head(&s->scratch, status, wire_server_date(s), headers, n, ANSWER_COUNTED, body.len, close);
    wire_conn_set_deadline(c, s->limits.write_ms);
    if (with_body && body.len <= ANSWER_NOW_MAX) {
        buf_add(&s->scratch, body);
        with_body = false;
        if (answer_now(c, buf_view(&s->scratch)))
            return;
    }
    CHECK(evbuffer_expand(wire_conn_output(c), s->scratch.len + (with_body ? body.len : 0)) == 0);
    send_bytes(c, buf_view(&s->scratch));
    if (with_body && body.len > 0)
        send_bytes(c, body);
}

/* Answer as the server itself: the body comes from the problem hook. */
static void send_problem(struct wire_conn *c, enum http_fault fault, bool close)
{
    struct wire_server *s = c->server;
    struct wire_header headers[2] = {{"Content-Type", "application/problem+json"}};
    struct buf body = {0};
    size_t n = 1;

    s->stats.faults[fault]++;
    if (s->handler.problem != NULL) {
        s->in_callback++;
        headers[0].value = s->handler.problem(s->ctx, fault, &body);
        s->in_callback--;
    } else {
        answer_problem(&body, fault);
    }
    if (http_fault_status(fault) ==
        405) /* RFC 9110 15.5.6 wants it; which route takes what http knows better */
        headers[n++] = (struct wire_header){"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE"};
    send_answer(c, http_fault_status(fault), headers, n, buf_view(&body), close);
    buf_fini(&body);
}

void wire_conn_refuse(struct wire_conn *c, enum http_fault fault)
{
    c->serial = 0;
    wire_conn_set_state(c, CONN_FLUSHING);
    send_problem(c, fault, true);
}

void wire_conn_answer(struct wire_conn *c, int status, const struct wire_header *headers, size_t n,
                      struct bytes body)
{
    bool close = c->close_after || c->server->stopping;

    CHECK(status >= 200 && status <= 599);
    c->serial = 0;
    wire_conn_set_state(c, close ? CONN_FLUSHING : CONN_ANSWERING);
    if (answer_headers_clean(headers, n)) {
        send_answer(c, status, headers, n, body, close);
    } else {
        log_error("answer with a control byte in a header was not sent", "status=%d", status);
        send_problem(c, HTTP_FAULT_ANSWER, close);
    }
}

/* ---- streams ---- */

void wire_conn_stream_begin(struct wire_conn *c, const struct wire_header *headers, size_t n)
{
    struct wire_server *s = c->server;
    const int unsent = UNSENT_BYTES_MAX;

    c->stream_serial = c->serial;
    s->stats.streams++;
    wire_conn_set_state(c, CONN_STREAM);
    /* Fails on unix sockets, which buffer little anyway. */
    (void)setsockopt(bufferevent_getfd(c->bev), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    if (!answer_headers_clean(headers, n)) {
        log_error("stream with a control byte in a header was not begun", "serial=%llu",
                  (unsigned long long)c->serial);
        wire_conn_drop(c);
        return;
    }
    buf_clear(&s->scratch);
    answer_head(&s->scratch, 200, wire_server_date(s), headers, n, ANSWER_CHUNKED, 0, true);
    send_bytes(c, buf_view(&s->scratch));
    wire_conn_set_deadline(c, s->limits.write_ms);
    if (c->head_only || s->stopping)
        wire_conn_stream_end(c);
}

enum err wire_conn_stream_write(struct wire_conn *c, struct bytes bytes)
{
    struct wire_server *s = c->server;
    size_t waiting = wire_conn_backlog(c);

    if (bytes.len == 0)
        return OK;
    if (bytes.len > s->limits.stream_backlog_max || waiting > s->limits.stream_backlog_max - bytes.len) {
        s->stats.streams_dropped++;
        wire_conn_drop(c);
        return ERR_TOO_BIG;
    }
    buf_clear(&s->scratch);
    buf_format(&s->scratch, "%zx\r\n", bytes.len);
    CHECK(evbuffer_expand(wire_conn_output(c), s->scratch.len + bytes.len + 2) == 0);
    send_bytes(c, buf_view(&s->scratch));
    send_bytes(c, bytes);
    send_bytes(c, BYTES_LITERAL("\r\n"));
    if (waiting == 0)
        wire_conn_set_deadline(c, s->limits.write_ms);
    return OK;
}

void wire_conn_stream_over(struct wire_conn *c)
{
    struct wire_server *s = c->server;
    const struct wire_ticket ticket = {.serial = c->stream_serial, .slot = c->slot};

    if (c->stream_serial == 0)
        return;
    c->stream_serial = 0;
    s->stats.streams--;
    if (s->handler.on_stream_closed != NULL) {
        s->in_callback++;
        s->handler.on_stream_closed(s->ctx, ticket);
        s->in_callback--;
    }
}

void wire_conn_stream_end(struct wire_conn *c)
{
    c->serial = 0;
    wire_conn_set_state(c, CONN_FLUSHING);
    if (!c->head_only)
        send_bytes(c, BYTES_LITERAL("0\r\n\r\n"));
    wire_conn_set_deadline(c, c->server->limits.write_ms);
}

/* ---- when it is out ---- */

void wire_conn_on_write(struct bufferevent *bev, void *arg)
{
    struct wire_conn *c = arg;
    struct wire_server *s = c->server;

    (void)bev;
    if (wire_conn_backlog(c) > 0)
        return;
    if (c->state == CONN_ANSWERING) {
        answered(c);
        if (s->stopping)
            wire_conn_linger(c);
        else
            wire_conn_advance(c);
    } else if (c->state == CONN_STREAM) {
        wire_conn_no_deadline(c);
        if (s->handler.on_stream_drained != NULL) {
            s->in_callback++;
            s->handler.on_stream_drained(s->ctx, (struct wire_ticket){.serial = c->serial, .slot = c->slot});
            s->in_callback--;
        }
    } else if (c->state == CONN_FLUSHING) {
        wire_conn_linger(c);
    }
    wire_conn_pace_reading(c);
}
