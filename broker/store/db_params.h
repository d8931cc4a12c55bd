/* How to reach the database. A unix socket is the default and the only way that never blocks the loop
 * (limits: trap 2); HOST is for a database on another machine without TLS of its own, e.g. behind a tunnel on
 * loopback, and must be a numeric address because getaddrinfo blocks. TLS spoken by Connector/C itself is not
 * offered: its handshake blocks the loop up to the connect timeout. Where it is needed one day, db_conn's
 * connect is the one place to change: a helper thread does connect and handshake with the blocking calls and
 * hands over the ready MYSQL through a pipe; everything after connect stays as it is. */
#ifndef PLEK_STORE_DB_PARAMS_H
#define PLEK_STORE_DB_PARAMS_H

/* Texts are borrowed by the start function they are given to, which copies what it keeps. */
struct db_params {
    const char *socket;   /* path, at most 107 bytes; NULL: HOST and PORT */
    const char *host;     /* numeric IPv4 or IPv6 */
    unsigned port;        /* used with HOST; 0 = 3306 */
    const char *user;     /* */
    const char *password; /* NULL = none */
    const char *database;
};

#endif
