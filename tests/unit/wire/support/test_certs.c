#include "test_certs.h"

#include "base/check.h"

#include <dirent.h>
#include <limits.h>
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
static struct identity make_as(const struct identity *issuer, const char *name, const struct test_issue *as)
{
    static long serial = 1;
    struct identity id = {X509_new(), EVP_EC_gen("P-256")};
    X509_NAME *subject;

    CHECK(id.cert != NULL && id.key != NULL);
    subject = X509_get_subject_name(id.cert);
    add_name(subject, "CN", name);
    if (as->serial != NULL) /* by its bytes, also those that a name should not hold */
        CHECK(X509_NAME_add_entry_by_NID(
                  subject, NID_serialNumber, V_ASN1_PRINTABLESTRING, (const unsigned char *)as->serial,
                  as->serial_len > 0 ? as->serial_len : (int)strlen(as->serial), -1, 0) == 1);
    if (as->second != NULL)
        add_name(subject, "serialNumber", as->second);
    X509_set_version(id.cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(id.cert), as->to_s != 0 ? as->from_s : -3600);
    X509_gmtime_adj(X509_getm_notAfter(id.cert), as->to_s != 0 ? as->to_s : 3600);
    X509_set_pubkey(id.cert, id.key);
    X509 *issuer_cert = issuer != NULL ? issuer->cert : id.cert;
    X509_set_issuer_name(id.cert, X509_get_subject_name(issuer_cert));
    add_extension(id.cert, issuer_cert, NID_basic_constraints,
                  issuer != NULL ? "CA:FALSE" : "critical,CA:TRUE");
    if (issuer != NULL)
        add_extension(id.cert, issuer_cert, NID_subject_alt_name, "IP:127.0.0.1");
    if (as->usage != NULL)
        add_extension(id.cert, issuer_cert, NID_ext_key_usage, as->usage);
    CHECK(X509_sign(id.cert, issuer != NULL ? issuer->key : id.key, EVP_sha256()) > 0);
    return id;
}

static struct identity make(const struct identity *issuer, const char *name, const char *serial_number)
{
    const struct test_issue as = {.serial = serial_number};

    return make_as(issuer, name, &as);
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
    snprintf(c->ca_key, sizeof c->ca_key, "%s/ca.key", c->dir);
    snprintf(c->other_ca, sizeof c->other_ca, "%s/other-ca.pem", c->dir);
    snprintf(c->other_ca_key, sizeof c->other_ca_key, "%s/other-ca.key", c->dir);
    write_pem(&ca, c->ca, c->ca_key);
    write_pem(&other, c->other_ca, c->other_ca_key);
    write_pem(&server, c->server_cert, c->server_key);
    write_pem(&client, c->client_cert, c->client_key);
    write_pem(&stranger, c->stranger_cert, c->stranger_key);
    drop(&ca);
    drop(&other);
    drop(&server);
    drop(&client);
    drop(&stranger);
}

static struct identity read_pem(const char *cert_path, const char *key_path)
{
    struct identity id = {0};
    FILE *f = fopen(cert_path, "r");

    CHECK(f != NULL);
    id.cert = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    f = key_path != NULL ? fopen(key_path, "r") : NULL;
    if (f != NULL) {
        id.key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
        fclose(f);
    }
    CHECK(id.cert != NULL && (key_path == NULL || id.key != NULL));
    return id;
}

void test_certs_issue(const struct test_certs *c, const struct test_issue *as, const char *name,
                      char cert[96], char key[96])
{
    struct identity ca =
        as->by_other_ca ? read_pem(c->other_ca, c->other_ca_key) : read_pem(c->ca, c->ca_key);
    struct identity id = make_as(&ca, name, as);

    snprintf(cert, 96, "%s/%s.pem", c->dir, name);
    snprintf(key, 96, "%s/%s.key", c->dir, name);
    write_pem(&id, cert, key);
    drop(&ca);
    drop(&id);
}

void test_certs_crl(const struct test_certs *c, const char *cert_path, long to_s, const char *path)
{
    struct identity ca = read_pem(c->ca, c->ca_key);
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *from = X509_gmtime_adj(NULL, -7200), *to = X509_gmtime_adj(NULL, to_s);

    CHECK(X509_CRL_set_version(crl, 1) == 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca.cert));
    X509_CRL_set1_lastUpdate(crl, from);
    X509_CRL_set1_nextUpdate(crl, to);
    if (cert_path != NULL) {
        struct identity id = read_pem(cert_path, NULL);
        X509_REVOKED *revoked = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(revoked, X509_get_serialNumber(id.cert));
        X509_REVOKED_set_revocationDate(revoked, from);
        CHECK(X509_CRL_add0_revoked(crl, revoked) == 1);
        drop(&id);
    }
    CHECK(X509_CRL_sign(crl, ca.key, EVP_sha256()) > 0);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && PEM_write_X509_CRL(f, crl) == 1);
    fclose(f);
    ASN1_TIME_free(from);
    ASN1_TIME_free(to);
    X509_CRL_free(crl);
    drop(&ca);
}

void test_certs_remove(struct test_certs *c)
{
    DIR *d = opendir(c->dir);

    for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        char path[96 + NAME_MAX];
        snprintf(path, sizeof path, "%s/%s", c->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d != NULL)
        closedir(d);
    rmdir(c->dir);
}
