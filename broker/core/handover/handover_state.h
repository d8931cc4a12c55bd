/* Inside of the handover's part of the engine, its events and its commands. Private to core. */
#ifndef PLEK_CORE_HANDOVER_STATE_H
#define PLEK_CORE_HANDOVER_STATE_H

#include "core/handover/handover.h"
#include "core/tri.h"

/* ---- events ---- */
struct ev_key_made {
    struct org_key_id id;
    struct org_id org;
    uint8_t public_key[ORG_KEY_PUBLIC_BYTES];
    uint8_t wrapped_bytes;
    uint8_t wrapped[ORG_KEY_WRAPPED_MAX];
};
struct ev_key {
    struct org_key_id id;
    enum key_loss_reason reason; /* loss asked, lost */
    int64_t until_ms;            /* loss asked: it lapses then */
    bool alone;                  /* lost in a journal before version 5; never written */
};                               /* confirmed, lost, loss asked, loss dropped */
struct ev_item {
    struct referral_id referral;
    struct request_id request;
    uint32_t required;
    uint8_t item; /* index */
    enum handover_side side;
    bool given; /* false: taken back */
};
struct ev_note_written {
    struct note_id id;
    struct referral_id referral;
    struct request_id request;
    struct org_key_id key;
    enum handover_side from;
    uint16_t bytes;
    uint64_t locker_hi, locker_lo;
    uint8_t hash[NOTE_HASH_BYTES];
    int64_t destroy_at_ms;
};
struct ev_note {
    struct note_id id;
    struct referral_id referral;
    struct request_id request;
    int64_t destroy_at_ms; /* picked up */
};                         /* picked up, unreadable, destroyed */

/* ---- commands ---- */
struct cmd_make_key {
    uint8_t public_key[ORG_KEY_PUBLIC_BYTES];
    uint8_t wrapped_bytes;
    uint8_t wrapped[ORG_KEY_WRAPPED_MAX];
};
struct cmd_key_loss {
    struct org_key_id key;
    uint8_t reason; /* enum key_loss_reason */
};
struct cmd_item {
    struct referral_id referral;
    uint8_t item; /* index + 1 */
    bool given;
};
/* The ciphertext is stored already, in the locker that the command's key names. */
struct cmd_write_note {
    struct referral_id referral;
    struct org_key_id key; /* the sender sealed to it */
    uint16_t bytes;
    uint8_t hash[NOTE_HASH_BYTES];
};

struct handover_settings {
    uint32_t note_keep_s;   /* ciphertext after pick-up: 7 days */
    uint32_t note_unread_s; /* and if nobody comes for it: 90 days, when the facts go too */
    uint32_t key_loss_s;    /* a second person may confirm a key's loss: 3 days, over a weekend */
};

/* ---- state ---- */
struct org_key_slot {
    struct org_key k;
    uint64_t sum;
    uint32_t due; /* place in the heap + 1 */
};
struct note_slot {
    struct sealed_note n;
    uint64_t sum;
    uint32_t due; /* place in the heap + 1 */
};
struct handover_slot {
    struct handover h;
    uint64_t sum;
    uint32_t before; /* the list of the same referral before this one; 0 = none; in no digest */
};
struct handover_state {
    struct org_key_slot *keys;
    struct note_slot *notes;
    struct handover_slot *lists;
    uint32_t n_keys, cap_keys, n_notes, cap_notes, n_lists, cap_lists;
    /* By referral - 1; derived. */
    struct handover_of {
        uint32_t list, note; /* newest; 0 = none */
    } * of;
    uint32_t n_of;
    /* By organisation - 1: the key in use, the one that waits to be confirmed, and how many there are;
     * derived.
     */
    struct org_keys_of {
        uint32_t active, made, n;
    } * of_org;
    uint32_t n_of_org;
};

void handover_free(struct handover_state *s);
uint64_t handover_digest(const struct handover_state *s); /* of every record, counted again */
int64_t due_of_note(const struct sealed_note *n);         /* INT64_MAX = none */
int64_t due_of_org_key(const struct org_key *k);          /* same */
/* False: a promise is broken; WHY says which. */
bool handover_check(const struct engine *e, char *why, size_t why_size);

/* ---- codec ---- */
void key_made_fields(struct fields *f, struct ev_key_made *ev);
void key_event_fields(struct fields *f, struct event *ev); /* confirmed, lost, loss asked, loss dropped */
void item_fields(struct fields *f, struct ev_item *ev);
void note_written_fields(struct fields *f, struct ev_note_written *ev);
void note_event_fields(struct fields *f, struct ev_note *ev);

#endif
