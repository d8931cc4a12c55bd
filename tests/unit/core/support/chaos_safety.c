#include "support/chaos_safety.h"

#include "base/mem.h"
#include "core/fields.h"

void chaos_safety_fill(struct rng *r, struct event *ev)
{
    switch ((int)ev->kind) { /* only those of safety come here */
    case EV_SUPPLY_CHANGED:
        break;
    case EV_SURGE_SET:
        ev->u.surge.region = (uint8_t)rng_below(r, SURGE_REGIONS_MAX);
        ev->u.surge.on = rng_chance(r, 500);
        ev->u.surge.reason = (uint8_t)rng_below(r, SURGE_REASON_N);
        break;
    case EV_CONFLICT_ASKED:
    case EV_CONFLICT_ANSWERED:
        ev->u.conflict.request.v = rng_next(r);
        ev->u.conflict.referral.v = rng_next(r);
        if (ev->kind == EV_CONFLICT_ANSWERED)
            ev->u.conflict.conflict = rng_chance(r, 500);
        else if (rng_chance(r, 900))
            conflict_token_make(rng_next(r), ev->u.conflict.token);
        break;
    default:
        ev->u.leak.leak = (uint32_t)rng_next(r);
        ev->u.leak.location.v = (uint32_t)rng_next(r);
        if (ev->kind == EV_LEAK_REPORTED)
            ev->u.leak.reason = (uint8_t)rng_below(r, LEAK_REASON_N);
        if (ev->kind == EV_LEAK_REPEATED) {
            ev->u.leak.again = (uint8_t)rng_below(r, ALARM_AGAIN_MAX + 1);
            ev->u.leak.passed_on = rng_chance(r, 500);
            ev->u.leak.is_last = rng_chance(r, 500);
        }
        if (ev->kind == EV_LEAK_BRIDGE) {
            ev->u.leak.rank = (uint16_t)rng_next(r);
            ev->u.leak.bridge.v = rng_next(r);
            ev->u.leak.earlier.v = rng_next(r);
            ev->u.leak.later = ev->u.leak.earlier;
            ev->u.leak.deadline_ms = (int64_t)(rng_next(r) % (uint64_t)FIELD_TIME_MAX);
        }
        if (ev->kind == EV_LEAK_PROMISED) {
            ev->u.leak.rank = (uint16_t)rng_next(r);
            ev->u.leak.promised.v = rng_next(r);
            ev->u.leak.earlier.v = rng_next(r);
            ev->u.leak.later = ev->u.leak.earlier;
        }
        if (ev->kind != EV_LEAK_HOUSEHOLD && ev->kind != EV_LEAK_SEARCH)
            break;
        ev->u.leak.rank = (uint16_t)rng_next(r);
        ev->u.leak.stay.v = rng_next(r);
        ev->u.leak.earlier.v = rng_next(r);
        ev->u.leak.later.v = rng_next(r);
        if (ev->kind == EV_LEAK_HOUSEHOLD)
            break;
        ev->u.leak.bridge.v = rng_next(r);
        ev->u.leak.deadline_ms = (int64_t)(rng_next(r) % (uint64_t)FIELD_TIME_MAX);
    }
}

/* A house is seldom frozen for long, or the others would soon be full. */
static void about_leak(const struct exchange *x, struct rng *r, struct command *cmd)
{
    const struct location *l = NULL;

    for (uint32_t i = engine_leaks(x->e); i > 0 && rng_chance(r, 900); i--) {
        const struct leak *leak = engine_leak(x->e, i);

        cmd->u.safety.leak = i;
        cmd->u.safety.location = leak->location;
        if (leak->state == LEAK_REPORTED)
            cmd->kind = rng_chance(r, 700) ? CMD_CONFIRM_LEAK : CMD_WITHDRAW_LEAK;
        else if (leak->state == LEAK_FROZEN)
            cmd->kind = CMD_ASK_LIFT;
        else if (leak->state == LEAK_LIFT_ASKED)
            cmd->kind = rng_chance(r, 800) ? CMD_LIFT_LEAK : CMD_WITHDRAW_LEAK;
        else
            continue;
        break;
    }
    l = engine_location(x->e, cmd->u.safety.location);
    cmd->actor = l != NULL && rng_chance(r, 800) ? shelter_of((enum an_org)l->org.v)
                                                 : actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR);
    cmd->actor.account.v = 500 + rng_below(r, 3);
}

static void about_conflict(const struct exchange *x, struct rng *r, struct command *cmd)
{
    uint64_t n = engine_requests(x->e);
    const struct request *q = NULL;

    /* One that waits for its answer, or else one that could be asked about. */
    for (uint64_t i = n; i > 0 && n - i < 60; i--) {
        const struct request *other = engine_request(x->e, (struct request_id){i});

        if (other->state != REQUEST_PENDING)
            continue;
        q = other;
        if (engine_conflict_of(x->e, q->id) != NULL && rng_chance(r, 700))
            break;
    }
    if (q == NULL)
        return;
    cmd->u.safety.request = q->id;
    cmd->u.safety.conflict = rng_chance(r, 300);
    cmd->kind = engine_conflict_of(x->e, q->id) != NULL ? CMD_ANSWER_CONFLICT : CMD_ASK_CONFLICT;
    cmd->actor = cmd->kind == CMD_ASK_CONFLICT
                     ? referrer_of((enum an_org)engine_referral(x->e, q->referral)->org.v)
                     : shelter_of((enum an_org)engine_pool(x->e, q->pool)->org.v);
}

struct outcome chaos_safety_step(struct exchange *x, struct rng *r)
{
    struct command cmd = {.kind = CMD_REPORT_LEAK, .draw = rng_next(r)};

    cmd.u.safety.location.v = 1 + rng_below(r, engine_locations(x->e));
    cmd.u.safety.reason = (uint8_t)rng_below(r, SURGE_REASON_N);
    if (rng_chance(r, 500)) {
        about_conflict(x, r, &cmd);
    } else if (rng_chance(r, 200)) {
        cmd.kind = CMD_SET_SURGE;
        cmd.actor = actor_of(ROLE_EXCHANGE_ADMIN, OPERATOR);
        cmd.u.safety.regions = UINT64_C(1) << rng_below(r, 4);
        cmd.u.safety.on = rng_chance(r, 500);
    } else {
        about_leak(x, r, &cmd);
    }
    return exchange_do(x, &cmd);
}
