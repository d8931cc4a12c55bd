/* Ask pools for one household: all of them or none. From the events on, the units are held. */
#include "core/decide.h"

#include "base/time_text.h"
#include "core/engine_state.h"
#include "core/gate/gate_look.h"
#include "core/ledger.h"
#include "core/match.h"

#include <string.h>

#define BIT(rule) (UINT32_C(1) << (rule))

/* The refusal that says most about the first rule that excludes the pool. */
static enum refusal refusal_of(uint32_t out_mask)
{
    uint32_t first = out_mask & (~out_mask + 1);

    if (first == BIT(RULE_ASKED))
        return REFUSAL_ASKED_ALREADY;
    if ((first & (BIT(RULE_STOP) | BIT(RULE_DELIVERABLE) | BIT(RULE_FULL))) != 0)
        return REFUSAL_TAKEN;
    return first == BIT(RULE_GATEKEEPER) ? REFUSAL_GATEKEEPER : REFUSAL_DOES_NOT_FIT;
}

static bool is_listed_twice(const struct command *cmd, unsigned i)
{
    for (unsigned k = 0; k < i; k++) {
        if (cmd->u.ask.pools[k].v == cmd->u.ask.pools[i].v)
            return true;
    }
    return false;
}

static bool is_asked_now(const struct engine *e, const struct referral *r, struct pool_id pool)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->pool.v == pool.v && request_is_holding(q))
            return true;
    }
    return false;
}

static bool was_asked(const struct engine *e, const struct referral *r, struct pool_id pool)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        if (engine_request(e, r->requests[i])->pool.v == pool.v)
            return true;
    }
    return false;
}

/* G: through which the gatekeeper asks; NULL = the referrer asks. */
static enum refusal judge_pool(struct decision *d, const struct referral *r, const struct gate *g, unsigned i,
                               const struct match_query *query, struct pool_match *m)
{
    struct pool_id pool = d->cmd->u.ask.pools[i];
    struct pool_view view = engine_pool_view(d->e, pool, d->now_ms);

    if (engine_pool(d->e, pool) == NULL)
        return REFUSAL_NOT_FOUND;
    if (g != NULL && gate_keeper_of_pool(d->e, pool) != g->keeper)
        return REFUSAL_NOT_YOURS;
    if (is_listed_twice(d->cmd, i) || is_asked_now(d->e, r, pool))
        return REFUSAL_ASKED_ALREADY;
    if (d->cmd->u.ask.bridge && !gate_may_bridge(d->e, pool))
        return REFUSAL_DOES_NOT_FIT;
    match_one(d->e, query, pool, m);
    if (m->verdict == VERDICT_OUT) {
        enum refusal why = refusal_of(m->out_mask);

        /* Out for what was said of the house in another room: nobody waits for an answer of this one. */
        return why == REFUSAL_ASKED_ALREADY && !was_asked(d->e, r, pool) ? REFUSAL_DOES_NOT_FIT : why;
    }
    /* The ledger has the last word, whatever the match made of the pool. */
    if (view.stopped || !ledger_has_room(d->e, pool, m->units, d->now_ms))
        return REFUSAL_TAKEN;
    return REFUSAL_NONE;
}

/* Order of the referral and how many it may ask. What the broker asked by itself takes nothing from what its
 * worker may ask, but for the bound on all together; a gatekeeper and the referrer, who looks for a bed for
 * the meantime, take nothing from each other. */
static enum refusal judge_referral(struct decision *d, const struct referral *r, const struct gate *g)
{
    unsigned n = d->cmd->u.ask.n;
    unsigned pending = 0;
    unsigned by_people = 0;

    if ((r->state != REFERRAL_OPEN && r->state != REFERRAL_ASKED) || !r->facts_known)
        return REFUSAL_WRONG_STATE;
    if (g != NULL && !gate_may_ask(g))
        return REFUSAL_WRONG_STATE;
    /* From the bed that they are in they may ask for the next, before its time is over or when its address is
     * known; with one more said yes to, that is where they go. */
    if (d->cmd->u.ask.bridge && engine_bridge_bed_next(d->e, r->id) != NULL)
        return REFUSAL_BRIDGE_THERE;
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if ((q->gate.v != 0) != (g != NULL) || q->bridge != d->cmd->u.ask.bridge)
            continue;
        pending += q->state == REQUEST_PENDING;
        by_people += q->state == REQUEST_PENDING && !q->proposal.by_broker;
    }
    if (pending + n > ASK_POOLS_MAX || by_people + n > d->e->settings.ask_max[r->need.threat_level])
        return REFUSAL_TOO_MANY;
    return r->n_requests + d->cmd->u.ask.n > REFERRAL_REQUESTS_MAX ? REFUSAL_LIMIT : REFUSAL_NONE;
}

static struct proposal freeze(const struct decision *d, const struct pool_match *m,
                              const struct match_standing *standing, unsigned i)
{
    struct pool_view view = engine_pool_view(d->e, m->pool, d->now_ms);
    struct proposal p;

    memset(&p, 0, sizeof p);
    p.rules_version = vocab_version(d->e->vocab);
    p.observed_at_ms = view.reported ? view.latest->observed_at_ms : 0;
    p.free = view.reported ? view.latest->free : UNITS_UNKNOWN;
    p.held = view.held;
    p.minutes = m->minutes;
    p.rank = standing->rank[i];
    p.fits = standing->fits;
    p.asks = standing->asks;
    p.score = m->score;
    p.utility = m->utility;
    p.price = m->price;
    p.terms = m->terms;
    p.why = standing->why[i];
    p.verdict = m->verdict;
    p.n_reasons = m->n_reasons;
    memcpy(p.reasons, m->reasons, m->n_reasons * sizeof p.reasons[0]);
    return p;
}

static uint32_t shorter(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What threat level and urgency give, whichever is shorter. */
static struct request_terms terms_of(const struct decision *d, const struct referral *r, int64_t opens_at_ms)
{
    const struct core_settings *s = &d->e->settings;
    enum threat_level level = r->need.threat_level;

    return request_terms(d->now_ms, opens_at_ms, r->deadline_ms,
                         shorter(s->answer_by_s[level], s->urgent_answer_s[r->urgency]) * MS_SECOND,
                         shorter(s->hold_pending_s[level], s->urgent_hold_s[r->urgency]) * MS_SECOND);
}

struct request *decision_make_request(struct decision *d, const struct match_query *query, unsigned nth,
                                      const struct pool_match *m, const struct match_standing *standing,
                                      unsigned place)
{
    const struct referral *r = engine_referral(d->e, query->referral);
    struct request_terms terms = terms_of(d, r, match_answers_at_ms(d->e, query, m->pool));
    struct request *q = &decision_event(d, EV_REQUEST_MADE)->u.made;

    q->id.v = engine_requests(d->e) + 1 + nth;
    q->referral = r->id;
    q->pool = m->pool;
    q->asked_by = d->cmd->actor.account;
    q->state = REQUEST_PENDING;
    q->units = m->units;
    q->asked_at_ms = d->now_ms;
    q->answer_by_ms = terms.answer_by_ms;
    q->lapse_at_ms = terms.lapse_at_ms;
    q->proposal = freeze(d, m, standing, place);
    q->keeper = gate_keeper_of_pool(d->e, m->pool);
    if (q->keeper != GATEKEEPER_NONE && !gate_is_own(d->e, r, q->keeper))
        q->gate = gate_live_of(d->e, r, q->keeper)->id;
    decision_names(d, q->id);
    return q;
}

enum refusal decide_ask(struct decision *d)
{
    const struct command *cmd = d->cmd;
    const struct referral *r = engine_referral(d->e, cmd->u.ask.referral);
    struct pool_match matches[ASK_POOLS_MAX];
    struct match_standing standing;
    const struct gate *g = r->org.v == cmd->actor.org.v ? NULL : gate_live_at(d->e, r, cmd->actor.org);
    struct match_query query =
        g == NULL ? match_query_of(d->e, r, d->now_ms) : gate_query_of(d->e, g, d->now_ms);
    enum refusal refusal = judge_referral(d, r, g);

    query.bridge = cmd->u.ask.bridge;
    d->outcome->referral = r->id;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if (!cmd->u.ask.bridge && engine_household_promised(d->e, r->id).v != 0) {
        d->outcome->referral = engine_household_promised(d->e, r->id);
        return REFUSAL_HAS_PLACE;
    }
    memset(matches, 0, sizeof matches);
    for (unsigned i = 0; i < cmd->u.ask.n; i++) {
        refusal = judge_pool(d, r, g, i, &query, &matches[i]);
        if (refusal != REFUSAL_NONE) {
            d->outcome->pool = cmd->u.ask.pools[i];
            return refusal;
        }
    }
    if (cmd->u.ask.n == 0)
        return REFUSAL_NONE;
    match_ranks(d->e, &query, cmd->u.ask.pools, cmd->u.ask.n, &standing);
    for (unsigned i = 0; i < cmd->u.ask.n; i++)
        decision_make_request(d, &query, i, &matches[i], &standing, i)->bridge = cmd->u.ask.bridge;
    return REFUSAL_NONE;
}
