/* The few cryptographic jobs the product has, over libsodium: random bytes, hashing, sealing a field,
 * passwords, and text forms of bytes. Nothing here invents; parameters come from the design (limits:
 * security). */
#ifndef PLEK_BASE_CRYPTO_H
#define PLEK_BASE_CRYPTO_H

#include "base/bytes.h"

#define CRYPTO_KEY_BYTES 32
#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_SEAL_OVERHEAD (1 + 24 + 16) /* version, XChaCha20 nonce, Poly1305 tag */
#define CRYPTO_PASSWORD_HASH_SIZE 128

struct crypto_key {
    uint8_t k[CRYPTO_KEY_BYTES];
};

/* Start libsodium; call once before any other. Aborts if the machine has no randomness. */
void crypto_start(void);

void crypto_random(void *out, size_t len);
uint64_t crypto_random_u64(void);
void crypto_sha256(struct bytes in, uint8_t out[CRYPTO_SHA256_BYTES]);
/* BLAKE2b without a key, of as many bytes as are asked (16 .. 64): for names of our own. Several times faster
 * than SHA-256 in libsodium. */
void crypto_blake2b(struct bytes in, uint8_t *out, size_t out_len);
bool crypto_equal(const void *a, const void *b, size_t len); /* constant time */
void crypto_wipe(void *p, size_t len);

/* Seal PLAIN under KEY with XChaCha20-Poly1305 and a random nonce; AD ("table:row:column") binds it to its
 * place, so a ciphertext moved elsewhere does not open. Appends version byte, nonce, ciphertext and tag to
 * OUT. */
void crypto_seal(const struct crypto_key *key, struct bytes ad, struct bytes plain, struct buf *out);

/* Open what crypto_seal made; appends the plain bytes to OUT, which the caller wipes (crypto_wipe) before
 * freeing it if they are personal. ERR_CRYPTO if key, place or bytes differ. */
MUST_CHECK enum err crypto_open(const struct crypto_key *key, struct bytes ad, struct bytes sealed,
                                struct buf *out);

/* Read a 32-byte key from a file that only its owner may read (mode 0600 or stricter, regular file, exactly
 * 32 bytes or 64 hex digits and a newline). ERR_IO if it cannot be read, ERR_BAD_INPUT if mode or length is
 * wrong. */
MUST_CHECK enum err crypto_key_load(const char *path, struct crypto_key *key);

/* Make a new random key in a new file of mode 0600 (hex and a newline), on disk when this returns;
 * ERR_CONFLICT if the file exists already, ERR_IO otherwise, which leaves no file behind. */
MUST_CHECK enum err crypto_key_create(const char *path);

/* Argon2id. OPS and MEM_BYTES are the cost (product: 3 and 64 MiB). Slow (about 0.1 s): never on the event
 * loop. ERR_BUSY if the memory cannot be had. OPS is at least 1 and MEM_BYTES at least 8 KiB. */
MUST_CHECK enum err crypto_password_hash(struct bytes password, unsigned ops, size_t mem_bytes,
                                         char out[CRYPTO_PASSWORD_HASH_SIZE]);
/* As slow as the hash it is given. False for a wrong password, for NULL and for what is no Argon2id hash. */
bool crypto_password_verify(const char *hash, struct bytes password);

/* Lower-case hex and unpadded base64url. Encoders append to OUT; decoders refuse anything else with
 * ERR_BAD_INPUT. */
void crypto_hex(struct bytes in, struct buf *out);
MUST_CHECK enum err crypto_unhex(struct bytes text, struct buf *out);
void crypto_base64url(struct bytes in, struct buf *out);
MUST_CHECK enum err crypto_unbase64url(struct bytes text, struct buf *out);
/* Ordinary base64 (RFC 4648, section 4: + and /, with its padding), as browsers make it; ERR_BAD_INPUT for
 * anything else, white space included. */
MUST_CHECK enum err crypto_unbase64(struct bytes text, struct buf *out);
void crypto_base64(struct bytes in, struct buf *out); /* the same, written */

/* Ed25519 (RFC 8032), so that others can tell that bytes came from us. SEED is the private key. */
#define CRYPTO_ED25519_PUBLIC_BYTES 32
#define CRYPTO_ED25519_SIGNATURE_BYTES 64
void crypto_ed25519_public(const struct crypto_key *seed, uint8_t out[CRYPTO_ED25519_PUBLIC_BYTES]);
void crypto_ed25519_sign(const struct crypto_key *seed, struct bytes message,
                         uint8_t out[CRYPTO_ED25519_SIGNATURE_BYTES]);

#endif
