/* Most tests of the server run twice, without and with TLS: certificates once for a group, a world for each.
 */
#ifndef PLEK_TEST_BOTH_WAYS_H
#define PLEK_TEST_BOTH_WAYS_H

#include "support/test_certs.h"
#include "support/wire_world.h"

#define HOST "Host: plek.example\r\n"

struct fixture {
    struct test_certs certs;
    struct ssl_ctx_st *server_tls;
    struct ssl_ctx_st *client_tls;
};

int both_ways_setup(void **state);
int both_ways_teardown(void **state);
/* Run BODY(w, client_tls) plain and over TLS, each in a world of its own. */
void both_ways(void **state, void (*body)(struct world *w, struct ssl_ctx_st *tls));
void both_ways_within(void **state, const struct wire_limits *limits, /* others than world_limits() */
                      void (*body)(struct world *w, struct ssl_ctx_st *tls));
void assert_body(struct answer *a, const char *want);

#endif
