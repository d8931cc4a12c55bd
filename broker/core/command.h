/* Everything that can be asked of the engine. A command carries its time, its actor and every random draw it
 * needs: the core has none of its own. It borrows what it points to for the call. */
#ifndef PLEK_CORE_COMMAND_H
#define PLEK_CORE_COMMAND_H

#include "core/capacity.h"
#include "core/gate/gate.h"
#include "core/care/care_command.h"
#include "core/handover/handover_state.h"
#include "core/need.h"
#include "core/nobed/bridge.h"
#include "core/request.h"
#include "core/safety/safety.h"
#include "core/stay/stay.h"
#include "core/supply.h"
#include "core/timers/timers.h"

#define ASK_POOLS_MAX 5       /* a worker may ask up to five at once at code rood */
#define REPORT_BATCH_MAX 1000 /* observations in one command */

/* Who acts: from the session or the client certificate, never from the request. */
struct actor {
    enum role role;
    struct org_id org;
    struct account_id account;
    struct location_id location;  /* a shelter desk of one house; 0 = all houses of the organisation */
    const struct org_id *carries; /* ROLE_MACHINE: organisations whose feeds it may bring; borrowed */
    uint16_t n_carries;
    enum role reads_as; /* ROLE_MACHINE: reads capacity as this role of that organisation; ROLE_NONE = not */
    struct org_id reads_for;
};

/* Idempotency: who + key, and what was asked. Zero key = none (system, definitions by the loader). */
struct command_key {
    uint64_t hi, lo; /* first 16 bytes of SHA-256 over account, route and the client's key */
    uint64_t body;   /* hash of the request's meaning: route and body */
};

enum command_kind {
    CMD_DEFINE_ORG,
    CMD_DEFINE_LOCATION,
    CMD_DEFINE_POOL,
    CMD_REPORT_CAPACITY,
    CMD_OPEN_REFERRAL,
    CMD_ASK,
    CMD_SEE_REQUEST,
    CMD_ACCEPT,
    CMD_DECLINE,
    CMD_TRAVEL,
    CMD_CONFIRM_ARRIVAL,
    CMD_NO_SHOW,
    CMD_WITHDRAW,
    CMD_TICK,     /* let fall due what is due */
    CMD_ANNOUNCE, /* a pool came free: tell one referral, if it is a better place for it */
    /* ---- timers and escalation ---- */
    CMD_EXTEND_REQUEST,    /* the house asks for extra time to answer */
    CMD_EXTEND_HOLD,       /* the referrer asks the house to keep the place longer */
    CMD_ACKNOWLEDGE_ALARM, /* somebody of the referrer's organisation looks after it */
    CMD_HAND_OVER,         /* offer a referral to a colleague, or to whoever is next */
    CMD_TAKE_OVER,         /* it is with me now */
    /* ---- no bed: bridges and the unplaced register ---- */
    CMD_OPEN_BRIDGE,
    CMD_START_BRIDGE, /* in force, or an order's new term */
    CMD_CHECK_IN,     /* the household is well, or its alarm is seen */
    CMD_END_BRIDGE,
    CMD_BRIDGE_TRAVEL, /* on the way to a bridge bed */
    CMD_FUND_BRIDGE,   /* the house: nights of a bridge bed are paid by another, from a day on */
    CMD_NOTE_NIGHT,
    CMD_CLOSE_REFERRAL, /* without a place: where the household slept, and why */
    /* ---- gatekeepers ---- */
    CMD_GATE_SEND,      /* the referrer sends a referral to the gatekeeper of a kind */
    CMD_GATE_TAKE,      /* the gatekeeper's desk: take it, or take it over */
    CMD_GATE_ASK_BACK,  /* the same: these facts are missing */
    CMD_GATE_ANSWER,    /* the referrer answers */
    CMD_GATE_ASSENT,    /* a GI or municipality: the referrer may ask its places */
    CMD_GATE_RETURN,    /* the desk gives it back, with a coded reason */
    CMD_GATE_WITHDRAW,  /* the referrer takes it back */
    CMD_FIND_RESIDENCE, /* somebody who works on it found out the residence situation */
    /* ---- stays, clocks, nights and funding ---- */
    CMD_DEPART,
    CMD_STAY_READY,
    CMD_FUND_STAY,
    CMD_GIVE_RETURN_CODE,
    CMD_START_CLOCK,
    CMD_OFFER_CLOCK,
    CMD_TAKE_CLOCK,
    CMD_PROLONG_CLOCK,
    CMD_STOP_CLOCK,
    /* ---- MDO, regiehouder, consult ---- */
    CMD_CONVENE_MDO,
    CMD_INVITE_MDO,
    CMD_ANSWER_MDO,
    CMD_DATE_MDO,
    CMD_CLOSE_MDO,
    CMD_NOTE_MDO,
    CMD_MOVE_ITEM,
    CMD_OFFER_REGIE,
    CMD_TAKE_REGIE,
    CMD_KEEP_REGIE,
    CMD_END_REGIE,
    CMD_ASK_CONSULT,
    CMD_ANSWER_CONSULT,
    CMD_CLOSE_CONSULT,
    CMD_NAME_REGIE,
    /* ---- warm handover, keys and notes ---- */
    CMD_MAKE_KEY,
    CMD_CONFIRM_KEY,
    CMD_LOSE_KEY,         /* of the key in use: asked only */
    CMD_CONFIRM_KEY_LOSS, /* another person: it is */
    CMD_KEEP_KEY,         /* it is not lost */
    CMD_HANDOVER_ITEM,
    CMD_WRITE_NOTE,
    CMD_PICK_UP_NOTE,
    /* ---- location leaked, surge, conflict check ---- */
    CMD_REPORT_LEAK,
    CMD_CONFIRM_LEAK,
    CMD_WITHDRAW_LEAK, /* the report, or the wish to lift it */
    CMD_ASK_LIFT,
    CMD_LIFT_LEAK,
    CMD_SET_SURGE,
    CMD_ASK_CONFLICT,
    CMD_ANSWER_CONFLICT,
    /* ---- no bed, since ---- */
    CMD_CHANGE_BRIDGE, /* another safety owner, other check-ins */
    /* ---- stays, clocks, nights and funding, since ---- */
    CMD_DATE_NIGHTS, /* the house: when the household came or left, told otherwise before */
    CMD_RESUME_STAY, /* the house: its departure was a mistake; the desk, if it was because it was not safe */
    CMD_N
};

struct command {
    enum command_kind kind;
    struct actor actor;
    struct command_key key;
    uint64_t draw; /* random: for a referral's code, a return code, the token of a conflict question */
    union {
        const struct org *org;           /* id 0 = next; a known code with equal content changes nothing */
        const struct location *location; /* same */
        const struct pool *pool;         /* same; a known code with other content redefines it */
        struct {
            const struct observation *list; /* received_at is set by the engine to now */
            uint16_t n;
            uint64_t version; /* If-Match: the pool's version; only with n == 1; 0 = any */
        } report;
        struct {
            const struct need *need;
            int64_t residence_until_ms; /* of a reflection period that runs; 0 = not told */
        };                              /* CMD_OPEN_REFERRAL */
        struct {
            struct referral_id referral;
            struct pool_id pools[ASK_POOLS_MAX]; /* all or none */
            uint8_t n;
            bool bridge; /* as a bridge bed: the search goes on (core/nobed) */
        } ask;
        struct {
            struct request_id request;
            uint8_t reason; /* decline list index + 1 */
            int64_t at_ms;  /* CONFIRM_ARRIVAL: when it came; 0 = now */
        } answer;           /* SEE_REQUEST, ACCEPT, DECLINE, CONFIRM_ARRIVAL */
        struct {
            struct referral_id referral;
            int64_t eta_ms;      /* TRAVEL; 0 = nobody knows */
            uint8_t reason;      /* WITHDRAW: withdraw list index + 1 */
            bool refused;        /* NO_SHOW: it stood at the door, and the house did not let it in */
            enum cancel_why why; /* NO_SHOW: what the yes falls through for; NONE or NO_SHOW = nobody came */
            struct desk_said desk; /* TAKE_OVER */
        } referral;                /* TRAVEL, NO_SHOW, WITHDRAW, EXTEND_HOLD, TAKE_OVER */
        struct {
            struct referral_id referral;
            struct pool_id pool;
        } announce; /* ANNOUNCE */
        /* ---- timers and escalation ---- */
        struct {
            struct referral_id referral;
            enum alarm alarm; /* ACKNOWLEDGE_ALARM */
            struct account_id
                to;   /* HAND_OVER: of the same organisation, judged by who gives the command; 0 = any */
        } escalation; /* ACKNOWLEDGE_ALARM, HAND_OVER; EXTEND_REQUEST is an answer, the others referral */
        /* ---- no bed: bridges and the unplaced register ---- */
        struct {
            struct referral_id referral;
            const struct bridge_wish *wish;
            struct bridge_id bridge; /* CHANGE_BRIDGE; of WISH then owner, every_minutes and times count */
        } open_bridge;               /* OPEN_BRIDGE, CHANGE_BRIDGE */
        struct {
            struct bridge_id bridge;
            int64_t
                until_ms; /* START_BRIDGE, of an order; 0 = its usual term. BRIDGE_TRAVEL: expected there */
            int64_t imposed_ms; /* START_BRIDGE, of an order that was applied for; 0 = now */
            uint8_t code;       /* CHECK_IN: enum bridge_check; END_BRIDGE: enum bridge_end */
            int64_t at_ms;      /* END_BRIDGE, of a bed that was reached: when it left; 0 = now */
        } bridge;               /* START_BRIDGE, CHECK_IN, END_BRIDGE, BRIDGE_TRAVEL */
        struct {
            struct bridge_id bridge;
            uint8_t reason; /* of the change, index + 1 */
            uint8_t stream; /* nr */
            uint16_t municipality;
            int32_t from_day;
        } fund_bridge; /* FUND_BRIDGE */
        struct {
            struct referral_id referral;
            struct night night;
        } night; /* NOTE_NIGHT, CLOSE_REFERRAL */
        /* ---- gatekeepers ---- */
        struct {
            struct gate_id gate;         /* all but SEND */
            struct referral_id referral; /* SEND */
            enum kind kind;              /* SEND: of place */
            uint32_t asked;              /* ASK_BACK: bits of enum gate_fact */
            struct tri_set answers;      /* ANSWER: the same bits */
            uint8_t reason;              /* RETURN: enum gate_return + 1 */
        } gate;
        struct {
            struct referral_id referral;
            enum residence residence;
            int64_t until_ms; /* of a reflection period; 0 = not known, or no end */
        } residence;
        /* ---- stays, clocks, nights and funding ---- */
        struct stay_command stay;   /* DEPART, STAY_READY, FUND_STAY, GIVE_RETURN_CODE, RESUME_STAY */
        struct clock_command clock; /* the five of clocks */
        struct dates_command dates; /* DATE_NIGHTS */
        /* ---- MDO, regiehouder, consult ---- */
        const struct care_command *care;
        /* ---- warm handover, keys and notes ---- */
        const struct cmd_make_key *make_key;
        struct org_key_id key;        /* CONFIRM_KEY, CONFIRM_KEY_LOSS, KEEP_KEY */
        struct cmd_key_loss key_loss; /* LOSE_KEY */
        struct cmd_item item;
        const struct cmd_write_note *write_note;
        struct note_id note; /* PICK_UP_NOTE */
        /* ---- location leaked, surge, conflict check ---- */
        struct safety_command safety;
    } u;
};

const char *command_name(enum command_kind k);

#endif
