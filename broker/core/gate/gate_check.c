#include "core/gate/gate_state.h"

#include "core/broken.h"
#include "core/gate/gate_look.h"

static bool check_request(const struct engine *e, const struct request *q, struct finding f)
{
    const struct referral *r = engine_referral(e, q->referral);
    const struct gate *g = engine_gate(e, q->gate);
    unsigned id = (unsigned)q->id.v;

    if (q->gate.v == 0)
        return q->keeper == GATEKEEPER_NONE || gate_is_own(e, r, q->keeper) ||
               broken(f, "request %u: past the gatekeeper of its place", id);
    if (g == NULL || g->referral.v != r->id.v || g->keeper != q->keeper)
        return broken(f, "request %u: through a gate request of others", id);
    if (request_is_holding(q) && !gate_is_live(g))
        return broken(f, "request %u: holds for a gate request that has ended", id);
    if (q->state == REQUEST_ACCEPTED && (g->state != GATE_PLACED || g->placed.v != q->id.v))
        return broken(f, "request %u: a yes that its gate request does not know of", id);
    return true;
}

static bool check_gate(const struct engine *e, uint32_t i, struct finding f)
{
    const struct gate *g = &e->gates.list[i].g;
    const struct referral *r = engine_referral(e, g->referral);
    const struct request *placed = engine_request(e, g->placed);
    bool has_ended = g->state == GATE_RETURNED || g->state == GATE_WITHDRAWN;

    if (g->id.v != i + 1 || r == NULL || engine_org(e, g->org) == NULL || g->keeper == GATEKEEPER_NONE)
        return broken(f, "gate request %u: id, referral or gatekeeper does not exist", i + 1);
    if (has_ended && gate_is_live(g))
        return broken(f, "gate request %u: ended, and no moment of its end", i + 1);
    if (gate_is_live(g) && !referral_is_live(r->state))
        return broken(f, "gate request %u: outlives its referral", i + 1);
    for (unsigned k = 0; gate_is_live(g) && k < r->n_gates; k++) {
        if (r->gates[k].v != g->id.v && gate_is_live(engine_gate(e, r->gates[k])))
            return broken(f, "gate request %u: a second live one of its referral", i + 1);
    }
    if (!has_ended && (g->state == GATE_WAITING) != (g->taken_at_ms == 0))
        return broken(f, "gate request %u: waits and is taken, or neither", i + 1);
    if ((g->taken_at_ms == 0) != (g->owner.v == 0))
        return broken(f, "gate request %u: taken by nobody", i + 1);
    if ((g->state == GATE_PLACED) != (placed != NULL) ||
        (placed != NULL && placed->state != REQUEST_ACCEPTED && placed->state != REQUEST_ADMITTED))
        return broken(f, "gate request %u: placed, and no yes stands", i + 1);
    return true;
}

bool gate_check(const struct engine *e, char *why, size_t size)
{
    struct finding f = {.why = why, .size = size};

    for (uint32_t i = 0; i < e->n_requests; i++) {
        if (!check_request(e, &e->requests[i].r, f))
            return false;
    }
    for (uint32_t i = 0; i < e->gates.n; i++) {
        if (!check_gate(e, i, f))
            return false;
    }
    return true;
}
