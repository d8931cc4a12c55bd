/* Throw-away certificates for TLS tests: two little CAs, a server for 127.0.0.1, and clients. Made anew in a
 * folder of their own and removed with it; no key is ever kept in the repository. */
#ifndef PLEK_TESTS_TEST_CERTS_H
#define PLEK_TESTS_TEST_CERTS_H

#include <stdbool.h>

#define TEST_CLIENT_SUBJECT "00000001999999990000"

struct test_certs {
    char dir[64];
    char ca[96], ca_key[96];
    char other_ca[96], other_ca_key[96];
    char server_cert[96], server_key[96];
    char client_cert[96], client_key[96];     /* by the CA, subject serialNumber TEST_CLIENT_SUBJECT */
    char stranger_cert[96], stranger_key[96]; /* by another CA, no serialNumber */
};

void test_certs_make(struct test_certs *certs);

/* A client certificate as somebody may bring it; {0} is a good one without serialNumber. */
struct test_issue {
    bool by_other_ca;
    const char *serial, *second; /* subject serialNumbers */
    int serial_len;              /* of SERIAL where it holds a NUL; 0: to its end */
    long from_s, to_s;           /* validity from now; 0, 0: an hour back and on */
    const char *usage;           /* extendedKeyUsage; NULL: none */
};

/* Make NAME.pem and NAME.key; their paths. */
void test_certs_issue(const struct test_certs *certs, const struct test_issue *issue, const char *name,
                      char cert[96], char key[96]);

/* The CA's list of revoked certificates at PATH, valid for TO_S from now: that in CERT, or none (NULL). */
void test_certs_crl(const struct test_certs *certs, const char *cert, long to_s, const char *path);

void test_certs_remove(struct test_certs *certs);

#endif
