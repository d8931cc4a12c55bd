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

/* What can happen: event_kinds.def, a row a kind, in the journal's order. */
enum event_kind {
#define EVENT_KIND(name, code, body, seal, room) EV_##name,
#include "core/event_kinds.def"
#undef EVENT_KIND
    EV_N
};

/* Which member of struct event's union a kind fills: BODY_MADE is u.made. Whoever treats all that fill it
 * alike switches on this; whoever must decide for each kind by itself (who may hear it) switches on the kind.
 */
enum event_body {
    BODY_NOTHING,
    BODY_ORG,
    BODY_LOCATION,
    BODY_POOL,
    BODY_CAPACITY,
    BODY_CONFIRMED,
    BODY_OPENED,
    BODY_MADE,
    BODY_REQUEST,
    BODY_REFERRAL,
    BODY_DONE,
    BODY_FOUND,
    BODY_ESCALATION,
    BODY_DESK,
    BODY_BRIDGE_OPENED,
    BODY_BRIDGE,
    BODY_BRIDGE_FUNDED,
    BODY_NIGHT,
    BODY_GATE,
    BODY_RESIDENCE,
    BODY_STAY,
    BODY_CLOCK,
    BODY_LINK,
    BODY_FLAG,
    BODY_MDO,
    BODY_MDO_ITEM,
    BODY_REGIE,
    BODY_CONSULT,
    BODY_KEY_MADE,
    BODY_KEY,
    BODY_ITEM,
    BODY_NOTE_WRITTEN,
    BODY_NOTE,
    BODY_LEAK,
    BODY_SURGE,
    BODY_CONFLICT,
    BODY_DATED
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
            int64_t eta_ms;            /* retimed: its deadline */
            uint8_t reason;            /* withdrawn: index + 1; retimed: its urgency */
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
        struct desk_event {
            struct referral_id referral;
            bool facts_known;      /* false only when decoded without the private part */
            struct desk_said desk; /* private */
        } desk;
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
        struct dated_event dated;
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

/* What a row of event_kinds.def says. */
const char *event_name(enum event_kind k); /* "request.accepted": event type in streams and logs */
enum event_body event_body_of(enum event_kind k);
bool event_may_have_private(enum event_kind k);
bool event_may_change_room(enum event_kind k);

/* The referral an event belongs to (whose key seals its private part); 0 = none. */
struct referral_id event_subject(const struct event *ev);

/* Codec. Encoding appends the clear part to CLEAR and the private part (empty for most kinds) to PRIVATE.
 * Decoding takes both; PRIVATE empty where the kind has one means that its key was destroyed: the facts stay
 * unknown. ERR_BAD_INPUT if the bytes are not exactly one event. The first byte of the clear part is the
 * codec version. */
void event_encode(const struct event *ev, struct buf *clear, struct buf *private_part);
MUST_CHECK enum err event_decode(enum event_kind kind, struct bytes clear, struct bytes private_part,
                                 struct event *out);

#endif
