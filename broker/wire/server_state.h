/* What a server and its connections are made of. Inside the room only: server.c (life, tickets, stop),
 * listener.c (doors) and conn*.c (one connection) share it. */
#ifndef PLEK_WIRE_SERVER_STATE_H
#define PLEK_WIRE_SERVER_STATE_H

#include "wire/address_count.h"
#include "wire/answer_text.h"
#include "wire/server.h"
#include "wire/tls.h"

#include <openssl/ssl.h>

struct bufferevent;
struct evconnlistener;
struct event;

enum wire_conn_state {
    CONN_HANDSHAKE, /* TLS only */
    CONN_IDLE,      /* nothing of a request is here */
    CONN_HEAD,      /* some bytes of a head are here */
    CONN_BODY,      /* head judged, body on its way */
    CONN_HANDLER,   /* the handler has it; ticket valid */
    CONN_ANSWERING, /* answer on its way out, then idle again */
    CONN_STREAM,    /* ticket valid; output now and then */
    CONN_FLUSHING,  /* last output on its way out, then linger */
    CONN_LINGERING, /* our side is shut; wait for theirs, so that a reset does not eat our last bytes */
    CONN_GONE, /* in the list of the dead; freed by the reaper, never inside a libevent callback of its own */
    CONN_STATE_N
};

struct wire_conn {
    struct wire_server *server;
    struct wire_listener *listener;
    struct bufferevent *bev;
    struct event *timer;
    int64_t deadline_ms; /* monotonic; INT64_MAX: none */
    int64_t timer_at_ms; /* when the timer will fire, INT64_MAX if not pending. May be earlier than the
                            deadline: a moved deadline costs nothing until the old one comes */
    enum wire_conn_state state;
    uint32_t slot;
    uint64_t serial;        /* of the valid ticket; 0: none */
    uint64_t stream_serial; /* of a begun stream, until on_stream_closed; 0: none */
    size_t scanned;         /* of the head, see http_head_end */
    size_t head_len;
    size_t body_len;
    size_t discarded;     /* bytes thrown away while flushing or lingering */
    bool saw_end;         /* the client shut its sending side */
    bool reading_stopped; /* enough input is here for now */
    bool close_after;     /* the client asked for Connection: close */
    bool head_only;       /* the request is a HEAD */
    bool has_spki;
    uint8_t spki[TLS_SPKI_BYTES];
    char subject[WIRE_SUBJECT_SIZE];
    char peer[WIRE_PEER_SIZE];
    struct address_key address;
    struct wire_conn *next_gone;
};

struct wire_listener {
    struct wire_server *server;
    struct evconnlistener *listener; /* NULL once stopped */
    struct wire_door door;           /* door.tls is our own reference */
    char *path;                      /* of a unix socket, else NULL */
    int open;
    bool paused; /* at a cap */
    struct wire_listener *next;
};

struct wire_server {
    struct event_base *base;
    struct wire_limits limits;
    struct wire_handler handler;
    void *ctx;
    struct wire_stats stats;
    struct wire_listener *listeners;
    struct address_count *addresses;

    struct wire_conn **slots; /* limits.connections_max places */
    uint32_t *free_slots;     /* stack */
    uint32_t free_n;
    uint64_t last_serial;

    struct wire_conn *gone; /* dead connections, freed by the reaper */
    struct event *reaper;   /* zero timer: runs in the next turn of the loop */

    struct event *rearm; /* pending while accept fails for lack of descriptors */
    int64_t descriptors_logged_ms;

    int in_callback; /* depth of handler calls: freeing is forbidden meanwhile */
    struct buf scratch;
    int64_t date_second;
    char date[ANSWER_DATE_SIZE];

    bool stopping;
    struct event *stop_timer;
    void (*on_stopped)(void *ctx);
    void *stopped_ctx;
};

/* ---- listener.c ---- */

/* Let listeners accept again where their caps allow it. */
void wire_listeners_resume(struct wire_server *server);
/* Close all listening sockets and remove socket files; connections go on. */
void wire_listeners_close(struct wire_server *server);
/* Free what is left; all connections are gone. */
void wire_listeners_free(struct wire_server *server);
void wire_on_rearm(int fd, short what, void *arg);

/* ---- conn*.c; what they share among themselves is in conn_parts.h ---- */

/* Take over FD (closed on failure). ADDRESS was counted already and is uncounted when the connection dies. */
void wire_conn_open(struct wire_listener *listener, int fd, struct address_key address, const char *peer);
void wire_conn_answer(struct wire_conn *c, int status, const struct wire_header *headers, size_t n,
                      struct bytes body);
void wire_conn_refuse(struct wire_conn *c, enum http_fault fault);
void wire_conn_stream_begin(struct wire_conn *c, const struct wire_header *headers, size_t n);
MUST_CHECK enum err wire_conn_stream_write(struct wire_conn *c, struct bytes bytes);
void wire_conn_stream_end(struct wire_conn *c);
/* Tell the handler, once, that the stream is over. Only from the event loop. */
void wire_conn_stream_over(struct wire_conn *c);
size_t wire_conn_backlog(const struct wire_conn *c);
/* End it now; the reaper frees it in the next turn. Harmless on a dead one. */
void wire_conn_drop(struct wire_conn *c);
/* For a stopping server: drop what is idle, end streams, leave requests under way. */
void wire_conn_wind_down(struct wire_conn *c);
/* Free at once, with its slot and counts. Only the reaper and wire_server_free call this. */
void wire_conn_free(struct wire_conn *c);

/* ---- server.c ---- */

/* Current HTTP date, made anew each second. */
const char *wire_server_date(struct wire_server *server);
/* Have the reaper run in the next turn. */
void wire_server_reap_later(struct wire_server *server);

#endif
