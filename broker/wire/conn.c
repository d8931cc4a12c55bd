#include "wire/server_state.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_BYTES_MAX (1024 * 1024) /* of a refused body; then the connection is cut */
#define ANSWER_NOW_MAX (8 * 1024)       /* with its head within one TLS record, and worth a copy */
#define UNSENT_BYTES_MAX (64 * 1024)    /* of a stream, in the kernel; the rest waits where we can count it */

static const uint16_t may_become[CONN_STATE_N] = {
    [CONN_HANDSHAKE] = 1u << CONN_IDLE | 1u << CONN_GONE,
    [CONN_IDLE] = 1u << CONN_HEAD | 1u << CONN_LINGERING | 1u << CONN_GONE,
    [CONN_HEAD] = 1u << CONN_BODY | 1u << CONN_FLUSHING | 1u << CONN_GONE,
    [CONN_BODY] = 1u << CONN_HANDLER | 1u << CONN_FLUSHING | 1u << CONN_GONE,
    [CONN_HANDLER] = 1u << CONN_ANSWERING | 1u << CONN_STREAM | 1u << CONN_FLUSHING | 1u << CONN_GONE,
    [CONN_ANSWERING] = 1u << CONN_IDLE | 1u << CONN_FLUSHING | 1u << CONN_GONE,
    [CONN_STREAM] = 1u << CONN_FLUSHING | 1u << CONN_GONE,
    [CONN_FLUSHING] = 1u << CONN_LINGERING | 1u << CONN_GONE,
    [CONN_LINGERING] = 1u << CONN_GONE,
    [CONN_GONE] = 0,
};

static void set_state(struct wire_conn *c, enum wire_conn_state next)
{
    CHECK((may_become[c->state] >> next & 1u) != 0);
    c->state = next;
}

/* ---- deadlines ---- */

static void arm_timer(struct wire_conn *c, int64_t now_ms)
{
    int64_t left_ms = c->deadline_ms > now_ms ? c->deadline_ms - now_ms : 0;
    const struct timeval wait = {.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};

    c->timer_at_ms = c->deadline_ms;
    CHECK(event_add(c->timer, &wait) == 0);
}

/* A timer that is pending for an earlier moment is left alone; it will look at the new deadline then. So a
 * busy connection moves its deadline some times per request and touches libevent's heap every few seconds. */
static void set_deadline(struct wire_conn *c, int after_ms)
{
    int64_t now_ms = time_mono_ms();

    c->deadline_ms = now_ms + after_ms;
    if (c->deadline_ms < c->timer_at_ms)
        arm_timer(c, now_ms);
}

static void no_deadline(struct wire_conn *c)
{
    c->deadline_ms = INT64_MAX;
}

static void on_deadline(struct wire_conn *c)
{
    struct wire_stats *stats = &c->server->stats;

    switch (c->state) {
    case CONN_HANDSHAKE:
        stats->handshake_failed++;
        wire_conn_drop(c);
        break;
    case CONN_IDLE:
        stats->idle_closed++;
        wire_conn_drop(c);
        break;
    case CONN_HEAD:
        wire_conn_refuse(c, HTTP_FAULT_HEAD_TIME);
        break;
    case CONN_BODY:
        wire_conn_refuse(c, HTTP_FAULT_BODY_TIME);
        break;
    case CONN_HANDLER:
        wire_conn_refuse(c, HTTP_FAULT_ANSWER_TIME);
        break;
    case CONN_ANSWERING:
    case CONN_STREAM:
    case CONN_FLUSHING:
        stats->write_stalled++;
        wire_conn_drop(c);
        break;
    case CONN_LINGERING:
        wire_conn_drop(c);
        break;
    case CONN_GONE:
    case CONN_STATE_N:
        break;
    }
}

static void on_timer(int fd, short what, void *arg)
{
    struct wire_conn *c = arg;
    int64_t now_ms = time_mono_ms();

    (void)fd;
    (void)what;
    c->timer_at_ms = INT64_MAX;
    if (c->deadline_ms == INT64_MAX)
        return;
    if (now_ms < c->deadline_ms)
        arm_timer(c, now_ms);
    else
        on_deadline(c);
}

/* ---- sending ---- */

static struct evbuffer *output_of(const struct wire_conn *c)
{
    return bufferevent_get_output(c->bev);
}

static struct evbuffer *input_of(const struct wire_conn *c)
{
    return bufferevent_get_input(c->bev);
}

size_t wire_conn_backlog(const struct wire_conn *c)
{
    return evbuffer_get_length(output_of(c));
}

static void send_bytes(struct wire_conn *c, struct bytes v)
{
    CHECK(evbuffer_add(output_of(c), v.p, v.len) == 0);
}

static void answered(struct wire_conn *c)
{
    set_state(c, CONN_IDLE);
    set_deadline(c, c->server->limits.idle_ms);
}

/* True if nothing is in the way of the answer: it ends no connection, no earlier byte waits, no request is
 * behind it, and no callback of ours is under way that would go on with the connection. */
static bool is_way_free(const struct wire_conn *c)
{
    return c->state == CONN_ANSWERING && c->server->in_callback == 0 && !c->saw_end &&
           wire_conn_backlog(c) == 0 && evbuffer_get_length(input_of(c)) == 0;
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
    set_deadline(c, s->limits.write_ms);
    if (with_body && body.len <= ANSWER_NOW_MAX) {
        buf_add(&s->scratch, body);
        with_body = false;
        if (answer_now(c, buf_view(&s->scratch)))
            return;
    }
    CHECK(evbuffer_expand(output_of(c), s->scratch.len + (with_body ? body.len : 0)) == 0);
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
    set_state(c, CONN_FLUSHING);
    send_problem(c, fault, true);
}

void wire_conn_answer(struct wire_conn *c, int status, const struct wire_header *headers, size_t n,
                      struct bytes body)
{
    bool close = c->close_after || c->server->stopping;

    CHECK(status >= 200 && status <= 599);
    c->serial = 0;
    set_state(c, close ? CONN_FLUSHING : CONN_ANSWERING);
    if (answer_headers_clean(headers, n)) {
        send_answer(c, status, headers, n, body, close);
    } else {
        log_error("answer with a control byte in a header was not sent", "status=%d", status);
        send_problem(c, HTTP_FAULT_ANSWER, close);
    }
}

void wire_conn_stream_begin(struct wire_conn *c, const struct wire_header *headers, size_t n)
{
    struct wire_server *s = c->server;
    const int unsent = UNSENT_BYTES_MAX;

    c->stream_serial = c->serial;
    s->stats.streams++;
    set_state(c, CONN_STREAM);
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
    set_deadline(c, s->limits.write_ms);
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
    CHECK(evbuffer_expand(output_of(c), s->scratch.len + bytes.len + 2) == 0);
    send_bytes(c, buf_view(&s->scratch));
    send_bytes(c, bytes);
    send_bytes(c, BYTES_LITERAL("\r\n"));
    if (waiting == 0)
        set_deadline(c, s->limits.write_ms);
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
    set_state(c, CONN_FLUSHING);
    if (!c->head_only)
        send_bytes(c, BYTES_LITERAL("0\r\n\r\n"));
    set_deadline(c, c->server->limits.write_ms);
}

/* ---- ending ---- */

/* Tell a TLS client that this is the end and no cut. The bytes go to the socket's buffer or nowhere. */
static void say_goodbye(struct wire_conn *c)
{
    SSL *ssl = bufferevent_openssl_get_ssl(c->bev);

    if (ssl == NULL || !SSL_is_init_finished(ssl))
        return;
    ERR_clear_error();
    (void)SSL_shutdown(ssl);
    ERR_clear_error();
}

void wire_conn_drop(struct wire_conn *c)
{
    if (c->state == CONN_GONE)
        return;
    if (c->state == CONN_IDLE)
        say_goodbye(c);
    set_state(c, CONN_GONE);
    c->serial = 0;
    no_deadline(c);
    event_del(c->timer);
    bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
    bufferevent_disable(c->bev, EV_READ | EV_WRITE);
    c->next_gone = c->server->gone;
    c->server->gone = c;
    wire_server_reap_later(c->server);
}

static void discard(struct wire_conn *c)
{
    size_t n = evbuffer_get_length(input_of(c));

    evbuffer_drain(input_of(c), n);
    c->discarded += n;
    if (c->discarded > DISCARD_BYTES_MAX)
        wire_conn_drop(c);
}

/* Our last byte is in the kernel. Closing now, with input unread, would send a reset that can overtake it. */
static void linger(struct wire_conn *c)
{
    wire_conn_stream_over(c);
    say_goodbye(c);
    shutdown(bufferevent_getfd(c->bev), SHUT_WR);
    set_state(c, CONN_LINGERING);
    set_deadline(c, c->server->limits.linger_ms);
    if (c->saw_end)
        wire_conn_drop(c);
    else
        discard(c);
}

void wire_conn_wind_down(struct wire_conn *c)
{
    if (c->state == CONN_HANDSHAKE || c->state == CONN_IDLE)
        wire_conn_drop(c);
    else if (c->state == CONN_STREAM)
        wire_conn_stream_end(c);
}

void wire_conn_free(struct wire_conn *c)
{
    struct wire_server *s = c->server;

    event_free(c->timer);
    bufferevent_free(c->bev);
    address_count_drop(s->addresses, c->address);
    c->listener->open--;
    s->stats.open--;
    s->slots[c->slot] = NULL;
    s->free_slots[s->free_n++] = c->slot;
    free(c);
}

/* ---- receiving ---- */

/* Stop reading while a request is being answered and enough of the next ones is here; go on otherwise. Called
 * wherever state or input changed, so that input is bounded by the request under way plus two heads and what
 * one read brings (16 KiB).
 *
 * Not by libevent's read watermark: over TLS, 2.1.12 stops there with decrypted bytes still inside OpenSSL,
 * and since the socket has nothing more to say, nothing ever fetches them (found by server_test, long
 * pipeline). Stopped from within the read callback all decrypted bytes have been fetched. */
static void pace_reading(struct wire_conn *c)
{
    bool busy = c->state == CONN_HANDLER || c->state == CONN_ANSWERING;
    bool stop = busy && evbuffer_get_length(input_of(c)) >= 2 * c->server->limits.head.head_bytes_max;

    if (stop == c->reading_stopped || c->state == CONN_GONE || c->saw_end)
        return;
    c->reading_stopped = stop;
    if (stop)
        bufferevent_disable(c->bev, EV_READ);
    else
        bufferevent_enable(c->bev, EV_READ);
}

/* Hand the request that lies complete at the front of the input to the handler. HEAD points into WHOLE. */
static void deliver(struct wire_conn *c, const struct http_head *head, struct bytes whole)
{
    struct wire_server *s = c->server;
    size_t used = c->head_len + c->body_len;

    set_state(c, CONN_HANDLER);
    set_deadline(c, s->limits.answer_ms);
    c->serial = ++s->last_serial;
    s->stats.requests++;
    const struct wire_request request = {
        .ticket = {.serial = c->serial, .slot = c->slot},
        .head = head,
        .body = {whole.p + c->head_len, c->body_len},
        .door = c->listener->door.tag,
        .tls = c->listener->door.tls != NULL,
        .peer = c->peer,
        .spki = c->has_spki ? c->spki : NULL,
        .subject = c->subject,
    };
    s->in_callback++;
    s->handler.on_request(s->ctx, &request);
    s->in_callback--;
    /* The handler may have answered or dropped it, but nothing is freed before the reaper runs. */
    evbuffer_drain(input_of(c), used);
}

static uint64_t body_limit(struct wire_conn *c, const struct http_head *head)
{
    struct wire_server *s = c->server;

    if (s->handler.body_limit == NULL)
        return s->limits.body_bytes_max;
    s->in_callback++;
    uint64_t limit = s->handler.body_limit(s->ctx, head, c->listener->door.tag);
    s->in_callback--;
    return limit;
}

/* The head is judged twice when its body comes later: once to know how much to wait for, once when all is
 * here and can no longer move in memory. That costs a microsecond and saves a copy per connection. */
static void read_body(struct wire_conn *c, const struct http_head *judged, const uint8_t *judged_at)
{
    size_t whole = c->head_len + c->body_len;
    struct http_head again;

    if (evbuffer_get_length(input_of(c)) < whole)
        return;
    const uint8_t *p = evbuffer_pullup(input_of(c), (ev_ssize_t)whole);
    CHECK(p != NULL);
    if (p != judged_at) {
        CHECK(http_head_parse(BYTES(p, c->head_len), &c->server->limits.head, &again) == HTTP_FAULT_NONE);
        judged = &again;
    }
    deliver(c, judged, BYTES(p, whole));
}

static void read_head(struct wire_conn *c)
{
    struct wire_server *s = c->server;
    size_t here = evbuffer_get_length(input_of(c));
    size_t look = here < s->limits.head.head_bytes_max ? here : s->limits.head.head_bytes_max;
    struct http_head head;

    const uint8_t *p = evbuffer_pullup(input_of(c), (ev_ssize_t)look);
    CHECK(p != NULL);
    c->head_len = http_head_end(BYTES(p, look), &s->limits.head, &c->scanned);
    if (c->head_len == 0)
        return;
    enum http_fault fault = http_head_parse(BYTES(p, c->head_len), &s->limits.head, &head);
    if (fault == HTTP_FAULT_NONE && head.body_len > body_limit(c, &head))
        fault = HTTP_FAULT_BODY_LENGTH;
    if (fault != HTTP_FAULT_NONE) {
        wire_conn_refuse(c, fault);
        return;
    }
    c->body_len = head.body_len;
    c->close_after = head.close;
    c->head_only = head.method == HTTP_METHOD_HEAD;
    set_state(c, CONN_BODY);
    set_deadline(c, s->limits.body_ms);
    read_body(c, &head, p);
}

/* Look at the input, for at most one request. What comes behind it waits in the bounded input buffer until
 * the answer is out. */
static void advance(struct wire_conn *c)
{
    if (c->state == CONN_IDLE && evbuffer_get_length(input_of(c)) > 0) {
        set_state(c, CONN_HEAD);
        set_deadline(c, c->server->limits.head_ms);
        c->scanned = 0;
        c->head_only = false;
    }
    if (c->state == CONN_HEAD)
        read_head(c);
    else if (c->state == CONN_BODY)
        read_body(c, NULL, NULL);
    pace_reading(c);
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct wire_conn *c = arg;

    (void)bev;
    if (c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY)
        advance(c);
    else if (c->state == CONN_STREAM || c->state == CONN_FLUSHING || c->state == CONN_LINGERING)
        discard(c);
    else
        pace_reading(c);
}

static void on_write(struct bufferevent *bev, void *arg)
{
    struct wire_conn *c = arg;
    struct wire_server *s = c->server;

    (void)bev;
    if (wire_conn_backlog(c) > 0)
        return;
    if (c->state == CONN_ANSWERING) {
        answered(c);
        if (s->stopping)
            linger(c);
        else
            advance(c);
    } else if (c->state == CONN_STREAM) {
        no_deadline(c);
        if (s->handler.on_stream_drained != NULL) {
            s->in_callback++;
            s->handler.on_stream_drained(s->ctx, (struct wire_ticket){.serial = c->serial, .slot = c->slot});
            s->in_callback--;
        }
    } else if (c->state == CONN_FLUSHING) {
        linger(c);
    }
    pace_reading(c);
}

/* ---- life ---- */

static void on_connected(struct wire_conn *c)
{
    SSL *ssl = bufferevent_openssl_get_ssl(c->bev);
    X509 *cert = SSL_get1_peer_certificate(ssl);

    if (cert != NULL) {
        c->has_spki = tls_spki_sha256(cert, c->spki) == OK;
        if (tls_is_vouched_for(ssl)) /* else anybody could have written it */
            tls_subject_serial(cert, c->subject, sizeof c->subject);
        X509_free(cert);
    }
    set_state(c, CONN_IDLE);
    set_deadline(c, c->server->limits.idle_ms);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct wire_conn *c = arg;
    struct wire_stats *stats = &c->server->stats;

    if ((what & BEV_EVENT_CONNECTED) != 0) {
        if (c->state == CONN_HANDSHAKE)
            on_connected(c);
        return;
    }
    ERR_clear_error();
    if ((what & BEV_EVENT_EOF) != 0 && (c->state == CONN_ANSWERING || c->state == CONN_FLUSHING)) {
        /* The client may have shut only its sending side: finish ours. Over TLS libevent stopped both. */
        if (c->state == CONN_ANSWERING)
            set_state(c, CONN_FLUSHING);
        c->saw_end = true;
        bufferevent_enable(bev, EV_WRITE);
        return;
    }
    if (c->state == CONN_HANDSHAKE)
        stats->handshake_failed++;
    if (c->state == CONN_HANDLER)
        stats->left_waiting++;
    wire_conn_drop(c);
}

static struct bufferevent *make_bufferevent(struct wire_server *s, struct ssl_ctx_st *tls, int fd)
{
    struct bufferevent *bev = NULL;

    if (tls == NULL)
        return bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(tls);
    if (ssl != NULL) {
        SSL_set_mode(ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER); /* answer_now's bytes move to the output */
        bev = bufferevent_openssl_socket_new(s->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                             BEV_OPT_CLOSE_ON_FREE);
    }
    /* A body is counted, so an end without close_notify cannot pass for a shorter one. */
    if (bev != NULL)
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

void wire_conn_open(struct wire_listener *l, int fd, struct address_key address, const char *peer)
{
    struct wire_server *s = l->server;
    struct bufferevent *bev = make_bufferevent(s, l->door.tls, fd);

    if (bev == NULL) {
        address_count_drop(s->addresses, address);
        close(fd);
        return;
    }
    CHECK(s->free_n > 0);
    struct wire_conn *c = mem_new(1, sizeof *c);
    c->server = s;
    c->listener = l;
    c->bev = bev;
    c->timer = evtimer_new(s->base, on_timer, c);
    CHECK(c->timer != NULL);
    c->deadline_ms = c->timer_at_ms = INT64_MAX;
    c->state = l->door.tls != NULL ? CONN_HANDSHAKE : CONN_IDLE;
    c->slot = s->free_slots[--s->free_n];
    c->address = address;
    memcpy(c->peer, peer, strlen(peer) + 1);
    s->slots[c->slot] = c;
    s->stats.open++;
    s->stats.accepted++;
    l->open++;
    bufferevent_setcb(bev, on_read, on_write, on_event, c);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
    set_deadline(c, c->state == CONN_HANDSHAKE ? s->limits.handshake_ms : s->limits.idle_ms);
}
