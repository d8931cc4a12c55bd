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
    [EV_BRIDGE_CHANGED] = "changed",
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
    [EV_STAY_RESUMED] = "present",
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
    [EV_LEAK_REPEATED] = "reported",
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
    out->state = states[ev->kind];
    switch (event_body_of(ev->kind)) {
    case BODY_POOL:
        out->pool = ev->u.pool.id;
        return true;
    case BODY_CAPACITY:
        out->pool = ev->u.capacity.o.pool;
        return true;
    case BODY_CONFIRMED:
        out->n_confirmed = ev->u.confirmed.n;
        memcpy(out->confirmed, ev->u.confirmed.pools, out->n_confirmed * sizeof out->confirmed[0]);
        return true;
    case BODY_OPENED:
        out->referral = ev->u.opened.id;
        return true;
    case BODY_MADE:
        out->request = ev->u.made.id;
        out->referral = ev->u.made.referral;
        out->pool = ev->u.made.pool;
        return true;
    case BODY_REQUEST:
        of_request(e, ev->u.request.request, out);
        return true;
    case BODY_REFERRAL:
        if (ev->u.referral.request.v != 0)
            of_request(e, ev->u.referral.request, out);
        out->referral = ev->u.referral.referral;
        /* A gatekeeper hears that it is over, and not where: one text is for all who hear it. */
        if (ev->kind == EV_REFERRAL_ADMITTED && has_gates(e, out->referral))
            out->pool = (struct pool_id){0};
        return true;
    case BODY_FOUND:
        out->referral = ev->u.found.referral;
        out->pool = ev->u.found.pool;
        return true;
    /* ---- timers and escalation ---- */
    case BODY_ESCALATION:
        if (ev->u.escalation.request.v != 0)
            of_request(e, ev->u.escalation.request, out);
        out->referral = ev->u.escalation.referral;
        out->object = (uint64_t)ev->u.escalation.alarm;
        return true;
    /* ---- no bed: bridges and the unplaced register ---- */
    case BODY_BRIDGE_OPENED:
        if (ev->u.bridge_opened.request.v != 0)
            of_request(e, ev->u.bridge_opened.request, out);
        out->referral = ev->u.bridge_opened.referral;
        return true;
    case BODY_BRIDGE:
        if (ev->u.bridge.request.v != 0)
            of_request(e, ev->u.bridge.request, out);
        out->referral = ev->u.bridge.referral;
        return true;
    case BODY_BRIDGE_FUNDED:
        out->object = ev->u.bridge_funded.bridge.v;
        out->referral = ev->u.bridge_funded.referral;
        return true;
    case BODY_NIGHT:
        out->referral = ev->u.night.referral;
        return true;
    /* ---- gatekeepers ---- */
    case BODY_GATE:
        out->referral = ev->u.gate.referral;
        out->gate = ev->u.gate.gate;
        return true;
    case BODY_DESK:
        out->referral = ev->u.desk.referral;
        return true;
    case BODY_RESIDENCE:
        out->referral = ev->u.residence.referral;
        return true;
    /* ---- stays, clocks, nights and funding ---- */
    case BODY_STAY:
        out->referral = ev->u.stay.referral;
        out->stay = ev->u.stay.stay;
        return true;
    case BODY_DATED:
        out->object = ev->u.dated.bridge.v;
        out->referral = ev->u.dated.referral;
        out->stay = ev->u.dated.stay;
        return true;
    case BODY_CLOCK:
        out->referral = ev->u.clock.referral;
        out->clock = ev->u.clock.clock;
        out->owner = ev->u.clock.owner;
        out->org = ev->u.clock.org;
        return true;
    case BODY_LINK:
        out->referral = ev->u.link.referral;
        return true;
    case BODY_FLAG: /* a count went up: not whose */
        out->region = ev->u.flag.region;
        return true;
    /* ---- MDO, regiehouder, consult ---- */
    case BODY_MDO:
        out->referral = ev->u.mdo.referral;
        out->object = ev->u.mdo.mdo;
        return true;
    case BODY_MDO_ITEM:
        out->referral = ev->u.mdo_item.referral;
        out->object = ev->u.mdo_item.mdo;
        return true;
    case BODY_REGIE:
        out->referral = ev->u.regie.referral;
        out->object = ev->u.regie.to.v;
        out->org = ev->u.regie.from;
        return true;
    case BODY_CONSULT:
        out->object = ev->u.consult.consult; /* who is asked must not learn of which referral */
        return true;
    /* ---- warm handover, keys and notes ---- */
    case BODY_ITEM:
        of_request(e, ev->u.item.request, out);
        return true;
    case BODY_NOTE_WRITTEN:
        of_request(e, ev->u.note_written.request, out);
        return true;
    case BODY_NOTE:
        of_request(e, ev->u.note.request, out);
        return true;
    case BODY_KEY_MADE:
        out->object = ev->u.key_made.id.v;
        return true;
    case BODY_KEY:
        out->object = ev->u.key.id.v;
        return true;
    /* ---- location leaked, surge, conflict check ---- */
    case BODY_LEAK:
        out->object = ev->u.leak.leak;
        return true;
    case BODY_NOTHING: /* no place is named: who may see it finds it in its lists, or misses it */
    case BODY_SURGE:
        return true;
    case BODY_CONFLICT:
        of_request(e, ev->u.conflict.request, out);
        return true;
    case BODY_ORG:
    case BODY_LOCATION:
    case BODY_DONE:
        break;
    }
    return false;
}

void fact_to_event(const struct fact *f, struct event *out)
{
    out->seq = f->seq;
    out->at_ms = f->at_ms;
    out->kind = f->kind;
    switch (event_body_of(f->kind)) {
    case BODY_POOL:
        out->u.pool.id = f->pool;
        break;
    case BODY_CAPACITY:
        out->u.capacity.o.pool = f->pool;
        break;
    case BODY_CONFIRMED:
        out->u.confirmed.n = f->n_confirmed;
        memcpy(out->u.confirmed.pools, f->confirmed, f->n_confirmed * sizeof f->confirmed[0]);
        break;
    case BODY_OPENED:
        out->u.opened.id = f->referral;
        break;
    case BODY_MADE:
        out->u.made.id = f->request;
        out->u.made.referral = f->referral;
        out->u.made.pool = f->pool;
        break;
    case BODY_REQUEST:
        out->u.request.request = f->request;
        out->u.request.referral = f->referral;
        break;
    case BODY_REFERRAL:
        out->u.referral.referral = f->referral;
        out->u.referral.request = f->request;
        break;
    case BODY_FOUND:
        out->u.found.referral = f->referral;
        out->u.found.pool = f->pool;
        break;
    /* ---- timers and escalation ---- */
    case BODY_ESCALATION:
        out->u.escalation.referral = f->referral;
        out->u.escalation.request = f->request;
        out->u.escalation.alarm = (enum alarm)f->object;
        break;
    /* ---- no bed: bridges and the unplaced register ---- */
    case BODY_BRIDGE_OPENED:
        out->u.bridge_opened.referral = f->referral;
        out->u.bridge_opened.request = f->request;
        break;
    case BODY_BRIDGE:
        out->u.bridge.referral = f->referral;
        out->u.bridge.request = f->request;
        break;
    case BODY_BRIDGE_FUNDED:
        out->u.bridge_funded.referral = f->referral;
        out->u.bridge_funded.bridge.v = f->object;
        break;
    case BODY_NIGHT:
        out->u.night.referral = f->referral;
        break;
    /* ---- gatekeepers ---- */
    case BODY_GATE:
        out->u.gate.referral = f->referral;
        out->u.gate.gate = f->gate;
        break;
    case BODY_DESK:
        out->u.desk.referral = f->referral;
        break;
    case BODY_RESIDENCE:
        out->u.residence.referral = f->referral;
        break;
    /* ---- stays, clocks, nights and funding ---- */
    case BODY_STAY:
        out->u.stay.referral = f->referral;
        out->u.stay.stay = f->stay;
        break;
    case BODY_DATED:
        out->u.dated.referral = f->referral;
        out->u.dated.stay = f->stay;
        out->u.dated.bridge.v = f->object;
        break;
    case BODY_CLOCK:
        out->u.clock.referral = f->referral;
        out->u.clock.clock = f->clock;
        out->u.clock.owner = f->owner;
        out->u.clock.org = f->org;
        break;
    case BODY_LINK:
        out->u.link.referral = f->referral;
        break;
    case BODY_FLAG:
        out->u.flag.region = f->region;
        break;
    /* ---- MDO, regiehouder, consult ---- */
    case BODY_MDO:
        out->u.mdo.referral = f->referral;
        out->u.mdo.mdo = (uint32_t)f->object;
        break;
    case BODY_MDO_ITEM:
        out->u.mdo_item.referral = f->referral;
        out->u.mdo_item.mdo = (uint32_t)f->object;
        break;
    case BODY_REGIE:
        out->u.regie.referral = f->referral;
        out->u.regie.to.v = (uint32_t)f->object;
        out->u.regie.from = f->org;
        break;
    case BODY_CONSULT:
        out->u.consult.consult = (uint32_t)f->object;
        break;
    /* ---- warm handover, keys and notes ---- */
    case BODY_ITEM:
        out->u.item.request = f->request;
        out->u.item.referral = f->referral;
        break;
    case BODY_NOTE_WRITTEN:
        out->u.note_written.request = f->request;
        out->u.note_written.referral = f->referral;
        break;
    case BODY_NOTE:
        out->u.note.request = f->request;
        out->u.note.referral = f->referral;
        break;
    case BODY_KEY_MADE:
        out->u.key_made.id.v = (uint32_t)f->object;
        break;
    case BODY_KEY:
        out->u.key.id.v = (uint32_t)f->object;
        break;
    /* ---- location leaked, surge, conflict check ---- */
    case BODY_LEAK:
        out->u.leak.leak = (uint32_t)f->object;
        break;
    case BODY_NOTHING:
    case BODY_SURGE:
        break;
    case BODY_CONFLICT:
        out->u.conflict.request = f->request;
        out->u.conflict.referral = f->referral;
        break;
    case BODY_ORG:
    case BODY_LOCATION:
    case BODY_DONE:
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

void fact_write_bare(const struct fact *f, const char *name, struct buf *out)
{
    char at[TIME_TEXT_SIZE];

    buf_format(out, "id: %llu\nevent: %s\ndata: {\"seq\":%llu,\"at\":\"%s\"}\n\n", (unsigned long long)f->seq,
               name, (unsigned long long)f->seq, time_format(f->at_ms, at));
}
