#include "back_walk.h"

#include "core/gate/gate_look.h"

/* Whose it is to ask, and so to take back: a gatekeeper's desk, or the one of the referral. */
static struct org_id asker_of(const struct engine *e, const struct request *q)
{
    return q->gate.v != 0 ? engine_gate(e, q->gate)->org : engine_referral(e, q->referral)->org;
}

void back_walk_draw(const struct engine *e, const struct request *q, struct command *cmd)
{
    struct org_id org = asker_of(e, q);
    enum org_kind kind = engine_org(e, org)->kind;

    *cmd = (struct command){.kind = CMD_TAKE_BACK};
    cmd->actor = actor_of(kind == ORG_COMENSHA       ? ROLE_COMENSHA
                          : kind == ORG_MUNICIPALITY ? ROLE_GATEKEEPER
                                                     : ROLE_REFERRER,
                          org);
    cmd->u.answer.request = q->id;
}

static bool was_taken_back(const struct request *q)
{
    return q->state == REQUEST_CANCELLED && q->cancel_why == CANCEL_TAKEN_BACK;
}

static void on_taken_back(struct trace *t, const struct engine *e, const struct event *ev)
{
    const struct request *q = engine_request(e, ev->u.request.request);

    t->counts.taken_back++;
    if (q == NULL || q->state != REQUEST_PENDING)
        trace_fail(t, "seq %llu: a request is taken back that is not pending", (unsigned long long)ev->seq);
    else if (ev->account.v / 100 != asker_of(e, q).v)
        trace_fail(t, "seq %llu: request %llu is taken back by account %u, which had not asked it",
                   (unsigned long long)ev->seq, (unsigned long long)q->id.v, ev->account.v);
}

/* The broker asks by itself: not a house that people let go, in no room of it, and nobody where all that was
 * asked was let go. */
static void on_asked(struct trace *t, const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.made.referral);
    uint32_t house = engine_pool(e, ev->u.made.pool)->location.v;
    bool stands = false;

    for (unsigned i = 0; r != NULL && i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        stands = stands || (!q->bridge && !was_taken_back(q));
        if (was_taken_back(q) && engine_pool(e, q->pool)->location.v == house)
            trace_fail(t, "seq %llu: the broker asks a house for referral %llu that was taken back from",
                       (unsigned long long)ev->seq, (unsigned long long)r->id.v);
    }
    if (!stands)
        trace_fail(t, "seq %llu: the broker asks where all that was asked was taken back",
                   (unsigned long long)ev->seq);
}

static void on_found(struct trace *t, const struct engine *e, const struct event *ev)
{
    const struct referral *r = engine_referral(e, ev->u.found.referral);
    const struct request *last = NULL;

    for (unsigned i = 0; r != NULL && i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (!q->bridge && q->pool.v == ev->u.found.pool.v)
            last = q;
    }
    if (last != NULL && was_taken_back(last))
        trace_fail(t, "seq %llu: pool %u is announced to who took it back", (unsigned long long)ev->seq,
                   ev->u.found.pool.v);
}

void back_walk_event(struct trace *t, const struct engine *e, const struct event *ev)
{
    if (ev->kind == EV_REQUEST_CANCELLED && ev->u.request.why == CANCEL_TAKEN_BACK)
        on_taken_back(t, e, ev);
    else if (ev->kind == EV_REQUEST_MADE && ev->u.made.proposal.by_broker)
        on_asked(t, e, ev);
    else if (ev->kind == EV_PLACE_FOUND)
        on_found(t, e, ev);
    else if (ev->kind == EV_REQUEST_LATE_YES)
        t->counts.late_back += was_taken_back(engine_request(e, ev->u.request.request));
}
