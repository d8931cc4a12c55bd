/* What the tables take, counted from their sizes: an allocation counts with what the allocator adds to it. */
#include "core/engine.h"

#include "core/engine_state.h"
#include "core/scarcity.h"

/* glibc on 64 bits: 8 bytes before each block, in steps of 16, 32 at least. */
static size_t block(size_t bytes)
{
    size_t taken = (bytes + 8 + 15) & ~(size_t)15;

    return bytes == 0 ? 0 : taken < 32 ? 32 : taken;
}

static size_t index_bytes(const struct code_index *ix)
{
    return block(ix->cap * sizeof *ix->entries);
}

static void count_pools(const struct engine *e, struct engine_memory *m)
{
    size_t prices = scarcity_pool_bytes(e);
    size_t words = 0;

    for (uint32_t i = 0; i < e->n_pools; i++)
        words += block(e->pools[i].n_words * sizeof(struct word));
    m->pools = block(e->cap_pools * sizeof *e->pools) + words + index_bytes(&e->pool_codes) +
               block(e->pool_texts.cap) + block(e->pool_texts.names_cap * sizeof *e->pool_texts.names) +
               prices;
    m->pools_match = e->cap_pools * offsetof(struct pool_slot, code_at) + prices;
    m->places = block(e->cap_locations * sizeof *e->locations) + block(e->cap_orgs * sizeof *e->orgs) +
                index_bytes(&e->location_codes) + index_bytes(&e->org_codes);
}

static size_t side_tables(const struct engine *e)
{
    return block(e->timers.cap * sizeof *e->timers.list) +
           block(e->timers.cap_leaked * sizeof *e->timers.leaked) +
           block(e->nobed.cap_bridges * sizeof *e->nobed.bridges) +
           block(e->nobed.cap_relieved * sizeof *e->nobed.relieved) +
           block(e->nobed.cap_cases * sizeof *e->nobed.cases) + block(e->gates.cap * sizeof *e->gates.list) +
           block(e->stay.cap_stays * sizeof *e->stay.stays) +
           block(e->stay.cap_clocks * sizeof *e->stay.clocks) +
           block(e->stay.cap_households * sizeof *e->stay.households) +
           block(e->stay.cap_flags * sizeof *e->stay.flags) + block(e->care.cap_mdos * sizeof *e->care.mdos) +
           block(e->care.cap_items * sizeof *e->care.items) +
           block(e->care.cap_regies * sizeof *e->care.regies) +
           block(e->care.cap_outsides * sizeof *e->care.outsides) +
           block(e->care.cap_consults * sizeof *e->care.consults) +
           block(e->handover.cap_notes * sizeof *e->handover.notes) +
           block(e->handover.cap_lists * sizeof *e->handover.lists) +
           block(e->handover.n_of * sizeof *e->handover.of) +
           block(e->safety.cap_conflicts * sizeof *e->safety.conflicts) +
           block(e->safety.cap_households * sizeof *e->safety.households);
}

struct engine_memory engine_memory(const struct engine *e)
{
    struct engine_memory m = {.pools = 0};

    count_pools(e, &m);
    m.requests = block(e->cap_requests * sizeof *e->requests);
    m.referrals = block(e->cap_referrals * sizeof *e->referrals) + index_bytes(&e->referral_codes) +
                  block(e->cap_due * sizeof *e->due) + side_tables(e);
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        const struct referral_slot *s = &e->referrals[i];

        m.referrals +=
            block(s->r.n_requests * sizeof *s->r.requests) + block(s->r.n_found * sizeof *s->r.found);
        m.may_suit += s->may_suit != NULL ? block((e->n_pools / 64 + 1) * sizeof(uint64_t)) : 0;
    }
    for (uint32_t i = 0; i < e->nobed.n_cases; i++)
        m.referrals += block(e->nobed.cases[i].n_nights * sizeof *e->nobed.cases[i].nights) +
                       block(e->nobed.cases[i].n_bridges * sizeof *e->nobed.cases[i].bridges);
    return m;
}
