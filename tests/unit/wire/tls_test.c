/* Who may come in over TLS, as whom, and what the operator reads when a file does not serve. */
#include "support/test_certs.h"
#include "support/wire_world.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ECHO "GET /echo HTTP/1.1\r\nHost: plek.example\r\n\r\n"

static int setup(void **state)
{
    struct test_certs *certs = mem_new(1, sizeof *certs);
    test_certs_make(certs);
    *state = certs;
    return 0;
}

static int teardown(void **state)
{
    test_certs_remove(*state);
    free(*state);
    return 0;
}

static struct ssl_ctx_st *server_context(const struct test_certs *certs, enum tls_client client,
                                         const char *ca)
{
    const struct tls_config config = {certs->server_cert, certs->server_key, client, ca};
    struct ssl_ctx_st *context = NULL;
    char why[200] = "";

    if (tls_server_context(&config, &context, why, sizeof why) != OK)
        fail_msg("%s", why);
    return context;
}

/* True if one request was answered. In TLS 1.3 a client learns only after its handshake that it was refused.
 */
static bool may_enter(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    bool in = client_open(&c, w, tls);

    if (in)
        client_text(&c, ECHO);
    in = in && client_answer(&c, &a, false) && a.status == 200;
    client_close(&c);
    answer_fini(&a);
    return in;
}

static void expect_entry(struct ssl_ctx_st *server, struct ssl_ctx_st *client, bool want, struct world *w)
{
    struct wire_limits limits = world_limits();

    world_start(w, &limits, server);
    assert_int_equal(may_enter(w, client), want);
    assert_int_equal(world_stats(w)->requests, want);
    assert_int_equal(world_stats(w)->handshake_failed, !want);
    world_stop(w);
}

/* SPKI SHA-256 by another road than the product's: from the key, not from the certificate. */
static void spki_of_key(const char *key_path, uint8_t out[TLS_SPKI_BYTES])
{
    unsigned char *der = NULL;
    FILE *f = fopen(key_path, "r");
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    int len = i2d_PUBKEY(key, &der);

    fclose(f);
    CHECK(len > 0 && EVP_Digest(der, (size_t)len, out, NULL, EVP_sha256(), NULL) == 1);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
}

static void client_certificate_required(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_REQUIRED, certs->ca);
    struct ssl_ctx_st *ours = client_context(certs->ca, certs->client_cert, certs->client_key);
    struct ssl_ctx_st *none = client_context(certs->ca, NULL, NULL);
    struct ssl_ctx_st *stranger = client_context(certs->ca, certs->stranger_cert, certs->stranger_key);
    uint8_t want[TLS_SPKI_BYTES], from_file[TLS_SPKI_BYTES];
    char why[200];

    spki_of_key(certs->client_key, want);
    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        struct ssl_ctx_st *const all[] = {ours, none, stranger};
        for (size_t i = 0; i < COUNT_OF(all); i++)
            SSL_CTX_set_max_proto_version(all[i], version);
        expect_entry(server, ours, true, w);
        assert_true(w->has_spki);
        assert_memory_equal(w->spki, want, sizeof want);
        assert_string_equal(w->subject, TEST_CLIENT_SUBJECT);
        expect_entry(server, none, false, w);
        expect_entry(server, stranger, false, w);
    }
    assert_int_equal(tls_file_spki_sha256(certs->client_cert, from_file, why, sizeof why), OK);
    assert_memory_equal(from_file, want, sizeof want);
    tls_context_free(server);
    tls_context_free(ours);
    tls_context_free(none);
    tls_context_free(stranger);
    free(w);
}

/* Without a CA any certificate comes in, and is known by its key alone. */
static void pin_only(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_REQUIRED, NULL);
    struct ssl_ctx_st *stranger = client_context(certs->ca, certs->stranger_cert, certs->stranger_key);
    struct ssl_ctx_st *none = client_context(certs->ca, NULL, NULL);
    uint8_t want[TLS_SPKI_BYTES];

    spki_of_key(certs->stranger_key, want);
    expect_entry(server, stranger, true, w);
    assert_true(w->has_spki);
    assert_memory_equal(w->spki, want, sizeof want);
    assert_string_equal(w->subject, "");
    expect_entry(server, none, false, w);
    tls_context_free(server);
    tls_context_free(stranger);
    tls_context_free(none);
    free(w);
}

/* Who is let in by his key alone, and whose subject is believed. */
static void any_key_but_vouched_subject(void **state)
{
    static const char oin[] = "00000003273849100000";
    const struct {
        struct test_issue issue;
        bool vouched;
        const char *subject;
        const char
            *revoked; /* "crl": a list that names it, "empty": one that does not, "old": one that is over */
    } cases[] = {
        {{.serial = oin}, true, oin, NULL},
        {{.serial = oin, .usage = "clientAuth"}, true, oin, NULL},
        {{.serial = oin, .by_other_ca = true}, false, "", NULL},
        {{.serial = oin, .from_s = -7200, .to_s = -3600}, false, "", NULL},
        {{.serial = oin, .from_s = 1800, .to_s = 3600}, false, "", NULL},
        {{.serial = oin, .usage = "serverAuth"}, false, "", NULL},
        {{.serial = oin, .second = oin}, true, "", NULL},
        {{.serial = oin, .second = "00000003999999990000"}, true, "", NULL},
        {{.serial = "00000003273849100000\0x", .serial_len = 22}, true, "", NULL},
        {{.serial = "\0", .serial_len = 1}, true, "", NULL},
        {{.serial = "00000003273849100000\n"}, true, "", NULL},
        {{.serial = "00000003\x7f"}, true, "", NULL},
        {{.serial = NULL}, true, "", NULL},
        {{.serial = oin}, true, oin, "empty"},
        {{.serial = oin}, false, "", "crl"},
        {{.serial = oin}, false, "", "old"},
    };
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    char cert[96], key[96], crl[96], why[200] = "";
    snprintf(crl, sizeof crl, "%s/crl.pem", certs->dir);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tls_config config = {certs->server_cert, certs->server_key, TLS_CLIENT_ANY, certs->ca, NULL};
        struct ssl_ctx_st *server = NULL;
        test_certs_issue(certs, &cases[i].issue, "brought", cert, key);
        if (cases[i].revoked != NULL) {
            test_certs_crl(certs, strcmp(cases[i].revoked, "crl") == 0 ? cert : NULL,
                           strcmp(cases[i].revoked, "old") == 0 ? -3600 : 3600, crl);
            config.client_crl_file = crl;
        }
        assert_int_equal(tls_server_context(&config, &server, why, sizeof why), OK);
        struct ssl_ctx_st *client = client_context(certs->ca, cert, key);
        for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
            SSL_CTX_set_max_proto_version(client, version);
            expect_entry(server, client, true, w);
            assert_true(w->has_spki);
            if (strcmp(w->subject, cases[i].subject) != 0)
                fail_msg("case %zu: subject '%s'", i, w->subject);
        }
        tls_context_free(server);
        /* At a door of the vouched-for alone the others are not let in at all. */
        config.client = TLS_CLIENT_REQUIRED;
        assert_int_equal(tls_server_context(&config, &server, why, sizeof why), OK);
        expect_entry(server, client, cases[i].vouched, w);
        tls_context_free(server);
        tls_context_free(client);
    }
    free(w);
}

/* Without a CA nothing is vouched for, so a subject is never told, however it reads. */
static void no_ca_no_subject(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_REQUIRED, NULL);
    struct ssl_ctx_st *client = client_context(certs->ca, certs->client_cert, certs->client_key);
    expect_entry(server, client, true, w);
    assert_true(w->has_spki);
    assert_string_equal(w->subject, "");
    tls_context_free(server);
    tls_context_free(client);
    free(w);
}

static void old_protocols_are_refused(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_NONE, NULL);
    struct ssl_ctx_st *old = client_context(certs->ca, NULL, NULL);
    struct ssl_ctx_st *cbc = client_context(certs->ca, NULL, NULL);
    struct ssl_ctx_st *alien = client_context(certs->ca, NULL, NULL);
    struct ssl_ctx_st *http = client_context(certs->ca, NULL, NULL);

    SSL_CTX_set_security_level(old, 0);
    SSL_CTX_set_cipher_list(old, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(old, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old, TLS1_1_VERSION);
    expect_entry(server, old, false, w);
    SSL_CTX_set_max_proto_version(cbc, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(cbc, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA");
    expect_entry(server, cbc, false, w);
    SSL_CTX_set_alpn_protos(alien, (const unsigned char *)"\x02h2", 3);
    expect_entry(server, alien, false, w);
    SSL_CTX_set_alpn_protos(http, (const unsigned char *)"\x02h2\x08http/1.1", 12);
    expect_entry(server, http, true, w);
    tls_context_free(server);
    tls_context_free(old);
    tls_context_free(cbc);
    tls_context_free(alien);
    tls_context_free(http);
    free(w);
}

/* Plain HTTP on a TLS door gets no answer and costs one connection for a moment. */
static void plain_on_a_tls_door(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_NONE, NULL);

    expect_entry(server, NULL, false, w);
    tls_context_free(server);
    free(w);
}

static bool resumes(struct world *w, struct ssl_ctx_st *tls)
{
    struct client c;
    struct answer a = {0};
    bool resumed;

    assert_true(client_open(&c, w, tls));
    client_text(&c, ECHO);
    assert_true(client_answer(&c, &a, false)); /* by now a ticket would have come */
    SSL_SESSION *session = SSL_get1_session(c.ssl);
    SSL_set_shutdown(c.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* else OpenSSL spoils the session */
    client_close(&c);
    SSL *again = SSL_new(tls);
    SSL_set_session(again, session);
    assert_true(client_open(&c, w, NULL));
    SSL_set_fd(again, c.fd);
    c.ssl = again;
    int64_t until_ms = time_mono_ms() + WAIT_MS;
    while (SSL_connect(again) != 1) {
        assert_true(time_mono_ms() < until_ms);
        world_turn(w);
    }
    client_text(&c, ECHO);
    assert_true(client_answer(&c, &a, false));
    resumed = SSL_session_reused(again) == 1;
    client_close(&c);
    SSL_SESSION_free(session);
    answer_fini(&a);
    return resumed;
}

/* Browsers may resume; machines prove their key each time. */
static void resumption_for_people_only(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct wire_limits limits = world_limits();
    struct ssl_ctx_st *people = server_context(certs, TLS_CLIENT_NONE, NULL);
    struct ssl_ctx_st *machines = server_context(certs, TLS_CLIENT_REQUIRED, certs->ca);
    struct ssl_ctx_st *client = client_context(certs->ca, certs->client_cert, certs->client_key);

    for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
        SSL_CTX_set_max_proto_version(client, version);
        world_start(w, &limits, people);
        assert_true(resumes(w, client));
        world_stop(w);
        world_start(w, &limits, machines);
        assert_false(resumes(w, client));
        assert_true(w->has_spki);
        world_stop(w);
    }
    tls_context_free(people);
    tls_context_free(machines);
    tls_context_free(client);
    free(w);
}

static void renegotiation_is_refused(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct wire_limits limits = world_limits();
    struct ssl_ctx_st *server = server_context(certs, TLS_CLIENT_NONE, NULL);
    struct ssl_ctx_st *client = client_context(certs->ca, NULL, NULL);
    struct client c;

    SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION);
    world_start(w, &limits, server);
    assert_true(client_open(&c, w, client));
    assert_int_equal(SSL_renegotiate(c.ssl), 1);
    bool refused = false;
    for (int i = 0; i < 200 && !refused; i++) {
        int r = SSL_do_handshake(c.ssl);
        int e = SSL_get_error(c.ssl, r);
        if (r == 1 && !SSL_renegotiate_pending(c.ssl))
            break;
        refused = r != 1 && e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE;
        ERR_clear_error();
        world_turn(w);
    }
    assert_true(refused);
    client_close(&c);
    world_stop(w);
    tls_context_free(server);
    tls_context_free(client);
    free(w);
}

static void renewed_certificate_is_used(void **state)
{
    const struct test_certs *certs = *state;
    struct world *w = mem_new(1, sizeof *w);
    struct wire_limits limits = world_limits();
    struct ssl_ctx_st *first = server_context(certs, TLS_CLIENT_NONE, NULL);
    struct ssl_ctx_st *second = server_context(certs, TLS_CLIENT_REQUIRED, certs->ca);
    struct ssl_ctx_st *client = client_context(certs->ca, NULL, NULL);

    world_start(w, &limits, first);
    tls_context_free(first); /* the server holds its own reference */
    assert_true(may_enter(w, client));
    wire_server_renew_tls(w->server, 1, second);
    assert_true(may_enter(w, client)); /* another tag: not ours */
    wire_server_renew_tls(w->server, 7, second);
    tls_context_free(second);
    assert_false(may_enter(w, client));
    world_stop(w);
    tls_context_free(client);
    free(w);
}

static void file_errors_are_one_clear_line(void **state)
{
    const struct test_certs *c = *state;
    const struct {
        struct tls_config config;
        enum err want;
        const char *what, *path, *reason;
    } rows[] = {
        {{"/nowhere/c.pem", c->server_key},
         ERR_IO,
         "cannot read certificate",
         "/nowhere/c.pem",
         "No such file"},
        {{c->server_key, c->server_key},
         ERR_BAD_INPUT,
         "cannot read certificate",
         c->server_key,
         "no start line"},
        {{c->server_cert, "/nowhere/k.pem"}, ERR_IO, "cannot read key", "/nowhere/k.pem", "No such file"},
        {{c->server_cert, c->server_cert}, ERR_BAD_INPUT, "cannot read key", c->server_cert, ""},
        {{c->server_cert, c->client_key}, ERR_BAD_INPUT, "key", c->client_key, "mismatch"},
        {{c->server_cert, c->server_key, TLS_CLIENT_REQUIRED, "/nowhere/ca.pem"},
         ERR_IO,
         "cannot read client CA",
         "/nowhere/ca.pem",
         "No such file"},
        {{c->server_cert, c->server_key, TLS_CLIENT_REQUIRED, c->server_key},
         ERR_BAD_INPUT,
         "cannot read client CA",
         c->server_key,
         ""},
    };
    uint8_t spki[TLS_SPKI_BYTES];
    char why[300];

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ssl_ctx_st *context = NULL;
        why[0] = '\0';
        enum err e = tls_server_context(&rows[i].config, &context, why, sizeof why);
        if (e != rows[i].want || strstr(why, rows[i].what) == NULL || strstr(why, rows[i].path) == NULL ||
            strstr(why, rows[i].reason) == NULL || strchr(why, '\n') != NULL)
            fail_msg("row %zu: %s, '%s'", i, err_name(e), why);
        assert_null(context);
        assert_int_equal(ERR_peek_error(), 0);
    }
    assert_int_equal(tls_file_spki_sha256("/nowhere/c.pem", spki, why, sizeof why), ERR_IO);
    assert_non_null(strstr(why, "cannot read certificate /nowhere/c.pem: No such file"));
    assert_int_equal(tls_file_spki_sha256(c->server_key, spki, why, sizeof why), ERR_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_certificate_required), cmocka_unit_test(pin_only),
        cmocka_unit_test(any_key_but_vouched_subject), cmocka_unit_test(no_ca_no_subject),
        cmocka_unit_test(old_protocols_are_refused),   cmocka_unit_test(plain_on_a_tls_door),
        cmocka_unit_test(resumption_for_people_only),  cmocka_unit_test(renegotiation_is_refused),
        cmocka_unit_test(renewed_certificate_is_used), cmocka_unit_test(file_errors_are_one_clear_line),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
