/* A real server and real clients in one thread: the client's sockets do not block, and each wait turns the
 * server's loop meanwhile (in steps of 2 ms at most), with a bound after which the test fails.
 *
 * The handler goes by path:
 *   /echo     answers at once: "METHOD path?query len=N sum=SUM"
 *   /later    keeps the ticket in later[]
 *   /big?n=N  answers N bytes 'x'
 *   /stream   begins a stream and keeps its ticket
 *   /204      answers 204      /split    answers with a line break in a header
 *   /batch    echo, with a body limit of 1 MiB */
#ifndef PLEK_TESTS_WIRE_WORLD_H
#define PLEK_TESTS_WIRE_WORLD_H

#include "base/bytes.h"
#include "base/time_text.h"
#include "wire/server.h"
#include "wire/tls.h"

#define WAIT_MS 5000 /* bound of every wait for something that must happen */

struct event_base;
struct event;
struct ssl_st;
struct ssl_ctx_st;

struct world {
    struct event_base *base;
    struct event *tick;
    struct wire_server *server;
    struct wire_limits limits;
    uint16_t port;
    int in_call; /* inside a wire_... call: a callback now would be re-entrant */

    struct wire_ticket later[600];
    int later_n;
    struct wire_ticket stream; /* of the last begun */
    int streams_begun;
    int streams_closed;
    struct wire_ticket closed; /* of the last closed */
    int drained;
    int stopped;

    /* of the last request */
    char peer[WIRE_PEER_SIZE];
    char subject[WIRE_SUBJECT_SIZE];
    uint8_t spki[TLS_SPKI_BYTES];
    bool has_spki, tls;
    int door;
};

/* Limits that make tests quick: the design's, with deadlines of 300 ms where W says nothing else. */
struct wire_limits world_limits(void);

/* Start a server on a free port of 127.0.0.1; TLS NULL for plain. */
void world_start(struct world *w, const struct wire_limits *limits, struct ssl_ctx_st *tls);
void world_stop(struct world *w);
const struct wire_stats *world_stats(const struct world *w);

/* Turn the loop once: at most 2 ms. */
void world_turn(struct world *w);

/* Turn the loop until COND holds; fails the test after WAIT_MS. */
#define world_until(w, cond)                                                                                 \
    do {                                                                                                     \
        int64_t until_ = time_mono_ms() + WAIT_MS;                                                           \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > until_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            world_turn(w);                                                                                   \
        }                                                                                                    \
    } while (0)

/* Turn the loop for MS. */
void world_run(struct world *w, int ms);

/* Answer all tickets in later[] with 200 and BODY. */
void world_answer_later(struct world *w, const char *body);

/* ---- client ---- */

struct client {
    struct world *w;
    int fd;
    struct ssl_st *ssl;
    struct buf in; /* received and not yet taken */
    bool ended;    /* the server closed its side, in good order */
    bool broken;   /* reset, or a TLS alert */
};

struct answer {
    int status;
    char head[2048];
    struct buf body;
};

/* Connect; TLS NULL for plain. False if the TLS handshake failed (then c->broken or c->ended). */
bool client_open(struct client *c, struct world *w, struct ssl_ctx_st *tls);
void client_close(struct client *c);
/* A socket made before (for tests that run out of descriptors), now connected. */
void client_adopt(struct client *c, struct world *w, int fd);
/* Send all of V, turning the loop while the socket is full; stops quietly when the server has gone. */
void client_send(struct client *c, struct bytes v);
/* Send what fits now, without waiting; how much that was. */
size_t client_try_send(struct client *c, struct bytes v);
void client_text(struct client *c, const char *text);
/* Read what is there now. */
void client_read(struct client *c);
/* Wait for one whole answer (counted, bodiless, or chunked to its end); NO_BODY for an answer to HEAD. False
 * if the connection ended first. A must be {0} or used before; free with answer_fini. */
bool client_answer(struct client *c, struct answer *a, bool no_body);
void answer_fini(struct answer *a);
/* Value of a header of A, in a static buffer; NULL if absent. */
const char *answer_field(const struct answer *a, const char *name);
/* Wait until the server has closed; how long that took from now, in ms. */
int client_wait_end(struct client *c);

/* A client context that trusts CA; CERT and KEY may be NULL. */
struct ssl_ctx_st *client_context(const char *ca, const char *cert, const char *key);

/* FNV-1a of V, as /echo shows it. */
uint32_t echo_sum(struct bytes v);

#endif
