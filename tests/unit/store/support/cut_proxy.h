/* A unix socket between client and database that cuts the connection at a COMMIT: before the server has seen
 * it, or after the server has committed but before the client hears of it. It makes the unknown commit happen
 * each time it is wanted, with the real server. Lives in the test's own event loop. */
#ifndef PLEK_TEST_CUT_PROXY_H
#define PLEK_TEST_CUT_PROXY_H

struct event_base;
struct cut_proxy;

/* LATE: the client is cut off, and the server gets the COMMIT only CUT_LATE_MS later: the old transaction is
 * still open when the client has long come back. */
enum cut { CUT_NEVER, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT, CUT_LATE_COMMIT };
#define CUT_LATE_MS 400

/* Listen beside the server's socket. */
struct cut_proxy *cut_proxy_new(struct event_base *base, const char *server_socket);
void cut_proxy_free(struct cut_proxy *p);
const char *cut_proxy_socket(const struct cut_proxy *p);

/* Watch for statements that begin with TEXT (static) instead of COMMIT; not with CUT_LATE_COMMIT. */
void cut_proxy_watch(struct cut_proxy *p, const char *text);

/* At the next COMMIT cut once in this way. */
void cut_proxy_next(struct cut_proxy *p, enum cut how);
unsigned cut_proxy_cuts(const struct cut_proxy *p);
unsigned cut_proxy_commits(const struct cut_proxy *p); /* seen so far */

#endif
