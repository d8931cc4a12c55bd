#include "timers_walk.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "core/gate/gate_look.h"
#include "vocabulary.h"

#include <stdlib.h>

static struct actor worker_of(const struct engine *e, const struct referral *r, uint32_t nth)
{
    bool is_comensha = engine_org(e, r->org)->kind == ORG_COMENSHA;
    struct actor a = actor_of(is_comensha ? ROLE_COMENSHA : ROLE_REFERRER, r->org);

    a.account.v = r->org.v * 100 + 50 + nth; /* colleagues of the one who opens everything */
    return a;
}

static const struct request *in_state(const struct engine *e, const struct referral *r, enum request_state s)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == s && !q->bridge)
            return q;
    }
    return NULL;
}

/* It asks somebody, or people worked on it since TOLD: asked a place, or found a hotel. */
static bool is_in_use(const struct engine *e, const struct referral *r, int64_t told_ms)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (request_is_holding(q) || (!q->proposal.by_broker && q->asked_at_ms > told_ms))
            return true;
    }
    return engine_bridge_of(e, r->id, BRIDGE_HOTEL) != NULL ||
           engine_bridge_of(e, r->id, BRIDGE_NETWORK) != NULL;
}

bool timers_walk_draw(struct rng *rng, const struct engine *e, const struct referral *r, struct command *cmd)
{
    static const enum command_kind kinds[] = {CMD_EXTEND_REQUEST, CMD_EXTEND_HOLD, CMD_ACKNOWLEDGE_ALARM,
                                              CMD_HAND_OVER, CMD_TAKE_OVER};
    const struct request *q = in_state(e, r, REQUEST_PENDING);

    *cmd = (struct command){.kind = kinds[rng_below(rng, COUNT_OF(kinds))],
                            .actor = worker_of(e, r, rng_below(rng, 4))};
    if (cmd->kind == CMD_EXTEND_REQUEST && q == NULL)
        return false;
    if (cmd->kind == CMD_EXTEND_REQUEST) {
        cmd->actor = actor_of(ROLE_SHELTER, engine_pool(e, q->pool)->org);
        cmd->u.answer.request = q->id;
    } else if (cmd->kind == CMD_ACKNOWLEDGE_ALARM || cmd->kind == CMD_HAND_OVER) {
        cmd->u.escalation.referral = r->id;
        cmd->u.escalation.alarm = (enum alarm)rng_below(rng, ALARM_N);
        cmd->u.escalation.to.v = rng_chance(rng, 500) ? 0 : worker_of(e, r, rng_below(rng, 4)).account.v;
    } else {
        cmd->u.referral.referral = r->id;
    }
    return true;
}

/* The table of the domain, section 5; by enum threat_level, a level not known as oranje. */
static const int64_t lead_minutes[THREAT_N] = {60, 39 * 60, 60, 20}; /* next day at nine: at most 39 h away */
static const int64_t no_show_minutes[THREAT_N] = {60, 240, 60, 30};

/* An alarm that nobody looks after comes again as often as a house is rung, twice three times at most, and
 * not for what began so long ago that another shift must have seen it. */
static const int64_t again_minutes[THREAT_N] = {15, 60, 15, 5};
#define AGAIN_MAX 6
#define AGAIN_FOR_MS MS_DAY

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* By when the desk of a gatekeeper is late: past its moment, or as long after it was asked as an alarm takes
 * to come again, if that moment was over then. 0 = it has decided, or nothing presses. */
static int64_t late_at_ms(const struct engine *e, const struct referral *r, const struct gate *g)
{
    bool is_undecided = !g->assented && (g->state == GATE_WAITING || g->state == GATE_TAKEN ||
                                         g->state == GATE_ASKED_BACK || g->state == GATE_PLACING);
    int64_t act_by_ms = gate_clocks_of(e, g).act_by_ms;

    if (!is_undecided || act_by_ms == INT64_MAX)
        return 0;
    return later(act_by_ms, g->sent_at_ms + again_minutes[r->need.threat_level] * MS_MINUTE);
}

/* One that is late is an alarm: the referrer finds it in its list, however long ago it was raised. */
static void check_gates(struct trace *t, const struct engine *e, const struct referral *r, int64_t now_ms)
{
    int64_t raised_ms = timers_of(e, r->id)->alarms[ALARM_GATE].raised_at_ms;
    int64_t late_ms = INT64_MAX;
    bool is_told = false;

    for (unsigned i = 0; i < r->n_gates; i++) {
        const struct gate *g = engine_gate(e, r->gates[i]);
        int64_t at_ms = late_at_ms(e, r, g);

        if (at_ms == 0 || at_ms > now_ms)
            continue;
        late_ms = at_ms < late_ms ? at_ms : late_ms;
        is_told = is_told || raised_ms >= later(gate_clocks_of(e, g).act_by_ms, g->sent_at_ms);
    }
    if (late_ms != INT64_MAX && !is_told)
        trace_fail(t, "the gatekeeper of referral %llu is %lld min late and nobody is alarmed",
                   (unsigned long long)r->id.v, (long long)((now_ms - late_ms) / MS_MINUTE));
}

/* The house of a bed that it has, or is promised, said no to one of its household's referrals for that. */
static bool is_where_known(const struct engine *e, const struct referral *r)
{
    for (uint64_t i = 1; i <= engine_requests(e); i++) {
        const struct request *no = engine_request(e, (struct request_id){i});

        if (no->state != REQUEST_DECLINED || no->decline_reason != VOCABULARY_CONFLICT ||
            engine_household_first(e, no->referral).v != engine_household_first(e, r->id).v)
            continue;
        for (unsigned k = 0; k < r->n_requests; k++) {
            const struct request *q = engine_request(e, r->requests[k]);

            if ((q->state == REQUEST_ACCEPTED || q->state == REQUEST_ADMITTED) && q->left_at_ms == 0 &&
                engine_pool(e, q->pool)->location.v == engine_pool(e, no->pool)->location.v)
                return true;
        }
    }
    return false;
}

/* What the alarm says is so still. */
static bool is_still(const struct engine *e, const struct referral *r, enum alarm alarm, int64_t since_ms)
{
    const struct timers *s = timers_of(e, r->id);
    int64_t raised_ms = timers_alarm(e, r->id, alarm)->raised_at_ms;

    switch (alarm) {
    case ALARM_LEAD: /* of a follow-up not if it was for another day: check_one sees that it comes anew */
        return referral_is_looking(r->state) && raised_ms >= since_ms &&
               timers_alarm_stands(e, r, ALARM_LEAD);
    case ALARM_HOLD_ENDED:
        return referral_is_looking(r->state) && raised_ms >= since_ms;
    case ALARM_HOLD_ENDING:
        return r->state == REFERRAL_RESERVED && s->hold_warned;
    case ALARM_NO_SHOW:
        return (r->state == REFERRAL_TRAVELLING && s->hold_missed) ||
               (referral_is_looking(r->state) && raised_ms >= since_ms);
    case ALARM_GATE:
        for (unsigned i = 0; referral_is_looking(r->state) && i < r->n_gates; i++) {
            int64_t at_ms = late_at_ms(e, r, engine_gate(e, r->gates[i]));

            if (at_ms != 0 && at_ms <= raised_ms)
                return true;
        }
        return false;
    case ALARM_LEAKED:
        return referral_is_looking(r->state) || r->state == REFERRAL_RESERVED;
    case ALARM_CONFLICT:
        return is_where_known(e, r);
    case ALARM_N:
        break;
    }
    return false;
}

static void check_again(struct trace *t, const struct engine *e, const struct referral *r, int64_t since_ms,
                        int64_t now_ms)
{
    for (int i = 0; i < ALARM_N; i++) {
        const struct alarm_state *a = timers_alarm(e, r->id, (enum alarm)i);
        int64_t due_ms = later(a->raised_at_ms, a->again_at_ms) +
                         again_minutes[i >= ALARM_LEAKED ? THREAT_ROOD : r->need.threat_level] * MS_MINUTE;

        if (a->n_again > AGAIN_MAX)
            trace_fail(t, "referral %llu: '%s' was raised again %u times", (unsigned long long)r->id.v,
                       alarm_code((enum alarm)i), a->n_again);
        if (a->acknowledged_at_ms != 0 && a->again_at_ms > a->acknowledged_at_ms)
            trace_fail(t, "referral %llu: somebody looks after '%s', and it is raised again",
                       (unsigned long long)r->id.v, alarm_code((enum alarm)i));
        if (a->raised_at_ms == 0 || a->acknowledged_at_ms != 0 || a->n_again >= AGAIN_MAX ||
            now_ms < due_ms || now_ms - a->raised_at_ms >= AGAIN_FOR_MS)
            continue;
        if (is_still(e, r, (enum alarm)i, since_ms))
            trace_fail(t, "referral %llu: nobody looks after '%s' for %lld min, and it is not raised again",
                       (unsigned long long)r->id.v, alarm_code((enum alarm)i),
                       (long long)((now_ms - due_ms) / MS_MINUTE));
    }
}

/* Its household has a bed of ours now, or left its last one for a place to live (IS_HOME); else when it was
 * told that the last that it had was over (0 = it never had one). */
static bool is_housed(const struct engine *e, struct referral_id id, int64_t *told_ms, bool *is_home)
{
    bool housed = false, home = false;
    int64_t over_ms = 0;

    *told_ms = 0;
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct stay *s = engine_stay_of(e, id);
        const struct nobed_case *c = engine_nobed(e, id);

        housed |= s != NULL && s->ended_at_ms == 0;
        if (s != NULL && s->ended_at_ms != 0 && s->ended_at_ms >= over_ms) {
            home = s->ended_at_ms != over_ms && s->destination != 0 &&
                   !vocab_destination_slept(engine_vocab(e), s->destination);
            over_ms = s->ended_at_ms;
        }
        if (s != NULL && s->ended_at_ms != 0)
            *told_ms = later(*told_ms, engine_request(e, s->request)->left_at_ms);
        for (unsigned i = 0; c != NULL && i < c->n_bridges; i++) {
            const struct bridge *b = engine_bridge(e, c->bridges[i]);

            if (b->kind != BRIDGE_BED || b->started_at_ms == 0)
                continue;
            housed |= b->ended_at_ms == 0;
            if (b->ended_at_ms != 0 && b->ended_at_ms >= over_ms) {
                home = b->ended_at_ms != over_ms && b->end == BRIDGE_END_HOME;
                over_ms = b->ended_at_ms;
            }
            if (b->ended_at_ms != 0)
                *told_ms = later(*told_ms, engine_request(e, b->request)->ended_at_ms);
        }
    }
    *is_home = home && !housed;
    return housed || home;
}

/* A clock that it follows was prolonged: a yes of before is kept until the day that it was for. */
static bool was_prolonged(const struct engine *e, struct referral_id follow_up)
{
    struct referral_id id = engine_household_first(e, follow_up);

    for (; id.v != 0; id = engine_household_next(e, id)) {
        const struct stay_clock *c = NULL;

        for (unsigned i = 0; (c = engine_clock(e, engine_clock_of(e, id, i))) != NULL; i++) {
            if (c->follow_up.v == follow_up.v && c->prolonged > 0)
                return true;
        }
    }
    return false;
}

static void check_one(struct trace *t, const struct engine *e, const struct referral *r, int64_t now_ms)
{
    const struct timers *s = timers_of(e, r->id);
    const struct request *q = in_state(e, r, REQUEST_ACCEPTED);
    enum threat_level level = r->need.threat_level;
    unsigned long long id = r->id.v;
    int64_t since_ms = r->opened_at_ms, missed_ms = 0, bedless_ms = 0, lead_since_ms = 0, told_ms = 0;
    /* A follow-up whose household has a bed counts back from its day; the morning before it is 14 to 39 hours
     * away. Without a bed it is a search as any other. */
    bool follows = engine_household(e, r->id).why == LINK_FOLLOW_UP;
    bool is_home = false, planned = is_housed(e, r->id, &told_ms, &is_home) && follows;
    /* It waits for a person to end it. */
    bool is_left = planned && is_home && !is_in_use(e, r, told_ms);
    int64_t back_minutes = level == THREAT_GROEN ? 14 * 60 : lead_minutes[level];
    int64_t early_minutes = level == THREAT_GROEN ? 40 * 60 : lead_minutes[level];

    /* What the broker opened to follow a stay is with nobody until somebody takes it. */
    if (timers_owner(e, r).v / 100 != r->org.v && (timers_owner(e, r).v != 0 || r->opened_by.v != 0))
        trace_fail(t, "referral %llu is with account %u, which is of another organisation", id,
                   timers_owner(e, r).v);
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *old = engine_request(e, r->requests[i]);

        if (!old->bridge &&
            (old->cancel_why == CANCEL_NO_SHOW || old->cancel_why == CANCEL_HOLD_ENDED ||
             cancel_why_is_fall_through(old->cancel_why) ||
             (old->cancel_why == CANCEL_LEAKED && old->answered_at_ms != 0 && !old->late_yes)))
            since_ms = old->ended_at_ms > since_ms ? old->ended_at_ms : since_ms;
        if (!old->bridge && old->cancel_why == CANCEL_NO_SHOW && !old->refused)
            missed_ms = later(missed_ms, old->ended_at_ms);
        if (!old->bridge && ((old->cancel_why == CANCEL_NO_SHOW && old->refused) ||
                             old->cancel_why == CANCEL_HOLD_ENDED || old->cancel_why == CANCEL_BED_GONE))
            bedless_ms = later(bedless_ms, old->ended_at_ms);
    }
    if (s->alarms[ALARM_NO_SHOW].raised_at_ms < missed_ms ||
        s->alarms[ALARM_HOLD_ENDED].raised_at_ms < bedless_ms)
        trace_fail(t, "referral %llu lost its place and nobody was alarmed with it", id);
    lead_since_ms = follows && !planned ? later(since_ms, told_ms) : since_ms;
    if (is_left && timers_alarm_stands(e, r, ALARM_LEAD))
        trace_fail(t, "referral %llu is of a household that has a home, and rings the team lead", id);
    if (!is_left && referral_is_looking(r->state) &&
        now_ms - lead_since_ms >= lead_minutes[level] * MS_MINUTE &&
        (!planned || now_ms >= r->deadline_ms - back_minutes * MS_MINUTE) &&
        (s->alarms[ALARM_LEAD].raised_at_ms < lead_since_ms ||
         (planned && s->alarms[ALARM_LEAD].raised_at_ms < r->deadline_ms - early_minutes * MS_MINUTE)))
        trace_fail(t, "referral %llu has no yes for %lld min and nobody is alarmed", id,
                   (long long)((now_ms - lead_since_ms) / MS_MINUTE));
    /* One raised for an earlier day, before the clock was prolonged, stands no more. */
    if (planned && timers_alarm_stands(e, r, ALARM_LEAD) &&
        s->alarms[ALARM_LEAD].raised_at_ms < r->deadline_ms - early_minutes * MS_MINUTE)
        trace_fail(t, "referral %llu follows a stay and is an emergency long before its day", id);
    if (referral_is_looking(r->state))
        check_gates(t, e, r, now_ms);
    check_again(t, e, r, since_ms, now_ms);
    if (q == NULL)
        return;
    if (planned && s->hold_request.v == q->id.v && s->hold_until_ms < r->deadline_ms &&
        !was_prolonged(e, r->id))
        trace_fail(t, "referral %llu follows a stay and loses its place before its day", id);
    if (s->hold_request.v != q->id.v)
        trace_fail(t, "referral %llu has a place without an end", id);
    else if (r->state == REFERRAL_RESERVED && s->hold_until_ms <= now_ms)
        trace_fail(t, "referral %llu keeps its place %lld min past the hold", id,
                   (long long)((now_ms - s->hold_until_ms) / MS_MINUTE));
    else if (r->state == REFERRAL_TRAVELLING && r->eta_ms != 0 && !s->hold_missed &&
             r->eta_ms + no_show_minutes[level] * MS_MINUTE <= now_ms)
        trace_fail(t, "referral %llu is missed on the way and nobody is alarmed", id);
}

/* A report of a leak that waits for its second person is said again as what is raised at code rood is. */
static void check_report(struct trace *t, const struct leak *l, int64_t now_ms)
{
    int64_t due_ms = later(l->reported_at_ms, l->again_at_ms) + again_minutes[THREAT_ROOD] * MS_MINUTE;

    if (l->n_again > AGAIN_MAX)
        trace_fail(t, "leak %u: its report was said again %u times", l->id, l->n_again);
    if (l->state == LEAK_REPORTED && l->n_again < AGAIN_MAX && now_ms >= due_ms &&
        now_ms - l->reported_at_ms < AGAIN_FOR_MS)
        trace_fail(t, "leak %u: nobody answers its report for %lld min, and it is not raised again", l->id,
                   (long long)((now_ms - due_ms) / MS_MINUTE));
}

void timers_walk_check(struct trace *t, const struct engine *e, int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_referrals(e); i++) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});

        if (referral_is_live(r->state))
            check_one(t, e, r, now_ms);
        else /* who lives where somebody knows them */
            check_again(t, e, r, INT64_MAX, now_ms);
    }
    for (uint32_t i = 1; i <= engine_leaks(e); i++)
        check_report(t, engine_leak(e, i), now_ms);
}

static uint8_t *count_at(uint8_t **list, size_t *n, uint64_t id)
{
    if (id > *n) {
        *list = mem_resize(*list, id, sizeof **list);
        while (*n < id)
            (*list)[(*n)++] = 0;
    }
    return &(*list)[id - 1];
}

void timers_walk_event(struct trace *t, struct timers_count *c, const struct event *ev)
{
    const struct escalation *x = &ev->u.escalation;

    if (ev->kind == EV_REQUEST_EXTENDED && ++*count_at(&c->extended, &c->n_extended, x->request.v) > 3)
        trace_fail(t, "seq %llu: request %llu got extra time more than three times",
                   (unsigned long long)ev->seq, (unsigned long long)x->request.v);
    if (ev->kind == EV_HOLD_SET && x->how == HOLD_EXTENDED &&
        ++*count_at(&c->kept, &c->n_kept, x->referral.v) > 3)
        trace_fail(t, "seq %llu: the hold of referral %llu was extended more than three times",
                   (unsigned long long)ev->seq, (unsigned long long)x->referral.v);
    if (ev->kind == EV_REQUEST_ACCEPTED)
        *count_at(&c->kept, &c->n_kept, ev->u.request.referral.v) = 0;
    t->counts.rung += ev->kind == EV_REQUEST_RUNG;
    t->counts.widened += ev->kind == EV_REFERRAL_WIDENED && x->request.v != 0;
    t->counts.alarms += ev->kind == EV_ALARM_RAISED;
    t->counts.hold_ended += ev->kind == EV_REQUEST_CANCELLED && ev->u.request.why == CANCEL_HOLD_ENDED;
    t->counts.extended +=
        ev->kind == EV_REQUEST_EXTENDED || (ev->kind == EV_HOLD_SET && x->how == HOLD_EXTENDED);
    t->counts.taken_over += ev->kind == EV_REFERRAL_TAKEN_OVER;
}

void timers_count_fini(struct timers_count *c)
{
    free(c->extended);
    free(c->kept);
    *c = (struct timers_count){0};
}
