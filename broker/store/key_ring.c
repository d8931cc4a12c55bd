#include "store/key_ring.h"

#include "base/check.h"
#include "base/mem.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define NO_SLOT UINT32_MAX
#define REWRAP_BATCH 500u
#define AD_SIZE 64

/* One referral that we know something of. The hash keeps order of use: the first is the one not used for
 * longest. Key bytes lie apart, in the locked block. */
struct entry {
    uint64_t referral;
    uint32_t slot; /* of the locked block; NO_SLOT: destroyed */
    bool fresh;    /* its wrapped form is not committed yet: must not be forgotten */
    UT_hash_handle hh;
};

struct key_ring {
    const struct vault *vault;
    struct entry *entries;
    struct crypto_key *slots; /* KEYS_MAX of them, locked and not dumped */
    uint32_t *unused;
    size_t n_unused, keys_max;
    uint64_t highest; /* above it no referral has a key in the table */
    bool highest_known;
};

struct key_ring *key_ring_new(const struct vault *vault, size_t keys_max)
{
    struct key_ring *r = mem_new(1, sizeof *r);

    CHECK(keys_max >= 1 && keys_max < NO_SLOT);
    r->vault = vault;
    r->keys_max = keys_max;
    r->slots = sodium_allocarray(keys_max, sizeof *r->slots);
    CHECK(r->slots != NULL);
    r->unused = mem_new(keys_max, sizeof *r->unused);
    for (size_t i = 0; i < keys_max; i++)
        r->unused[r->n_unused++] = (uint32_t)(keys_max - 1 - i);
    return r;
}

void key_ring_free(struct key_ring *r)
{
    struct entry *e, *next;

    if (r == NULL)
        return;
    HASH_ITER(hh, r->entries, e, next)
    {
        HASH_DEL(r->entries, e);
        free(e);
    }
    sodium_free(r->slots);
    free(r->unused);
    free(r);
}

/* ---- entries ---- */

static void release_slot(struct key_ring *r, struct entry *e)
{
    if (e->slot == NO_SLOT)
        return;
    crypto_wipe(&r->slots[e->slot], sizeof r->slots[0]);
    r->unused[r->n_unused++] = e->slot;
    e->slot = NO_SLOT;
}

static void drop(struct key_ring *r, struct entry *e)
{
    release_slot(r, e);
    HASH_DEL(r->entries, e);
    free(e);
}

/* Find and count as used just now. */
static struct entry *touch(struct key_ring *r, struct referral_id id)
{
    struct entry *e = NULL;

    HASH_FIND(hh, r->entries, &id.v, sizeof id.v, e);
    if (e != NULL) {
        HASH_DEL(r->entries, e);
        HASH_ADD(hh, r->entries, referral, sizeof e->referral, e);
    }
    return e;
}

/* Make room for one more entry; false if all are fresh. */
static bool make_room(struct key_ring *r)
{
    struct entry *e, *next;

    if (HASH_COUNT(r->entries) < r->keys_max)
        return true;
    HASH_ITER(hh, r->entries, e, next)
    {
        if (!e->fresh) {
            drop(r, e);
            return true;
        }
    }
    return false;
}

static void raise_highest(struct key_ring *r, struct referral_id id)
{
    if (id.v > r->highest)
        r->highest = id.v;
}

/* Add an entry for ID, which has none; NULL if there is no room. */
static struct entry *add(struct key_ring *r, struct referral_id id, bool with_slot)
{
    struct entry *e;

    if (!make_room(r))
        return NULL;
    e = mem_new(1, sizeof *e);
    e->referral = id.v;
    e->slot = NO_SLOT;
    if (with_slot) {
        CHECK(r->n_unused > 0);
        e->slot = r->unused[--r->n_unused];
    }
    HASH_ADD(hh, r->entries, referral, sizeof e->referral, e);
    raise_highest(r, id);
    return e;
}

/* ---- what is known ---- */

enum key_state key_ring_look(struct key_ring *r, struct referral_id id)
{
    struct entry *e = touch(r, id);

    if (e != NULL)
        return e->slot == NO_SLOT ? KEY_DESTROYED : KEY_READY;
    return r->highest_known && id.v > r->highest ? KEY_ABSENT : KEY_ELSEWHERE;
}

void key_ring_set_highest(struct key_ring *r, struct referral_id highest)
{
    r->highest_known = true;
    raise_highest(r, highest);
}

static struct bytes wrap_ad(struct referral_id id, char out[AD_SIZE])
{
    int n = snprintf(out, AD_SIZE, "referral_key:%" PRIu64 ":wrapped", id.v);

    return BYTES(out, (size_t)n);
}

static struct bytes row_ad(uint64_t seq, char out[AD_SIZE])
{
    int n = snprintf(out, AD_SIZE, "journal:%" PRIu64 ":private", seq);

    return BYTES(out, (size_t)n);
}

static enum err unwrap(const struct key_ring *r, struct referral_id id, struct bytes wrapped,
                       struct crypto_key *out)
{
    char ad[AD_SIZE];
    struct buf plain = {0};
    enum err e = vault_open(r->vault, wrap_ad(id, ad), wrapped, &plain);

    if (e == OK && plain.len != sizeof out->k)
        e = ERR_CRYPTO;
    if (e == OK)
        memcpy(out->k, plain.p, sizeof out->k);
    crypto_wipe(plain.p, plain.len);
    buf_fini(&plain);
    return e;
}

static void wrap(const struct key_ring *r, struct referral_id id, const struct crypto_key *key,
                 struct buf *out)
{
    char ad[AD_SIZE];

    vault_seal(r->vault, wrap_ad(id, ad), BYTES(key->k, sizeof key->k), out);
}

enum err key_ring_put(struct key_ring *r, struct referral_id id, struct bytes wrapped)
{
    struct crypto_key key;
    struct entry *e = touch(r, id);
    enum err err;

    if (e != NULL && wrapped.len > 0)
        return OK; /* the same key; or destroyed here a moment ago, which wins */
    if (wrapped.len == 0) {
        if (e == NULL)
            e = add(r, id, false);
        if (e == NULL)
            return ERR_BUSY;
        release_slot(r, e);
        return OK;
    }
    err = unwrap(r, id, wrapped, &key);
    if (err == OK) {
        e = add(r, id, true);
        if (e == NULL)
            err = ERR_BUSY;
        else
            r->slots[e->slot] = key;
    }
    crypto_wipe(&key, sizeof key);
    return err;
}

enum err key_ring_make(struct key_ring *r, struct referral_id id, struct buf *wrapped)
{
    struct entry *e = touch(r, id);

    CHECK(e == NULL);
    e = add(r, id, true);
    if (e == NULL)
        return ERR_BUSY;
    e->fresh = true;
    crypto_random(r->slots[e->slot].k, sizeof r->slots[e->slot].k);
    wrap(r, id, &r->slots[e->slot], wrapped);
    return OK;
}

void key_ring_kept(struct key_ring *r, struct referral_id id)
{
    struct entry *e = touch(r, id);

    if (e != NULL)
        e->fresh = false;
}

static struct entry *ready(struct key_ring *r, struct referral_id id)
{
    struct entry *e = touch(r, id);

    return e != NULL && e->slot != NO_SLOT ? e : NULL;
}

enum err key_ring_seal(struct key_ring *r, struct referral_id id, uint64_t seq, struct bytes plain,
                       struct buf *out)
{
    struct entry *e = ready(r, id);
    char ad[AD_SIZE];

    if (e == NULL)
        return ERR_NOT_FOUND;
    crypto_seal(&r->slots[e->slot], row_ad(seq, ad), plain, out);
    return OK;
}

enum err key_ring_open(struct key_ring *r, struct referral_id id, uint64_t seq, struct bytes sealed,
                       struct buf *out)
{
    struct entry *e = ready(r, id);
    char ad[AD_SIZE];

    if (e == NULL)
        return ERR_NOT_FOUND;
    return crypto_open(&r->slots[e->slot], row_ad(seq, ad), sealed, out);
}

size_t key_ring_capacity(const struct key_ring *r)
{
    return r->keys_max;
}

size_t key_ring_count(const struct key_ring *r)
{
    return r->keys_max - r->n_unused;
}

/* ---- destruction and change of master: blocking ---- */

void key_ring_forget(struct key_ring *r, struct referral_id id)
{
    struct entry *e = touch(r, id);

    if (e != NULL) {
        release_slot(r, e);
        e->fresh = false;
    }
}

enum err key_ring_destroy(struct key_ring *r, struct db *db, struct referral_id id, int64_t at_ms)
{
    struct buf sql = {0};
    enum err e;

    buf_text(&sql, "UPDATE referral_key SET wrapped=NULL, destroyed_at=COALESCE(destroyed_at,");
    sql_i64(&sql, at_ms);
    buf_text(&sql, ") WHERE referral=");
    sql_u64(&sql, id.v);
    e = db_exec(db, buf_view(&sql), DB_COMMITS);
    if (e == OK && db_affected(db) == 0)
        e = ERR_NOT_FOUND;
    if (e == OK)
        key_ring_forget(r, id);
    buf_fini(&sql);
    return e;
}

/* A batch of keys to be wrapped anew. */
struct rewrap {
    struct key_ring *ring;
    struct buf sql; /* the UPDATEs, each behind its length */
    uint64_t n;
    char *why;
    size_t why_size;
};

static enum err on_old_key(void *ctx, const struct bytes *cells, unsigned n)
{
    struct rewrap *w = ctx;
    struct buf wrapped = {0}, sql = {0};
    struct crypto_key key;
    struct referral_id id;
    enum err e;

    CHECK(n == 2);
    if (!db_cell_u64(cells[0], &id.v))
        return ERR_BAD_INPUT;
    e = unwrap(w->ring, id, cells[1], &key);
    if (e != OK) {
        snprintf(w->why, w->why_size, "no master key at hand opens the key of referral %" PRIu64, id.v);
        return e;
    }
    wrap(w->ring, id, &key, &wrapped);
    crypto_wipe(&key, sizeof key);
    buf_format(&sql, "UPDATE referral_key SET key_version=%u, wrapped=", vault_key_id(w->ring->vault));
    sql_bytes(&sql, buf_view(&wrapped));
    buf_format(&sql, " WHERE wrapped IS NOT NULL AND referral=%" PRIu64, id.v);
    buf_blob(&w->sql, buf_view(&sql));
    w->n++;
    buf_fini(&wrapped);
    buf_fini(&sql);
    return OK;
}

static enum err rewrap_batch(struct rewrap *w, struct db *db)
{
    char sql[160];
    struct bytes_reader updates;
    enum err e = db_exec_text(db, "START TRANSACTION", DB_WRITES);

    w->n = 0;
    buf_clear(&w->sql);
    snprintf(sql, sizeof sql,
             "SELECT referral, wrapped FROM referral_key WHERE key_version <> %u AND wrapped IS NOT NULL "
             "LIMIT %u FOR UPDATE",
             vault_key_id(w->ring->vault), REWRAP_BATCH);
    if (e == OK)
        e = db_each(db, bytes_of_text(sql), on_old_key, w);
    updates = bytes_read(buf_view(&w->sql));
    for (uint64_t i = 0; i < w->n && e == OK; i++)
        e = db_exec(db, bytes_blob(&updates), DB_WRITES);
    if (e == OK)
        return db_exec_text(db, "COMMIT", DB_COMMITS);
    if (db_exec_text(db, "ROLLBACK", DB_WRITES) != OK)
        return ERR_AWAY;
    return e;
}

enum err key_ring_rewrap(struct key_ring *r, struct db *db, uint64_t *count, char *why, size_t why_size)
{
    struct rewrap w = {.ring = r, .why = why, .why_size = why_size};
    enum err e;

    *count = 0;
    snprintf(why, why_size, "the database said no");
    do {
        e = rewrap_batch(&w, db);
        if (e == OK)
            *count += w.n;
    } while (e == OK && w.n > 0);
    buf_fini(&w.sql);
    return e;
}
