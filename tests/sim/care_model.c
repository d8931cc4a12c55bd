#include "care_model.h"

#include "base/mem.h"
#include "vocabulary.h"

#include <stdlib.h>

#define SEATS_MAX 64 /* every organisation of these nights, with room */

enum seat { SEAT_NONE, SEAT_INVITED, SEAT_JOINED, SEAT_AWAY };

struct mdo_model {
    uint64_t referral;
    bool over;
    enum seat seats[SEATS_MAX]; /* by organisation */
    uint64_t since[SEATS_MAX];
    bool reminded[SEATS_MAX];
    int open_actions;
};

struct item_model {
    uint32_t mdo;
    uint32_t acts;
    bool is_action, is_open;
};

struct regie_model {
    uint32_t holder, offered; /* holder 0 = ended */
    uint64_t since;
    bool ended;
};

/* One referral. By its number - 1 too: the regie that would begin with it. */
struct referral_model {
    uint64_t household; /* the first referral of its household */
    uint64_t regie;     /* the one with which the regie began that it is under */
    bool looks;         /* for a place, or is on the way to it */
    uint32_t org;       /* whose it is */
    uint32_t house;     /* organisation in whose place it arrived; 0 = none */
};

/* In this commit: a household fled a house of an organisation; as a leak even who co-ordinates goes. */
struct flight {
    uint64_t referral;
    uint32_t org;
    bool leak;
};
#define FLIGHTS_MAX 256 /* of one commit; of more the seats are not judged */

struct consult_model {
    uint32_t from, to;
    bool over;
};

struct care_model {
    struct trace *trace;
    struct mdo_model *mdos;
    struct item_model *items;
    struct regie_model *regies; /* by the referral with which each began */
    struct referral_model *referrals;
    struct consult_model *consults;
    size_t n_mdos, cap_mdos, n_items, cap_items, n_regies, cap_regies, n_consults, cap_consults;
    uint32_t *pools, *locations; /* organisation by number - 1 */
    uint32_t *requests;          /* the same, of the pool that was asked */
    size_t n_referrals, cap_referrals, n_pools, cap_pools, n_locations, cap_locations, n_requests,
        cap_requests;
    struct flight flights[FLIGHTS_MAX];
    size_t n_flights;
};

struct care_model *care_model_new(struct trace *t)
{
    struct care_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void care_model_free(struct care_model *m)
{
    if (m == NULL)
        return;
    free(m->mdos);
    free(m->items);
    free(m->regies);
    free(m->referrals);
    free(m->consults);
    free(m->pools);
    free(m->locations);
    free(m->requests);
    free(m);
}

#define SEQ(ev) ((unsigned long long)(ev)->seq)

static enum seat *seat_of(struct mdo_model *m, struct org_id org)
{
    return &m->seats[org.v < SEATS_MAX ? org.v : 0];
}

static void sits(struct mdo_model *m, struct org_id org, enum seat seat, uint64_t seq)
{
    *seat_of(m, org) = seat;
    m->since[org.v < SEATS_MAX ? org.v : 0] = seq;
}

/* Nothing is left behind that the others take for promised. */
static void leaves(const struct care_model *m, uint32_t mdo, struct org_id org, const struct event *ev)
{
    for (size_t i = 0; i < m->n_items; i++) {
        const struct item_model *item = &m->items[i];

        if (item->mdo == mdo && item->is_action && item->is_open && item->acts == org.v)
            trace_fail(m->trace, "seq %llu: left with an action that nobody did", SEQ(ev));
    }
}

static void on_mdo(struct care_model *m, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    struct mdo_model *mdo = NULL;

    if (ev->kind == EV_MDO_CONVENED) {
        MEM_GROW(m->mdos, m->n_mdos, m->cap_mdos);
        m->mdos[m->n_mdos++] = (struct mdo_model){.referral = v->referral.v};
        if (v->mdo != m->n_mdos)
            trace_fail(m->trace, "seq %llu: an MDO out of order", SEQ(ev));
    }
    mdo = &m->mdos[v->mdo - 1];
    if (mdo->over)
        trace_fail(m->trace, "seq %llu: an MDO that is closed goes on", SEQ(ev));
    for (unsigned i = 0; i < v->n_orgs; i++) {
        enum seat now = *seat_of(mdo, v->orgs[i]);

        if (ev->kind == EV_MDO_ANSWERED) {
            if (now == SEAT_NONE)
                trace_fail(m->trace, "seq %llu: an answer of who was not invited", SEQ(ev));
            if (now == SEAT_JOINED)
                leaves(m, v->mdo, v->orgs[i], ev);
            sits(mdo, v->orgs[i], v->answer == PARTICIPANT_JOINED ? SEAT_JOINED : SEAT_AWAY, ev->seq);
        } else {
            if (now == SEAT_INVITED || now == SEAT_JOINED)
                trace_fail(m->trace, "seq %llu: invited who is there", SEQ(ev));
            mdo->reminded[v->orgs[i].v % SEATS_MAX] = false;
            sits(mdo, v->orgs[i], ev->kind == EV_MDO_CONVENED && i == 0 ? SEAT_JOINED : SEAT_INVITED,
                 ev->seq);
        }
    }
    if (ev->kind == EV_MDO_CLOSED) {
        if (mdo->open_actions > 0)
            trace_fail(m->trace, "seq %llu: closed with actions that nobody did", SEQ(ev));
        mdo->over = true;
    }
}

/* Said once, and to who has not answered. */
static void on_mdo_reminded(struct care_model *m, const struct event *ev)
{
    const struct care_mdo_event *v = &ev->u.mdo;
    struct mdo_model *mdo = &m->mdos[v->mdo - 1];

    if (mdo->over || (v->n_orgs == 0 && v->next_ms == 0) || v->next_ms > ev->at_ms)
        trace_fail(m->trace, "seq %llu: reminded of nothing", SEQ(ev));
    for (unsigned i = 0; i < v->n_orgs; i++) {
        if (*seat_of(mdo, v->orgs[i]) != SEAT_INVITED || mdo->reminded[v->orgs[i].v % SEATS_MAX])
            trace_fail(m->trace, "seq %llu: reminded who has answered, or was before", SEQ(ev));
        mdo->reminded[v->orgs[i].v % SEATS_MAX] = true;
    }
}

static bool is_noted(const struct event *ev)
{
    return ev->kind == EV_MDO_NOTED || ev->kind == EV_MDO_NOTED_OUTSIDE;
}

static void on_item(struct care_model *m, const struct event *ev)
{
    const struct care_item_event *v = &ev->u.mdo_item;
    struct item_model *item = NULL;
    bool is_open = false;

    if (ev->kind == EV_MDO_ITEM_REMINDED) {
        if (!m->items[v->item - 1].is_action || !m->items[v->item - 1].is_open)
            trace_fail(m->trace, "seq %llu: reminded of what is done", SEQ(ev));
        return;
    }
    if (is_noted(ev)) {
        MEM_GROW(m->items, m->n_items, m->cap_items);
        m->items[m->n_items++] = (struct item_model){.mdo = v->mdo, .is_action = v->sort == ITEM_ACTION};
        if (*seat_of(&m->mdos[v->mdo - 1], v->by) != SEAT_JOINED)
            trace_fail(m->trace, "seq %llu: noted by who has not joined", SEQ(ev));
        if (v->acts.v != 0 && *seat_of(&m->mdos[v->mdo - 1], v->acts) == SEAT_AWAY)
            trace_fail(m->trace, "seq %llu: given to who refused or has left", SEQ(ev));
        m->items[m->n_items - 1].acts = v->acts.v;
    }
    item = &m->items[v->item - 1];
    is_open = is_noted(ev) || v->state == ITEM_OPEN || v->state == ITEM_DOING;
    if (item->is_action)
        m->mdos[item->mdo - 1].open_actions += (int)is_open - (int)item->is_open;
    item->is_open = is_open;
}

static void on_opened(struct care_model *m, const struct event *ev)
{
    uint64_t id = ev->u.opened.id.v;

    MEM_GROW(m->regies, m->n_regies, m->cap_regies);
    m->regies[m->n_regies++] = (struct regie_model){.holder = ev->u.opened.org.v};
    MEM_GROW(m->referrals, m->n_referrals, m->cap_referrals);
    m->referrals[m->n_referrals++] =
        (struct referral_model){.household = id, .regie = id, .looks = true, .org = ev->u.opened.org.v};
}

static struct regie_model *regie_of(const struct care_model *m, struct referral_id id)
{
    return &m->regies[m->referrals[id.v - 1].regie - 1];
}

/* The household moved on: who co-ordinates goes with it, whoever made the referral. Where nobody does,
 * because it was declared no longer needed, who made it begins. */
static void on_linked(struct care_model *m, const struct event *ev)
{
    struct referral_model *r = &m->referrals[ev->u.link.referral.v - 1];

    r->household = m->referrals[ev->u.link.earlier.v - 1].household;
    for (size_t i = 0; i < m->n_referrals; i++) {
        const struct referral_model *other = &m->referrals[i];

        if (other != r && other->household == r->household && !m->regies[other->regie - 1].ended)
            r->regie = other->regie;
    }
}

static void on_referral_over(struct care_model *m, struct referral_id id)
{
    m->referrals[id.v - 1].looks = false;
}

/* Nobody is left without a co-ordinator who looks for a place, or over whom organisations sit together. */
static bool is_needed(const struct care_model *m, const struct regie_model *r)
{
    for (size_t i = 0; i < m->n_referrals; i++) {
        if (m->referrals[i].looks && &m->regies[m->referrals[i].regie - 1] == r)
            return true;
    }
    for (size_t i = 0; i < m->n_mdos; i++) {
        if (!m->mdos[i].over && regie_of(m, (struct referral_id){m->mdos[i].referral}) == r)
            return true;
    }
    return false;
}

static void on_regie(struct care_model *m, const struct event *ev)
{
    struct regie_model *r = regie_of(m, ev->u.regie.referral);

    if (ev->kind == EV_REGIE_ENDED && is_needed(m, r))
        trace_fail(m->trace, "seq %llu: a household that needs one is left without a co-ordinator", SEQ(ev));
    if (r->ended || r->holder != ev->u.regie.from.v)
        trace_fail(m->trace, "seq %llu: '%s' of who does not co-ordinate", SEQ(ev), event_name(ev->kind));
    if (ev->kind != EV_REGIE_OFFERED && ev->kind != EV_REGIE_ENDED && r->offered != ev->u.regie.to.v)
        trace_fail(m->trace, "seq %llu: handed over to who was not asked", SEQ(ev));
    r->offered = ev->kind == EV_REGIE_OFFERED ? ev->u.regie.to.v : 0;
    if (ev->kind == EV_REGIE_TAKEN) {
        r->holder = ev->u.regie.to.v;
        r->since = ev->seq;
    }
    if (ev->kind == EV_REGIE_ENDED) {
        r->holder = 0;
        r->ended = true;
    }
}

static void on_regie_word(struct care_model *m, const struct event *ev)
{
    const struct regie_model *r = regie_of(m, ev->u.regie.referral);
    uint32_t offered = ev->kind == EV_REGIE_REMINDED ? ev->u.regie.to.v : 0;

    if (r->ended || r->holder != ev->u.regie.from.v || r->offered != offered)
        trace_fail(m->trace, "seq %llu: '%s' of another regie than there is", SEQ(ev), event_name(ev->kind));
}

/* ---- a house that its household fled ---- */

static void keep_org(uint32_t **list, size_t *n, size_t *cap, uint64_t id, uint32_t org)
{
    while (*n < id) {
        MEM_GROW(*list, *n, *cap);
        (*list)[(*n)++] = 0;
    }
    (*list)[id - 1] = org;
}

static void of_houses(struct care_model *m, const struct event *ev)
{
    if (ev->kind == EV_POOL_DEFINED)
        keep_org(&m->pools, &m->n_pools, &m->cap_pools, ev->u.pool.id.v, ev->u.pool.org.v);
    else if (ev->kind == EV_LOCATION_DEFINED)
        keep_org(&m->locations, &m->n_locations, &m->cap_locations, ev->u.location.id.v,
                 ev->u.location.org.v);
    else if (ev->kind == EV_REQUEST_MADE)
        keep_org(&m->requests, &m->n_requests, &m->cap_requests, ev->u.made.id.v,
                 m->pools[ev->u.made.pool.v - 1]);
    else if (ev->kind == EV_STAY_STARTED)
        m->referrals[ev->u.stay.referral.v - 1].house = m->requests[ev->u.stay.request.v - 1];
}

static void flees(struct care_model *m, uint64_t referral, uint32_t org, bool leak)
{
    if (m->n_flights < FLIGHTS_MAX)
        m->flights[m->n_flights] = (struct flight){referral, org, leak};
    m->n_flights++;
}

/* It sits there by more than the house that they fled. */
static bool stays_seated(const struct care_model *m, const struct mdo_model *mdo, const struct flight *f)
{
    struct referral_id at = {mdo->referral};

    return m->referrals[mdo->referral - 1].org == f->org || m->referrals[f->referral - 1].org == f->org ||
           (!f->leak && regie_of(m, at)->holder == f->org);
}

static bool is_at_table_of(const struct care_model *m, const struct mdo_model *mdo, const struct flight *f)
{
    return m->referrals[mdo->referral - 1].household == m->referrals[f->referral - 1].household;
}

static void on_seat_ended(struct care_model *m, const struct event *ev)
{
    struct mdo_model *mdo = &m->mdos[ev->u.mdo.mdo - 1];
    enum seat *seat = seat_of(mdo, ev->u.mdo.orgs[0]);
    bool fled = m->n_flights > FLIGHTS_MAX;

    for (size_t i = 0; i < m->n_flights && i < FLIGHTS_MAX; i++)
        fled |= m->flights[i].org == ev->u.mdo.orgs[0].v && is_at_table_of(m, mdo, &m->flights[i]) &&
                !stays_seated(m, mdo, &m->flights[i]);
    if (!fled || mdo->over || (*seat != SEAT_INVITED && *seat != SEAT_JOINED))
        trace_fail(m->trace, "seq %llu: the end of a seat whose household did not flee", SEQ(ev));
    sits(mdo, ev->u.mdo.orgs[0], SEAT_AWAY, ev->seq);
    m->trace->counts.seats_ended++;
}

/* The commit is whole: nobody of a house that they fled sits on at a table of theirs. */
static void judge_flights(struct care_model *m, const struct event *ev)
{
    for (size_t i = 0; i < m->n_flights && i < FLIGHTS_MAX; i++) {
        const struct flight *f = &m->flights[i];

        for (size_t k = 0; k < m->n_mdos; k++) {
            struct mdo_model *mdo = &m->mdos[k];
            enum seat seat = *seat_of(mdo, (struct org_id){f->org});

            if (!mdo->over && (seat == SEAT_INVITED || seat == SEAT_JOINED) && is_at_table_of(m, mdo, f) &&
                !stays_seated(m, mdo, f))
                trace_fail(m->trace, "seq %llu: the house that a household fled sits at its table", SEQ(ev));
        }
    }
    m->n_flights = 0;
}

static void of_flights(struct care_model *m, const struct event *ev)
{
    if (ev->kind == EV_STAY_ENDED && ev->u.stay.reason == VOCABULARY_UNSAFE)
        flees(m, ev->u.stay.referral.v, m->referrals[ev->u.stay.referral.v - 1].house, false);
    else if (ev->kind == EV_LEAK_HOUSEHOLD || ev->kind == EV_LEAK_BRIDGE || ev->kind == EV_LEAK_SEARCH)
        flees(m, ev->u.leak.earlier.v, m->locations[ev->u.leak.location.v - 1], true);
    else if (ev->kind == EV_COMMAND_DONE)
        judge_flights(m, ev);
    else
        of_houses(m, ev);
}

static void on_consult(struct care_model *m, const struct event *ev)
{
    const struct care_consult_event *v = &ev->u.consult;

    if (ev->kind == EV_CONSULT_ASKED) {
        MEM_GROW(m->consults, m->n_consults, m->cap_consults);
        m->consults[m->n_consults++] = (struct consult_model){.from = v->from.v, .to = v->to.v};
        return;
    }
    if (m->consults[v->consult - 1].over)
        trace_fail(m->trace, "seq %llu: a consult that ended ends again", SEQ(ev));
    m->consults[v->consult - 1].over = true;
}

void care_model_event(struct care_model *m, const struct event *ev)
{
    of_flights(m, ev);
    if (ev->kind == EV_REFERRAL_OPENED) {
        on_opened(m, ev);
    } else if (ev->kind == EV_REFERRAL_LINKED) {
        on_linked(m, ev);
    } else if (ev->kind == EV_REFERRAL_ADMITTED || ev->kind == EV_REFERRAL_WITHDRAWN) {
        on_referral_over(m, ev->u.referral.referral);
    } else if (ev->kind == EV_REFERRAL_CLOSED) {
        on_referral_over(m, event_subject(ev));
    } else if (ev->kind >= EV_MDO_CONVENED && ev->kind <= EV_MDO_CLOSED) {
        on_mdo(m, ev);
    } else if (ev->kind == EV_MDO_SEAT_ENDED) {
        on_seat_ended(m, ev);
    } else if (ev->kind == EV_MDO_REMINDED) {
        on_mdo_reminded(m, ev);
    } else if (ev->kind == EV_REGIE_NAMED || ev->kind == EV_REGIE_REMINDED) {
        on_regie_word(m, ev);
    } else if (ev->kind == EV_CONSULT_REMINDED) {
        if (m->consults[ev->u.consult.consult - 1].over)
            trace_fail(m->trace, "seq %llu: reminded of what was answered", SEQ(ev));
    } else if (event_body_of(ev->kind) == BODY_MDO_ITEM) {
        on_item(m, ev);
    } else if (ev->kind >= EV_REGIE_OFFERED && ev->kind <= EV_REGIE_ENDED) {
        on_regie(m, ev);
    } else if (ev->kind >= EV_CONSULT_ASKED && ev->kind <= EV_CONSULT_CLOSED) {
        on_consult(m, ev);
    }
}

static bool co_ordinates(const struct care_model *m, struct referral_id id, struct org_id org, uint64_t seq)
{
    const struct regie_model *r = id.v >= 1 && id.v <= m->n_referrals ? regie_of(m, id) : NULL;

    return r != NULL && r->holder == org.v && r->since <= seq;
}

void care_model_compare(const struct care_model *m, const struct engine *e)
{
    uint64_t *regie = mem_new(m->n_referrals + 1, sizeof *regie); /* by household: the one that goes on */

    for (size_t i = 0; i < m->n_referrals; i++) {
        const struct referral_model *r = &m->referrals[i];
        const struct regie_model *want = &m->regies[r->regie - 1];
        struct regie is = engine_regie(e, (struct referral_id){i + 1});

        if (is.holder.v != want->holder || is.offered_to.v != want->offered)
            trace_fail(m->trace, "referral %zu: organisation %u co-ordinates, and %u was told", i + 1,
                       is.holder.v, want->holder);
        if (r->looks && is.holder.v == 0)
            trace_fail(m->trace, "referral %zu: looks for a place and nobody co-ordinates", i + 1);
        if (want->ended)
            continue;
        if (regie[r->household] != 0 && regie[r->household] != r->regie)
            trace_fail(m->trace, "referral %zu: its household has two co-ordinators", i + 1);
        regie[r->household] = r->regie;
    }
    free(regie);
}

bool care_model_concerns(const struct care_model *m, const struct event *ev, struct org_id org)
{
    enum event_body body = event_body_of(ev->kind);
    bool is_item = body == BODY_MDO_ITEM;
    uint32_t mdo = is_item ? ev->u.mdo_item.mdo : ev->u.mdo.mdo;

    if (body == BODY_CONSULT) {
        const struct consult_model *c = &m->consults[ev->u.consult.consult - 1];

        return c->from == org.v || c->to == org.v;
    }
    if (body == BODY_REGIE)
        return ev->u.regie.to.v == org.v || co_ordinates(m, ev->u.regie.referral, org, ev->seq);
    if (mdo < 1 || mdo > m->n_mdos || org.v >= SEATS_MAX)
        return false;
    if (m->mdos[mdo - 1].since[org.v] <= ev->seq &&
        (m->mdos[mdo - 1].seats[org.v] == SEAT_JOINED ||
         (!is_item && m->mdos[mdo - 1].seats[org.v] == SEAT_INVITED)))
        return true;
    return co_ordinates(m, event_subject(ev), org, ev->seq);
}
