#include "core/event.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/stay/stay_state.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct confirmed) <= sizeof(struct pool),
               "an event does not grow by EV_CAPACITY_CONFIRMED");
_Static_assert(sizeof(struct ev_key_made) <= sizeof(struct pool), "nor by EV_KEY_MADE");

_Static_assert(sizeof(struct bridge) <= sizeof(struct pool), "an event does not grow by EV_BRIDGE_OPENED");
_Static_assert(sizeof(struct stay_event) <= sizeof(struct pool) &&
                   sizeof(struct clock_event) <= sizeof(struct pool),
               "nor by a stay's or a clock's");

struct event *event_list_add(struct event_list *l, enum event_kind kind)
{
    struct event *ev = NULL;

    CHECK((unsigned)kind < EV_N);
    MEM_GROW(l->list, l->n, l->cap);
    ev = &l->list[l->n++];
    /* Padding too, so that nothing of an earlier event can show through. */
    memset(ev, 0, sizeof *ev);
    ev->kind = kind;
    return ev;
}

void event_list_clear(struct event_list *l)
{
    l->n = 0;
}

void event_list_fini(struct event_list *l)
{
    free(l->list);
    *l = (struct event_list){0};
}

struct referral_id event_subject(const struct event *ev)
{
    switch (ev->kind) {
    case EV_REFERRAL_OPENED:
        return ev->u.opened.id;
    case EV_REQUEST_MADE:
        return ev->u.made.referral;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        return ev->u.request.referral;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
        return ev->u.referral.referral;
    case EV_PLACE_FOUND:
        return ev->u.found.referral;
    /* ---- timers and escalation ---- */
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_REFERRAL_WIDENED:
    case EV_HOLD_SET:
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        return ev->u.escalation.referral;
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED:
        return ev->u.bridge_opened.referral;
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
    case EV_BRIDGE_TRAVELLING:
        return ev->u.bridge.referral;
    case EV_BRIDGE_FUNDED:
        return ev->u.bridge_funded.referral;
    case EV_NIGHT_NOTED:
    case EV_REFERRAL_CLOSED:
        return ev->u.night.referral;
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        return ev->u.gate.referral;
    case EV_RESIDENCE_FOUND:
        return ev->u.residence.referral;
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
    case EV_REFERRAL_LINKED:
    case EV_FUNDING_FLAGGED:
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        return stay_event_subject(ev);
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
        return ev->u.mdo.referral;
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
        return ev->u.mdo_item.referral;
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
        return ev->u.regie.referral;
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        return ev->u.consult.referral;
    /* ---- warm handover, keys and notes ---- */
    case EV_HANDOVER_ITEM:
        return ev->u.item.referral;
    case EV_NOTE_WRITTEN:
        return ev->u.note_written.referral;
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        return ev->u.note.referral;
    case EV_KEY_MADE:
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        return ev->u.conflict.referral;
    case EV_LEAK_REPORTED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET:
        break;
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_POOL_DEFINED:
    case EV_CAPACITY_OBSERVED:
    case EV_CAPACITY_CONFIRMED:
    case EV_COMMAND_DONE:
    case EV_N:
        break;
    }
    return (struct referral_id){0};
}

const char *event_name(enum event_kind k)
{
    static const char *const list[EV_N] = {
        [EV_ORG_DEFINED] = "org.defined",
        [EV_LOCATION_DEFINED] = "location.defined",
        [EV_POOL_DEFINED] = "pool.defined",
        [EV_CAPACITY_OBSERVED] = "capacity.observed",
        [EV_REFERRAL_OPENED] = "referral.opened",
        [EV_REQUEST_MADE] = "request.made",
        [EV_REQUEST_SEEN] = "request.seen",
        [EV_REQUEST_ACCEPTED] = "request.accepted",
        [EV_REQUEST_DECLINED] = "request.declined",
        [EV_REQUEST_EXPIRED] = "request.expired",
        [EV_REQUEST_CANCELLED] = "request.cancelled",
        [EV_REQUEST_LATE_YES] = "request.late_yes",
        [EV_REFERRAL_TRAVELLING] = "referral.travelling",
        [EV_REFERRAL_ADMITTED] = "referral.admitted",
        [EV_REFERRAL_NO_SHOW] = "referral.no_show",
        [EV_REFERRAL_WITHDRAWN] = "referral.withdrawn",
        [EV_REFERRAL_UNPLACED] = "referral.unplaced",
        [EV_COMMAND_DONE] = "command.done",
        [EV_REQUEST_SILENT] = "request.silent",
        [EV_PLACE_FOUND] = "referral.place_found",
        [EV_CAPACITY_CONFIRMED] = "capacity.confirmed",
        /* ---- timers and escalation ---- */
        [EV_REQUEST_RUNG] = "request.rung",
        [EV_REQUEST_EXTENDED] = "request.extended",
        [EV_REFERRAL_WIDENED] = "referral.widened",
        [EV_HOLD_SET] = "hold.set",
        [EV_ALARM_RAISED] = "alarm.raised",
        [EV_ALARM_ACKNOWLEDGED] = "alarm.acknowledged",
        [EV_REFERRAL_HANDED_OVER] = "referral.handed_over",
        [EV_REFERRAL_TAKEN_OVER] = "referral.taken_over",
        /* ---- no bed: bridges and the unplaced register ---- */
        [EV_BRIDGE_OPENED] = "bridge.opened",
        [EV_BRIDGE_STARTED] = "bridge.started",
        [EV_BRIDGE_CHECKED] = "bridge.checked",
        [EV_BRIDGE_ALARMED] = "bridge.alarmed",
        [EV_BRIDGE_ARRIVED] = "bridge.arrived",
        [EV_BRIDGE_ENDED] = "bridge.ended",
        [EV_BRIDGE_FUNDED] = "bridge.funded",
        [EV_BRIDGE_TRAVELLING] = "bridge.travelling",
        [EV_NIGHT_NOTED] = "night.noted",
        [EV_REFERRAL_CLOSED] = "referral.closed",
        /* ---- gatekeepers ---- */
        [EV_GATE_SENT] = "gate.sent",
        [EV_GATE_TAKEN] = "gate.taken",
        [EV_GATE_ASKED_BACK] = "gate.asked_back",
        [EV_GATE_ANSWERED] = "gate.answered",
        [EV_GATE_ASSENTED] = "gate.assented",
        [EV_GATE_RETURNED] = "gate.returned",
        [EV_GATE_WITHDRAWN] = "gate.withdrawn",
        [EV_RESIDENCE_FOUND] = "referral.residence_found",
        /* ---- stays, clocks, nights and funding ---- */
        [EV_STAY_STARTED] = "stay.started",
        [EV_STAY_READY] = "stay.ready",
        [EV_STAY_FUNDED] = "stay.funded",
        [EV_RETURN_CODE_GIVEN] = "stay.return_code_given",
        [EV_STAY_ENDED] = "stay.ended",
        [EV_REFERRAL_LINKED] = "referral.linked",
        [EV_FUNDING_FLAGGED] = "funding.flagged",
        [EV_CLOCK_STARTED] = "clock.started",
        [EV_CLOCK_OFFERED] = "clock.offered",
        [EV_CLOCK_TAKEN] = "clock.taken",
        [EV_CLOCK_PROLONGED] = "clock.prolonged",
        [EV_CLOCK_STOPPED] = "clock.stopped",
        [EV_CLOCK_WARNED] = "clock.warned",
        [EV_CLOCK_RAN_OUT] = "clock.ran_out",
        /* ---- MDO, regiehouder, consult ---- */
        [EV_MDO_CONVENED] = "mdo.convened",
        [EV_MDO_INVITED] = "mdo.invited",
        [EV_MDO_ANSWERED] = "mdo.answered",
        [EV_MDO_DATED] = "mdo.dated",
        [EV_MDO_CLOSED] = "mdo.closed",
        [EV_MDO_NOTED] = "mdo.noted",
        [EV_MDO_ITEM_MOVED] = "mdo.item_moved",
        [EV_REGIE_OFFERED] = "regie.offered",
        [EV_REGIE_TAKEN] = "regie.taken",
        [EV_REGIE_KEPT] = "regie.kept",
        [EV_REGIE_ENDED] = "regie.ended",
        [EV_CONSULT_ASKED] = "consult.asked",
        [EV_CONSULT_ANSWERED] = "consult.answered",
        [EV_CONSULT_CLOSED] = "consult.closed",
        /* ---- warm handover, keys and notes ---- */
        [EV_KEY_MADE] = "key.made",
        [EV_KEY_CONFIRMED] = "key.confirmed",
        [EV_KEY_LOST] = "key.lost",
        [EV_HANDOVER_ITEM] = "handover.item",
        [EV_NOTE_WRITTEN] = "note.written",
        [EV_NOTE_PICKED_UP] = "note.picked_up",
        [EV_NOTE_UNREADABLE] = "note.unreadable",
        [EV_NOTE_DESTROYED] = "note.destroyed",
        /* ---- location leaked, surge, conflict check ---- */
        [EV_LEAK_REPORTED] = "leak.reported",
        [EV_LEAK_DROPPED] = "leak.dropped",
        [EV_LOCATION_FROZEN] = "leak.frozen",
        [EV_LEAK_HOUSEHOLD] = "leak.household",
        [EV_LEAK_BRIDGE] = "leak.bridge",
        [EV_LEAK_LIFT_ASKED] = "leak.lift_asked",
        [EV_LEAK_LIFT_REFUSED] = "leak.lift_refused",
        [EV_LOCATION_LIFTED] = "leak.lifted",
        [EV_SUPPLY_CHANGED] = "supply.changed",
        [EV_SURGE_SET] = "surge.set",
        [EV_CONFLICT_ASKED] = "request.conflict_asked",
        [EV_CONFLICT_ANSWERED] = "request.conflict_answered",
        /* ---- loss of the key in use ---- */
        [EV_KEY_LOSS_ASKED] = "key.loss_asked",
        [EV_KEY_LOSS_DROPPED] = "key.loss_dropped",
        [EV_ALARM_REPEATED] = "alarm.repeated",
        [EV_HOUSEHOLD_REFUSED] = "request.refused",
    };

    CHECK((unsigned)k < EV_N);
    return list[k];
}
