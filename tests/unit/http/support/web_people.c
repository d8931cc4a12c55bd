#include "support/web_people.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS 7
#define SESSIONS 64
#define PENDING 128
#define ENTRIES 256

struct pending {
    people_done_fn *done;
    revealed_fn *revealed;
    void *ctx;
    enum err trouble;
};

struct web_people {
    struct account accounts[ACCOUNTS + 1]; /* by id */
    struct session sessions[SESSIONS];
    bool is_used[SESSIONS];
    struct machine machine;
    struct org_id carries;
    uint8_t spki[CRYPTO_SHA256_BYTES];
    struct pending pending[PENDING];
    unsigned n_pending;
    const char *entries[ENTRIES];
    unsigned n_entries;
    enum err people_trouble, record_trouble;
    bool is_held;
};

static void add(struct web_people *p, enum web_account id, const char *name, enum web_org org, enum role role,
                enum web_location location, const char *hash)
{
    struct account *a = &p->accounts[id];

    *a = (struct account){.id = {id}, .org = {org}, .role = role, .location = {location}};
    snprintf(a->username, sizeof a->username, "%s", name);
    snprintf(a->display_nl, sizeof a->display_nl, "Dienst %s", name);
    snprintf(a->display_en, sizeof a->display_en, "Desk %s", name);
    snprintf(a->password_hash, sizeof a->password_hash, "%s", hash);
}

struct web_people *web_people_new(void)
{
    struct web_people *p = mem_new(1, sizeof *p);
    char hash[CRYPTO_PASSWORD_HASH_SIZE];

    CHECK(crypto_password_hash(bytes_of_text(WEB_PASSWORD), 1, 8192, hash) == OK);
    add(p, WEB_AN_VT, "vt", WEB_VT, ROLE_REFERRER, 0, hash);
    add(p, WEB_AN_VT2, "vt2", WEB_VT, ROLE_REFERRER, 0, hash);
    add(p, WEB_AN_A, "huis-a", WEB_HUIS_A, ROLE_SHELTER, WEB_A, hash);
    add(p, WEB_AN_B, "huis-b", WEB_HUIS_B, ROLE_SHELTER, 0, hash);
    add(p, WEB_AN_GEMEENTE, "gemeente", WEB_GEMEENTE, ROLE_MUNICIPALITY, 0, hash);
    add(p, WEB_AN_GONE, "weg", WEB_VT, ROLE_REFERRER, 0, hash);
    add(p, WEB_AN_NONE, "zonder", WEB_VT, ROLE_REFERRER, 0, "");
    p->accounts[WEB_AN_GONE].disabled = true;
    return p;
}

void web_people_free(struct web_people *p)
{
    free(p);
}

void web_people_enrol(struct web_people *p, const uint8_t spki[CRYPTO_SHA256_BYTES], struct org_id org)
{
    memcpy(p->spki, spki, sizeof p->spki);
    p->carries = org;
    p->machine = (struct machine){.id = 1, .name = "adapter", .carries = &p->carries, .n_carries = 1};
}

static void later(struct web_people *p, people_done_fn *done, revealed_fn *revealed, void *ctx,
                  enum err trouble)
{
    CHECK(p->n_pending < PENDING);
    p->pending[p->n_pending++] = (struct pending){done, revealed, ctx, trouble};
}

void web_people_turn(struct web_people *p)
{
    static const struct revealed_location place = {"Zonnelaan 1, Utrecht", "030 555 0100", "station, hal"};
    struct pending due[PENDING];
    unsigned n = p->n_pending;

    if (p->is_held)
        return;
    memcpy(due, p->pending, sizeof due);
    p->n_pending = 0;
    for (unsigned i = 0; i < n; i++) {
        if (due[i].revealed != NULL)
            due[i].revealed(due[i].ctx, due[i].trouble, due[i].trouble == OK ? &place : NULL);
        else if (due[i].done != NULL)
            due[i].done(due[i].ctx, due[i].trouble);
    }
}

/* ---- the people port ---- */

static const struct account *find(void *ctx, const char *username)
{
    const struct web_people *p = ctx;

    for (unsigned i = 1; i <= ACCOUNTS; i++) {
        if (strcmp(p->accounts[i].username, username) == 0)
            return &p->accounts[i];
    }
    return NULL;
}

static const struct account *get(void *ctx, struct account_id id)
{
    const struct web_people *p = ctx;

    return id.v >= 1 && id.v <= ACCOUNTS ? &p->accounts[id.v] : NULL;
}

static int session_at(const struct web_people *p, const uint8_t hash[SESSION_HASH_BYTES])
{
    for (int i = 0; i < SESSIONS; i++) {
        if (p->is_used[i] && memcmp(p->sessions[i].hash, hash, SESSION_HASH_BYTES) == 0)
            return i;
    }
    return -1;
}

static const struct session *session_find(void *ctx, const uint8_t hash[SESSION_HASH_BYTES])
{
    const struct web_people *p = ctx;
    int i = session_at(p, hash);

    return i >= 0 ? &p->sessions[i] : NULL;
}

static const struct machine *machine_find(void *ctx, const uint8_t spki[CRYPTO_SHA256_BYTES])
{
    const struct web_people *p = ctx;

    return p->machine.id != 0 && memcmp(p->spki, spki, sizeof p->spki) == 0 ? &p->machine : NULL;
}

static void note_sign_in(void *ctx, struct account_id id, uint32_t failed, int64_t locked_until_ms)
{
    struct web_people *p = ctx;

    p->accounts[id.v].failed = failed;
    p->accounts[id.v].locked_until_ms = locked_until_ms;
}

static enum err session_add(void *ctx, const struct session *s, people_done_fn *done, void *done_ctx)
{
    struct web_people *p = ctx;

    for (int i = 0; i < SESSIONS; i++) {
        if (p->is_used[i])
            continue;
        p->is_used[i] = p->people_trouble == OK;
        p->sessions[i] = *s;
        later(p, done, NULL, done_ctx, p->people_trouble);
        return OK;
    }
    return ERR_BUSY;
}

static void session_touch(void *ctx, const uint8_t hash[SESSION_HASH_BYTES], int64_t now_ms)
{
    struct web_people *p = ctx;
    int i = session_at(p, hash);

    if (i >= 0)
        p->sessions[i].seen_ms = now_ms;
}

static enum err session_end(void *ctx, const uint8_t hash[SESSION_HASH_BYTES], people_done_fn *done,
                            void *done_ctx)
{
    struct web_people *p = ctx;
    int i = session_at(p, hash);

    if (i < 0)
        return ERR_NOT_FOUND;
    p->is_used[i] = false;
    later(p, done, NULL, done_ctx, p->people_trouble);
    return OK;
}

static size_t of_org(void *ctx, struct org_id org, const struct account **out, size_t max)
{
    struct web_people *p = ctx;
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(p->accounts) && n < max; i++) {
        if (p->accounts[i].id.v != 0 && p->accounts[i].org.v == org.v)
            out[n++] = &p->accounts[i];
    }
    return n;
}

struct people_port web_people_port(struct web_people *p)
{
    return (struct people_port){.ctx = p,
                                .find = find,
                                .get = get,
                                .of_org = of_org,
                                .session_find = session_find,
                                .machine_find = machine_find,
                                .note_sign_in = note_sign_in,
                                .session_add = session_add,
                                .session_touch = session_touch,
                                .session_end = session_end};
}

/* ---- the secrets port ---- */

static void note(struct web_people *p, const struct access_entry *entry)
{
    CHECK(p->n_entries < ENTRIES);
    p->entries[p->n_entries++] = entry->action;
}

static enum err reveal(void *ctx, struct location_id location, const struct access_entry *entry,
                       revealed_fn *done, void *done_ctx)
{
    struct web_people *p = ctx;

    if (p->record_trouble != OK)
        return p->record_trouble;
    note(p, entry);
    later(p, NULL, done, done_ctx, location.v == WEB_A || location.v == WEB_B ? OK : ERR_NOT_FOUND);
    return OK;
}

static enum err record(void *ctx, const struct access_entry *entry, recorded_fn *done, void *done_ctx)
{
    struct web_people *p = ctx;

    if (p->record_trouble != OK)
        return p->record_trouble;
    note(p, entry);
    if (done != NULL)
        later(p, done, NULL, done_ctx, OK);
    return OK;
}

struct secrets_port web_secrets_port(struct web_people *p)
{
    return (struct secrets_port){.ctx = p, .reveal = reveal, .record = record};
}

/* ---- the notes port ---- */

static enum err put_note(void *ctx, const struct note_locker *locker, int64_t now_ms, struct bytes sealed,
                         note_stored_fn *done, void *done_ctx)
{
    (void)ctx, (void)locker, (void)now_ms, (void)sealed, (void)done, (void)done_ctx;
    return ERR_BUSY;
}

static enum err get_note(void *ctx, const struct note_locker *locker, note_fetched_fn *done, void *done_ctx)
{
    (void)ctx, (void)locker, (void)done, (void)done_ctx;
    return ERR_BUSY;
}

static enum err drop_note(void *ctx, const struct note_locker *locker, int64_t before_ms)
{
    (void)ctx, (void)locker, (void)before_ms;
    return ERR_BUSY;
}

static enum err list_notes(void *ctx, const struct note_locker *after, int64_t before_ms,
                           note_listed_fn *done, void *done_ctx)
{
    (void)ctx, (void)after, (void)before_ms, (void)done, (void)done_ctx;
    return ERR_BUSY;
}

struct notes_port web_notes_port(struct web_people *p)
{
    return (struct notes_port){
        .ctx = p, .put = put_note, .get = get_note, .drop = drop_note, .list = list_notes};
}

/* ---- for the tests ---- */

struct account *web_account(struct web *w, enum web_account id)
{
    return &w->people->accounts[id];
}

unsigned web_sessions(const struct web *w)
{
    unsigned n = 0;

    for (int i = 0; i < SESSIONS; i++)
        n += w->people->is_used[i];
    return n;
}

void web_people_hold(struct web *w, bool hold)
{
    w->people->is_held = hold;
}

void web_people_fail(struct web *w, enum err trouble)
{
    w->people->people_trouble = trouble;
}

void web_record_fails(struct web *w, enum err trouble)
{
    w->people->record_trouble = trouble;
}

unsigned web_recorded(const struct web *w, const char *action)
{
    unsigned n = 0;

    for (unsigned i = 0; i < w->people->n_entries; i++)
        n += action[0] == '\0' || strcmp(w->people->entries[i], action) == 0;
    return n;
}
