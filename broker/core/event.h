/* What happened. Events are the only way state changes, live, on replay, on a standby and in simulation. They
 * carry everything apply needs: apply looks neither at the clock nor at the reference data. What describes a
 * household is in the private part, which the store seals with the referral's key; sequence, states and
 * statistics are clear. */
#ifndef PLEK_CORE_EVENT_H
#define PLEK_CORE_EVENT_H

#include "core/care/care_event.h"
#include "core/command.h"
#include "core/gate/gate.h"
#include "core/handover/handover_state.h"
#include "core/outcome.h"
#include "core/referral.h"
#include "core/request.h"
#include "core/safety/safety.h"
#include "core/stay/stay.h"
#include "core/timers/timers.h"

/* Order is the journal's: add at the end only. */
enum event_kind {
    EV_ORG_DEFINED,
    EV_LOCATION_DEFINED,
    EV_POOL_DEFINED,
    EV_CAPACITY_OBSERVED,
    EV_REFERRAL_OPENED, /* private: need */
    EV_REQUEST_MADE,    /* private: reasons of the proposal */
    EV_REQUEST_SEEN,
    EV_REQUEST_ACCEPTED,
    EV_REQUEST_DECLINED,
    EV_REQUEST_EXPIRED,
    EV_REQUEST_CANCELLED,
    EV_REQUEST_LATE_YES,
    EV_REFERRAL_TRAVELLING,
    EV_REFERRAL_ADMITTED,
    EV_REFERRAL_NO_SHOW, /* back to open */
    EV_REFERRAL_WITHDRAWN,
    EV_REFERRAL_UNPLACED,  /* deadline passed; stays open */
    EV_COMMAND_DONE,       /* a key and its outcome */
    EV_REQUEST_SILENT,     /* no answer in time; the hold stands, others may be asked too */
    EV_PLACE_FOUND,        /* a better place came free for a referral that looks; nobody is asked */
    EV_CAPACITY_CONFIRMED, /* the same as is believed of some pools, only newer: their age is renewed */
    /* ---- timers and escalation ---- */
    EV_REQUEST_RUNG,     /* nobody answers: rung once more */
    EV_REQUEST_EXTENDED, /* the house asked for extra time to answer */
    EV_REFERRAL_WIDENED, /* no yes for so long: the request before it is the broker's; 0 = nothing fits now */
    EV_HOLD_SET,         /* the place that said yes is kept until then */
    EV_ALARM_RAISED,     /* a person must look; request: of the house that hears it too, 0 = none */
    EV_ALARM_ACKNOWLEDGED,   /* a person has */
    EV_REFERRAL_HANDED_OVER, /* offered to a colleague, or to whoever is next */
    EV_REFERRAL_TAKEN_OVER,  /* whose account it is has it now */
    /* ---- no bed: bridges and the unplaced register ---- */
    EV_BRIDGE_OPENED,   /* private: who the safety owner is */
    EV_BRIDGE_STARTED,  /* in force, or a new term */
    EV_BRIDGE_CHECKED,  /* the household is well, or its alarm was seen */
    EV_BRIDGE_ALARMED,  /* a check-in missed, a term that ends, nobody came; rings again until answered */
    EV_BRIDGE_ARRIVED,  /* at a bridge bed; the search goes on */
    EV_BRIDGE_ENDED,    /* and with a bed its unit is let go of */
    EV_NIGHT_NOTED,     /* where a household without a place slept */
    EV_REFERRAL_CLOSED, /* without a place, by a person */
    /* ---- gatekeepers ---- */
    EV_GATE_SENT,       /* a referral is with the gatekeeper of a kind of place */
    EV_GATE_TAKEN,      /* somebody there took it; once more: somebody else did */
    EV_GATE_ASKED_BACK, /* facts are missing */
    EV_GATE_ANSWERED,   /* private: the answers */
    EV_GATE_ASSENTED,   /* the referrer may ask its places */
    EV_GATE_RETURNED,
    EV_GATE_WITHDRAWN,
    EV_RESIDENCE_FOUND, /* private: the residence situation, found out after opening */
    /* ---- stays, clocks, nights and funding ---- */
    EV_STAY_STARTED,
    EV_STAY_READY,        /* ready to leave or not after all, and what keeps it */
    EV_STAY_FUNDED,       /* other nights are paid by another, from a day on */
    EV_RETURN_CODE_GIVEN, /* private: the code */
    EV_STAY_ENDED,        /* its referral has departed */
    EV_REFERRAL_LINKED,   /* follows an earlier one of the same household */
    EV_FUNDING_FLAGGED,   /* a no for want of money at code rood */
    EV_CLOCK_STARTED,
    EV_CLOCK_OFFERED, /* to another owner; it stays with the one it has */
    EV_CLOCK_TAKEN,   /* by the one it was offered to; private: callback of its desk */
    EV_CLOCK_PROLONGED,
    EV_CLOCK_STOPPED,
    EV_CLOCK_WARNED,  /* its follow-up referral is open */
    EV_CLOCK_RAN_OUT, /* nobody had seen to it: alarm */
    /* ---- MDO, regiehouder, consult ---- */
    EV_MDO_CONVENED, /* organisations sit together over one referral */
    EV_MDO_INVITED,
    EV_MDO_ANSWERED,
    EV_MDO_DATED,
    EV_MDO_CLOSED,
    EV_MDO_NOTED, /* private: the text */
    EV_MDO_ITEM_MOVED,
    EV_REGIE_OFFERED,
    EV_REGIE_TAKEN, /* private: role and call-back */
    EV_REGIE_KEPT,  /* a hand-over that did not come about */
    EV_REGIE_ENDED,
    EV_CONSULT_ASKED,    /* private: the question */
    EV_CONSULT_ANSWERED, /* private: the answer */
    EV_CONSULT_CLOSED,
    /* ---- warm handover, keys and notes ---- */
    EV_KEY_MADE,
    EV_KEY_CONFIRMED, /* by a second person; the one before it is old, or gone */
    EV_KEY_LOST,      /* nobody can open notes to it any more */
    EV_HANDOVER_ITEM, /* acknowledged by one side, or taken back */
    EV_NOTE_WRITTEN,  /* its ciphertext lies in the store */
    EV_NOTE_PICKED_UP,
    EV_NOTE_UNREADABLE, /* its key is lost: to be written again */
    EV_NOTE_DESTROYED,  /* its ciphertext goes */
    /* ---- location leaked, surge, conflict check ---- */
    EV_LEAK_REPORTED,
    EV_LEAK_DROPPED,
    EV_LOCATION_FROZEN, /* confirmed by another: what was asked there is taken back before it */
    EV_LEAK_HOUSEHOLD,  /* one that lives there, and the referral that moves it */
    EV_LEAK_LIFT_ASKED,
    EV_LEAK_LIFT_REFUSED,
    EV_LOCATION_LIFTED,
    EV_SUPPLY_CHANGED, /* read the lists anew; says neither which place nor why */
    EV_SURGE_SET,
    EV_CONFLICT_ASKED, /* private: the token */
    EV_CONFLICT_ANSWERED,
    /* ---- loss of the key in use (warm handover): two people ---- */
    EV_KEY_LOSS_ASKED,
    EV_KEY_LOSS_DROPPED, /* somebody knows the passphrase, or nobody confirmed in time (by nobody) */
    /* ---- bridge beds ---- */
    EV_BRIDGE_FUNDED, /* who pays for its nights: with the arrival, and other nights by another from a day on
                       */
    EV_BRIDGE_TRAVELLING, /* on the way to a bridge bed, expected at a time */
    EV_LEAK_BRIDGE, /* one in a bridge bed there: its own search moves it, for now and away from there */
    /* ---- timers and escalation, since ---- */
    EV_ALARM_REPEATED,    /* nobody acknowledged it: raised again */
    EV_HOUSEHOLD_REFUSED, /* at the door of the house that had said yes; the no show comes behind it */
    EV_N
};

/* What of an observation becomes its side's last word. */
enum kept {
    KEPT_NOTHING, /* journals before codec version 3: neither side's last word was kept, and a stop ended with
                     the next report that did not carry it, whoever had set it */
    KEPT_WHOLE,
    KEPT_COUNTS, /* a house that declines because it is full says nothing of a stop: the one it set stays */
    KEPT_N
};

/* Pools in one EV_CAPACITY_CONFIRMED: as many as fit into a struct event as it is, whose size a pool's
 * definition gives (event.c asserts it). Events lie in lists by the thousand, so none may be greater for the
 * sake of one kind. A provider has up to about 200 pools: eight events instead of 200. */
#define CONFIRMED_MAX 26

struct event {
    uint64_t seq; /* 1, 2, 3 ... without gaps; given when it is applied */
    int64_t at_ms;
    enum event_kind kind;
    struct account_id account; /* who caused it, 0 = the broker itself */
    union {
        struct org org;
        struct location location;
        struct pool pool;
        struct {
            struct observation o;
            bool used;      /* false: older than what is known; kept for the record */
            enum kept kept; /* of it as the last word of its side, if used */
        } capacity;
        struct confirmed {
            uint64_t reports[CONFIRMED_MAX];
            struct pool_id pools[CONFIRMED_MAX]; /* each once */
            int64_t observed_at_ms;              /* received when the event happened */
            enum source source;
            uint8_t n; /* at least 1 */
        } confirmed;
        struct {
            struct referral_id id;
            char code[REFERRAL_CODE_SIZE];
            struct org_id org;
            enum urgency urgency;
            uint8_t home_region;
            int64_t deadline_ms;
            bool facts_known; /* false only when decoded without the private part */
            struct need need;
        } opened;
        struct request made; /* state PENDING */
        struct {
            struct request_id request;
            struct referral_id referral;
            uint8_t reason;      /* declined: index + 1 */
            enum cancel_why why; /* cancelled */
        } request;
        struct {
            struct referral_id referral;
            struct request_id request; /* admitted, no show: the accepted one */
            int64_t eta_ms;
            uint8_t reason; /* withdrawn: index + 1 */
        } referral;
        struct {
            struct command_key key;
            struct outcome outcome;
        } done;
        struct {
            struct referral_id referral;
            struct pool_id pool;
        } found; /* EV_PLACE_FOUND */
        /* ---- timers and escalation ---- */
        struct escalation escalation;
        /* ---- no bed: bridges and the unplaced register ---- */
        struct bridge bridge_opened; /* state PLANNED or ACTIVE */
        struct {
            struct bridge_id bridge;
            struct referral_id referral;
            struct request_id request;
            int64_t until_ms, next_ms, due_ms; /* as they are after it */
            enum bridge_check check;           /* checked */
            enum bridge_end end;               /* ended */
        } bridge;
        struct {
            struct bridge_id bridge;
            struct referral_id referral;
            uint8_t n_spans; /* with the arrival: the proposal; after it: one */
            struct funding_span spans[FUNDING_SPANS_MAX];
        } bridge_funded;
        struct {
            struct referral_id referral;
            struct night night; /* closed: with the reason */
        } night;
        /* ---- gatekeepers ---- */
        struct gate_event {
            struct gate_id gate;
            struct referral_id referral;
            struct org_id org; /* sent: whose queue */
            enum gatekeeper keeper;
            enum kind kind;
            uint32_t asked;         /* asked back: bits of enum gate_fact, at least one */
            uint8_t reason;         /* returned: enum gate_return + 1 */
            bool answers_known;     /* answered: false only when decoded without the private part */
            struct tri_set answers; /* bits of enum gate_fact */
        } gate;
        struct residence_event {
            struct referral_id referral;
            bool facts_known; /* false only when decoded without the private part */
            enum residence residence;
            int64_t until_ms; /* 0 = no end known */
        } residence;
        /* ---- stays, clocks, nights and funding ---- */
        struct stay_event stay;
        struct clock_event clock;
        struct link_event link;
        struct flag_event flag;
        /* ---- MDO, regiehouder, consult ---- */
        struct care_mdo_event mdo;
        struct care_item_event mdo_item;
        struct care_regie_event regie;
        struct care_consult_event consult;
        /* ---- warm handover, keys and notes ---- */
        struct ev_key_made key_made;
        struct ev_key key; /* confirmed, lost, loss asked, loss dropped */
        struct ev_item item;
        struct ev_note_written note_written;
        struct ev_note note; /* picked up, unreadable, destroyed */
        /* ---- location leaked, surge, conflict check ---- */
        struct leak_event leak;
        struct surge_event surge;
        struct conflict_event conflict;
    } u;
};

/* A growing list of events; {0} is empty. */
struct event_list {
    struct event *list;
    size_t n, cap;
};
/* Add one, zeroed but for its kind; valid until the next add. Not event_add: that is a function of libevent,
 * and a program's own function of that name would be called by libevent itself. */
struct event *event_list_add(struct event_list *l, enum event_kind kind);
void event_list_clear(struct event_list *l);
void event_list_fini(struct event_list *l);

/* The referral an event belongs to (whose key seals its private part); 0 = none. */
struct referral_id event_subject(const struct event *ev);
const char *event_name(enum event_kind k); /* "request.accepted": event type in streams and logs */

/* Codec. Encoding appends the clear part to CLEAR and the private part (empty for most kinds) to PRIVATE.
 * Decoding takes both; PRIVATE empty where the kind has one means that its key was destroyed: the facts stay
 * unknown. ERR_BAD_INPUT if the bytes are not exactly one event. The first byte of the clear part is the
 * codec version. */
void event_encode(const struct event *ev, struct buf *clear, struct buf *private_part);
MUST_CHECK enum err event_decode(enum event_kind kind, struct bytes clear, struct bytes private_part,
                                 struct event *out);

#endif
