/* Any bytes in any pieces on a real connection of a real server, with a handler that answers now, later,
 * never or with a stream. Nothing may crash, leak, or stay behind. The first bytes choose: pieces, moment of
 * leaving. */
#include "base/check.h"
#include "wire/server_state.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct room {
    struct wire_server *server;
    struct wire_ticket later, stream;
    int begun, closed;
};

static void on_request(void *ctx, const struct wire_request *r)
{
    struct room *room = ctx;
    uint8_t kind = r->head->path.len > 1 ? r->head->path.p[1] : 0;

    if (kind == 'l') {
        room->later = r->ticket;
    } else if (kind == 's') {
        room->stream = r->ticket;
        room->begun++;
        CHECK(wire_stream_begin(room->server, r->ticket, NULL, 0) == OK);
        (void)!wire_stream_write(room->server, r->ticket, r->body);
    } else if (kind == 'r') {
        wire_refuse(room->server, r->ticket, HTTP_FAULT_HOST);
    } else {
        wire_answer(room->server, r->ticket, kind == '2' ? 204 : 200, NULL, 0, r->body);
    }
}

static void on_stream_closed(void *ctx, struct wire_ticket ticket)
{
    struct room *room = ctx;
    (void)ticket;
    room->closed++;
}

static void turn(struct event_base *base, struct room *room, int fd)
{
    uint8_t b[4096];

    event_base_loop(base, EVLOOP_NONBLOCK);
    wire_answer(room->server, room->later, 200, NULL, 0, BYTES_LITERAL("later"));
    (void)!wire_stream_write(room->server, room->stream, BYTES_LITERAL("event"));
    while (recv(fd, b, sizeof b, MSG_DONTWAIT) > 0)
        continue;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct wire_handler handler = {.on_request = on_request, .on_stream_closed = on_stream_closed};
    struct wire_limits limits = wire_limits_default();
    struct room room = {0};
    int fds[2];

    if (size < 3)
        return 0;
    limits.connections_max = 2;
    limits.head = (struct http_limits){512, 256, 16};
    limits.body_bytes_max = 1024;
    limits.stream_backlog_max = 64;
    struct event_base *base = event_base_new();
    room.server = wire_server_new(base, &limits, &handler, &room);
    struct wire_listener door = {.server = room.server};
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    wire_conn_open(&door, fds[0], (struct address_key){0}, "");
    size_t piece = 1 + data[0] * 4u;
    int fate = data[1] % 4;
    for (size_t at = 2; at < size; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        (void)!send(fds[1], data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        turn(base, &room, fds[1]);
    }
    if (fate == 1)
        shutdown(fds[1], SHUT_WR);
    else if (fate == 2)
        wire_stream_end(room.server, room.stream);
    else if (fate == 3)
        wire_server_stop(room.server, 0, NULL, NULL);
    turn(base, &room, fds[1]);
    close(fds[1]);
    for (int i = 0; i < 4; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
    CHECK(room.server->stats.open == 0 && door.open == 0);
    CHECK(room.begun == room.closed);
    wire_server_free(room.server);
    event_base_free(base);
    return 0;
}
