/* A gate request (aanmelding): one referral asks the gatekeeper of a kind of place to place it there. COSM
 * and OMM places go through CoMensha, places of youth care for a minor alone through the home
 * municipality (or the GI that decides for it). Nobody else can have such a place asked.
 *
 *                       ┌──────────────► asked_back ─┐          waiting, taken, asked_back, placing
 *                       │   ▲    answered  │         │              ─► returned   (the gatekeeper, coded)
 *   waiting ─► taken ───┤   └──────────────┤         │              ─► withdrawn  (the referrer)
 *      sent     taken   └─► placing ◄──────┴─────────┘          placing ─► placed  (a house said yes)
 *                                                               placed  ─► placing (no show)
 *                                                               placed  ─► withdrawn (with its referral)
 *
 * A gatekeeper asks houses itself (CMD_ASK through its gate request), or, the GI, gives assent: then the
 * referrer may ask them. Requests made so carry the gate request's id. A yes goes the ordinary way; placed
 * and the end of the referral follow from those events and have none of their own. */
#ifndef PLEK_CORE_GATE_GATE_H
#define PLEK_CORE_GATE_GATE_H

#include "core/ids.h"
#include "core/kinds.h"
#include "core/tri.h"

#include <stddef.h>

enum gate_state {
    GATE_WAITING,
    GATE_TAKEN,
    GATE_ASKED_BACK,
    GATE_PLACING,
    GATE_PLACED,
    GATE_RETURNED,
    GATE_WITHDRAWN, /* by the referrer, or its referral ended without this gatekeeper's place */
    GATE_STATE_N
};

/* What a gatekeeper can miss in the file: a bit in a question, and yes, no or not known in the answer. Codes
 * and texts: schema/codes/gate_facts.csv. Order is the journal's: add at the end only. */
enum gate_fact {
    GATE_FACT_SIGNALS,   /* there are indications of trafficking, and the referrer can say which */
    GATE_FACT_RESIDENCE, /* the residence situation has been looked up and stands in the referral */
    GATE_FACT_POLICE,    /* the police know of it */
    GATE_FACT_REPORT,    /* there is a report (aangifte), or cooperation */
    GATE_FACT_OFFERED,   /* the reflection period was offered */
    GATE_FACT_DOCUMENTS, /* has papers with them */
    GATE_FACT_MEDICAL,   /* needs medical care within days */
    GATE_FACT_WANTS,     /* the person wants this place */
    GATE_FACT_GUARDIAN,  /* somebody with authority over the minor was reached */
    GATE_FACT_REACHABLE, /* the worker can be rung now at the number in the file */
    GATE_FACT_N
};

/* Why a gatekeeper gives a referral back: schema/codes/gate_returns.csv. Same order rule. */
enum gate_return {
    GATE_RETURN_NO_INDICATION, /* no indication of trafficking */
    GATE_RETURN_ORDINARY_FITS, /* ordinary shelter fits, and is faster */
    GATE_RETURN_OTHER_GATE,    /* another gatekeeper or municipality decides */
    GATE_RETURN_ALREADY_HELD,  /* has a place through this gatekeeper already */
    GATE_RETURN_NOT_REACHED,   /* the questions were not answered */
    GATE_RETURN_NOT_WANTED,    /* the person does not want it */
    GATE_RETURN_OTHER,
    GATE_RETURN_N
};

#define GATE_OF_REFERRAL_MAX 8 /* gate requests of one referral over its whole life */

struct gate {
    struct gate_id id;
    struct referral_id referral;
    struct org_id org;      /* of the gatekeeper whose queue it is in */
    enum gatekeeper keeper; /* never GATEKEEPER_NONE */
    enum kind kind;         /* of place that was asked for; the gatekeeper may ask any kind it gates */
    enum gate_state state;
    struct account_id sent_by;
    struct account_id owner;  /* who took it; 0 = nobody yet */
    bool assented;            /* the referrer may ask the places of this gatekeeper */
    uint32_t asked;           /* facts of the last question, bits */
    struct tri_set answers;   /* facts about the household; all that was answered so far */
    bool answers_known;       /* false before an answer, and after its key was destroyed */
    uint8_t reason;           /* returned: enum gate_return + 1 */
    uint16_t n_requests;      /* made through it */
    struct request_id placed; /* the request whose yes stands, 0 = none */
    int64_t sent_at_ms;
    int64_t taken_at_ms;    /* first; 0 = never */
    int64_t asked_at_ms;    /* the last question; 0 = never */
    int64_t answered_at_ms; /* the last answer; 0 = never */
    int64_t ended_at_ms;    /* returned, withdrawn, or arrived at a place of this gatekeeper; 0 = live */
    uint64_t sent_seq;      /* of its first event */
    uint64_t version;       /* seq of the last event that touched it */
};

/* The only table of moves. */
bool gate_may_become(enum gate_state from, enum gate_state to);
/* Not ended: the gatekeeper is needed still and sees the file. One per referral and gatekeeper. */
bool gate_is_live(const struct gate *g);
/* Live, and the gatekeeper has said neither no, nor that the referrer may ask, nor found a place. */
bool gate_is_undecided(const struct gate *g);
/* Its gatekeeper may have houses asked through it: somebody took it and it is not placed. */
bool gate_may_ask(const struct gate *g);

const char *gate_state_code(enum gate_state s);   /* "waiting" "taken" "asked_back" "placing" ... */
const char *gate_fact_code(enum gate_fact f);     /* "signalen" ... */
const char *gate_return_code(enum gate_return r); /* "geen_aanwijzing" ... */
const char *const *gate_fact_codes(void);
const char *const *gate_return_codes(void);

/* The gatekeeper of a kind that a gate request can be sent for; GATEKEEPER_NONE for other kinds. */
enum gatekeeper gate_keeper_of_kind(enum kind kind);

#endif
