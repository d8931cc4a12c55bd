/* Accounts, sessions and machines, seen from http: small function tables that main wires to the store.
 * Lookups are in memory and immediate; changes are durable before their completion is called, never from
 * inside the call. */
#ifndef PLEK_FLOW_PEOPLE_PORT_H
#define PLEK_FLOW_PEOPLE_PORT_H

#include "base/crypto.h"
#include "core/ids.h"
#include "core/kinds.h"

#define USERNAME_SIZE 65
#define DISPLAY_SIZE 64
#define SESSION_HASH_BYTES 32

struct account {
    struct account_id id;
    char username[USERNAME_SIZE];
    struct org_id org;
    enum role role;
    struct location_id location; /* 0 = every house of the organisation */
    char display_nl[DISPLAY_SIZE];
    char display_en[DISPLAY_SIZE];
    char password_hash[CRYPTO_PASSWORD_HASH_SIZE];
    bool disabled;
    uint32_t failed;         /* wrong passwords in a row */
    int64_t locked_until_ms; /* 0 = not locked */
};

/* A signed-in browser. The id itself is only in the cookie; we keep its SHA-256. */
struct session {
    uint8_t hash[SESSION_HASH_BYTES];
    uint8_t csrf[16];
    struct account_id account;
    int64_t created_ms;
    int64_t seen_ms;
};

/* An adapter or a partner's program, known by the SHA-256 of its certificate's public key. */
struct machine {
    uint32_t id;
    char name[DISPLAY_SIZE];
    const struct org_id *carries; /* organisations whose feeds it brings */
    uint16_t n_carries;
    enum role reads_as; /* capacity, as this role of that organisation sees it; ROLE_NONE = reads nothing */
    struct org_id reads_for;
};

typedef void people_done_fn(void *ctx, enum err trouble);

struct people_port {
    void *ctx;
    /* Borrowed until the next turn; NULL = none. */
    const struct account *(*find)(void *ctx, const char *username);
    const struct account *(*get)(void *ctx, struct account_id id);
    /* The accounts of ORG by id, at most MAX; how many. Borrowed like the others. */
    size_t (*of_org)(void *ctx, struct org_id org, const struct account **out, size_t max);
    const struct session *(*session_find)(void *ctx, const uint8_t hash[SESSION_HASH_BYTES]);
    const struct machine *(*machine_find)(void *ctx, const uint8_t spki[CRYPTO_SHA256_BYTES]);
    /* After a password was judged: count or clear failures, lock. Written when the database allows. */
    void (*note_sign_in)(void *ctx, struct account_id id, uint32_t failed, int64_t locked_until_ms);
    MUST_CHECK enum err (*session_add)(void *ctx, const struct session *s, people_done_fn *done,
                                       void *done_ctx);
    void (*session_touch)(void *ctx, const uint8_t hash[SESSION_HASH_BYTES], int64_t now_ms);
    MUST_CHECK enum err (*session_end)(void *ctx, const uint8_t hash[SESSION_HASH_BYTES],
                                       people_done_fn *done, void *done_ctx);
};

#endif
