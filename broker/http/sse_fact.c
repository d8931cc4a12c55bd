#include "http/sse_fact.h"

#include "base/time_text.h"

#include <string.h>

/* The state that an event brings its request, or else its referral, into; the event alone decides, because
 * the engine may be ahead of what is durable. */
static const char *const states[EV_N] = {
    [EV_REFERRAL_OPENED] = "open",
    [EV_REQUEST_MADE] = "pending",
    [EV_REQUEST_SEEN] = "pending",
    [EV_REQUEST_ACCEPTED] = "accepted",
    [EV_REQUEST_DECLINED] = "declined",
    [EV_REQUEST_EXPIRED] = "expired",
    [EV_REQUEST_CANCELLED] = "cancelled",
    [EV_REFERRAL_TRAVELLING] = "travelling",
    [EV_REFERRAL_ADMITTED] = "admitted",
    [EV_REFERRAL_NO_SHOW] = "open",
    [EV_REFERRAL_WITHDRAWN] = "withdrawn",
    [EV_REQUEST_SILENT] = "pending",
    /* ---- timers and escalation ---- */
    [EV_REQUEST_RUNG] = "pending",
    [EV_REQUEST_EXTENDED] = "pending",
    /* ---- no bed: bridges and the unplaced register ---- */
    [EV_BRIDGE_OPENED] = "planned",
    [EV_BRIDGE_STARTED] = "active",
    [EV_BRIDGE_TRAVELLING] = "travelling",
    [EV_BRIDGE_ALARMED] = "alarm",
    [EV_BRIDGE_ARRIVED] = "active",
    [EV_BRIDGE_ENDED] = "ended",
    [EV_REFERRAL_CLOSED] = "closed",
    /* ---- gatekeepers ---- */
    [EV_GATE_SENT] = "waiting",
    [EV_GATE_TAKEN] = "taken",
    [EV_GATE_ASKED_BACK] = "asked_back",
    [EV_GATE_ANSWERED] = "taken",
    [EV_GATE_ASSENTED] = "placing",
    [EV_GATE_RETURNED] = "returned",
    [EV_GATE_WITHDRAWN] = "withdrawn",
    /* ---- stays, clocks, nights and funding ---- */
    [EV_STAY_ENDED] = "departed",
    [EV_CLOCK_WARNED] = "warned",
    [EV_CLOCK_RAN_OUT] = "run_out",
    /* ---- MDO, regiehouder, consult ---- */
    /* ---- warm handover, keys and notes ---- */
    [EV_KEY_MADE] = "made",
    [EV_KEY_CONFIRMED] = "active",
    [EV_KEY_LOST] = "lost",
    [EV_KEY_LOSS_ASKED] = "loss_asked",
    [EV_KEY_LOSS_DROPPED] = "active",
    /* ---- location leaked, surge, conflict check ---- */
    [EV_LEAK_REPORTED] = "reported",
    [EV_LEAK_DROPPED] = "dropped",
    [EV_LOCATION_FROZEN] = "frozen",
    [EV_LEAK_LIFT_ASKED] = "lift_asked",
    [EV_LEAK_LIFT_REFUSED] = "frozen",
    [EV_LOCATION_LIFTED] = "lifted",
    [EV_CONFLICT_ASKED] = "pending",
};

static void of_request(const struct engine *e, struct request_id id, struct fact *out)
{
    const struct request *q = engine_request(e, id);

    out->request = id;
    if (q != NULL) { /* never changes once the request was made */
        out->referral = q->referral;
        out->pool = q->pool;
    }
}

static bool has_gates(const struct engine *e, struct referral_id id)
{
    const struct referral *r = engine_referral(e, id);

    return r != NULL && r->n_gates > 0;
}

bool fact_of_event(const struct engine *e, const struct event *ev, struct fact *out)
{
    memset(out, 0, sizeof *out);
    out->seq = ev->seq;
    out->at_ms = ev->at_ms;
    out->kind = ev->kind;
    out->state = (unsigned)ev->kind < EV_N ? states[ev->kind] : NULL;
    switch (ev->kind) {
    case EV_POOL_DEFINED:
        out->pool = ev->u.pool.id;
        return true;
    case EV_CAPACITY_OBSERVED:
        out->pool = ev->u.capacity.o.pool;
        return true;
    case EV_CAPACITY_CONFIRMED:
        out->n_confirmed = ev->u.confirmed.n;
        memcpy(out->confirmed, ev->u.confirmed.pools, out->n_confirmed * sizeof out->confirmed[0]);
        return true;
    case EV_REFERRAL_OPENED:
        out->referral = ev->u.opened.id;
        return true;
    case EV_REQUEST_MADE:
        out->request = ev->u.made.id;
        out->referral = ev->u.made.referral;
        out->pool = ev->u.made.pool;
        return true;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        of_request(e, ev->u.request.request, out);
        return true;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
        if (ev->u.referral.request.v != 0)
            of_request(e, ev->u.referral.request, out);
        out->referral = ev->u.referral.referral;
        /* A gatekeeper hears that it is over, and not where: one text is for all who hear it. */
        if (ev->kind == EV_REFERRAL_ADMITTED && has_gates(e, out->referral))
            out->pool = (struct pool_id){0};
        return true;
    case EV_PLACE_FOUND:
        out->referral = ev->u.found.referral;
        out->pool = ev->u.found.pool;
        return true;
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
        if (ev->u.escalation.request.v != 0)
            of_request(e, ev->u.escalation.request, out);
        out->referral = ev->u.escalation.referral;
        out->object = (uint64_t)ev->u.escalation.alarm;
        return true;
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED:
        if (ev->u.bridge_opened.request.v != 0)
            of_request(e, ev->u.bridge_opened.request, out);
        out->referral = ev->u.bridge_opened.referral;
        return true;
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
    case EV_BRIDGE_TRAVELLING:
        if (ev->u.bridge.request.v != 0)
            of_request(e, ev->u.bridge.request, out);
        out->referral = ev->u.bridge.referral;
        return true;
    case EV_BRIDGE_FUNDED:
        out->object = ev->u.bridge_funded.bridge.v;
        out->referral = ev->u.bridge_funded.referral;
        return true;
    case EV_NIGHT_NOTED:
    case EV_REFERRAL_CLOSED:
        out->referral = ev->u.night.referral;
        return true;
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        out->referral = ev->u.gate.referral;
        out->gate = ev->u.gate.gate;
        return true;
    case EV_RESIDENCE_FOUND:
        out->referral = ev->u.residence.referral;
        return true;
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
        out->referral = ev->u.stay.referral;
        out->stay = ev->u.stay.stay;
        return true;
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        out->referral = ev->u.clock.referral;
        out->clock = ev->u.clock.clock;
        out->owner = ev->u.clock.owner;
        out->org = ev->u.clock.org;
        return true;
    case EV_REFERRAL_LINKED:
        out->referral = ev->u.link.referral;
        return true;
    case EV_FUNDING_FLAGGED: /* a count went up: not whose */
        out->region = ev->u.flag.region;
        return true;
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
        out->referral = ev->u.mdo.referral;
        out->object = ev->u.mdo.mdo;
        return true;
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
        out->referral = ev->u.mdo_item.referral;
        out->object = ev->u.mdo_item.mdo;
        return true;
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
        out->referral = ev->u.regie.referral;
        out->object = ev->u.regie.to.v;
        return true;
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        out->object = ev->u.consult.consult; /* who is asked must not learn of which referral */
        return true;
    /* ---- warm handover, keys and notes ---- */
    case EV_HANDOVER_ITEM:
        of_request(e, ev->u.item.request, out);
        return true;
    case EV_NOTE_WRITTEN:
        of_request(e, ev->u.note_written.request, out);
        return true;
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        of_request(e, ev->u.note.request, out);
        return true;
    case EV_KEY_MADE:
        out->object = ev->u.key_made.id.v;
        return true;
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        out->object = ev->u.key.id.v;
        return true;
    /* ---- location leaked, surge, conflict check ---- */
    case EV_LEAK_REPORTED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
        out->object = ev->u.leak.leak;
        return true;
    case EV_SUPPLY_CHANGED: /* no place is named: who may see it finds it in its lists, or misses it */
    case EV_SURGE_SET:
        return true;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        of_request(e, ev->u.conflict.request, out);
        return true;
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_COMMAND_DONE:
    case EV_N:
        break;
    }
    return false;
}

void fact_to_event(const struct fact *f, struct event *out)
{
    out->seq = f->seq;
    out->at_ms = f->at_ms;
    out->kind = f->kind;
    switch (f->kind) {
    case EV_POOL_DEFINED:
        out->u.pool.id = f->pool;
        break;
    case EV_CAPACITY_OBSERVED:
        out->u.capacity.o.pool = f->pool;
        break;
    case EV_CAPACITY_CONFIRMED:
        out->u.confirmed.n = f->n_confirmed;
        memcpy(out->u.confirmed.pools, f->confirmed, f->n_confirmed * sizeof f->confirmed[0]);
        break;
    case EV_REFERRAL_OPENED:
        out->u.opened.id = f->referral;
        break;
    case EV_REQUEST_MADE:
        out->u.made.id = f->request;
        out->u.made.referral = f->referral;
        out->u.made.pool = f->pool;
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        out->u.request.request = f->request;
        out->u.request.referral = f->referral;
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
        out->u.referral.referral = f->referral;
        out->u.referral.request = f->request;
        break;
    case EV_PLACE_FOUND:
        out->u.found.referral = f->referral;
        out->u.found.pool = f->pool;
        break;
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
        out->u.escalation.referral = f->referral;
        out->u.escalation.request = f->request;
        out->u.escalation.alarm = (enum alarm)f->object;
        break;
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED:
        out->u.bridge_opened.referral = f->referral;
        out->u.bridge_opened.request = f->request;
        break;
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
    case EV_BRIDGE_TRAVELLING:
        out->u.bridge.referral = f->referral;
        out->u.bridge.request = f->request;
        break;
    case EV_BRIDGE_FUNDED:
        out->u.bridge_funded.referral = f->referral;
        out->u.bridge_funded.bridge.v = f->object;
        break;
    case EV_NIGHT_NOTED:
    case EV_REFERRAL_CLOSED:
        out->u.night.referral = f->referral;
        break;
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        out->u.gate.referral = f->referral;
        out->u.gate.gate = f->gate;
        break;
    case EV_RESIDENCE_FOUND:
        out->u.residence.referral = f->referral;
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
        out->u.stay.referral = f->referral;
        out->u.stay.stay = f->stay;
        break;
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        out->u.clock.referral = f->referral;
        out->u.clock.clock = f->clock;
        out->u.clock.owner = f->owner;
        out->u.clock.org = f->org;
        break;
    case EV_REFERRAL_LINKED:
        out->u.link.referral = f->referral;
        break;
    case EV_FUNDING_FLAGGED:
        out->u.flag.region = f->region;
        break;
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
        out->u.mdo.referral = f->referral;
        out->u.mdo.mdo = (uint32_t)f->object;
        break;
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
        out->u.mdo_item.referral = f->referral;
        out->u.mdo_item.mdo = (uint32_t)f->object;
        break;
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
        out->u.regie.referral = f->referral;
        out->u.regie.to.v = (uint32_t)f->object;
        break;
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
        out->u.consult.consult = (uint32_t)f->object;
        break;
    /* ---- warm handover, keys and notes ---- */
    case EV_HANDOVER_ITEM:
        out->u.item.request = f->request;
        out->u.item.referral = f->referral;
        break;
    case EV_NOTE_WRITTEN:
        out->u.note_written.request = f->request;
        out->u.note_written.referral = f->referral;
        break;
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        out->u.note.request = f->request;
        out->u.note.referral = f->referral;
        break;
    case EV_KEY_MADE:
        out->u.key_made.id.v = (uint32_t)f->object;
        break;
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        out->u.key.id.v = (uint32_t)f->object;
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case EV_LEAK_REPORTED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
        out->u.leak.leak = (uint32_t)f->object;
        break;
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET:
        break;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        out->u.conflict.request = f->request;
        out->u.conflict.referral = f->referral;
        break;
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_COMMAND_DONE:
    case EV_N:
        break;
    }
}

static void write_id(struct buf *out, const char *name, uint64_t id)
{
    if (id != 0)
        buf_format(out, ",\"%s\":%llu", name, (unsigned long long)id);
}

void fact_write(const struct fact *f, struct buf *out)
{
    char at[TIME_TEXT_SIZE];

    buf_format(out, "id: %llu\nevent: %s\ndata: {\"seq\":%llu,\"at\":\"%s\"", (unsigned long long)f->seq,
               event_name(f->kind), (unsigned long long)f->seq, time_format(f->at_ms, at));
    write_id(out, "referralId", f->referral.v);
    write_id(out, "requestId", f->request.v);
    write_id(out, "poolId", f->pool.v);
    write_id(out, "gateRequestId", f->gate.v);
    write_id(out, "stayId", f->stay.v);
    write_id(out, "clockId", f->clock.v);
    if (f->state != NULL)
        buf_format(out, ",\"state\":\"%s\"", f->state);
    buf_text(out, "}\n\n");
}
