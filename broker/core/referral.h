/* A referral (verwijzing): one household that needs a place tonight.
 *
 *   open ─► asked ─► reserved ─► travelling ─► admitted ─► departed
 *    ▲       │ (no request left)     │ no show
 *    └───────┴───────────────────────┘           open, asked, reserved, travelling ─► withdrawn
 *                                              open, asked ─► closed (without a place)
 *
 * 'draft' lives in the browser only; 'departed' is the end of its stay (core/stay/). A referral without a bed
 * stays open; past its deadline it is flagged unplaced, and only a person closes it. Requests that
 * are bridges (core/nobed) do not move it. */
#ifndef PLEK_CORE_REFERRAL_H
#define PLEK_CORE_REFERRAL_H

#include "core/gate/gate.h"
#include "core/ids.h"
#include "core/need.h"

#define REFERRAL_CODE_SIZE 12
#define REFERRAL_CODE_LETTERS 4 /* 25^4 = 390,625 codes; a longer one is drawn when short ones clash */
#define REFERRAL_CODE_LETTERS_MAX 8
#define REFERRAL_REQUESTS_MAX 64 /* over its whole life; a second referral takes over past it */

enum referral_state {
    REFERRAL_OPEN,
    REFERRAL_ASKED,
    REFERRAL_RESERVED,
    REFERRAL_TRAVELLING,
    REFERRAL_ADMITTED,
    REFERRAL_WITHDRAWN,
    REFERRAL_CLOSED, /* without a place, by a person: unplaced (core/nobed) */
    REFERRAL_DEPARTED,
    REFERRAL_STATE_N
} ONE_BYTE;

/* Places announced for one referral that are remembered, so that none is announced twice. */
#define REFERRAL_FOUND_MAX 8

struct place_found {
    struct pool_id pool;
    int64_t at_ms;
    uint64_t seq; /* of its event */
};

struct referral {
    struct referral_id id;
    char code[REFERRAL_CODE_SIZE]; /* "VT-7K3M": speakable, without letters and digits that look alike */
    struct org_id org;             /* the referrer's */
    struct account_id opened_by;
    enum referral_state state;
    enum urgency urgency;    /* clear: statistics need it after the facts are erased */
    uint8_t home_region;     /* clear, same reason */
    bool unplaced;           /* deadline passed without a place */
    uint8_t withdraw_reason; /* index + 1 */
    bool facts_known;        /* false when the key was destroyed: need is empty */
    uint8_t n_requests, n_found, n_gates;
    int64_t opened_at_ms;
    int64_t deadline_ms;
    int64_t eta_ms;         /* 0 = not known */
    int64_t first_asked_ms; /* 0 = never */
    int64_t accepted_at_ms;
    int64_t admitted_at_ms;
    int64_t closed_at_ms;
    uint64_t version; /* seq of the last event that touched it */
    struct need need;
    struct request_id *requests; /* N_REQUESTS of at most REFERRAL_REQUESTS_MAX; the engine's, like found */
    struct place_found *found;   /* at most REFERRAL_FOUND_MAX, newest last */
    /* ---- gatekeepers ---- */
    struct gate_id gates[GATE_OF_REFERRAL_MAX]; /* oldest first; follows from the gate requests */
    int64_t residence_until_ms; /* a fact of the household, like its residence; 0 = no end known */
};

bool referral_may_become(enum referral_state from, enum referral_state to);
bool referral_is_looking(enum referral_state s);        /* open or asked: may be asked for */
bool referral_is_live(enum referral_state s);           /* still looking or on the way */
const char *referral_state_code(enum referral_state s); /* "open" "asked" "reserved" "travelling" ... */

/* Write the code that DRAW (any 64-bit number) gives: alphabet without 0 O 1 I L 5 S B 8 Z 2. */
void referral_code_make(uint64_t draw, char out[REFERRAL_CODE_SIZE]);
/* The same with LETTERS (REFERRAL_CODE_LETTERS to _MAX) behind the dash. */
void referral_code_make_long(uint64_t draw, unsigned letters, char out[REFERRAL_CODE_SIZE]);

#endif
