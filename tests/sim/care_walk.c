#include "care_walk.h"

#include "base/mem.h"
#include "calls.h"

static struct actor staff_of(const struct engine *e, struct org_id id)
{
    const struct org *o = engine_org(e, id);

    if (o != NULL && o->kind == ORG_SHELTER)
        return actor_of(ROLE_SHELTER, id);
    if (o != NULL && o->kind == ORG_MUNICIPALITY)
        return actor_of(ROLE_GATEKEEPER, id);
    return actor_of(o != NULL && o->kind == ORG_COMENSHA ? ROLE_COMENSHA : ROLE_REFERRER, id);
}

static struct org_id helper(struct rng *r, const struct cast *c)
{
    if (rng_chance(r, 700))
        return c->shelters[rng_below(r, (uint32_t)c->n_shelters)];
    return rng_chance(r, 700) ? c->referrers[rng_below(r, (uint32_t)c->n_referrers)] : c->municipality;
}

/* One of 1 to N, most often among the last. */
static uint32_t recent(struct rng *r, uint32_t n)
{
    return n == 0 ? 0 : n - rng_below(r, n > 6 ? 6 : n);
}

static struct org_id at_table(const struct engine *e, struct rng *r, const struct cast *c, uint32_t mdo)
{
    const struct mdo *m = engine_mdo(e, mdo);

    return m == NULL || rng_chance(r, 50) ? helper(r, c)
                                          : m->participants[rng_below(r, m->n_participants)].org;
}

static void mdo_act(const struct engine *e, struct rng *r, const struct cast *c, struct command *cmd,
                    struct care_command *k)
{
    static const enum command_kind kinds[] = {CMD_INVITE_MDO, CMD_ANSWER_MDO, CMD_ANSWER_MDO,
                                              CMD_DATE_MDO,   CMD_CLOSE_MDO,  CMD_NOTE_MDO,
                                              CMD_NOTE_MDO,   CMD_MOVE_ITEM,  CMD_MOVE_ITEM};

    cmd->kind = kinds[rng_below(r, COUNT_OF(kinds))];
    k->id = recent(r, engine_mdos(e));
    if (cmd->kind == CMD_MOVE_ITEM) {
        const struct mdo_item *i = engine_mdo_item(e, k->id = recent(r, engine_mdo_items(e)));

        cmd->actor = staff_of(e, at_table(e, r, c, i != NULL ? i->mdo : 0));
        return;
    }
    cmd->actor = staff_of(e, at_table(e, r, c, k->id));
    if (cmd->kind == CMD_NOTE_MDO)
        k->orgs[0] = at_table(e, r, c, k->id);
    if (cmd->kind == CMD_NOTE_MDO && rng_chance(r, 150)) {
        k->n_orgs = 0;
        k->outside = (enum mdo_outside)rng_below(r, OUTSIDE_N);
    }
}

static void regie_act(const struct engine *e, struct rng *r, struct command *cmd,
                      const struct care_command *k)
{
    struct regie held = engine_regie(e, k->referral);

    if (held.state == REGIE_OFFERED) {
        cmd->kind = rng_chance(r, 700) ? CMD_TAKE_REGIE : CMD_KEEP_REGIE;
        cmd->actor = staff_of(e, rng_chance(r, 900) ? held.offered_to : held.holder);
    } else {
        /* Mostly where it may end, so that households come back to a regie that did. */
        bool is_over = !referral_is_live(engine_referral(e, k->referral)->state);

        cmd->kind = rng_chance(r, is_over ? 400 : 900) ? CMD_OFFER_REGIE : CMD_END_REGIE;
        if (rng_chance(r, 100))
            cmd->kind = CMD_NAME_REGIE;
        cmd->actor = staff_of(e, held.holder);
    }
}

static void consult_act(const struct engine *e, struct rng *r, struct command *cmd, struct care_command *k,
                        const struct actor *own)
{
    const struct consult *q = engine_consult(e, k->id = recent(r, engine_consults(e)));

    if (q == NULL || q->state != CONSULT_ASKED || rng_chance(r, 300)) {
        cmd->kind = CMD_ASK_CONSULT;
        cmd->actor = *own;
        return;
    }
    cmd->kind = rng_chance(r, 600) ? CMD_ANSWER_CONSULT : CMD_CLOSE_CONSULT;
    cmd->actor = staff_of(e, rng_chance(r, 800) ? q->to : q->from);
}

bool care_walk(struct world *w, struct rng *r, const struct cast *c, const struct referral *about)
{
    const struct engine *e = flow_engine(w->active->flow);
    struct care_command k = {.ground = (enum ground)rng_below(r, GROUND_N),
                             .at_ms = w->now_ms,
                             .orgs = {helper(r, c)},
                             .n_orgs = 1,
                             .joins = rng_chance(r, 700),
                             .domain = (enum mdo_domain)rng_below(r, MDO_DOMAIN_N),
                             .sort = (enum item_sort)rng_below(r, ITEM_SORT_N),
                             .state = (enum item_state)rng_below(r, ITEM_STATE_N),
                             .text = "wat er nodig is",
                             .role = "regie",
                             .callback = "010 1"};
    struct command cmd = {.u.care = &k};
    struct actor own;

    if (about == NULL)
        return false;
    /* Also one that came to its end: that is when the regie ends. */
    k.referral =
        rng_chance(r, 800) ? about->id : (struct referral_id){recent(r, (uint32_t)engine_referrals(e))};
    own = staff_of(e, engine_referral(e, k.referral)->org);
    switch (rng_below(r, 5)) {
    case 0:
        cmd.kind = CMD_CONVENE_MDO;
        cmd.actor = own;
        break;
    case 1:
    case 2:
        mdo_act(e, r, c, &cmd, &k);
        break;
    case 3:
        regie_act(e, r, &cmd, &k);
        break;
    default:
        consult_act(e, r, &cmd, &k, &own);
        break;
    }
    return calls_begin(w->calls, &cmd, (struct referral_id){0});
}
