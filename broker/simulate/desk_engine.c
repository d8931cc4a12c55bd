/* How the desk talks to the engine: by commands, and by what their events say. */
#include "simulate/desk_parts.h"

#include "base/check.h"
#include "base/mem.h"

struct sim_reply *desk_reply(struct desk *d, enum sim_reply_kind kind)
{
    MEM_GROW(d->replies.list, d->replies.n, d->replies.cap);
    d->replies.list[d->replies.n] = (struct sim_reply){.kind = kind};
    return &d->replies.list[d->replies.n++];
}

static int minutes_up(int64_t ms)
{
    return (int)((ms + MS_MINUTE - 1) / MS_MINUTE);
}

int desk_minute_of(int64_t at_ms)
{
    return minutes_up(at_ms - DESK_EPOCH_MS);
}

struct person_waiting *desk_person(struct desk *d, struct referral_id id)
{
    return &d->people[d->world_of[id.v - 1]];
}

void desk_mark_freed(struct desk *d, struct pool_id pool)
{
    if (d->is_freed[pool.v - 1])
        return;
    d->is_freed[pool.v - 1] = true;
    d->freed[d->n_freed++] = pool;
}

static void tell_request(struct desk *d, const struct request *q)
{
    struct sim_reply *r = desk_reply(d, SIM_REQ);
    int hold = minutes_up(q->lapse_at_ms - d->now_ms);

    r->req = (int)q->id.v;
    r->referral = d->world_of[q->referral.v - 1];
    r->pool = (int)q->pool.v - 1;
    r->hold_min = hold > 0 ? hold : 1;
    desk_person(d, q->referral)->pending++;
}

static void request_ended(struct desk *d, struct request_id id)
{
    const struct request *q = engine_request(d->engine, id);

    desk_person(d, q->referral)->pending--;
    desk_person(d, q->referral)->next_look = d->now_min;
    desk_mark_freed(d, q->pool);
}

/* What happened, as far as the desk must act on it or tell it. */
static void follow(struct desk *d, const struct event *ev)
{
    if (ev->kind == EV_REQUEST_MADE) {
        tell_request(d, &ev->u.made);
    } else if (ev->kind == EV_REQUEST_CANCELLED || ev->kind == EV_REQUEST_EXPIRED) {
        /* Also what lapsed: the engine may be some seconds before the driver's whole minutes. */
        if (ev->u.request.request.v != d->ended)
            desk_reply(d, SIM_CAN)->req = (int)ev->u.request.request.v;
        request_ended(d, ev->u.request.request);
    } else if (ev->kind == EV_REQUEST_DECLINED) {
        request_ended(d, ev->u.request.request);
    }
}

enum refusal desk_act(struct desk *d, struct command *cmd, struct outcome *outcome)
{
    struct outcome unused;
    struct outcome *o = outcome != NULL ? outcome : &unused;

    event_list_clear(&d->events);
    engine_decide(d->engine, cmd, d->now_ms, &d->events, o);
    for (size_t i = 0; i < d->events.n; i++) {
        d->events.list[i].seq = engine_seq(d->engine) + 1;
        engine_apply(d->engine, &d->events.list[i]);
    }
    for (size_t i = 0; i < d->events.n; i++)
        follow(d, &d->events.list[i]);
    return o->refusal;
}

void desk_must(struct desk *d, struct command *cmd)
{
    enum refusal refusal = desk_act(d, cmd, NULL);

    if (refusal != REFUSAL_NONE)
        check_failed(__FILE__, __LINE__, command_name(cmd->kind), refusal_code(refusal));
}

void desk_let_fall_due(struct desk *d)
{
    while (engine_next_due_ms(d->engine) <= d->now_ms) {
        struct command cmd = {.kind = CMD_TICK, .actor = {.role = ROLE_SYSTEM}};

        desk_must(d, &cmd);
        if (d->events.n == 0)
            break;
    }
}
