/* The life of one connection: its states, the deadline of each, how it begins and how it ends. What comes in
 * is conn_read.c, what goes out conn_answer.c. */
#include "wire/conn_parts.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_BYTES_MAX (1024 * 1024) /* of a refused body; then the connection is cut */

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

void wire_conn_set_state(struct wire_conn *c, enum wire_conn_state next)
{
    CHECK((may_become[c->state] >> next & 1u) != 0);
    c->state = next;
}

struct evbuffer *wire_conn_output(const struct wire_conn *c)
{
    return bufferevent_get_output(c->bev);
}

struct evbuffer *wire_conn_input(const struct wire_conn *c)
{
    return bufferevent_get_input(c->bev);
}

size_t wire_conn_backlog(const struct wire_conn *c)
{
    return evbuffer_get_length(wire_conn_output(c));
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
void wire_conn_set_deadline(struct wire_conn *c, int after_ms)
{
    int64_t now_ms = time_mono_ms();

    c->deadline_ms = now_ms + after_ms;
    if (c->deadline_ms < c->timer_at_ms)
        arm_timer(c, now_ms);
}

void wire_conn_no_deadline(struct wire_conn *c)
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
    wire_conn_set_state(c, CONN_GONE);
    c->serial = 0;
    wire_conn_no_deadline(c);
    event_del(c->timer);
    bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
    bufferevent_disable(c->bev, EV_READ | EV_WRITE);
    c->next_gone = c->server->gone;
    c->server->gone = c;
    wire_server_reap_later(c->server);
}

void wire_conn_discard(struct wire_conn *c)
{
    size_t n = evbuffer_get_length(wire_conn_input(c));

    evbuffer_drain(wire_conn_input(c), n);
    c->discarded += n;
    if (c->discarded > DISCARD_BYTES_MAX)
        wire_conn_drop(c);
}

/* Our last byte is in the kernel. Closing now, with input unread, would send a reset that can overtake it. */
void wire_conn_linger(struct wire_conn *c)
{
    wire_conn_stream_over(c);
    say_goodbye(c);
    shutdown(bufferevent_getfd(c->bev), SHUT_WR);
    wire_conn_set_state(c, CONN_LINGERING);
    wire_conn_set_deadline(c, c->server->limits.linger_ms);
    if (c->saw_end)
        wire_conn_drop(c);
    else
        wire_conn_discard(c);
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

/* ---- beginning ---- */

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
    wire_conn_set_state(c, CONN_IDLE);
    wire_conn_set_deadline(c, c->server->limits.idle_ms);
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
            wire_conn_set_state(c, CONN_FLUSHING);
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
    bufferevent_setcb(bev, wire_conn_on_read, wire_conn_on_write, on_event, c);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
    wire_conn_set_deadline(c, c->state == CONN_HANDSHAKE ? s->limits.handshake_ms : s->limits.idle_ms);
}
