#include "http/call_parts.h"

#include "base/mem.h"
#include "http/app_state.h"

uint8_t call_reason(struct call *call, enum vocab_list list)
{
    static const char *const fields[] = {"reason"};
    const struct vocab *v = engine_vocab(app_engine(call->late.app));
    struct json_at root = json_root(call->body);
    struct json_at reason = json_field(root, "reason");
    json_only(root, fields, COUNT_OF(fields), &call->faults);
    int index = vocab_list_find(v, list, json_text(reason, VOCAB_CODE_SIZE - 1, &call->faults));
    if (index < 0 && json_is_string(reason.value))
        json_fault_add(&call->faults, reason.pointer, "is not a known reason");
    return (uint8_t)(index + 1);
}

bool call_record(struct call *call, const char *action)
{
    const struct secrets_port *secrets = &call->late.app->parts.secrets;
    const struct actor *a = &call->late.actor;
    struct access_entry entry = {.at_ms = app_now_ms(call->late.app),
                                 .action = action,
                                 .account = a->account,
                                 .org = a->org,
                                 .role = a->role,
                                 .object = call->late.id};
    if (secrets->record(secrets->ctx, &entry, NULL, NULL) == OK)
        return true;
    reply_problem(&call->late, 503, "away", "Not possible now",
                  "Reading cannot be logged now, so nothing is shown. Try again in a moment.");
    return false;
}
