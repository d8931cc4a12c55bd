/* Accounts, sessions and machines: all in memory, loaded at start, so that looking up never waits; what
 * changes is written through a clerk (store/clerk.h). Implements flow/people_port.h. Sessions survive a
 * restart of the broker, because what the browser holds is matched against hashes that were stored.
 *
 * Order: accounts_load (blocking) → accounts_attach (on the loop) → the port → accounts_free. */
#ifndef PLEK_STORE_ACCOUNTS_H
#define PLEK_STORE_ACCOUNTS_H

#include "flow/people_port.h"
#include "store/clerk.h"

struct accounts;

struct accounts_limits {
    size_t accounts_max; /* 50,000: a few thousand are expected */
    size_t sessions_max; /* 20,000; over it session_add says ERR_BUSY */
    int64_t session_ms;  /* a session older than this is dropped at load and swept: 9 h */
    int64_t touch_ms;    /* a session's last use is written at most so often: 60 s */
    uint32_t flush_ms;   /* how often what was touched is written: 10 s */
    uint32_t add_ms;     /* patience of session_add: 5 s, then ERR_AWAY / ERR_DOUBT */
};
struct accounts_limits accounts_limits_default(void);

/* Read everything. Sessions that began before NOW_MS - session_ms are left out. LIMITS NULL = default. */
MUST_CHECK enum err accounts_load(struct db *db, const struct accounts_limits *limits, int64_t now_ms,
                                  struct accounts **out, char *why, size_t why_size);
/* Write through K from now on; borrowed, outlives A. Once. */
void accounts_attach(struct accounts *a, struct event_base *base, struct clerk *k);
/* The loop must not turn between this and clerk_free; what was under way is not called back. NULL is fine. */
void accounts_free(struct accounts *a);

/* Borrowed; for use after attach.
 * - find: USERNAME in any case. A disabled account is found, with disabled set.
 * - session_find: never a session whose account is disabled or gone.
 * - session_add: the session is found from the moment DONE says OK. ERR_BUSY: too many sessions or the
 *   clerk's queue is full.
 * - session_touch: in memory at once, written within touch_ms + flush_ms; after a crash a session may look
 *   that much older.
 * - session_end: not found any more from now on; DONE when it is durable, which lasts as long as the database
 *   is away. ERR_NOT_FOUND if there is no such session: DONE is not called. */
const struct people_port *accounts_port(struct accounts *a);

/* Read accounts and machines anew (after `plek account` or `plek machine` changed them); sessions of accounts
 * that were disabled end, and a machine that was removed is not found any more. One at a time: ERR_BUSY. */
MUST_CHECK enum err accounts_refresh(struct accounts *a, people_done_fn *done, void *ctx);

size_t accounts_count(const struct accounts *a);
size_t accounts_sessions(const struct accounts *a);

/* ---- blocking, for `plek` ---- */

/* Add NEW (its id is ignored) and set ID. The username becomes lower case; allowed are a-z 0-9 . _ - @.
 * ERR_CONFLICT: the name is taken; ERR_BAD_INPUT with the reason in WHY. */
MUST_CHECK enum err account_add(struct db *db, const struct account *account, int64_t now_ms,
                                struct account_id *id, char *why, size_t why_size);
/* Also clears failures and lock, and ends all sessions of the account. ERR_NOT_FOUND. */
MUST_CHECK enum err account_set_password(struct db *db, struct account_id id, const char *hash);
/* AT_MS 0 enables again. Disabling ends all sessions. */
MUST_CHECK enum err account_set_disabled(struct db *db, struct account_id id, int64_t at_ms);

/* Add a machine with the SHA-256 of its certificate's public key and the organisations whose feeds it brings.
 * ERR_CONFLICT: name or key is known already. */
MUST_CHECK enum err machine_add(struct db *db, const char *name, const uint8_t pin[CRYPTO_SHA256_BYTES],
                                const struct org_id *orgs, size_t n_orgs, int64_t now_ms, uint32_t *id,
                                char *why, size_t why_size);
/* Let it read capacity as ROLE of ORG sees it; ROLE_NONE: no more. ERR_NOT_FOUND. */
MUST_CHECK enum err machine_set_reading(struct db *db, uint32_t id, enum role role, struct org_id org);
/* Take it out, and what it carries. ERR_NOT_FOUND: no machine has this name. */
MUST_CHECK enum err machine_remove(struct db *db, const char *name);

/* A machine as it is listed, with times; its organisations through m.carries. Borrowed for the call of FN. */
struct machine_row {
    struct machine m;
    uint8_t pin[CRYPTO_SHA256_BYTES];
    bool has_next_pin;
    int64_t created_at_ms;
};
typedef void machine_row_fn(void *ctx, const struct machine_row *row);
/* Call FN for every machine, by name. */
MUST_CHECK enum err machine_each(struct db *db, machine_row_fn *fn, void *ctx);
/* Announce the key of the next certificate; both are accepted until the next change. ERR_NOT_FOUND. */
MUST_CHECK enum err machine_set_next_pin(struct db *db, uint32_t id,
                                         const uint8_t next_pin[CRYPTO_SHA256_BYTES]);

#endif
