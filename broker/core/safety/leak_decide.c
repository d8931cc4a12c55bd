/* The kill switch of a location. One person reports, another confirms; then, in one commit, everything that
 * was asked or promised there is taken back, the location is frozen, who lives there gets a referral, and the
 * desk of each who is there, or was to come, is alarmed.
 * Saying again what is so already changes nothing and is no refusal. */
#include "core/safety/safety_decide.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/time_text.h"
#include "core/apply.h"
#include "core/engine_state.h"
#include "core/nobed/nobed_decide.h"
#include "core/stay/dates.h"
#include "core/stay/stay_decide.h"
#include "core/timers/timers_state.h"

#include <stdlib.h>
#include <string.h>

/* Draws for one code before it is given up: a location has a few dozen households at most. */
#define CODE_DRAWS 64

static struct event *leak_event(struct decision *d, enum event_kind kind, const struct leak *l)
{
    struct event *ev = decision_event(d, kind);

    ev->u.leak.leak = l->id;
    ev->u.leak.location = l->location;
    return ev;
}

static const struct leak *named(struct decision *d)
{
    d->outcome->made = d->cmd->u.safety.leak;
    return engine_leak(d->e, d->cmd->u.safety.leak);
}

enum refusal decide_report_leak(struct decision *d)
{
    const struct safety_command *c = &d->cmd->u.safety;
    const struct leak *l = engine_leak_of(d->e, c->location);
    struct event *ev = NULL;

    if (c->reason >= LEAK_REASON_N)
        return REFUSAL_UNKNOWN_REASON;
    if (l != NULL) { /* it is known; a second voice counts when it confirms */
        d->outcome->made = l->id;
        return REFUSAL_NONE;
    }
    ev = decision_event(d, EV_LEAK_REPORTED);
    ev->u.leak.leak = engine_leaks(d->e) + 1;
    ev->u.leak.location = c->location;
    ev->u.leak.reason = c->reason;
    d->outcome->made = ev->u.leak.leak;
    return REFUSAL_NONE;
}

/* ---- what was asked and promised there ---- */

static bool is_there(const struct engine *e, struct pool_id pool, struct location_id location)
{
    return engine_pool(e, pool)->location.v == location.v;
}

/* Before the location is frozen: no moment in which a hidden house holds a unit for somebody. */
static void take_back(struct decision *d, struct location_id location)
{
    for (uint32_t i = 0; i < d->e->n_pools; i++) {
        if (d->e->pools[i].pool.location.v != location.v)
            continue;
        for (uint64_t at = d->e->pools[i].first_hold; at != 0; at = d->e->requests[at - 1].next_hold) {
            const struct request *q = &d->e->requests[at - 1].r;

            if (!request_is_holding(q)) /* has arrived, and no report knows yet */
                continue;
            if (engine_bridge_bed(d->e, q->id) != NULL) { /* let go of by its bridge; the search goes on */
                decide_bridge_ends(d, engine_bridge_bed(d->e, q->id), BRIDGE_END_LEAKED);
                continue;
            }
            decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_LEAKED;
            decision_names(d, q->id);
            if (q->state == REQUEST_ACCEPTED) /* it is to come here, or on its way */
                timers_leaked(d, q->referral);
        }
    }
}

/* ---- who lives there, or was to come ---- */

struct household {
    const struct stay *stay;        /* or: */
    const struct bridge *bridge;    /* not started: on its way to it; or: */
    const struct request *promised; /* the yes that it has */
    const struct referral *r;
};

static int64_t there_since(const struct household *h)
{
    if (h->stay != NULL)
        return h->stay->started_at_ms;
    if (h->promised != NULL) /* not there yet: behind those that are */
        return INT64_MAX;
    return h->bridge->started_at_ms != 0 ? h->bridge->started_at_ms : h->bridge->opened_at_ms;
}

/* A threat that is not known counts as oranje, as elsewhere for times. */
static int weight_of(enum threat_level level)
{
    return level == THREAT_UNKNOWN ? THREAT_ORANJE : (int)level;
}

/* The most endangered first: the threat, then the children, then the size; who has lived there longest first
 * among equals. Behind them those of whom nothing is known any more. */
static int compare_households(const void *x, const void *y)
{
    const struct household *a = x;
    const struct household *b = y;
    const struct need *na = &a->r->need;
    const struct need *nb = &b->r->need;

    if (a->r->facts_known != b->r->facts_known)
        return a->r->facts_known ? -1 : 1;
    if (weight_of(na->threat_level) != weight_of(nb->threat_level))
        return weight_of(na->threat_level) > weight_of(nb->threat_level) ? -1 : 1;
    if (need_children(na) != need_children(nb))
        return need_children(na) > need_children(nb) ? -1 : 1;
    if (na->n_persons != nb->n_persons)
        return na->n_persons > nb->n_persons ? -1 : 1;
    if (there_since(a) != there_since(b))
        return there_since(a) < there_since(b) ? -1 : 1;
    return a->r->id.v < b->r->id.v ? -1 : a->r->id.v > b->r->id.v;
}

/* It lives there; or its house said within the week that it was not safe there, and it has been nowhere
 * since: if that word is wrong it is there still, no house may take it back, and its desk does not know yet.
 */
static bool may_be_there(const struct decision *d, const struct stay *s)
{
    return s->state != STAY_DEPARTED || (engine_stay_desk_resume_until_ms(d->e, s) > d->now_ms &&
                                         !engine_household_has_bed(d->e, s->referral));
}

/* It lives there, or sleeps in one bridge bed of the house, and is on its way to another there: it is listed
 * as who is there. */
static bool lives_there_too(const struct decision *d, const struct bridge *b, struct location_id location)
{
    const struct engine *e = d->e;
    const struct stay *s = engine_stay_of(e, engine_household(e, b->referral).earlier);
    const struct bridge *reached = engine_bridge_bed_reached(e, b->referral);

    if (b->started_at_ms == 0 && reached != NULL &&
        is_there(e, engine_request(e, reached->request)->pool, location))
        return true;
    return b->started_at_ms == 0 && s != NULL && may_be_there(d, s) && is_there(e, s->pool, location) &&
           engine_household(e, s->referral).later.v == b->referral.v;
}

/* One of the N of LIST is the household of R: it is there, and R looks for its next place or is that of its
 * bed. */
static bool is_listed(const struct engine *e, const struct household *list, size_t n,
                      const struct referral *r)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].r->id.v == r->id.v ||
            (list[i].stay != NULL && engine_household(e, r->id).earlier.v == list[i].r->id.v))
            return true;
    }
    return false;
}

/* Who has a yes there and has not arrived, each household once; LIST may be NULL to count how many at most.
 */
static size_t promised_of(const struct engine *e, struct location_id location, struct household *list,
                          size_t n)
{
    size_t found = 0;

    for (uint32_t i = 0; i < e->n_pools; i++) {
        if (e->pools[i].pool.location.v != location.v)
            continue;
        for (uint64_t at = e->pools[i].first_hold; at != 0; at = e->requests[at - 1].next_hold) {
            const struct request *q = &e->requests[at - 1].r;
            const struct referral *r = engine_referral(e, q->referral);

            if (q->state != REQUEST_ACCEPTED || !request_is_holding(q) || engine_bridge_bed(e, q->id) != NULL)
                continue;
            if (list != NULL && is_listed(e, list, n + found, r))
                continue;
            if (list != NULL)
                list[n + found] = (struct household){.promised = q, .r = r};
            found++;
        }
    }
    return found;
}

/* Who is there, on its way to a bridge bed there, or promised a place there. Returns a list of N, yours. */
static struct household *households_of(const struct decision *d, struct location_id location, size_t *out_n)
{
    const struct engine *e = d->e;
    size_t room = engine_stays(e) + engine_bridges(e) + promised_of(e, location, NULL, 0) + 1;
    struct household *list = mem_new(room, sizeof *list);
    size_t n = 0;

    for (uint64_t i = 1; i <= engine_stays(e); i++) {
        const struct stay *s = engine_stay(e, (struct stay_id){i});

        if (is_there(e, s->pool, location) && may_be_there(d, s))
            list[n++] = (struct household){.stay = s, .r = engine_referral(e, s->referral)};
    }
    for (uint64_t i = 1; i <= engine_bridges(e); i++) {
        const struct bridge *b = engine_bridge(e, (struct bridge_id){i});

        if (b->kind == BRIDGE_BED && bridge_is_live(b) &&
            is_there(e, engine_request(e, b->request)->pool, location) && !lives_there_too(d, b, location))
            list[n++] = (struct household){.bridge = b, .r = engine_referral(e, b->referral)};
    }
    n += promised_of(e, location, list, n);
    qsort(list, n, sizeof list[0], compare_households);
    *out_n = n;
    return list;
}

static bool is_used_here(const struct decision *d, const char *code)
{
    for (size_t i = d->first; i < d->out->n; i++) {
        if (d->out->list[i].kind == EV_REFERRAL_OPENED && strcmp(d->out->list[i].u.opened.code, code) == 0)
            return true;
    }
    return false;
}

/* The code names a referral and guards nothing: the same on every replay is enough. */
static bool find_code(const struct decision *d, uint64_t stay, char code[REFERRAL_CODE_SIZE])
{
    uint64_t draw = rng_mix(hash_combine(d->e->seq, stay));

    for (int i = 0; i < CODE_DRAWS; i++) {
        if (decide_find_code(d->e, draw, code) && !is_used_here(d, code))
            return true;
        draw = rng_mix(draw + 1);
    }
    return false;
}

/* The same household, told once; a place near the one that leaked is no safe place. */
static struct need need_of(const struct decision *d, const struct referral *r, struct location_id location)
{
    uint8_t region = engine_location(d->e, location)->region;
    struct need n = r->need;

    n.urgency = URGENCY_NU;
    memset(n.return_code, 0, sizeof n.return_code);
    if (region < SURGE_REGIONS_MAX)
        n.unsafe_regions |= UINT64_C(1) << region;
    return n;
}

static struct referral_id open_referral(struct decision *d, const struct household *h,
                                        struct location_id location, unsigned nth)
{
    struct need need = need_of(d, h->r, location);
    struct referral_id id = {engine_referrals(d->e) + 1 + nth};
    char code[REFERRAL_CODE_SIZE];
    struct event *ev = NULL;

    if (!find_code(d, h->stay->id.v, code))
        return (struct referral_id){0};
    ev = decision_event(d, EV_REFERRAL_OPENED);
    ev->account.v = 0; /* who confirmed is of the house: it is with nobody until its referrer takes it */
    ev->u.opened.id = id;
    memcpy(ev->u.opened.code, code, sizeof code);
    ev->u.opened.org = h->r->org;
    ev->u.opened.urgency = need.urgency;
    ev->u.opened.home_region = need.home_region;
    ev->u.opened.deadline_ms = d->now_ms + vocab_deadline_minutes(d->e->vocab, need.urgency) * MS_MINUTE;
    ev->u.opened.facts_known = true;
    ev->u.opened.need = need;
    ev = decision_event(d, EV_REFERRAL_LINKED);
    ev->u.link.referral = id;
    ev->u.link.earlier = h->r->id;
    ev->u.link.why = LINK_LEAKED;
    decide_residence_until(d, id, h->r);
    return id;
}

/* What looks for its next place already goes on, with all that it has come to (a yes, a bridge, a place in a
 * gatekeeper's queue): only what it asked near there is taken back, for that region is no safe one any more.
 */
static void look_elsewhere(struct decision *d, const struct leak *l, const struct referral *r)
{
    uint8_t region = engine_location(d->e, l->location)->region;

    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(d->e, r->requests[i]);
        const struct pool_kept *p = engine_pool(d->e, q->pool);

        if (q->state != REQUEST_PENDING || decision_has_cancelled(d, q->id) ||
            p->location.v == l->location.v || engine_location(d->e, p->location)->region != region)
            continue;
        decision_request_event(d, EV_REQUEST_CANCELLED, q)->u.request.why = CANCEL_WITHDRAWN;
        decision_names(d, q->id);
    }
}

static void search_moves(struct decision *d, const struct leak *l, const struct household *h,
                         struct referral_id later, uint16_t rank)
{
    bool in_bed = h->bridge != NULL && h->bridge->started_at_ms != 0;
    struct event *ev = NULL;

    look_elsewhere(d, l, engine_referral(d->e, later));
    ev = leak_event(d, in_bed ? EV_LEAK_BRIDGE : EV_LEAK_SEARCH, l);
    ev->u.leak.rank = rank;
    if (h->stay != NULL)
        ev->u.leak.stay = h->stay->id;
    if (h->bridge != NULL)
        ev->u.leak.bridge = h->bridge->id;
    ev->u.leak.earlier = h->r->id;
    ev->u.leak.later = later;
    ev->u.leak.deadline_ms = d->now_ms + vocab_deadline_minutes(d->e->vocab, URGENCY_NU) * MS_MINUTE;
}

static struct referral_id moved_anew(struct decision *d, const struct leak *l, const struct household *h,
                                     uint16_t rank, unsigned nth)
{
    struct referral_id later = {0};
    struct event *ev = NULL;

    if (h->r->facts_known)
        later = open_referral(d, h, l->location, nth);
    ev = leak_event(d, EV_LEAK_HOUSEHOLD, l);
    ev->u.leak.rank = rank;
    ev->u.leak.stay = h->stay->id;
    ev->u.leak.earlier = h->r->id;
    ev->u.leak.later = later;
    return later;
}

/* It has never been there, so its need stays what was told: its desk decides what is safe. */
static void promise_ends(struct decision *d, const struct leak *l, const struct household *h, uint16_t rank)
{
    struct event *ev = leak_event(d, EV_LEAK_PROMISED, l);

    ev->u.leak.rank = rank;
    ev->u.leak.promised = h->promised->id;
    ev->u.leak.earlier = ev->u.leak.later = h->r->id;
}

/* Its desk hears of it at once, unless it brings the household to another house already. */
static void alarm(struct decision *d, const struct leak *l, struct referral_id id)
{
    const struct referral *r = engine_referral(d->e, id); /* NULL: just opened */
    const struct request *q = r != NULL ? referral_accepted(d->e, r) : NULL;

    if (id.v != 0 &&
        (r == NULL || r->state != REFERRAL_TRAVELLING || q == NULL || is_there(d->e, q->pool, l->location)))
        timers_leaked(d, id);
}

static void move_households(struct decision *d, const struct leak *l)
{
    size_t n = 0;
    struct household *list = households_of(d, l->location, &n);
    unsigned opened = 0;

    for (size_t i = 0; i < n; i++) {
        const struct household *h = &list[i];
        const struct referral *next = engine_referral(d->e, engine_household(d->e, h->r->id).later);
        struct referral_id later = h->r->id;
        uint16_t rank = (uint16_t)(i + 1);

        if (h->promised != NULL) {
            promise_ends(d, l, h, rank);
            continue; /* alarmed with its yes: take_back */
        }
        if (h->bridge == NULL && (next == NULL || !referral_is_live(next->state))) {
            later = moved_anew(d, l, h, rank, opened);
            opened += later.v != 0;
        } else {
            later = h->bridge == NULL ? next->id : later;
            search_moves(d, l, h, later, rank);
        }
        alarm(d, l, later);
    }
    free(list);
}

/* A row of it has a search that is under way, or says that there is nothing to look with. One whose search is
 * over is in danger again, and nobody looks. */
static bool is_looked_for(const struct engine *e, const struct leak *l, const struct stay *s)
{
    for (unsigned i = 0; i < l->households; i++) {
        const struct leak_household *h = engine_leak_household(e, l->id, i);
        const struct referral *later = engine_referral(e, h->later);

        if (h->stay.v == s->id.v && (later == NULL || referral_is_live(later->state)))
            return true;
    }
    return false;
}

/* Behind those that are listed already. LISTED, OPENED: so many were in this decision, counted on. */
static void move_back(struct decision *d, const struct leak *l, const struct household *h, uint16_t *listed,
                      unsigned *opened)
{
    const struct referral *next = engine_referral(d->e, engine_household(d->e, h->r->id).later);
    uint16_t rank = (uint16_t)(l->households + ++*listed);
    struct referral_id later = {0};

    if (next == NULL || !referral_is_live(next->state)) {
        later = moved_anew(d, l, h, rank, *opened);
        *opened += later.v != 0;
    } else {
        later = next->id;
        search_moves(d, l, h, later, rank);
    }
    alarm(d, l, later);
}

void decide_leak_back(struct decision *d, const struct stay *s)
{
    const struct leak *l = engine_leak_of(d->e, engine_pool(d->e, s->pool)->location);
    struct household h = {.stay = s, .r = engine_referral(d->e, s->referral)};
    uint16_t listed = 0;
    unsigned opened = 0;

    if (l != NULL && l->state == LEAK_FROZEN && !is_looked_for(d->e, l, s))
        move_back(d, l, &h, &listed, &opened);
}

/* Who was found to live there still while lifting was asked. */
static void move_those_left(struct decision *d, const struct leak *l)
{
    size_t n = 0;
    struct household *list = households_of(d, l->location, &n);
    uint16_t listed = 0;
    unsigned opened = 0;

    for (size_t i = 0; i < n; i++) {
        if (list[i].stay != NULL && list[i].stay->state != STAY_DEPARTED &&
            !is_looked_for(d->e, l, list[i].stay))
            move_back(d, l, &list[i], &listed, &opened);
    }
    free(list);
}

enum refusal decide_confirm_leak(struct decision *d)
{
    const struct leak *l = named(d);

    if (l->state == LEAK_FROZEN && l->confirmed_by.v == d->cmd->actor.account.v)
        return REFUSAL_NONE;
    if (l->state != LEAK_REPORTED)
        return REFUSAL_WRONG_STATE;
    if (l->reported_by.v == d->cmd->actor.account.v)
        return REFUSAL_SAME_PERSON;
    take_back(d, l->location);
    leak_event(d, EV_LOCATION_FROZEN, l);
    move_households(d, l);
    decision_event(d, EV_SUPPLY_CHANGED);
    return REFUSAL_NONE;
}

enum refusal decide_withdraw_leak(struct decision *d)
{
    const struct leak *l = named(d);

    if (l->state == LEAK_DROPPED)
        return REFUSAL_NONE;
    if (l->state != LEAK_REPORTED && l->state != LEAK_LIFT_ASKED)
        return REFUSAL_WRONG_STATE;
    leak_event(d, l->state == LEAK_REPORTED ? EV_LEAK_DROPPED : EV_LEAK_LIFT_REFUSED, l);
    if (l->state == LEAK_LIFT_ASKED)
        move_those_left(d, l);
    return REFUSAL_NONE;
}

enum refusal decide_ask_lift(struct decision *d)
{
    const struct leak *l = named(d);

    if (l->state == LEAK_LIFT_ASKED && l->lift_asked_by.v == d->cmd->actor.account.v)
        return REFUSAL_NONE;
    if (l->state != LEAK_FROZEN)
        return REFUSAL_WRONG_STATE;
    leak_event(d, EV_LEAK_LIFT_ASKED, l);
    return REFUSAL_NONE;
}

enum refusal decide_lift_leak(struct decision *d)
{
    const struct leak *l = named(d);

    if (l->state == LEAK_LIFTED && l->lifted_by.v == d->cmd->actor.account.v)
        return REFUSAL_NONE;
    if (l->state != LEAK_LIFT_ASKED)
        return REFUSAL_WRONG_STATE;
    if (l->lift_asked_by.v == d->cmd->actor.account.v)
        return REFUSAL_SAME_PERSON;
    leak_event(d, EV_LOCATION_LIFTED, l);
    decide_bridges_watched(d, l->location);
    decision_event(d, EV_SUPPLY_CHANGED);
    return REFUSAL_NONE;
}
