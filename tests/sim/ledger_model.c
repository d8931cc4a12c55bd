#include "ledger_parts.h"

#include "vocabulary.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#include <stdlib.h>

/* Older than this a number is unknown again (domain, 4): the house may be asked whatever it said then. */
#define BELIEVED_MS (24 * MS_HOUR)
/* Houses that the broker asks by itself after silence, in a round of asking (engine.c: ask_next). */
#define ASKED_ON_MAX 1
/* Steps by which a round is widened (timers.c: widen_steps). */
#define STEPS_MAX 6

struct ledger_model *ledger_model_new(struct trace *t)
{
    struct ledger_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    m->gates = gate_model_new(t);
    m->nobed = nobed_model_new(t);
    return m;
}

void ledger_model_free(struct ledger_model *m)
{
    struct said *s = NULL, *next = NULL;

    if (m == NULL)
        return;
    HASH_ITER(hh, m->said, s, next)
    {
        HASH_DEL(m->said, s);
        free(s);
    }
    for (size_t i = 0; i < m->n_pools; i++)
        free(m->pools[i].counted);
    for (size_t i = 0; i < m->n_referrals; i++)
        free(m->referrals[i].requests);
    gate_model_free(m->gates);
    nobed_model_free(m->nobed);
    free(m->pools);
    free(m->requests);
    free(m->referrals);
    free(m->touched);
    timers_count_fini(&m->timers);
    free(m);
}

/* ---- tables ---- */

struct pool_model *pool_at(struct ledger_model *m, struct pool_id id)
{
    CHECK(id.v >= 1 && id.v <= m->n_pools);
    return &m->pools[id.v - 1];
}

struct request_model *request_at(struct ledger_model *m, struct request_id id)
{
    CHECK(id.v >= 1 && id.v <= m->n_requests);
    return &m->requests[id.v - 1];
}

static struct referral_model *referral_at(struct ledger_model *m, struct referral_id id)
{
    CHECK(id.v >= 1 && id.v <= m->n_referrals);
    return &m->referrals[id.v - 1];
}

static void touch(struct ledger_model *m, struct referral_id id)
{
    struct referral_model *r = referral_at(m, id);

    if (r->touched)
        return;
    r->touched = true;
    MEM_GROW(m->touched, m->n_touched, m->cap_touched);
    m->touched[m->n_touched++] = id.v;
}

/* ---- events ---- */

/* How many houses people may ask at once (domain: five at code rood, three at oranje, else one). */
static int ask_max_of(const struct need *n)
{
    return n->threat_level == THREAT_ROOD ? ASK_POOLS_MAX : n->threat_level == THREAT_ORANJE ? 3 : 1;
}

static void on_opened(struct ledger_model *m, const struct event *ev)
{
    CHECK(ev->u.opened.id.v == m->n_referrals + 1);
    MEM_GROW(m->referrals, m->n_referrals, m->cap_referrals);
    m->referrals[m->n_referrals++] =
        (struct referral_model){.org = ev->u.opened.org, .ask_max = ask_max_of(&ev->u.opened.need)};
    m->live++;
    if (m->one_household && m->n_referrals > 1)
        m->referrals[m->n_referrals - 1].household = 1;
}

/* Two referrals of one household: each is linked when it is opened, so none follows it yet. */
static void on_linked(struct ledger_model *m, const struct event *ev)
{
    const struct referral_model *earlier = referral_at(m, ev->u.link.earlier);

    referral_at(m, ev->u.link.referral)->household =
        earlier->household != 0 ? earlier->household : ev->u.link.earlier.v;
}

/* The broker asks by itself only what fits; why, the next event tells. */
static void on_asked_on(struct ledger_model *m, const struct event *ev, struct referral_model *r)
{
    const struct request *q = &ev->u.made;

    if (q->bridge && !q->proposal.by_broker)
        return;
    if (!q->proposal.by_broker) {
        r->asked_on = r->steps = 0;
        return;
    }
    m->broker_asked = q->id.v;
    m->broker_after_silence = m->silent_referral == q->referral.v;
    if (q->proposal.verdict != VERDICT_FITS || ev->account.v != 0 || q->asked_by.v != 0)
        trace_fail(m->trace, "seq %llu: the broker asks for referral %llu what is %s",
                   (unsigned long long)ev->seq, (unsigned long long)q->referral.v,
                   verdict_code(q->proposal.verdict));
}

/* What the broker asked before EV was to widen, if EV says so; otherwise it was after silence, and not more
 * often than it may. */
static void judge_asked_on(struct ledger_model *m, const struct event *ev)
{
    struct request_model *q = request_at(m, (struct request_id){m->broker_asked});
    struct referral_model *r = referral_at(m, (struct referral_id){q->referral});

    if (ev->kind == EV_REFERRAL_WIDENED && ev->u.escalation.request.v == m->broker_asked)
        return;
    m->trace->counts.asked_on++;
    if (!m->broker_after_silence || ++r->asked_on > ASKED_ON_MAX)
        trace_fail(m->trace, "before seq %llu: the broker asks for referral %llu: after silence %d, time %u",
                   (unsigned long long)ev->seq, (unsigned long long)q->referral, m->broker_after_silence,
                   r->asked_on);
}

/* Steps of widening: bounded since a person asked or the place was lost. */
static void on_widened(struct ledger_model *m, const struct event *ev)
{
    struct referral_model *r = referral_at(m, ev->u.escalation.referral);

    r->steps += r->step_ms != ev->at_ms;
    r->step_ms = ev->at_ms;
    if (r->steps > STEPS_MAX)
        trace_fail(m->trace, "seq %llu: referral %llu is widened %u times in a round",
                   (unsigned long long)ev->seq, (unsigned long long)ev->u.escalation.referral.v, r->steps);
}

static void on_made(struct ledger_model *m, const struct event *ev)
{
    const struct request *r = &ev->u.made;
    struct pool_model *p = pool_at(m, r->pool);
    struct referral_model *referral = referral_at(m, r->referral);
    int32_t before = held(m, p);
    int32_t units = p->reported && p->total != UNITS_UNKNOWN ? p->total : p->units_profile;

    if (p->reported && p->free != UNITS_UNKNOWN && ev->at_ms - p->observed_at_ms < BELIEVED_MS &&
        before + r->units > p->free)
        trace_fail(m->trace, "seq %llu: request %llu: %d held + %d asked of %d units free in pool %u",
                   (unsigned long long)ev->seq, (unsigned long long)r->id.v, before, r->units, p->free,
                   r->pool.v);
    if (before + r->units > units)
        trace_fail(m->trace, "seq %llu: request %llu: %d held + %d asked of %d units in pool %u",
                   (unsigned long long)ev->seq, (unsigned long long)r->id.v, before, r->units, units,
                   r->pool.v);
    for (size_t i = 0; i < p->n_counted; i++) {
        const struct request_model *other = &m->requests[p->counted[i] - 1];

        /* Who sleeps there for the meantime may ask to stay: that is another unit until it has its place. */
        if (other->bridge && other->hold == HOLD_ARRIVED && !r->bridge)
            continue;
        if (other->referral == r->referral.v)
            trace_fail(m->trace, "seq %llu: pool %u asked twice for referral %llu",
                       (unsigned long long)ev->seq, r->pool.v, (unsigned long long)r->referral.v);
    }
    CHECK(r->id.v == m->n_requests + 1);
    on_asked_on(m, ev, referral);
    MEM_GROW(m->requests, m->n_requests, m->cap_requests);
    m->requests[m->n_requests++] = (struct request_model){.referral = r->referral.v,
                                                          .pool = r->pool.v,
                                                          .units = r->units,
                                                          .bridge = r->bridge,
                                                          .by_broker = r->proposal.by_broker,
                                                          .answer_by_ms = r->answer_by_ms};
    MEM_GROW(p->counted, p->n_counted, p->cap_counted);
    p->counted[p->n_counted++] = r->id.v;
    MEM_GROW(referral->requests, referral->n_requests, referral->cap_requests);
    referral->requests[referral->n_requests++] = r->id.v;
    touch(m, r->referral);
}

static void request_moves(struct ledger_model *m, const struct event *ev, struct request_id id, enum hold to)
{
    struct request_model *r = request_at(m, id);

    if (r->hold == HOLD_OVER)
        trace_fail(m->trace, "seq %llu: a request that was over moves again", (unsigned long long)ev->seq);
    if (to == HOLD_ACCEPTED && r->hold != HOLD_PENDING)
        trace_fail(m->trace, "seq %llu: a request is accepted twice", (unsigned long long)ev->seq);
    r->hold = to;
    touch(m, (struct referral_id){r->referral});
}

static void on_silent(struct ledger_model *m, const struct event *ev)
{
    struct request_model *r = request_at(m, ev->u.request.request);

    if (r->hold != HOLD_PENDING || r->silent || ev->at_ms < r->answer_by_ms)
        trace_fail(m->trace, "seq %llu: request %llu is called silent %s", (unsigned long long)ev->seq,
                   (unsigned long long)ev->u.request.request.v,
                   r->silent ? "twice" : "though it is over or has time");
    r->silent = true;
    m->trace->counts.silent++;
}

static void referral_ends(struct ledger_model *m, struct referral_id id)
{
    struct referral_model *r = referral_at(m, id);

    CHECK(!r->ended);
    r->ended = true;
    m->live--;
    touch(m, id);
}

/* A place is only announced where a unit is free, to a household that still looks and has not asked there;
 * and nothing is held by it. */
static void on_found(struct ledger_model *m, const struct event *ev)
{
    const struct referral_model *r = referral_at(m, ev->u.found.referral);
    struct pool_model *p = pool_at(m, ev->u.found.pool);

    m->trace->counts.found++;
    if (!p->reported || p->free == UNITS_UNKNOWN || p->free <= held(m, p))
        trace_fail(m->trace, "seq %llu: announces a place in pool %u, which has none",
                   (unsigned long long)ev->seq, ev->u.found.pool.v);
    for (size_t i = 0; i < r->n_requests; i++) {
        const struct request_model *q = &m->requests[r->requests[i] - 1];

        if ((q->hold == HOLD_ACCEPTED && !q->bridge) ||
            (q->hold == HOLD_PENDING && q->pool == ev->u.found.pool.v))
            trace_fail(m->trace, "seq %llu: announces a place to referral %llu, which has or asks it",
                       (unsigned long long)ev->seq, (unsigned long long)ev->u.found.referral.v);
    }
    if (r->ended)
        trace_fail(m->trace, "seq %llu: announces a place to referral %llu, which has ended",
                   (unsigned long long)ev->seq, (unsigned long long)ev->u.found.referral.v);
}

static void on_admitted(struct ledger_model *m, const struct event *ev)
{
    struct request_model *r = request_at(m, ev->u.referral.request);

    if (r->hold != HOLD_ACCEPTED)
        trace_fail(m->trace, "seq %llu: arrival without a yes", (unsigned long long)ev->seq);
    r->hold = HOLD_ARRIVED;
    r->arrived_at_ms = ev->at_ms;
    referral_ends(m, ev->u.referral.referral);
}

/* A bridge bed is the one place that a household may hold beside another, and it is let go of once. */
static void on_bridge(struct ledger_model *m, const struct event *ev)
{
    struct request_model *r = ev->u.bridge.request.v != 0 ? request_at(m, ev->u.bridge.request) : NULL;

    if (r == NULL || (ev->kind != EV_BRIDGE_ARRIVED && ev->kind != EV_BRIDGE_ENDED))
        return;
    if (!r->bridge || (ev->kind == EV_BRIDGE_ARRIVED ? r->hold != HOLD_ACCEPTED
                                                     : r->hold != HOLD_ACCEPTED && r->hold != HOLD_ARRIVED))
        trace_fail(m->trace, "seq %llu: request %llu is no bridge bed that is held",
                   (unsigned long long)ev->seq, (unsigned long long)ev->u.bridge.request.v);
    if (ev->kind == EV_BRIDGE_ARRIVED) {
        r->hold = HOLD_ARRIVED;
        r->arrived_at_ms = ev->at_ms;
        touch(m, ev->u.bridge.referral);
    } else {
        request_moves(m, ev, ev->u.bridge.request, HOLD_OVER);
    }
}

/* It never left: it occupies what it did. */
static void on_back(struct ledger_model *m, const struct event *ev)
{
    const struct referral_model *r = referral_at(m, ev->u.stay.referral);

    for (size_t i = 0; i < r->n_requests; i++) {
        const struct request_model *q = &m->requests[r->requests[i] - 1];

        if (!q->bridge && q->arrived_at_ms != 0)
            on_there_still(m, ev, r->requests[i]);
    }
}

/* Who has left occupies nothing that a report could not yet know of. */
static void on_left(struct ledger_model *m, const struct event *ev)
{
    const struct referral_model *r = referral_at(m, ev->u.stay.referral);

    for (size_t i = 0; i < r->n_requests; i++) {
        if (m->requests[r->requests[i] - 1].hold == HOLD_ARRIVED) {
            m->requests[r->requests[i] - 1].hold = HOLD_OVER;
            m->requests[r->requests[i] - 1].left_at_ms = ev->at_ms;
        }
    }
}

static void take(struct ledger_model *m, const struct event *ev)
{
    switch (ev->kind) {
    case EV_POOL_DEFINED:
        on_pool(m, &ev->u.pool);
        break;
    case EV_CAPACITY_OBSERVED:
        on_capacity(m, ev);
        break;
    case EV_CAPACITY_CONFIRMED:
        on_confirmed(m, ev);
        break;
    case EV_REFERRAL_OPENED:
        on_opened(m, ev);
        break;
    case EV_REQUEST_MADE:
        on_made(m, ev);
        break;
    case EV_REQUEST_ACCEPTED:
        request_moves(m, ev, ev->u.request.request, HOLD_ACCEPTED);
        break;
    case EV_REQUEST_DECLINED:
        request_moves(m, ev, ev->u.request.request, HOLD_OVER);
        if (ev->u.request.reason == VOCABULARY_FULL)
            on_full(m, ev);
        break;
    case EV_REQUEST_EXPIRED:
    case EV_REQUEST_CANCELLED:
        if (ev->u.request.why == CANCEL_HOLD_ENDED || ev->u.request.why >= CANCEL_BED_GONE ||
            (ev->u.request.why == CANCEL_LEAKED &&
             request_at(m, ev->u.request.request)->hold == HOLD_ACCEPTED))
            referral_at(m, ev->u.request.referral)->steps = 0;
        request_moves(m, ev, ev->u.request.request, HOLD_OVER);
        break;
    case EV_REQUEST_SILENT:
        on_silent(m, ev);
        break;
    case EV_REQUEST_EXTENDED:
        request_at(m, ev->u.escalation.request)->answer_by_ms = ev->u.escalation.until_ms;
        request_at(m, ev->u.escalation.request)->silent = false;
        break;
    case EV_REFERRAL_WIDENED:
        on_widened(m, ev);
        break;
    case EV_REFERRAL_NO_SHOW:
        request_moves(m, ev, ev->u.referral.request, HOLD_OVER);
        referral_at(m, ev->u.referral.referral)->steps = 0;
        break;
    case EV_REFERRAL_ADMITTED:
        on_admitted(m, ev);
        break;
    case EV_REFERRAL_WITHDRAWN:
        referral_ends(m, ev->u.referral.referral);
        break;
    case EV_PLACE_FOUND:
        on_found(m, ev);
        break;
    case EV_BRIDGE_OPENED:
    case EV_BRIDGE_STARTED:
    case EV_BRIDGE_CHECKED:
    case EV_BRIDGE_ALARMED:
    case EV_BRIDGE_ARRIVED:
    case EV_BRIDGE_ENDED:
        on_bridge(m, ev);
        break;
    case EV_BRIDGE_FUNDED:
    case EV_BRIDGE_CHANGED:
    case EV_BRIDGE_TRAVELLING:
    case EV_BRIDGE_WATCHED:
    case EV_NIGHT_NOTED:
        break;
    case EV_REFERRAL_CLOSED:
        referral_ends(m, ev->u.night.referral);
        break;
    case EV_STAY_ENDED:
        on_left(m, ev);
        break;
    case EV_STAY_RESUMED:
        on_back(m, ev);
        break;
    case EV_REFERRAL_LINKED:
        on_linked(m, ev);
        break;
    case EV_STAY_STARTED:
    case EV_STAY_READY:
    case EV_NIGHTS_DATED:
    case EV_STAY_FUNDED:
    case EV_RETURN_CODE_GIVEN:
    case EV_FUNDING_FLAGGED:
    case EV_CLOCK_STARTED:
    case EV_CLOCK_OFFERED:
    case EV_CLOCK_TAKEN:
    case EV_CLOCK_PROLONGED:
    case EV_CLOCK_STOPPED:
    case EV_CLOCK_WARNED:
    case EV_CLOCK_RAN_OUT:
    case EV_ORG_DEFINED:
    case EV_LOCATION_DEFINED:
    case EV_REQUEST_SEEN:
    case EV_REQUEST_LATE_YES:
    case EV_REFERRAL_TRAVELLING:
    case EV_REFERRAL_UNPLACED:
    case EV_REFERRAL_RETIMED:
    case EV_REFERRAL_STILL_THERE:
    case EV_REQUEST_RUNG:
    case EV_HOLD_SET:
    case EV_ALARM_RAISED:
    case EV_ALARM_REPEATED:
    case EV_HOUSEHOLD_REFUSED:
    case EV_ALARM_ACKNOWLEDGED:
    case EV_REFERRAL_HANDED_OVER:
    case EV_REFERRAL_TAKEN_OVER:
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
    case EV_SUPPLY_CHANGED:
    case EV_SURGE_SET:
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
    case EV_COMMAND_DONE:
    case EV_KEY_MADE:
    case EV_KEY_CONFIRMED:
    case EV_KEY_LOST:
    case EV_KEY_LOSS_ASKED:
    case EV_KEY_LOSS_DROPPED:
    case EV_HANDOVER_ITEM:
    case EV_NOTE_WRITTEN:
    case EV_NOTE_PICKED_UP:
    case EV_NOTE_UNREADABLE:
    case EV_NOTE_DESTROYED:
    case EV_GATE_SENT:
    case EV_GATE_TAKEN:
    case EV_GATE_ASKED_BACK:
    case EV_GATE_ANSWERED:
    case EV_GATE_ASSENTED:
    case EV_GATE_RETURNED:
    case EV_GATE_WITHDRAWN:
    case EV_RESIDENCE_FOUND:
    case EV_REFERRAL_DESK:
    case EV_N:
        break;
    }
}

void ledger_model_event(struct ledger_model *m, const struct event *ev)
{
    bool passes = ev->kind == EV_REQUEST_SILENT || ev->kind == EV_REQUEST_EXPIRED;
    uint32_t full = m->full_pool;

    gate_model_event(m->gates, ev);
    if (m->broker_asked != 0)
        judge_asked_on(m, ev);
    m->broker_asked = 0;
    timers_walk_event(m->trace, &m->timers, ev);
    take(m, ev);
    nobed_model_event(m->nobed, ev);
    if (full != 0 && ev->kind != EV_CAPACITY_OBSERVED)
        trace_fail(m->trace, "seq %llu: the house of pool %u said full and its number stands",
                   (unsigned long long)ev->seq, full);
    if (full != 0)
        m->full_pool = 0;
    m->silent_referral = passes ? ev->u.request.referral.v : 0;
}

/* In a bridge bed, on its way to the next, a household still looks, and that is all it may hold beside. */
static void check_bridges(struct ledger_model *m, uint64_t id, int there, int next, int asked, int accepted)
{
    if (there > 1 || next > 1 || (next > 0 && asked > 0) || asked > ASK_POOLS_MAX ||
        (accepted > 0 && asked > 0) || (m->referrals[id - 1].ended && there + next + asked > 0))
        trace_fail(m->trace, "referral %llu holds too many bridges: in %d, on the way to %d, and asks %d%s",
                   (unsigned long long)id, there, next, asked,
                   m->referrals[id - 1].ended ? ", and it has ended" : "");
}

static uint64_t household_of(const struct ledger_model *m, uint64_t id)
{
    return m->referrals[id - 1].household != 0 ? m->referrals[id - 1].household : id;
}

/* Whoever was promised a place through ID holds and asks none through another referral, a bridge bed apart.
 */
static void check_household(struct ledger_model *m, uint64_t id)
{
    for (uint64_t other = 1; other <= m->n_referrals; other++) {
        const struct referral_model *r = &m->referrals[other - 1];

        if (other == id || household_of(m, other) != household_of(m, id))
            continue;
        for (size_t i = 0; i < r->n_requests; i++) {
            const struct request_model *q = &m->requests[r->requests[i] - 1];

            if (!q->bridge && (q->hold == HOLD_PENDING || q->hold == HOLD_ACCEPTED))
                trace_fail(m->trace, "one household holds two places: referral %llu has one, and %llu too",
                           (unsigned long long)id, (unsigned long long)other);
        }
    }
}

static void check_referral(struct ledger_model *m, uint64_t id)
{
    const struct referral_model *r = &m->referrals[id - 1];
    int pending[2] = {0, 0}; /* of the referrer, of its gatekeeper: neither takes from the other */
    int by_people[2] = {0, 0};
    int accepted = 0, beds = 0, beds_next = 0, beds_asked = 0, all = 0;

    for (size_t i = 0; i < r->n_requests; i++) {
        const struct request_model *q = &m->requests[r->requests[i] - 1];
        bool by_gate = gate_model_of_request(m->gates, (struct request_id){r->requests[i]}).v != 0;

        if (q->bridge) {
            beds += q->hold == HOLD_ARRIVED;
            beds_next += q->hold == HOLD_ACCEPTED;
            beds_asked += q->hold == HOLD_PENDING;
            continue;
        }
        pending[by_gate] += q->hold == HOLD_PENDING;
        by_people[by_gate] += q->hold == HOLD_PENDING && !q->by_broker;
        accepted += q->hold == HOLD_ACCEPTED;
    }
    check_bridges(m, id, beds, beds_next, beds_asked, accepted);
    if (accepted > 0)
        check_household(m, id);
    if (pending[0] > ASK_POOLS_MAX || pending[1] > ASK_POOLS_MAX || by_people[0] > r->ask_max ||
        by_people[1] > r->ask_max)
        trace_fail(m->trace,
                   "referral %llu asks %d at once (%d by people, who may ask %d), its gatekeeper %d",
                   (unsigned long long)id, pending[0], by_people[0], r->ask_max, pending[1]);
    m->trace->counts.at_most += pending[0] == ASK_POOLS_MAX;
    all = pending[0] + pending[1];
    if (accepted > 1 || (accepted == 1 && all > 0) || (r->ended && all + accepted > 0))
        trace_fail(m->trace, "referral %llu holds too much: %d accepted, %d pending%s",
                   (unsigned long long)id, accepted, all, r->ended ? ", and it has ended" : "");
}

void ledger_model_commit_end(struct ledger_model *m)
{
    for (size_t i = 0; i < m->n_touched; i++) {
        m->referrals[m->touched[i] - 1].touched = false;
        check_referral(m, m->touched[i]);
    }
    m->n_touched = 0;
}
