#include "http/guard.h"

#include "base/check.h"
#include "base/json_canonical.h"
#include "http/app_state.h"
#include "http/sse_hub.h"

#include <stdio.h>
#include <string.h>

/* 32 bytes in base64url without padding */
#define SESSION_TEXT 43
#define KEY_MIN 8
#define KEY_MAX 64

/* ---- the session id ---- */

struct session_id session_id_new(void)
{
    struct session_id id;

    crypto_random(id.bytes, sizeof id.bytes);
    return id;
}

void session_id_hash(const struct session_id *id, uint8_t out[SESSION_HASH_BYTES])
{
    crypto_sha256(BYTES(id->bytes, sizeof id->bytes), out);
}

void session_id_csrf(const struct session_id *id, uint8_t out[16])
{
    static const char label[] = "plek csrf 1";
    uint8_t in[sizeof label + SESSION_ID_BYTES];
    uint8_t hash[CRYPTO_SHA256_BYTES];

    memcpy(in, label, sizeof label);
    memcpy(in + sizeof label, id->bytes, SESSION_ID_BYTES);
    crypto_sha256(BYTES(in, sizeof in), hash);
    memcpy(out, hash, 16);
    crypto_wipe(in, sizeof in);
    crypto_wipe(hash, sizeof hash);
}

static void base64_text(struct bytes in, char *out, size_t size)
{
    struct buf b = {0};

    crypto_base64url(in, &b);
    CHECK(b.len < size);
    memcpy(out, b.p, b.len);
    out[b.len] = '\0';
    crypto_wipe(b.p, b.len);
    buf_fini(&b);
}

const char *csrf_text(const uint8_t csrf[16], char out[CSRF_TEXT_SIZE])
{
    base64_text(BYTES(csrf, 16), out, CSRF_TEXT_SIZE);
    return out;
}

const char *session_cookie(const struct session_id *id, char out[SESSION_COOKIE_SIZE])
{
    char text[SESSION_TEXT + 1] = "";

    if (id != NULL)
        base64_text(BYTES(id->bytes, sizeof id->bytes), text, sizeof text);
    snprintf(out, SESSION_COOKIE_SIZE, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", SESSION_COOKIE,
             text, id == NULL ? "; Max-Age=0" : "");
    crypto_wipe(text, sizeof text);
    return out;
}

static bool read_cookie(const struct http_head *head, struct session_id *id)
{
    struct bytes value;
    struct buf raw = {0};
    bool is_ours = false;

    if (!http_head_cookie(head, SESSION_COOKIE, &value) || value.len != SESSION_TEXT)
        return false;
    if (crypto_unbase64url(value, &raw) == OK && raw.len == SESSION_ID_BYTES) {
        memcpy(id->bytes, raw.p, SESSION_ID_BYTES);
        is_ours = true;
    }
    if (raw.p != NULL)
        crypto_wipe(raw.p, raw.len);
    buf_fini(&raw);
    return is_ours;
}

/* ---- the session ---- */

int64_t guard_idle_end_ms(const struct http_app *app, const struct session *s, const struct account *a)
{
    bool is_shelter = a->role == ROLE_SHELTER;

    return s->seen_ms + (is_shelter ? app->settings.session_idle_shelter_ms : app->settings.session_idle_ms);
}

int64_t guard_end_ms(const struct http_app *app, const struct session *s)
{
    return s->created_ms + app->settings.session_ms;
}

bool guard_is_over(const struct http_app *app, const struct session *s, const struct account *a)
{
    int64_t now = app_now_ms(app);

    return a == NULL || a->disabled || now >= guard_end_ms(app, s) || now >= guard_idle_end_ms(app, s, a);
}

static void on_ended(void *ctx, enum err trouble)
{
    (void)ctx;
    (void)trouble; /* a session that could not be removed is over by its times all the same */
}

void guard_find(struct http_app *app, const struct http_head *head, struct guard_found *found)
{
    const struct people_port *people = &app->parts.people;
    uint8_t hash[SESSION_HASH_BYTES];

    memset(found, 0, sizeof *found);
    if (!read_cookie(head, &found->id))
        return;
    session_id_hash(&found->id, hash);
    found->session = people->session_find(people->ctx, hash);
    if (found->session == NULL)
        return;
    found->account = people->get(people->ctx, found->session->account);
    if (!guard_is_over(app, found->session, found->account))
        return;
    sse_hub_end_session(app->hub, hash);
    if (people->session_end(people->ctx, hash, on_ended, NULL) != OK)
        on_ended(NULL, ERR_AWAY);
    memset(found, 0, sizeof *found);
}

struct actor guard_actor_of_account(const struct account *a)
{
    return (struct actor){.role = a->role, .org = a->org, .account = a->id, .location = a->location};
}

struct actor guard_actor_of_machine(const struct machine *m)
{
    return (struct actor){.role = ROLE_MACHINE,
                          .carries = m->carries,
                          .n_carries = m->n_carries,
                          .reads_as = m->reads_as,
                          .reads_for = m->reads_for};
}

/* ---- what the browser says of where it comes from ---- */

bool guard_is_same_origin(const struct http_app *app, const struct http_head *head)
{
    struct bytes v;

    if (http_head_field(head, "Origin", &v) && !bytes_equal(v, bytes_of_text(app->settings.public_origin)))
        return false;
    return !http_head_field(head, "Sec-Fetch-Site", &v) || bytes_equal(v, BYTES_LITERAL("same-origin")) ||
           bytes_equal(v, BYTES_LITERAL("none"));
}

bool guard_has_token(const struct http_head *head, const struct session_id *id)
{
    uint8_t csrf[16];
    char wanted[CSRF_TEXT_SIZE];
    struct bytes given;

    session_id_csrf(id, csrf);
    csrf_text(csrf, wanted);
    return http_head_field(head, "X-CSRF-Token", &given) && given.len == CSRF_TEXT_SIZE - 1 &&
           crypto_equal(given.p, wanted, given.len);
}

/* ---- the key of a write ---- */

static bool is_key(struct bytes v)
{
    if (v.len < KEY_MIN || v.len > KEY_MAX)
        return false;
    for (size_t i = 0; i < v.len; i++) {
        uint8_t c = v.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-' &&
            c != '_')
            return false;
    }
    return true;
}

/* Who asks: an account and a machine with the same number are two. */
static void add_asker(struct buf *b, const struct call *call)
{
    buf_u8(b, call->machine != NULL);
    buf_u32(b, call->machine != NULL ? call->machine->id : call->late.actor.account.v);
    buf_string(b, http_method_name(call->request->head->method));
    buf_blob(b, call->request->head->path);
}

static uint64_t hash_at(const struct buf *b, uint64_t *second)
{
    uint8_t hash[CRYPTO_SHA256_BYTES];
    struct bytes_reader r = bytes_read(BYTES(hash, sizeof hash));
    uint64_t first;

    crypto_sha256(buf_view(b), hash);
    first = bytes_u64(&r);
    if (second != NULL)
        *second = bytes_u64(&r);
    return first;
}

void guard_read_key(struct call *call)
{
    struct buf b = {0};
    struct bytes key;

    if (!http_head_field(call->request->head, "Idempotency-Key", &key) || !is_key(key)) {
        json_fault_add(&call->faults, "header:Idempotency-Key", "%s",
                       "must be there: 8 to 64 of A-Z a-z 0-9 - _, new for every intent");
        return;
    }
    add_asker(&b, call);
    buf_blob(&b, key);
    call->key.hi = hash_at(&b, &call->key.lo);
    if (call->key.hi == 0 && call->key.lo == 0)
        call->key.lo = 1; /* zero means: no key */

    buf_clear(&b);
    add_asker(&b, call);
    if (call->reports != NULL) {
        buf_blob(&b, buf_view(&call->reports->canonical));
    } else if (call->body != NULL) {
        /* Canonical, so that the order of members and white space do not make another request of it. */
        struct buf text = {0};

        json_canonical(call->body, &text);
        buf_blob(&b, buf_view(&text));
        buf_fini(&text);
    }
    call->key.body = hash_at(&b, NULL);
    buf_fini(&b);
}
