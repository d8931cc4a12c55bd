#include "viewers.h"

#include "key_model.h"
#include "nobed_model.h"
#include "safety_model.h"
#include "stay_model.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define VIEWERS_MAX 32

struct viewer {
    struct actor actor;
    bool sees_all; /* not a user: the ruler that the stream itself is measured with */
    uint64_t last_id;
};

struct viewers {
    struct world *w;
    struct rng rng;
    struct viewer list[VIEWERS_MAX];
    size_t n;
    struct event held_back; /* BROKEN_ORDER */
    bool holds_back;
};

struct viewers *viewers_new(struct world *w)
{
    struct viewers *v = mem_new(1, sizeof *v);

    v->w = w;
    v->rng = rng_seed(rng_next(&w->rng));
    v->list[v->n++] = (struct viewer){.sees_all = true};
    return v;
}

void viewers_free(struct viewers *v)
{
    free(v);
}

void viewers_add(struct viewers *v, const struct actor *actor)
{
    if (v->n < VIEWERS_MAX)
        v->list[v->n++] = (struct viewer){.actor = *actor};
}

/* ---- who may see what, from the domain's words ---- */

static bool is_placing(const struct actor *a)
{
    return a->role == ROLE_REFERRER || a->role == ROLE_COMENSHA;
}

static bool may_act(const struct actor *a)
{
    return is_placing(a) || a->role == ROLE_SHELTER;
}

static bool has_pool(const struct ledger_model *m, const struct actor *a, struct pool_id pool)
{
    if (a->role == ROLE_GATEKEEPER) /* the places it gives out */
        return gate_model_is_youth(ledger_model_gates(m), pool);
    return a->role == ROLE_SHELTER && ledger_model_org_of_pool(m, pool).v == a->org.v;
}

static bool has_referral(const struct ledger_model *m, const struct actor *a, struct referral_id id)
{
    return is_placing(a) && ledger_model_org_of_referral(m, id).v == a->org.v;
}

/* The desk of the gatekeeper in whose queue it is. */
static bool has_gate(const struct ledger_model *m, const struct actor *a, struct gate_id id)
{
    return id.v != 0 && (a->role == ROLE_COMENSHA || a->role == ROLE_GATEKEEPER) &&
           gate_model_org(ledger_model_gates(m), id).v == a->org.v;
}

static bool has_key(struct checker *c, const struct actor *a, struct org_key_id id)
{
    return (may_act(a) || a->role == ROLE_ORG_ADMIN) &&
           key_model_owner(checker_org_keys(c), id).v == a->org.v;
}

static bool works_on(const struct ledger_model *m, const struct actor *a, struct referral_id id, uint64_t seq)
{
    return (a->role == ROLE_COMENSHA || a->role == ROLE_GATEKEEPER) &&
           gate_model_works_on(ledger_model_gates(m), a->org, id, seq);
}

static struct request_id handover_request_of(const struct event *ev)
{
    if (ev->kind == EV_HANDOVER_ITEM)
        return ev->u.item.request;
    return ev->kind == EV_NOTE_WRITTEN ? ev->u.note_written.request : ev->u.note.request;
}

/* The house of the request, and what it was told before the household left: afterwards it hears of its stay
 * alone. What ended that is told. */
static bool has_household(const struct ledger_model *m, struct checker *c, const struct actor *a,
                          struct request_id id, int64_t at_ms)
{
    int64_t left_at_ms = stay_model_left_at_ms(checker_stays(c), id);

    return a->role == ROLE_SHELTER && has_pool(m, a, ledger_model_pool_of(m, id)) &&
           (left_at_ms == 0 || at_ms <= left_at_ms);
}

/* A clock of a household that stays is its house's business. Before it is there the engine may know of an
 * arrival that is not durable yet: then of a house that was asked. */
static bool has_clock(const struct ledger_model *m, struct checker *c, const struct actor *a,
                      const struct event *ev)
{
    struct request_id place = stay_model_place_of(checker_stays(c), ev->u.clock.referral);

    if (place.v == 0)
        return a->role == ROLE_SHELTER && ledger_model_was_asked(m, ev->u.clock.referral, a->org);
    return has_household(m, c, a, place, ev->at_ms);
}

/* Referrals are their referrer's, requests also the asked house's; capacity is for those who place and the
 * house itself; municipalities and rapporteurs get statistics and never an event, but for
 * the one that money is missing in their region. */
static bool may_see(const struct ledger_model *m, struct checker *checker, const struct actor *a,
                    const struct event *ev)
{
    bool runs_exchange = a->role == ROLE_EXCHANGE_ADMIN || a->role == ROLE_MACHINE;
    struct request_id request = {0};

    switch (ev->kind) {
    case EV_POOL_DEFINED:
        return is_placing(a) || runs_exchange || has_pool(m, a, ev->u.pool.id);
    case EV_CAPACITY_OBSERVED:
        return is_placing(a) || runs_exchange || has_pool(m, a, ev->u.capacity.o.pool);
    case EV_CAPACITY_CONFIRMED:
        for (unsigned i = 0; i < ev->u.confirmed.n; i++) {
            if (has_pool(m, a, ev->u.confirmed.pools[i]))
                return true;
        }
        return is_placing(a) || runs_exchange;
    case EV_REFERRAL_OPENED:
        return has_referral(m, a, ev->u.opened.id);
    case EV_REFERRAL_WITHDRAWN:
    case EV_REFERRAL_UNPLACED:
    case EV_REFERRAL_RETIMED:
        return has_referral(m, a, ev->u.referral.referral) ||
               works_on(m, a, ev->u.referral.referral, ev->seq);
    case EV_PLACE_FOUND:
        return has_referral(m, a, ev->u.found.referral);
    case EV_REFERRAL_STILL_THERE:
        return has_referral(m, a, ev->u.referral.referral);
    /* ---- timers and escalation ---- */
    /* ---- no bed: bridges and the unplaced register ---- */
    /* ---- gatekeepers ---- */
    /* ---- stays, clocks, nights and funding ---- */
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_STAY_ENDED:
    case EV_STAY_RESUMED:
        request = stay_model_request_of(checker_stays(checker), ev->u.stay.stay);
        break;
    case EV_NIGHTS_DATED:
        request = ev->u.dated.bridge.v != 0
                      ? nobed_model_request_of(ledger_model_nobed(m), ev->u.dated.bridge)
                      : stay_model_request_of(checker_stays(checker), ev->u.dated.stay);
        break;
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
        /* Whose it is or may become, and who placed the household or has it. */
        if (may_act(a) && stay_model_was_of(checker_stays(checker), ev->u.clock.clock, a->org))
            return true;
        return has_referral(m, a, ev->u.clock.referral) || has_clock(m, checker, a, ev);
    case EV_REFERRAL_LINKED:
        return has_referral(m, a, ev->u.link.referral);
    case EV_FUNDING_FLAGGED: /* the centrumgemeente that it concerns, and nobody else */
        return a->role == ROLE_MUNICIPALITY &&
               engine_org(checker_follower(checker), a->org)->region == ev->u.flag.region;
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
        if (a->role == ROLE_GATEKEEPER) /* of a municipality that sits at the table */
            return (event_body_of(ev->kind) == BODY_MDO || event_body_of(ev->kind) == BODY_MDO_ITEM) &&
                   care_model_concerns(checker_care(checker), ev, a->org);
        return (is_placing(a) || a->role == ROLE_SHELTER) &&
               (has_referral(m, a, event_subject(ev)) ||
                care_model_concerns(checker_care(checker), ev, a->org));
    case EV_BRIDGE_OPENED: /* a bed's house too */
        if (has_referral(m, a, ev->u.bridge_opened.referral))
            return true;
        request = ev->u.bridge_opened.request;
        break;
    case EV_BRIDGE_CHANGED:
        return has_referral(m, a, ev->u.bridge_opened.referral);
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_WATCHED:
        return has_referral(m, a, ev->u.bridge.referral);
    case EV_BRIDGE_TRAVELLING:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED: /* a bed's house too */
        if (has_referral(m, a, ev->u.bridge.referral))
            return true;
        request = ev->u.bridge.request;
        break;
    case EV_BRIDGE_FUNDED:
        if (has_referral(m, a, ev->u.bridge_funded.referral))
            return true;
        request = nobed_model_request_of(ledger_model_nobed(m), ev->u.bridge_funded.bridge);
        break;
    case EV_NIGHT_NOTED:
        return has_referral(m, a, ev->u.night.referral);
    case EV_REFERRAL_CLOSED:
        return has_referral(m, a, ev->u.night.referral) || works_on(m, a, ev->u.night.referral, ev->seq);
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
        return a->role == ROLE_EXCHANGE_ADMIN ||
               (a->role == ROLE_SHELTER &&
                safety_model_owner(checker_safety(checker), ev->u.leak.location).v == a->org.v);
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET: /* everybody who has a list of places */
        return may_act(a) || a->role == ROLE_EXCHANGE_ADMIN || a->role == ROLE_GATEKEEPER;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        request = ev->u.conflict.request;
        break;
    case EV_REQUEST_MADE:
        request = ev->u.made.id;
        break;
    case EV_REQUEST_SEEN:
    case EV_REQUEST_ACCEPTED:
    case EV_REQUEST_DECLINED:
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
    case EV_REQUEST_LATE_YES:
    case EV_REQUEST_SILENT:
        request = ev->u.request.request;
        break;
    case EV_REFERRAL_ADMITTED: /* the desks whose work ends with it too */
        if (works_on(m, a, ev->u.referral.referral, ev->seq))
            return true;
        request = ev->u.referral.request;
        break;
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_NO_SHOW:
    case EV_HOUSEHOLD_REFUSED:
        request = ev->u.referral.request;
        break;
    case EV_REQUEST_RUNG:
    case EV_REQUEST_EXTENDED:
    case EV_HOLD_SET:
        request = ev->u.escalation.request;
        break;
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED:
        if (ev->u.escalation.alarm == ALARM_GATE || ev->u.escalation.alarm == ALARM_LEAKED)
            return has_referral(m, a, ev->u.escalation.referral) ||
                   works_on(m, a, ev->u.escalation.referral, ev->seq);
        if (ev->u.escalation.alarm == ALARM_LEAD || ev->u.escalation.alarm == ALARM_HOLD_ENDED ||
            ev->u.escalation.request.v == 0)
            return has_referral(m, a, ev->u.escalation.referral);
        request = ev->u.escalation.request;
        break;
    case EV_REFERRAL_WIDENED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
        return has_referral(m, a, ev->u.escalation.referral);
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
        return has_gate(m, a, ev->u.gate.gate) || has_referral(m, a, ev->u.gate.referral);
    case EV_REFERRAL_DESK:
        return has_referral(m, a, ev->u.desk.referral) || works_on(m, a, ev->u.desk.referral, ev->seq);
    case EV_RESIDENCE_FOUND:
        return has_referral(m, a, ev->u.residence.referral) ||
               works_on(m, a, ev->u.residence.referral, ev->seq);
    case EV_HANDOVER_ITEM:
    case EV_NOTE_WRITTEN:
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
        request = handover_request_of(ev);
        if (a->role == ROLE_SHELTER)
            return has_household(m, checker, a, request, ev->at_ms);
        break;
    case EV_KEY_MADE: /* whoever of the organisation acts in it */
        return has_key(checker, a, ev->u.key_made.id);
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
        return has_key(checker, a, ev->u.key.id);
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_COMMAND_DONE:
    case EV_N:
        return false;
    }
    if (has_gate(m, a, gate_model_of_request(ledger_model_gates(m), request)))
        return true;
    return has_referral(m, a, ledger_model_referral_of(m, request)) ||
           (a->role == ROLE_SHELTER && has_pool(m, a, ledger_model_pool_of(m, request)));
}

static bool is_handover(enum event_kind k)
{
    return k >= EV_HANDOVER_ITEM && k <= EV_NOTE_DESTROYED;
}

/* The engine is ahead of what is told: its house has said already that the household lives there still. */
static bool is_there_still(const struct viewers *v, const struct actor *a, const struct event *ev)
{
    struct request_id id = is_handover(ev->kind) ? handover_request_of(ev) : (struct request_id){0};
    const struct engine *e = v->w->active != NULL ? flow_engine(v->w->active->flow) : NULL;
    const struct request *q = e != NULL ? engine_request(e, id) : NULL;

    return q != NULL && a->role == ROLE_SHELTER && q->left_at_ms == 0 &&
           stay_model_left_at_ms(checker_stays(v->w->checker), id) != 0 &&
           engine_pool(e, q->pool)->org.v == a->org.v;
}

/* ---- the stream ---- */

static void receive(struct viewers *v, struct viewer *viewer, const struct event *ev)
{
    struct trace *t = v->w->trace;

    if (viewer->sees_all && ev->seq != viewer->last_id + 1)
        trace_fail(t, "a stream goes from event %llu to %llu", (unsigned long long)viewer->last_id,
                   (unsigned long long)ev->seq);
    if (ev->seq <= viewer->last_id)
        trace_fail(t, "a stream goes back from event %llu to %llu", (unsigned long long)viewer->last_id,
                   (unsigned long long)ev->seq);
    if (!viewer->sees_all && !may_see(checker_ledger(v->w->checker), v->w->checker, &viewer->actor, ev) &&
        !is_there_still(v, &viewer->actor, ev))
        trace_fail(t, "event %llu '%s' reached a '%s' of organisation %u", (unsigned long long)ev->seq,
                   event_name(ev->kind), role_code(viewer->actor.role), viewer->actor.org.v);
    viewer->last_id = ev->seq;
    t->counts.seen_by_viewers += !viewer->sees_all;
}

/* A planted defect: what is said about the household of a house goes on to it after they left. */
static bool is_of_who_left(const struct engine *e, const struct actor *a, const struct event *ev)
{
    struct request_id id = is_handover(ev->kind) ? handover_request_of(ev) : (struct request_id){0};
    const struct request *q = engine_request(e, id);

    return q != NULL && a->role == ROLE_SHELTER && q->left_at_ms != 0 &&
           engine_pool(e, q->pool)->org.v == a->org.v;
}

/* What the broker does for each open stream. What is not for this viewer still moves its id on (a heartbeat
 * carries it), or a municipality would resume at the first event of the exchange. */
static void offer(struct viewers *v, struct viewer *viewer, const struct engine *e, const struct event *ev)
{
    bool passes = v->w->plan.broken == BROKEN_AUDIENCE ||
                  (v->w->plan.broken == BROKEN_LEFT && is_of_who_left(e, &viewer->actor, ev));

    if (viewer->sees_all || passes || audience_of_event(e, &viewer->actor, ev))
        receive(v, viewer, ev);
    else if (ev->seq > viewer->last_id)
        viewer->last_id = ev->seq;
}

static void offer_all(struct viewers *v, const struct engine *e, const struct event *ev)
{
    for (size_t i = 0; i < v->n; i++)
        offer(v, &v->list[i], e, ev);
}

void viewers_published(struct viewers *v, const struct engine *e, const struct event *ev)
{
    if (v->w->plan.broken == BROKEN_ORDER && !v->holds_back && rng_chance(&v->rng, 5)) {
        v->held_back = *ev;
        v->holds_back = true;
        return;
    }
    offer_all(v, e, ev);
    if (v->holds_back)
        offer_all(v, e, &v->held_back);
    v->holds_back = false;
}

struct resume {
    struct viewers *v;
    struct viewer *viewer;
    uint64_t until; /* from here on it is live */
};

static enum err on_row(void *ctx, const struct journal_row *row)
{
    struct resume *r = ctx;
    struct event ev;

    if (row->seq > r->until)
        return ERR_NOT_FOUND;
    memset(&ev, 0, sizeof ev);
    if (event_decode(row->kind, row->clear, row->private_part, &ev) != OK) {
        trace_fail(r->v->w->trace, "seq %llu: a row that does not decode", (unsigned long long)row->seq);
        return ERR_BAD_INPUT;
    }
    ev.kind = row->kind;
    ev.seq = row->seq;
    ev.at_ms = row->at_ms;
    offer(r->v, r->viewer, flow_engine(r->v->w->active->flow), &ev);
    return OK;
}

static void resume(struct viewers *v, struct viewer *viewer)
{
    struct resume r = {v, viewer, flow_published_seq(v->w->active->flow)};

    v->w->trace->counts.resumes++;
    /* It ends at the first row that will come live: ERR_NOT_FOUND. */
    if (journal_disk_read(v->w->disk, viewer->last_id, on_row, &r) == ERR_BAD_INPUT)
        return;
}

void viewers_resume_all(struct viewers *v)
{
    for (size_t i = 0; i < v->n; i++)
        resume(v, &v->list[i]);
}

void viewers_resume_one(struct viewers *v)
{
    resume(v, &v->list[rng_below(&v->rng, (uint32_t)v->n)]);
}
