/* Who asks, and whether the browser really meant it. The actor comes from the account or the certificate
 * only, never from the request.
 *
 * A session is 32 random bytes in the cookie __Host-plek; here there is only their SHA-256. The CSRF token is
 * another hash of the same bytes, so it needs no storage of its own and dies with the session. */
#ifndef PLEK_HTTP_GUARD_H
#define PLEK_HTTP_GUARD_H

#include "http/call.h"

#define SESSION_ID_BYTES 32
#define SESSION_COOKIE "__Host-plek"
#define SESSION_COOKIE_SIZE 160 /* value of Set-Cookie */
#define CSRF_TEXT_SIZE 23       /* 16 bytes in base64url, and NUL */

/* A session id: secret; wipe it after use. */
struct session_id {
    uint8_t bytes[SESSION_ID_BYTES];
};

struct session_id session_id_new(void);
void session_id_hash(const struct session_id *id, uint8_t out[SESSION_HASH_BYTES]);
void session_id_csrf(const struct session_id *id, uint8_t out[16]);
const char *csrf_text(const uint8_t csrf[16], char out[CSRF_TEXT_SIZE]);
/* Value of Set-Cookie: for ID, or to take the cookie away (ID NULL). */
const char *session_cookie(const struct session_id *id, char out[SESSION_COOKIE_SIZE]);

/* Who was found behind a request. */
struct guard_found {
    const struct session *session; /* NULL = nobody is signed in */
    const struct account *account;
    struct session_id id; /* secret */
};

/* Find the session of the request's cookie. One that is over is ended (its streams too) and not found. */
void guard_find(struct http_app *app, const struct http_head *head, struct guard_found *found);

/* When the session ends if nothing more is asked, and when in any case. */
int64_t guard_idle_end_ms(const struct http_app *app, const struct session *s, const struct account *a);
int64_t guard_end_ms(const struct http_app *app, const struct session *s);
/* Over by time, or its account is gone (A NULL) or disabled. */
bool guard_is_over(const struct http_app *app, const struct session *s, const struct account *a);

struct actor guard_actor_of_account(const struct account *a);
struct actor guard_actor_of_machine(const struct machine *m);

/* True unless a browser says that the request comes from another site (Origin, Sec-Fetch-Site). Absent
 * headers are no evidence: then the token alone decides. */
bool guard_is_same_origin(const struct http_app *app, const struct http_head *head);

/* True if X-CSRF-Token is that of the session; constant time. */
bool guard_has_token(const struct http_head *head, const struct session_id *id);

/* Read Idempotency-Key into CALL's command key (fault "header:Idempotency-Key" if it is absent or not 8-64 of
 * A-Z a-z 0-9 - _), with the hash of method, path and body; the body may be NULL. */
void guard_read_key(struct call *call);

#endif
