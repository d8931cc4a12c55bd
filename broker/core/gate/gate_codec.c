#include "core/gate/gate_codec.h"

void gate_event_fields(struct fields *f, struct event *ev)
{
    struct gate_event *g = &ev->u.gate;

    field_u32(f, &g->gate.v);
    field_u64(f, &g->referral.v);
    if (ev->kind == EV_GATE_SENT) {
        field_u32(f, &g->org.v);
        FIELD_ENUM(f, g->keeper, GATEKEEPER_N);
        FIELD_ENUM(f, g->kind, KIND_N);
    }
    if (ev->kind == EV_GATE_ASKED_BACK)
        field_u32(f, &g->asked);
    if (ev->kind == EV_GATE_RETURNED)
        field_below(f, &g->reason, GATE_RETURN_N + 1);
}

void gate_private_fields(struct fields *f, struct event *ev)
{
    if (ev->kind == EV_GATE_ANSWERED) {
        field_tris(f, &ev->u.gate.answers, GATE_FACT_N);
        ev->u.gate.answers_known = true;
        return;
    }
    FIELD_ENUM(f, ev->u.residence.residence, RESIDENCE_N);
    field_time(f, &ev->u.residence.until_ms);
    ev->u.residence.facts_known = true;
}

bool gate_has_private(const struct event *ev)
{
    if (ev->kind == EV_GATE_ANSWERED)
        return ev->u.gate.answers_known;
    return ev->kind == EV_RESIDENCE_FOUND && ev->u.residence.facts_known;
}
