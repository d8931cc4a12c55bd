/* Those who read pages, who change the profile of a place, and who try what they may not. */
#include "people_parts.h"

#include "calls.h"

#include "base/mem.h"

void redefine(struct people *p)
{
    struct pool *pool = &p->cast.pools[below(p, (size_t)p->cast.n_pools)];
    struct command cmd = {.kind = CMD_DEFINE_POOL, .u.pool = pool};

    pool_redraw(&p->rng, &p->w->plan, pool);
    cmd.actor = actor_of(ROLE_EXCHANGE_ADMIN, p->cast.operator_org);
    begin(p, &cmd, (struct referral_id){0});
}

static void on_shown(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct page *page = ctx;
    struct world *w = page->people->w;

    (void)outcome;
    if (trouble == OK && journal_disk_seq(w->disk) < page->seq)
        trace_fail(w->trace, "a page built at seq %llu was shown and the journal ends at %llu",
                   (unsigned long long)page->seq, (unsigned long long)journal_disk_seq(w->disk));
    w->trace->counts.reads += trouble == OK;
    page->generation = 0;
}

void read_page(struct people *p)
{
    struct page *page = NULL;

    for (size_t i = 0; i < PAGES_MAX && page == NULL; i++) {
        if (p->pages[i].generation == 0)
            page = &p->pages[i];
    }
    if (page == NULL)
        return;
    *page = (struct page){p, engine_seq(engine_of(p)), p->w->active->generation};
    if (flow_when_durable(p->w->active->flow, on_shown, page) != OK)
        page->generation = 0;
}

void people_broker_gone(struct people *p, uint64_t generation)
{
    for (size_t i = 0; i < PAGES_MAX; i++) {
        if (p->pages[i].generation == generation)
            p->pages[i].generation = 0;
    }
}

void intrude(struct people *p)
{
    const struct referral *r = some_referral(p);
    struct command cmd = {.draw = DRAW_INTRUDER};
    const struct request *q = NULL;

    if (r == NULL)
        return;
    q = r->n_requests > 0 ? engine_request(engine_of(p), r->requests[0]) : NULL;
    switch (below(p, 4)) {
    case 0:
        cmd.kind = CMD_WITHDRAW;
        cmd.actor = actor_of(ROLE_MUNICIPALITY, p->cast.municipality);
        break;
    case 1:
        cmd.kind = CMD_WITHDRAW;
        cmd.actor = referrer_of(p, r);
        cmd.actor.org = p->cast.referrers[below(p, (size_t)p->cast.n_referrers)];
        if (cmd.actor.org.v == r->org.v)
            cmd.actor.org = p->cast.rapporteur;
        break;
    case 2:
        cmd.kind = CMD_ACCEPT;
        cmd.actor = referrer_of(p, r); /* says yes for the house */
        break;
    default:
        cmd.kind = CMD_ACCEPT;
        cmd.actor = actor_of(ROLE_SHELTER, p->cast.shelters[below(p, (size_t)p->cast.n_shelters)]);
        if (q == NULL || cmd.actor.org.v == engine_pool(engine_of(p), q->pool)->org.v)
            return;
        break;
    }
    if (cmd.kind == CMD_WITHDRAW) {
        cmd.u.referral.referral = r->id;
        cmd.u.referral.reason = 1;
    } else if (q != NULL)
        cmd.u.answer.request = q->id;
    begin(p, &cmd, (struct referral_id){0});
}
