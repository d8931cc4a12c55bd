#include "base/crypto.h"

#include "base/check.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEAL_VERSION 1
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_TEXT_BYTES (2 * CRYPTO_KEY_BYTES + 1)

_Static_assert(CRYPTO_SEAL_OVERHEAD == 1 + NONCE_BYTES + TAG_BYTES, "seal layout");
_Static_assert(CRYPTO_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(CRYPTO_SHA256_BYTES == SHA256_DIGEST_LENGTH, "hash size");
_Static_assert(CRYPTO_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "password hash size");

void crypto_start(void)
{
    CHECK(sodium_init() >= 0);
}

void crypto_random(void *out, size_t len)
{
    randombytes_buf(out, len);
}

uint64_t crypto_random_u64(void)
{
    uint64_t v = 0;

    randombytes_buf(&v, sizeof v);
    return v;
}

_Static_assert(CRYPTO_BOX_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "box key size");
_Static_assert(CRYPTO_BOX_OVERHEAD == crypto_box_SEALBYTES, "sealed box layout");

void crypto_box_to(const uint8_t public_key[CRYPTO_BOX_KEY_BYTES], struct bytes plain, struct buf *out)
{
    uint8_t *box = buf_extend(out, plain.len + CRYPTO_BOX_OVERHEAD);

    CHECK(crypto_box_seal(box, plain.p, plain.len, public_key) == 0);
}

/* OpenSSL's, because it uses the processor's own instructions where there are any: six times as fast as
 * libsodium's for the body of a batch (86 against 510 us for 150 kB), and every write has its body hashed. */
void crypto_sha256(struct bytes in, uint8_t out[CRYPTO_SHA256_BYTES])
{
    CHECK(SHA256(in.p, in.len, out) != NULL);
}

void crypto_blake2b(struct bytes in, uint8_t *out, size_t out_len)
{
    CHECK(out_len >= crypto_generichash_BYTES_MIN && out_len <= crypto_generichash_BYTES_MAX);
    CHECK(crypto_generichash(out, out_len, in.p, in.len, NULL, 0) == 0);
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void crypto_wipe(void *p, size_t len)
{
    sodium_memzero(p, len);
}

void crypto_seal(const struct crypto_key *key, struct bytes ad, struct bytes plain, struct buf *out)
{
    uint8_t *sealed = buf_extend(out, plain.len + CRYPTO_SEAL_OVERHEAD);
    uint8_t *nonce = sealed + 1;

    sealed[0] = SEAL_VERSION;
    randombytes_buf(nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, plain.p, plain.len, ad.p, ad.len,
                                               NULL, nonce, key->k);
}

enum err crypto_open(const struct crypto_key *key, struct bytes ad, struct bytes sealed, struct buf *out)
{
    size_t before = out->len;
    size_t plain_len = 0;
    const uint8_t *nonce = NULL;
    uint8_t *plain = NULL;

    if (sealed.len < CRYPTO_SEAL_OVERHEAD || sealed.p[0] != SEAL_VERSION)
        return ERR_CRYPTO;
    nonce = sealed.p + 1;
    plain_len = sealed.len - CRYPTO_SEAL_OVERHEAD;
    plain = buf_extend(out, plain_len);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + NONCE_BYTES,
                                                   plain_len + TAG_BYTES, ad.p, ad.len, nonce, key->k) != 0) {
        out->len = before;
        return ERR_CRYPTO;
    }
    return OK;
}

/* ---- key files ---- */

/* Read until SIZE bytes, the end or trouble; -1 for trouble. */
static ssize_t read_up_to(int fd, uint8_t *out, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t n = read(fd, out + len, size - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static enum err key_of_file(struct bytes content, struct crypto_key *key)
{
    struct buf raw = {0};
    enum err e = ERR_BAD_INPUT;

    if (content.len == KEY_TEXT_BYTES && content.p[content.len - 1] == '\n') {
        e = crypto_unhex(BYTES(content.p, content.len - 1), &raw);
        content = buf_view(&raw);
    } else if (content.len == CRYPTO_KEY_BYTES) {
        e = OK;
    }
    if (e == OK)
        memcpy(key->k, content.p, CRYPTO_KEY_BYTES);
    if (raw.p != NULL)
        crypto_wipe(raw.p, raw.cap);
    buf_fini(&raw);
    return e;
}

enum err crypto_key_load(const char *path, struct crypto_key *key)
{
    uint8_t content[KEY_TEXT_BYTES + 1]; /* one more, to see that a file is too long */
    struct stat st;
    ssize_t n = 0;
    enum err e = ERR_IO;
    /* O_NONBLOCK: a FIFO put in the place of the file must not stop the start. Links are followed, the target
     * is judged: secret stores hand out links. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return ERR_IO;
    if (fstat(fd, &st) != 0)
        goto out;
    e = ERR_BAD_INPUT;
    if (!S_ISREG(st.st_mode) || (st.st_mode & 07777 & ~(mode_t)(S_IRUSR | S_IWUSR)) != 0)
        goto out;
    n = read_up_to(fd, content, sizeof content);
    if (n < 0)
        e = ERR_IO;
    else
        e = key_of_file(BYTES(content, (size_t)n), key);
out:
    crypto_wipe(content, sizeof content);
    close(fd);
    return e;
}

static bool write_durably(int fd, struct bytes v)
{
    while (v.len > 0) {
        ssize_t n = write(fd, v.p, v.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        v = BYTES(v.p + n, v.len - (size_t)n);
    }
    return fsync(fd) == 0;
}

/* Make the name of a new file last a power cut as its content does. */
static bool sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char *directory = slash == NULL ? mem_dup_text(".") : mem_dup(path, len);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(directory);
    return done;
}

enum err crypto_key_create(const char *path)
{
    struct crypto_key key;
    struct buf text = {0};
    enum err e = ERR_IO;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return errno == EEXIST ? ERR_CONFLICT : ERR_IO;
    crypto_random(key.k, sizeof key.k);
    crypto_hex(BYTES(key.k, sizeof key.k), &text);
    buf_text(&text, "\n");
    if (write_durably(fd, buf_view(&text)) && sync_directory_of(path))
        e = OK;
    if (close(fd) != 0)
        e = ERR_IO;
    /* Half a key would block the next try and be taken for a real one by people. */
    if (e != OK)
        unlink(path);
    crypto_wipe(&key, sizeof key);
    crypto_wipe(text.p, text.cap);
    buf_fini(&text);
    return e;
}

/* ---- passwords ---- */

enum err crypto_password_hash(struct bytes password, unsigned ops, size_t mem_bytes,
                              char out[CRYPTO_PASSWORD_HASH_SIZE])
{
    char hash[CRYPTO_PASSWORD_HASH_SIZE];

    /* The cost comes from the settings table, which has these ranges. */
    CHECK(ops >= crypto_pwhash_argon2id_OPSLIMIT_MIN && mem_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN);
    if (crypto_pwhash_argon2id_str(hash, (const char *)password.p, password.len, ops, mem_bytes) != 0)
        return ERR_BUSY;
    memcpy(out, hash, sizeof hash);
    return OK;
}

bool crypto_password_verify(const char *hash, struct bytes password)
{
    return hash != NULL &&
           crypto_pwhash_argon2id_str_verify(hash, (const char *)password.p, password.len) == 0;
}

/* ---- text forms ---- */

void crypto_hex(struct bytes in, struct buf *out)
{
    char *text = NULL;

    CHECK(in.len < SIZE_MAX / 4);
    /* libsodium writes a NUL too. */
    text = (char *)buf_extend(out, 2 * in.len + 1);
    sodium_bin2hex(text, 2 * in.len + 1, in.p, in.len);
    out->len--;
}

enum err crypto_unhex(struct bytes text, struct buf *out)
{
    size_t before = out->len;
    uint8_t *raw = NULL;

    for (size_t i = 0; i < text.len; i++) {
        /* libsodium would take capitals; one form per value keeps comparing texts sound. */
        if (text.p[i] >= 'A' && text.p[i] <= 'F')
            return ERR_BAD_INPUT;
    }
    raw = buf_extend(out, text.len / 2);
    /* Without a place for the end it refuses what it cannot read to the last digit, and half a byte. */
    if (sodium_hex2bin(raw, text.len / 2, (const char *)text.p, text.len, NULL, NULL, NULL) != 0) {
        out->len = before;
        return ERR_BAD_INPUT;
    }
    return OK;
}

void crypto_base64url(struct bytes in, struct buf *out)
{
    size_t size = 0;

    CHECK(in.len < SIZE_MAX / 4);
    size = sodium_base64_encoded_len(in.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_bin2base64((char *)buf_extend(out, size), size, in.p, in.len,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    out->len--; /* the NUL */
}

static enum err unbase64(struct bytes text, int variant, struct buf *out)
{
    size_t before = out->len;
    size_t room = text.len / 4 * 3 + 3;
    size_t len = 0;
    uint8_t *raw = buf_extend(out, room);
    const char *end = NULL;

    if (text.len > 0 &&
        (sodium_base642bin(raw, room, (const char *)text.p, text.len, NULL, &len, &end, variant) != 0 ||
         end != (const char *)text.p + text.len)) {
        out->len = before;
        return ERR_BAD_INPUT;
    }
    out->len = before + len;
    return OK;
}

enum err crypto_unbase64url(struct bytes text, struct buf *out)
{
    return unbase64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, out);
}

enum err crypto_unbase64(struct bytes text, struct buf *out)
{
    return unbase64(text, sodium_base64_VARIANT_ORIGINAL, out);
}

void crypto_base64(struct bytes in, struct buf *out)
{
    size_t size = 0;

    CHECK(in.len < SIZE_MAX / 4);
    size = sodium_base64_encoded_len(in.len, sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2base64((char *)buf_extend(out, size), size, in.p, in.len, sodium_base64_VARIANT_ORIGINAL);
    out->len--; /* the NUL */
}

/* ---- signatures ---- */

_Static_assert(CRYPTO_KEY_BYTES == crypto_sign_SEEDBYTES, "a key file holds a seed");

void crypto_ed25519_public(const struct crypto_key *seed, uint8_t out[CRYPTO_ED25519_PUBLIC_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];

    crypto_sign_seed_keypair(out, secret, seed->k);
    sodium_memzero(secret, sizeof secret);
}

void crypto_ed25519_sign(const struct crypto_key *seed, struct bytes message,
                         uint8_t out[CRYPTO_ED25519_SIGNATURE_BYTES])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES], public[CRYPTO_ED25519_PUBLIC_BYTES];

    crypto_sign_seed_keypair(public, secret, seed->k);
    crypto_sign_detached(out, NULL, message.p, message.len, secret);
    sodium_memzero(secret, sizeof secret);
}
