/* The gate requests' part of the fingerprint of the state (core/digest.c). */
#include "core/gate/gate_state.h"

#include "core/fields.h"

#define RECORD_GATE 0x67617465u /* "gate": apart from the kinds of core/digest.c */

static uint64_t digest_of(const struct gate *gate)
{
    struct fields f = fields_hash();
    struct gate g = *gate;

    f.hash = RECORD_GATE;
    field_u32(&f, &g.id.v);
    field_u64(&f, &g.referral.v);
    field_u32(&f, &g.org.v);
    FIELD_ENUM(&f, g.keeper, GATEKEEPER_N);
    FIELD_ENUM(&f, g.kind, KIND_N);
    FIELD_ENUM(&f, g.state, GATE_STATE_N);
    field_u32(&f, &g.sent_by.v);
    field_u32(&f, &g.owner.v);
    FIELD_BOOL(&f, g.assented);
    field_u32(&f, &g.asked);
    field_u8(&f, &g.reason);
    field_u16(&f, &g.n_requests);
    field_u64(&f, &g.placed.v);
    field_time(&f, &g.sent_at_ms);
    field_time(&f, &g.taken_at_ms);
    field_time(&f, &g.asked_at_ms);
    field_time(&f, &g.answered_at_ms);
    field_time(&f, &g.ended_at_ms);
    field_u64(&f, &g.sent_seq);
    field_u64(&f, &g.version);
    return f.hash;
}

void gate_digest_refresh(struct engine *e, struct gate_slot *s)
{
    e->sum -= s->sum;
    s->sum = digest_of(&s->g);
    e->sum += s->sum;
}

uint64_t gate_digest_recount(const struct engine *e)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < e->gates.n; i++)
        sum += digest_of(&e->gates.list[i].g);
    return sum;
}

uint64_t gate_digest_facts(const struct engine *e, uint64_t h)
{
    struct fields f = fields_hash();

    f.hash = h;
    for (uint32_t i = 0; i < e->gates.n; i++) {
        struct gate g = e->gates.list[i].g;

        if (!g.answers_known)
            continue;
        field_u32(&f, &g.id.v);
        field_tris(&f, &g.answers, GATE_FACT_N);
    }
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        struct referral *r = &e->referrals[i].r;

        if (r->residence_until_ms == 0)
            continue;
        field_u64(&f, &r->id.v);
        field_time(&f, &r->residence_until_ms);
    }
    return f.hash;
}
