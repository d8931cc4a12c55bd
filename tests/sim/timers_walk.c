#include "timers_walk.h"

#include "base/mem.h"
#include "base/time_text.h"

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

static void check_one(struct trace *t, const struct engine *e, const struct referral *r, int64_t now_ms)
{
    const struct timers *s = timers_of(e, r->id);
    const struct request *q = in_state(e, r, REQUEST_ACCEPTED);
    enum threat_level level = r->need.threat_level;
    unsigned long long id = r->id.v;
    int64_t since_ms = r->opened_at_ms;
    /* A follow-up counts back from its day; the morning before it is 14 to 39 hours away. */
    bool planned = engine_household(e, r->id).why == LINK_FOLLOW_UP;
    int64_t back_minutes = level == THREAT_GROEN ? 14 * 60 : lead_minutes[level];

    /* What the broker opened to follow a stay is with nobody until somebody takes it. */
    if (timers_owner(e, r).v / 100 != r->org.v && (timers_owner(e, r).v != 0 || r->opened_by.v != 0))
        trace_fail(t, "referral %llu is with account %u, which is of another organisation", id,
                   timers_owner(e, r).v);
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *old = engine_request(e, r->requests[i]);

        if (!old->bridge &&
            (old->cancel_why == CANCEL_NO_SHOW || old->cancel_why == CANCEL_HOLD_ENDED ||
             (old->cancel_why == CANCEL_LEAKED && old->answered_at_ms != 0 && !old->late_yes)))
            since_ms = old->ended_at_ms > since_ms ? old->ended_at_ms : since_ms;
    }
    if (referral_is_looking(r->state) && now_ms - since_ms >= lead_minutes[level] * MS_MINUTE &&
        (!planned || now_ms >= r->deadline_ms - back_minutes * MS_MINUTE) &&
        s->alarms[ALARM_LEAD].raised_at_ms < since_ms)
        trace_fail(t, "referral %llu has no yes for %lld min and nobody is alarmed", id,
                   (long long)((now_ms - since_ms) / MS_MINUTE));
    if (planned && s->alarms[ALARM_LEAD].raised_at_ms != 0 &&
        s->alarms[ALARM_LEAD].raised_at_ms < r->deadline_ms - lead_minutes[level] * MS_MINUTE)
        trace_fail(t, "referral %llu follows a stay and is an emergency long before its day", id);
    if (q == NULL)
        return;
    if (planned && s->hold_request.v == q->id.v && s->hold_until_ms < r->deadline_ms)
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

void timers_walk_check(struct trace *t, const struct engine *e, int64_t now_ms)
{
    for (uint64_t i = 1; i <= engine_referrals(e); i++) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});

        if (referral_is_live(r->state))
            check_one(t, e, r, now_ms);
    }
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
