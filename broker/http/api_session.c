/* Signing in and out.
 *
 *   POST ─► address not too often, name not locked ─► Argon2id in a thread ─► wrong: count, maybe lock ─► 401
 *                                                          └► right: session durable ─► recorded ─► 201,
 * cookie
 *
 * A name that does not exist takes the same road: a hash of nobody is judged, its failures are counted, it
 * locks. So neither words nor time tell whether somebody has an account here. */
#include "http/session_api.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "http/app_state.h"
#include "http/guard.h"
#include "http/reply.h"
#include "http/route.h"
#include "http/sse_hub.h"
#include "http/throttle.h"
#include "loop/offload.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD_CHARS_MAX 200
#define PASSWORD_BYTES_MAX (4 * PASSWORD_CHARS_MAX)

/* Ten wrong ones a minute from one address: a person mistypes less, a guesser gets nowhere. One that was
 * right is given back, so that the change of shift of a whole office behind one address comes in. */
static const struct throttle_rate door_rate = {.burst = 10, .every_ms = 6 * MS_SECOND};

/* One sign-in or sign-out under way. Lives until its completion comes; the app may be gone by then. */
struct sign_in {
    struct sign_in *prev, *next;
    struct http_app *app; /* NULL = the app is gone: nobody to answer */
    struct late late;
    struct account_id account; /* 0 = no such account, or it may not come in by password */
    uint64_t door, stranger;   /* throttle keys; door 0 = not counted by address */
    bool has_old;              /* this browser had a session: it ends with the new one */
    uint8_t old[SESSION_HASH_BYTES];
    struct session_id id;
    uint8_t hash[SESSION_HASH_BYTES];

    /* the thread's part */
    char password_hash[CRYPTO_PASSWORD_HASH_SIZE];
    char password[PASSWORD_BYTES_MAX];
    size_t password_len;
    bool is_right;
};

/* ---- the list ---- */

static struct sign_in *sign_in_new(struct call *call)
{
    struct sign_in *s = mem_new(1, sizeof *s);
    struct http_app *app = call->late.app;

    s->app = app;
    s->late = call->late;
    s->next = app->sign_ins;
    if (s->next != NULL)
        s->next->prev = s;
    app->sign_ins = s;
    return s;
}

static void unlink_sign_in(struct sign_in *s)
{
    if (s->app == NULL)
        return;
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        s->app->sign_ins = s->next;
    if (s->next != NULL)
        s->next->prev = s->prev;
    s->app = NULL;
}

static void sign_in_free(struct sign_in *s)
{
    unlink_sign_in(s);
    crypto_wipe(s, sizeof *s);
    free(s);
}

void sign_ins_forget(struct http_app *app)
{
    while (app->sign_ins != NULL)
        unlink_sign_in(app->sign_ins);
}

/* ---- the session as the API shows it ---- */

static void set_places(json_t *o, const struct engine *e, const struct account *a)
{
    const struct org *org = engine_org(e, a->org);
    const struct location *house = a->location.v != 0 ? engine_location(e, a->location) : NULL;
    const struct vocab *v = engine_vocab(e);
    bool has_region = org != NULL && org->region < vocab_regions(v);

    json_object_set_new(o, "organisation", json_string(org != NULL ? org->name : ""));
    if (org != NULL) {
        json_object_set_new(o, "organisationId", json_integer(org->id.v));
        json_object_set_new(o, "organisationKind", json_string(org_kind_code(org->kind)));
    }
    json_object_set_new(o, "region",
                        has_region ? json_string(vocab_region(v, org->region)->code) : json_null());
    json_object_set_new(o, "locationId", house != NULL ? json_integer(house->id.v) : json_null());
    json_object_set_new(o, "locationName", house != NULL ? json_string(house->name) : json_null());
}

static json_t *session_json(struct http_app *app, const struct session *s, const struct account *a,
                            const struct session_id *id)
{
    json_t *o = json_object();
    char csrf[CSRF_TEXT_SIZE], at[TIME_TEXT_SIZE];
    uint8_t raw[16];

    session_id_csrf(id, raw);
    json_object_set_new(o, "account", json_string(a->username));
    json_object_set_new(o, "displayNl", json_string(a->display_nl));
    json_object_set_new(o, "displayEn", json_string(a->display_en));
    json_object_set_new(o, "role", json_string(role_code(a->role)));
    set_places(o, app_engine(app), a);
    json_object_set_new(o, "csrfToken", json_string(csrf_text(raw, csrf)));
    json_object_set_new(o, "idleEndsAt", json_string(time_format(guard_idle_end_ms(app, s, a), at)));
    json_object_set_new(o, "endsAt", json_string(time_format(guard_end_ms(app, s), at)));
    return o;
}

/* ---- sign in: the answers ---- */

static void reply_wrong(const struct late *late)
{
    reply_problem(late, 401, "sign_in", "Wrong name or password",
                  "The name or the password is wrong. After some wrong ones you must wait.");
}

static void reply_wait(const struct late *late, int64_t wait_ms)
{
    reply_problem_wait(late, 429, "sign_in_wait", "Wait before you try again",
                       "Too many wrong passwords. Retry-After says for how long.",
                       (wait_ms + MS_SECOND - 1) / MS_SECOND);
}

static enum err record(struct http_app *app, const char *action, const struct account *a, bool refused)
{
    const struct secrets_port *secrets = &app->parts.secrets;
    const struct access_entry entry = {.at_ms = app_now_ms(app),
                                       .action = action,
                                       .account = a->id,
                                       .org = a->org,
                                       .role = a->role,
                                       .object = a->id.v,
                                       .refused = refused};

    return secrets->record(secrets->ctx, &entry, NULL, NULL);
}

static void on_gone(void *ctx, enum err trouble)
{
    (void)ctx;
    (void)trouble;
}

static void end_session(struct http_app *app, const uint8_t hash[SESSION_HASH_BYTES])
{
    const struct people_port *people = &app->parts.people;

    sse_hub_end_session(app->hub, hash);
    if (people->session_end(people->ctx, hash, on_gone, NULL) != OK)
        log_warn("a session could not be ended in the store: it ends by its times", "");
}

static void on_session_durable(void *ctx, enum err trouble)
{
    struct sign_in *s = ctx;
    struct http_app *app = s->app;
    const struct people_port *people = app != NULL ? &app->parts.people : NULL;
    const struct session *session = NULL;
    const struct account *a = NULL;
    char cookie[SESSION_COOKIE_SIZE];

    if (app == NULL)
        goto out;
    if (trouble == OK) {
        session = people->session_find(people->ctx, s->hash);
        a = people->get(people->ctx, s->account);
        if (session == NULL || a == NULL)
            trouble = ERR_AWAY;
    }
    if (trouble == OK && record(app, "session.start", a, false) != OK) {
        end_session(app, s->hash); /* what is not recorded does not happen */
        trouble = ERR_AWAY;
    }
    if (trouble != OK) {
        reply_trouble(&s->late, trouble);
        goto out;
    }
    if (s->has_old)
        end_session(app, s->old);
    s->late.actor = guard_actor_of_account(a);
    log_info("signed in", "account=%u role=%s", a->id.v, role_code(a->role));
    reply_json_with(&s->late, 201, session_json(app, session, a, &s->id), "Set-Cookie",
                    session_cookie(&s->id, cookie));
    crypto_wipe(cookie, sizeof cookie);
out:
    sign_in_free(s);
}

/* ---- sign in: the verdict ---- */

static void on_wrong(struct sign_in *s, const struct account *a)
{
    struct http_app *app = s->app;
    const struct http_settings *settings = &app->settings;
    const struct people_port *people = &app->parts.people;
    int64_t now = app_now_ms(app);

    if (a == NULL) {
        throttle_fail(app->strangers, s->stranger, settings->sign_in_attempts, settings->sign_in_wait_ms,
                      now);
    } else {
        bool locks = a->failed + 1 >= settings->sign_in_attempts;

        if (locks)
            log_warn("account locked after wrong passwords", "account=%u", a->id.v);
        if (record(app, "session.start", a, true) != OK)
            log_warn("a refused sign-in could not be recorded", "account=%u", a->id.v);
        people->note_sign_in(people->ctx, a->id, locks ? 0 : a->failed + 1,
                             locks ? now + settings->sign_in_wait_ms : 0);
    }
    reply_wrong(&s->late);
    sign_in_free(s);
}

static void on_right(struct sign_in *s, const struct account *a)
{
    struct http_app *app = s->app;
    const struct people_port *people = &app->parts.people;
    int64_t now = app_now_ms(app);
    struct session session = {.account = a->id, .created_ms = now, .seen_ms = now};
    enum err e;

    if (s->door != 0)
        throttle_give_back(app->doors, s->door, &door_rate, now);
    if (a->failed > 0 || a->locked_until_ms != 0)
        people->note_sign_in(people->ctx, a->id, 0, 0);
    s->id = session_id_new();
    session_id_hash(&s->id, s->hash);
    memcpy(session.hash, s->hash, sizeof session.hash);
    session_id_csrf(&s->id, session.csrf);
    e = people->session_add(people->ctx, &session, on_session_durable, s);
    crypto_wipe(&session, sizeof session);
    if (e == OK)
        return;
    reply_trouble(&s->late, e);
    sign_in_free(s);
}

static void judge(void *ctx)
{
    struct sign_in *s = ctx;

    s->is_right = crypto_password_verify(s->password_hash, BYTES(s->password, s->password_len));
    crypto_wipe(s->password, sizeof s->password);
}

static void on_judged(void *ctx, enum err trouble)
{
    struct sign_in *s = ctx;
    struct http_app *app = s->app;
    const struct account *a = NULL;
    int64_t locked = 0;

    if (app == NULL) {
        sign_in_free(s);
        return;
    }
    if (trouble != OK) {
        reply_trouble(&s->late, trouble);
        sign_in_free(s);
        return;
    }
    if (s->account.v != 0)
        a = app->parts.people.get(app->parts.people.ctx, s->account);
    locked =
        a != NULL ? a->locked_until_ms : throttle_locked_until(app->strangers, s->stranger, app_now_ms(app));
    /* Others of the same name were judged meanwhile and locked it: many at once win no more tries. */
    if (locked > app_now_ms(app)) {
        reply_wait(&s->late, locked - app_now_ms(app));
        sign_in_free(s);
    } else if (s->is_right && a != NULL && !a->disabled) {
        on_right(s, a);
    } else {
        on_wrong(s, a);
    }
}

/* ---- sign in: the door ---- */

/* Whose tries are counted together: an IPv4 address or an IPv6 /64. Behind a proxy on a unix socket that is
 * what the proxy saw, the last of X-Forwarded-For; earlier ones are the client's own words. */
static uint64_t door_key(const struct http_app *app, const struct wire_request *r)
{
    char text[WIRE_PEER_SIZE];
    struct in6_addr six;
    struct bytes v;
    size_t from;

    snprintf(text, sizeof text, "%s", r->peer);
    if (text[0] == '\0' && http_head_field(r->head, "X-Forwarded-For", &v)) {
        for (from = v.len; from > 0 && v.p[from - 1] != ',' && v.p[from - 1] != ' ';)
            from--;
        snprintf(text, sizeof text, "%.*s", (int)(v.len - from), (const char *)v.p + from);
    }
    if (text[0] == '\0')
        return 0;
    if (inet_pton(AF_INET6, text, &six) == 1)
        return throttle_key(app->doors, BYTES(six.s6_addr, 8));
    return throttle_key(app->doors, bytes_of_text(text));
}

static size_t count_chars(const char *text)
{
    struct bytes rest = bytes_of_text(text);
    size_t n = 0, step;
    uint32_t c;

    while ((step = bytes_utf8(rest, &c)) > 0) {
        rest = BYTES(rest.p + step, rest.len - step);
        n++;
    }
    return n;
}

static const char *read_text(struct call *call, const char *name, size_t bytes_max, size_t chars_max)
{
    struct json_at at = json_field(json_root(call->body), name);
    int before = call->faults.n;
    const char *text = json_text(at, bytes_max, &call->faults);

    if (call->faults.n == before && text[0] == '\0')
        json_fault_add(&call->faults, at.pointer, "%s", "must not be empty");
    else if (call->faults.n == before && count_chars(text) > chars_max)
        json_fault_add(&call->faults, at.pointer, "must have at most %zu characters", chars_max);
    return text;
}

/* The account behind a name, if it may come in by password at all. Names are kept in lower case. */
static const struct account *find_account(const struct http_app *app, const char *username,
                                          char folded[USERNAME_SIZE])
{
    const struct people_port *people = &app->parts.people;
    const struct account *a;

    snprintf(folded, USERNAME_SIZE, "%s", username);
    for (char *c = folded; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    a = people->find(people->ctx, folded);
    return a != NULL && !a->disabled && strncmp(a->password_hash, "$argon2id$", 10) == 0 ? a : NULL;
}

static void start(struct call *call, const char *username, const char *password)
{
    struct http_app *app = call->late.app;
    int64_t now = app_now_ms(app);
    struct sign_in *s = sign_in_new(call);
    struct guard_found old;
    char folded[USERNAME_SIZE];
    const struct account *a = find_account(app, username, folded);
    int64_t wait = 0;
    enum err e = OK;

    s->account.v = a != NULL ? a->id.v : 0;
    s->stranger = throttle_key(app->strangers, bytes_of_text(folded));
    wait = (a != NULL ? a->locked_until_ms : throttle_locked_until(app->strangers, s->stranger, now)) - now;
    s->door = door_key(app, call->request);
    if (wait <= 0 && s->door != 0)
        wait = throttle_take(app->doors, s->door, &door_rate, now);
    if (wait > 0) {
        reply_wait(&call->late, wait);
        sign_in_free(s);
        return;
    }
    guard_find(app, call->request->head, &old);
    if (old.session != NULL) {
        s->has_old = true;
        memcpy(s->old, old.session->hash, sizeof s->old);
    }
    crypto_wipe(&old, sizeof old);
    snprintf(s->password_hash, sizeof s->password_hash, "%s", a != NULL ? a->password_hash : app->dummy_hash);
    s->password_len = strlen(password);
    memcpy(s->password, password, s->password_len);
    e = offload_run(app->parts.offload, judge, on_judged, s);
    if (e == OK)
        return;
    if (s->door != 0)
        throttle_give_back(app->doors, s->door, &door_rate, now);
    reply_trouble(&s->late, e);
    sign_in_free(s);
}

void api_session_post(struct call *call)
{
    static const char *const names[] = {"username", "password"};
    const char *username, *password;

    json_only(json_root(call->body), names, COUNT_OF(names), &call->faults);
    username = read_text(call, "username", USERNAME_SIZE - 1, USERNAME_SIZE - 1);
    password = read_text(call, "password", PASSWORD_BYTES_MAX, PASSWORD_CHARS_MAX);
    if (call->faults.n > 0)
        reply_faults(&call->late, 400, &call->faults);
    else
        start(call, username, password);
}

/* ---- who am I ---- */

void api_session_get(struct call *call)
{
    struct guard_found found;

    guard_find(call->late.app, call->request->head, &found);
    CHECK(found.session != NULL); /* the door let this call in by it */
    reply_json(&call->late, 200, session_json(call->late.app, found.session, found.account, &found.id));
    crypto_wipe(&found.id, sizeof found.id);
}

/* ---- sign out ---- */

static void on_signed_out(void *ctx, enum err trouble)
{
    struct sign_in *s = ctx;
    char cookie[SESSION_COOKIE_SIZE];
    const struct wire_header h = {"Set-Cookie", session_cookie(NULL, cookie)};

    if (s->app != NULL) {
        /* The desk may be shared: the browser forgets its session also when the store cannot. */
        if (trouble == OK)
            reply_bytes(&s->late, 204, REPLY_API, NULL, &h, 1, BYTES(NULL, 0));
        else
            reply_problem_header(&s->late, 503, "away", "Signed out here only",
                                 "This browser is signed out. The session itself ends by its times.", h.name,
                                 h.value);
    }
    sign_in_free(s);
}

void api_session_delete(struct call *call)
{
    struct http_app *app = call->late.app;
    const struct people_port *people = &app->parts.people;
    const struct account *a = people->get(people->ctx, call->session->account);
    struct sign_in *s = sign_in_new(call);
    enum err e;

    memcpy(s->hash, call->session->hash, sizeof s->hash);
    if (a != NULL && record(app, "session.end", a, false) != OK)
        log_warn("a sign-out could not be recorded", "account=%u", a->id.v);
    sse_hub_end_session(app->hub, s->hash);
    /* The session is not found any more from this call on. To wait for the database while it is away would
     * leave somebody at a shared desk before a page that does not say that they are signed out. */
    if (flow_state(app->parts.flow) != FLOW_OK) {
        e = people->session_end(people->ctx, s->hash, on_gone, NULL);
        /* Only queued: a restart before the database is back would find the session again. */
        on_signed_out(s, e == OK ? ERR_AWAY : e == ERR_NOT_FOUND ? OK : e);
        return;
    }
    e = people->session_end(people->ctx, s->hash, on_signed_out, s);
    if (e != OK)
        on_signed_out(s, e == ERR_NOT_FOUND ? OK : e);
}
