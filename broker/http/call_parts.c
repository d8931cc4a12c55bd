#include "http/call_parts.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "http/app_state.h"
#include "http/reply.h"

#include <inttypes.h>
#include <stdio.h>

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

void call_pools_read(struct call *call, struct command *cmd, bool may_be_bridge)
{
    static const char *const fields[] = {"poolIds", "bridge"};
    struct json_at root = json_root(call->body);
    struct json_at pools = json_field(root, "poolIds");
    struct json_at bridge = json_field(root, "bridge");
    json_only(root, fields, may_be_bridge ? 2 : 1, &call->faults);
    size_t n = json_list(pools, ASK_POOLS_MAX, &call->faults);
    if (n == 0 && json_is_array(pools.value) && json_array_size(pools.value) == 0)
        json_fault_add(&call->faults, pools.pointer, "needs at least one pool");
    for (size_t i = 0; i < n; i++) {
        struct json_at item = json_item(pools, i);
        cmd->u.ask.pools[i].v = (uint32_t)json_int(item, 1, UINT32_MAX, &call->faults);
        for (size_t k = 0; k < i; k++)
            if (cmd->u.ask.pools[k].v == cmd->u.ask.pools[i].v)
                json_fault_add(&call->faults, item.pointer, "names the same pool twice");
    }
    if (may_be_bridge && json_present(bridge))
        cmd->u.ask.bridge = json_bool(bridge, &call->faults);
    cmd->u.ask.n = (uint8_t)n;
}

static uint64_t try_key(const struct call *call, const char *what)
{
    char who[48];
    int n = snprintf(who, sizeof who, "%s %" PRIu32, what, call->late.actor.account.v);
    return throttle_key(call->late.app->tries, BYTES(who, (size_t)n));
}

int64_t call_residence_until(struct call *call, struct json_at at, int residence)
{
    int before = call->faults.n;
    int64_t until_ms = json_time(at, &call->faults);
    if (call->faults.n > before || residence < 0)
        return until_ms;
    if (residence != RESIDENCE_BEDENKTIJD)
        json_fault_add(&call->faults, at.pointer, "is for a reflection period that runs");
    else if (until_ms == 0 || /* a day of 1970, not: none is known */
             !residence_until_is_valid(RESIDENCE_BEDENKTIJD, until_ms, app_now_ms(call->late.app)))
        json_fault_add(&call->faults, at.pointer, "must lie ahead, within three months");
    return until_ms;
}

bool call_try(struct call *call, const char *what, const struct throttle_rate *rate)
{
    struct http_app *app = call->late.app;
    int64_t wait = throttle_take(app->tries, try_key(call, what), rate, app_now_ms(app));
    if (wait <= 0)
        return true;
    reply_problem_wait(&call->late, 429, "too_often", "Wait before you try again",
                       "This account did this too often. Retry-After says for how long.",
                       (wait + MS_SECOND - 1) / MS_SECOND);
    return false;
}

void call_try_back(struct call *call, const char *what, const struct throttle_rate *rate)
{
    struct http_app *app = call->late.app;
    throttle_give_back(app->tries, try_key(call, what), rate, app_now_ms(app));
}

bool late_record_each(const struct late *late, const char *action, const uint64_t *objects, size_t n)
{
    const struct secrets_port *secrets = &late->app->parts.secrets;
    for (size_t i = 0; i < n; i++) {
        struct access_entry entry = {.at_ms = app_now_ms(late->app),
                                     .action = action,
                                     .account = late->actor.account,
                                     .org = late->actor.org,
                                     .role = late->actor.role,
                                     .object = objects[i]};
        if (secrets->record(secrets->ctx, &entry, NULL, NULL) != OK) {
            reply_problem(late, 503, "away", "Not possible now",
                          "Reading cannot be logged now, so nothing is shown. Try again in a moment.");
            return false;
        }
    }
    return true;
}

bool call_record(struct call *call, const char *action)
{
    return late_record_each(&call->late, action, &call->late.id, 1);
}

/* A code is what one household holds; trying codes until one fits is not a desk's work. Only misses count. */
static const struct throttle_rate miss_rate = {.burst = 10, .every_ms = MS_MINUTE};

bool call_return_code(struct call *call, const char *code, const struct stay **out)
{
    const struct engine *e = app_engine(call->late.app);
    const struct stay *s = NULL;
    *out = NULL;
    if (!call_may(call, ACT_OPEN_RETURN, 0) || !call_try(call, "return", &miss_rate))
        return false;
    s = engine_stay_by_return_code(e, code);
    if (s == NULL || !engine_referral(e, s->referral)->facts_known)
        return call_record(call, "return.miss"); /* without the code: it may be one letter from a right one */
    call_try_back(call, "return", &miss_rate);
    call->late.id = s->referral.v;
    *out = s;
    return call_record(call, "return.read");
}

int64_t call_clock(const struct call *call, int64_t at_ms)
{
    int64_t now_ms = app_now_ms(call->late.app);

    return at_ms > now_ms && at_ms <= now_ms + MS_MINUTE ? now_ms : at_ms;
}

int64_t call_moment_past(struct call *call, struct json_at at, struct moment_bounds bounds)
{
    int faults = call->faults.n;
    int64_t at_ms = 0;

    if (!json_present(at))
        return 0;
    bounds.now_ms = app_now_ms(call->late.app);
    at_ms = call_clock(call, json_time(at, &call->faults));
    if (call->faults.n == faults)
        moment_fault(&call->faults, at, moment_judge(at_ms, &bounds));
    return call->faults.n > faults ? 0 : at_ms;
}
