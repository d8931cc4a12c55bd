#include "gate_model.h"

#include "base/mem.h"

#include <stdlib.h>

struct gate_seen {
    uint64_t referral;
    struct org_id org;
    enum gatekeeper keeper;
    bool taken;
    uint64_t sent_seq, ended_seq; /* 0 = live */
};

struct gate_model {
    struct trace *trace;
    uint32_t comensha;
    struct gate_seen *gates;
    enum kind *kinds;      /* by pool - 1 */
    uint32_t *of_request;  /* gate by request - 1 */
    uint32_t *of_referral; /* organisation by referral - 1 */
    size_t n_gates, cap_gates, n_kinds, cap_kinds, n_requests, cap_requests, n_referrals, cap_referrals;
};

struct gate_model *gate_model_new(struct trace *t)
{
    struct gate_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void gate_model_free(struct gate_model *m)
{
    if (m == NULL)
        return;
    free(m->gates);
    free(m->kinds);
    free(m->of_request);
    free(m->of_referral);
    free(m);
}

static enum gatekeeper keeper_of(enum kind kind)
{
    if (kind == KIND_COSM || kind == KIND_OMM)
        return GATEKEEPER_COMENSHA;
    return kind == KIND_JEUGD ? GATEKEEPER_GI : GATEKEEPER_NONE;
}

static struct gate_seen *gate_at(struct gate_model *m, struct gate_id id)
{
    return id.v >= 1 && id.v <= m->n_gates ? &m->gates[id.v - 1] : NULL;
}

static void on_sent(struct gate_model *m, const struct event *ev)
{
    for (size_t i = 0; i < m->n_gates; i++) {
        if (m->gates[i].referral == ev->u.gate.referral.v && m->gates[i].ended_seq == 0)
            trace_fail(m->trace, "seq %llu: a second live gate request of one referral",
                       (unsigned long long)ev->seq);
    }
    MEM_GROW(m->gates, m->n_gates, m->cap_gates);
    m->gates[m->n_gates++] = (struct gate_seen){.referral = ev->u.gate.referral.v,
                                                .org = ev->u.gate.org,
                                                .keeper = ev->u.gate.keeper,
                                                .sent_seq = ev->seq};
}

static void on_made(struct gate_model *m, const struct event *ev)
{
    const struct request *q = &ev->u.made;
    enum gatekeeper keeper = keeper_of(m->kinds[q->pool.v - 1]);
    const struct gate_seen *g = gate_at(m, q->gate);
    bool is_own = keeper == GATEKEEPER_COMENSHA && m->of_referral[q->referral.v - 1] == m->comensha;

    MEM_GROW(m->of_request, m->n_requests, m->cap_requests);
    m->of_request[m->n_requests++] = q->gate.v;
    if (keeper == GATEKEEPER_NONE && q->gate.v == 0)
        return;
    if (is_own && q->gate.v == 0)
        return;
    if (g == NULL || g->keeper != keeper || g->referral != q->referral.v || g->ended_seq != 0 || !g->taken)
        trace_fail(m->trace, "seq %llu: request %llu past the gatekeeper of its place",
                   (unsigned long long)ev->seq, (unsigned long long)q->id.v);
    m->trace->counts.gated++;
}

static void referral_ends(struct gate_model *m, uint64_t referral, uint64_t seq)
{
    for (size_t i = 0; i < m->n_gates; i++) {
        if (m->gates[i].referral == referral && m->gates[i].ended_seq == 0)
            m->gates[i].ended_seq = seq;
    }
}

void gate_model_event(struct gate_model *m, const struct event *ev)
{
    struct gate_seen *g =
        ev->kind > EV_GATE_SENT && ev->kind <= EV_GATE_WITHDRAWN ? gate_at(m, ev->u.gate.gate) : NULL;

    if (ev->kind == EV_ORG_DEFINED && ev->u.org.kind == ORG_COMENSHA) {
        m->comensha = ev->u.org.id.v;
    } else if (ev->kind == EV_POOL_DEFINED && ev->u.pool.id.v > m->n_kinds) {
        MEM_GROW(m->kinds, m->n_kinds, m->cap_kinds);
        m->kinds[m->n_kinds++] = ev->u.pool.kind;
    } else if (ev->kind == EV_REFERRAL_OPENED) {
        MEM_GROW(m->of_referral, m->n_referrals, m->cap_referrals);
        m->of_referral[m->n_referrals++] = ev->u.opened.org.v;
    } else if (ev->kind == EV_REQUEST_MADE) {
        on_made(m, ev);
    } else if (ev->kind == EV_REFERRAL_ADMITTED || ev->kind == EV_REFERRAL_WITHDRAWN) {
        referral_ends(m, ev->u.referral.referral.v, ev->seq);
    } else if (ev->kind == EV_GATE_SENT) {
        on_sent(m, ev);
    } else if (g != NULL && ev->kind == EV_GATE_TAKEN) {
        g->taken = true;
    } else if (g != NULL && (ev->kind == EV_GATE_RETURNED || ev->kind == EV_GATE_WITHDRAWN)) {
        g->ended_seq = ev->seq;
    }
}

struct org_id gate_model_org(const struct gate_model *m, struct gate_id id)
{
    return id.v >= 1 && id.v <= m->n_gates ? m->gates[id.v - 1].org : (struct org_id){0};
}

struct gate_id gate_model_of_request(const struct gate_model *m, struct request_id id)
{
    return (struct gate_id){id.v >= 1 && id.v <= m->n_requests ? m->of_request[id.v - 1] : 0};
}

bool gate_model_is_youth(const struct gate_model *m, struct pool_id id)
{
    return id.v >= 1 && id.v <= m->n_kinds && keeper_of(m->kinds[id.v - 1]) == GATEKEEPER_GI;
}

bool gate_model_works_on(const struct gate_model *m, struct org_id org, struct referral_id id, uint64_t seq)
{
    for (size_t i = 0; i < m->n_gates; i++) {
        const struct gate_seen *g = &m->gates[i];

        if (g->org.v == org.v && g->referral == id.v && g->sent_seq <= seq &&
            (g->ended_seq == 0 || g->ended_seq >= seq))
            return true;
    }
    return false;
}
