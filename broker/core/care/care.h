/* Care around a referral that needs more than a bed: the consult of several organisations (MDO), the one
 * co-ordinator (regiehouder), and the question to a specialist without saying who it is about.
 *
 *   MDO           convened ─► closed                        (by who convened it, or the regiehouder)
 *   participant   invited ─► joined ─► left ─► invited (again, by who leads it)
 *                    └─────► refused ─► joined, invited
 *   item          open ─► doing ─► done,   open, doing ─► dropped,   done, dropped ─► open
 *   regie         held ─► offered ─► held (by the receiver, or still by the holder),   held ─► ended
 *   consult       asked ─► answered, declined, withdrawn
 *
 * Regie begins with the household's first referral: the referrer's organisation holds it until another takes
 * it over, so there is exactly one holder at any moment until it is declared no longer needed. It follows the
 * household: a referral that is linked to an earlier one (core/stay) comes under the regie that there is,
 * whoever made it, and begins one of its own only if that had ended. Ended it cannot be while a place is
 * looked for in any of its referrals (domain: section 5).
 *
 * What nobody does is said once to who must act and to who asked: an invitation, an offer of the regie or a
 * question without an answer after a day (settings), an action past its day, a meeting past its date. */
#ifndef PLEK_CORE_CARE_H
#define PLEK_CORE_CARE_H

#include "core/ids.h"
#include "core/kinds.h"

#include <stdbool.h>
#include <stdint.h>

#define MDO_PARTICIPANTS_MAX 12
#define MDO_ITEMS_MAX 96     /* of one MDO, over its whole life */
#define MDOS_PER_REFERRAL 16 /* over its whole life; one at a time */
#define CONSULTS_PER_REFERRAL 16
#define CARE_TEXT_SIZE 161    /* a need, an action, a decision: 160 bytes */
#define CONSULT_TEXT_SIZE 241 /* a question to a specialist and its answer */
#define REGIE_ROLE_SIZE 49    /* what the co-ordinator is, never who */
#define REGIE_CALLBACK_SIZE 24

enum mdo_state { MDO_CONVENED, MDO_CLOSED, MDO_STATE_N };
enum participant_state {
    PARTICIPANT_INVITED,
    PARTICIPANT_JOINED,
    PARTICIPANT_REFUSED,
    PARTICIPANT_LEFT,
    PARTICIPANT_STATE_N
} ONE_BYTE;
enum mdo_domain {
    MDO_VEILIGHEID,
    MDO_MEDISCH,
    MDO_FORENSISCH,
    MDO_PSYCHISCH,
    MDO_STRAFRECHT,
    MDO_HERSTEL,
    MDO_DOMAIN_N
};
/* Who is not on the exchange and does something all the same. */
enum mdo_outside {
    OUTSIDE_NONE,
    OUTSIDE_POLICE,
    OUTSIDE_PROSECUTION,
    OUTSIDE_GP,
    OUTSIDE_CSG, /* centrum seksueel geweld */
    OUTSIDE_HOSPITAL,
    OUTSIDE_GGZ,
    OUTSIDE_YOUTH, /* child protection, and the certified institution of youth care */
    OUTSIDE_LAWYER,
    OUTSIDE_OTHER,
    OUTSIDE_N
};
enum item_sort { ITEM_NEED, ITEM_ACTION, ITEM_DECISION, ITEM_SORT_N };
enum item_state { ITEM_OPEN, ITEM_DOING, ITEM_DONE, ITEM_DROPPED, ITEM_STATE_N };
enum regie_state { REGIE_HELD, REGIE_OFFERED, REGIE_ENDED, REGIE_STATE_N };
enum consult_state { CONSULT_ASKED, CONSULT_ANSWERED, CONSULT_DECLINED, CONSULT_WITHDRAWN, CONSULT_STATE_N };

struct mdo_participant {
    struct org_id org;
    enum participant_state state;
    unsigned asked_min : 24; /* minutes between convening and when it was last invited; in no digest */
    uint64_t since;          /* seq of the event that brought it there: it hears what comes after */
};

#define MDO_ASKED_MAX ((1u << 24) - 1) /* 31 years after convening */
#define MDO_REMINDED_DATE (1u << 15)   /* in .reminded, beside a bit for each place at the table */

struct mdo {
    uint32_t id;
    uint32_t due; /* place in the heap + 1; 0 = not there. In no digest */
    struct referral_id referral;
    struct org_id convened_by; /* the first participant, joined from the start */
    struct account_id account;
    enum mdo_state state;
    enum ground ground; /* why organisations may hear of this household; GROUND_NONE never */
    int64_t convened_at_ms;
    int64_t next_ms; /* when they meet next; 0 = no date */
    int64_t closed_at_ms;
    uint64_t version;
    struct mdo_participant participants[MDO_PARTICIPANTS_MAX];
    uint8_t n_participants;
    uint8_t n_items;
    uint16_t reminded; /* who was, of those that did not answer, and of the date */
};

/* One need, action or decision in one domain. */
struct mdo_item {
    uint32_t id;
    uint32_t mdo;
    enum mdo_domain domain;
    enum item_sort sort;
    enum item_state state;
    struct org_id acts; /* who takes care of it; 0 = nobody yet (never of an action) */
    struct org_id noted_by;
    uint32_t outside_at; /* its row among those that others do + 1; 0 = none */
    int64_t due_ms;      /* 0 = no date */
    int64_t noted_at_ms;
    uint64_t version;
    char text[CARE_TEXT_SIZE]; /* private; "" when the household's key was destroyed */
    uint8_t outside;           /* enum mdo_outside: in place of ACTS */
    uint8_t reminded;          /* 1: an action past its day */
    uint32_t due;              /* place in the heap + 1; 0 = not there. In no digest */
};

/* Kept from the first offer on; before it the referrer's organisation holds and nothing is recorded. */
struct regie {
    struct referral_id referral; /* with which it began; several referrals of one household have one regie */
    struct referral_id at; /* where it last moved; who sees that referral, or a later one, may know of it */
    enum regie_state state;
    struct org_id holder;
    struct org_id offered_to; /* REGIE_OFFERED only */
    struct org_id
        was_offered;  /* whose offer was over before it was taken: told so, not that there is nothing */
    int64_t since_ms; /* of the holder */
    uint64_t since;   /* seq of the event that made it the holder; 0 = from the start */
    int64_t ended_at_ms;
    uint8_t moves;        /* times it changed hands */
    uint8_t reminded;     /* 1: who it is offered to */
    uint32_t offered_min; /* in minutes since 1970, rounded up; in no digest */
    uint64_t version;
    char role[REGIE_ROLE_SIZE];         /* private; of the holder's desk */
    char callback[REGIE_CALLBACK_SIZE]; /* private; "" = that of the referral */
    uint32_t due;                       /* place in the heap + 1; 0 = not there. In no digest */
};

struct consult {
    uint32_t id;
    struct referral_id referral; /* known to who asked; never told to who is asked */
    struct org_id from, to;
    enum consult_state state;
    int64_t asked_at_ms, ended_at_ms;
    uint64_t version;
    char question[CONSULT_TEXT_SIZE]; /* private */
    char answer[CONSULT_TEXT_SIZE];   /* private */
    uint8_t reminded;                 /* 1: who was asked */
    uint32_t due;                     /* place in the heap + 1; 0 = not there. In no digest */
};

struct care_settings {
    uint32_t remind_s; /* who does not answer hears it again: after 24 h */
};

/* The only tables of moves. */
bool mdo_may_become(enum mdo_state from, enum mdo_state to);
bool participant_may_become(enum participant_state from, enum participant_state to);
bool item_may_become(enum item_state from, enum item_state to);
bool regie_may_become(enum regie_state from, enum regie_state to);
bool consult_may_become(enum consult_state from, enum consult_state to);

const char *mdo_state_code(enum mdo_state s);                 /* "convened" "closed" */
const char *participant_state_code(enum participant_state s); /* "invited" "joined" "refused" "left" */
const char *mdo_domain_code(enum mdo_domain d);               /* "veiligheid" "medisch" ... */
const char *mdo_outside_code(enum mdo_outside o);             /* "" "politie" "om" ... */
const char *item_sort_code(enum item_sort s);                 /* "need" "action" "decision" */
const char *item_state_code(enum item_state s);               /* "open" "doing" "done" "dropped" */
const char *regie_state_code(enum regie_state s);             /* "held" "offered" "ended" */
const char *consult_state_code(enum consult_state s);         /* "asked" "answered" "declined" "withdrawn" */
const char *const *mdo_domain_codes(void);
const char *const *mdo_outside_codes(void); /* OUTSIDE_N of them, the first is none */
const char *const *item_sort_codes(void);
const char *const *item_state_codes(void);

/* ---- look: borrowed, valid until the next apply; NULL = no such thing ---- */
struct engine;
uint32_t engine_mdos(const struct engine *e); /* ids are 1..n, oldest first */
uint32_t engine_mdo_items(const struct engine *e);
uint32_t engine_consults(const struct engine *e);
const struct mdo *engine_mdo(const struct engine *e, uint32_t id);
const struct mdo_item *engine_mdo_item(const struct engine *e, uint32_t id);
const struct consult *engine_consult(const struct engine *e, uint32_t id);
/* The number of who does it and is not on the exchange; "" = none, not told, or erased. */
const char *mdo_item_callback(const struct engine *e, const struct mdo_item *i);
/* The MDO of a referral that is not closed; NULL = none. */
const struct mdo *engine_mdo_of(const struct engine *e, struct referral_id id);

/* The co-ordinator of a referral's household, also where nothing was recorded yet. .holder is 0 only if
 * ended. Referrals with the same .referral are under the same regie. */
struct regie engine_regie(const struct engine *e, struct referral_id id);
/* The referral under R, of those that were linked after AFTER ({0}: of all); 0 = no more. Cost: the
 * household. */
struct referral_id engine_regie_next(const struct engine *e, const struct regie *r, struct referral_id after);

/* An organisation that can hold a regie and be asked for advice: a shelter, Veilig Thuis, CoMensha. O may be
 * NULL (no such organisation: false). */
struct org;
bool care_may_take_part(const struct org *o);

/* ORG's place at the table; NULL = none. */
const struct mdo_participant *mdo_participant_of(const struct mdo *m, struct org_id org);

#endif
