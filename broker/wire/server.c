#include "wire/server_state.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

struct wire_limits wire_limits_default(void)
{
    return (struct wire_limits){
        .head = http_limits_default(),
        .body_bytes_max = 64 * 1024,
        .handshake_ms = 5000,
        .idle_ms = 30000,
        .head_ms = 5000,
        .body_ms = 10000,
        .answer_ms = 30000,
        .write_ms = 60000,
        .linger_ms = 2000,
        .connections_max = 1024,
        .connections_per_address_max = 64,
        .stream_backlog_max = 256 * 1024,
    };
}

const char *wire_server_date(struct wire_server *s)
{
    int64_t now_ms = time_wall_ms();

    if (now_ms / MS_SECOND != s->date_second) {
        s->date_second = now_ms / MS_SECOND;
        answer_date(now_ms, s->date);
    }
    return s->date;
}

void wire_server_reap_later(struct wire_server *s)
{
    const struct timeval now = {0, 0};
    CHECK(event_add(s->reaper, &now) == 0);
}

static void finish_stop(struct wire_server *s)
{
    void (*on_stopped)(void *ctx) = s->on_stopped;

    s->on_stopped = NULL;
    event_del(s->stop_timer);
    if (on_stopped != NULL) {
        s->in_callback++;
        on_stopped(s->stopped_ctx);
        s->in_callback--;
    }
}

/* Free what died since the last turn, tell whose streams are over, and let new connections in. The callbacks
 * may drop more connections: these join the list and are done in the same pass. */
static void on_reap(int fd, short what, void *arg)
{
    struct wire_server *s = arg;

    (void)fd;
    (void)what;
    while (s->gone != NULL) {
        struct wire_conn *c = s->gone;
        s->gone = c->next_gone;
        wire_conn_stream_over(c);
        wire_conn_free(c);
    }
    if (!s->stopping)
        wire_listeners_resume(s);
    else if (s->stats.open == 0)
        finish_stop(s);
}

static void on_stop_timer(int fd, short what, void *arg)
{
    struct wire_server *s = arg;

    (void)fd;
    (void)what;
    for (int i = 0; i < s->limits.connections_max; i++) {
        if (s->slots[i] != NULL)
            wire_conn_drop(s->slots[i]);
    }
    wire_server_reap_later(s);
}

struct wire_server *wire_server_new(struct event_base *base, const struct wire_limits *limits,
                                    const struct wire_handler *handler, void *ctx)
{
    struct wire_server *s = mem_new(1, sizeof *s);

    CHECK(handler->on_request != NULL);
    CHECK(limits->connections_max > 0 && limits->connections_per_address_max > 0);
    CHECK(limits->head.head_bytes_max > 0);
    s->base = base;
    s->limits = *limits;
    s->handler = *handler;
    s->ctx = ctx;
    s->addresses = address_count_new();
    s->slots = mem_new((size_t)limits->connections_max, sizeof *s->slots);
    s->free_slots = mem_new((size_t)limits->connections_max, sizeof *s->free_slots);
    for (int i = limits->connections_max; i > 0; i--)
        s->free_slots[s->free_n++] = (uint32_t)(i - 1);
    s->reaper = evtimer_new(base, on_reap, s);
    s->rearm = evtimer_new(base, wire_on_rearm, s);
    s->stop_timer = evtimer_new(base, on_stop_timer, s);
    CHECK(s->reaper != NULL && s->rearm != NULL && s->stop_timer != NULL);
    /* OpenSSL and libevent write to sockets whose reader may be gone. */
    signal(SIGPIPE, SIG_IGN);
    return s;
}

static struct wire_conn *resolve(const struct wire_server *s, struct wire_ticket ticket)
{
    if (ticket.serial == 0 || ticket.slot >= (uint32_t)s->limits.connections_max)
        return NULL;
    struct wire_conn *c = s->slots[ticket.slot];
    return c != NULL && c->serial == ticket.serial ? c : NULL;
}

/* The connection whose request waits for its answer. To answer an open stream is a bug. */
static struct wire_conn *waiting(struct wire_server *s, struct wire_ticket ticket)
{
    struct wire_conn *c = resolve(s, ticket);

    if (c == NULL) {
        s->stats.answers_dropped++;
        return NULL;
    }
    CHECK(c->state == CONN_HANDLER);
    s->stats.answers++;
    return c;
}

void wire_answer(struct wire_server *s, struct wire_ticket ticket, int status,
                 const struct wire_header *headers, size_t n, struct bytes body)
{
    struct wire_conn *c = waiting(s, ticket);
    if (c != NULL)
        wire_conn_answer(c, status, headers, n, body);
}

void wire_refuse(struct wire_server *s, struct wire_ticket ticket, enum http_fault fault)
{
    struct wire_conn *c = waiting(s, ticket);
    if (c != NULL)
        wire_conn_refuse(c, fault);
}

bool wire_is_waiting(const struct wire_server *s, struct wire_ticket ticket)
{
    return resolve(s, ticket) != NULL;
}

enum err wire_stream_begin(struct wire_server *s, struct wire_ticket ticket,
                           const struct wire_header *headers, size_t n)
{
    struct wire_conn *c = waiting(s, ticket);

    if (c == NULL)
        return ERR_NOT_FOUND;
    wire_conn_stream_begin(c, headers, n);
    return OK;
}

enum err wire_stream_write(struct wire_server *s, struct wire_ticket ticket, struct bytes bytes)
{
    struct wire_conn *c = resolve(s, ticket);

    if (c == NULL)
        return ERR_NOT_FOUND;
    CHECK(c->state == CONN_STREAM);
    return wire_conn_stream_write(c, bytes);
}

size_t wire_stream_backlog(const struct wire_server *s, struct wire_ticket ticket)
{
    const struct wire_conn *c = resolve(s, ticket);
    return c == NULL ? 0 : wire_conn_backlog(c);
}

void wire_stream_end(struct wire_server *s, struct wire_ticket ticket)
{
    struct wire_conn *c = resolve(s, ticket);

    if (c == NULL)
        return;
    CHECK(c->state == CONN_STREAM);
    wire_conn_stream_end(c);
}

const struct wire_stats *wire_server_stats(const struct wire_server *s)
{
    return &s->stats;
}

void wire_server_stop(struct wire_server *s, int bound_ms, void (*on_stopped)(void *ctx), void *ctx)
{
    const struct timeval bound = {.tv_sec = bound_ms / 1000, .tv_usec = bound_ms % 1000 * 1000};

    CHECK(!s->stopping);
    s->stopping = true;
    s->on_stopped = on_stopped;
    s->stopped_ctx = ctx;
    wire_listeners_close(s);
    for (int i = 0; i < s->limits.connections_max; i++) {
        if (s->slots[i] != NULL)
            wire_conn_wind_down(s->slots[i]);
    }
    CHECK(event_add(s->stop_timer, &bound) == 0);
    wire_server_reap_later(s);
}

void wire_server_free(struct wire_server *s)
{
    if (s == NULL)
        return;
    CHECK(s->in_callback == 0);
    for (int i = 0; i < s->limits.connections_max; i++) {
        if (s->slots[i] != NULL)
            wire_conn_free(s->slots[i]);
    }
    wire_listeners_free(s);
    event_free(s->reaper);
    event_free(s->rearm);
    event_free(s->stop_timer);
    address_count_free(s->addresses);
    buf_fini(&s->scratch);
    free(s->slots);
    free(s->free_slots);
    free(s);
}
