/* A bounded HTTP/1.1 server on a libevent base: listeners, TLS, deadlines, caps; no routes and no JSON.
 *
 * One connection carries one request at a time. The handler gets a whole request (head judged by
 * wire/http_head.h, body within its limit) and a ticket; it answers at once or later by ticket. If the client
 * has left by then the ticket no longer resolves and the answer is dropped; what was decided stays decided.
 *
 *   handshake ─► idle ─► head ─► body ─► (handler) ─► answering ─► idle ...
 *                                            └─► stream ─► flushing ─► lingering ─► gone
 *
 * Every arrow has an absolute deadline: one byte now and then wins no time. Callbacks come from the event
 * loop only, never from inside a wire_... call (but for the formatting hook `problem`), so a handler may hold
 * its own state half-changed while it answers. A client that closes its sending side counts as having left,
 * except that what is being sent to it is still flushed.
 *
 * Not thread-safe: everything happens on the thread that runs the base. The process must ignore SIGPIPE
 * (wire_server_new sees to it). */
#ifndef PLEK_WIRE_SERVER_H
#define PLEK_WIRE_SERVER_H

#include "base/bytes.h"
#include "wire/http_head.h"

#define WIRE_PEER_SIZE 46    /* INET6_ADDRSTRLEN */
#define WIRE_SUBJECT_SIZE 65 /* X.520 ub-serial-number 64, and NUL */

struct event_base;
struct ssl_ctx_st;
struct wire_server;

/* Names one request for as long as it is unanswered, or one stream while it is open. Plain value, kept by
 * whoever will answer. Never used twice in the life of a server; {0} never resolves. */
struct wire_ticket {
    uint64_t serial;
    uint32_t slot;
};

struct wire_limits {
    struct http_limits head; /* 8 KiB, 64 fields, target 4 KiB */
    uint64_t body_bytes_max; /* 64 KiB; used where the handler gives no body_limit */
    int handshake_ms;        /* 5,000: TLS handshake, from accept */
    int idle_ms;             /* 30,000: from accept or the last answer to the first byte of a head */
    int head_ms;             /* 5,000: from the first byte of a head to its last */
    int body_ms;             /* 10,000: from the end of the head to the end of the body */
    int answer_ms;           /* 30,000: a handler silent for longer gets 504 sent in its place */
    int write_ms;            /* 60,000: from an answer to its last byte in the kernel; for a stream, the
                                longest time with bytes waiting all along */
    int linger_ms;           /* 2,000: after our last byte, wait for the client's close */
    int connections_max;     /* 1,024: all doors together; at the cap listening pauses, the kernel
                                queues, nothing is lost */
    int connections_per_address_max; /* 64: an IPv4 address or an IPv6 /64; over it 429 (plain) or close
                                        (TLS). Unix sockets have no address and no such cap */
    size_t stream_backlog_max;       /* 256 KiB: bytes a stream may have waiting */
};

/* The figures above, from the design (limits: trap 3 and 4). */
struct wire_limits wire_limits_default(void);

/* One finished request. All views and pointers are borrowed for the call of on_request. */
struct wire_request {
    struct wire_ticket ticket;
    const struct http_head *head;
    struct bytes body;
    int door;            /* tag of the listener it came through */
    bool tls;            /* TLS ended here */
    const char *peer;    /* numeric address without port; "" for a unix socket */
    const uint8_t *spki; /* TLS_SPKI_BYTES of the client certificate's key; NULL without certificate */
    const char *subject; /* subject serialNumber (OIN or KvK based) of a certificate that the door's CA
                            vouches for; "" without, if absent, twice, or longer than WIRE_SUBJECT_SIZE - 1 */
};

/* Who gets the requests. CTX is what wire_server_new was given. Optional ones may be NULL. */
struct wire_handler {
    /* A request arrived. Answer it by its ticket: now or within answer_ms. */
    void (*on_request)(void *ctx, const struct wire_request *request);

    /* Optional: the largest body for this head, asked before any of the body is read. The default is
     * body_bytes_max. */
    uint64_t (*body_limit)(void *ctx, const struct http_head *head, int door);

    /* Optional: all bytes of a stream have gone to the kernel; time for more. Not called after the stream
     * was ended. */
    void (*on_stream_drained)(void *ctx, struct wire_ticket ticket);

    /* Optional: a stream is over, whatever the reason (client left, backlog, stall, wire_stream_end,
     * wire_server_stop). Called exactly once per stream begun, from the event loop; the ticket no longer
     * resolves. Not called for streams still open at wire_server_free. */
    void (*on_stream_closed)(void *ctx, struct wire_ticket ticket);

    /* Optional: write the body of a refusal to BODY (empty at call) and return its content type (static). The
     * default is an English RFC 9457 problem with type about:blank. The one callback that may come from
     * inside wire_refuse and wire_answer: it only formats and must not call the server. */
    const char *(*problem)(void *ctx, enum http_fault fault, struct buf *body);
};

struct wire_header {
    const char *name;
    const char *value;
};

struct wire_stats {
    int open;    /* connections now, with those lingering */
    int streams; /* of these, streams */
    uint64_t accepted;
    uint64_t refused_address; /* closed at once: over connections_per_address_max */
    uint64_t paused_cap;      /* times listening paused at connections_max or a door's own cap */
    uint64_t
        paused_descriptors;    /* times accept failed (EMFILE, ENFILE, ENOMEM) and listening paused 200 ms */
    uint64_t handshake_failed; /* refused, broken off or late */
    uint64_t idle_closed;      /* idle_ms passed */
    uint64_t requests;         /* given to the handler */
    uint64_t answers;          /* answers accepted by wire_answer and streams begun */
    uint64_t answers_dropped;  /* wire_answer or wire_stream_begin on a ticket that no longer resolves */
    uint64_t left_waiting;     /* clients that left before their answer */
    uint64_t write_stalled;    /* write_ms passed */
    uint64_t streams_dropped;  /* over stream_backlog_max */
    uint64_t faults[HTTP_FAULT_N]; /* refusals by reason */
};

/* Where connections come in. */
struct wire_door {
    int tag;                /* given to the handler with each request; one tag may serve several listeners */
    struct ssl_ctx_st *tls; /* NULL for plain; the server takes its own reference */
    int connections_max;    /* cap of this listener alone, 0 for only the total one; keeps a flood on the
                               machines' port from shutting the people's out */
};

/* Make a server without listeners. LIMITS and HANDLER are copied; BASE is borrowed and must outlive it. */
struct wire_server *wire_server_new(struct event_base *base, const struct wire_limits *limits,
                                    const struct wire_handler *handler, void *ctx);

/* Listen on a numeric address ("127.0.0.1", "::1", "0.0.0.0", "::") and PORT; port 0 lets the kernel choose.
 * CHOSEN (may be NULL) gets the port. ERR_BAD_INPUT for an address that is no number, ERR_IO when bind or
 * listen fails; WHY then holds one line ("cannot listen on 127.0.0.1 port 8443: Address already in use"). */
MUST_CHECK enum err wire_server_listen(struct wire_server *server, const struct wire_door *door,
                                       const char *address, uint16_t port, uint16_t *chosen, char *why,
                                       size_t why_size);

/* Listen on a unix socket at PATH with MODE (0660 for a proxy in the same group). A socket file that nobody
 * listens on any more is replaced; any other file is left alone and is an error. The file is removed by stop
 * and free. Errors as above. */
MUST_CHECK enum err wire_server_listen_unix(struct wire_server *server, const struct wire_door *door,
                                            const char *path, unsigned mode, char *why, size_t why_size);

/* Use TLS for new connections of all doors with TAG that have TLS (renewed certificate). */
void wire_server_renew_tls(struct wire_server *server, int tag, struct ssl_ctx_st *tls);

/* Answer a request. The server adds Date, Content-Length and, where due, Connection: close; HEADERS[N] must
 * not hold these. Everything is copied. On HEAD the body is counted but not sent; on 204 and 304 there is
 * none. STATUS is 200 .. 599. The ticket is used up; if it does not resolve nothing happens; that of an open
 * stream is a bug. A header with a
 * control byte (CR, LF) is a bug of the caller: the client gets 500 and the log a line. */
void wire_answer(struct wire_server *server, struct wire_ticket ticket, int status,
                 const struct wire_header *headers, size_t n, struct bytes body);

/* Refuse a request as the server itself would (status, code and problem of FAULT, then the connection
 * closes). */
void wire_refuse(struct wire_server *server, struct wire_ticket ticket, enum http_fault fault);

/* True while the ticket resolves: the request waits for its answer, or the stream is open. */
bool wire_is_waiting(const struct wire_server *server, struct wire_ticket ticket);

/* Answer 200 with a body of unknown length (event stream, long CSV), sent in chunks as it is written; the
 * connection closes after it. The ticket then names the stream. ERR_NOT_FOUND if it does not resolve. On HEAD
 * the stream ends at once (on_stream_closed follows). */
MUST_CHECK enum err wire_stream_begin(struct wire_server *server, struct wire_ticket ticket,
                                      const struct wire_header *headers, size_t n);

/* Send BYTES (copied; empty is allowed and sends nothing). ERR_TOO_BIG: with them more than
 * stream_backlog_max would be waiting, and the connection has been dropped. ERR_NOT_FOUND: it is gone. Either
 * way the stream is over and on_stream_closed follows or has been called. */
MUST_CHECK enum err wire_stream_write(struct wire_server *server, struct wire_ticket ticket,
                                      struct bytes bytes);

/* Bytes that wait to be sent; 0 if the ticket does not resolve. */
size_t wire_stream_backlog(const struct wire_server *server, struct wire_ticket ticket);

/* End a stream in good order: what waits is sent, then the last chunk. Without effect on a stale ticket. */
void wire_stream_end(struct wire_server *server, struct wire_ticket ticket);

/* The counters; borrowed, alive as long as the server. */
const struct wire_stats *wire_server_stats(const struct wire_server *server);

/* Stop in good order: listeners close now, idle connections are closed, streams are ended, requests under way
 * get their answer with Connection: close. ON_STOPPED is called once, from the event loop, when the last
 * connection is gone or BOUND_MS has passed (then the rest has been dropped). At most one stop per server. */
void wire_server_stop(struct wire_server *server, int bound_ms, void (*on_stopped)(void *ctx), void *ctx);

/* Drop everything and free, with or without stop. Not from within a callback of this server. NULL is fine. */
void wire_server_free(struct wire_server *server);

#endif
