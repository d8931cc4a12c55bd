/* A pool came free: is it a better place for one referral that looks? Then that is told, once; nobody is
 * asked and nothing is held. */
#include "core/decide.h"

#include "core/match.h"

/* What is asked already, as it was judged when it was asked. */
static bool is_better_than_asked(const struct decision *d, const struct referral *r,
                                 const struct match_candidate *c)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if (!request_is_asking(q) || c->verdict < q->proposal.verdict)
            continue;
        if (c->utility <= q->proposal.utility)
            return false;
    }
    return true;
}

enum refusal decide_announce(struct decision *d)
{
    struct pool_id pool = d->cmd->u.announce.pool;
    const struct referral *r = engine_referral(d->e, d->cmd->u.announce.referral);
    struct match_candidate c;
    struct match_query query;
    struct event *ev = NULL;

    if (r == NULL || engine_pool(d->e, pool) == NULL)
        return REFUSAL_NOT_FOUND;
    d->outcome->referral = r->id;
    d->outcome->pool = pool;
    if (!referral_is_looking(r->state) || !r->facts_known || engine_search_rests(d->e, r->id) ||
        engine_search_is_left(d->e, r->id))
        return REFUSAL_WRONG_STATE;
    if (engine_pool_room(d->e, pool, d->now_ms) == 0)
        return REFUSAL_TAKEN;
    /* Free since before it was opened: the worker had it in the list. */
    if (engine_pool_freed_ms(d->e, pool, d->now_ms) < r->opened_at_ms)
        return REFUSAL_DOES_NOT_FIT;
    if (engine_was_found(d->e, r->id, pool))
        return REFUSAL_DUPLICATE;
    if (engine_pool_untold(d->e, pool, d->now_ms) <= 0)
        return REFUSAL_OTHER_WAS_FIRST;
    query = match_query_of(d->e, r, d->now_ms);
    if (!match_first(d->e, &query, &c) || c.pool.v != pool.v || !is_better_than_asked(d, r, &c))
        return REFUSAL_DOES_NOT_FIT;
    ev = decision_event(d, EV_PLACE_FOUND);
    ev->u.found.referral = r->id;
    ev->u.found.pool = pool;
    return REFUSAL_NONE;
}
