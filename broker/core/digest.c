/* The fingerprint of the state. Each record has a digest over its fields, one by one (never over padding),
 * and the engine carries their sum, so that a digest costs nothing however large the state is: it is taken
 * every thousand events of the journal. The sum is told apart by kind and id within each digest, so the order
 * of adding does not matter. engine_check counts the sum again from the records. */
#include "core/engine_state.h"

#include "base/hash.h"
#include "core/gate/gate_state.h"
#include "core/nobed/nobed_state.h"
#include "core/records.h"

enum record_kind {
    RECORD_ORG = 1,
    RECORD_LOCATION,
    RECORD_POOL,
    RECORD_REFERRAL,
    RECORD_REQUEST,
    RECORD_KEY
};

static struct fields hash_of(enum record_kind kind)
{
    struct fields f = fields_hash();

    f.hash = (uint64_t)kind;
    return f;
}

uint64_t digest_of_org(const struct org *o)
{
    struct fields f = hash_of(RECORD_ORG);
    struct org copy = *o;

    org_fields(&f, &copy);
    return f.hash;
}

uint64_t digest_of_location(const struct location *l)
{
    struct fields f = hash_of(RECORD_LOCATION);
    struct location copy = *l;

    location_fields(&f, &copy);
    return f.hash;
}

uint64_t digest_of_profile(const struct pool *p)
{
    struct fields f = hash_of(RECORD_POOL);
    struct pool copy = *p;

    pool_fields(&f, &copy);
    return f.hash;
}

/* Reports come all day, so a word is hashed as few numbers. Words that nobody kept are left out: a journal
 * from before them comes to the digest that it was written with. */
static uint64_t hash_words(uint64_t h, const struct word words[SIDE_N])
{
    if (!words[SIDE_FEED].said && !words[SIDE_HAND].said)
        return h;
    for (int side = 0; side < SIDE_N; side++) {
        const struct word *w = &words[side];
        const int32_t total = w->total, units_free = w->free;

        h = hash_combine(h, (w->said ? 1 : 0) | (uint64_t)w->deliverable << 8 | (uint64_t)w->stop << 16 |
                                (uint64_t)w->echoes << 24 | (uint64_t)w->corrects << 32);
        h = hash_combine(h, (uint64_t)(uint32_t)total << 32 | (uint32_t)units_free);
        h = hash_combine(h, (uint64_t)w->stop_until_ms);
        h = hash_combine(h, (uint64_t)w->observed_at_ms);
    }
    return h;
}

/* PROFILE is most of the work and hardly ever changes, while reports come all day. */
static uint64_t digest_of_pool_with(const struct pool_slot *s, uint64_t profile)
{
    struct fields f = fields_hash();
    struct observation latest = observation_of(&s->latest, s->pool.id);
    struct word words[SIDE_N];

    f.hash = profile;
    observation_fields(&f, &latest);
    for (int i = 0; i < REPORTS_KEPT; i++)
        f.hash = hash_combine(f.hash, s->reports[i]);
    f.hash = hash_combine(f.hash, s->reports_next);
    pool_words(s, words);
    return hash_words(hash_combine(f.hash, s->version), words);
}

uint64_t digest_of_pool(const struct engine *e, const struct pool_slot *s)
{
    struct pool p = pool_definition(e, s);

    return digest_of_pool_with(s, digest_of_profile(&p));
}

uint64_t digest_of_referral(const struct referral *r)
{
    struct fields f = hash_of(RECORD_REFERRAL);
    struct referral copy = *r;

    referral_fields(&f, &copy);
    return f.hash;
}

uint64_t digest_of_request(const struct request *r)
{
    struct fields f = hash_of(RECORD_REQUEST);
    struct request copy = *r;

    request_made_fields(&f, &copy);
    request_life_fields(&f, &copy);
    return f.hash;
}

uint64_t digest_of_key(const struct key_slot *k)
{
    struct fields f = hash_of(RECORD_KEY);
    struct command_key key = {.hi = k->key.hi, .lo = k->key.lo, .body = k->body};
    struct outcome outcome = k->outcome;
    int64_t at_ms = k->at_ms;

    key_fields(&f, &key);
    outcome_fields(&f, &outcome);
    field_time(&f, &at_ms);
    return f.hash;
}

void digest_refresh_pool(struct engine *e, struct pool_slot *s)
{
    e->sum -= s->sum;
    s->sum = digest_of_pool_with(s, s->profile);
    e->sum += s->sum;
}

void digest_refresh_referral(struct engine *e, struct referral_slot *s)
{
    e->sum -= s->sum;
    s->sum = digest_of_referral(&s->r);
    e->sum += s->sum;
}

void digest_refresh_request(struct engine *e, struct request_slot *s)
{
    e->sum -= s->sum;
    s->sum = digest_of_request(&s->r);
    e->sum += s->sum;
}

uint64_t digest_recount(const struct engine *e)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < e->n_orgs; i++)
        sum += digest_of_org(&e->orgs[i]);
    for (uint32_t i = 0; i < e->n_locations; i++)
        sum += digest_of_location(&e->locations[i]);
    for (uint32_t i = 0; i < e->n_pools; i++)
        sum += digest_of_pool(e, &e->pools[i]);
    for (uint32_t i = 0; i < e->n_referrals; i++)
        sum += digest_of_referral(&e->referrals[i].r);
    for (uint32_t i = 0; i < e->n_requests; i++)
        sum += digest_of_request(&e->requests[i].r);
    /* ---- timers and escalation ---- */
    sum += timers_recount(e);
    /* ---- no bed: bridges and the unplaced register ---- */
    sum += nobed_recount(e);
    /* ---- gatekeepers ---- */
    sum += gate_digest_recount(e);
    /* ---- stays, clocks, nights and funding ---- */
    sum += stay_digest_recount(&e->stay);
    /* ---- MDO, regiehouder, consult ---- */
    sum += care_recount(e);
    /* ---- warm handover, keys and notes ---- */
    sum += handover_digest(&e->handover);
    /* ---- location leaked, surge, conflict check ---- */
    sum += safety_recount(e);
    return sum;
}

/* What the journal may have lost since (facts), and what settings decide (which keys are kept). */
static uint64_t digest_facts(const struct engine *e, uint64_t h)
{
    struct fields f = fields_hash();

    f.hash = h;
    for (uint32_t i = 0; i < e->n_referrals; i++) {
        struct referral r = e->referrals[i].r;

        FIELD_BOOL(&f, r.facts_known);
        need_fields(&f, &r.need);
    }
    for (uint32_t i = 0; i < e->n_requests; i++) {
        struct proposal p = e->requests[i].r.proposal;

        reasons_fields(&f, &p);
    }
    f.hash = care_facts(e, f.hash);
    f.hash = stay_digest_facts(&e->stay, f.hash);
    f.hash = safety_facts(e, f.hash);
    for (const struct key_slot *k = e->keys; k != NULL; k = k->hh.next)
        f.hash = hash_combine(f.hash, digest_of_key(k));
    f.hash = gate_digest_facts(e, f.hash);
    return nobed_digest_facts(e, f.hash);
}

uint64_t engine_digest(const struct engine *e, bool with_facts)
{
    uint64_t h = hash_combine(e->seq, e->keys_chain);

    h = hash_combine(h, e->n_orgs);
    h = hash_combine(h, e->n_locations);
    h = hash_combine(h, e->n_pools);
    h = hash_combine(h, e->n_referrals);
    h = hash_combine(h, e->n_requests);
    h = hash_combine(h, with_facts ? digest_recount(e) : e->sum);
    return with_facts ? digest_facts(e, h) : h;
}
