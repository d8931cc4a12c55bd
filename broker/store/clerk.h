/* Small statements on the loop, one after the other, over one connection that is kept up: sessions, accounts,
 * access log, sealed addresses. (The journal has a connection and rules of its own.)
 *
 * Every statement given here must do the same when it is run twice (INSERT ... ON DUPLICATE KEY, UPDATE to a
 * value, DELETE, SELECT), because after a lost connection it is run again. Statements are run in the order
 * given. A job waits for the database as long as its patience lasts, 0 = for ever. */
#ifndef PLEK_STORE_CLERK_H
#define PLEK_STORE_CLERK_H

#include "store/db_blocking.h"
#include "store/db_conn.h"

struct clerk;

struct clerk_limits {
    size_t jobs_max;       /* waiting: 4,096 */
    size_t bytes_max;      /* of their statements: 8 MiB */
    uint32_t connect_ms;   /* 2,000 */
    uint32_t statement_ms; /* 3,000 */
};
struct clerk_limits clerk_limits_default(void);

/* Connects by itself when there is something to do. P is copied; LIMITS NULL = default. */
struct clerk *clerk_new(struct event_base *base, const struct db_params *p,
                        const struct clerk_limits *limits);
void clerk_free(struct clerk *k); /* what waits is dropped and not called back; NULL is fine */

/* OK; ERR_CONFLICT (duplicate key); ERR_FENCED (the statement itself said so: SQLSTATE 45000); ERR_BAD_INPUT
 * (refused otherwise); ERR_AWAY (patience over, certainly not
 * done); ERR_DOUBT (patience over, may have been done). R is NULL unless OK; its rows are for the call. It
 * must not free the clerk. */
typedef void clerk_done_fn(void *ctx, enum err trouble, struct db_result *r);

/* Queue SQL (copied). DONE may be NULL; else it is called exactly once, from the loop, never from in here.
 * ERR_BUSY: a bound is reached and nothing was queued. */
MUST_CHECK enum err clerk_do(struct clerk *k, struct bytes sql, enum db_role role, uint32_t patience_ms,
                             clerk_done_fn *done, void *ctx);

size_t clerk_waiting(const struct clerk *k);
bool clerk_is_away(const struct clerk *k); /* the last attempt failed */

#endif
