/* They are there after all: the yes is over, because nobody came, its hold ended or it fell through, and the
 * household stands at the door of that house. One decision promises and admits it, as if the house had been
 * asked and said yes this moment: a new request, so that the ledger, the gatekeeper and the promise of one
 * place judge it like any other, and the request that ended stays what it was.
 *
 * Whoever says it was a side of the request that ended, so no right to it is new. */
#include "core/decide.h"

#include "core/apply.h"
#include "core/engine_state.h"
#include "core/gate/gate_look.h"
#include "core/ledger.h"
#include "core/match.h"
#include "core/stay/stay.h"

#include <string.h>

/* Of the referral, at the same pool, in STATE, and no bridge; NULL if there is none. */
static const struct request *at_same_pool(const struct decision *d, const struct referral *r,
                                          const struct request *q, enum request_state state)
{
    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *other = engine_request(d->e, r->requests[i - 1]);

        if (other->pool.v == q->pool.v && other->state == state && !other->bridge)
            return other;
    }
    return NULL;
}

/* The bridge request or bridge bed of the referral at Q's pool that holds a unit there; NULL if there is
 * none.
 */
static const struct request *bed_at_same_pool(const struct decision *d, const struct referral *r,
                                              const struct request *q)
{
    for (unsigned i = r->n_requests; i > 0; i--) {
        const struct request *other = engine_request(d->e, r->requests[i - 1]);

        if (other->pool.v == q->pool.v && other->bridge && request_is_holding(other))
            return other;
    }
    return NULL;
}

/* A stop, the end of a surge and a rule that excludes the place are no reason any more: they stand inside.
 * Units are; what BED, if there is one, holds there comes free. */
static enum refusal judge(struct decision *d, const struct referral *r, const struct request *q,
                          const struct request *bed)
{
    enum gatekeeper keeper = gate_keeper_of_pool(d->e, q->pool);
    const struct gate *g = NULL;

    if (r->n_requests >= REFERRAL_REQUESTS_MAX)
        return REFUSAL_LIMIT;
    if (!ledger_has_room_at_door(d->e, q->pool, q->units, bed != NULL ? bed->units : 0, d->now_ms)) {
        d->outcome->pool = q->pool;
        return REFUSAL_UNIT_GONE;
    }
    if (keeper == GATEKEEPER_NONE || gate_is_own(d->e, r, keeper))
        return REFUSAL_NONE;
    g = gate_live_of(d->e, r, keeper);
    return g != NULL && gate_may_ask(g) ? REFUSAL_NONE : REFUSAL_GATEKEEPER;
}

/* The request that says so; what it was based on is frozen as of any, but that it was ranked by nobody. */
static struct request made(struct decision *d, const struct referral *r, const struct request *q)
{
    struct match_query query = match_query_of(d->e, r, d->now_ms);
    struct match_standing standing;
    struct pool_match m;

    memset(&standing, 0, sizeof standing);
    memset(&m, 0, sizeof m);
    match_one(d->e, &query, q->pool, &m);
    m.units = q->units;
    return *decision_make_request(d, &query, 0, &m, &standing, 0);
}

enum refusal decide_after_all(struct decision *d, const struct request *q)
{
    const struct referral *r = engine_referral(d->e, q->referral);
    const struct request *again = at_same_pool(d, r, q, REQUEST_PENDING);
    const struct request *bed = bed_at_same_pool(d, r, q);
    const struct conflict *c = again != NULL ? engine_conflict_of(d->e, again->id) : NULL;
    enum refusal refusal = REFUSAL_NONE;
    struct request now;

    if (at_same_pool(d, r, q, REQUEST_ADMITTED) != NULL) {
        decision_names(d, at_same_pool(d, r, q, REQUEST_ADMITTED)->id);
        return at_same_pool(d, r, q, REQUEST_ADMITTED)->left_at_ms != 0 ? REFUSAL_HAS_LEFT : REFUSAL_NONE;
    }
    /* Asked again since, and it said yes: that is the one they came for. */
    if (at_same_pool(d, r, q, REQUEST_ACCEPTED) != NULL) {
        decision_names(d, at_same_pool(d, r, q, REQUEST_ACCEPTED)->id);
        decision_admit(d, at_same_pool(d, r, q, REQUEST_ACCEPTED), d->cmd->u.answer.at_ms);
        return REFUSAL_NONE;
    }
    if (r->state == REFERRAL_RESERVED || r->state == REFERRAL_TRAVELLING || r->state == REFERRAL_ADMITTED ||
        engine_household_promised(d->e, r->id).v != 0)
        return REFUSAL_PLACED_ELSEWHERE;
    if (!referral_is_live(r->state))
        return REFUSAL_SEARCH_OVER;
    if (c != NULL && c->state != CONFLICT_NO)
        return REFUSAL_CONFLICT_OPEN;
    if (bed != NULL && bed->state != REQUEST_PENDING)
        return REFUSAL_BRIDGE_THERE; /* they arrive there, as in any bridge bed */
    /* The house took its yes back, or turned them away: it alone says yes again. */
    if (d->cmd->actor.role != ROLE_SHELTER && (q->refused || q->cancel_why == CANCEL_BED_GONE))
        return REFUSAL_WRONG_STATE;
    /* Not a week later, on what was asked a week ago. */
    if (again == NULL && q->ended_at_ms <= d->now_ms - REQUEST_LOST_MS)
        return REFUSAL_LONG_OVER;
    if (again == NULL) {
        refusal = judge(d, r, q, bed);
        if (refusal != REFUSAL_NONE)
            return refusal;
        if (bed != NULL) {
            decision_request_event(d, EV_REQUEST_CANCELLED, bed)->u.request.why = CANCEL_OTHER_YES;
            decision_names(d, bed->id);
        }
        now = made(d, r, q);
    } else {
        now = *again;
        decision_names(d, now.id);
    }
    decision_accept(d, &now);
    decision_admit(d, &now, d->cmd->u.answer.at_ms);
    if (engine_conflict_at(d->e, q)) /* another room of that house said so since */
        timers_conflict(d, r->id);
    return REFUSAL_NONE;
}
