#include "wire/tls.h"

#include "base/check.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Forward secrecy and AEAD only; TLS 1.3 has nothing else. */
#define TLS12_SUITES "ECDHE+AESGCM:ECDHE+CHACHA20"
#define TLS_GROUPS "X25519:P-256:P-384"

static const uint8_t alpn_http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/* A client that speaks ALPN but not HTTP/1.1 is refused: its bytes are meant for another protocol (ALPACA).
 */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
                   unsigned int in_len, void *arg)
{
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, alpn_http11, sizeof alpn_http11, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* Where a connection remembers that its certificate was not vouched for; -1 before the first context. */
static int flaw_index = -1;

/* Whoever is let in without being vouched for is known by the pinned key alone. Every fault passes here, also
 * one that a later step of the verification would forget. */
static int accept_any(int preverified, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    if (preverified == 0)
        CHECK(ssl != NULL && SSL_set_ex_data(ssl, flaw_index, &flaw_index) == 1);
    return 1;
}

bool tls_is_vouched_for(struct ssl_st *ssl)
{
    return SSL_get0_peer_certificate(ssl) != NULL && SSL_get_verify_result(ssl) == X509_V_OK &&
           flaw_index >= 0 && SSL_get_ex_data(ssl, flaw_index) == NULL;
}

/* One line for the operator: the first reason OpenSSL gave, which for a file is the system's own. */
static enum err explain(char *why, size_t size, const char *what, const char *path)
{
    unsigned long code = ERR_peek_error();
    const char *reason = NULL;
    enum err e = ERR_BAD_INPUT;

    if (ERR_SYSTEM_ERROR(code)) {
        reason = strerror(ERR_GET_REASON(code));
        e = ERR_IO;
    } else if (code != 0) {
        reason = ERR_reason_error_string(code);
    }
    snprintf(why, size, "cannot %s %s: %s", what, path, reason != NULL ? reason : "not usable");
    ERR_clear_error();
    return e;
}

static void set_policy(SSL_CTX *context)
{
    static const unsigned char session_context[] = "plek";

    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* RELEASE_BUFFERS: an idle connection gives its 2 x 16 KiB back. The write modes fit libevent, which may
     * move the bytes of a write it has to repeat. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    CHECK(SSL_CTX_set_cipher_list(context, TLS12_SUITES) == 1);
    CHECK(SSL_CTX_set1_groups_list(context, TLS_GROUPS) == 1);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    /* Sessions live in tickets only: no cache to fill from outside. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    CHECK(SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1) == 1);
}

static enum err set_client(SSL_CTX *context, const struct tls_config *config, char *why, size_t why_size)
{
    if (config->client == TLS_CLIENT_NONE)
        return OK;
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    bool any = config->client == TLS_CLIENT_ANY || config->client_ca_file == NULL;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any ? accept_any : NULL);
    if (config->client_ca_file == NULL)
        return OK;
    if (SSL_CTX_load_verify_file(context, config->client_ca_file) != 1)
        return explain(why, why_size, "read client CA", config->client_ca_file);
    if (config->client_crl_file != NULL) {
        X509_STORE *store = SSL_CTX_get_cert_store(context);
        X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        if (lookup == NULL || X509_load_crl_file(lookup, config->client_crl_file, X509_FILETYPE_PEM) < 1)
            return explain(why, why_size, "read client CRL", config->client_crl_file);
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
    if (any) /* who has a certificate of another kind must not be told to leave it at home */
        return OK;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(config->client_ca_file);
    if (names == NULL)
        return explain(why, why_size, "read client CA", config->client_ca_file);
    SSL_CTX_set_client_CA_list(context, names); /* takes names */
    return OK;
}

enum err tls_server_context(const struct tls_config *config, struct ssl_ctx_st **out, char *why,
                            size_t why_size)
{
    SSL_CTX *context = NULL;
    enum err e;

    ERR_clear_error();
    if (flaw_index < 0)
        flaw_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    context = SSL_CTX_new(TLS_server_method());
    CHECK(context != NULL);
    set_policy(context);
    if (SSL_CTX_use_certificate_chain_file(context, config->cert_file) != 1) {
        e = explain(why, why_size, "read certificate", config->cert_file);
        goto out;
    }
    if (SSL_CTX_use_PrivateKey_file(context, config->key_file, SSL_FILETYPE_PEM) != 1) {
        e = explain(why, why_size, "read key", config->key_file);
        goto out;
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        e = explain(why, why_size, "use key", config->key_file);
        goto out;
    }
    e = set_client(context, config, why, why_size);
    if (e != OK)
        goto out;
    *out = context;
    context = NULL;
out:
    SSL_CTX_free(context);
    return e;
}

void tls_context_free(struct ssl_ctx_st *context)
{
    SSL_CTX_free(context);
}

enum err tls_spki_sha256(struct x509_st *cert, uint8_t out[TLS_SPKI_BYTES])
{
    unsigned char *der = NULL;
    unsigned int n = 0;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    bool fine = len > 0 && EVP_Digest(der, (size_t)len, out, &n, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    ERR_clear_error();
    return fine && n == TLS_SPKI_BYTES ? OK : ERR_CRYPTO;
}

void tls_subject_serial(struct x509_st *cert, char *out, size_t size)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    unsigned char *text = NULL;
    int at = X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1);

    out[0] = '\0';
    if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_serialNumber, at) >= 0)
        return;
    int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    bool fine = len > 0 && (size_t)len < size;
    for (int i = 0; fine && i < len; i++)
        fine = text[i] >= 0x20 && text[i] != 0x7f;
    if (fine) {
        memcpy(out, text, (size_t)len);
        out[len] = '\0';
    }
    OPENSSL_free(text);
    ERR_clear_error();
}

enum err tls_file_spki_sha256(const char *path, uint8_t out[TLS_SPKI_BYTES], char *why, size_t why_size)
{
    X509 *cert = NULL;
    BIO *file = NULL;
    enum err e = OK;

    ERR_clear_error();
    file = BIO_new_file(path, "r");
    if (file != NULL)
        cert = PEM_read_bio_X509(file, NULL, NULL, NULL);
    if (cert == NULL) {
        e = explain(why, why_size, "read certificate", path);
        goto out;
    }
    e = tls_spki_sha256(cert, out);
    if (e != OK)
        snprintf(why, why_size, "cannot use the key of certificate %s", path);
out:
    X509_free(cert);
    BIO_free(file);
    return e;
}
