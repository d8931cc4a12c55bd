/* A report of a leak that nobody confirmed or withdrew: said again, as an alarm is, until one does. Who must
 * act is a second person of the house, and that one may be asleep. */
#include "core/safety/safety_apply.h"
#include "core/safety/safety_decide.h"

#include "base/time_text.h"
#include "core/engine_state.h"

int64_t leak_again_ms(const struct engine *e, const struct leak *l)
{
    const struct timers_settings *s = &e->settings.timers;
    int64_t last_ms = l->n_again != 0 ? l->again_at_ms : l->reported_at_ms;

    if (l->state != LEAK_REPORTED || s->again_s[THREAT_ROOD] == 0 || l->n_again >= 2 * s->again_times ||
        l->reported_at_ms < e->timers.took_up_ms - MS_DAY)
        return INT64_MAX;
    return last_ms + s->again_s[THREAT_ROOD] * MS_SECOND;
}

bool leak_is_given_up(const struct engine *e, const struct leak *l)
{
    return l->state == LEAK_REPORTED && leak_again_ms(e, l) == INT64_MAX;
}

void safety_refresh_due(struct engine *e, struct leak_slot *s)
{
    due_refresh(e, (struct due){.at_ms = leak_again_ms(e, &s->l), .id = s->l.id, .kind = DUE_LEAK}, s->due);
}

void safety_took_up(struct engine *e)
{
    for (uint32_t i = 0; i < e->safety.n_leaks; i++)
        safety_refresh_due(e, &e->safety.leaks[i]);
}

void decide_leak_due(struct decision *d, uint32_t leak)
{
    const struct leak *l = engine_leak(d->e, leak);
    uint8_t times = d->e->settings.timers.again_times;
    struct event *ev = decision_event(d, EV_LEAK_REPEATED);

    ev->u.leak.leak = leak;
    ev->u.leak.location = l->location;
    ev->u.leak.again = (uint8_t)(l->n_again + 1);
    ev->u.leak.passed_on = ev->u.leak.again > times;
    ev->u.leak.is_last = ev->u.leak.again == 2 * times;
}

/* Whether it was time is not asked: the settings may have changed since. */
const char *leak_repeated_impossible(const struct engine *e, const struct event *ev)
{
    const struct leak_event *v = &ev->u.leak;
    const struct leak *l = engine_leak(e, v->leak);

    if (l == NULL || l->location.v != v->location.v || l->state != LEAK_REPORTED)
        return "a report said again that waits for nobody";
    return v->again != l->n_again + 1 || v->again > ALARM_AGAIN_MAX ? "a report said again out of turn"
                                                                    : NULL;
}

void leak_repeated_apply(struct engine *e, const struct event *ev)
{
    struct leak_slot *s = &e->safety.leaks[ev->u.leak.leak - 1];

    s->l.n_again = ev->u.leak.again;
    s->l.again_at_ms = ev->at_ms;
    s->l.passed_on |= ev->u.leak.passed_on;
    s->l.version = ev->seq;
    safety_refresh_leak(e, s);
    safety_refresh_due(e, s);
}
