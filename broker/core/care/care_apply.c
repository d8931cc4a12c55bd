/* What the events of care do. */
#include "core/apply.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "core/care/care_state.h"
#include "core/fields.h"

#include <string.h>

static bool is_time(int64_t ms)
{
    return ms >= 0 && ms <= FIELD_TIME_MAX;
}

static const char *text_impossible(const char *text, size_t size)
{
    return text_is_clean(text, size) ? NULL : "a text that is not clean";
}

/* ---- MDO ---- */

static struct mdo_slot *mdo_slot(struct engine *e, uint32_t id)
{
    CHECK(engine_mdo(e, id) != NULL);
    return &e->care.mdos[id - 1];
}

static void mdo_touched(struct engine *e, struct mdo_slot *s, uint64_t seq)
{
    s->m.version = seq;
    care_refresh_mdo(e, s);
}

/* At the table of M once, and gone: such a one may be invited again. */
static bool is_away(const struct mdo_participant *p)
{
    return participant_may_become(p->state, PARTICIPANT_INVITED);
}

/* Organisations that exist and do not sit at the table of M (NULL: an empty one), each once. */
static const char *orgs_impossible(const struct engine *e, const struct care_mdo_event *v,
                                   const struct mdo *m)
{
    unsigned places = m != NULL ? m->n_participants : 0;

    if (v->n_orgs < 1 || v->n_orgs > MDO_PARTICIPANTS_MAX)
        return "an MDO with too few or too many organisations";
    for (unsigned i = 0; i < v->n_orgs; i++) {
        const struct mdo_participant *p = m != NULL ? mdo_participant_of(m, v->orgs[i]) : NULL;

        places += p == NULL;
        if (places > MDO_PARTICIPANTS_MAX)
            return "an MDO with too many organisations";
        if (engine_org(e, v->orgs[i]) == NULL || (p != NULL && !is_away(p)))
            return "an MDO with an organisation that is none, or that is there";
        for (unsigned k = 0; k < i; k++) {
            if (v->orgs[k].v == v->orgs[i].v)
                return "an MDO with an organisation twice";
        }
    }
    return NULL;
}

const char *mdo_convened_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;

    if (v->mdo != e->care.n_mdos + 1)
        return "an MDO out of order";
    if (engine_referral(e, v->referral) == NULL || engine_mdo_of(e, v->referral) != NULL)
        return "an MDO of no referral, or of one that has one";
    if (v->ground == GROUND_NONE || (unsigned)v->ground >= GROUND_N || !is_time(v->next_ms))
        return "an MDO with a value out of range";
    return orgs_impossible(e, v, NULL);
}

void mdo_convened_apply(struct engine *e, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    struct referral_slot *r = referral_slot(e, v->referral);
    struct mdo_slot *s = NULL;

    MEM_GROW_TIGHT(e->care.mdos, e->care.n_mdos, e->care.cap_mdos);
    s = &e->care.mdos[e->care.n_mdos++];
    memset(s, 0, sizeof *s);
    s->m = (struct mdo){.id = v->mdo,
                        .referral = v->referral,
                        .convened_by = v->orgs[0],
                        .account = ev->account,
                        .state = MDO_CONVENED,
                        .ground = v->ground,
                        .convened_at_ms = ev->at_ms,
                        .next_ms = v->next_ms,
                        .n_participants = v->n_orgs};
    for (unsigned i = 0; i < v->n_orgs; i++)
        s->m.participants[i] = (struct mdo_participant){
            .org = v->orgs[i], .state = i == 0 ? PARTICIPANT_JOINED : PARTICIPANT_INVITED, .since = ev->seq};
    r->last_mdo = v->mdo;
    r->n_mdos++;
    mdo_touched(e, s, ev->seq);
}

static const char *running_impossible(const struct engine *e, const struct care_mdo_event *v)
{
    const struct mdo *m = engine_mdo(e, v->mdo);

    return m == NULL || m->state != MDO_CONVENED || m->referral.v != v->referral.v
               ? "an MDO that is none, or is closed"
               : NULL;
}

const char *mdo_invited_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = running_impossible(e, &ev->u.mdo);

    return why != NULL ? why : orgs_impossible(e, &ev->u.mdo, engine_mdo(e, ev->u.mdo.mdo));
}

/* Of events whose moments may stand in another order than they do; rounded up. */
static uint32_t minutes_after(int64_t from_ms, int64_t at_ms)
{
    int64_t minutes = (at_ms - from_ms + MS_MINUTE - 1) / MS_MINUTE;

    return minutes < 0 ? 0 : minutes > MDO_ASKED_MAX ? MDO_ASKED_MAX : (uint32_t)minutes;
}

void mdo_invited_apply(struct engine *e, const struct event *ev)
{
    struct mdo_slot *s = mdo_slot(e, ev->u.mdo.mdo);
    uint32_t asked_min = minutes_after(s->m.convened_at_ms, ev->at_ms);

    for (unsigned i = 0; i < ev->u.mdo.n_orgs; i++) {
        unsigned k = 0;

        while (k < s->m.n_participants && s->m.participants[k].org.v != ev->u.mdo.orgs[i].v)
            k++;
        s->m.n_participants = (uint8_t)(s->m.n_participants + (k == s->m.n_participants));
        s->m.participants[k] = (struct mdo_participant){.org = ev->u.mdo.orgs[i],
                                                        .state = PARTICIPANT_INVITED,
                                                        .asked_min = asked_min & MDO_ASKED_MAX,
                                                        .since = ev->seq};
        s->m.reminded = (uint16_t)(s->m.reminded & ~(1u << k));
    }
    mdo_touched(e, s, ev->seq);
}

/* Who called the table together stays, but for a flight. */
static bool is_convener_there(const struct mdo *m, const struct mdo_participant *p)
{
    return p->org.v == m->convened_by.v && p->state == PARTICIPANT_JOINED;
}

const char *mdo_answered_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    const char *why = running_impossible(e, v);
    const struct mdo_participant *p =
        why == NULL ? mdo_participant_of(engine_mdo(e, v->mdo), v->orgs[0]) : NULL;

    if (why != NULL)
        return why;
    if (v->n_orgs != 1 || p == NULL || is_convener_there(engine_mdo(e, v->mdo), p))
        return "an answer of who was not invited";
    return participant_may_become(p->state, v->answer) ? NULL : "a move that its state does not allow";
}

static void seat_becomes(struct engine *e, const struct event *ev, enum participant_state to)
{
    struct mdo_slot *s = mdo_slot(e, ev->u.mdo.mdo);

    for (unsigned i = 0; i < s->m.n_participants; i++) {
        if (s->m.participants[i].org.v != ev->u.mdo.orgs[0].v)
            continue;
        s->m.participants[i].state = to;
        s->m.participants[i].since = ev->seq;
    }
    mdo_touched(e, s, ev->seq);
}

void mdo_answered_apply(struct engine *e, const struct event *ev)
{
    seat_becomes(e, ev, ev->u.mdo.answer);
}

/* Whether they fled its house is not asked: a journal may have lost what that was judged by. */
const char *mdo_seat_ended_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    const char *why = running_impossible(e, v);
    const struct mdo_participant *p =
        why == NULL && v->n_orgs == 1 ? mdo_participant_of(engine_mdo(e, v->mdo), v->orgs[0]) : NULL;

    if (why != NULL)
        return why;
    return p == NULL || !participant_may_become(p->state, PARTICIPANT_LEFT) ? "the end of a seat that is none"
                                                                            : NULL;
}

void mdo_seat_ended_apply(struct engine *e, const struct event *ev)
{
    seat_becomes(e, ev, PARTICIPANT_LEFT);
}

const char *mdo_dated_impossible(const struct engine *e, const struct event *ev)
{
    return is_time(ev->u.mdo.next_ms) ? running_impossible(e, &ev->u.mdo) : "a moment out of range";
}

void mdo_dated_apply(struct engine *e, const struct event *ev)
{
    struct mdo_slot *s = mdo_slot(e, ev->u.mdo.mdo);

    s->m.next_ms = ev->u.mdo.next_ms;
    s->m.reminded = (uint16_t)(s->m.reminded & ~MDO_REMINDED_DATE);
    mdo_touched(e, s, ev->seq);
}

const char *mdo_closed_impossible(const struct engine *e, const struct event *ev)
{
    return running_impossible(e, &ev->u.mdo);
}

void mdo_closed_apply(struct engine *e, const struct event *ev)
{
    struct mdo_slot *s = mdo_slot(e, ev->u.mdo.mdo);

    CHECK(mdo_may_become(s->m.state, MDO_CLOSED));
    s->m.state = MDO_CLOSED;
    s->m.closed_at_ms = ev->at_ms;
    mdo_touched(e, s, ev->seq);
}

/* ---- items ---- */

/* An action has somebody who does it: at the table, or outside of the exchange. */
static const char *doer_impossible(const struct event *ev, const struct mdo *m)
{
    const struct care_item_event *v = &ev->u.mdo_item;

    if (ev->kind == EV_MDO_NOTED_OUTSIDE) {
        if (v->acts.v != 0 || v->outside == OUTSIDE_NONE || (unsigned)v->outside >= OUTSIDE_N)
            return "an item of nobody outside";
        return text_impossible(v->callback, sizeof v->callback);
    }
    if (v->outside != OUTSIDE_NONE)
        return "an item of somebody outside";
    if (v->acts.v != 0 ? mdo_participant_of(m, v->acts) == NULL : v->sort == ITEM_ACTION)
        return "an action of nobody at the table";
    return NULL;
}

const char *mdo_noted_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_item_event *v = &ev->u.mdo_item;
    const struct mdo *m = engine_mdo(e, v->mdo);
    const struct mdo_participant *by = m != NULL ? mdo_participant_of(m, v->by) : NULL;

    if (v->item != e->care.n_items + 1)
        return "an item out of order";
    if (m == NULL || m->state != MDO_CONVENED || m->referral.v != v->referral.v ||
        m->n_items >= MDO_ITEMS_MAX)
        return "an item of no MDO that goes on";
    if (by == NULL || by->state != PARTICIPANT_JOINED)
        return "an item of who does not sit at the table";
    if (doer_impossible(ev, m) != NULL)
        return doer_impossible(ev, m);
    if ((unsigned)v->domain >= MDO_DOMAIN_N || (unsigned)v->sort >= ITEM_SORT_N || !is_time(v->due_ms))
        return "an item with a value out of range";
    return text_impossible(v->text, sizeof v->text);
}

void mdo_noted_apply(struct engine *e, const struct event *ev)
{
    const struct care_item_event *v = &ev->u.mdo_item;
    struct mdo_slot *m = mdo_slot(e, v->mdo);
    struct mdo_item_slot *s = NULL;

    MEM_GROW_TIGHT(e->care.items, e->care.n_items, e->care.cap_items);
    s = &e->care.items[e->care.n_items++];
    memset(s, 0, sizeof *s);
    s->i = (struct mdo_item){.id = v->item,
                             .mdo = v->mdo,
                             .domain = v->domain,
                             .sort = v->sort,
                             .state = ITEM_OPEN,
                             .acts = v->acts,
                             .noted_by = v->by,
                             .due_ms = v->due_ms,
                             .noted_at_ms = ev->at_ms,
                             .version = ev->seq};
    memcpy(s->i.text, v->text, sizeof s->i.text);
    if (v->outside != OUTSIDE_NONE) {
        struct care_tables *t = &e->care;

        MEM_GROW_TIGHT(t->outsides, t->n_outsides, t->cap_outsides);
        memcpy(t->outsides[t->n_outsides].callback, v->callback, sizeof v->callback);
        s->i.outside = (uint8_t)v->outside;
        s->i.outside_at = ++t->n_outsides;
    }
    m->m.n_items++;
    care_refresh_item(e, s);
    mdo_touched(e, m, ev->seq);
}

const char *mdo_item_moved_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_item_event *v = &ev->u.mdo_item;
    const struct mdo_item *i = engine_mdo_item(e, v->item);

    if (i == NULL || i->mdo != v->mdo || engine_mdo(e, i->mdo)->state != MDO_CONVENED ||
        engine_mdo(e, i->mdo)->referral.v != v->referral.v)
        return "an item of no MDO that goes on";
    return (unsigned)v->state < ITEM_STATE_N && item_may_become(i->state, v->state)
               ? NULL
               : "a move that its state does not allow";
}

void mdo_item_moved_apply(struct engine *e, const struct event *ev)
{
    struct mdo_item_slot *s = &e->care.items[ev->u.mdo_item.item - 1];

    s->i.state = ev->u.mdo_item.state;
    s->i.version = ev->seq;
    care_refresh_item(e, s);
    mdo_touched(e, mdo_slot(e, s->i.mdo), ev->seq);
}

/* ---- regie ---- */

/* The regie that the household of ID has now is that of the group which began with this referral. */
static struct referral_id last_regie(struct engine *e, struct referral_id id)
{
    const struct referral_slot *household = referral_slot(e, engine_household_first(e, id));

    return (struct referral_id){household->regie_last != 0 ? household->regie_last : household->r.id.v};
}

/* The regie goes with the household; where it was declared no longer needed, the next begins here. */
void care_linked(struct engine *e, struct referral_id id, struct referral_id earlier)
{
    struct referral_id first = last_regie(e, earlier);

    if (engine_regie(e, first).state == REGIE_ENDED) {
        referral_slot(e, engine_household_first(e, earlier))->regie_last = (uint32_t)id.v;
        return;
    }
    for (; id.v != 0; id = engine_household_next(e, id)) /* and what was linked to it already */
        referral_slot(e, id)->regie_first = (uint32_t)first.v;
}

/* The record of a referral's regie, made at its first change. */
static struct regie_slot *regie_slot(struct engine *e, struct referral_id id)
{
    struct referral_slot *r = referral_slot(e, id);

    if (r->regie == 0) {
        struct regie_slot *s = NULL;

        MEM_GROW_TIGHT(e->care.regies, e->care.n_regies, e->care.cap_regies);
        s = &e->care.regies[e->care.n_regies++];
        memset(s, 0, sizeof *s);
        s->r = care_own_regie(e, id);
        r->regie = e->care.n_regies;
    }
    return &e->care.regies[r->regie - 1];
}

static void regie_move(struct engine *e, const struct event *ev, enum regie_state to)
{
    struct regie_slot *s = regie_slot(e, ev->u.regie.of);
    struct referral_slot *first = referral_slot(e, care_regie_first(e, ev->u.regie.of));

    CHECK(regie_may_become(s->r.state, to));
    s->r.state = to;
    s->r.at = ev->u.regie.referral;
    s->r.offered_to = to == REGIE_OFFERED ? ev->u.regie.to : (struct org_id){0};
    s->r.was_offered = ev->kind == EV_REGIE_KEPT ? ev->u.regie.to : (struct org_id){0};
    s->r.reminded = 0;
    s->r.offered_min = to == REGIE_OFFERED ? care_minute(ev->at_ms) : 0;
    s->r.version = ev->seq;
    /* In old journals there were several: the last word counts. But where the household's next regie has
     * begun since, one that was left over from before it brings the ended one not back: there is one at a
     * time. */
    if (last_regie(e, ev->u.regie.of).v == first->r.id.v)
        first->regie_now = (uint32_t)ev->u.regie.of.v;
    care_refresh_regie(e, s);
}

/* FROM holds it, in state NOW; TO, where it is named, is the one it is offered to. */
static const char *regie_impossible(const struct engine *e, const struct event *ev, enum regie_state now)
{
    const struct care_regie_event *v = &ev->u.regie;
    struct regie r = care_own_regie(e, v->of);

    if (engine_referral(e, v->referral) == NULL || r.state != now || r.holder.v != v->from.v)
        return "a co-ordinator that is none";
    if (care_regie_first(e, v->referral).v != care_regie_first(e, v->of).v)
        return "a co-ordinator of another household";
    if (now == REGIE_OFFERED && r.offered_to.v != v->to.v)
        return "a hand-over to who was not asked";
    return NULL;
}

const char *regie_offered_impossible(const struct engine *e, const struct event *ev)
{
    if (engine_org(e, ev->u.regie.to) == NULL || ev->u.regie.to.v == ev->u.regie.from.v)
        return "a hand-over to nobody";
    return regie_impossible(e, ev, REGIE_HELD);
}

void regie_offered_apply(struct engine *e, const struct event *ev)
{
    regie_move(e, ev, REGIE_OFFERED);
}

const char *regie_taken_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = regie_impossible(e, ev, REGIE_OFFERED);

    if (why == NULL)
        why = text_impossible(ev->u.regie.role, sizeof ev->u.regie.role);
    return why != NULL ? why : text_impossible(ev->u.regie.callback, sizeof ev->u.regie.callback);
}

void regie_taken_apply(struct engine *e, const struct event *ev)
{
    struct regie_slot *s = regie_slot(e, ev->u.regie.of);

    s->r.holder = ev->u.regie.to;
    s->r.since_ms = ev->at_ms;
    s->r.since = ev->seq;
    s->r.moves = s->r.moves < UINT8_MAX ? s->r.moves + 1 : UINT8_MAX;
    memcpy(s->r.role, ev->u.regie.role, sizeof s->r.role);
    memcpy(s->r.callback, ev->u.regie.callback, sizeof s->r.callback);
    regie_move(e, ev, REGIE_HELD);
}

/* It stays where it is, and with whom: only how they are called and rung is another. */
const char *regie_named_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = regie_impossible(e, ev, REGIE_HELD);

    if (why == NULL && ev->u.regie.to.v != ev->u.regie.from.v)
        why = "a co-ordinator named by another";
    if (why == NULL)
        why = text_impossible(ev->u.regie.role, sizeof ev->u.regie.role);
    return why != NULL ? why : text_impossible(ev->u.regie.callback, sizeof ev->u.regie.callback);
}

void regie_named_apply(struct engine *e, const struct event *ev)
{
    struct regie_slot *s = regie_slot(e, ev->u.regie.of);

    memcpy(s->r.role, ev->u.regie.role, sizeof s->r.role);
    memcpy(s->r.callback, ev->u.regie.callback, sizeof s->r.callback);
    s->r.version = ev->seq;
    care_refresh_regie(e, s);
}

const char *regie_kept_impossible(const struct engine *e, const struct event *ev)
{
    return regie_impossible(e, ev, REGIE_OFFERED);
}

void regie_kept_apply(struct engine *e, const struct event *ev)
{
    regie_move(e, ev, REGIE_HELD);
}

const char *regie_ended_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = regie_impossible(e, ev, REGIE_HELD);

    if (why != NULL)
        return why;
    /* Of the other referrals only decide asks: brokers that wrote codec version 4 did not. */
    if (referral_is_live(engine_referral(e, ev->u.regie.of)->state))
        return "no co-ordinator for a household that has no place";
    return engine_mdo_of(e, ev->u.regie.of) != NULL ? "no co-ordinator while an MDO goes on" : NULL;
}

/* A household that an old broker left without a co-ordinator: the regie is that of the referral that goes on,
 * as it was then. */
static void regie_goes_on(struct engine *e, struct referral_id ended)
{
    struct regie r = engine_regie(e, ended);
    struct referral_slot *first = referral_slot(e, care_regie_first(e, ended));
    struct referral_id id = engine_regie_next(e, &r, (struct referral_id){0});

    for (; id.v != 0; id = engine_regie_next(e, &r, id)) {
        bool goes_on = referral_is_live(engine_referral(e, id)->state) || engine_mdo_of(e, id) != NULL;

        if (goes_on && care_own_regie(e, id).state != REGIE_ENDED)
            first->regie_now = (uint32_t)id.v;
    }
}

void regie_ended_apply(struct engine *e, const struct event *ev)
{
    struct regie_slot *s = regie_slot(e, ev->u.regie.of);
    struct referral_id counts = engine_regie(e, ev->u.regie.of).referral;

    s->r.ended_at_ms = ev->at_ms;
    s->r.holder = (struct org_id){0};
    regie_move(e, ev, REGIE_ENDED);
    if (counts.v != ev->u.regie.of.v) /* one beside the household's, of an old journal */
        referral_slot(e, care_regie_first(e, counts))->regie_now = (uint32_t)counts.v;
    else
        regie_goes_on(e, counts);
}

/* ---- consults ---- */

const char *consult_asked_impossible(const struct engine *e, const struct event *ev)
{
    const struct care_consult_event *v = &ev->u.consult;

    if (v->consult != e->care.n_consults + 1)
        return "a consult out of order";
    if (engine_referral(e, v->referral) == NULL || engine_org(e, v->from) == NULL ||
        engine_org(e, v->to) == NULL || v->from.v == v->to.v)
        return "a consult of nobody, or with nobody";
    return text_impossible(v->text, sizeof v->text);
}

void consult_asked_apply(struct engine *e, const struct event *ev)
{
    const struct care_consult_event *v = &ev->u.consult;
    struct consult_slot *s = NULL;

    MEM_GROW_TIGHT(e->care.consults, e->care.n_consults, e->care.cap_consults);
    s = &e->care.consults[e->care.n_consults++];
    memset(s, 0, sizeof *s);
    s->c = (struct consult){.id = v->consult,
                            .referral = v->referral,
                            .from = v->from,
                            .to = v->to,
                            .state = CONSULT_ASKED,
                            .asked_at_ms = ev->at_ms,
                            .version = ev->seq};
    memcpy(s->c.question, v->text, sizeof s->c.question);
    referral_slot(e, v->referral)->n_consults++;
    care_refresh_consult(e, s);
}

static const char *consult_impossible(const struct engine *e, const struct event *ev, enum consult_state to)
{
    const struct care_consult_event *v = &ev->u.consult;
    const struct consult *c = engine_consult(e, v->consult);

    if (c == NULL || c->referral.v != v->referral.v || c->from.v != v->from.v || c->to.v != v->to.v)
        return "no such consult";
    return (unsigned)to < CONSULT_STATE_N && consult_may_become(c->state, to)
               ? NULL
               : "a move that its state does not allow";
}

static void consult_end(struct engine *e, const struct event *ev, enum consult_state to)
{
    struct consult_slot *s = &e->care.consults[ev->u.consult.consult - 1];

    s->c.state = to;
    s->c.ended_at_ms = ev->at_ms;
    s->c.version = ev->seq;
    care_refresh_consult(e, s);
}

const char *consult_answered_impossible(const struct engine *e, const struct event *ev)
{
    const char *why = consult_impossible(e, ev, CONSULT_ANSWERED);

    return why != NULL ? why : text_impossible(ev->u.consult.text, sizeof ev->u.consult.text);
}

void consult_answered_apply(struct engine *e, const struct event *ev)
{
    memcpy(e->care.consults[ev->u.consult.consult - 1].c.answer, ev->u.consult.text, CONSULT_TEXT_SIZE);
    consult_end(e, ev, CONSULT_ANSWERED);
}

const char *consult_closed_impossible(const struct engine *e, const struct event *ev)
{
    enum consult_state to = ev->u.consult.state;

    if (to != CONSULT_DECLINED && to != CONSULT_WITHDRAWN)
        return "a consult closed as something else";
    return consult_impossible(e, ev, to);
}

void consult_closed_apply(struct engine *e, const struct event *ev)
{
    consult_end(e, ev, ev->u.consult.state);
}
