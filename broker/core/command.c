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
        /* ---- gatekeepers ---- */
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
        [CMD_KEEP_REGIE] = "keep regie",
        [CMD_END_REGIE] = "end regie",
        [CMD_ASK_CONSULT] = "ask consult",
        [CMD_ANSWER_CONSULT] = "answer consult",
        [CMD_CLOSE_CONSULT] = "close consult",
        /* ---- warm handover, keys and notes ---- */
        /* ---- location leaked, surge, conflict check ---- */
    };

    CHECK((unsigned)k < CMD_N);
    return list[k];
}
