#include "safety_walk.h"

#include "base/mem.h"
#include "calls.h"

/* Houses report seldom: a night in which all of them are frozen tells nothing of the rest. */
#define REPORT_CHANCE 250

static struct actor somebody(struct rng *r, const struct cast *c, struct org_id house)
{
    struct actor a =
        rng_chance(r, 800) ? actor_of(ROLE_SHELTER, house) : actor_of(ROLE_EXCHANGE_ADMIN, c->operator_org);

    a.account.v = 90000 + rng_below(r, 3);
    return a;
}

static void leak_step(const struct engine *e, struct rng *r, const struct leak *l, struct command *cmd)
{
    (void)e;
    cmd->u.safety.leak = l->id;
    cmd->u.safety.location = l->location;
    if (l->state == LEAK_REPORTED)
        cmd->kind = rng_chance(r, 800) ? CMD_CONFIRM_LEAK : CMD_WITHDRAW_LEAK;
    else if (l->state == LEAK_FROZEN)
        cmd->kind = CMD_ASK_LIFT;
    else
        cmd->kind = rng_chance(r, 850) ? CMD_LIFT_LEAK : CMD_WITHDRAW_LEAK;
}

static const struct leak *open_leak(const struct engine *e)
{
    for (uint32_t i = engine_leaks(e); i > 0; i--) {
        const struct leak *l = engine_leak(e, i);

        if (l->state != LEAK_LIFTED && l->state != LEAK_DROPPED)
            return l;
    }
    return NULL;
}

static void about_leak(const struct engine *e, struct rng *r, const struct cast *c, struct command *cmd)
{
    const struct leak *l = open_leak(e);

    cmd->kind = CMD_REPORT_LEAK;
    cmd->u.safety.location.v = 1 + rng_below(r, engine_locations(e));
    cmd->u.safety.reason = (uint8_t)rng_below(r, LEAK_REASON_N);
    if (l != NULL && rng_chance(r, 900))
        leak_step(e, r, l, cmd);
    cmd->actor = somebody(r, c, engine_location(e, cmd->u.safety.location)->org);
    if (rng_chance(r, 30)) /* who has nothing to do with it */
        cmd->actor = actor_of(ROLE_SHELTER, c->shelters[rng_below(r, (uint32_t)c->n_shelters)]);
}

static void about_request(const struct engine *e, struct rng *r, const struct request *q, struct command *cmd)
{
    const struct org *o = engine_org(e, engine_referral(e, q->referral)->org);

    cmd->u.safety.request = q->id;
    cmd->u.safety.conflict = rng_chance(r, 300);
    cmd->kind = engine_conflict_of(e, q->id) != NULL ? CMD_ANSWER_CONFLICT : CMD_ASK_CONFLICT;
    if (cmd->kind == CMD_ANSWER_CONFLICT)
        cmd->actor = actor_of(ROLE_SHELTER, engine_pool(e, q->pool)->org);
    else
        cmd->actor = actor_of(o->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER, o->id);
}

void safety_walk(struct world *w, struct rng *r, const struct cast *c, const struct request *q)
{
    const struct engine *e = flow_engine(w->active->flow);
    struct command cmd = {.draw = rng_next(r) | 1u << 16};

    if (q != NULL && rng_chance(r, 500)) {
        about_request(e, r, q, &cmd);
    } else if (rng_chance(r, 200)) {
        cmd.kind = CMD_SET_SURGE;
        cmd.actor = actor_of(ROLE_EXCHANGE_ADMIN, c->operator_org);
        cmd.u.safety.regions = UINT64_C(1) << rng_below(r, (uint32_t)vocab_regions(engine_vocab(e)));
        cmd.u.safety.on = rng_chance(r, 500);
    } else if (open_leak(e) != NULL || rng_chance(r, REPORT_CHANCE)) {
        about_leak(e, r, c, &cmd);
    } else {
        return;
    }
    calls_begin(w->calls, &cmd, (struct referral_id){0});
}

void safety_walk_lift(struct world *w, const struct cast *c)
{
    const struct engine *e = flow_engine(w->active->flow);
    const struct leak *l = open_leak(e);
    struct command cmd = {.actor = actor_of(ROLE_EXCHANGE_ADMIN, c->operator_org)};

    if (l == NULL)
        return;
    cmd.u.safety.leak = l->id;
    cmd.kind = l->state == LEAK_REPORTED ? CMD_WITHDRAW_LEAK
               : l->state == LEAK_FROZEN ? CMD_ASK_LIFT
                                         : CMD_LIFT_LEAK;
    cmd.actor.account.v = l->lift_asked_by.v == 90001 ? 90002 : 90001;
    calls_begin(w->calls, &cmd, (struct referral_id){0});
}

bool safety_walk_answer(struct world *w, const struct request *q)
{
    const struct engine *e = flow_engine(w->active->flow);
    const struct conflict *conflict = engine_conflict_of(e, q->id);
    struct command cmd = {.kind = CMD_ANSWER_CONFLICT,
                          .actor = actor_of(ROLE_SHELTER, engine_pool(e, q->pool)->org)};

    if (conflict == NULL || conflict->state != CONFLICT_OPEN)
        return false;
    cmd.u.safety.request = q->id;
    return calls_begin(w->calls, &cmd, q->referral);
}
