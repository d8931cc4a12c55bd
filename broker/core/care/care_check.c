/* The promises of care over the whole state: engine_check asks after every step in tests and simulation. */
#include "core/care/care_state.h"

#include "base/mem.h"
#include "core/broken.h"

#include <stdlib.h>

/* The household of ID was in a house of ORG, or was to come: who called its table together sits there until
 * it flees that house. */
static bool was_at(const struct engine *e, struct referral_id id, struct org_id org)
{
    for (id = engine_household_first(e, id); id.v != 0; id = engine_household_next(e, id)) {
        const struct referral *r = engine_referral(e, id);

        for (unsigned i = 0; i < r->n_requests; i++) {
            const struct request *q = engine_request(e, r->requests[i]);

            if (q->answered_at_ms != 0 && engine_pool(e, q->pool)->org.v == org.v)
                return true;
        }
    }
    return false;
}

static bool check_mdo(const struct engine *e, const struct mdo *m, struct finding f)
{
    if (engine_referral(e, m->referral) == NULL)
        return broken(f, "MDO %u: of no referral", m->id);
    if (m->ground == GROUND_NONE)
        return broken(f, "MDO %u: without a ground", m->id);
    if ((m->state == MDO_CLOSED) != (m->closed_at_ms != 0))
        return broken(f, "MDO %u: closed without a moment, or the other way round", m->id);
    if (m->n_participants < 1 || m->participants[0].org.v != m->convened_by.v ||
        (m->participants[0].state != PARTICIPANT_JOINED && !was_at(e, m->referral, m->convened_by)))
        return broken(f, "MDO %u: who convened it is not there", m->id);
    for (unsigned i = 0; i < m->n_participants; i++) {
        for (unsigned k = 0; k < i; k++) {
            if (m->participants[i].org.v == m->participants[k].org.v)
                return broken(f, "MDO %u: an organisation sits there twice", m->id);
        }
    }
    if (m->state != MDO_CLOSED && e->referrals[m->referral.v - 1].last_mdo != m->id)
        return broken(f, "MDO %u: two at a time for one referral", m->id);
    return true;
}

static bool check_items(const struct engine *e, struct finding f)
{
    const struct care_tables *t = &e->care;
    uint32_t *counted = mem_new(t->n_mdos + 1u, sizeof *counted);
    uint32_t wrong = 0, of_mdo = 0;

    for (uint32_t k = 0; k < t->n_items; k++) {
        const struct mdo_item *i = &t->items[k].i;
        const struct mdo *m = engine_mdo(e, i->mdo);

        if (m == NULL || mdo_participant_of(m, i->noted_by) == NULL ||
            (i->sort == ITEM_ACTION && i->outside == OUTSIDE_NONE &&
             mdo_participant_of(m, i->acts) == NULL) ||
            (i->outside != OUTSIDE_NONE) != (i->outside_at != 0) ||
            (i->outside != OUTSIDE_NONE && i->acts.v != 0))
            wrong = i->id;
        else
            counted[m->id - 1]++;
    }
    for (uint32_t k = 0; k < t->n_mdos; k++) {
        if (counted[k] != t->mdos[k].m.n_items)
            of_mdo = k + 1;
    }
    free(counted);
    if (wrong != 0)
        return broken(f, "item %u: of nobody at the table", wrong);
    return of_mdo == 0 || broken(f, "MDO %u: items counted wrongly", of_mdo);
}

/* It stands in the heap at the moment at which somebody is to be reminded of it, or not at all. */
static bool is_due_at(const struct engine *e, struct due want, uint32_t place)
{
    if (want.at_ms == INT64_MAX)
        return place == 0;
    return place >= 1 && place <= e->n_due && e->due[place - 1].kind == want.kind &&
           e->due[place - 1].id == want.id && e->due[place - 1].at_ms == want.at_ms;
}

static bool check_due(const struct engine *e, struct finding f)
{
    const struct care_tables *t = &e->care;

    for (uint32_t i = 0; i < t->n_mdos; i++) {
        const struct mdo *m = &t->mdos[i].m;

        if (!is_due_at(e, (struct due){care_due_of_mdo(e, m), m->id, DUE_MDO}, m->due))
            return broken(f, "MDO %u: nobody is reminded", m->id);
    }
    for (uint32_t i = 0; i < t->n_items; i++) {
        const struct mdo_item *item = &t->items[i].i;

        if (!is_due_at(e, (struct due){care_due_of_item(e, item), item->id, DUE_MDO_ITEM}, item->due))
            return broken(f, "item %u: nobody is reminded", item->id);
    }
    for (uint32_t i = 0; i < t->n_regies; i++) {
        const struct regie *r = &t->regies[i].r;

        if (!is_due_at(e, (struct due){care_due_of_regie(e, r), r->referral.v, DUE_REGIE}, r->due))
            return broken(f, "regie of %llu: nobody is reminded", (unsigned long long)r->referral.v);
    }
    for (uint32_t i = 0; i < t->n_consults; i++) {
        const struct consult *c = &t->consults[i].c;

        if (!is_due_at(e, (struct due){care_due_of_consult(e, c), c->id, DUE_CONSULT}, c->due))
            return broken(f, "consult %u: nobody is reminded", c->id);
    }
    return true;
}

/* Exactly one co-ordinator, until it was declared no longer needed; and never while a place is looked for. */
static bool check_regie(const struct engine *e, const struct referral_slot *s, struct finding f)
{
    struct regie r = engine_regie(e, s->r.id);
    unsigned long long id = s->r.id.v;

    if (s->regie != 0 && (s->regie > e->care.n_regies || care_own_regie(e, s->r.id).referral.v != id))
        return broken(f, "referral %llu: the regie of another", id);
    if (engine_household_first(e, s->r.id).v != engine_household_first(e, r.referral).v)
        return broken(f, "referral %llu: the regie of another household", id);
    if ((r.state == REGIE_ENDED) != (r.holder.v == 0))
        return broken(f, "referral %llu: no co-ordinator, and it was not ended", id);
    if (r.state != REGIE_ENDED && engine_org(e, r.holder) == NULL)
        return broken(f, "referral %llu: a co-ordinator that is none", id);
    if ((r.state == REGIE_OFFERED) != (r.offered_to.v != 0) ||
        (r.offered_to.v != 0 && r.offered_to.v == r.holder.v))
        return broken(f, "referral %llu: a hand-over to nobody", id);
    if (r.state == REGIE_ENDED && (referral_is_live(s->r.state) || engine_mdo_of(e, s->r.id) != NULL))
        return broken(f, "referral %llu: lives on without a co-ordinator", id);
    return true;
}

/* A household that came back has had several, one after the other. */
static bool check_household(const struct engine *e, const struct referral_slot *s, struct finding f)
{
    struct referral_id id = s->r.id;
    struct referral_id regie = {0};

    if (engine_household_first(e, id).v != id.v)
        return true;
    for (; id.v != 0; id = engine_household_next(e, id)) {
        struct regie r = engine_regie(e, id);

        if (r.state == REGIE_ENDED)
            continue;
        if (regie.v != 0 && regie.v != r.referral.v)
            return broken(f, "referral %llu: its household has two co-ordinators",
                          (unsigned long long)s->r.id.v);
        regie = r.referral;
    }
    return true;
}

static bool check_consult(const struct engine *e, const struct consult *c, struct finding f)
{
    if (engine_referral(e, c->referral) == NULL || engine_org(e, c->from) == NULL ||
        engine_org(e, c->to) == NULL || c->from.v == c->to.v)
        return broken(f, "consult %u: of nobody, or with nobody", c->id);
    if ((c->state == CONSULT_ASKED) != (c->ended_at_ms == 0))
        return broken(f, "consult %u: ended without a moment", c->id);
    return c->state == CONSULT_ANSWERED || c->answer[0] == '\0' ||
           broken(f, "consult %u: an answer that was not given", c->id);
}

bool care_check(const struct engine *e, char *why, size_t why_size)
{
    struct finding f = {.why = why, .size = why_size};

    for (uint32_t i = 0; i < e->care.n_mdos; i++) {
        if (!check_mdo(e, &e->care.mdos[i].m, f))
            return false;
    }
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        if (!check_regie(e, &e->referrals[i], f) || !check_household(e, &e->referrals[i], f))
            return false;
    }
    for (uint32_t i = 0; i < e->care.n_consults; i++) {
        if (!check_consult(e, &e->care.consults[i].c, f))
            return false;
    }
    return check_items(e, f) && check_due(e, f);
}
