/* Random acts of care: mostly by somebody who may, about something recent. */
#include "support/chaos.h"

#include "base/mem.h"

#include <string.h>

/* One of 1 to N, most often among the last; 0 if there is none. */
static uint32_t recent(struct rng *r, uint64_t n)
{
    uint32_t last = n > 8 ? 8 : (uint32_t)n;

    return n == 0 ? 0 : (uint32_t)n - rng_below(r, last);
}

static struct actor staff_of(const struct exchange *x, struct org_id id)
{
    const struct org *o = engine_org(x->e, id);

    if (o == NULL)
        return shelter_of(HUIS_A);
    if (o->kind == ORG_MUNICIPALITY)
        return actor_of(ROLE_GATEKEEPER, id.v);
    return o->kind == ORG_SHELTER ? shelter_of((enum an_org)id.v) : referrer_of((enum an_org)id.v);
}

static struct org_id any_helper(struct rng *r)
{
    static const enum an_org helpers[] = {VT_OOST, VT_WEST, HUIS_A, HUIS_B, HUIS_C, COMENSHA, GEMEENTE};

    return (struct org_id){helpers[rng_below(r, COUNT_OF(helpers))]};
}

static struct org_id somebody_there(const struct exchange *x, struct rng *r, uint32_t mdo)
{
    const struct mdo *m = engine_mdo(x->e, mdo);

    return m == NULL ? any_helper(r) : m->participants[rng_below(r, m->n_participants)].org;
}

static void about_mdo(const struct exchange *x, struct rng *r, struct command *cmd, struct care_command *c)
{
    const struct mdo_item *i = NULL;

    c->id = recent(r, engine_mdos(x->e));
    cmd->actor = staff_of(x, somebody_there(x, r, c->id));
    if (cmd->kind == CMD_NOTE_MDO)
        c->orgs[0] = rng_chance(r, 900) ? somebody_there(x, r, c->id) : any_helper(r);
    if (cmd->kind == CMD_NOTE_MDO && rng_chance(r, 200)) {
        c->n_orgs = rng_chance(r, 100) ? 1 : 0;
        c->outside = (enum mdo_outside)rng_below(r, OUTSIDE_N);
    }
    if (cmd->kind != CMD_MOVE_ITEM)
        return;
    c->id = recent(r, engine_mdo_items(x->e));
    i = engine_mdo_item(x->e, c->id);
    if (i != NULL)
        cmd->actor = staff_of(x, somebody_there(x, r, i->mdo));
}

struct outcome chaos_care_step(struct exchange *x, struct rng *r)
{
    static const enum command_kind kinds[] = {
        CMD_CONVENE_MDO, CMD_INVITE_MDO,     CMD_ANSWER_MDO,    CMD_ANSWER_MDO, CMD_DATE_MDO,
        CMD_CLOSE_MDO,   CMD_NOTE_MDO,       CMD_NOTE_MDO,      CMD_MOVE_ITEM,  CMD_MOVE_ITEM,
        CMD_OFFER_REGIE, CMD_TAKE_REGIE,     CMD_TAKE_REGIE,    CMD_KEEP_REGIE, CMD_END_REGIE,
        CMD_ASK_CONSULT, CMD_ANSWER_CONSULT, CMD_CLOSE_CONSULT, CMD_NAME_REGIE,
    };
    struct care_command c = {.ground = rng_chance(r, 900) ? GROUND_STATUTORY_TASK : GROUND_CONSENT,
                             .at_ms = x->now,
                             .orgs = {any_helper(r), any_helper(r)},
                             .n_orgs = 1,
                             .joins = rng_chance(r, 700),
                             .domain = (enum mdo_domain)rng_below(r, MDO_DOMAIN_N),
                             .sort = (enum item_sort)rng_below(r, ITEM_SORT_N),
                             .state = (enum item_state)rng_below(r, ITEM_STATE_N),
                             .text = "wat er nodig is",
                             .role = "casusregie",
                             .callback = "020 1234567"};
    struct command cmd = {.kind = kinds[rng_below(r, COUNT_OF(kinds))], .u.care = &c};
    const struct referral *ref = NULL;

    c.referral.v = recent(r, engine_referrals(x->e));
    /* Who takes over, or does not, mostly was asked to. */
    for (int i = 0; (cmd.kind == CMD_TAKE_REGIE || cmd.kind == CMD_KEEP_REGIE) && i < 40; i++) {
        if (engine_regie(x->e, c.referral).state == REGIE_OFFERED)
            break;
        c.referral.v = 1 + rng_below(r, (uint32_t)engine_referrals(x->e) + 1);
    }
    ref = engine_referral(x->e, c.referral);
    cmd.actor = staff_of(x, ref != NULL ? ref->org : any_helper(r));
    if (cmd.kind == CMD_CONVENE_MDO)
        c.n_orgs = 2;
    if (cmd.kind == CMD_TAKE_REGIE || (cmd.kind == CMD_KEEP_REGIE && rng_chance(r, 300)))
        cmd.actor = staff_of(x, engine_regie(x->e, c.referral).offered_to);
    else if (cmd.kind == CMD_OFFER_REGIE || cmd.kind == CMD_END_REGIE || cmd.kind == CMD_NAME_REGIE)
        cmd.actor = staff_of(x, engine_regie(x->e, c.referral).holder);
    if (cmd.kind == CMD_ANSWER_CONSULT || cmd.kind == CMD_CLOSE_CONSULT) {
        const struct consult *q = engine_consult(x->e, c.id = recent(r, engine_consults(x->e)));

        cmd.actor = staff_of(x, q == NULL ? any_helper(r) : rng_chance(r, 700) ? q->to : q->from);
    }
    if (cmd.kind >= CMD_INVITE_MDO && cmd.kind <= CMD_MOVE_ITEM)
        about_mdo(x, r, &cmd, &c);
    if (cmd.kind == CMD_INVITE_MDO || cmd.kind == CMD_CLOSE_MDO || cmd.kind == CMD_DATE_MDO) {
        const struct mdo *m = engine_mdo(x->e, c.id);

        cmd.actor = staff_of(x, m == NULL ? any_helper(r) : m->convened_by);
    }
    return exchange_do(x, &cmd);
}
