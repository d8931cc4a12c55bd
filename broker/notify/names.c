#include "notify/names.h"

#include "core/nobed/nobed.h"
#include "notify/subject.h"

#include <string.h>

/* Names besides that of the kind. */
static const struct {
    enum event_kind kind;
    const char *name;
} more[] = {
    {EV_REQUEST_RUNG, "request.rung_again"},  {EV_HOLD_SET, "hold.extended"},
    {EV_ALARM_RAISED, "alarm.lead"},          {EV_ALARM_RAISED, "alarm.hold_ending"},
    {EV_ALARM_RAISED, "alarm.hold_ended"},    {EV_ALARM_RAISED, "alarm.no_show"},
    {EV_ALARM_RAISED, "alarm.gate"},          {EV_ALARM_REPEATED, "alarm.lead"},
    {EV_ALARM_REPEATED, "alarm.hold_ending"}, {EV_ALARM_REPEATED, "alarm.hold_ended"},
    {EV_ALARM_REPEATED, "alarm.no_show"},     {EV_ALARM_REPEATED, "alarm.gate"},
    {EV_ALARM_REPEATED, "alarm.passed_on"},   {EV_REFERRAL_LINKED, "referral.follow_up"},
    {EV_ALARM_RAISED, "alarm.leaked"},        {EV_ALARM_REPEATED, "alarm.leaked"},
    {EV_LEAK_HOUSEHOLD, "leak.unknown"},      {EV_SURGE_SET, "surge.over"},
    {EV_CONSULT_CLOSED, "consult.declined"},  {EV_CONSULT_CLOSED, "consult.withdrawn"},
    {EV_BRIDGE_ALARMED, "bridge.lead"},       {EV_LEAK_REPEATED, "leak.passed_on"},
    {EV_LEAK_REPEATED, "leak.given_up"},      {EV_REFERRAL_NO_SHOW, "referral.turned_away"},
    {EV_REQUEST_CANCELLED, "request.lost"},   {EV_BRIDGE_ENDED, "bridge.called_off"},
    {EV_REGIE_KEPT, "regie.relieved"},        {EV_REQUEST_CANCELLED, "request.taken_back"},
    {EV_ALARM_RAISED, "alarm.conflict"},      {EV_ALARM_REPEATED, "alarm.conflict"},
};

static const char *name_of_alarm(enum alarm alarm)
{
    static const char *const list[ALARM_N] = {"alarm.lead",    "alarm.hold_ending", "alarm.hold_ended",
                                              "alarm.no_show", "alarm.gate",        "alarm.leaked",
                                              "alarm.conflict"};

    return (unsigned)alarm < ALARM_N ? list[alarm] : event_name(EV_ALARM_RAISED);
}

const char *name_of_event(const struct engine *e, const struct event *ev)
{
    const struct request *q = NULL;
    const struct bridge *b = NULL;

    switch ((int)ev->kind) { /* all others have one name */
    case EV_REQUEST_RUNG:
        q = engine_request(e, ev->u.escalation.request);
        return q != NULL && q->n_rung >= 2 ? "request.rung_again" : event_name(ev->kind);
    case EV_HOLD_SET:
        return ev->u.escalation.how == HOLD_EXTENDED ? "hold.extended" : event_name(ev->kind);
    case EV_ALARM_RAISED:
        return name_of_alarm(ev->u.escalation.alarm);
    case EV_ALARM_REPEATED: /* raised again it is the same alarm; passed on, another's business too */
        return ev->u.escalation.passed_on ? "alarm.passed_on" : name_of_alarm(ev->u.escalation.alarm);
    case EV_REQUEST_CANCELLED: /* a yes that is lost so has its own alarm */
        q = engine_request(e, ev->u.request.request);
        if (ev->u.request.why == CANCEL_TAKEN_BACK)
            return "request.taken_back";
        return ev->u.request.why == CANCEL_LEAKED && q != NULL && q->answered_at_ms == 0
                   ? "request.lost"
                   : event_name(ev->kind);
    case EV_BRIDGE_ENDED: /* a bed that nobody had come to yet */
        b = engine_bridge(e, ev->u.bridge.bridge);
        return b != NULL && b->kind == BRIDGE_BED && b->started_at_ms == 0 ? "bridge.called_off"
                                                                           : event_name(ev->kind);
    case EV_REFERRAL_NO_SHOW: /* who stood at the door did come */
        q = engine_request(e, ev->u.referral.request);
        return q != NULL && q->refused ? "referral.turned_away" : event_name(ev->kind);
    case EV_BRIDGE_ALARMED: /* as it is now: read late, the team lead is rung for what began as the desk's */
        b = engine_bridge(e, ev->u.bridge.bridge);
        return b != NULL && bridge_is_escalated(b) ? "bridge.lead" : event_name(ev->kind);
    case EV_REFERRAL_LINKED:
        return ev->u.link.why == LINK_FOLLOW_UP ? "referral.follow_up" : event_name(ev->kind);
    case EV_LEAK_HOUSEHOLD: /* one of which nothing is known any more: nothing but this tells its desk */
        return ev->u.leak.later.v == 0 ? "leak.unknown" : event_name(ev->kind);
    case EV_LEAK_REPEATED:
        if (ev->u.leak.is_last)
            return "leak.given_up";
        return ev->u.leak.passed_on ? "leak.passed_on" : event_name(ev->kind);
    case EV_SURGE_SET:
        return ev->u.surge.on ? event_name(ev->kind) : "surge.over";
    case EV_REGIE_KEPT: /* an offer that ends because another took it from its holder */
        return subject_is_relief(e, ev) ? "regie.relieved" : event_name(ev->kind);
    case EV_CONSULT_CLOSED:
        return ev->u.consult.state == CONSULT_DECLINED ? "consult.declined" : "consult.withdrawn";
    default:
        return event_name(ev->kind);
    }
}

bool name_is_of_kind(const char *name, enum event_kind kind)
{
    if (strcmp(name, event_name(kind)) == 0)
        return true;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (more[i].kind == kind && strcmp(name, more[i].name) == 0)
            return true;
    }
    return false;
}
