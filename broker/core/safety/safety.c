#include "core/safety/safety.h"

#include "base/check.h"
#include "base/rng.h"
#include "core/engine_state.h"

#include <stdlib.h>
#include <string.h>

/* A bit per state that may follow. */
#define TO(s) (1u << (unsigned)(s))

static const uint8_t leak_moves[LEAK_STATE_N] = {
    [LEAK_REPORTED] = TO(LEAK_FROZEN) | TO(LEAK_DROPPED),
    [LEAK_FROZEN] = TO(LEAK_LIFT_ASKED),
    [LEAK_LIFT_ASKED] = TO(LEAK_LIFTED) | TO(LEAK_FROZEN),
};
static const uint8_t conflict_moves[CONFLICT_STATE_N] = {
    [CONFLICT_OPEN] = TO(CONFLICT_NO) | TO(CONFLICT_YES),
};

bool leak_may_become(enum leak_state from, enum leak_state to)
{
    CHECK((unsigned)from < LEAK_STATE_N && (unsigned)to < LEAK_STATE_N);
    return ((unsigned)leak_moves[from] >> (unsigned)to & 1u) != 0;
}

bool conflict_may_become(enum conflict_state from, enum conflict_state to)
{
    CHECK((unsigned)from < CONFLICT_STATE_N && (unsigned)to < CONFLICT_STATE_N);
    return ((unsigned)conflict_moves[from] >> (unsigned)to & 1u) != 0;
}

const char *leak_state_code(enum leak_state s)
{
    static const char *const list[LEAK_STATE_N] = {[LEAK_REPORTED] = "reported",
                                                   [LEAK_FROZEN] = "frozen",
                                                   [LEAK_LIFT_ASKED] = "lift_asked",
                                                   [LEAK_LIFTED] = "lifted",
                                                   [LEAK_DROPPED] = "dropped"};

    CHECK((unsigned)s < LEAK_STATE_N);
    return list[s];
}

static const char *const leak_reasons[LEAK_REASON_N] = {[LEAK_DADER_AAN_DEUR] = "dader_aan_deur",
                                                        [LEAK_ADRES_GEDEELD] = "adres_gedeeld",
                                                        [LEAK_ONLINE_GEZIEN] = "online_gezien",
                                                        [LEAK_MEDEWERKER] = "medewerker",
                                                        [LEAK_ANDERS] = "anders"};
static const char *const surge_reasons[SURGE_REASON_N] = {[SURGE_DRUKTE] = "drukte",
                                                          [SURGE_SLUITING] = "sluiting",
                                                          [SURGE_RAMP] = "ramp",
                                                          [SURGE_ANDERS] = "anders"};

const char *leak_reason_code(enum leak_reason r)
{
    CHECK((unsigned)r < LEAK_REASON_N);
    return leak_reasons[r];
}

const char *surge_reason_code(enum surge_reason r)
{
    CHECK((unsigned)r < SURGE_REASON_N);
    return surge_reasons[r];
}

const char *const *leak_reason_codes(void)
{
    return leak_reasons;
}

const char *const *surge_reason_codes(void)
{
    return surge_reasons;
}

const char *conflict_state_code(enum conflict_state s)
{
    static const char *const list[CONFLICT_STATE_N] = {
        [CONFLICT_OPEN] = "open", [CONFLICT_NO] = "no", [CONFLICT_YES] = "yes"};

    CHECK((unsigned)s < CONFLICT_STATE_N);
    return list[s];
}

void conflict_token_make(uint64_t draw, char out[CONFLICT_TOKEN_SIZE])
{
    /* Without 0 O 1 I L 5 S B 8 Z 2, as in a referral's code: it is read out over the telephone. */
    static const char alphabet[] = "ACDEFGHJKMNPQRTUVWXY34679";
    static const char prefix[] = "CT-";
    uint64_t left = rng_mix(draw);
    size_t at = sizeof prefix - 1;

    memset(out, 0, CONFLICT_TOKEN_SIZE);
    memcpy(out, prefix, at);
    for (int i = 0; i < CONFLICT_TOKEN_LETTERS; i++) {
        out[at++] = alphabet[left % (sizeof alphabet - 1)];
        left /= sizeof alphabet - 1;
    }
}

/* ---- look ---- */

uint32_t engine_leaks(const struct engine *e)
{
    return e->safety.n_leaks;
}

const struct leak *engine_leak(const struct engine *e, uint32_t id)
{
    return id >= 1 && id <= e->safety.n_leaks ? &e->safety.leaks[id - 1].l : NULL;
}

const struct leak *engine_leak_of(const struct engine *e, struct location_id id)
{
    return id.v >= 1 && id.v <= e->safety.n_leak_of_location
               ? engine_leak(e, e->safety.leak_of_location[id.v - 1])
               : NULL;
}

bool engine_location_is_frozen(const struct engine *e, struct location_id id)
{
    const struct leak *l = NULL;

    if (e->safety.n_frozen == 0) /* asked for every pool of every list */
        return false;
    l = engine_leak_of(e, id);
    return l != NULL && (l->state == LEAK_FROZEN || l->state == LEAK_LIFT_ASKED);
}

const struct leak_household *engine_leak_household(const struct engine *e, uint32_t leak, unsigned nth)
{
    for (uint32_t i = 0; i < e->safety.n_households; i++) {
        if (e->safety.households[i].h.leak == leak && nth-- == 0)
            return &e->safety.households[i].h;
    }
    return NULL;
}

bool engine_fled_bed(const struct engine *e, struct org_id org, struct referral_id id)
{
    for (uint32_t i = 0; i < e->safety.n_households; i++) {
        const struct leak_household *h = &e->safety.households[i].h;

        if (h->bridge.v != 0 && h->earlier.v == id.v &&
            engine_location(e, engine_leak(e, h->leak)->location)->org.v == org.v)
            return true;
    }
    return false;
}

bool engine_in_surge(const struct engine *e, uint8_t region)
{
    return region < SURGE_REGIONS_MAX && (e->safety.in_surge >> region & 1) != 0;
}

const struct surge *engine_surge(const struct engine *e, uint8_t region)
{
    for (uint32_t i = e->safety.n_surges; i > 0; i--) {
        if (e->safety.surges[i - 1].s.region == region)
            return &e->safety.surges[i - 1].s;
    }
    return NULL;
}

bool engine_pool_is_hidden(const struct engine *e, struct pool_id id)
{
    const struct pool_kept *p = engine_pool(e, id);

    return p != NULL && engine_location_is_frozen(e, p->location);
}

bool engine_pool_is_idle(const struct engine *e, struct pool_id id)
{
    const struct pool_kept *p = engine_pool(e, id);

    return p != NULL && p->overflow && !engine_in_surge(e, engine_location(e, p->location)->region);
}

const struct conflict *engine_conflict_of(const struct engine *e, struct request_id id)
{
    uint32_t kept = engine_request(e, id) != NULL ? e->requests[id.v - 1].conflict : 0;

    return kept != 0 ? &e->safety.conflicts[kept - 1].c : NULL;
}

static bool said_conflict(const struct engine *e, const struct referral *r, struct location_id house,
                          uint8_t reason)
{
    for (unsigned i = 0; i < r->n_requests; i++) {
        const struct request *q = engine_request(e, r->requests[i]);

        if (q->state == REQUEST_DECLINED && q->decline_reason == reason &&
            engine_pool(e, q->pool)->location.v == house.v)
            return true;
    }
    return false;
}

bool engine_conflict_at(const struct engine *e, const struct request *q)
{
    int conflict = vocab_list_find(engine_vocab(e), LIST_DECLINE, "netwerk_conflict");
    struct location_id house = engine_pool(e, q->pool)->location;
    struct referral_id at = engine_household_first(e, q->referral);

    for (; conflict >= 0 && at.v != 0; at = engine_household_next(e, at)) {
        if (said_conflict(e, engine_referral(e, at), house, (uint8_t)(conflict + 1)))
            return true;
    }
    return false;
}

/* Pools past the bound are not told of; a house that is confirmed, or asked, is seen all the same. */
static void watch(struct freed_watch *w, struct pool_id id)
{
    if (w->n < CONFIRMED_MAX)
        w->pools[w->n++] = id;
}

void safety_watch(const struct engine *e, const struct event *ev, struct freed_watch *w)
{
    if (ev->kind != EV_LOCATION_FROZEN && ev->kind != EV_LOCATION_LIFTED && ev->kind != EV_SURGE_SET)
        return;
    w->n = 0;
    for (uint32_t i = 0; i < e->n_pools; i++) {
        const struct pool_kept *p = &e->pools[i].pool;

        if (ev->kind != EV_SURGE_SET
                ? p->location.v == ev->u.leak.location.v
                : p->overflow && engine_location(e, p->location)->region == ev->u.surge.region)
            watch(w, p->id);
    }
}

void safety_free(struct safety_tables *t)
{
    free(t->leaks);
    free(t->households);
    free(t->surges);
    free(t->conflicts);
    free(t->leak_of_location);
}
