#include "support/timer_steps.h"

#include "core/timers/timers.h"

#include <string.h>

struct core_settings timed(void)
{
    struct core_settings s = core_settings_default();

    memset(s.ask_next, 0, sizeof s.ask_next);
    s.timers.again_times = 0;
    return s;
}

struct exchange *exchange_timed(void)
{
    struct core_settings s = timed();

    return exchange_new_with(&s);
}

unsigned happened(const struct exchange *x, enum event_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < last_count(x); i++)
        n += last_event(x, i)->kind == kind;
    return n;
}

struct need need_at(enum threat_level level)
{
    return a_need(.level = level, .urgency = URGENCY_DRIE_DAGEN);
}

void due_at(struct exchange *x, int64_t at_ms, enum event_kind kind, const char *what)
{
    x->now = at_ms - 1;
    do_tick(x);
    if (happened(x, kind) != 0)
        fail_msg("%s: too early", what);
    x->now = at_ms;
    do_tick(x);
    if (happened(x, kind) != 1)
        fail_msg("%s: %u times at its moment", what, happened(x, kind));
    do_tick(x);
    if (happened(x, kind) != 0)
        fail_msg("%s: twice", what);
}

struct outcome take_over(struct exchange *x, struct referral_id r, uint32_t account)
{
    struct command cmd = {.kind = CMD_TAKE_OVER, .actor = referrer_of(VT_OOST)};

    cmd.actor.account.v = account;
    cmd.u.referral.referral = r;
    return exchange_do(x, &cmd);
}

struct outcome escalate(struct exchange *x, enum command_kind kind, struct referral_id r, enum alarm alarm,
                        uint32_t to)
{
    struct command cmd = {.kind = kind, .actor = referrer_of(VT_OOST)};

    cmd.u.escalation.referral = r;
    cmd.u.escalation.alarm = alarm;
    cmd.u.escalation.to.v = to;
    return exchange_do(x, &cmd);
}
