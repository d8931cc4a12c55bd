#include "flow/command_copy.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* Where the next part starts behind SIZE bytes, so that any type may stand there. */
static size_t aligned(size_t size)
{
    size_t a = alignof(max_align_t);

    return (size + a - 1) / a * a;
}

/* What the union of CMD points to, and how large it is; 0 for the kinds that point to nothing. */
static size_t object_of(const struct command *cmd, const void **object)
{
    *object = NULL;
    switch (cmd->kind) {
    case CMD_DEFINE_ORG:
        *object = cmd->u.org;
        return sizeof *cmd->u.org;
    case CMD_DEFINE_LOCATION:
        *object = cmd->u.location;
        return sizeof *cmd->u.location;
    case CMD_DEFINE_POOL:
        *object = cmd->u.pool;
        return sizeof *cmd->u.pool;
    case CMD_REPORT_CAPACITY:
        *object = cmd->u.report.list;
        return cmd->u.report.n * sizeof *cmd->u.report.list;
    case CMD_OPEN_REFERRAL:
        *object = cmd->u.need;
        return sizeof *cmd->u.need;
    case CMD_OPEN_BRIDGE:
    case CMD_CHANGE_BRIDGE:
        *object = cmd->u.open_bridge.wish;
        return sizeof *cmd->u.open_bridge.wish;
    case CMD_ASK:
    case CMD_SEE_REQUEST:
    case CMD_ACCEPT:
    case CMD_DECLINE:
    case CMD_TRAVEL:
    case CMD_CONFIRM_ARRIVAL:
    case CMD_NO_SHOW:
    case CMD_WITHDRAW:
    case CMD_TICK:
    case CMD_ANNOUNCE:
    case CMD_TAKE_BACK:
        return 0;
    /* ---- timers and escalation ---- */
    case CMD_EXTEND_REQUEST:
    case CMD_EXTEND_HOLD:
    case CMD_ACKNOWLEDGE_ALARM:
    case CMD_HAND_OVER:
    case CMD_TAKE_OVER:
        return 0;
    /* ---- no bed: bridges and the unplaced register ---- */
    case CMD_START_BRIDGE:
    case CMD_CHECK_IN:
    case CMD_END_BRIDGE:
    case CMD_FUND_BRIDGE:
    case CMD_BRIDGE_TRAVEL:
    case CMD_NOTE_NIGHT:
    case CMD_CLOSE_REFERRAL:
        return 0;
    /* ---- gatekeepers ---- */
    case CMD_GATE_SEND:
    case CMD_GATE_TAKE:
    case CMD_GATE_ASK_BACK:
    case CMD_GATE_ANSWER:
    case CMD_GATE_ASSENT:
    case CMD_GATE_RETURN:
    case CMD_GATE_WITHDRAW:
    case CMD_FIND_RESIDENCE:
        return 0;
    /* ---- stays, clocks, nights and funding ---- */
    case CMD_DEPART:
    case CMD_STAY_READY:
    case CMD_FUND_STAY:
    case CMD_GIVE_RETURN_CODE:
    case CMD_START_CLOCK:
    case CMD_OFFER_CLOCK:
    case CMD_TAKE_CLOCK:
    case CMD_PROLONG_CLOCK:
    case CMD_STOP_CLOCK:
    case CMD_DATE_NIGHTS:
    case CMD_RESUME_STAY:
        return 0;
    /* ---- MDO, regiehouder, consult ---- */
    case CMD_CONVENE_MDO:
    case CMD_INVITE_MDO:
    case CMD_ANSWER_MDO:
    case CMD_DATE_MDO:
    case CMD_CLOSE_MDO:
    case CMD_NOTE_MDO:
    case CMD_MOVE_ITEM:
    case CMD_OFFER_REGIE:
    case CMD_TAKE_REGIE:
    case CMD_NAME_REGIE:
    case CMD_KEEP_REGIE:
    case CMD_END_REGIE:
    case CMD_ASK_CONSULT:
    case CMD_ANSWER_CONSULT:
    case CMD_CLOSE_CONSULT:
        *object = cmd->u.care;
        return sizeof *cmd->u.care;
    /* ---- warm handover, keys and notes ---- */
    case CMD_MAKE_KEY:
        *object = cmd->u.make_key;
        return sizeof *cmd->u.make_key;
    case CMD_WRITE_NOTE:
        *object = cmd->u.write_note;
        return sizeof *cmd->u.write_note;
    case CMD_CONFIRM_KEY:
    case CMD_LOSE_KEY:
    case CMD_CONFIRM_KEY_LOSS:
    case CMD_KEEP_KEY:
    case CMD_HANDOVER_ITEM:
    case CMD_PICK_UP_NOTE:
        return 0;
    /* ---- location leaked, surge, conflict check ---- */
    case CMD_REPORT_LEAK:
    case CMD_CONFIRM_LEAK:
    case CMD_WITHDRAW_LEAK:
    case CMD_ASK_LIFT:
    case CMD_LIFT_LEAK:
    case CMD_SET_SURGE:
    case CMD_ASK_CONFLICT:
    case CMD_ANSWER_CONFLICT:
        return 0;
    case CMD_N:
        break;
    }
    check_failed(__FILE__, __LINE__, __func__, "a command of a known kind");
}

static void point_at(struct command *cmd, const void *object)
{
    if (cmd->kind == CMD_DEFINE_ORG)
        cmd->u.org = object;
    else if (cmd->kind == CMD_DEFINE_LOCATION)
        cmd->u.location = object;
    else if (cmd->kind == CMD_DEFINE_POOL)
        cmd->u.pool = object;
    else if (cmd->kind == CMD_REPORT_CAPACITY)
        cmd->u.report.list = object;
    else if (cmd->kind == CMD_OPEN_REFERRAL)
        cmd->u.need = object;
    else if (cmd->kind >= CMD_CONVENE_MDO && cmd->kind <= CMD_NAME_REGIE)
        cmd->u.care = object;
    else if (cmd->kind == CMD_MAKE_KEY)
        cmd->u.make_key = object;
    else if (cmd->kind == CMD_WRITE_NOTE)
        cmd->u.write_note = object;
    else if (cmd->kind == CMD_OPEN_BRIDGE || cmd->kind == CMD_CHANGE_BRIDGE)
        cmd->u.open_bridge.wish = object;
}

struct command *command_copy(const struct command *cmd)
{
    const void *object = NULL;
    size_t object_size = object_of(cmd, &object);
    size_t carries_size = cmd->actor.n_carries * sizeof *cmd->actor.carries;
    size_t object_at = aligned(sizeof *cmd);
    size_t carries_at = object_at + aligned(object_size);
    uint8_t *block = mem_new(1, carries_at + carries_size);
    struct command *copy = (struct command *)(void *)block;

    CHECK(object_size == 0 || object != NULL);
    *copy = *cmd;
    if (object_size > 0)
        memcpy(block + object_at, object, object_size);
    point_at(copy, object_size > 0 ? block + object_at : NULL);
    if (carries_size > 0)
        memcpy(block + carries_at, cmd->actor.carries, carries_size);
    copy->actor.carries = carries_size > 0 ? (const struct org_id *)(const void *)(block + carries_at) : NULL;
    return copy;
}
