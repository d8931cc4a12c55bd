#include "store/vault.h"

#include "base/check.h"
#include "base/mem.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 2
#define KEY_ID_BYTES 4
/* Context of the derivation (crypto_kdf), 8 bytes: names product and scheme. */
static const char KDF_CONTEXT[crypto_kdf_CONTEXTBYTES + 1] = "plekvlt1";
#define KDF_ID_OF_MASTER 0 /* purposes begin at 1 */

_Static_assert(CRYPTO_KEY_BYTES == crypto_kdf_KEYBYTES, "a master key is a key of the derivation");

struct vault {
    struct {
        uint32_t id;
        struct crypto_key *subkey; /* in locked memory */
    } keys[KEYS_MAX];              /* current first */
    size_t n;
};

/* The id is derived like a subkey, so it tells nothing about the master. 0 is kept for "none". */
static uint32_t id_of(const struct crypto_key *master)
{
    uint8_t text[crypto_kdf_BYTES_MIN];
    uint32_t id;

    CHECK(crypto_kdf_derive_from_key(text, sizeof text, KDF_ID_OF_MASTER, KDF_CONTEXT, master->k) == 0);
    memcpy(&id, text, sizeof id);
    return id != 0 ? id : 1;
}

static void add_master(struct vault *v, enum vault_purpose purpose, const struct crypto_key *master)
{
    struct crypto_key *subkey = sodium_malloc(sizeof *subkey);

    CHECK(subkey != NULL && v->n < KEYS_MAX);
    CHECK(crypto_kdf_derive_from_key(subkey->k, sizeof subkey->k, (uint64_t)purpose, KDF_CONTEXT,
                                     master->k) == 0);
    v->keys[v->n].id = id_of(master);
    v->keys[v->n].subkey = subkey;
    v->n++;
}

struct vault *vault_new(enum vault_purpose purpose, const struct crypto_key *master,
                        const struct crypto_key *previous)
{
    struct vault *v = mem_new(1, sizeof *v);

    add_master(v, purpose, master);
    if (previous != NULL)
        add_master(v, purpose, previous);
    return v;
}

void vault_free(struct vault *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->n; i++)
        sodium_free(v->keys[i].subkey); /* wipes */
    free(v);
}

enum err vault_open_files(enum vault_purpose purpose, const char *master_path, const char *previous_path,
                          struct vault **out)
{
    struct crypto_key master, previous;
    enum err e;

    e = crypto_key_load(master_path, &master);
    if (e == OK && previous_path != NULL)
        e = crypto_key_load(previous_path, &previous);
    if (e == OK)
        *out = vault_new(purpose, &master, previous_path != NULL ? &previous : NULL);
    crypto_wipe(&master, sizeof master);
    crypto_wipe(&previous, sizeof previous);
    return e;
}

void vault_seal(const struct vault *v, struct bytes ad, struct bytes plain, struct buf *out)
{
    buf_u32(out, v->keys[0].id);
    crypto_seal(v->keys[0].subkey, ad, plain, out);
}

enum err vault_open(const struct vault *v, struct bytes ad, struct bytes sealed, struct buf *out)
{
    uint32_t id = vault_key_id_of(sealed);

    for (size_t i = 0; i < v->n && id != 0; i++) {
        if (v->keys[i].id == id)
            return crypto_open(v->keys[i].subkey, ad,
                               BYTES(sealed.p + KEY_ID_BYTES, sealed.len - KEY_ID_BYTES), out);
    }
    return ERR_CRYPTO;
}

uint32_t vault_key_id(const struct vault *v)
{
    return v->keys[0].id;
}

uint32_t vault_key_id_of(struct bytes sealed)
{
    struct bytes_reader r = bytes_read(sealed);
    uint32_t id = bytes_u32(&r);

    return r.failed ? 0 : id;
}
