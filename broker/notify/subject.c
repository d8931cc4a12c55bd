#include "notify/subject.h"

#include <ctype.h>

#include "core/audience/audience.h"
#include "core/gate/gate_look.h"
#include "core/nobed/nobed.h"
#include "core/stay/stay.h"
#include "notify/asker.h"

/* The state that an event brings its object into, where the kind alone says it: a request, else a referral,
 * or what the kind is named after. */
static const char *state_of(enum event_kind k)
{
    static const char *const list[EV_N] = {
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
        [EV_REFERRAL_UNPLACED] = "unplaced",
        /* ---- timers and escalation ---- */
        [EV_REQUEST_RUNG] = "pending",
        [EV_REQUEST_EXTENDED] = "pending",
        /* ---- no bed: bridges and the unplaced register ---- */
        [EV_BRIDGE_STARTED] = "active",
        [EV_BRIDGE_TRAVELLING] = "planned",
        [EV_BRIDGE_ALARMED] = "alarm",
        [EV_BRIDGE_ARRIVED] = "active",
        [EV_BRIDGE_ENDED] = "ended",
        [EV_REFERRAL_CLOSED] = "closed",
        /* ---- gatekeepers ---- */
        [EV_GATE_SENT] = "waiting",
        [EV_GATE_TAKEN] = "taken",
        [EV_GATE_ASKED_BACK] = "asked_back",
        [EV_GATE_ASSENTED] = "placing",
        [EV_GATE_RETURNED] = "returned",
        [EV_GATE_WITHDRAWN] = "withdrawn",
        /* ---- stays, clocks, nights and funding ---- */
        [EV_STAY_STARTED] = "present",
        [EV_STAY_ENDED] = "departed",
        [EV_STAY_RESUMED] = "present",
        [EV_CLOCK_STARTED] = "running",
        [EV_CLOCK_PROLONGED] = "running",
        [EV_CLOCK_STOPPED] = "stopped",
        [EV_CLOCK_WARNED] = "warned",
        [EV_CLOCK_RAN_OUT] = "run_out",
        /* ---- MDO, regiehouder, consult ---- */
        [EV_MDO_CONVENED] = "convened",
        [EV_MDO_CLOSED] = "closed",
        [EV_REGIE_OFFERED] = "offered",
        [EV_REGIE_TAKEN] = "held",
        [EV_REGIE_KEPT] = "held",
        [EV_REGIE_ENDED] = "ended",
        [EV_REGIE_NAMED] = "held",
        [EV_REGIE_REMINDED] = "offered",
        [EV_CONSULT_REMINDED] = "asked",
        [EV_CONSULT_ASKED] = "asked",
        [EV_CONSULT_ANSWERED] = "answered",
        /* ---- warm handover, keys and notes ---- */
        [EV_KEY_MADE] = "made",
        [EV_KEY_CONFIRMED] = "active",
        [EV_KEY_LOST] = "lost",
        [EV_KEY_LOSS_ASKED] = "loss_asked",
        [EV_KEY_LOSS_DROPPED] = "active",
        [EV_NOTE_WRITTEN] = "written",
        [EV_NOTE_PICKED_UP] = "picked_up",
        [EV_NOTE_UNREADABLE] = "unreadable",
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

    return (unsigned)k < EV_N && list[k] != NULL ? list[k] : "";
}

static void put_pool(const struct engine *e, struct pool_id id, struct subject *out)
{
    const struct pool_kept *p = engine_pool(e, id);

    if (p == NULL)
        return;
    out->pool = id;
    out->house = p->location;
    out->house_org = p->org;
}

static void put_referral(const struct engine *e, struct referral_id id, struct subject *out)
{
    const struct referral *r = engine_referral(e, id);

    if (r == NULL)
        return;
    out->referral = id;
    out->referrer = r->org;
}

static void put_request(const struct engine *e, struct request_id id, struct subject *out)
{
    const struct request *q = engine_request(e, id);

    if (q == NULL)
        return;
    out->request = id;
    put_referral(e, q->referral, out);
    put_pool(e, q->pool, out);
}

static void put_asker(const struct engine *e, struct subject *out)
{
    asker_put(e, out->request, true, out);
}

/* Of the request, if there is one, else of the referral. */
static void put_either(const struct engine *e, struct request_id request, struct referral_id referral,
                       struct subject *out)
{
    if (request.v != 0)
        put_request(e, request, out);
    else
        put_referral(e, referral, out);
}

struct subject subject_of_request(const struct engine *e, struct request_id id)
{
    struct subject s = {.state = "pending", .region = REGION_NONE};

    put_request(e, id, &s);
    return s;
}

/* ---- stays and clocks ---- */

static void put_stay(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct stay *s = engine_stay(e, ev->u.stay.stay);

    put_either(e, s != NULL ? s->request : (struct request_id){0}, ev->u.stay.referral, out);
    if (ev->kind == EV_STAY_READY)
        out->state = ev->u.stay.ready ? "ready" : "present";
}

static void put_dated(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct stay *s = engine_stay(e, ev->u.dated.stay);
    const struct bridge *b = engine_bridge(e, ev->u.dated.bridge);
    struct request_id request = {0};

    if (b != NULL)
        request = b->request;
    else if (s != NULL)
        request = s->request;
    put_either(e, request, ev->u.dated.referral, out);
}

/* The owner's house is asked of the clock as it is: if another owns it by now, the organisation as a whole.
 */
static void put_clock(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct clock_event *c = &ev->u.clock;
    const struct stay_clock *now = engine_clock(e, c->clock);

    put_referral(e, c->referral, out);
    out->owner.org = c->owner;
    if (now != NULL && now->owner.v == c->owner.v)
        out->owner.house = now->desk;
    if (ev->kind == EV_CLOCK_OFFERED)
        out->receiver.org = c->org;
    if (ev->kind == EV_CLOCK_TAKEN)
        out->sender.org = c->owner;
}

/* ---- MDO, regie, consult ---- */

static void put_table(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct care_mdo_event *c = &ev->u.mdo;
    const struct mdo *m = engine_mdo(e, c->mdo);

    bool is_of_some = ev->kind == EV_MDO_CONVENED || ev->kind == EV_MDO_INVITED ||
                      (ev->kind == EV_MDO_REMINDED && c->next_ms == 0);

    if (is_of_some) {
        for (unsigned i = ev->kind == EV_MDO_CONVENED ? 1 : 0; i < c->n_orgs; i++) /* not who convenes */
            out->table[out->n_table++] = c->orgs[i];
        return;
    }
    for (unsigned i = 0; m != NULL && i < m->n_participants; i++) {
        enum participant_state state = m->participants[i].state;

        if (state == PARTICIPANT_INVITED || state == PARTICIPANT_JOINED)
            out->table[out->n_table++] = m->participants[i].org;
    }
}

static void put_mdo(const struct engine *e, const struct event *ev, struct subject *out)
{
    static const char *const answers[PARTICIPANT_STATE_N] = {"invited", "joined", "refused", "left"};
    const struct mdo *m = engine_mdo(e, ev->u.mdo.mdo);

    put_referral(e, ev->u.mdo.referral, out);
    if (ev->kind != EV_MDO_ANSWERED) {
        put_table(e, ev, out);
        /* Who called together those that do not answer; at the table it is told of a date anyway. */
        if (ev->kind == EV_MDO_REMINDED && ev->u.mdo.next_ms == 0 && m != NULL)
            out->sender.org = m->convened_by;
        return;
    }
    out->state = (unsigned)ev->u.mdo.answer < PARTICIPANT_STATE_N ? answers[ev->u.mdo.answer] : "";
    if (m != NULL && m->convened_by.v != ev->u.mdo.orgs[0].v)
        out->sender.org = m->convened_by;
}

/* Who is outside of the exchange hears nothing from it: who noted it rings them. */
static void put_late_item(const struct engine *e, const struct care_item_event *c, struct subject *out)
{
    const struct mdo_item *i = engine_mdo_item(e, c->item);
    const struct mdo *m = engine_mdo(e, c->mdo);

    if (i == NULL || m == NULL)
        return;
    out->receiver.org = i->acts.v != 0 ? i->acts : i->noted_by;
    if (m->convened_by.v != out->receiver.org.v)
        out->sender.org = m->convened_by;
}

/* An action is told to who does it, unless they noted it themselves. */
static void put_item(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct care_item_event *c = &ev->u.mdo_item;

    put_referral(e, c->referral, out);
    if (ev->kind == EV_MDO_NOTED && c->sort == ITEM_ACTION && c->acts.v != c->by.v)
        out->receiver.org = c->acts;
    if (ev->kind == EV_MDO_ITEM_REMINDED)
        put_late_item(e, c, out);
}

/* The household ever fled a house of ORG, or has a search by which it does. */
static bool has_fled_from(const struct engine *e, struct org_id org, struct referral_id id)
{
    const struct actor who = {.org = org};

    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        if (!audience_of_search(e, &who, id))
            return true;
    }
    return false;
}

bool subject_is_relief(const struct engine *e, const struct event *ev)
{
    struct regie r = engine_regie(e, ev->u.regie.referral);
    uint64_t taken = ev->seq + (ev->kind == EV_REGIE_KEPT ? 2 : 1);

    return (ev->kind == EV_REGIE_KEPT || ev->kind == EV_REGIE_OFFERED) && r.since == taken &&
           r.since_ms == ev->at_ms && r.holder.v != ev->u.regie.from.v;
}

/* The steps of a relief are one word, the last: nobody was asked, and whose offer it ended hears that it was
 * taken, once. */
static void put_regie(const struct engine *e, const struct event *ev, struct subject *out)
{
    put_referral(e, ev->u.regie.referral, out);
    out->sender.org = ev->u.regie.from;
    out->receiver.org = ev->u.regie.to;
    out->bare_sender =
        out->sender.org.v != out->referrer.v && has_fled_from(e, out->sender.org, out->referral);
    if (subject_is_relief(e, ev) &&
        (ev->kind == EV_REGIE_OFFERED || out->receiver.org.v == out->referrer.v)) {
        out->receiver.org.v = 0;
    }
}

/* No referral: who is asked must not learn of which. */
static void put_consult(const struct event *ev, struct subject *out)
{
    const struct care_consult_event *c = &ev->u.consult;

    out->asked.org = c->to;
    out->sender.org = c->from;
    if (ev->kind == EV_CONSULT_CLOSED)
        out->state = c->state == CONSULT_DECLINED ? "declined" : "withdrawn";
}

static void put_care(const struct engine *e, const struct event *ev, struct subject *out)
{
    switch ((int)ev->kind) { /* only those of care come here */
    case EV_MDO_NOTED:
    case EV_MDO_ITEM_MOVED:
    case EV_MDO_NOTED_OUTSIDE:
    case EV_MDO_ITEM_REMINDED:
        put_item(e, ev, out);
        break;
    case EV_REGIE_OFFERED:
    case EV_REGIE_TAKEN:
    case EV_REGIE_KEPT:
    case EV_REGIE_ENDED:
    case EV_REGIE_NAMED:
    case EV_REGIE_REMINDED:
        put_regie(e, ev, out);
        break;
    case EV_CONSULT_ASKED:
    case EV_CONSULT_ANSWERED:
    case EV_CONSULT_CLOSED:
    case EV_CONSULT_REMINDED:
        put_consult(ev, out);
        break;
    default:
        put_mdo(e, ev, out);
        break;
    }
}

/* ---- notes and keys ---- */

static struct party party_of_side(const struct subject *s, enum handover_side side)
{
    return side == HANDOVER_HOUSE ? (struct party){s->house_org, s->house}
                                  : (struct party){.org = s->referrer};
}

static void put_note(const struct engine *e, struct request_id request, enum handover_side from,
                     struct subject *out)
{
    put_request(e, request, out);
    out->sender = party_of_side(out, from);
    out->receiver = party_of_side(out, from == HANDOVER_HOUSE ? HANDOVER_REFERRER : HANDOVER_HOUSE);
}

static void put_handover(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct sealed_note *note = NULL;
    const struct org_key *key = NULL;

    switch ((int)ev->kind) { /* only those of the handover come here */
    case EV_KEY_MADE:
        out->self.org = ev->u.key_made.org;
        break;
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        key = engine_org_key(e, ev->u.key.id);
        if (key != NULL)
            out->self.org = key->org;
        break;
    case EV_HANDOVER_ITEM:
        put_request(e, ev->u.item.request, out);
        break;
    case EV_NOTE_WRITTEN:
        put_note(e, ev->u.note_written.request, ev->u.note_written.from, out);
        break;
    default:
        note = engine_note(e, ev->u.note.id);
        if (note != NULL)
            put_note(e, ev->u.note.request, note->from, out);
        break;
    }
}

/* ---- location leaked, surge, conflict check ---- */

/* The house, which is of its organisation for good; of a household of which nothing is known any more its
 * desk, and never the house. Those of whom something is known have an alarm (put_late_keeper). */
static void put_leak(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct leak_event *l = &ev->u.leak;
    const struct location *house = engine_location(e, l->location);

    if (ev->kind == EV_LEAK_HOUSEHOLD || ev->kind == EV_LEAK_BRIDGE || ev->kind == EV_LEAK_SEARCH ||
        ev->kind == EV_LEAK_PROMISED) {
        put_referral(e, l->earlier, out);
    } else if (house != NULL) {
        out->house = l->location;
        out->house_org = house->org;
    }
}

static void put_safety(const struct engine *e, const struct event *ev, struct subject *out)
{
    switch ((int)event_body_of(ev->kind)) { /* only those of safety come here */
    case BODY_LEAK:
        put_leak(e, ev, out);
        break;
    case BODY_SURGE:
        out->region = ev->u.surge.region;
        out->state = ev->u.surge.on ? "on" : "off";
        break;
    default:
        put_request(e, ev->u.conflict.request, out);
        if (ev->kind == EV_CONFLICT_ANSWERED) {
            out->state = ev->u.conflict.conflict ? "yes" : "no";
            put_asker(e, out);
        }
        break;
    }
}

/* ---- the door ---- */

/* The desk that has not decided, and hears of a leak too: whose it is now, as the engine knows. */
static void put_late_keeper(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct referral *r = engine_referral(e, ev->u.escalation.referral);
    const struct gate *g = NULL;

    if (r == NULL || (ev->kind != EV_ALARM_RAISED && ev->kind != EV_ALARM_REPEATED) ||
        (ev->u.escalation.alarm != ALARM_GATE && ev->u.escalation.alarm != ALARM_LEAKED))
        return;
    g = gate_undecided_of(e, r);
    if (g != NULL)
        out->keeper.org = g->org;
}

static bool is_called(const char *name, const char *text)
{
    while (*name != '\0' && tolower((unsigned char)*name) == tolower((unsigned char)*text)) {
        name++;
        text++;
    }
    return *name == '\0' && *text == '\0';
}

/* The safety owner that people named, where an organisation of the exchange is called so: it is told that it
 * was, and of the alarm itself. Whoever is not of the exchange is rung by the desk. */
static void put_safety_owner(const struct engine *e, struct bridge_id id, struct subject *out)
{
    const struct bridge *b = engine_bridge(e, id);

    if (b == NULL || b->owner.kind != BRIDGE_OWNER_OTHER)
        return;
    for (uint32_t i = 1; i <= engine_orgs(e); i++) {
        if (is_called(engine_org(e, (struct org_id){i})->name, b->owner.org))
            out->watcher.org.v = i;
    }
}

/* The end of a referral is the end of its gate request, which has no event of its own: the gatekeeper that
 * was at work on it hears so. One that found the place itself knows. */
static void put_left_keeper(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct referral *r = engine_referral(e, out->referral);

    for (unsigned i = 0; r != NULL && i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);

        if (g->state == GATE_WITHDRAWN && g->ended_at_ms == ev->at_ms)
            out->keeper.org = g->org;
    }
}

/* What came after a place was found, or in its stead: core/event.h, by its parts. */
static void put_later(const struct engine *e, const struct event *ev, struct subject *out)
{
    const struct gate *g = NULL;

    if ((ev->kind >= EV_REQUEST_RUNG && ev->kind <= EV_REFERRAL_TAKEN_OVER) ||
        ev->kind == EV_ALARM_REPEATED) {
        put_either(e, ev->u.escalation.request, ev->u.escalation.referral, out);
        put_late_keeper(e, ev, out);
    } else if (event_body_of(ev->kind) == BODY_BRIDGE) {
        put_either(e, ev->u.bridge.request, ev->u.bridge.referral, out);
        if (ev->kind == EV_BRIDGE_ALARMED)
            put_safety_owner(e, ev->u.bridge.bridge, out);
    } else if (event_body_of(ev->kind) == BODY_BRIDGE_OPENED) {
        put_referral(e, ev->u.bridge_opened.referral, out);
        put_safety_owner(e, ev->u.bridge_opened.id, out);
        out->named_for = ev->u.bridge_opened.id;
    } else if (ev->kind >= EV_GATE_SENT && ev->kind <= EV_GATE_WITHDRAWN) {
        put_referral(e, ev->u.gate.referral, out);
        g = engine_gate(e, ev->u.gate.gate);
        if (g != NULL)
            out->keeper.org = g->org;
    } else if (event_body_of(ev->kind) == BODY_STAY) {
        put_stay(e, ev, out);
    } else if (event_body_of(ev->kind) == BODY_DATED) {
        put_dated(e, ev, out);
    } else if (ev->kind == EV_FUNDING_FLAGGED) {
        out->region = ev->u.flag.region; /* a count went up: not whose */
    } else if (ev->kind >= EV_CLOCK_STARTED && ev->kind <= EV_CLOCK_RAN_OUT) {
        put_clock(e, ev, out);
    } else if ((ev->kind >= EV_MDO_CONVENED && ev->kind <= EV_CONSULT_CLOSED) ||
               (ev->kind >= EV_REGIE_NAMED && ev->kind <= EV_CONSULT_REMINDED)) {
        put_care(e, ev, out);
    } else if ((ev->kind >= EV_KEY_MADE && ev->kind <= EV_NOTE_DESTROYED) || ev->kind == EV_KEY_LOSS_ASKED ||
               ev->kind == EV_KEY_LOSS_DROPPED) {
        put_handover(e, ev, out);
    } else if (event_body_of(ev->kind) == BODY_LEAK || event_body_of(ev->kind) == BODY_SURGE ||
               event_body_of(ev->kind) == BODY_CONFLICT) {
        put_safety(e, ev, out);
    } else {
        put_referral(e, event_subject(ev), out);
        if (ev->kind == EV_REFERRAL_WITHDRAWN || ev->kind == EV_REFERRAL_CLOSED)
            put_left_keeper(e, ev, out);
    }
}

struct subject subject_of_event(const struct engine *e, const struct event *ev)
{
    struct subject s = {.state = state_of(ev->kind), .region = REGION_NONE};

    switch ((int)ev->kind) { /* kinds that come later are about their referral */
    case EV_REQUEST_MADE:
        put_request(e, ev->u.made.id, &s);
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        put_request(e, ev->u.request.request, &s);
        if (ev->kind == EV_REQUEST_CANCELLED && ev->u.request.why == CANCEL_LEAKED)
            put_asker(e, &s);
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_ADMITTED:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
        put_request(e, ev->u.referral.request, &s); /* the one that was accepted */
        if (ev->kind == EV_REFERRAL_ADMITTED)
            put_left_keeper(e, ev, &s);
        break;
    case EV_PLACE_FOUND:
        put_referral(e, ev->u.found.referral, &s);
        put_pool(e, ev->u.found.pool, &s);
        break;
    default:
        put_later(e, ev, &s);
        break;
    }
    asker_hears(e, ev, &s);
    return s;
}

/* What a side says of a yes, or of an arrival: the other side must hear it. */
static bool is_word_of_a_side(const struct event *ev)
{
    switch ((int)ev->kind) { /* all others are told to both */
    case EV_REQUEST_CANCELLED:
        return cancel_why_is_fall_through(ev->u.request.why);
    case EV_REFERRAL_NO_SHOW:
    case EV_REFERRAL_ADMITTED:
    case EV_HOUSEHOLD_REFUSED:
    case EV_BRIDGE_ARRIVED:
        return true;
    default:
        return false;
    }
}

void subject_caused_by(struct subject *s, const struct event *ev, const struct account *who)
{
    if (who == NULL || ev->account.v == 0 || !is_word_of_a_side(ev))
        return;
    s->by_house = who->role == ROLE_SHELTER && s->house.v != 0 && who->org.v == s->house_org.v &&
                  (who->location.v == 0 || who->location.v == s->house.v);
    s->by_referrer = who->role == ROLE_REFERRER && who->org.v == s->referrer.v;
}
