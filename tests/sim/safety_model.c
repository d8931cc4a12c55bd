#include "safety_model.h"

#include "base/mem.h"
#include "base/time_text.h"
#include "vocabulary.h"

#include <stdlib.h>

struct location_model {
    struct org_id org;
    uint8_t region;
    bool frozen;
    uint32_t reported_by, lift_asked_by; /* accounts; 0 = nobody */
    int living;                          /* households */
    int stopped; /* were to come, to a bridge bed or with a yes, in the commit that freezes it */
    int unsafe;  /* of who was said to have left because it was not safe, when it was frozen */
    int listed;  /* by the leak that froze it */
    int last[3]; /* of the one listed last: threat, children, persons */
};

struct pool_model {
    uint32_t location;
    bool overflow;
};

struct request_model {
    uint32_t pool;
    uint64_t referral;
    bool holds, question_open;
    bool yes;        /* to a place, and not to a bridge bed */
    uint64_t bridge; /* whose household sleeps there for the meantime; 0 = none */
};

struct stay_of {
    uint32_t location;
    bool lives;
    uint64_t referral;
    int64_t unsafe_ms; /* its house said then that it left because it was not safe there; 0 = not so, or it
                        * has been in a place since */
};

struct household {
    bool known;
    int rank[3];
    uint64_t unsafe;                      /* bit = region */
    uint64_t earlier;                     /* referral that it follows; 0 = none */
    uint64_t stay;                        /* 0 = none */
    const struct location_model *stopped; /* counted there in this commit; NULL = nowhere */
};

struct safety_model {
    struct trace *trace;
    struct location_model *locations;
    struct pool_model *pools;
    struct request_model *requests;
    struct stay_of *stays;
    struct household *referrals;
    size_t n_locations, cap_locations, n_pools, cap_pools, n_requests, cap_requests, n_stays, cap_stays,
        n_referrals, cap_referrals;
    uint64_t surge;
    uint64_t at_door; /* request made at an overflow place outside a surge, for who stands there; 0 = none */
    int64_t door_ms;
};

struct safety_model *safety_model_new(struct trace *t)
{
    struct safety_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void safety_model_free(struct safety_model *m)
{
    if (m == NULL)
        return;
    free(m->locations);
    free(m->pools);
    free(m->requests);
    free(m->stays);
    free(m->referrals);
    free(m);
}

bool safety_model_is_frozen(const struct safety_model *m, struct location_id id)
{
    return id.v >= 1 && id.v <= m->n_locations && m->locations[id.v - 1].frozen;
}

struct org_id safety_model_owner(const struct safety_model *m, struct location_id id)
{
    return id.v >= 1 && id.v <= m->n_locations ? m->locations[id.v - 1].org : (struct org_id){0};
}

static void breach(struct safety_model *m, const struct event *ev, const char *what)
{
    trace_fail(m->trace, "seq %llu: %s", (unsigned long long)ev->seq, what);
}

static struct location_model *location_of_request(struct safety_model *m, uint64_t request)
{
    return &m->locations[m->pools[m->requests[request - 1].pool - 1].location - 1];
}

/* ---- supply and households ---- */

static void defined(struct safety_model *m, const struct event *ev)
{
    if (ev->kind == EV_LOCATION_DEFINED) {
        MEM_GROW(m->locations, m->n_locations, m->cap_locations);
        m->locations[m->n_locations++] =
            (struct location_model){.org = ev->u.location.org, .region = ev->u.location.region};
        return;
    }
    if (ev->u.pool.id.v > m->n_pools) {
        MEM_GROW(m->pools, m->n_pools, m->cap_pools);
        m->n_pools++;
    }
    m->pools[ev->u.pool.id.v - 1] =
        (struct pool_model){.location = ev->u.pool.location.v, .overflow = ev->u.pool.overflow};
}

static void opened(struct safety_model *m, const struct event *ev)
{
    const struct need *n = &ev->u.opened.need;
    int threat = n->threat_level == THREAT_UNKNOWN ? THREAT_ORANJE : (int)n->threat_level;

    MEM_GROW(m->referrals, m->n_referrals, m->cap_referrals);
    m->referrals[m->n_referrals++] = (struct household){.known = ev->u.opened.facts_known,
                                                        .rank = {threat, need_children(n), n->n_persons},
                                                        .unsafe = n->unsafe_regions};
}

static void made(struct safety_model *m, const struct event *ev)
{
    const struct pool_model *p = &m->pools[ev->u.made.pool.v - 1];
    const struct location_model *l = &m->locations[p->location - 1];

    MEM_GROW(m->requests, m->n_requests, m->cap_requests);
    m->requests[m->n_requests++] =
        (struct request_model){.pool = ev->u.made.pool.v, .referral = ev->u.made.referral.v, .holds = true};
    if (l->frozen)
        breach(m, ev, "a house that is frozen is asked");
    if (p->overflow && (m->surge >> l->region & 1) == 0) {
        m->at_door = ev->u.made.id.v;
        m->door_ms = ev->at_ms;
    }
}

/* Outside a surge an overflow place is asked by nobody: who is promised it stood at its door and was let in,
 * in the same commit. */
static void let_in_at_once(struct safety_model *m, const struct event *ev)
{
    if (m->at_door == 0)
        return;
    if (ev->kind == EV_REFERRAL_ADMITTED && ev->u.referral.request.v == m->at_door)
        m->at_door = 0;
    else if (ev->at_ms != m->door_ms || ev->kind == EV_REQUEST_MADE)
        breach(m, ev, "an overflow place is asked outside a surge");
}

static uint64_t first_of(const struct safety_model *m, uint64_t referral)
{
    while (m->referrals[referral - 1].earlier != 0)
        referral = m->referrals[referral - 1].earlier;
    return referral;
}

/* It has a bed: from where it was before it has left in truth. */
static void came(struct safety_model *m, uint64_t referral)
{
    for (size_t i = 0; i < m->n_stays; i++) {
        if (m->stays[i].unsafe_ms != 0 && first_of(m, m->stays[i].referral) == first_of(m, referral))
            m->stays[i].unsafe_ms = 0;
    }
}

/* It lives there, or may: the word that it left because it was not safe there is not older than a week. */
static bool may_be_there(const struct stay_of *s, int64_t at_ms)
{
    return s->lives || (s->unsafe_ms != 0 && at_ms < s->unsafe_ms + 7 * MS_DAY);
}

static void lives(struct safety_model *m, const struct event *ev)
{
    const struct request_model *q = &m->requests[ev->u.stay.request.v - 1];

    MEM_GROW(m->stays, m->n_stays, m->cap_stays);
    came(m, ev->u.stay.referral.v);
    m->stays[m->n_stays++] = (struct stay_of){m->pools[q->pool - 1].location, true, ev->u.stay.referral.v, 0};
    m->locations[m->stays[m->n_stays - 1].location - 1].living++;
    m->referrals[ev->u.stay.referral.v - 1].stay = m->n_stays;
}

static void left(struct safety_model *m, const struct event *ev)
{
    struct stay_of *s = &m->stays[ev->u.stay.stay.v - 1];

    s->lives = false;
    s->unsafe_ms = ev->u.stay.reason == VOCABULARY_UNSAFE ? ev->at_ms : 0;
    m->locations[s->location - 1].living--;
}

static void back(struct safety_model *m, const struct event *ev)
{
    struct stay_of *s = &m->stays[ev->u.stay.stay.v - 1];

    s->lives = true;
    s->unsafe_ms = 0;
    m->locations[s->location - 1].living++;
}

/* It lives in a house of L, and is told of as one that does. */
static bool is_home(const struct safety_model *m, uint64_t referral, const struct location_model *l,
                    int64_t at_ms)
{
    uint64_t earlier = m->referrals[referral - 1].earlier;
    uint64_t stay = earlier != 0 ? m->referrals[earlier - 1].stay : 0;

    return stay != 0 && may_be_there(&m->stays[stay - 1], at_ms) &&
           &m->locations[m->stays[stay - 1].location - 1] == l;
}

/* Sleeps in a bridge bed there. */
static bool is_in_bed(struct safety_model *m, uint64_t referral, const struct location_model *l)
{
    for (size_t i = 1; i <= m->n_requests; i++) {
        if (m->requests[i - 1].bridge != 0 && m->requests[i - 1].referral == referral &&
            location_of_request(m, i) == l)
            return true;
    }
    return false;
}

/* It was to come to L; each household is told of once. */
static void stopped(struct safety_model *m, uint64_t referral, struct location_model *l, int64_t at_ms)
{
    struct household *h = &m->referrals[referral - 1];

    if (h->stopped == l || is_home(m, referral, l, at_ms) || is_in_bed(m, referral, l))
        return;
    h->stopped = l;
    l->stopped++;
}

/* In a bridge bed a household lives there too. */
static void sleeps(struct safety_model *m, const struct event *ev)
{
    struct request_model *q = &m->requests[ev->u.bridge.request.v - 1];
    struct location_model *l = location_of_request(m, ev->u.bridge.request.v);

    q->holds = false;
    if (ev->kind == EV_BRIDGE_ENDED && ev->u.bridge.end == BRIDGE_END_LEAKED) {
        if (q->bridge != 0)
            breach(m, ev, "a household is turned away from the bed that it is in");
        stopped(m, ev->u.bridge.referral.v, l, ev->at_ms);
    }
    if ((ev->kind == EV_BRIDGE_ARRIVED) == (q->bridge != 0))
        return; /* ended before it began */
    if (ev->kind == EV_BRIDGE_ARRIVED)
        came(m, ev->u.bridge.referral.v);
    q->bridge = ev->kind == EV_BRIDGE_ARRIVED ? ev->u.bridge.bridge.v : 0;
    l->living += q->bridge != 0 ? 1 : -1;
}

/* ---- the leak ---- */

static void frozen(struct safety_model *m, const struct event *ev)
{
    struct location_model *l = &m->locations[ev->u.leak.location.v - 1];

    if (l->reported_by == 0 || l->reported_by == ev->account.v)
        breach(m, ev, "a location is frozen by one person");
    for (size_t i = 1; i <= m->n_requests; i++) {
        if (m->requests[i - 1].holds && location_of_request(m, i) == l)
            breach(m, ev, "a location is frozen that holds a unit for somebody");
    }
    l->frozen = true;
    l->listed = l->unsafe = 0;
    for (size_t i = 0; i < m->n_stays; i++) {
        const struct stay_of *s = &m->stays[i];

        l->unsafe += !s->lives && &m->locations[s->location - 1] == l && may_be_there(s, ev->at_ms);
    }
}

static bool is_living(struct safety_model *m, const struct event *ev, const struct location_model *l)
{
    const struct stay_of *s = ev->u.leak.stay.v != 0 ? &m->stays[ev->u.leak.stay.v - 1] : NULL;

    if (s != NULL)
        return may_be_there(s, ev->at_ms) && &m->locations[s->location - 1] == l;
    if (ev->kind == EV_LEAK_SEARCH || ev->kind == EV_LEAK_PROMISED) /* as many as were stopped: all_listed */
        return m->referrals[ev->u.leak.later.v - 1].stopped == l;
    for (size_t i = 1; i <= m->n_requests; i++) {
        if (m->requests[i - 1].bridge == ev->u.leak.bridge.v)
            return location_of_request(m, i) == l;
    }
    return false;
}

/* Whole, and away from there. A search that was under way is told so by the event, one that is opened by what
 * it is opened with. */
static void moved(struct safety_model *m, const struct event *ev)
{
    struct household *later = &m->referrals[ev->u.leak.later.v - 1];
    const struct household *h = &m->referrals[ev->u.leak.earlier.v - 1];
    uint64_t there = UINT64_C(1) << m->locations[ev->u.leak.location.v - 1].region;

    if (ev->kind != EV_LEAK_HOUSEHOLD)
        later->unsafe |= there;
    if ((later->unsafe & there) == 0)
        breach(m, ev, "a household is sent back to where it is known");
    if (ev->kind == EV_LEAK_HOUSEHOLD && (later->rank[1] != h->rank[1] || later->rank[2] != h->rank[2]))
        breach(m, ev, "a part of a household is moved");
}

static void household(struct safety_model *m, const struct event *ev)
{
    struct location_model *l = &m->locations[ev->u.leak.location.v - 1];
    const struct household *h = &m->referrals[ev->u.leak.earlier.v - 1];
    bool is_before = false;

    if (ev->u.leak.later.v != 0 && ev->kind != EV_LEAK_PROMISED) /* it has never been there */
        moved(m, ev);

    if (!is_living(m, ev, l))
        breach(m, ev, "a household is moved that does not live there");
    if (l->listed < 0) /* all were listed; this one was said to have left then */
        return;
    for (int i = 0; l->listed > 0 && i < 3 && !is_before; i++) {
        if (h->rank[i] > l->last[i])
            breach(m, ev, "a household in more danger stands behind another");
        is_before = h->rank[i] < l->last[i];
    }
    for (int i = 0; i < 3; i++)
        l->last[i] = h->rank[i];
    l->listed++;
    if (h->known && ev->u.leak.later.v == 0)
        breach(m, ev, "a household is left where it is known to be in danger");
}

static void all_listed(struct safety_model *m, const struct event *ev)
{
    for (size_t i = 0; i < m->n_locations; i++) {
        struct location_model *l = &m->locations[i];

        if (l->frozen && l->listed >= 0 && l->listed != l->living + l->unsafe + l->stopped)
            breach(m, ev, "a household of a frozen house was forgotten");
        if (l->frozen)
            l->listed = -1; /* told once */
        l->stopped = 0;
    }
    for (size_t i = 0; i < m->n_referrals; i++)
        m->referrals[i].stopped = NULL;
}

static void lift(struct safety_model *m, const struct event *ev)
{
    struct location_model *l = &m->locations[ev->u.leak.location.v - 1];

    if (!l->frozen || l->lift_asked_by == 0 || l->lift_asked_by == ev->account.v)
        breach(m, ev, "a location is lifted by one person");
    l->frozen = false;
    l->reported_by = l->lift_asked_by = 0;
}

/* ---- one event ---- */

static void ended(struct safety_model *m, const struct event *ev, struct request_id id)
{
    struct request_model *q = &m->requests[id.v - 1];

    if (ev->kind == EV_REQUEST_CANCELLED && ev->u.request.why == CANCEL_LEAKED && q->yes)
        stopped(m, q->referral, location_of_request(m, id.v), ev->at_ms);
    q->holds = q->yes = false;
}

static void repeated(struct safety_model *m, const struct event *ev)
{
    const struct location_model *l = &m->locations[ev->u.leak.location.v - 1];

    if (l->reported_by == 0 || l->frozen)
        breach(m, ev, "a report is said again that waits for nobody");
}

static void of_leak(struct safety_model *m, const struct event *ev)
{
    struct location_model *l = &m->locations[ev->u.leak.location.v - 1];

    if (ev->kind == EV_LEAK_REPORTED)
        l->reported_by = ev->account.v;
    else if (ev->kind == EV_LEAK_DROPPED)
        l->reported_by = 0;
    else if (ev->kind == EV_LOCATION_FROZEN)
        frozen(m, ev);
    else if (ev->kind == EV_LEAK_HOUSEHOLD || ev->kind == EV_LEAK_BRIDGE || ev->kind == EV_LEAK_SEARCH ||
             ev->kind == EV_LEAK_PROMISED)
        household(m, ev);
    else if (ev->kind == EV_LEAK_LIFT_ASKED)
        l->lift_asked_by = ev->account.v;
    else if (ev->kind == EV_LEAK_LIFT_REFUSED)
        l->lift_asked_by = 0;
    else
        lift(m, ev);
}

void safety_model_event(struct safety_model *m, const struct event *ev)
{
    let_in_at_once(m, ev);
    if (ev->kind == EV_LOCATION_DEFINED || ev->kind == EV_POOL_DEFINED)
        defined(m, ev);
    else if (ev->kind == EV_REFERRAL_OPENED)
        opened(m, ev);
    else if (ev->kind == EV_REQUEST_MADE)
        made(m, ev);
    else if (ev->kind == EV_REQUEST_ACCEPTED && m->requests[ev->u.request.request.v - 1].question_open)
        breach(m, ev, "a yes past an open question");
    else if (ev->kind == EV_REQUEST_ACCEPTED)
        m->requests[ev->u.request.request.v - 1].yes = true;
    else if (ev->kind == EV_REQUEST_DECLINED || ev->kind == EV_REQUEST_EXPIRED ||
             ev->kind == EV_REQUEST_CANCELLED)
        ended(m, ev, ev->u.request.request);
    else if (ev->kind == EV_REFERRAL_ADMITTED || ev->kind == EV_REFERRAL_NO_SHOW)
        ended(m, ev, ev->u.referral.request);
    else if ((ev->kind == EV_BRIDGE_ARRIVED || ev->kind == EV_BRIDGE_ENDED) && ev->u.bridge.request.v != 0)
        sleeps(m, ev);
    else if (ev->kind == EV_STAY_STARTED)
        lives(m, ev);
    else if (ev->kind == EV_STAY_ENDED)
        left(m, ev);
    else if (ev->kind == EV_STAY_RESUMED)
        back(m, ev);
    else if (ev->kind == EV_REFERRAL_LINKED)
        m->referrals[ev->u.link.referral.v - 1].earlier = ev->u.link.earlier.v;
    else if ((ev->kind >= EV_LEAK_REPORTED && ev->kind <= EV_LOCATION_LIFTED) || ev->kind == EV_LEAK_BRIDGE ||
             ev->kind == EV_LEAK_SEARCH || ev->kind == EV_LEAK_PROMISED)
        of_leak(m, ev);
    else if (ev->kind == EV_LEAK_REPEATED)
        repeated(m, ev);
    else if (ev->kind == EV_SUPPLY_CHANGED)
        all_listed(m, ev);
    else if (ev->kind == EV_SURGE_SET)
        m->surge = ev->u.surge.on ? m->surge | UINT64_C(1) << ev->u.surge.region
                                  : m->surge & ~(UINT64_C(1) << ev->u.surge.region);
    else if (ev->kind == EV_CONFLICT_ASKED)
        m->requests[ev->u.conflict.request.v - 1].question_open = true;
    else if (ev->kind == EV_CONFLICT_ANSWERED)
        m->requests[ev->u.conflict.request.v - 1].question_open = false;
}
