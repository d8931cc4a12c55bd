/* The commands about gate requests. Who may give them was judged before (audience/permit.c). Saying again
 * what is so already changes nothing. */
#include "core/decide.h"
#include "core/gate/gate_look.h"

#define FACT_BITS ((UINT32_C(1) << GATE_FACT_N) - 1)

static struct event *gate_event(struct decision *d, enum event_kind kind, const struct gate *g)
{
    struct event *ev = decision_event(d, kind);

    ev->u.gate.gate = g->id;
    ev->u.gate.referral = g->referral;
    return ev;
}

static const struct gate *named(struct decision *d)
{
    const struct gate *g = engine_gate(d->e, d->cmd->u.gate.gate);

    d->outcome->referral = g->referral;
    return g;
}

/* Somebody took it, and no house has said yes. */
static bool is_at_work(const struct gate *g)
{
    return gate_is_live(g) && gate_may_ask(g);
}

enum refusal decide_gate_send(struct decision *d)
{
    const struct referral *r = engine_referral(d->e, d->cmd->u.gate.referral);
    enum kind kind = d->cmd->u.gate.kind;
    enum gatekeeper keeper = gate_keeper_of_kind(kind);
    const struct gate *live = NULL;
    struct org_id org = {0};
    struct event *ev = NULL;

    d->outcome->referral = r->id;
    if (!referral_is_looking(r->state) || !r->facts_known)
        return REFUSAL_WRONG_STATE;
    if (keeper == GATEKEEPER_NONE || gate_is_own(d->e, r, keeper))
        return REFUSAL_DOES_NOT_FIT;
    /* Youth care is for minors alone, and the other two never are (RULE_TARGET). */
    if ((kind == KIND_JEUGD) != r->need.minor_alone)
        return REFUSAL_DOES_NOT_FIT;
    live = gate_live_of(d->e, r, keeper);
    if (live != NULL) {
        d->outcome->made = live->id.v;
        return REFUSAL_NONE;
    }
    if (r->n_gates >= GATE_OF_REFERRAL_MAX)
        return REFUSAL_LIMIT;
    org = gate_org_of(d->e, r, keeper);
    if (org.v == 0)
        return REFUSAL_NO_GATEKEEPER;
    ev = decision_event(d, EV_GATE_SENT);
    ev->u.gate.gate.v = engine_gates(d->e) + 1;
    ev->u.gate.referral = r->id;
    ev->u.gate.org = org;
    ev->u.gate.keeper = keeper;
    ev->u.gate.kind = kind;
    d->outcome->made = ev->u.gate.gate.v;
    return REFUSAL_NONE;
}

enum refusal decide_gate_take(struct decision *d)
{
    const struct gate *g = named(d);

    if (!gate_is_live(g) || g->state == GATE_PLACED)
        return REFUSAL_WRONG_STATE;
    if (d->cmd->actor.account.v == 0)
        return REFUSAL_NOT_ALLOWED;
    if (g->state != GATE_WAITING && g->owner.v == d->cmd->actor.account.v)
        return REFUSAL_NONE;
    gate_event(d, EV_GATE_TAKEN, g);
    return REFUSAL_NONE;
}

enum refusal decide_gate_ask_back(struct decision *d)
{
    const struct gate *g = named(d);
    uint32_t asked = d->cmd->u.gate.asked;

    if (asked == 0 || (asked & ~FACT_BITS) != 0)
        return REFUSAL_LIMIT;
    if (!is_at_work(g))
        return REFUSAL_WRONG_STATE;
    if (g->state == GATE_ASKED_BACK && g->asked == asked)
        return REFUSAL_NONE;
    gate_event(d, EV_GATE_ASKED_BACK, g)->u.gate.asked = asked;
    return REFUSAL_NONE;
}

enum refusal decide_gate_answer(struct decision *d)
{
    const struct gate *g = named(d);
    struct tri_set answers = d->cmd->u.gate.answers;
    struct event *ev = NULL;

    if (!is_at_work(g) || g->asked == 0)
        return REFUSAL_WRONG_STATE;
    if (!tri_set_is_sane(answers) || ((answers.yes | answers.no) & ~(uint64_t)g->asked) != 0)
        return REFUSAL_LIMIT;
    if (g->state != GATE_ASKED_BACK && (g->answers.yes & g->asked) == answers.yes &&
        (g->answers.no & g->asked) == answers.no)
        return REFUSAL_NONE;
    ev = gate_event(d, EV_GATE_ANSWERED, g);
    ev->u.gate.answers = answers;
    ev->u.gate.answers_known = true;
    return REFUSAL_NONE;
}

enum refusal decide_gate_assent(struct decision *d)
{
    const struct gate *g = named(d);

    if (g->keeper != GATEKEEPER_GI)
        return REFUSAL_NOT_ALLOWED;
    if (!is_at_work(g))
        return REFUSAL_WRONG_STATE;
    if (g->assented)
        return REFUSAL_NONE;
    gate_event(d, EV_GATE_ASSENTED, g);
    return REFUSAL_NONE;
}

/* First let go of every unit asked through it, then end it. */
static void let_go(struct decision *d, const struct gate *g)
{
    const struct referral *r = engine_referral(d->e, g->referral);

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);

        if (q->gate.v != g->id.v || q->state != REQUEST_PENDING)
            continue;
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_WITHDRAWN;
        decision_names(d, q->id);
    }
}

enum refusal decide_gate_return(struct decision *d)
{
    const struct gate *g = named(d);
    uint8_t reason = d->cmd->u.gate.reason;

    if (reason < 1 || reason > GATE_RETURN_N)
        return REFUSAL_UNKNOWN_REASON;
    if (g->state == GATE_RETURNED && g->reason == reason)
        return REFUSAL_NONE;
    if (!gate_is_live(g) || g->state == GATE_PLACED)
        return REFUSAL_WRONG_STATE;
    let_go(d, g);
    gate_event(d, EV_GATE_RETURNED, g)->u.gate.reason = reason;
    return REFUSAL_NONE;
}

enum refusal decide_gate_withdraw(struct decision *d)
{
    const struct gate *g = named(d);

    if (g->state == GATE_WITHDRAWN)
        return REFUSAL_NONE;
    if (!gate_is_live(g) || g->state == GATE_PLACED)
        return REFUSAL_WRONG_STATE;
    let_go(d, g);
    gate_event(d, EV_GATE_WITHDRAWN, g);
    return REFUSAL_NONE;
}
