/* One decision under way: what is asked, at which moment, and what it comes to. Private to decide. A decide
 * function reads the engine, adds events, fills the outcome's ids and returns its refusal; with a refusal it
 * has added nothing, but for a late yes. */
#ifndef PLEK_CORE_DECIDE_H
#define PLEK_CORE_DECIDE_H

#include "core/engine.h"

struct decision {
    const struct engine *e;
    const struct command *cmd;
    int64_t now_ms;
    struct event_list *out;
    size_t first; /* where this decision's events start in OUT */
    struct outcome *outcome;
};

/* Add an event of this moment and actor. */
struct event *decision_event(struct decision *d, enum event_kind kind);
struct event *decision_request_event(struct decision *d, enum event_kind kind, const struct request *r);
/* This decision has cancelled it already: the engine still shows it as it was. */
bool decision_has_cancelled(const struct decision *d, struct request_id id);
struct event *decision_referral_event(struct decision *d, enum event_kind kind, const struct referral *r);
size_t decision_events(const struct decision *d);              /* added so far */
void decision_names(struct decision *d, struct request_id id); /* add to the outcome's requests, if room */

/* decide_ask.c: add a request for QUERY's referral, the NTH (from 0) that this decision makes, and its name
 * to the outcome: the match is frozen in it, standing as PLACE of STANDING says. Returns it as it stands in
 * the event, valid until the next. It is judged before: the pool suits and has room. */
struct request *decision_make_request(struct decision *d, const struct match_query *query, unsigned nth,
                                      const struct pool_match *m, const struct match_standing *standing,
                                      unsigned place);

typedef enum refusal decide_fn(struct decision *d);

/* decide_supply.c */
decide_fn decide_define_org, decide_define_location, decide_define_pool;
/* decide_capacity.c */
decide_fn decide_report_capacity;
/* decide_referral.c */
decide_fn decide_open_referral, decide_travel, decide_confirm_arrival, decide_no_show, decide_withdraw;
/* decide_ask.c */
decide_fn decide_ask;
/* decide_request.c */
decide_fn decide_see_request, decide_accept, decide_decline, decide_take_back;
void decision_accept(struct decision *d, const struct request *q); /* the yes, and what follows from it */
/* The house said no to Q with REASON. Where that is that a resident knows them, it counts for the house: what
 * is asked there for this household in other rooms, by whichever of its referrals, gets the same no, and the
 * desk of each bed that it has there is alarmed. Call it behind the no to Q. */
void decision_house_is_out(struct decision *d, const struct request *q, uint8_t reason);
/* decide_request.c: units of Q's pool that the last report calls free are Q's: its household lives there.
 * Told by the house, which says so. */
void decide_units_taken(struct decision *d, const struct request *q);
/* decide_referral.c: the household of Q, whose yes is in force or in this decision, is there, since AT; 0 =
 * now.
 */
void decision_admit(struct decision *d, const struct request *q, int64_t at_ms);
/* decide_after_all.c: the yes of Q is over, and its household stands at the door. */
enum refusal decide_after_all(struct decision *d, const struct request *q);
/* decide_due.c */
decide_fn decide_tick;
/* decide_announce.c */
decide_fn decide_announce;

/* ---- timers and escalation ---- */
/* timers/timers_decide.c */
decide_fn decide_extend_request, decide_extend_hold, decide_acknowledge_alarm, decide_hand_over,
    decide_take_over;
/* ---- no bed: bridges and the unplaced register ---- */
decide_fn decide_open_bridge, decide_start_bridge, decide_check_in, decide_end_bridge, decide_note_night,
    decide_close_referral;                            /* nobed/nobed_decide.c */
decide_fn decide_bridge_travel, decide_change_bridge; /* the same */
decide_fn decide_fund_bridge;                         /* nobed/bridge_nights.c */
/* ---- gatekeepers ---- */
/* gate/gate_decide.c */
decide_fn decide_gate_send, decide_gate_take, decide_gate_ask_back, decide_gate_answer, decide_gate_assent,
    decide_gate_return, decide_gate_withdraw;
/* gate/residence.c */
decide_fn decide_find_residence;
/* It is told in this decision. */
void decide_residence_event(struct decision *d, struct referral_id id, enum residence residence,
                            int64_t until_ms);
/* ID was opened for the household of R: what was told of the end of its reflection period goes with it. */
void decide_residence_until(struct decision *d, struct referral_id id, const struct referral *r);
/* ---- stays, clocks, nights and funding ---- */
/* ---- MDO, regiehouder, consult ---- */
/* care/care_decide.c */
decide_fn decide_convene_mdo, decide_invite_mdo, decide_answer_mdo, decide_date_mdo, decide_close_mdo,
    decide_note_mdo, decide_move_item, decide_offer_regie, decide_take_regie, decide_keep_regie,
    decide_end_regie, decide_ask_consult, decide_answer_consult, decide_close_consult, decide_name_regie;
/* care/care_remind.c: nobody did it in time; KIND is of enum due_kind */
void decide_care_due(struct decision *d, int kind, uint64_t id);
/* The household fled a house of ORG, where it was by referral FLED: ORG's seats and invitations at its tables
 * end, unless it sits there by a referral of its own; with KEEPS_REGIE nor where it co-ordinates. Behind what
 * says so. */
void care_decide_fled(struct decision *d, struct referral_id fled, struct org_id org, bool keeps_regie);
/* ---- warm handover, keys and notes ---- */
/* handover/handover_decide.c */
decide_fn decide_make_key, decide_confirm_key, decide_lose_key, decide_confirm_key_loss, decide_keep_key,
    decide_handover_item, decide_write_note, decide_pick_up_note;
void decide_note_due(struct decision *d, uint64_t id);
void decide_org_key_due(struct decision *d, uint64_t id); /* nobody confirmed its loss in time */
/* ---- location leaked, surge, conflict check ---- */
/* audience/: the actor is who it says and its role gives such commands at all, whatever the object. */
bool permit_role(const struct engine *e, const struct command *cmd);
/* audience/: may_command with its reason. Fills what the refusal is about in OUTCOME. */
enum refusal permit_command(const struct engine *e, const struct command *cmd, struct outcome *outcome);

#endif
