/* Who is who and what is whose, for those that judge by the ledger model. */
#include "ledger_parts.h"

struct org_id ledger_model_org_of_pool(const struct ledger_model *m, struct pool_id id)
{
    return id.v >= 1 && id.v <= m->n_pools ? m->pools[id.v - 1].org : (struct org_id){0};
}

struct org_id ledger_model_org_of_referral(const struct ledger_model *m, struct referral_id id)
{
    return id.v >= 1 && id.v <= m->n_referrals ? m->referrals[id.v - 1].org : (struct org_id){0};
}

bool ledger_model_has_arrived(const struct ledger_model *m, struct request_id id)
{
    return id.v >= 1 && id.v <= m->n_requests && m->requests[id.v - 1].arrived_at_ms != 0;
}

struct referral_id ledger_model_referral_of(const struct ledger_model *m, struct request_id id)
{
    return (struct referral_id){id.v >= 1 && id.v <= m->n_requests ? m->requests[id.v - 1].referral : 0};
}

struct pool_id ledger_model_pool_of(const struct ledger_model *m, struct request_id id)
{
    return (struct pool_id){id.v >= 1 && id.v <= m->n_requests ? m->requests[id.v - 1].pool : 0};
}

const struct gate_model *ledger_model_gates(const struct ledger_model *m)
{
    return m->gates;
}

bool ledger_model_was_asked(const struct ledger_model *m, struct referral_id id, struct org_id org)
{
    if (id.v < 1 || id.v > m->n_referrals)
        return false;
    for (size_t i = 0; i < m->referrals[id.v - 1].n_requests; i++) {
        uint64_t request = m->referrals[id.v - 1].requests[i];

        if (m->pools[m->requests[request - 1].pool - 1].org.v == org.v)
            return true;
    }
    return false;
}

uint64_t ledger_model_live(const struct ledger_model *m, struct referral_id *first)
{
    *first = (struct referral_id){0};
    for (size_t i = 0; m->live > 0 && i < m->n_referrals; i++) {
        if (!m->referrals[i].ended) {
            first->v = i + 1;
            break;
        }
    }
    return m->live;
}

void ledger_model_plant_household(struct ledger_model *m)
{
    m->one_household = true;
}

struct nobed_model *ledger_model_nobed(const struct ledger_model *m)
{
    return m->nobed;
}
