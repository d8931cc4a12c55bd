/* The master key, ready for one purpose. From the master (a key file, base/crypto.h) a subkey is derived per
 * purpose, so that a ciphertext of one kind cannot be opened as another and the master itself seals nothing.
 * What a vault seals begins with the id of the master (4 bytes of a hash of it), so after a change of master
 * the old ciphertexts are still told apart and opened while the previous key is at hand. */
#ifndef PLEK_STORE_VAULT_H
#define PLEK_STORE_VAULT_H

#include "base/crypto.h"

enum vault_purpose { VAULT_REFERRAL_KEYS = 1, VAULT_LOCATIONS = 2, VAULT_TARGETS = 3 };

struct vault;

/* PREVIOUS (may be NULL) only opens. Both are borrowed for the call. The caller frees the vault. */
struct vault *vault_new(enum vault_purpose purpose, const struct crypto_key *master,
                        const struct crypto_key *previous);
void vault_free(struct vault *v); /* wipes; NULL is fine */

/* Read the master key file, and the previous one where PREVIOUS_PATH is not NULL; errors of
 * crypto_key_load. */
MUST_CHECK enum err vault_open_files(enum vault_purpose purpose, const char *master_path,
                                     const char *previous_path, struct vault **out);

void vault_seal(const struct vault *v, struct bytes ad, struct bytes plain, struct buf *out);
/* ERR_CRYPTO if no key at hand has that id, or bytes or place differ. The caller wipes OUT. */
MUST_CHECK enum err vault_open(const struct vault *v, struct bytes ad, struct bytes sealed, struct buf *out);

uint32_t vault_key_id(const struct vault *v);  /* of the current master */
uint32_t vault_key_id_of(struct bytes sealed); /* 0 if too short */

#endif
