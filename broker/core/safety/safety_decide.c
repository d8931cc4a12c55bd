/* Places that open in a surge, and the question whether a household knows somebody who lives where it would
 * go. */
#include "core/safety/safety_decide.h"

#include "core/engine_state.h"

#include <string.h>

enum refusal decide_set_surge(struct decision *d)
{
    const struct safety_command *c = &d->cmd->u.safety;
    size_t regions = vocab_regions(d->e->vocab);

    if (c->regions == 0 || (regions < SURGE_REGIONS_MAX && c->regions >> regions != 0))
        return REFUSAL_LIMIT;
    if (c->reason >= SURGE_REASON_N)
        return REFUSAL_UNKNOWN_REASON;
    for (uint8_t r = 0; r < regions; r++) {
        struct event *ev = NULL;

        if ((c->regions >> r & 1) == 0 || engine_in_surge(d->e, r) == c->on)
            continue;
        ev = decision_event(d, EV_SURGE_SET);
        ev->u.surge.region = r;
        ev->u.surge.on = c->on;
        ev->u.surge.reason = c->reason;
    }
    return REFUSAL_NONE;
}

/* The request that the command is about; it and its referral go into the outcome. */
static const struct request *named(struct decision *d)
{
    const struct request *q = engine_request(d->e, d->cmd->u.safety.request);

    d->outcome->referral = q->referral;
    decision_names(d, q->id);
    return q;
}

/* Not where facts are erased: nothing could seal the token. */
enum refusal decide_ask_conflict(struct decision *d)
{
    const struct request *q = named(d);
    struct event *ev = NULL;

    if (engine_conflict_of(d->e, q->id) != NULL)
        return REFUSAL_NONE;
    if (q->state != REQUEST_PENDING || !engine_referral(d->e, q->referral)->facts_known)
        return REFUSAL_WRONG_STATE;
    ev = decision_event(d, EV_CONFLICT_ASKED);
    ev->u.conflict.request = q->id;
    ev->u.conflict.referral = q->referral;
    conflict_token_make(d->cmd->draw, ev->u.conflict.token);
    return REFUSAL_NONE;
}

enum refusal decide_answer_conflict(struct decision *d)
{
    const struct request *q = named(d);
    const struct conflict *c = engine_conflict_of(d->e, q->id);
    bool conflict = d->cmd->u.safety.conflict;
    int nr = vocab_list_find(d->e->vocab, LIST_DECLINE, "netwerk_conflict");
    struct event *ev = NULL;

    if (c == NULL)
        return REFUSAL_WRONG_STATE;
    if (c->state != CONFLICT_OPEN)
        return (c->state == CONFLICT_YES) == conflict ? REFUSAL_NONE : REFUSAL_ANSWERED;
    if (q->state != REQUEST_PENDING)
        return REFUSAL_WRONG_STATE;
    if (conflict && nr < 0)
        return REFUSAL_UNKNOWN_REASON;
    if (conflict) {
        decision_request_event(d, EV_REQUEST_DECLINED, q)->u.request.reason = (uint8_t)(nr + 1);
        decision_house_is_out(d, q, (uint8_t)(nr + 1));
    }
    ev = decision_event(d, EV_CONFLICT_ANSWERED);
    ev->u.conflict.request = q->id;
    ev->u.conflict.referral = q->referral;
    ev->u.conflict.conflict = conflict;
    return REFUSAL_NONE;
}
