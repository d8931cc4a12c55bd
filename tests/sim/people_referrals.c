/* What referrers and houses do with a referral and its requests. */
#include "people_parts.h"

#include "calls.h"
#include "stay_walk.h"

#include "base/time_text.h"

#include <stdio.h>

/* ---- referrers ---- */

void open_referral(struct people *p)
{
    struct need need = household_draw(&p->rng);
    struct command cmd = {.kind = CMD_OPEN_REFERRAL, .draw = rng_next(&p->rng) | 1u << 16, .u.need = &need};

    if (rng_chance(&p->rng, 200))
        snprintf(need.return_code, sizeof need.return_code, "%s", stay_walk_code(engine_of(p), &p->rng));
    if (p->live.n > 60) /* a night is never busier than its workers */
        return;
    cmd.actor = rng_chance(&p->rng, 60)
                    ? actor_of(ROLE_COMENSHA, p->cast.comensha)
                    : actor_of(ROLE_REFERRER, p->cast.referrers[below(p, (size_t)p->cast.n_referrers)]);
    begin(p, &cmd, (struct referral_id){0});
}

struct actor referrer_of(const struct people *p, const struct referral *r)
{
    return actor_of(r->org.v == p->cast.comensha.v ? ROLE_COMENSHA : ROLE_REFERRER, r->org);
}

const struct referral *some_referral(struct people *p)
{
    if (p->live.n == 0)
        return NULL;
    return engine_referral(engine_of(p), (struct referral_id){p->live.list[below(p, p->live.n)]});
}

bool ask(struct people *p, const struct referral *r)
{
    const struct core_settings *s = engine_settings(engine_of(p));
    struct match_query q = {.need = &r->need,
                            .referral = r->id,
                            .role = referrer_of(p, r).role,
                            .now_ms = p->w->now_ms,
                            .deadline_ms = r->deadline_ms};
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(p, r), .u.ask.referral = r->id};
    uint32_t may = s->ask_max[r->need.threat_level];
    uint32_t most = p->w->plan.plenty ? may : 1 + below(p, may);
    struct match_result m;

    match_run(engine_of(p), &q, &m);
    for (size_t i = 0; i < m.n && cmd.u.ask.n < most; i++) {
        if (m.list[i].verdict != VERDICT_OUT)
            cmd.u.ask.pools[cmd.u.ask.n++] = m.list[i].pool;
    }
    match_fini(&m);
    return cmd.u.ask.n > 0 && begin(p, &cmd, r->id);
}

void ask_wild(struct people *p, const struct referral *r)
{
    struct command cmd = {.kind = CMD_ASK, .actor = referrer_of(p, r), .u.ask.referral = r->id};

    cmd.u.ask.n = (uint8_t)(1 + below(p, ASK_POOLS_MAX));
    for (int i = 0; i < cmd.u.ask.n; i++)
        cmd.u.ask.pools[i].v = 1 + below(p, (size_t)p->cast.n_pools + 1);
    begin(p, &cmd, r->id);
}

void travel(struct people *p, const struct referral *r)
{
    struct command cmd = {.kind = CMD_TRAVEL, .actor = referrer_of(p, r)};

    cmd.u.referral.referral = r->id;
    cmd.u.referral.eta_ms = p->w->now_ms + below(p, 120) * MS_MINUTE;
    begin(p, &cmd, r->id);
}

bool withdraw(struct people *p, const struct referral *r)
{
    struct command cmd = {.kind = CMD_WITHDRAW, .actor = referrer_of(p, r)};

    cmd.u.referral.referral = r->id;
    cmd.u.referral.reason = (uint8_t)(1 + below(p, 3));
    return begin(p, &cmd, r->id);
}

/* ---- shelters ---- */

static const struct request *accepted_of(const struct engine *e, const struct referral *r)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == REQUEST_ACCEPTED && !q->bridge)
            return q;
    }
    return NULL;
}

static struct actor house_of(const struct people *p, const struct request *q)
{
    return actor_of(ROLE_SHELTER, engine_pool(engine_of(p), q->pool)->org);
}

bool answer(struct people *p, enum command_kind kind, const struct request *q)
{
    struct command cmd = {.kind = kind, .actor = house_of(p, q)};

    cmd.u.answer.request = q->id;
    if (kind == CMD_DECLINE)
        cmd.u.answer.reason = (uint8_t)(1 + below(p, 3));
    return begin(p, &cmd, q->referral);
}

void answer_some(struct people *p, enum command_kind kind)
{
    if (p->pending.n > 0)
        answer(p, kind,
               engine_request(engine_of(p), (struct request_id){p->pending.list[below(p, p->pending.n)]}));
}

void answer_late(struct people *p)
{
    size_t n = p->n_ended < ENDED_KEPT ? p->n_ended : ENDED_KEPT;
    const struct request *q = NULL;

    if (n == 0)
        return;
    q = engine_request(engine_of(p), (struct request_id){p->ended[below(p, n)]});
    /* Whose yes is over: they stand at its door after all. */
    if (request_lost_its_yes(q) && rng_chance(&p->rng, 500))
        answer(p, CMD_CONFIRM_ARRIVAL, q);
    else
        answer(p, rng_chance(&p->rng, 800) ? CMD_ACCEPT : CMD_DECLINE, q);
}

bool arrive(struct people *p, const struct referral *r)
{
    const struct request *q = accepted_of(engine_of(p), r);

    struct command cmd = {.kind = CMD_CONFIRM_ARRIVAL};

    if (q == NULL)
        return false;
    /* One in three is told some time after it was so. */
    cmd.actor = house_of(p, q);
    cmd.u.answer.request = q->id;
    if ((q->id.v + p->w->step) % 3 == 0)
        cmd.u.answer.at_ms = q->answered_at_ms + (p->w->now_ms - q->answered_at_ms) / 2;
    return begin(p, &cmd, r->id);
}

void no_show(struct people *p, const struct referral *r)
{
    const struct request *q = accepted_of(engine_of(p), r);
    struct command cmd = {.kind = CMD_NO_SHOW};

    if (q == NULL)
        return;
    cmd.actor = rng_chance(&p->rng, 500) ? house_of(p, q) : referrer_of(p, r);
    cmd.u.referral.referral = r->id;
    cmd.u.referral.refused = rng_chance(&p->rng, 300);
    if (!cmd.u.referral.refused && rng_chance(&p->rng, 400))
        cmd.u.referral.why =
            (enum cancel_why)(CANCEL_BED_GONE + below(p, CANCEL_TAKEN_BACK - CANCEL_BED_GONE));
    begin(p, &cmd, r->id);
}
