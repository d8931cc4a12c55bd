/* Throw-away certificates for TLS tests: two little CAs, a server for 127.0.0.1, and clients. Made anew in a
 * folder of their own and removed with it; no key is ever kept in the repository. */
#ifndef PLEK_TESTS_TEST_CERTS_H
#define PLEK_TESTS_TEST_CERTS_H

#define TEST_CLIENT_SUBJECT "00000001999999990000"

struct test_certs {
    char dir[64];
    char ca[96];
    char server_cert[96], server_key[96];
    char client_cert[96], client_key[96];     /* by the CA, subject serialNumber TEST_CLIENT_SUBJECT */
    char stranger_cert[96], stranger_key[96]; /* by another CA, no serialNumber */
};

void test_certs_make(struct test_certs *certs);
void test_certs_remove(struct test_certs *certs);

#endif
