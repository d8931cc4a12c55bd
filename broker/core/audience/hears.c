/* Who hears of an event: by what it says, and by who stands where to what it names. */
#include "core/audience/audience_parts.h"

#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"

/* After the household has left, a house hears of its stay and of nothing else: not what comes later than END,
 * 0 = it is still there. What ended it is told. */
static bool is_past(int64_t end_ms, const struct event *ev)
{
    return end_ms != 0 && ev->at_ms > end_ms;
}

static bool hears_request(const struct engine *e, const struct actor *a, struct request_id id)
{
    return (is_referrer(a) || a->role == ROLE_SHELTER || a->role == ROLE_GATEKEEPER) &&
           may_see_request(e, a, id);
}

/* What the two sides hand over: its house no longer when the household has left. */
static bool hears_handover(const struct engine *e, const struct actor *a, struct request_id id,
                           const struct event *ev)
{
    const struct request *q = engine_request(e, id);

    return hears_request(e, a, id) && (a->role != ROLE_SHELTER || !is_past(q->left_at_ms, ev));
}

/* Its referrer, and the desks that work on it. */
static bool hears_referral(const struct engine *e, const struct actor *a, struct referral_id id,
                           const struct event *ev)
{
    const struct referral *r = engine_referral(e, id);

    for (unsigned i = 0; r != NULL && i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        /* What ended its work too is the last it hears. */
        if (is_keeper(a, g) && g->sent_seq <= ev->seq && (gate_is_live(g) || g->version >= ev->seq))
            return true;
    }
    return is_own_referral(a, r);
}

static bool hears_gate(const struct engine *e, const struct actor *a, struct gate_id id)
{
    const struct gate *g = engine_gate(e, id);

    return is_keeper(a, g) || is_sender(e, a, g);
}

/* By what the event says of whose it is and of what never changes: the engine may be ahead of what is
 * durable. */
static bool hears_clock(const struct engine *e, const struct actor *a, const struct event *ev)
{
    const struct clock_event *told = &ev->u.clock;
    const struct stay_clock *c = engine_clock(e, told->clock);
    const struct stay *s = NULL;

    if (c == NULL || !role_may_act(a, ACT_SEE_CLOCK))
        return false;
    /* A right that began in a bridge bed runs on in the stay that follows. */
    s = c->stay.v != 0 ? engine_stay(e, c->stay) : engine_stay_of(e, c->referral);
    return is_of_desk(a, told->owner, c->desk) || (told->org.v != 0 && told->org.v == a->org.v) ||
           is_own_referral(a, engine_referral(e, c->referral)) ||
           (is_stay_house(e, a, s) && !is_past(engine_request(e, s->request)->left_at_ms, ev));
}

/* One of the pools that were confirmed is one the actor may see. */
static bool hears_confirmed(const struct engine *e, const struct actor *a, const struct confirmed *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        if (may(e, a, ACT_SEE_POOL, c->pools[i].v))
            return true;
    }
    return false;
}

/* What moves in care: the referrer, who co-ordinates, who sits at the table, and who was asked. The engine
 * may be ahead of what is told: who came later does not hear what was before. */
static bool hears_as_regie(const struct engine *e, const struct actor *a, struct referral_id id, uint64_t seq)
{
    const struct referral *r = engine_referral(e, id);

    return is_own_referral(a, r) || (is_regie(e, a, r) && engine_regie(e, id).since <= seq);
}

static bool hears_mdo(const struct engine *e, const struct actor *a, uint32_t id, bool joined, uint64_t seq)
{
    const struct mdo *m = engine_mdo(e, id);

    if (m == NULL)
        return false;
    if (joined ? has_joined(a, m) : sits_in(a, m))
        return mdo_participant_of(m, a->org)->since <= seq || hears_as_regie(e, a, m->referral, seq);
    return hears_as_regie(e, a, m->referral, seq);
}

static bool hears_care(const struct engine *e, const struct actor *a, const struct event *ev)
{
    bool is_table = event_body_of(ev->kind) == BODY_MDO || event_body_of(ev->kind) == BODY_MDO_ITEM;

    /* The desk for cases of a municipality sits at tables, and is nothing else in care. */
    if (!is_referrer(a) && a->role != ROLE_SHELTER && (a->role != ROLE_GATEKEEPER || !is_table))
        return false;
    switch ((int)event_body_of(ev->kind)) { /* only those of care come here */
    case BODY_CONSULT:
        return is_in_consult(a, engine_consult(e, ev->u.consult.consult));
    case BODY_REGIE:
        return ev->u.regie.to.v == a->org.v || hears_as_regie(e, a, ev->u.regie.referral, ev->seq);
    case BODY_MDO_ITEM:
        return hears_mdo(e, a, ev->u.mdo_item.mdo, true, ev->seq);
    default:
        return hears_mdo(e, a, ev->u.mdo.mdo, false, ev->seq);
    }
}

/* The organisation whose key it is, whoever may see it there: one makes or loses it, another must confirm. */
static bool hears_key(const struct engine *e, const struct actor *a, struct org_key_id id)
{
    return role_may_act(a, ACT_SEE_KEYS) && is_own_key(e, a, id);
}

bool audience_of_event(const struct engine *e, const struct actor *a, const struct event *ev)
{
    if (!is_who_it_says(e, a))
        return false;
    switch (ev->kind) {
    case EV_POOL_DEFINED:
        return may(e, a, ACT_SEE_POOL, ev->u.pool.id.v);
    case EV_CAPACITY_OBSERVED:
        return may(e, a, ACT_SEE_POOL, ev->u.capacity.o.pool.v);
    case EV_CAPACITY_CONFIRMED:
        return hears_confirmed(e, a, &ev->u.confirmed);
    case EV_REFERRAL_OPENED:
        return is_own_referral(a, engine_referral(e, ev->u.opened.id));
    case EV_REQUEST_MADE:
        return hears_request(e, a, ev->u.made.id);
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        return hears_request(e, a, ev->u.request.request);
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
        /* The request it names is the accepted one: referrer and host hear it, no other shelter. */
        return hears_request(e, a, ev->u.referral.request);
    case EV_REFERRAL_ADMITTED: /* and the desks whose work ends with it, whichever place it is */
        return hears_request(e, a, ev->u.referral.request) ||
               hears_referral(e, a, ev->u.referral.referral, ev);
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
    case EV_REFERRAL_RETIMED:
        return hears_referral(e, a, ev->u.referral.referral, ev);
    case EV_PLACE_FOUND: /* its referrer, and not the house: it is asked nothing */
        return is_own_referral(a, engine_referral(e, ev->u.found.referral));
    case EV_REFERRAL_STILL_THERE:
        return is_own_referral(a, engine_referral(e, ev->u.referral.referral));
    /* ---- timers and escalation ---- */
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_HOLD_SET:
        return hears_request(e, a, ev->u.escalation.request);
    case EV_ALARM_RAISED: /* the house too, if it is about the place it keeps; the desk that must decide */
    case EV_ALARM_REPEATED:
        if (ev->u.escalation.request.v != 0)
            return hears_request(e, a, ev->u.escalation.request);
        if (ev->u.escalation.alarm == ALARM_GATE || ev->u.escalation.alarm == ALARM_LEAKED)
            return hears_referral(e, a, ev->u.escalation.referral, ev);
        return is_own_referral(a, engine_referral(e, ev->u.escalation.referral));
    case EV_REFERRAL_WIDENED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        return is_own_referral(a, engine_referral(e, ev->u.escalation.referral));
    /* ---- no bed: bridges and the unplaced register ---- */
    case EV_BRIDGE_OPENED: /* only a bed has a request, and with it a house */
        return is_own_referral(a, engine_referral(e, ev->u.bridge_opened.referral)) ||
               hears_request(e, a, ev->u.bridge_opened.request);
    case EV_BRIDGE_CHANGED:
        return is_own_referral(a, engine_referral(e, ev->u.bridge_opened.referral));
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_WATCHED:
        return is_own_referral(a, engine_referral(e, ev->u.bridge.referral));
    case EV_BRIDGE_TRAVELLING:
    case EV_BRIDGE_ALARMED: /* the house knows best whether they came */
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED: /* and the house whose bed it is */
        return is_own_referral(a, engine_referral(e, ev->u.bridge.referral)) ||
               hears_request(e, a, ev->u.bridge.request);
    case EV_BRIDGE_FUNDED:
        return is_party_to_bridge(e, a, engine_bridge(e, ev->u.bridge_funded.bridge));
    case EV_NIGHT_NOTED:
        return is_own_referral(a, engine_referral(e, ev->u.night.referral));
    case EV_REFERRAL_CLOSED:
        return hears_referral(e, a, ev->u.night.referral, ev);
    /* ---- gatekeepers ---- */
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        return hears_gate(e, a, ev->u.gate.gate);
    case EV_REFERRAL_DESK:
        return hears_referral(e, a, ev->u.desk.referral, ev);
    case EV_RESIDENCE_FOUND:
        return hears_referral(e, a, ev->u.residence.referral, ev);
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
    case EV_STAY_RESUMED:
        return may(e, a, ACT_SEE_STAY, ev->u.stay.stay.v);
    case EV_NIGHTS_DATED:
        if (ev->u.dated.bridge.v != 0)
            return is_party_to_bridge(e, a, engine_bridge(e, ev->u.dated.bridge));
        return may(e, a, ACT_SEE_STAY, ev->u.dated.stay.v);
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        return hears_clock(e, a, ev);
    case EV_REFERRAL_LINKED: /* not those of the earlier one: they have nothing to do with where it goes */
        return is_own_referral(a, engine_referral(e, ev->u.link.referral));
    case EV_FUNDING_FLAGGED: /* who counts the country hears none: each by itself is a small number */
        return audience_of_flags(e, a).whole && audience_of_flags(e, a).region == ev->u.flag.region;
    /* ---- MDO, regiehouder, consult ---- */
    case EV_MDO_CONVENED:
    case EV_MDO_INVITED:
    case EV_MDO_ANSWERED:
    case EV_MDO_DATED:
    case EV_MDO_CLOSED:
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
    case EV_REGIE_NAMED:
    case EV_MDO_NOTED_OUTSIDE:
    case EV_MDO_REMINDED:
    case EV_MDO_ITEM_REMINDED:
    case EV_REGIE_REMINDED:
    case EV_CONSULT_REMINDED:
        return hears_care(e, a, ev);
    /* ---- warm handover, keys and notes ---- */
    case EV_HANDOVER_ITEM:
        return hears_handover(e, a, ev->u.item.request, ev);
    case EV_NOTE_WRITTEN:
        return hears_handover(e, a, ev->u.note_written.request, ev);
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        return hears_handover(e, a, ev->u.note.request, ev);
    case EV_KEY_MADE:
        return hears_key(e, a, ev->u.key_made.id);
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        return hears_key(e, a, ev->u.key.id);
    /* ---- location leaked, surge, conflict check ---- */
    case EV_LEAK_REPORTED:
    case EV_LEAK_REPEATED:
    case EV_LEAK_DROPPED:
    case EV_LOCATION_FROZEN:
    case EV_LEAK_HOUSEHOLD:
    case EV_LEAK_BRIDGE:
    case EV_LEAK_SEARCH:
    case EV_LEAK_PROMISED:
    case EV_LEAK_LIFT_ASKED:
    case EV_LEAK_LIFT_REFUSED:
    case EV_LOCATION_LIFTED:
        return may(e, a, ACT_SEE_LEAK, ev->u.leak.leak);
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET: /* for lists of places, which the others do not have */
        return may(e, a, ACT_SEE_SURGE, 0) && a->role != ROLE_MUNICIPALITY && a->role != ROLE_RAPPORTEUR;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        return hears_request(e, a, ev->u.conflict.request);
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_COMMAND_DONE:
    case EV_N:
        break;
    }
    return false;
}
