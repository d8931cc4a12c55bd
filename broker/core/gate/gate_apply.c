/* What gate events do to the state, and what follows for gate requests from the events of requests and
 * referrals. The latter have no events of their own: whoever finds a new way to say yes or to end a referral
 * cannot forget the gatekeeper. */
#include "core/gate/gate_state.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/apply.h"
#include "core/gate/gate_look.h"

#include <string.h>

#define FACT_BITS ((UINT32_C(1) << GATE_FACT_N) - 1)

static struct gate_slot *slot_of(struct engine *e, struct gate_id id)
{
    CHECK(id.v >= 1 && id.v <= e->gates.n);
    return &e->gates.list[id.v - 1];
}

static void touched(struct engine *e, struct gate_slot *s, uint64_t seq)
{
    s->g.version = seq;
    gate_digest_refresh(e, s);
}

static void move(struct engine *e, struct gate_slot *s, enum gate_state to, uint64_t seq)
{
    CHECK(s->g.state == to || gate_may_become(s->g.state, to));
    s->g.state = to;
    touched(e, s, seq);
}

static void end(struct engine *e, struct gate_slot *s, enum gate_state to, int64_t at_ms, uint64_t seq)
{
    s->g.ended_at_ms = at_ms;
    move(e, s, to, seq);
}

/* A page that shows the referral must hear of it. */
static void touch_referral(struct engine *e, struct referral_id id, uint64_t seq)
{
    struct referral_slot *r = referral_slot(e, id);

    referral_move(e, r, r->r.state, seq);
}

/* ---- sent ---- */

const char *gate_sent_impossible(const struct engine *e, const struct event *ev)
{
    const struct gate_event *g = &ev->u.gate;
    const struct referral *r = engine_referral(e, g->referral);

    if (g->gate.v != e->gates.n + 1 || g->gate.v > UINT32_MAX / 4)
        return "a gate request out of order";
    if (r == NULL || !referral_is_live(r->state))
        return "a gate request for no referral that is under way";
    if (r->n_gates >= GATE_OF_REFERRAL_MAX)
        return "more gate requests than a referral can have";
    if (engine_org(e, g->org) == NULL)
        return "a gate request to no organisation";
    if ((unsigned)g->kind >= KIND_N || g->keeper == GATEKEEPER_NONE || (unsigned)g->keeper >= GATEKEEPER_N ||
        gate_keeper_of_kind(g->kind) != g->keeper)
        return "a gate request for a kind without this gatekeeper";
    return gate_any_live_of(e, r) != NULL ? "a second live gate request of one referral" : NULL;
}

void gate_sent_apply(struct engine *e, const struct event *ev)
{
    struct referral_slot *r = referral_slot(e, ev->u.gate.referral);
    struct gate_slot *s = NULL;

    MEM_GROW_TIGHT(e->gates.list, e->gates.n, e->gates.cap);
    s = &e->gates.list[e->gates.n++];
    memset(s, 0, sizeof *s);
    s->g.id = ev->u.gate.gate;
    s->g.referral = ev->u.gate.referral;
    s->g.org = ev->u.gate.org;
    s->g.keeper = ev->u.gate.keeper;
    s->g.kind = ev->u.gate.kind;
    s->g.state = GATE_WAITING;
    s->g.sent_by = ev->account;
    s->g.sent_at_ms = ev->at_ms;
    s->g.sent_seq = ev->seq;
    touched(e, s, ev->seq);
    r->r.gates[r->r.n_gates++] = s->g.id;
    referral_move(e, r, r->r.state, ev->seq);
}

/* ---- the steps after it ---- */

/* Where an answer or an assent leads to. */
static enum gate_state after_question(const struct gate *g)
{
    return g->assented || g->n_requests > 0 ? GATE_PLACING : GATE_TAKEN;
}

/* The state that the event leads to. Taking over and asking again lead to none: the present one stays. */
static enum gate_state target(const struct gate *g, enum event_kind kind)
{
    if (kind == EV_GATE_TAKEN)
        return g->state == GATE_WAITING ? GATE_TAKEN : g->state;
    if (kind == EV_GATE_ASKED_BACK)
        return GATE_ASKED_BACK;
    if (kind == EV_GATE_ANSWERED)
        return g->state == GATE_ASKED_BACK ? after_question(g) : g->state;
    if (kind == EV_GATE_ASSENTED)
        return GATE_PLACING;
    return kind == EV_GATE_RETURNED ? GATE_RETURNED : GATE_WITHDRAWN;
}

static bool holds_anything(const struct engine *e, const struct gate *g)
{
    const struct referral *r = engine_referral(e, g->referral);

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->gate.v == g->id.v && request_is_holding(q))
            return true;
    }
    return false;
}

static const char *value_impossible(const struct gate *g, const struct event *ev)
{
    const struct gate_event *v = &ev->u.gate;

    if (ev->kind == EV_GATE_TAKEN)
        return ev->account.v == 0 ? "taken by nobody" : NULL;
    if (ev->kind == EV_GATE_ASKED_BACK)
        return v->asked == 0 || (v->asked & ~FACT_BITS) != 0 ? "a question about nothing" : NULL;
    if (ev->kind == EV_GATE_RETURNED)
        return v->reason < 1 || v->reason > GATE_RETURN_N ? "given back without a reason" : NULL;
    if (ev->kind == EV_GATE_ASSENTED)
        return g->keeper != GATEKEEPER_GI ? "an assent of one that asks by itself" : NULL;
    if (ev->kind != EV_GATE_ANSWERED)
        return NULL;
    if (!tri_set_is_sane(v->answers) || ((v->answers.yes | v->answers.no) & ~(uint64_t)g->asked) != 0)
        return "an answer to what was not asked";
    return g->asked == 0 ? "an answer to no question" : NULL;
}

const char *gate_step_impossible(const struct engine *e, const struct event *ev)
{
    const struct gate *g = engine_gate(e, ev->u.gate.gate);
    enum gate_state to = GATE_WAITING;

    if (g == NULL || g->referral.v != ev->u.gate.referral.v)
        return "no such gate request of this referral";
    if (!gate_is_live(g))
        return "a gate request that has ended";
    to = target(g, ev->kind);
    if (to != g->state && !gate_may_become(g->state, to))
        return "a move that the state of its gate request does not allow";
    /* Placed is over for all but the houses, whose events lead out of it. */
    if (g->state == GATE_PLACED)
        return "a gate request that is placed";
    if ((to == GATE_RETURNED || to == GATE_WITHDRAWN) && holds_anything(e, g))
        return "a gate request that ends with a unit held";
    return value_impossible(g, ev);
}

void gate_step_apply(struct engine *e, const struct event *ev)
{
    struct gate_slot *s = slot_of(e, ev->u.gate.gate);
    enum gate_state to = target(&s->g, ev->kind);

    if (ev->kind == EV_GATE_TAKEN) {
        s->g.owner = ev->account;
        if (s->g.taken_at_ms == 0)
            s->g.taken_at_ms = ev->at_ms;
    } else if (ev->kind == EV_GATE_ASKED_BACK) {
        s->g.asked = ev->u.gate.asked;
        s->g.asked_at_ms = ev->at_ms;
    } else if (ev->kind == EV_GATE_ANSWERED) {
        s->g.answered_at_ms = ev->at_ms;
        s->g.answers_known = ev->u.gate.answers_known;
        s->g.answers.yes = (s->g.answers.yes & ~(uint64_t)s->g.asked) | ev->u.gate.answers.yes;
        s->g.answers.no = (s->g.answers.no & ~(uint64_t)s->g.asked) | ev->u.gate.answers.no;
    } else if (ev->kind == EV_GATE_ASSENTED) {
        s->g.assented = true;
    } else {
        s->g.reason = ev->u.gate.reason;
        s->g.ended_at_ms = ev->at_ms;
    }
    move(e, s, to, ev->seq);
    touch_referral(e, s->g.referral, ev->seq);
}

/* ---- what follows from other events ---- */

const char *gate_request_impossible(const struct engine *e, const struct request *q)
{
    const struct gate *g = engine_gate(e, q->gate);

    if (q->gate.v == 0)
        return NULL;
    if (g == NULL || g->referral.v != q->referral.v || g->keeper != q->keeper)
        return "a request through a gate request of others";
    return gate_is_live(g) && gate_may_ask(g) ? NULL
                                              : "a request through a gate request that nobody works on";
}

void gate_on_request_made(struct engine *e, const struct request *q, uint64_t seq)
{
    struct gate_slot *s = NULL;

    if (q->gate.v == 0)
        return;
    s = slot_of(e, q->gate);
    s->g.n_requests++;
    move(e, s, GATE_PLACING, seq);
}

void gate_on_accepted(struct engine *e, const struct request *q, uint64_t seq)
{
    struct gate_slot *s = NULL;

    if (q->gate.v == 0)
        return;
    s = slot_of(e, q->gate);
    /* Asked back while the house was asked already: its yes goes first. */
    if (s->g.state == GATE_ASKED_BACK)
        move(e, s, GATE_PLACING, seq);
    s->g.placed = q->id;
    move(e, s, GATE_PLACED, seq);
}

void gate_on_yes_undone(struct engine *e, const struct request *q, uint64_t seq)
{
    struct gate_slot *s = NULL;

    if (q->gate.v == 0)
        return;
    s = slot_of(e, q->gate);
    if (s->g.placed.v != q->id.v)
        return;
    s->g.placed = (struct request_id){0};
    move(e, s, GATE_PLACING, seq);
}

void gate_on_referral_closed(struct engine *e, const struct referral *r, int64_t at_ms, uint64_t seq)
{
    for (unsigned i = 0; i < r->n_gates; i++) {
        struct gate_slot *s = slot_of(e, r->gates[i]);

        if (gate_is_live(&s->g))
            end(e, s, s->g.state == GATE_PLACED ? GATE_PLACED : GATE_WITHDRAWN, at_ms, seq);
    }
}
