/* Decisions of care. Who may give them was judged before (audience/permit.c). Saying again what is so already
 * changes nothing and is no refusal. */
#include "core/decide.h"

#include "core/audience/audience.h"
#include "core/care/care_state.h"
#include "core/fields.h"

#include <string.h>

static const struct care_command *asked(const struct decision *d)
{
    return d->cmd->u.care;
}

static bool is_said(const char *text, size_t size)
{
    return text_is_clean(text, size) && text[0] != '\0';
}

static bool is_time(int64_t ms)
{
    return ms >= 0 && ms <= FIELD_TIME_MAX;
}

/* Organisations that help people; those that govern or keep the exchange hear of no household. */
bool care_may_take_part(const struct org *o)
{
    return o != NULL && (o->kind == ORG_SHELTER || o->kind == ORG_VEILIG_THUIS || o->kind == ORG_COMENSHA);
}

static bool may_take_part(const struct engine *e, struct org_id id)
{
    return care_may_take_part(engine_org(e, id));
}

/* At a table a municipality too, for what it does itself (a barring order, its care and safety house): there
 * by its desk for cases, and not by those who count (audience/roles.c). */
static bool may_sit(const struct engine *e, struct org_id id)
{
    const struct org *o = engine_org(e, id);

    return may_take_part(e, id) || (o != NULL && o->kind == ORG_MUNICIPALITY);
}

/* ---- MDO ---- */

static struct event *mdo_event(struct decision *d, enum event_kind kind, const struct mdo *m)
{
    struct event *ev = decision_event(d, kind);

    ev->u.mdo.mdo = m->id;
    ev->u.mdo.referral = m->referral;
    return ev;
}

/* The MDO that the command is about; its referral goes into the outcome. */
static const struct mdo *named_mdo(struct decision *d)
{
    const struct mdo *m = engine_mdo(d->e, asked(d)->id);

    d->outcome->referral = m->referral;
    d->outcome->made = m->id;
    return m;
}

/* Add to V those of the command that are not there, or not any more. */
static enum refusal add_orgs(const struct decision *d, const struct mdo *m, struct care_mdo_event *v)
{
    const struct care_command *c = asked(d);
    unsigned places = m != NULL ? m->n_participants : v->n_orgs;

    for (unsigned i = 0; i < c->n_orgs; i++) {
        const struct mdo_participant *p = m != NULL ? mdo_participant_of(m, c->orgs[i]) : NULL;
        bool is_there = p != NULL && !participant_may_become(p->state, PARTICIPANT_INVITED);

        if (!may_sit(d->e, c->orgs[i]))
            return REFUSAL_NOT_FOUND;
        for (unsigned k = 0; k < v->n_orgs; k++)
            is_there |= v->orgs[k].v == c->orgs[i].v;
        if (is_there)
            continue;
        places += p == NULL;
        if (places > MDO_PARTICIPANTS_MAX)
            return REFUSAL_LIMIT;
        v->orgs[v->n_orgs++] = c->orgs[i];
    }
    return REFUSAL_NONE;
}

enum refusal decide_convene_mdo(struct decision *d)
{
    const struct care_command *c = asked(d);
    const struct referral *r = engine_referral(d->e, c->referral);
    struct care_mdo_event v = {.mdo = engine_mdos(d->e) + 1,
                               .referral = r->id,
                               .ground = c->ground,
                               .next_ms = c->at_ms,
                               .orgs = {d->cmd->actor.org},
                               .n_orgs = 1};
    enum refusal refusal = add_orgs(d, NULL, &v);

    d->outcome->referral = r->id;
    if (refusal != REFUSAL_NONE)
        return refusal;
    if ((unsigned)c->ground >= GROUND_N || c->ground == GROUND_NONE || !is_time(c->at_ms))
        return REFUSAL_LIMIT;
    if (engine_mdo_of(d->e, r->id) != NULL || engine_regie(d->e, r->id).state == REGIE_ENDED ||
        !r->facts_known)
        return REFUSAL_WRONG_STATE;
    if (c->ground == GROUND_CONSENT && r->need.mdo_consent == TRI_NO)
        return REFUSAL_NO_CONSENT;
    if (d->e->referrals[r->id.v - 1].n_mdos >= MDOS_PER_REFERRAL)
        return REFUSAL_LIMIT;
    decision_event(d, EV_MDO_CONVENED)->u.mdo = v;
    d->outcome->made = v.mdo;
    return REFUSAL_NONE;
}

enum refusal decide_invite_mdo(struct decision *d)
{
    const struct mdo *m = named_mdo(d);
    struct care_mdo_event v = {.mdo = m->id, .referral = m->referral};
    enum refusal refusal = add_orgs(d, m, &v);

    if (refusal == REFUSAL_NONE && m->state != MDO_CONVENED)
        refusal = REFUSAL_WRONG_STATE;
    if (refusal == REFUSAL_NONE && v.n_orgs > 0)
        decision_event(d, EV_MDO_INVITED)->u.mdo = v;
    return refusal;
}

/* ORG promised something here that nobody has done or dropped; 0 = anybody did. What others outside do is
 * everybody's. */
static bool has_open_action(const struct engine *e, const struct mdo *m, struct org_id org)
{
    for (uint32_t i = engine_mdo_items(e); i >= 1; i--) {
        const struct mdo_item *item = engine_mdo_item(e, i);

        if (item->mdo == m->id && item->sort == ITEM_ACTION && (org.v == 0 || item->acts.v == org.v) &&
            (item->state == ITEM_OPEN || item->state == ITEM_DOING))
            return true;
    }
    return false;
}

enum refusal decide_answer_mdo(struct decision *d)
{
    const struct mdo *m = named_mdo(d);
    const struct mdo_participant *p = mdo_participant_of(m, d->cmd->actor.org);
    enum participant_state to = asked(d)->joins                  ? PARTICIPANT_JOINED
                                : p->state == PARTICIPANT_JOINED ? PARTICIPANT_LEFT
                                : p->state == PARTICIPANT_LEFT   ? PARTICIPANT_LEFT
                                                                 : PARTICIPANT_REFUSED;
    struct event *ev = NULL;

    if (m->state != MDO_CONVENED)
        return REFUSAL_WRONG_STATE;
    if (p->state == to)
        return REFUSAL_NONE;
    if ((p->org.v == m->convened_by.v && p->state == PARTICIPANT_JOINED) ||
        !participant_may_become(p->state, to))
        return REFUSAL_WRONG_STATE;
    /* Who goes leaves nothing behind that everybody takes for promised. */
    if (to == PARTICIPANT_LEFT && has_open_action(d->e, m, p->org))
        return REFUSAL_OWN_ACTIONS;
    ev = mdo_event(d, EV_MDO_ANSWERED, m);
    ev->u.mdo.orgs[0] = p->org;
    ev->u.mdo.n_orgs = 1;
    ev->u.mdo.answer = to;
    return REFUSAL_NONE;
}

/* It placed the household, looks for its next place, or called the table together with a referral of its own:
 * then it knows where they go by that. */
static bool is_desk_of(const struct engine *e, const struct mdo *m, struct referral_id fled,
                       struct org_id org)
{
    return engine_referral(e, m->referral)->org.v == org.v || engine_referral(e, fled)->org.v == org.v;
}

/* In this decision already: a household may stand in it twice, by its stay and by a bed. */
static bool has_ended_here(const struct decision *d, uint32_t mdo, struct org_id org)
{
    for (size_t i = d->first; i < d->out->n; i++) {
        const struct event *ev = &d->out->list[i];

        if (ev->kind == EV_MDO_SEAT_ENDED && ev->u.mdo.mdo == mdo && ev->u.mdo.orgs[0].v == org.v)
            return true;
    }
    return false;
}

void care_decide_fled(struct decision *d, struct referral_id fled, struct org_id org, bool keeps_regie)
{
    struct referral_id at = engine_household_first(d->e, fled);

    for (; at.v != 0; at = engine_household_next(d->e, at)) {
        const struct mdo *m = engine_mdo_of(d->e, at);
        const struct mdo_participant *p = m != NULL ? mdo_participant_of(m, org) : NULL;
        struct event *ev = NULL;

        if (p == NULL || (p->state != PARTICIPANT_JOINED && p->state != PARTICIPANT_INVITED) ||
            is_desk_of(d->e, m, fled, org) || has_ended_here(d, m->id, org) ||
            (keeps_regie && engine_regie(d->e, at).holder.v == org.v))
            continue;
        ev = mdo_event(d, EV_MDO_SEAT_ENDED, m);
        ev->account.v = 0; /* who said that they fled is of that house: no other has to know */
        ev->u.mdo.orgs[0] = org;
        ev->u.mdo.n_orgs = 1;
    }
}

enum refusal decide_date_mdo(struct decision *d)
{
    const struct mdo *m = named_mdo(d);

    if (m->state != MDO_CONVENED)
        return REFUSAL_WRONG_STATE;
    if (!is_time(asked(d)->at_ms))
        return REFUSAL_LIMIT;
    if (m->next_ms != asked(d)->at_ms)
        mdo_event(d, EV_MDO_DATED, m)->u.mdo.next_ms = asked(d)->at_ms;
    return REFUSAL_NONE;
}

/* Closing must not lose what somebody promised: actions are done or dropped first. */
enum refusal decide_close_mdo(struct decision *d)
{
    const struct mdo *m = named_mdo(d);

    if (m->state == MDO_CLOSED)
        return REFUSAL_NONE;
    if (has_open_action(d->e, m, (struct org_id){0}))
        return REFUSAL_OPEN_ACTIONS;
    mdo_event(d, EV_MDO_CLOSED, m);
    return REFUSAL_NONE;
}

/* Who does it sits at the table or is invited to it, or is somebody outside of the exchange. */
static enum refusal doer_refusal(const struct care_command *c, const struct mdo *m, struct org_id acts)
{
    const struct mdo_participant *p = acts.v != 0 ? mdo_participant_of(m, acts) : NULL;

    if ((unsigned)c->outside >= OUTSIDE_N || !text_is_clean(c->callback, REGIE_CALLBACK_SIZE))
        return REFUSAL_LIMIT;
    if (c->outside != OUTSIDE_NONE)
        return acts.v != 0 ? REFUSAL_LIMIT : REFUSAL_NONE;
    if (acts.v != 0 ? p == NULL : c->sort == ITEM_ACTION)
        return REFUSAL_NOT_FOUND;
    if (p != NULL && p->state != PARTICIPANT_JOINED && p->state != PARTICIPANT_INVITED)
        return REFUSAL_NOT_AT_TABLE;
    return REFUSAL_NONE;
}

enum refusal decide_note_mdo(struct decision *d)
{
    const struct care_command *c = asked(d);
    const struct mdo *m = named_mdo(d);
    struct org_id acts = c->n_orgs > 0 ? c->orgs[0] : (struct org_id){0};
    enum refusal refusal = REFUSAL_NONE;
    struct event *ev = NULL;

    if (m->state != MDO_CONVENED)
        return REFUSAL_WRONG_STATE;
    if (!is_said(c->text, CARE_TEXT_SIZE) || (unsigned)c->domain >= MDO_DOMAIN_N ||
        (unsigned)c->sort >= ITEM_SORT_N || !is_time(c->at_ms) || m->n_items >= MDO_ITEMS_MAX)
        return REFUSAL_LIMIT;
    refusal = doer_refusal(c, m, acts);
    if (refusal != REFUSAL_NONE)
        return refusal;
    ev = decision_event(d, c->outside != OUTSIDE_NONE ? EV_MDO_NOTED_OUTSIDE : EV_MDO_NOTED);
    ev->u.mdo_item.outside = c->outside;
    if (c->outside != OUTSIDE_NONE)
        memcpy(ev->u.mdo_item.callback, c->callback, sizeof ev->u.mdo_item.callback);
    ev->u.mdo_item.item = engine_mdo_items(d->e) + 1;
    ev->u.mdo_item.mdo = m->id;
    ev->u.mdo_item.referral = m->referral;
    ev->u.mdo_item.domain = c->domain;
    ev->u.mdo_item.sort = c->sort;
    ev->u.mdo_item.acts = acts;
    ev->u.mdo_item.by = d->cmd->actor.org;
    ev->u.mdo_item.due_ms = c->at_ms;
    memcpy(ev->u.mdo_item.text, c->text, sizeof ev->u.mdo_item.text);
    d->outcome->made = ev->u.mdo_item.item;
    return REFUSAL_NONE;
}

enum refusal decide_move_item(struct decision *d)
{
    const struct mdo_item *i = engine_mdo_item(d->e, asked(d)->id);
    const struct mdo *m = engine_mdo(d->e, i->mdo);
    struct event *ev = NULL;

    d->outcome->referral = m->referral;
    d->outcome->made = i->id;
    if ((unsigned)asked(d)->state >= ITEM_STATE_N)
        return REFUSAL_LIMIT;
    if (m->state != MDO_CONVENED)
        return REFUSAL_WRONG_STATE;
    if (i->state == asked(d)->state)
        return REFUSAL_NONE;
    if (!item_may_become(i->state, asked(d)->state))
        return REFUSAL_WRONG_STATE;
    ev = decision_event(d, EV_MDO_ITEM_MOVED);
    ev->u.mdo_item.item = i->id;
    ev->u.mdo_item.mdo = i->mdo;
    ev->u.mdo_item.referral = m->referral;
    ev->u.mdo_item.state = asked(d)->state;
    return REFUSAL_NONE;
}

/* ---- regie ---- */

/* Where it is done: the referral that the people look at, or the last of the household whose key is there to
 * seal what is private. */
static struct referral_id done_at(const struct decision *d, const struct regie *r)
{
    struct referral_id at = asked(d)->referral;
    struct referral_id id = engine_regie_next(d->e, r, (struct referral_id){0});

    if (engine_referral(d->e, at)->facts_known)
        return at;
    for (; id.v != 0; id = engine_regie_next(d->e, r, id)) {
        if (engine_referral(d->e, id)->facts_known)
            at = id;
    }
    return at;
}

static struct event *regie_event(struct decision *d, enum event_kind kind, const struct regie *r,
                                 struct org_id to)
{
    struct event *ev = decision_event(d, kind);

    ev->u.regie.referral = done_at(d, r);
    ev->u.regie.of = r->referral;
    ev->u.regie.from = r->holder;
    ev->u.regie.to = to;
    return ev;
}

static struct regie named_regie(struct decision *d)
{
    d->outcome->referral = asked(d)->referral;
    return engine_regie(d->e, asked(d)->referral);
}

enum refusal decide_offer_regie(struct decision *d)
{
    struct regie r = named_regie(d);
    struct org_id to = asked(d)->orgs[0];

    if (asked(d)->n_orgs != 1 || !may_take_part(d->e, to))
        return REFUSAL_NOT_FOUND;
    if (!audience_of_regie_offer(d->e, asked(d)->referral, to))
        return REFUSAL_NOT_THEIR_DESK;
    if (r.state == REGIE_OFFERED && r.offered_to.v == to.v)
        return REFUSAL_NONE;
    if (r.state != REGIE_HELD || to.v == r.holder.v)
        return REFUSAL_WRONG_STATE;
    regie_event(d, EV_REGIE_OFFERED, &r, to);
    return REFUSAL_NONE;
}

static bool is_named_so(const struct decision *d, const struct regie *r)
{
    return strcmp(r->role, asked(d)->role) == 0 && strcmp(r->callback, asked(d)->callback) == 0;
}

/* Done where it was done last, which is what the holder knows: it must not hear by which referral the
 * household goes on. */
static struct event *relieve_event(struct decision *d, enum event_kind kind, const struct regie *r,
                                   struct org_id to)
{
    struct event *ev = regie_event(d, kind, r, to);

    if (engine_referral(d->e, r->at)->facts_known)
        ev->u.regie.referral = r->at;
    return ev;
}

/* Taken from a holder whose house the household fled: as if it had handed it over; what it offered to another
 * is over. */
static void relieve(struct decision *d, const struct regie *r)
{
    struct org_id own = d->cmd->actor.org;

    if (r->state == REGIE_OFFERED && r->offered_to.v == own.v)
        return;
    if (r->state == REGIE_OFFERED)
        relieve_event(d, EV_REGIE_KEPT, r, r->offered_to);
    relieve_event(d, EV_REGIE_OFFERED, r, own);
}

enum refusal decide_take_regie(struct decision *d)
{
    struct regie r = named_regie(d);
    struct org_id own = d->cmd->actor.org;
    bool relieves = audience_relieves_regie(d->e, &d->cmd->actor, asked(d)->referral);
    struct event *ev = NULL;

    if (r.holder.v == own.v)
        return is_named_so(d, &r) ? REFUSAL_NONE : REFUSAL_REGIE_TAKEN;
    if (!relieves && (r.state != REGIE_OFFERED || r.offered_to.v != own.v ||
                      !audience_of_regie_offer(d->e, asked(d)->referral, own)))
        return REFUSAL_OFFER_OVER;
    if (!is_said(asked(d)->role, REGIE_ROLE_SIZE) || !is_said(asked(d)->callback, REGIE_CALLBACK_SIZE))
        return REFUSAL_LIMIT;
    if (relieves)
        relieve(d, &r);
    ev = relieves ? relieve_event(d, EV_REGIE_TAKEN, &r, own) : regie_event(d, EV_REGIE_TAKEN, &r, own);
    memcpy(ev->u.regie.role, asked(d)->role, sizeof ev->u.regie.role);
    memcpy(ev->u.regie.callback, asked(d)->callback, sizeof ev->u.regie.callback);
    return REFUSAL_NONE;
}

/* Its holder says who does it there and how to ring them, from the start, and when that is another. */
enum refusal decide_name_regie(struct decision *d)
{
    struct regie r = named_regie(d);
    struct event *ev = NULL;

    if (r.state != REGIE_HELD)
        return REFUSAL_WRONG_STATE;
    if (!is_said(asked(d)->role, REGIE_ROLE_SIZE) || !is_said(asked(d)->callback, REGIE_CALLBACK_SIZE))
        return REFUSAL_LIMIT;
    if (is_named_so(d, &r))
        return REFUSAL_NONE;
    ev = regie_event(d, EV_REGIE_NAMED, &r, r.holder);
    memcpy(ev->u.regie.role, asked(d)->role, sizeof ev->u.regie.role);
    memcpy(ev->u.regie.callback, asked(d)->callback, sizeof ev->u.regie.callback);
    return REFUSAL_NONE;
}

/* The receiver refuses, or the holder takes the offer back: the holder still holds. */
enum refusal decide_keep_regie(struct decision *d)
{
    struct regie r = named_regie(d);

    if (r.state == REGIE_ENDED)
        return REFUSAL_WRONG_STATE;
    if (r.state == REGIE_OFFERED)
        regie_event(d, EV_REGIE_KEPT, &r, r.offered_to);
    return REFUSAL_NONE;
}

/* In one of the household's referrals a place is looked for, or organisations sit together. */
static bool is_needed(const struct engine *e, const struct regie *r)
{
    struct referral_id id = engine_regie_next(e, r, (struct referral_id){0});

    for (; id.v != 0; id = engine_regie_next(e, r, id)) {
        if (referral_is_live(engine_referral(e, id)->state) || engine_mdo_of(e, id) != NULL)
            return true;
    }
    return false;
}

enum refusal decide_end_regie(struct decision *d)
{
    struct regie r = named_regie(d);

    if (r.state == REGIE_ENDED)
        return REFUSAL_NONE;
    if (r.state != REGIE_HELD || is_needed(d->e, &r))
        return REFUSAL_WRONG_STATE;
    regie_event(d, EV_REGIE_ENDED, &r, (struct org_id){0});
    return REFUSAL_NONE;
}

/* ---- consults ---- */

enum refusal decide_ask_consult(struct decision *d)
{
    const struct care_command *c = asked(d);
    const struct referral *r = engine_referral(d->e, c->referral);
    struct event *ev = NULL;

    d->outcome->referral = r->id;
    if (c->n_orgs != 1 || !may_take_part(d->e, c->orgs[0]) || c->orgs[0].v == d->cmd->actor.org.v)
        return REFUSAL_NOT_FOUND;
    if (!r->facts_known)
        return REFUSAL_WRONG_STATE;
    if (!is_said(c->text, CONSULT_TEXT_SIZE) ||
        d->e->referrals[r->id.v - 1].n_consults >= CONSULTS_PER_REFERRAL)
        return REFUSAL_LIMIT;
    ev = decision_event(d, EV_CONSULT_ASKED);
    ev->u.consult.consult = engine_consults(d->e) + 1;
    ev->u.consult.referral = r->id;
    ev->u.consult.from = d->cmd->actor.org;
    ev->u.consult.to = c->orgs[0];
    memcpy(ev->u.consult.text, c->text, sizeof ev->u.consult.text);
    d->outcome->made = ev->u.consult.consult;
    return REFUSAL_NONE;
}

static struct event *consult_event(struct decision *d, enum event_kind kind, const struct consult *c)
{
    struct event *ev = decision_event(d, kind);

    ev->u.consult.consult = c->id;
    ev->u.consult.referral = c->referral;
    ev->u.consult.from = c->from;
    ev->u.consult.to = c->to;
    return ev;
}

/* The outcome names no referral to who was asked: they are not to know which one it is. */
static const struct consult *named_consult(struct decision *d)
{
    d->outcome->made = asked(d)->id;
    return engine_consult(d->e, asked(d)->id);
}

enum refusal decide_answer_consult(struct decision *d)
{
    const struct consult *c = named_consult(d);
    const char *text = asked(d)->text;

    if (c->state == CONSULT_ANSWERED && strcmp(c->answer, text) == 0)
        return REFUSAL_NONE;
    if (c->state != CONSULT_ASKED)
        return REFUSAL_WRONG_STATE;
    if (!is_said(text, CONSULT_TEXT_SIZE))
        return REFUSAL_LIMIT;
    memcpy(consult_event(d, EV_CONSULT_ANSWERED, c)->u.consult.text, text, CONSULT_TEXT_SIZE);
    return REFUSAL_NONE;
}

enum refusal decide_close_consult(struct decision *d)
{
    const struct consult *c = named_consult(d);
    enum consult_state to = d->cmd->actor.org.v == c->to.v ? CONSULT_DECLINED : CONSULT_WITHDRAWN;

    if (c->state == to)
        return REFUSAL_NONE;
    if (!consult_may_become(c->state, to))
        return REFUSAL_WRONG_STATE;
    consult_event(d, EV_CONSULT_CLOSED, c)->u.consult.state = to;
    return REFUSAL_NONE;
}
