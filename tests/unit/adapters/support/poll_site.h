/* A provider's web site on loopback, over TLS, that answers byte by byte as it is told: also what no honest
 * server sends. A thread of its own, one connection after another. */
#ifndef PLEK_TESTS_POLL_SITE_H
#define PLEK_TESTS_POLL_SITE_H

#include "../../wire/support/test_certs.h"

#include <stdbool.h>
#include <stdint.h>

#define SITE_KEPT 16
#define SITE_LENGTH "Content-Length: #" /* in a reply: the site puts the body's length there */

enum tail {
    TAIL_CLOSE,
    TAIL_CUT,    /* the connection breaks: no goodbye of TLS */
    TAIL_HANG,   /* nothing more, until the client leaves */
    TAIL_ENDLESS /* more and more, until the client leaves */
};

struct site_reply {
    const char *text; /* head and body, or their beginning */
    enum tail tail;
};

struct site;

/* WITH_CLIENT_CERT: only clients with a certificate by the test CA get in. */
struct site *site_open(const struct test_certs *certs, bool with_client_cert);
uint16_t site_port(const struct site *s);

/* From now on answer the first N requests so, and all later ones as the last. Forgets what was asked. */
void site_says(struct site *s, const struct site_reply *replies, int n);
/* Requests since then. */
int site_requests(struct site *s);
/* Head of request I (from 0) of these, at most SITE_KEPT; "" if there is none. Valid until site_says. */
const char *site_request(struct site *s, int i);
/* When it came, monotonic. */
int64_t site_request_at_ms(struct site *s, int i);
void site_close(struct site *s);

#endif
