/* What comes in: heads and bodies up to a whole request, one at a time, and the pace of reading. */
#include "wire/conn_parts.h"

#include "base/check.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

/* Stop reading while a request is being answered and enough of the next ones is here; go on otherwise. Called
 * wherever state or input changed, so that input is bounded by the request under way plus two heads and what
 * one read brings (16 KiB).
 *
 * Not by libevent's read watermark: over TLS, 2.1.12 stops there with decrypted bytes still inside OpenSSL,
 * and since the socket has nothing more to say, nothing ever fetches them (found by server_test, long
 * pipeline). Stopped from within the read callback all decrypted bytes have been fetched. */
void wire_conn_pace_reading(struct wire_conn *c)
{
    bool busy = c->state == CONN_HANDLER || c->state == CONN_ANSWERING;
    bool stop = busy && evbuffer_get_length(wire_conn_input(c)) >= 2 * c->server->limits.head.head_bytes_max;

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

    wire_conn_set_state(c, CONN_HANDLER);
    wire_conn_set_deadline(c, s->limits.answer_ms);
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
    evbuffer_drain(wire_conn_input(c), used);
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

    if (evbuffer_get_length(wire_conn_input(c)) < whole)
        return;
    const uint8_t *p = evbuffer_pullup(wire_conn_input(c), (ev_ssize_t)whole);
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
    size_t here = evbuffer_get_length(wire_conn_input(c));
    size_t look = here < s->limits.head.head_bytes_max ? here : s->limits.head.head_bytes_max;
    struct http_head head;

    const uint8_t *p = evbuffer_pullup(wire_conn_input(c), (ev_ssize_t)look);
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
    wire_conn_set_state(c, CONN_BODY);
    wire_conn_set_deadline(c, s->limits.body_ms);
    read_body(c, &head, p);
}

/* Look at the input, for at most one request. What comes behind it waits in the bounded input buffer until
 * the answer is out. */
void wire_conn_advance(struct wire_conn *c)
{
    if (c->state == CONN_IDLE && evbuffer_get_length(wire_conn_input(c)) > 0) {
        wire_conn_set_state(c, CONN_HEAD);
        wire_conn_set_deadline(c, c->server->limits.head_ms);
        c->scanned = 0;
        c->head_only = false;
    }
    if (c->state == CONN_HEAD)
        read_head(c);
    else if (c->state == CONN_BODY)
        read_body(c, NULL, NULL);
    wire_conn_pace_reading(c);
}

void wire_conn_on_read(struct bufferevent *bev, void *arg)
{
    struct wire_conn *c = arg;

    (void)bev;
    if (c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY)
        wire_conn_advance(c);
    else if (c->state == CONN_STREAM || c->state == CONN_FLUSHING || c->state == CONN_LINGERING)
        wire_conn_discard(c);
    else
        wire_conn_pace_reading(c);
}
