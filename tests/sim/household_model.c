#include "household_model.h"

#include "base/mem.h"
#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>

#define U(x) ((unsigned long long)(x))

struct referral_of {
    struct org_id org;
    enum threat_level threat;
    uint8_t home_region, n_persons;
    struct person persons[NEED_PERSONS_MAX];
    uint64_t unsafe;             /* bit = region */
    uint64_t root;               /* the first referral of its household */
    char code[RETURN_CODE_SIZE]; /* that it was opened with */
    uint64_t lives;              /* request of the place that it arrived at; 0 = none */
    bool owed; /* it has a bed where it is known, and in this commit its desk is to be told */
};

struct code_of {
    char code[RETURN_CODE_SIZE];
    uint64_t root; /* of the household that it was given to */
};

struct request_of {
    uint64_t referral;
    uint32_t location;
    bool holds;          /* asked and not answered yet */
    bool has_bed;        /* said yes to, on the way or there */
    bool is_out;         /* of a house that is out for them: the house itself lets them in, or nobody does */
    int64_t conflict_ms; /* declined for a conflict; 0 = not */
};

/* A house where a resident, or who is near it, knows a household; or that turned it away at the door. */
struct known_at {
    uint64_t root;
    uint32_t location;
    bool turned_away;
};

struct household_model {
    struct trace *trace;
    struct referral_of *referrals;
    struct request_of *requests;
    struct code_of *codes;
    uint64_t *stays;      /* referral by stay - 1 */
    uint8_t *org_regions; /* by organisation - 1 */
    uint8_t *location_regions;
    uint32_t *locations; /* by pool - 1 */
    struct known_at *known;
    size_t n_referrals, cap_referrals, n_requests, cap_requests, n_codes, cap_codes, n_stays, cap_stays,
        n_orgs, cap_orgs, n_locations, cap_locations, n_pools, cap_pools, n_known, cap_known;
    uint64_t opened; /* with a code that was given: the link must follow; 0 = none */
    size_t n_owed;   /* referrals whose desk is to be told in this commit */
    uint64_t unpaid; /* request declined for money at code rood: it must be told; 0 = none */
};

struct household_model *household_model_new(struct trace *t)
{
    struct household_model *m = mem_new(1, sizeof *m);

    m->trace = t;
    return m;
}

void household_model_free(struct household_model *m)
{
    if (m == NULL)
        return;
    free(m->referrals);
    free(m->requests);
    free(m->codes);
    free(m->stays);
    free(m->org_regions);
    free(m->location_regions);
    free(m->locations);
    free(m->known);
    free(m);
}

static void breach(struct household_model *m, const struct event *ev, const char *what)
{
    trace_fail(m->trace, "seq %llu: %s", U(ev->seq), what);
}

static struct referral_of *referral_at(struct household_model *m, struct referral_id id)
{
    return &m->referrals[id.v - 1];
}

/* ---- codes ---- */

static const struct code_of *code_at(const struct household_model *m, const char *code)
{
    for (size_t i = m->n_codes; code[0] != '\0' && i > 0; i--) {
        if (strcmp(m->codes[i - 1].code, code) == 0)
            return &m->codes[i - 1];
    }
    return NULL;
}

static void on_code(struct household_model *m, const struct event *ev)
{
    uint64_t root = referral_at(m, ev->u.stay.referral)->root;
    const struct code_of *before = code_at(m, ev->u.stay.return_code);
    struct code_of c = {.root = root};

    if (before != NULL && before->root != root)
        breach(m, ev, "one return code for two households");
    memcpy(c.code, ev->u.stay.return_code, sizeof c.code);
    MEM_GROW(m->codes, m->n_codes, m->cap_codes);
    m->codes[m->n_codes++] = c;
}

static uint64_t newest_of(const struct household_model *m, uint64_t root)
{
    for (size_t i = m->n_stays; i > 0; i--) {
        if (m->referrals[m->stays[i - 1] - 1].root == root)
            return m->stays[i - 1];
    }
    return 0;
}

static void on_return(struct household_model *m, const struct event *ev)
{
    const struct code_of *c = code_at(m, referral_at(m, ev->u.link.referral)->code);

    if (c == NULL || m->opened != ev->u.link.referral.v)
        breach(m, ev, "a return without a code that was given");
    else if (referral_at(m, ev->u.link.earlier)->root != c->root)
        breach(m, ev, "a return code leads to another household");
    else if (ev->u.link.earlier.v != newest_of(m, c->root))
        breach(m, ev, "a return code leads to another place than the newest");
    m->opened = 0;
}

/* ---- whole ---- */

static bool same_persons(const struct referral_of *a, const struct referral_of *b)
{
    if (a->n_persons != b->n_persons)
        return false;
    for (unsigned i = 0; i < a->n_persons; i++) {
        if (a->persons[i].sex != b->persons[i].sex || a->persons[i].age != b->persons[i].age ||
            a->persons[i].pregnant != b->persons[i].pregnant)
            return false;
    }
    return true;
}

static void on_linked(struct household_model *m, const struct event *ev)
{
    struct referral_of *r = referral_at(m, ev->u.link.referral);
    const struct referral_of *earlier = referral_at(m, ev->u.link.earlier);

    if (ev->u.link.why == LINK_RETURN) {
        on_return(m, ev);
    } else if (!same_persons(r, earlier)) {
        breach(m, ev, "a part of a household moves on");
    } else if ((earlier->unsafe & ~r->unsafe) != 0) {
        breach(m, ev, "a region is safe for who moves on, and was not before");
    }
    r->root = earlier->root;
}

static void on_opened(struct household_model *m, const struct event *ev)
{
    const struct need *n = &ev->u.opened.need;
    struct referral_of r = {.org = ev->u.opened.org,
                            .threat = n->threat_level,
                            .home_region = ev->u.opened.home_region,
                            .n_persons = n->n_persons,
                            .unsafe = n->unsafe_regions,
                            .root = ev->u.opened.id.v};

    memcpy(r.persons, n->persons, sizeof r.persons);
    memcpy(r.code, n->return_code, sizeof r.code);
    MEM_GROW(m->referrals, m->n_referrals, m->cap_referrals);
    m->referrals[m->n_referrals++] = r;
    if (code_at(m, r.code) != NULL)
        m->opened = ev->u.opened.id.v;
}

/* What a search was told of the leak: opened for it, or under way. */
static void on_leaked(struct household_model *m, const struct event *ev)
{
    uint64_t there = UINT64_C(1) << m->location_regions[ev->u.leak.location.v - 1];
    struct referral_of *later = ev->u.leak.later.v != 0 ? referral_at(m, ev->u.leak.later) : NULL;

    if (later == NULL)
        return;
    if (ev->kind == EV_LEAK_HOUSEHOLD && (later->unsafe & there) == 0)
        breach(m, ev, "the region of the leak is safe for who lived there");
    later->unsafe |= there;
}

/* ---- a house that is out ---- */

static void keep_known(struct household_model *m, struct request_id id, bool turned_away)
{
    struct known_at k = {m->referrals[m->requests[id.v - 1].referral - 1].root,
                         m->requests[id.v - 1].location, turned_away};

    MEM_GROW(m->known, m->n_known, m->cap_known);
    m->known[m->n_known++] = k;
    for (size_t i = 0; !turned_away && i < m->n_requests; i++) {
        struct request_of *q = &m->requests[i];

        q->is_out |= q->location == k.location && m->referrals[q->referral - 1].root == k.root;
    }
}

/* ---- a bed in a house that is out ---- */

static struct request_of *request_at(struct household_model *m, struct request_id id)
{
    return &m->requests[id.v - 1];
}

static void owe(struct household_model *m, struct referral_of *r)
{
    m->n_owed += !r->owed;
    r->owed = true;
}

/* A house knows the household: each desk that has a bed for it there is told, and no bed is taken away. */
static void owe_beds(struct household_model *m, uint64_t root, uint32_t location)
{
    for (size_t i = 0; i < m->n_requests; i++) {
        const struct request_of *q = &m->requests[i];
        struct referral_of *r = &m->referrals[q->referral - 1];

        if (q->has_bed && q->location == location && r->root == root)
            owe(m, r);
    }
}

/* It has a bed there now, or again. */
static void on_bed(struct household_model *m, struct request_id id)
{
    struct request_of *q = request_at(m, id);

    q->has_bed = true;
    if (q->is_out)
        owe(m, &m->referrals[q->referral - 1]);
}

static void on_alarmed(struct household_model *m, const struct event *ev)
{
    struct referral_of *r = referral_at(m, ev->u.escalation.referral);

    if (ev->u.escalation.alarm != ALARM_CONFLICT)
        return;
    if (!r->owed)
        breach(m, ev, "a desk is told of a conflict where its household has no bed");
    m->n_owed -= r->owed;
    r->owed = false;
    m->trace->counts.conflict_alarms++;
}

/* Who stood at its door was let in by the house itself, in that moment; nobody asks it again for them else,
 * and the broker not even where it only turned them away. */
static void on_made(struct household_model *m, const struct event *ev)
{
    struct request_of q = {
        .referral = ev->u.made.referral.v, .location = m->locations[ev->u.made.pool.v - 1], .holds = true};

    for (size_t i = 0; i < m->n_known; i++) {
        const struct known_at *k = &m->known[i];

        if (k->location != q.location || k->root != m->referrals[q.referral - 1].root)
            continue;
        if (k->turned_away && ev->u.made.proposal.by_broker)
            breach(m, ev, "the broker asks a house that turned the household away");
        q.is_out |= !k->turned_away;
    }
    MEM_GROW(m->requests, m->n_requests, m->cap_requests);
    m->requests[m->n_requests++] = q;
}

/* The commit is whole. */
static void on_done(struct household_model *m, const struct event *ev)
{
    for (size_t i = 0; i < m->n_requests; i++) {
        if (m->requests[i].is_out && m->requests[i].holds)
            breach(m, ev, "a house where the household is known is asked for it");
    }
    if (m->n_owed == 0)
        return;
    breach(m, ev, "a household has a bed in a house where it is known, and nobody is told");
    for (size_t i = 0; i < m->n_referrals; i++)
        m->referrals[i].owed = false;
    m->n_owed = 0;
}

/* ---- a no ---- */

static void on_declined(struct household_model *m, const struct event *ev)
{
    struct request_of *q = &m->requests[ev->u.request.request.v - 1];

    q->holds = false;
    if (ev->u.request.reason == VOCABULARY_CONFLICT) {
        q->conflict_ms = ev->at_ms;
        if (!q->is_out) /* what waits there in its other rooms gets the same no, and tells nobody again */
            owe_beds(m, m->referrals[q->referral - 1].root, q->location);
        keep_known(m, ev->u.request.request, false);
    }
    if (ev->u.request.reason == VOCABULARY_MONEY && m->referrals[q->referral - 1].threat == THREAT_ROOD)
        m->unpaid = ev->u.request.request.v;
}

static void on_flagged(struct household_model *m, const struct event *ev)
{
    const struct referral_of *r = referral_at(m, ev->u.flag.referral);
    uint8_t region = r->home_region < VOCABULARY_REGIONS ? r->home_region : m->org_regions[r->org.v - 1];

    if (m->unpaid == 0 || m->unpaid != ev->u.flag.request.v ||
        m->requests[m->unpaid - 1].referral != ev->u.flag.referral.v)
        breach(m, ev, "a municipality is told of what was not declined for money at code rood");
    else if (region != ev->u.flag.region)
        breach(m, ev, "another municipality is told that money is missing");
    m->unpaid = 0;
    m->trace->counts.flagged++;
}

static void on_answered(struct household_model *m, const struct event *ev)
{
    if (!ev->u.conflict.conflict)
        return;
    m->trace->counts.conflicts++;
    if (m->requests[ev->u.conflict.request.v - 1].conflict_ms != ev->at_ms)
        breach(m, ev, "a conflict was found and nothing is declined");
}

/* ---- one event ---- */

static void keep_region(uint8_t **list, size_t *n, size_t *cap, uint64_t id, uint8_t region)
{
    while (*n < id) {
        MEM_GROW(*list, *n, *cap);
        (*list)[(*n)++] = REGION_NONE;
    }
    (*list)[id - 1] = region;
}

static void of_supply(struct household_model *m, const struct event *ev)
{
    if (ev->kind == EV_POOL_DEFINED) {
        while (m->n_pools < ev->u.pool.id.v) {
            MEM_GROW(m->locations, m->n_pools, m->cap_pools);
            m->locations[m->n_pools++] = 0;
        }
        m->locations[ev->u.pool.id.v - 1] = ev->u.pool.location.v;
    } else if (ev->kind == EV_ORG_DEFINED)
        keep_region(&m->org_regions, &m->n_orgs, &m->cap_orgs, ev->u.org.id.v, ev->u.org.region);
    else if (ev->kind == EV_LOCATION_DEFINED)
        keep_region(&m->location_regions, &m->n_locations, &m->cap_locations, ev->u.location.id.v,
                    ev->u.location.region);
}

void household_model_event(struct household_model *m, const struct event *ev)
{
    if (m->opened != 0 && ev->kind == EV_COMMAND_DONE) {
        breach(m, ev, "a return code that was given leads nowhere");
        m->opened = 0;
    }
    if (m->unpaid != 0 && ev->kind == EV_COMMAND_DONE) {
        breach(m, ev, "declined for money at code rood, and no municipality is told");
        m->unpaid = 0;
    }
    if (ev->kind == EV_REFERRAL_OPENED) {
        on_opened(m, ev);
    } else if (ev->kind == EV_REFERRAL_LINKED) {
        on_linked(m, ev);
    } else if (ev->kind == EV_REQUEST_MADE) {
        on_made(m, ev);
    } else if (ev->kind == EV_REQUEST_ACCEPTED || ev->kind == EV_REQUEST_EXPIRED ||
               ev->kind == EV_REQUEST_CANCELLED) {
        request_at(m, ev->u.request.request)->holds = false;
        request_at(m, ev->u.request.request)->has_bed = false;
        if (ev->kind == EV_REQUEST_ACCEPTED)
            on_bed(m, ev->u.request.request);
    } else if (ev->kind == EV_REFERRAL_NO_SHOW) {
        request_at(m, ev->u.referral.request)->has_bed = false;
    } else if (ev->kind == EV_REFERRAL_ADMITTED) {
        referral_at(m, ev->u.referral.referral)->lives = ev->u.referral.request.v;
    } else if (ev->kind == EV_STAY_ENDED) {
        m->requests[referral_at(m, ev->u.stay.referral)->lives - 1].has_bed = false;
    } else if (ev->kind == EV_STAY_RESUMED) {
        on_bed(m, (struct request_id){referral_at(m, ev->u.stay.referral)->lives});
    } else if (ev->kind == EV_BRIDGE_ENDED && ev->u.bridge.request.v != 0) {
        request_at(m, ev->u.bridge.request)->has_bed = false;
    } else if (ev->kind == EV_ALARM_RAISED) {
        on_alarmed(m, ev);
    } else if (ev->kind == EV_HOUSEHOLD_REFUSED) {
        keep_known(m, ev->u.referral.request, true);
    } else if (ev->kind == EV_COMMAND_DONE) {
        on_done(m, ev);
    } else if (ev->kind == EV_STAY_STARTED) {
        MEM_GROW(m->stays, m->n_stays, m->cap_stays);
        m->stays[m->n_stays++] = ev->u.stay.referral.v;
    } else if (ev->kind == EV_RETURN_CODE_GIVEN) {
        on_code(m, ev);
    } else if (ev->kind == EV_REQUEST_DECLINED) {
        on_declined(m, ev);
    } else if (ev->kind == EV_FUNDING_FLAGGED) {
        on_flagged(m, ev);
    } else if (ev->kind == EV_CONFLICT_ANSWERED) {
        on_answered(m, ev);
    } else if (ev->kind == EV_LEAK_HOUSEHOLD || ev->kind == EV_LEAK_BRIDGE || ev->kind == EV_LEAK_SEARCH) {
        on_leaked(m, ev);
    } else {
        of_supply(m, ev);
    }
}

void household_model_compare(const struct household_model *m, const struct engine *e)
{
    for (uint64_t i = 1; i <= m->n_referrals && i <= engine_referrals(e); i++) {
        const struct referral *r = engine_referral(e, (struct referral_id){i});

        if (r->facts_known && r->need.unsafe_regions != m->referrals[i - 1].unsafe)
            trace_fail(m->trace, "referral %llu: other regions are unsafe for it than was told", U(i));
    }
}
