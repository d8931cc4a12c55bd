/* What nobody does is said once: to who must act and to who asked. An invitation, an offer of the regie and a
 * question without an answer after so long as the settings say; an action past its day; a meeting past its
 * date. A new invitation, a new date, a new offer are said again. */
#include "core/apply.h"
#include "core/decide.h"

#include "base/check.h"
#include "base/time_text.h"
#include "core/care/care_state.h"

uint32_t care_minute(int64_t at_ms)
{
    return (uint32_t)((at_ms + MS_MINUTE - 1) / MS_MINUTE);
}

static int64_t after(const struct engine *e, int64_t at_ms)
{
    return at_ms + e->settings.care.remind_s * MS_SECOND;
}

static int64_t after_minute(const struct engine *e, uint32_t minute)
{
    return after(e, minute * (int64_t)MS_MINUTE);
}

/* ---- when ---- */

/* What was due a day before this broker took up has stood for long: whoever it concerns has gone on without
 * it (as alarms that are not raised again, timers_again_ms). */
static int64_t not_of_old(const struct engine *e, int64_t due_ms)
{
    return due_ms < e->timers.took_up_ms - MS_DAY ? INT64_MAX : due_ms;
}

/* Invited, has not answered, and was not reminded. */
static bool is_awaited(const struct mdo *m, unsigned place)
{
    return m->participants[place].state == PARTICIPANT_INVITED && (m->reminded >> place & 1u) == 0;
}

static int64_t date_due(const struct engine *e, const struct mdo *m)
{
    return m->next_ms != 0 && (m->reminded & MDO_REMINDED_DATE) == 0 ? not_of_old(e, m->next_ms) : INT64_MAX;
}

/* Each from its own invitation: who is invited later puts off nobody's. */
static int64_t answer_due(const struct engine *e, const struct mdo *m, unsigned place)
{
    int64_t asked_ms = m->convened_at_ms + m->participants[place].asked_min * (int64_t)MS_MINUTE;

    return is_awaited(m, place) ? not_of_old(e, after(e, asked_ms)) : INT64_MAX;
}

static int64_t answers_due(const struct engine *e, const struct mdo *m)
{
    int64_t first = INT64_MAX;

    for (unsigned i = 0; i < m->n_participants; i++) {
        int64_t due = answer_due(e, m, i);

        first = due < first ? due : first;
    }
    return first;
}

int64_t care_due_of_mdo(const struct engine *e, const struct mdo *m)
{
    int64_t date = date_due(e, m), answers = answers_due(e, m);

    if (m->state != MDO_CONVENED)
        return INT64_MAX;
    return date < answers ? date : answers;
}

/* Only of an action: those are done or dropped before the MDO is closed. */
int64_t care_due_of_item(const struct engine *e, const struct mdo_item *i)
{
    bool is_open = i->state == ITEM_OPEN || i->state == ITEM_DOING;

    return i->sort == ITEM_ACTION && is_open && i->due_ms != 0 && i->reminded == 0 ? not_of_old(e, i->due_ms)
                                                                                   : INT64_MAX;
}

int64_t care_due_of_regie(const struct engine *e, const struct regie *r)
{
    return r->state == REGIE_OFFERED && r->reminded == 0 ? not_of_old(e, after_minute(e, r->offered_min))
                                                         : INT64_MAX;
}

int64_t care_due_of_consult(const struct engine *e, const struct consult *c)
{
    return c->state == CONSULT_ASKED && c->reminded == 0 ? not_of_old(e, after(e, c->asked_at_ms))
                                                         : INT64_MAX;
}

void care_took_up(struct engine *e)
{
    for (uint32_t i = 0; i < e->care.n_mdos; i++)
        care_refresh_mdo(e, &e->care.mdos[i]);
    for (uint32_t i = 0; i < e->care.n_items; i++)
        care_refresh_item(e, &e->care.items[i]);
    for (uint32_t i = 0; i < e->care.n_regies; i++)
        care_refresh_regie(e, &e->care.regies[i]);
    for (uint32_t i = 0; i < e->care.n_consults; i++)
        care_refresh_consult(e, &e->care.consults[i]);
}

uint32_t *care_due_place(struct engine *e, const struct due *d)
{
    if (d->kind == DUE_MDO)
        return &e->care.mdos[d->id - 1].m.due;
    if (d->kind == DUE_MDO_ITEM)
        return &e->care.items[d->id - 1].i.due;
    if (d->kind == DUE_CONSULT)
        return &e->care.consults[d->id - 1].c.due;
    CHECK(d->kind == DUE_REGIE);
    return &e->care.regies[e->referrals[d->id - 1].regie - 1].r.due;
}

/* ---- decide ---- */

static void mdo_is_due(struct decision *d, const struct mdo *m)
{
    struct care_mdo_event *v = &decision_event(d, EV_MDO_REMINDED)->u.mdo;

    v->mdo = m->id;
    v->referral = m->referral;
    v->next_ms = date_due(d->e, m) <= d->now_ms ? m->next_ms : 0;
    for (unsigned i = 0; i < m->n_participants; i++) {
        if (answer_due(d->e, m, i) <= d->now_ms)
            v->orgs[v->n_orgs++] = m->participants[i].org;
    }
}

static void regie_is_due(struct decision *d, const struct regie *r)
{
    struct care_regie_event *v = &decision_event(d, EV_REGIE_REMINDED)->u.regie;

    v->referral = r->at;
    v->of = r->referral;
    v->from = r->holder;
    v->to = r->offered_to;
}

void decide_care_due(struct decision *d, int kind, uint64_t id)
{
    const struct mdo_item *i = NULL;
    const struct consult *c = NULL;
    struct event *ev = NULL;

    if (kind == DUE_MDO) {
        mdo_is_due(d, engine_mdo(d->e, (uint32_t)id));
    } else if (kind == DUE_REGIE) {
        struct regie r = care_own_regie(d->e, (struct referral_id){id});

        regie_is_due(d, &r);
    } else if (kind == DUE_MDO_ITEM) {
        i = engine_mdo_item(d->e, (uint32_t)id);
        ev = decision_event(d, EV_MDO_ITEM_REMINDED);
        ev->u.mdo_item.item = i->id;
        ev->u.mdo_item.mdo = i->mdo;
        ev->u.mdo_item.referral = engine_mdo(d->e, i->mdo)->referral;
    } else {
        c = engine_consult(d->e, (uint32_t)id);
        ev = decision_event(d, EV_CONSULT_REMINDED);
        ev->u.consult.consult = c->id;
        ev->u.consult.referral = c->referral;
        ev->u.consult.from = c->from;
        ev->u.consult.to = c->to;
    }
}

/* ---- apply ---- */

static unsigned place_of(const struct mdo *m, struct org_id org)
{
    unsigned i = 0;

    while (i < m->n_participants && m->participants[i].org.v != org.v)
        i++;
    return i;
}

const char *mdo_reminded_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    const struct mdo *m = engine_mdo(e, v->mdo);

    if (m == NULL || m->state != MDO_CONVENED || m->referral.v != v->referral.v)
        return "an MDO that is none, or is closed";
    if (v->n_orgs == 0 && v->next_ms == 0)
        return "a reminder of nothing";
    if (v->next_ms != 0 && (v->next_ms != date_due(e, m) || v->next_ms > ev->at_ms))
        return "a reminder of another date";
    for (unsigned i = 0; i < v->n_orgs; i++) {
        unsigned place = place_of(m, v->orgs[i]);

        if (place == m->n_participants || !is_awaited(m, place))
            return "a reminder of who is not awaited";
        for (unsigned k = 0; k < i; k++) {
            if (v->orgs[k].v == v->orgs[i].v)
                return "a reminder twice at once";
        }
    }
    return NULL;
}

void mdo_reminded_apply(struct engine *e, const struct event *ev)
{
    struct mdo_slot *s = &e->care.mdos[ev->u.mdo.mdo - 1];

    if (ev->u.mdo.next_ms != 0)
        s->m.reminded |= MDO_REMINDED_DATE;
    for (unsigned i = 0; i < ev->u.mdo.n_orgs; i++)
        s->m.reminded = (uint16_t)(s->m.reminded | 1u << place_of(&s->m, ev->u.mdo.orgs[i]));
    s->m.version = ev->seq;
    care_refresh_mdo(e, s);
}

const char *item_reminded_impossible(const struct engine *e, const struct event *ev)
{
    const struct mdo_item *i = engine_mdo_item(e, ev->u.mdo_item.item);

    if (i == NULL || i->mdo != ev->u.mdo_item.mdo ||
        engine_mdo(e, i->mdo)->referral.v != ev->u.mdo_item.referral.v)
        return "no such item of this MDO";
    return care_due_of_item(e, i) > ev->at_ms ? "a reminder of what is not late" : NULL;
}

void item_reminded_apply(struct engine *e, const struct event *ev)
{
    struct mdo_item_slot *s = &e->care.items[ev->u.mdo_item.item - 1];

    s->i.reminded = 1;
    s->i.version = ev->seq;
    care_refresh_item(e, s);
}

const char *regie_reminded_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_regie_event *v = &ev->u.regie;
    struct regie r = care_own_regie(e, v->of);

    if (engine_referral(e, v->referral) == NULL || r.state != REGIE_OFFERED || r.reminded != 0 ||
        r.holder.v != v->from.v || r.offered_to.v != v->to.v || r.at.v != v->referral.v)
        return "a reminder of no offer";
    return NULL;
}

void regie_reminded_apply(struct engine *e, const struct event *ev)
{
    struct regie_slot *s = &e->care.regies[e->referrals[ev->u.regie.of.v - 1].regie - 1];

    s->r.reminded = 1;
    s->r.version = ev->seq;
    care_refresh_regie(e, s);
}

const char *consult_reminded_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_consult_event *v = &ev->u.consult;
    const struct consult *c = engine_consult(e, v->consult);

    if (c == NULL || c->referral.v != v->referral.v || c->from.v != v->from.v || c->to.v != v->to.v)
        return "no such consult";
    return c->state != CONSULT_ASKED || c->reminded != 0 ? "a reminder of what was answered" : NULL;
}

void consult_reminded_apply(struct engine *e, const struct event *ev)
{
    struct consult_slot *s = &e->care.consults[ev->u.consult.consult - 1];

    s->c.reminded = 1;
    s->c.version = ev->seq;
    care_refresh_consult(e, s);
}
