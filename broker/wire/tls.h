/* Server-side TLS contexts: TLS 1.2 and 1.3, AEAD suites with forward secrecy only, no renegotiation, no
 * compression, ALPN http/1.1, buffers given back while a connection is idle. Errors come as one line that
 * names the file and the reason, for the operator. */
#ifndef PLEK_WIRE_TLS_H
#define PLEK_WIRE_TLS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLS_SPKI_BYTES 32 /* SHA-256 of the DER SubjectPublicKeyInfo: the identity of a machine */

struct ssl_st;     /* OpenSSL's SSL */
struct ssl_ctx_st; /* OpenSSL's SSL_CTX */
struct x509_st;    /* OpenSSL's X509 */

enum tls_client {
    TLS_CLIENT_NONE,     /* browsers: no client certificate is asked for; session tickets on */
    TLS_CLIENT_REQUIRED, /* machines: no certificate, no connection. Tickets are off, so that every connection
                            proves its key and a removed CA works at once */
    TLS_CLIENT_ANY, /* the same, but one that client_ca_file does not vouch for is let in too: known by its
                       pinned SPKI, its subject not believed */
};

struct tls_config {
    const char *cert_file; /* PEM: own certificate, then intermediates */
    const char *key_file;  /* PEM, not encrypted; must belong to the certificate */
    enum tls_client client;
    const char *client_ca_file;  /* PEM: who may issue client certificates. NULL with TLS_CLIENT_REQUIRED: any
                                    certificate is let in (also self-signed, dates not judged) and only its
                                    pinned SPKI tells who it is */
    const char *client_crl_file; /* PEM: revoked certificates, of every issuer of client certificates, or
                                    NULL. Without a valid list of its issuer a certificate is not vouched for.
                                    Certificates of authorities between are not looked up */
};

/* Make a context; the caller frees it with tls_context_free. ERR_IO when a file cannot be read, ERR_BAD_INPUT
 * when its content does not serve (no PEM, key of another certificate); WHY then holds one line without a
 * newline ("cannot read key ops/key.pem: No such file or directory"). */
MUST_CHECK enum err tls_server_context(const struct tls_config *config, struct ssl_ctx_st **out, char *why,
                                       size_t why_size);
void tls_context_free(struct ssl_ctx_st *context);

/* SPKI SHA-256 of a certificate. ERR_CRYPTO if OpenSSL cannot encode its key. */
MUST_CHECK enum err tls_spki_sha256(struct x509_st *cert, uint8_t out[TLS_SPKI_BYTES]);

/* True if the client proved a certificate that client_ca_file vouches for: signed through, within its dates,
 * meant for clients, not revoked. Asked after the handshake. */
bool tls_is_vouched_for(struct ssl_st *ssl);

/* Subject serialNumber (2.5.4.5) of a certificate as text, printable UTF-8, into OUT[SIZE]; "" if it is
 * absent, comes twice, does not fit or holds control characters. */
void tls_subject_serial(struct x509_st *cert, char *out, size_t size);

/* SPKI SHA-256 of the first certificate in the PEM file PATH, for enrolling a pin. Errors as in
 * tls_server_context, with WHY. */
MUST_CHECK enum err tls_file_spki_sha256(const char *path, uint8_t out[TLS_SPKI_BYTES], char *why,
                                         size_t why_size);

#endif
