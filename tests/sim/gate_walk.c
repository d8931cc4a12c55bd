#include "gate_walk.h"

#include "base/time_text.h"
#include "calls.h"
#include "core/gate/gate_look.h"

static const struct engine *engine_of(const struct world *w)
{
    return flow_engine(w->active->flow);
}

static struct actor referrer_of(const struct cast *c, const struct referral *r)
{
    return actor_of(r->org.v == c->comensha.v ? ROLE_COMENSHA : ROLE_REFERRER, r->org);
}

static struct actor desk_of(const struct cast *c, const struct gate *g)
{
    return actor_of(g->org.v == c->comensha.v ? ROLE_COMENSHA : ROLE_GATEKEEPER, g->org);
}

static void send(struct world *w, const struct cast *c, const struct referral *r)
{
    struct command cmd = {.kind = CMD_GATE_SEND, .actor = referrer_of(c, r)};

    cmd.u.gate.referral = r->id;
    cmd.u.gate.kind = r->need.minor_alone ? KIND_JEUGD : KIND_COSM;
    calls_begin(w->calls, &cmd, r->id);
}

static void find_residence(struct world *w, struct rng *rng, const struct cast *c, const struct referral *r)
{
    struct command cmd = {.kind = CMD_FIND_RESIDENCE};
    uint64_t stays = engine_stays(engine_of(w));

    /* Of who is in a place already too: there its clock begins, or stops. */
    if (stays > 0 && rng_chance(rng, 500))
        r = engine_referral(
            engine_of(w),
            engine_stay(engine_of(w), (struct stay_id){1 + rng_below(rng, (uint32_t)stays)})->referral);
    cmd.actor = referrer_of(c, r);
    cmd.u.residence.referral = r->id;
    cmd.u.residence.residence = (enum residence)rng_below(rng, RESIDENCE_N);
    if (cmd.u.residence.residence == RESIDENCE_BEDENKTIJD)
        cmd.u.residence.until_ms = w->now_ms + (int64_t)rng_below(rng, 90) * MS_DAY;
    calls_begin(w->calls, &cmd, r->id);
}

/* What its gatekeeper may ask, best first; now and then something that is not its own. */
static void ask(struct world *w, struct rng *rng, const struct cast *c, const struct gate *g)
{
    struct match_query q = gate_query_of(engine_of(w), g, w->now_ms);
    struct command cmd = {.kind = CMD_ASK, .actor = desk_of(c, g)};
    struct match_result m;

    cmd.u.ask.referral = g->referral;
    match_run(engine_of(w), &q, &m);
    for (size_t i = 0; i < m.n && cmd.u.ask.n < 1 + rng_below(rng, 2); i++) {
        bool is_its_own = gate_keeper_of_pool(engine_of(w), m.list[i].pool) == g->keeper;

        if (m.list[i].verdict != VERDICT_OUT && (is_its_own || rng_chance(rng, 50)))
            cmd.u.ask.pools[cmd.u.ask.n++] = m.list[i].pool;
    }
    match_fini(&m);
    if (cmd.u.ask.n > 0)
        calls_begin(w->calls, &cmd, g->referral);
}

static void step(struct world *w, struct rng *rng, const struct cast *c, const struct gate *g)
{
    static const enum command_kind kinds[] = {CMD_GATE_TAKE,    CMD_GATE_TAKE,   CMD_GATE_ASK_BACK,
                                              CMD_GATE_ANSWER,  CMD_GATE_ASSENT, CMD_GATE_RETURN,
                                              CMD_GATE_WITHDRAW};
    struct command cmd = {.kind = kinds[rng_below(rng, 7)]};
    const struct referral *r = engine_referral(engine_of(w), g->referral);
    bool by_referrer = cmd.kind == CMD_GATE_ANSWER || cmd.kind == CMD_GATE_WITHDRAW;

    /* Ends are seldom, or little would come of anything. */
    if ((cmd.kind == CMD_GATE_RETURN || cmd.kind == CMD_GATE_WITHDRAW) && !rng_chance(rng, 150))
        return;
    cmd.actor = by_referrer ? referrer_of(c, r) : desk_of(c, g);
    cmd.u.gate.gate = g->id;
    cmd.u.gate.asked = 1 + rng_below(rng, (1u << GATE_FACT_N) - 1);
    if (cmd.kind == CMD_GATE_ANSWER)
        cmd.u.gate.answers.yes = g->asked & rng_next(rng);
    cmd.u.gate.reason = (uint8_t)(1 + rng_below(rng, GATE_RETURN_N));
    calls_begin(w->calls, &cmd, g->referral);
}

/* A live one among the last; NULL if there is none. */
static const struct gate *some_gate(const struct world *w, struct rng *rng)
{
    uint32_t n = engine_gates(engine_of(w));

    for (int tries = 0; n > 0 && tries < 8; tries++) {
        uint32_t back = rng_below(rng, n < 24 ? n : 24);
        const struct gate *g = engine_gate(engine_of(w), (struct gate_id){n - back});

        if (gate_is_live(g))
            return g;
    }
    return NULL;
}

void gate_walk(struct world *w, struct rng *rng, const struct cast *c, const struct referral *referral)
{
    const struct gate *g = some_gate(w, rng);
    uint32_t what = rng_below(rng, 10);

    if (referral != NULL && (g == NULL || what < 3))
        send(w, c, referral);
    else if (referral != NULL && what == 3)
        find_residence(w, rng, c, referral);
    else if (g != NULL && what < 7)
        ask(w, rng, c, g);
    else if (g != NULL)
        step(w, rng, c, g);
}
