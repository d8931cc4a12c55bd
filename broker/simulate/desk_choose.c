/* What a desk asks for one household: the places of the engine, in the order of the policy. */
#include "simulate/desk_parts.h"

#include "base/mem.h"
#include "base/rng.h"

static int64_t preference(const struct desk *d, int referral, const struct match_candidate *c)
{
    const struct sim_referral *r = &d->w->referrals[referral];
    int pool = (int)c->pool.v - 1;

    switch (d->policy->order) {
    case ORDER_NEAREST:
        return -world_km(d->w, r->anchor, d->w->pools[pool].site);
    case ORDER_FIT:
        return c->fit;
    case ORDER_RANDOM:
        return (int64_t)(rng_mix(d->seed ^ rng_mix((uint64_t)referral << 32 | (uint64_t)pool)) >> 1);
    case ORDER_UTILITY:
        break;
    }
    return 0;
}

/* The place that comes next by the policy, of those in LIST from AT on, brought to AT. The engine's own order
 * stands already. A place that answers now goes before one that opens later, whatever the policy. */
static void bring_best(const struct desk *d, int referral, struct match_candidate *list, size_t at, size_t n)
{
    size_t best = at;
    struct match_candidate swap;

    if (d->policy->order == ORDER_UTILITY)
        return;
    for (size_t i = at + 1; i < n; i++) {
        int64_t a = preference(d, referral, &list[i]);
        int64_t b = preference(d, referral, &list[best]);

        if (list[i].answers_now != list[best].answers_now
                ? list[i].answers_now
                : a > b || (a == b && list[i].pool.v < list[best].pool.v))
            best = i;
    }
    swap = list[at];
    list[at] = list[best];
    list[best] = swap;
}

int desk_wanted_at_once(const struct desk *d, int referral)
{
    enum threat_level level = (enum threat_level)(THREAT_GROEN + d->w->referrals[referral].sec);

    if (d->policy->at_once > 0)
        return d->policy->at_once;
    return d->policy->second_request ? engine_settings(d->engine)->ask_default[level] : 1;
}

/* Where the first places of LIST stand, in the order of the policy. */
static void keep_ranks(struct desk *d, int referral, struct match_candidate *list, size_t n)
{
    for (size_t i = 0; i < n && i < SIM_RANKS_MAX; i++) {
        const struct match_candidate *c = &list[i];

        bring_best(d, referral, list, i, n);
        MEM_GROW(d->ranks.list, d->ranks.n, d->ranks.cap);
        d->ranks.list[d->ranks.n++] = (struct sim_rank){
            .referral = referral,
            .position = (int)i + 1,
            .pool = (int)c->pool.v - 1,
            .mask = c->out_mask | c->ask_mask,
            .tier = (c->rank_class & MATCH_CLASS_SCARCE) != 0,
            .fit = c->fit,
            .coverage = c->price.coverage,
            .rarity = c->price.rarity,
            .utility = c->utility,
        };
    }
}

/* Ask what the policy would ask for this household now, if anything. */
void desk_ask(struct desk *d, int referral)
{
    struct person_waiting *p = &d->people[referral];
    const struct referral *r = engine_referral(d->engine, (struct referral_id){p->id});
    struct command cmd = {.kind = CMD_ASK, .actor = map_referrer_actor(d->w, &d->w->referrals[referral])};
    struct match_query q = {
        .need = &r->need,
        .referral = r->id,
        .referrer_region = engine_org(d->engine, r->org)->region,
        .role = cmd.actor.role,
        .now_ms = d->now_ms,
        .deadline_ms = r->deadline_ms,
    };
    size_t n = match_candidates(d->engine, &q, 0, d->candidates, engine_pools(d->engine));
    int wanted = desk_wanted_at_once(d, referral) - p->pending;

    cmd.u.ask.referral = r->id;
    for (size_t i = 0; i < n && (int)cmd.u.ask.n < wanted; i++) {
        bring_best(d, referral, d->candidates, i, n);
        if (d->candidates[i].verdict == VERDICT_FITS)
            cmd.u.ask.pools[cmd.u.ask.n++] = d->candidates[i].pool;
    }
    if (cmd.u.ask.n == 0 || r->n_requests + cmd.u.ask.n > REFERRAL_REQUESTS_MAX)
        return;
    if (d->keeps_ranks)
        keep_ranks(d, referral, d->candidates, n);
    desk_must(d, &cmd);
}
