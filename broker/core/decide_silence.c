/* Asking on after silence: a house has not answered in time, so the broker itself asks the best next one, as
 * often in a round of asking as the settings say. A round starts when a person asks. Only places that fit are
 * asked without a person: a question wants a voice, and a scarce place for those who need it a decision. If
 * nothing fits at that moment, the chance of this request is over: what comes free later is offered to people
 * anew. */
#include "core/decide_silence.h"

#include "core/gate/gate_look.h"
#include "core/ledger.h"
#include "core/match.h"

#define CANDIDATES_MAX 128 /* further down nobody is asked without a person having looked */

/* The engine does not know them yet. */
unsigned ask_on_count(const struct ask_on *a, struct referral_id referral)
{
    unsigned n = 0;

    for (unsigned i = 0; i < a->n_made; i++)
        n += a->made[i].referral.v == referral.v;
    return n;
}

static int units_in_tick(const struct ask_on *a, struct pool_id pool)
{
    int units = 0;

    for (unsigned i = 0; i < a->n_made; i++)
        units += a->made[i].pool.v == pool.v ? a->made[i].units : 0;
    return units;
}

static bool is_same_house(const struct engine *e, struct pool_id a, struct pool_id b)
{
    return engine_pool(e, a)->location.v == engine_pool(e, b)->location.v;
}

/* The house of POOL is being asked for this household already: who does not answer for one room does not for
 * another. Nor where people took a request back: whether it is asked once more is theirs to say. */
static bool is_house_asked(const struct engine *e, const struct ask_on *a, const struct referral *r,
                           struct pool_id pool)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if ((request_is_asking(q) || request_was_taken_back(q)) && is_same_house(e, q->pool, pool))
            return true;
    }
    for (unsigned i = 0; i < a->n_made; i++) {
        if (a->made[i].referral.v == r->id.v && is_same_house(e, a->made[i].pool, pool))
            return true;
    }
    return false;
}

/* Places the broker has asked after silence since a person last asked; what it asked to widen is counted in
 * steps of its own (core/timers). */
static unsigned asked_in_round(const struct engine *e, const struct referral *r)
{
    unsigned n = 0;

    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *q = engine_request(e, r->requests[i - 1]);

        if (q->bridge)
            continue;
        if (!q->proposal.by_broker)
            break;
        n += !q->widened;
    }
    return n;
}

static unsigned pending_of(const struct engine *e, const struct referral *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->n_requests; i++)
        n += request_is_asking(engine_request(e, r->requests[i]));
    return n;
}

bool decide_is_at_gate(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_gates; i++) {
        enum gate_state s = engine_gate(e, r->gates[i])->state;

        if (s == GATE_TAKEN || s == GATE_ASKED_BACK || s == GATE_PLACING)
            return true;
    }
    return false;
}

/* May the broker ask one more for this household, after the silence of Q? */
static bool may_ask_on(const struct decision *d, const struct ask_on *a, const struct referral *r,
                       const struct request *q)
{
    unsigned now = ask_on_count(a, r->id);
    unsigned pending = pending_of(d->e, r) + now - (q->lapse_at_ms <= d->now_ms);

    if (q->gate.v != 0 || decide_is_at_gate(d->e, r))
        return false;
    if (!r->facts_known || (r->state != REFERRAL_OPEN && r->state != REFERRAL_ASKED))
        return false;
    return asked_in_round(d->e, r) + now < engine_settings(d->e)->ask_next[r->need.threat_level] &&
           pending < ASK_POOLS_MAX;
}

/* The best place that fits and that this tick has not taken; pool 0 = none. Without GATEKEPT also none that
 * its own referrer could ask for because it is the gatekeeper. */
static struct pool_id best_next(const struct decision *d, const struct ask_on *a, const struct referral *r,
                                const struct match_query *query, bool gatekept)
{
    struct match_candidate list[CANDIDATES_MAX];
    size_t n = match_candidates(d->e, query, 0, list, CANDIDATES_MAX);

    for (size_t i = 0; i < n && list[i].verdict == VERDICT_FITS; i++) {
        int units = list[i].units + units_in_tick(a, list[i].pool);

        if ((list[i].rank_class & MATCH_CLASS_SCARCE) != 0 || is_house_asked(d->e, a, r, list[i].pool))
            continue;
        if (!gatekept && engine_pool(d->e, list[i].pool)->gatekeeper != GATEKEEPER_NONE)
            continue;
        if (ledger_has_room(d->e, list[i].pool, units, d->now_ms))
            return list[i].pool;
    }
    return (struct pool_id){0};
}

bool decide_ask_next(struct decision *d, struct ask_on *a, const struct referral *r, bool is_widening,
                     struct request_id *made)
{
    struct match_query query;
    struct pool_match match;
    struct match_standing standing;
    struct request *q = NULL;
    struct pool_id pool;

    *made = (struct request_id){0};
    /* After silence that was judged with the one that may lapse just now. */
    if ((is_widening && pending_of(d->e, r) + ask_on_count(a, r->id) >= ASK_POOLS_MAX) ||
        r->n_requests + ask_on_count(a, r->id) >= REFERRAL_REQUESTS_MAX)
        return true;
    /* The household has a place through another referral, or its yes: the broker asks no other. */
    if (engine_search_rests(d->e, r->id))
        return true;
    if (a->n_searched == ASK_ON_PER_TICK)
        return false;
    a->n_searched++;
    query = match_query_of(d->e, r, d->now_ms);
    pool = best_next(d, a, r, &query, !is_widening);
    if (pool.v == 0)
        return true;
    match_one(d->e, &query, pool, &match);
    match_ranks(d->e, &query, &pool, 1, &standing);
    q = decision_make_request(d, &query, a->n_made, &match, &standing, 0);
    q->proposal.by_broker = true;
    *made = q->id;
    a->made[a->n_made].referral = r->id;
    a->made[a->n_made].pool = pool;
    a->made[a->n_made++].units = match.units;
    return true;
}

bool decide_ask_on(struct decision *d, struct ask_on *a, const struct request *silent)
{
    const struct referral *r = engine_referral(d->e, silent->referral);
    struct request_id unused;

    return silent->bridge || !may_ask_on(d, a, r, silent) || decide_ask_next(d, a, r, false, &unused);
}
