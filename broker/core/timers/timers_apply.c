/* What the events of timers and escalation do to the state, and when they are impossible. Whether something
 * was due by the settings is not asked: they may have changed since. */
#include "core/apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/fields.h"
#include "core/gate/gate_look.h"
#include "core/timers/timers_state.h"

/* After a record changed: its digest, its referral's version, and what falls due next. */
static void touched(struct engine *e, struct timers_slot *s, struct referral_id id, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, id);

    s->t.version = seq;
    e->sum -= s->sum;
    s->sum = timers_digest_of(e, id);
    e->sum += s->sum;
    referral_move(e, r, r->r.state, seq);
}

static const struct referral *referral_of(const struct engine *e, const struct event *ev)
{
    return engine_referral(e, ev->u.escalation.referral);
}

/* The request that the event names, if it is of its referral and pending. */
static const char *pending_impossible(const struct engine *e, const struct event *ev,
                                      const struct request **q)
{
    *q = engine_request(e, ev->u.escalation.request);
    if (*q == NULL || (*q)->referral.v != ev->u.escalation.referral.v)
        return "no such request of this referral";
    return (*q)->state != REQUEST_PENDING ? "a request that is past this step" : NULL;
}

/* ---- requests: rung, extended ---- */

/* A request that changed while it is pending; its hold on the pool stays as it is. */
static void request_touched(struct engine *e, struct request_slot *q, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, q->r.referral);

    q->r.version = seq;
    due_refresh_request(e, q);
    digest_refresh_request(e, q);
    referral_move(e, r, r->r.state, seq);
}

const char *request_rung_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = NULL;
    const char *why = pending_impossible(e, ev, &q);

    if (why != NULL)
        return why;
    if (q->silent_at_ms != 0)
        return "rung after its time to answer was over";
    return q->n_rung >= RINGS_MAX ? "rung too often" : NULL;
}

void request_rung_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *q = request_slot(e, ev->u.escalation.request);

    q->r.n_rung++;
    q->r.rung_at_ms = ev->at_ms;
    request_touched(e, q, ev->seq);
}

const char *request_extended_impossible(const struct engine *e, const struct event *ev)
{
    const struct request *q = NULL;
    const char *why = pending_impossible(e, ev, &q);
    int64_t until_ms = ev->u.escalation.until_ms;

    if (why != NULL)
        return why;
    if (q->n_extended >= EXTENSIONS_MAX)
        return "extended too often";
    return until_ms <= q->answer_by_ms || until_ms <= ev->at_ms || until_ms > FIELD_TIME_MAX
               ? "an extension to no later moment"
               : NULL;
}

void request_extended_apply(struct engine *e, const struct event *ev)
{
    struct request_slot *q = request_slot(e, ev->u.escalation.request);

    q->r.n_extended++;
    q->r.extended_at_ms = ev->at_ms;
    q->r.answer_by_ms = ev->u.escalation.until_ms;
    if (q->r.lapse_at_ms < q->r.answer_by_ms)
        q->r.lapse_at_ms = q->r.answer_by_ms;
    /* It is within its time again; and who asks for time has seen it. */
    q->r.silent_at_ms = 0;
    if (q->r.seen_at_ms == 0)
        q->r.seen_at_ms = ev->at_ms;
    request_touched(e, q, ev->seq);
}

/* ---- widened ---- */

const char *referral_widened_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = referral_of(e, ev);
    const struct request *q = NULL;
    const char *why = NULL;

    if (r == NULL || !referral_is_looking(r->state))
        return "widened for no referral that looks for a place";
    if (ev->u.escalation.request.v == 0)
        return NULL;
    why = pending_impossible(e, ev, &q);
    if (why != NULL)
        return why;
    return !q->proposal.by_broker || q->widened ? "widened by a request that is another's" : NULL;
}

void referral_widened_apply(struct engine *e, const struct event *ev)
{
    struct referral_id id = ev->u.escalation.referral;
    struct timers_slot *s = timers_slot(e, id);

    if (s->t.widened_at_ms != ev->at_ms) { /* else a second place of the same step */
        s->t.widen_steps = (uint8_t)(timers_steps(e, engine_referral(e, id)) + 1);
        s->t.widened_at_ms = ev->at_ms;
    }
    if (ev->u.escalation.request.v != 0) {
        struct request_slot *q = request_slot(e, ev->u.escalation.request);

        q->r.widened = true;
        q->r.version = ev->seq;
        digest_refresh_request(e, q);
    }
    touched(e, s, id, ev->seq);
}

/* ---- hold ---- */

const char *hold_set_impossible(const struct engine *e, const struct event *ev)
{
    const struct escalation *x = &ev->u.escalation;
    const struct referral *r = referral_of(e, ev);
    const struct request *q = engine_request(e, x->request);

    if (r == NULL || q == NULL || q->referral.v != r->id.v || q->state != REQUEST_ACCEPTED)
        return "a hold of no accepted request of this referral";
    if (x->until_ms < ev->at_ms || x->until_ms > FIELD_TIME_MAX || (unsigned)x->how >= HOLD_HOW_N)
        return "a hold with a value out of range";
    if (x->how == HOLD_EXTENDED && (r->state != REFERRAL_RESERVED || timers_held(e, r) == NULL ||
                                    timers_of(e, r->id)->hold_extensions >= EXTENSIONS_MAX))
        return "a hold extended too often, or of no reserved place";
    return NULL;
}

void hold_set_apply(struct engine *e, const struct event *ev)
{
    const struct escalation *x = &ev->u.escalation;
    struct timers_slot *s = timers_slot(e, x->referral);

    if (s->t.hold_request.v != x->request.v)
        s->t.hold_extensions = 0;
    s->t.hold_request = x->request;
    s->t.hold_until_ms = x->until_ms;
    s->t.hold_set_at_ms = ev->at_ms;
    s->t.hold_extensions = (uint8_t)(s->t.hold_extensions + (x->how == HOLD_EXTENDED));
    s->t.hold_warned = false;
    s->t.hold_missed = false;
    touched(e, s, x->referral, ev->seq);
}

/* ---- alarms ---- */

static bool was_missed(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->cancel_why == CANCEL_NO_SHOW && !q->bridge)
            return true;
    }
    return false;
}

static bool has_bed(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        if (request_has_bed(engine_request(e, r->requests[i])))
            return true;
    }
    return false;
}

const char *alarm_raised_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = referral_of(e, ev);

    if (r == NULL || (unsigned)ev->u.escalation.alarm >= ALARM_N)
        return "an alarm of no referral, or of no kind";
    switch (ev->u.escalation.alarm) {
    case ALARM_LEAD:
    case ALARM_HOLD_ENDED:
        return referral_is_looking(r->state) ? NULL : "an alarm of one that does not look for a place";
    case ALARM_HOLD_ENDING:
        return r->state == REFERRAL_RESERVED && timers_held(e, r) != NULL ? NULL : "an alarm without a hold";
    case ALARM_NO_SHOW: /* or after it: nobody came, and it looks again */
        if (referral_is_looking(r->state))
            return was_missed(e, r) ? NULL : "missed where nobody was awaited";
        return r->state == REFERRAL_TRAVELLING && timers_held(e, r) != NULL ? NULL
                                                                            : "an alarm without a journey";
    case ALARM_GATE:
        return referral_is_looking(r->state) && gate_undecided_of(e, r) != NULL
                   ? NULL
                   : "an alarm without a gatekeeper who decides";
    case ALARM_LEAKED:
        return referral_is_looking(r->state) || r->state == REFERRAL_RESERVED
                   ? NULL
                   : "an alarm of one that is on its way, or over";
    case ALARM_CONFLICT:
        return has_bed(e, r) ? NULL : "an alarm of one that has no bed";
    case ALARM_N:
        break;
    }
    return "an alarm of no kind";
}

/* The place of an alarm's state; made if it is kept beside the records and there was none. */
static struct alarm_state *alarm_slot(struct engine *e, struct timers_slot *s, enum alarm alarm)
{
    uint32_t at = s->seldom;

    if (alarm < ALARMS_KEPT)
        return &s->t.alarms[alarm];
    while (at != 0 && e->timers.seldom[at - 1].alarm != alarm)
        at = e->timers.seldom[at - 1].next;
    if (at == 0) {
        MEM_GROW(e->timers.seldom, e->timers.n_seldom, e->timers.cap_seldom);
        e->timers.seldom[e->timers.n_seldom++] = (struct seldom_alarm){.alarm = alarm, .next = s->seldom};
        at = s->seldom = e->timers.n_seldom;
    }
    return &e->timers.seldom[at - 1].a;
}

void alarm_raised_apply(struct engine *e, const struct event *ev)
{
    struct timers_slot *s = timers_slot(e, ev->u.escalation.referral);
    enum alarm alarm = ev->u.escalation.alarm;

    *alarm_slot(e, s, alarm) = (struct alarm_state){.raised_at_ms = ev->at_ms};
    s->t.hold_warned |= alarm == ALARM_HOLD_ENDING;
    s->t.hold_missed |= alarm == ALARM_NO_SHOW;
    touched(e, s, ev->u.escalation.referral, ev->seq);
}

/* That it stands and is not acknowledged; whether it was time is not asked, nor what only facts of the
 * household tell, which the journal may have lost. */
static const char *open_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = referral_of(e, ev);
    enum alarm alarm = ev->u.escalation.alarm;

    if (r == NULL || (unsigned)alarm >= ALARM_N || !timers_alarm_may_stand(e, r, alarm))
        return "an alarm that does not stand";
    return timers_alarm(e, r->id, alarm)->acknowledged_at_ms != 0 ? "an alarm acknowledged already" : NULL;
}

const char *alarm_repeated_impossible(const struct engine *e, const struct event *ev)
{
    const struct escalation *x = &ev->u.escalation;
    const char *why = open_impossible(e, ev);

    if (why != NULL)
        return why;
    return x->again != timers_alarm(e, x->referral, x->alarm)->n_again + 1 || x->again > ALARM_AGAIN_MAX
               ? "an alarm raised again out of turn"
               : NULL;
}

void alarm_repeated_apply(struct engine *e, const struct event *ev)
{
    struct timers_slot *s = timers_slot(e, ev->u.escalation.referral);
    struct alarm_state *a = alarm_slot(e, s, ev->u.escalation.alarm);

    a->n_again = ev->u.escalation.again;
    a->again_at_ms = ev->at_ms;
    a->passed_on |= ev->u.escalation.passed_on;
    touched(e, s, ev->u.escalation.referral, ev->seq);
}

const char *alarm_acknowledged_impossible(const struct engine *e, const struct event *ev)
{
    return open_impossible(e, ev);
}

void alarm_acknowledged_apply(struct engine *e, const struct event *ev)
{
    struct timers_slot *s = timers_slot(e, ev->u.escalation.referral);
    struct alarm_state *a = alarm_slot(e, s, ev->u.escalation.alarm);

    a->acknowledged_at_ms = ev->at_ms;
    a->acknowledged_by = ev->account;
    touched(e, s, ev->u.escalation.referral, ev->seq);
}

/* ---- who it is with ---- */

const char *handed_over_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = referral_of(e, ev);

    return r == NULL || !referral_is_live(r->state) ? "handed over what is over" : NULL;
}

void handed_over_apply(struct engine *e, const struct event *ev)
{
    struct timers_slot *s = timers_slot(e, ev->u.escalation.referral);

    s->t.handed = true;
    s->t.handed_to = ev->u.escalation.to;
    s->t.handed_at_ms = ev->at_ms;
    touched(e, s, ev->u.escalation.referral, ev->seq);
}

const char *taken_over_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = referral_of(e, ev);

    if (r == NULL || !referral_is_live(r->state))
        return "taken over what is over";
    return ev->account.v == 0 ? "taken over by nobody" : NULL;
}

void taken_over_apply(struct engine *e, const struct event *ev)
{
    struct timers_slot *s = timers_slot(e, ev->u.escalation.referral);

    s->t.owner = ev->account;
    s->t.handed = false;
    s->t.handed_to.v = 0;
    s->t.handed_at_ms = 0;
    touched(e, s, ev->u.escalation.referral, ev->seq);
}

/* What it says may be gone with the household's key: then nothing changes. */
const char *referral_desk_impossible(const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.desk.referral);

    if (r == NULL || !referral_is_live(r->state))
        return "a desk for what is over";
    return ev->u.desk.facts_known && r->facts_known && !desk_said_is_valid(&ev->u.desk.desk, &r->need)
               ? "a desk that cannot be rung, or has no ground"
               : NULL;
}

void referral_desk_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *s = referral_slot(e, ev->u.desk.referral);

    if (s->r.facts_known && ev->u.desk.facts_known)
        desk_said_put(&ev->u.desk.desk, ev->at_ms, &s->r.need);
    referral_move(e, s, s->r.state, ev->seq);
}
