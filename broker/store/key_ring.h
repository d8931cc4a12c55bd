/* The keys of referrals. What describes a household is sealed with a random key of its referral; that key
 * lies in table referral_key, sealed by the master key (store/vault.h). Overwriting it makes the facts
 * unreadable wherever they lie: journal, copies, exports. Copies of the table itself (backups) still hold the
 * wrapped key until the master key is changed and the old one destroyed: key_ring_rewrap is that step.
 *
 * The ring keeps keys in locked memory that is not dumped, at most KEYS_MAX (32 bytes each; a full ring of
 * 65,536 is 2 MiB), and forgets the one not used for longest. A key that is not in memory is looked up in the
 * database by the journal before it seals; the ring itself never reads while the loop runs.
 *
 * Life of a new key: made (in memory only, FRESH) → its wrapped form is inserted in the same transaction as
 * the first row it seals → key_ring_kept. A fresh key is never forgotten. */
#ifndef PLEK_STORE_KEY_RING_H
#define PLEK_STORE_KEY_RING_H

#include "base/crypto.h"
#include "core/ids.h"
#include "store/db_blocking.h"
#include "store/vault.h"

struct key_ring;

#define KEY_RING_KEYS_MAX 65536u

/* VAULT wraps and is borrowed for the ring's life. KEYS_MAX >= 1. */
struct key_ring *key_ring_new(const struct vault *vault, size_t keys_max);
void key_ring_free(struct key_ring *r); /* wipes everything; NULL is fine */

enum key_state {
    KEY_READY,     /* in memory */
    KEY_ABSENT,    /* certainly has none yet: key_ring_make may make one */
    KEY_ELSEWHERE, /* not in memory; the table knows */
    KEY_DESTROYED, /* was destroyed: there is nothing to seal for */
};
enum key_state key_ring_look(struct key_ring *r, struct referral_id id);

/* Say that the table has no key above HIGHEST, so new referrals need not be looked up; journal_load does it.
 * Until then every id that is not in memory is KEY_ELSEWHERE. Ids put and made raise it. */
void key_ring_set_highest(struct key_ring *r, struct referral_id highest);

/* Take over the wrapped key of ID as the table holds it; an empty one means destroyed. ERR_CRYPTO if no
 * master key at hand opens it; ERR_BUSY if the ring is full of fresh keys. */
MUST_CHECK enum err key_ring_put(struct key_ring *r, struct referral_id id, struct bytes wrapped);

/* Make a fresh random key for an ID that has none (KEY_ABSENT, or KEY_ELSEWHERE and the table has no row for
 * it) and append its wrapped form to WRAPPED. ERR_BUSY as above. */
MUST_CHECK enum err key_ring_make(struct key_ring *r, struct referral_id id, struct buf *wrapped);
/* The transaction with ID's wrapped key is committed. */
void key_ring_kept(struct key_ring *r, struct referral_id id);
/* Seal or open the private part of journal row SEQ with the key of ID (KEY_READY). The associated data is
 * "journal:<seq>:private". Appends to OUT; ERR_CRYPTO if it does not open, ERR_NOT_FOUND if the key is not
 * ready. */
MUST_CHECK enum err key_ring_seal(struct key_ring *r, struct referral_id id, uint64_t seq, struct bytes plain,
                                  struct buf *out);
MUST_CHECK enum err key_ring_open(struct key_ring *r, struct referral_id id, uint64_t seq,
                                  struct bytes sealed, struct buf *out);

/* Destroy the key of ID for ever: the wrapped key in the table is overwritten with NULL and the one in memory
 * wiped. ERR_NOT_FOUND if the referral has no key in the table (nothing private was kept, or not yet).
 * Destroying twice is OK and keeps the first moment. Blocking: for `plek` and retention jobs. A broker that
 * runs meanwhile is told by key_ring_forget. */
MUST_CHECK enum err key_ring_destroy(struct key_ring *r, struct db *db, struct referral_id id, int64_t at_ms);
/* Wipe from memory and count as destroyed. */
void key_ring_forget(struct key_ring *r, struct referral_id id);

/* Wrap anew, with the vault's current master, every key that an older master wraps; in transactions of 500,
 * so it may be stopped and run again. COUNT is how many were changed. ERR_CRYPTO names in WHY a key that no
 * master at hand opens. Blocking. */
MUST_CHECK enum err key_ring_rewrap(struct key_ring *r, struct db *db, uint64_t *count, char *why,
                                    size_t why_size);

size_t key_ring_capacity(const struct key_ring *r); /* KEYS_MAX */
size_t key_ring_count(const struct key_ring *r);    /* keys in memory */

#endif
