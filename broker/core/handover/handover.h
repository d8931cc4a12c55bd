/* The warm handover (warme overdracht) of a household whose request was accepted: what both sides have talked
 * through, and notes that only the receiver can read.
 *
 *   key    made ─► active ─► old ─► retired        note   written ─► picked up ─► destroyed
 *            │      ▲  │ └──────────► retired                ├───────────────────► destroyed
 *            │      │  ▼       ▼                             └─► unreadable
 *            │   loss asked ─► old, retired
 *            │         │       │
 *            └────────►└►lost ◄┘
 *
 * A key is made in a browser of an organisation: its public half is here, its private half only wrapped by a
 * passphrase that we never see. A second person of the organisation confirms its fingerprint before anybody
 * may write to it. The next key makes it old as soon as it is confirmed; an old one is kept while a note to
 * it can still be opened. Lost: nobody knows the passphrase, and what was not picked up must be written
 * again. One person declares a key lost that is not in use. Of the key in use one asks, with a reason, and
 * another one confirms: till then it stays in use. Anybody of the organisation may say that it is not lost,
 * and what nobody confirmed in time lapses: a key must not be one careless tap away from its loss for ever.
 *
 * A note is sealed in the sender's browser. Here are its size, its hash and where its ciphertext lies; that
 * is in a table of its own (flow/notes_port.h) and is destroyed when the note is. By whom it was written is
 * the event's account: the only binding of a sealed box to its sender.
 *
 * Keys are in the journal: a public key and its wrapped private key become known in the same commit, or
 * neither does. The price is that a wrapped key stays in the journal after it was retired; it opens nothing
 * any more, since the ciphertexts are destroyed.
 *
 * Bounds: limits.md, Security (handover note). */
#ifndef PLEK_CORE_HANDOVER_H
#define PLEK_CORE_HANDOVER_H

#include "core/ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct actor;
struct engine;
struct event;
struct fields;
struct referral;
struct request;

#define HANDOVER_ITEMS_MAX 24 /* "nr" in schema/codes/handover_items.csv: one bit each */

#define NOTE_STEP_BYTES 1024 /* the text is padded to whole steps, so that its size says little ... */
#define NOTE_STEPS_MAX 16    /* ... and is 16 KiB at most */
#define NOTE_SEAL_BYTES 48   /* of a sealed box: a public key and the authentication */
#define NOTE_HASH_BYTES 32
#define NOTES_PER_REFERRAL_MAX 32

/* Of one organisation, in any state, for ever: they are in the journal. Two a year are made, a few more by
 * who tries the page; past it somebody plays. Only decide asks: a journal from before there was a bound may
 * have more. */
#define ORG_KEYS_MAX 256
#define ORG_KEY_PUBLIC_BYTES 32
#define ORG_KEY_WRAPPED_MIN 80 /* what the browser made of the private key: salt, costs, nonce, box */
#define ORG_KEY_WRAPPED_MAX 160

struct org_key_id {
    uint32_t v;
};
struct note_id {
    uint32_t v;
};

enum org_key_state {
    ORG_KEY_MADE,
    ORG_KEY_ACTIVE,
    ORG_KEY_OLD,
    ORG_KEY_RETIRED,
    ORG_KEY_LOST,
    ORG_KEY_LOSS_ASKED, /* still in use */
    ORG_KEY_STATE_N
};

/* The order is the journal's: add at the end only. */
enum key_loss_reason {
    KEY_LOSS_FORGOTTEN, /* nobody knows the passphrase any more */
    KEY_LOSS_LEFT,      /* who knew it does not work here any more */
    KEY_LOSS_EXPOSED,   /* somebody knows it who must not */
    KEY_LOSS_OTHER,
    KEY_LOSS_REASON_N
};

enum note_state { NOTE_WRITTEN, NOTE_PICKED_UP, NOTE_UNREADABLE, NOTE_DESTROYED, NOTE_STATE_N };

enum handover_side { HANDOVER_REFERRER, HANDOVER_HOUSE, HANDOVER_SIDE_N };

struct org_key {
    struct org_key_id id;
    struct org_id org;
    enum org_key_state state;
    struct account_id made_by, confirmed_by;
    int64_t made_at_ms, confirmed_at_ms, ended_at_ms; /* 0 = not; ended: retired or lost */
    uint8_t public_key[ORG_KEY_PUBLIC_BYTES];
    uint8_t wrapped[ORG_KEY_WRAPPED_MAX]; /* emptied when it is retired or lost */
    uint8_t wrapped_bytes;
    uint32_t unread; /* notes to it that nobody picked up */
    uint32_t held;   /* notes to it whose ciphertext is not destroyed, unreadable ones not counted */
    struct key_loss {
        struct account_id asked_by; /* of the key in use; 0 = nobody asks, or one person was enough */
        struct account_id by;       /* lost: who declared or confirmed it */
        int64_t asked_at_ms;
        int64_t until_ms; /* loss asked: it lapses then; 0 else */
        enum key_loss_reason reason;
        bool alone; /* lost in a journal before version 5: by one person, who said no reason */
    } loss;         /* all 0 unless loss asked or lost */
};

struct sealed_note {
    struct note_id id;
    struct referral_id referral;
    struct request_id request; /* the accepted one of that moment */
    struct org_key_id key;     /* of the receiver */
    enum handover_side from;
    enum note_state state;
    uint64_t locker_hi, locker_lo; /* where the ciphertext lies; drawn from the writer's Idempotency-Key */
    uint8_t hash[NOTE_HASH_BYTES]; /* SHA-256 of the ciphertext */
    uint16_t bytes;                /* of it */
    struct account_id written_by, picked_up_by;
    int64_t written_at_ms, picked_up_at_ms, ended_at_ms; /* 0 = not; ended: unreadable or destroyed */
    int64_t destroy_at_ms; /* the ciphertext goes then; of an unreadable note it is gone with its state */
    struct note_id before; /* the note of the same referral before this one; 0 = none */
};

/* The list of one accepted request, a bridge bed's too. An item is acknowledged when it was arranged or found
 * not to be needed: which of the two is said between the two sides and is not kept. */
struct handover {
    struct referral_id referral;
    struct request_id request;
    uint32_t required; /* items that were required when the list was begun */
    uint32_t acknowledged[HANDOVER_SIDE_N];
    int64_t acknowledged_at_ms[HANDOVER_SIDE_N][HANDOVER_ITEMS_MAX]; /* 0 = not */
    int64_t complete_at_ms; /* both sides acknowledged everything required; 0 = not (any more) */
};

bool org_key_may_become(enum org_key_state from, enum org_key_state to);
bool note_may_become(enum note_state from, enum note_state to);
/* "made" "active" "old" "retired" "lost" "loss_asked" */
const char *org_key_state_code(enum org_key_state s);
const char *key_loss_reason_code(enum key_loss_reason r); /* "wachtzin_vergeten" ... */
const char *const *key_loss_reason_codes(void);           /* KEY_LOSS_REASON_N of them */
const char *note_state_code(enum note_state s);           /* "written" "picked_up" "unreadable" "destroyed" */
const char *handover_side_code(enum handover_side s);     /* "referrer" "house" */

/* Whole steps of the padded text, sealed. */
bool note_bytes_are_valid(size_t bytes);

/* ---- look; everything returned is borrowed until the next apply, NULL = none ---- */
uint32_t engine_org_keys(const struct engine *e); /* ids are 1..n */
uint32_t engine_notes(const struct engine *e);
uint32_t engine_org_keys_of(const struct engine *e, struct org_id org); /* in any state */
const struct org_key *engine_org_key(const struct engine *e, struct org_key_id id);
const struct sealed_note *engine_note(const struct engine *e, struct note_id id);
/* The key that is in use: confirmed, and neither replaced nor lost; also while somebody asks for its loss. */
const struct org_key *engine_org_key_active(const struct engine *e, struct org_id org);
/* The request for the place that the household came for: accepted or admitted. */
const struct request *handover_request(const struct engine *e, const struct referral *r);
/* The newest bridge bed that a house said yes to and that the household has not left. A household waits there
 * for its place, so it is handed over to that house as to any. */
const struct request *handover_bridge(const struct engine *e, const struct referral *r);
/* What the referrer hands over now: the place, and before there is one the bridge bed. */
const struct request *handover_now(const struct engine *e, const struct referral *r);
/* Q is of a handover that can go on: the place, or a bridge bed that stands, also beside the place. */
bool handover_stands(const struct engine *e, const struct request *q);
/* The list of Q; NULL while nobody acknowledged anything. */
const struct handover *engine_handover_of(const struct engine *e, const struct request *q);
/* The list of handover_now. */
const struct handover *engine_handover(const struct engine *e, struct referral_id id);
/* What is required for Q: by its list, or, if it has not begun or Q is NULL, by the code list. */
uint32_t handover_required(const struct engine *e, const struct request *q);
/* The newest note of a referral; the others by `before`. */
const struct sealed_note *engine_note_newest(const struct engine *e, struct referral_id id);
/* The organisation that notes from SIDE of REQUEST go to. */
struct org_id handover_receiver(const struct engine *e, const struct request *q, enum handover_side side);

#endif
