#include "test_certs.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct identity {
    X509 *cert;
    EVP_PKEY *key;
};

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    CHECK(extension != NULL);
    CHECK(X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static void add_name(X509_NAME *name, const char *field, const char *value)
{
    CHECK(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) ==
          1);
}

/* ISSUER NULL makes a CA that signs itself. */
static struct identity make(const struct identity *issuer, const char *name, const char *serial_number)
{
    static long serial = 1;
    struct identity id = {X509_new(), EVP_EC_gen("P-256")};
    X509_NAME *subject;

    CHECK(id.cert != NULL && id.key != NULL);
    subject = X509_get_subject_name(id.cert);
    add_name(subject, "CN", name);
    if (serial_number != NULL)
        add_name(subject, "serialNumber", serial_number);
    X509_set_version(id.cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(id.cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(id.cert), 3600);
    X509_set_pubkey(id.cert, id.key);
    X509 *issuer_cert = issuer != NULL ? issuer->cert : id.cert;
    X509_set_issuer_name(id.cert, X509_get_subject_name(issuer_cert));
    add_extension(id.cert, issuer_cert, NID_basic_constraints,
                  issuer != NULL ? "CA:FALSE" : "critical,CA:TRUE");
    if (issuer != NULL)
        add_extension(id.cert, issuer_cert, NID_subject_alt_name, "IP:127.0.0.1");
    CHECK(X509_sign(id.cert, issuer != NULL ? issuer->key : id.key, EVP_sha256()) > 0);
    return id;
}

static void write_pem(const struct identity *id, const char *cert_path, const char *key_path)
{
    FILE *f = fopen(cert_path, "w");

    CHECK(f != NULL && PEM_write_X509(f, id->cert) == 1);
    fclose(f);
    if (key_path == NULL)
        return;
    f = fopen(key_path, "w");
    CHECK(f != NULL && PEM_write_PrivateKey(f, id->key, NULL, NULL, 0, NULL, NULL) == 1);
    fclose(f);
}

static void drop(struct identity *id)
{
    X509_free(id->cert);
    EVP_PKEY_free(id->key);
}

void test_certs_make(struct test_certs *c)
{
    struct identity ca = make(NULL, "Test CA", NULL), other = make(NULL, "Other CA", NULL);
    struct identity server = make(&ca, "localhost", NULL);
    struct identity client = make(&ca, "Test provider", TEST_CLIENT_SUBJECT);
    struct identity stranger = make(&other, "Stranger", NULL);

    snprintf(c->dir, sizeof c->dir, "/tmp/plek-certs-XXXXXX");
    CHECK(mkdtemp(c->dir) != NULL);
    snprintf(c->ca, sizeof c->ca, "%s/ca.pem", c->dir);
    snprintf(c->server_cert, sizeof c->server_cert, "%s/server.pem", c->dir);
    snprintf(c->server_key, sizeof c->server_key, "%s/server.key", c->dir);
    snprintf(c->client_cert, sizeof c->client_cert, "%s/client.pem", c->dir);
    snprintf(c->client_key, sizeof c->client_key, "%s/client.key", c->dir);
    snprintf(c->stranger_cert, sizeof c->stranger_cert, "%s/stranger.pem", c->dir);
    snprintf(c->stranger_key, sizeof c->stranger_key, "%s/stranger.key", c->dir);
    write_pem(&ca, c->ca, NULL);
    write_pem(&server, c->server_cert, c->server_key);
    write_pem(&client, c->client_cert, c->client_key);
    write_pem(&stranger, c->stranger_cert, c->stranger_key);
    drop(&ca);
    drop(&other);
    drop(&server);
    drop(&client);
    drop(&stranger);
}

void test_certs_remove(struct test_certs *c)
{
    const char *const files[] = {c->ca,         c->server_cert,   c->server_key,  c->client_cert,
                                 c->client_key, c->stranger_cert, c->stranger_key};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    rmdir(c->dir);
}
