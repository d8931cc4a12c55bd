/* The promises of the ledger as code, over the whole state. Tests and the simulation ask after every step,
 * the broker from time to time. Each check names what it found with ids only. */
#include "core/engine_state.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/apply.h"
#include "core/broken.h"
#include "core/gate/gate_state.h"
#include "core/ledger.h"
#include "core/nobed/nobed_check.h"

#include <stdlib.h>

#define ID(x) ((unsigned long long)(x))

/* What is believed is the last word of its side, and the other side's is not newer. Only its stop may be
 * another: a correction by the broker says none. */
static bool check_words(const struct pool_slot *s, struct finding f)
{
    static const struct word never;
    const struct believed *o = &s->latest;
    struct word words[SIDE_N];
    const struct word *own = &words[side_of(o->source)];
    const struct word *other = &words[SIDE_N - 1 - side_of(o->source)];

    pool_words(s, words);
    for (int side = 0; side < SIDE_N; side++) {
        if (!words[side].said && (!word_equal(&words[side], &never) || words[side].corrects != 0))
            return broken(f, "pool %u: a side that never spoke said something", s->pool.id.v);
    }
    if (words[SIDE_FEED].echoes || (words[SIDE_HAND].echoes && words[SIDE_HAND].stop == 0))
        return broken(f, "pool %u: echoes a stop that is none", s->pool.id.v);
    if (words[SIDE_FEED].corrects != 0 || (words[SIDE_HAND].corrects != 0 && !words[SIDE_FEED].said))
        return broken(f, "pool %u: corrects a feed that said nothing", s->pool.id.v);
    if (!own->said)
        return !other->said || broken(f, "pool %u: believes a side of which no word is kept", s->pool.id.v);
    if (!o->said || own->observed_at_ms != o->observed_at_ms || own->total != o->total ||
        own->free != o->free || own->deliverable != o->deliverable ||
        (o->report != 0 && (own->stop != o->stop || own->stop_until_ms != o->stop_until_ms)))
        return broken(f, "pool %u: believes other than its side's last word", s->pool.id.v);
    if (other->said && other->observed_at_ms > o->observed_at_ms)
        return broken(f, "pool %u: does not believe the newest word", s->pool.id.v);
    return true;
}

/* Nobody is held twice, nothing is forgotten, and never more than there is unless a later report took units
 * away. */
static bool check_pool(const struct engine *e, uint32_t i, struct finding f)
{
    const struct pool_slot *s = &e->pools[i];
    struct pool_view v = engine_pool_view(e, s->pool.id, 0);
    uint64_t before = 0;
    int32_t held = 0;

    if (s->pool.id.v != i + 1 || engine_pool_find(e, engine_pool_code(e, s->pool.id)).v != i + 1)
        return broken(f, "pool %u: id or code not its own", i + 1);
    for (uint64_t at = s->first_hold; at != 0; at = e->requests[at - 1].next_hold) {
        const struct request_slot *q = at <= e->n_requests ? &e->requests[at - 1] : NULL;

        if (q == NULL || q->prev_hold != before || q->r.pool.v != i + 1 || !q->counts)
            return broken(f, "pool %u: request %llu does not belong to its holds", i + 1, ID(at));
        if (before != 0 && at <= before)
            return broken(f, "pool %u: holds out of order at request %llu", i + 1, ID(at));
        held += q->r.units;
        before = at;
    }
    if (s->last_hold != before || held != s->held || held < 0)
        return broken(f, "pool %u: %d units counted, %d on the list", i + 1, s->held, held);
    if (v.offerable != UNITS_UNKNOWN && v.offerable < 0)
        return broken(f, "pool %u: fewer than no units offerable", i + 1);
    if (v.held > ledger_units(&s->pool, v.latest) && !v.overcommitted)
        return broken(f, "pool %u: more held than there is", i + 1);
    return check_words(s, f);
}

static bool check_due(const struct engine *e, uint32_t place, int64_t at_ms, enum due_kind kind, uint64_t id,
                      struct finding f)
{
    bool is_there = place >= 1 && place <= e->n_due && e->due[place - 1].id == id &&
                    e->due[place - 1].kind == kind && e->due[place - 1].at_ms == at_ms;

    if (at_ms == INT64_MAX ? place != 0 : !is_there)
        return broken(f, "%s %llu: deadline not where its state says",
                      kind == DUE_REQUEST ? "request" : "referral", ID(id)); /* a bridge's: nobed_check.c */
    return true;
}

/* A request that counts hangs between its neighbours, or at the ends of its pool's list. */
static bool is_linked(const struct engine *e, const struct request_slot *s, const struct pool_slot *p)
{
    uint64_t id = s->r.id.v;

    if (s->prev_hold > e->n_requests || s->next_hold > e->n_requests)
        return false;
    return (s->prev_hold != 0 ? e->requests[s->prev_hold - 1].next_hold : p->first_hold) == id &&
           (s->next_hold != 0 ? e->requests[s->next_hold - 1].prev_hold : p->last_hold) == id;
}

static bool check_request(const struct engine *e, uint32_t i, struct finding f)
{
    const struct request_slot *s = &e->requests[i];
    const struct request *q = &s->r;
    const struct referral *r = engine_referral(e, q->referral);
    const struct pool_slot *p = NULL;
    bool is_listed = false;

    if (q->id.v != (uint64_t)i + 1 || r == NULL || engine_pool(e, q->pool) == NULL)
        return broken(f, "request %u: id, referral or pool does not exist", i + 1);
    for (unsigned k = 0; k < r->n_requests; k++)
        is_listed |= r->requests[k].v == q->id.v;
    if (!is_listed)
        return broken(f, "request %u: its referral does not know it", i + 1);
    if (q->units < 1 || q->units > 2 || (unsigned)q->state >= REQUEST_STATE_N)
        return broken(f, "request %u: value out of range", i + 1);
    if (request_is_holding(q) != (q->ended_at_ms == 0))
        return broken(f, "request %u: state and end of its hold disagree", i + 1);
    if (q->silent_at_ms != 0 && q->silent_at_ms < q->answer_by_ms)
        return broken(f, "request %u: silent before its time", i + 1);
    p = &e->pools[q->pool.v - 1];
    if (s->counts != ledger_counts(q, ledger_latest(p)))
        return broken(f, "request %u: counts as held against its state", i + 1);
    if (s->counts && !is_linked(e, s, p))
        return broken(f, "request %u: counts, but its pool does not know", i + 1);
    return check_due(e, s->due, due_of_request(q), DUE_REQUEST, q->id.v, f);
}

static bool check_referral(const struct engine *e, uint32_t i, struct finding f)
{
    const struct referral *r = &e->referrals[i].r;
    unsigned of[REQUEST_STATE_N] = {0};
    unsigned of_bridges[REQUEST_STATE_N] = {0};
    bool agrees = false;

    if (r->id.v != (uint64_t)i + 1 || r->n_requests > REFERRAL_REQUESTS_MAX || engine_org(e, r->org) == NULL)
        return broken(f, "referral %u: id or organisation does not exist", i + 1);
    for (unsigned k = 0; k < r->n_requests; k++) {
        const struct request *q = engine_request(e, r->requests[k]);

        if (q == NULL || q->referral.v != r->id.v || (k > 0 && q->id.v <= r->requests[k - 1].v))
            return broken(f, "referral %u: request %llu is not its own", i + 1, ID(r->requests[k].v));
        if (q->bridge)
            of_bridges[q->state]++;
        else
            of[q->state]++;
        for (unsigned m = 0; m < k; m++) {
            const struct request *other = engine_request(e, r->requests[m]);

            if (other->pool.v == q->pool.v && request_is_holding(other) && request_is_holding(q))
                return broken(f, "referral %u: holds pool %u twice", i + 1, q->pool.v);
        }
    }
    if (of[REQUEST_ACCEPTED] + of[REQUEST_ADMITTED] > 1)
        return broken(f, "referral %u: more than one place", i + 1);
    if (of[REQUEST_ACCEPTED] + of[REQUEST_ADMITTED] == 1 && of[REQUEST_PENDING] > 0)
        return broken(f, "referral %u: has a place and still asks", i + 1);
    /* The one exception to one place for one household: a bridge bed, while it looks or is on its way; and
     * the next one, until it is there. */
    if (of_bridges[REQUEST_ADMITTED] > 1 || of_bridges[REQUEST_ACCEPTED] > 1 ||
        (of_bridges[REQUEST_ACCEPTED] == 1 && of_bridges[REQUEST_PENDING] > 0))
        return broken(f, "referral %u: more than one bridge bed", i + 1);
    if (of_bridges[REQUEST_ADMITTED] + of_bridges[REQUEST_ACCEPTED] + of_bridges[REQUEST_PENDING] > 0 &&
        !referral_is_live(r->state))
        return broken(f, "referral %u: over, and holds a bridge bed", i + 1);
    if (of[REQUEST_LEFT] > 0)
        return broken(f, "referral %u: left a place that was no bridge", i + 1);
    switch (r->state) {
    case REFERRAL_OPEN:
    case REFERRAL_WITHDRAWN:
    case REFERRAL_CLOSED:
        agrees = of[REQUEST_PENDING] + of[REQUEST_ACCEPTED] + of[REQUEST_ADMITTED] == 0;
        break;
    case REFERRAL_ASKED:
        agrees = of[REQUEST_PENDING] > 0;
        break;
    case REFERRAL_RESERVED:
    case REFERRAL_TRAVELLING:
        agrees = of[REQUEST_ACCEPTED] == 1;
        break;
    case REFERRAL_ADMITTED:
    case REFERRAL_DEPARTED:
        agrees = of[REQUEST_ADMITTED] == 1;
        break;
    case REFERRAL_STATE_N:
        break;
    }
    if (!agrees)
        return broken(f, "referral %u: state and requests disagree", i + 1);
    return check_due(e, e->referrals[i].due, due_unplaced_ms(e, r), DUE_REFERRAL, r->id.v, f);
}

static bool check_heap(const struct engine *e, struct finding f)
{
    for (uint32_t i = 1; i < e->n_due; i++) {
        if (e->due[(i - 1) / 2].at_ms > e->due[i].at_ms)
            return broken(f, "deadlines out of order at %u", i);
    }
    return true;
}

static bool check_keys(const struct engine *e, struct finding f)
{
    uint32_t n = 0;

    for (const struct key_slot *k = e->keys; k != NULL; k = k->hh.next)
        n++;
    if (n != e->n_keys || n > e->settings.keys_max)
        return broken(f, "keys: %u kept, %u counted, %u allowed", n, e->n_keys, e->settings.keys_max);
    return true;
}

static bool check_told(const struct engine *e, struct finding f)
{
    int32_t *told = mem_new(e->n_pools + 1u, sizeof *told);
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < e->n_referrals; i++) {
        const struct referral *r = &e->referrals[i].r;

        for (unsigned k = 0; referral_is_looking(r->state) && k < r->n_found; k++)
            told[r->found[k].pool.v - 1] += engine_was_found(e, r->id, r->found[k].pool) &&
                                            r->found[k].seq > e->pools[r->found[k].pool.v - 1].closed_seq;
    }
    for (uint32_t i = 0; i < e->n_pools; i++) {
        if (told[i] != (int32_t)e->pools[i].told)
            wrong = i + 1;
    }
    free(told);
    return wrong == 0 || broken(f, "pool %u: announcements counted wrongly", wrong);
}

static bool check_state(const struct engine *e, char *why, size_t why_size)
{
    struct finding f = {.why = why, .size = why_size};

    for (uint32_t i = 0; i < e->n_pools; i++) {
        if (!check_pool(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->n_requests; i++) {
        if (!check_request(e, i, f))
            return false;
    }
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        if (!check_referral(e, i, f))
            return false;
    }
    /* ---- timers and escalation ---- */
    if (!timers_check(e, why, why_size))
        return false;
    /* ---- no bed: bridges and the unplaced register ---- */
    if (!nobed_check(e, why, why_size))
        return false;
    /* ---- gatekeepers ---- */
    if (!gate_check(e, why, why_size))
        return false;
    /* ---- stays, clocks, nights and funding ---- */
    if (!stay_check(e, why, why_size))
        return false;
    /* ---- MDO, regiehouder, consult ---- */
    if (!care_check(e, why, why_size))
        return false;
    /* ---- warm handover, keys and notes ---- */
    if (!handover_check(e, why, why_size))
        return false;
    /* ---- location leaked, surge, conflict check ---- */
    if (!safety_check(e, why, why_size))
        return false;
    if (!check_heap(e, f) || !check_keys(e, f) || !check_told(e, f))
        return false;
    if (digest_recount(e) != e->sum)
        return broken(f, "digest: a record changed outside apply");
    return true;
}

bool engine_check(const struct engine *e, char *why, size_t why_size)
{
    return check_state(e, why, why_size) && stay_check_places(e, why, why_size) == 0;
}

bool engine_check_older(const struct engine *e, uint64_t *beside, char *why, size_t why_size)
{
    *beside = stay_check_places(e, NULL, 0);
    return check_state(e, why, why_size);
}
