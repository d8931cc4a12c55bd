#include "support/both_ways.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

int both_ways_setup(void **state)
{
    struct fixture *f = mem_new(1, sizeof *f);
    char why[200];

    test_certs_make(&f->certs);
    const struct tls_config config = {.cert_file = f->certs.server_cert, .key_file = f->certs.server_key};
    if (tls_server_context(&config, &f->server_tls, why, sizeof why) != OK) {
        print_error("%s\n", why);
        return -1;
    }
    f->client_tls = client_context(f->certs.ca, NULL, NULL);
    *state = f;
    return 0;
}

int both_ways_teardown(void **state)
{
    struct fixture *f = *state;

    tls_context_free(f->server_tls);
    tls_context_free(f->client_tls);
    test_certs_remove(&f->certs);
    free(f);
    return 0;
}

void both_ways_within(void **state, const struct wire_limits *limits,
                      void (*body)(struct world *w, struct ssl_ctx_st *tls))
{
    struct fixture *f = *state;
    struct world *w = mem_new(1, sizeof *w);

    for (int tls = 0; tls < 2; tls++) {
        world_start(w, limits, tls ? f->server_tls : NULL);
        body(w, tls ? f->client_tls : NULL);
        world_stop(w);
    }
    free(w);
}

void both_ways(void **state, void (*body)(struct world *w, struct ssl_ctx_st *tls))
{
    const struct wire_limits limits = world_limits();

    both_ways_within(state, &limits, body);
}

void assert_body(struct answer *a, const char *want)
{
    assert_string_equal(buf_c_str(&a->body), want);
}
