#include "core/command.h"

#include "base/check.h"

const char *command_name(enum command_kind k)
{
    static const char *const list[CMD_N] = {
        [CMD_DEFINE_ORG] = "define org",
        [CMD_DEFINE_LOCATION] = "define location",
        [CMD_DEFINE_POOL] = "define pool",
        [CMD_REPORT_CAPACITY] = "report capacity",
        [CMD_OPEN_REFERRAL] = "open referral",
        [CMD_ASK] = "ask",
        [CMD_SEE_REQUEST] = "see request",
        [CMD_ACCEPT] = "accept",
        [CMD_DECLINE] = "decline",
        [CMD_TRAVEL] = "travel",
        [CMD_CONFIRM_ARRIVAL] = "confirm arrival",
        [CMD_NO_SHOW] = "no show",
        [CMD_WITHDRAW] = "withdraw",
        [CMD_TICK] = "tick",
        [CMD_ANNOUNCE] = "announce",
        /* ---- timers and escalation ---- */
        [CMD_EXTEND_REQUEST] = "extend request",
        [CMD_EXTEND_HOLD] = "extend hold",
        [CMD_ACKNOWLEDGE_ALARM] = "acknowledge alarm",
        [CMD_HAND_OVER] = "hand over",
        [CMD_TAKE_OVER] = "take over",
        /* ---- no bed: bridges and the unplaced register ---- */
        [CMD_OPEN_BRIDGE] = "open bridge",
        [CMD_CHANGE_BRIDGE] = "change bridge",
        [CMD_DATE_NIGHTS] = "date nights",
        [CMD_RESUME_STAY] = "resume stay",
        [CMD_TAKE_BACK] = "take back",
        [CMD_START_BRIDGE] = "start bridge",
        [CMD_CHECK_IN] = "check in",
        [CMD_END_BRIDGE] = "end bridge",
        [CMD_BRIDGE_TRAVEL] = "bridge travel",
        [CMD_FUND_BRIDGE] = "fund bridge",
        [CMD_NOTE_NIGHT] = "note night",
        [CMD_CLOSE_REFERRAL] = "close referral",
        /* ---- gatekeepers ---- */
        [CMD_GATE_SEND] = "gate send",
        [CMD_GATE_TAKE] = "gate take",
        [CMD_GATE_ASK_BACK] = "gate ask back",
        [CMD_GATE_ANSWER] = "gate answer",
        [CMD_GATE_ASSENT] = "gate assent",
        [CMD_GATE_RETURN] = "gate return",
        [CMD_GATE_WITHDRAW] = "gate withdraw",
        [CMD_FIND_RESIDENCE] = "find residence",
        /* ---- stays, clocks, nights and funding ---- */
        [CMD_DEPART] = "depart",
        [CMD_STAY_READY] = "stay ready",
        [CMD_FUND_STAY] = "fund stay",
        [CMD_GIVE_RETURN_CODE] = "give return code",
        [CMD_START_CLOCK] = "start clock",
        [CMD_OFFER_CLOCK] = "offer clock",
        [CMD_TAKE_CLOCK] = "take clock",
        [CMD_PROLONG_CLOCK] = "prolong clock",
        [CMD_STOP_CLOCK] = "stop clock",
        /* ---- MDO, regiehouder, consult ---- */
        [CMD_CONVENE_MDO] = "convene MDO",
        [CMD_INVITE_MDO] = "invite MDO",
        [CMD_ANSWER_MDO] = "answer MDO",
        [CMD_DATE_MDO] = "date MDO",
        [CMD_CLOSE_MDO] = "close MDO",
        [CMD_NOTE_MDO] = "note MDO",
        [CMD_MOVE_ITEM] = "move item",
        [CMD_OFFER_REGIE] = "offer regie",
        [CMD_TAKE_REGIE] = "take regie",
        [CMD_NAME_REGIE] = "name regie",
        [CMD_KEEP_REGIE] = "keep regie",
        [CMD_END_REGIE] = "end regie",
        [CMD_ASK_CONSULT] = "ask consult",
        [CMD_ANSWER_CONSULT] = "answer consult",
        [CMD_CLOSE_CONSULT] = "close consult",
        /* ---- warm handover, keys and notes ---- */
        [CMD_MAKE_KEY] = "make key",
        [CMD_CONFIRM_KEY] = "confirm key",
        [CMD_LOSE_KEY] = "lose key",
        [CMD_CONFIRM_KEY_LOSS] = "confirm key loss",
        [CMD_KEEP_KEY] = "keep key",
        [CMD_HANDOVER_ITEM] = "handover item",
        [CMD_WRITE_NOTE] = "write note",
        [CMD_PICK_UP_NOTE] = "pick up note",
        /* ---- location leaked, surge, conflict check ---- */
        [CMD_REPORT_LEAK] = "report_leak",
        [CMD_CONFIRM_LEAK] = "confirm_leak",
        [CMD_WITHDRAW_LEAK] = "withdraw_leak",
        [CMD_ASK_LIFT] = "ask_lift",
        [CMD_LIFT_LEAK] = "lift_leak",
        [CMD_SET_SURGE] = "set_surge",
        [CMD_ASK_CONFLICT] = "ask_conflict",
        [CMD_ANSWER_CONFLICT] = "answer_conflict",
    };

    CHECK((unsigned)k < CMD_N);
    return list[k];
}
