#include "core/scarcity.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/engine_state.h"
#include "core/match_parts.h"
#include "core/may_suit.h"

#include <stdlib.h>
#include <string.h>

#define MILLION 1000000u
#define PROFILES_MIN 128 /* a price from fewer is damped: one household is not a pattern */
/* An emergency unit is free again 3.3 times as often (matching.md 3.3). */
#define SHORT_TURNOVER_PERCENT 330
#define UNITS_ENOUGH 64 /* with so many free units nobody's chance is lost, whatever the settings */
/* A thousand times the average place. A record takes ten times as much (core/records.c). */
#define RARITY_MAX INT32_C(1000000)
#define GROUP_PERCENT 30
#define GROUP_LEAST 5 /* households: fewer would tell of one of them (ux.md: no figure of less than 5) */
#define TEEN_FROM 12
#define LARGE_FROM 5

/* One referral of the past: what the price needs of it, no more. */
struct profile {
    uint64_t referral; /* 0 = empty */
    uint32_t groups;   /* bit = enum scarce_group */
    uint64_t share;    /* its weight in the rarity of each pool that serves it */
};

#define WORDS (SCARCITY_PROFILES / 64)

/* One bit per profile that a pool serves, with one unit or with two. */
struct served {
    uint64_t bits[WORDS];
};

struct scarcity {
    uint64_t seen;                              /* referrals compiled: ids up to this one */
    uint32_t supply;                            /* version of the pools as compiled */
    struct profile profiles[SCARCITY_PROFILES]; /* by referral id modulo their number */
    uint32_t used;
    /* By size of a unit: the profiles that are more persons, and take two units wherever they are served. */
    struct served larger[NEED_PERSONS_MAX + 1];

    struct served *served; /* by pool */
    uint64_t *rarity;      /* by pool: sum of the shares of the profiles it serves */
    uint32_t n_pools;
    uint64_t rarity_units, units; /* sums over pools: of rarity x units, and of units */
};

const char *scarce_group_code(enum scarce_group g)
{
    static const char *const codes[SCARCE_N] = {"teen_son", "wheelchair", "no_residence", "men",
                                                "large",    "care",       "trafficking",  "code_red"};

    CHECK(g < SCARCE_N);
    return codes[g];
}

/* ---- who could be served where ---- */

static bool does_serve(const struct match_ctx *c, const struct match_place *p)
{
    return p->needed != TRI_NO && match_rule(RULE_NIGHT, c, p) != VERDICT_OUT && may_suit_judge(c, p);
}

static bool has_trait(const struct match_ctx *c, const char *code)
{
    int bit = vocab_trait_find(c->vocab, code);

    return bit != NO_BIT && tri_get(c->traits, (unsigned)bit) == TRI_YES;
}

static uint32_t groups_of(const struct match_ctx *c)
{
    enum residence residence = c->need->residence;
    uint32_t groups = 0;

    groups |= (uint32_t)(c->oldest_boy >= TEEN_FROM) << SCARCE_TEEN_SON;
    groups |= (uint32_t)has_trait(c, "rolstoel") << SCARCE_WHEELCHAIR;
    groups |= (uint32_t)(residence == RESIDENCE_GEEN || residence == RESIDENCE_DUBLIN ||
                         residence == RESIDENCE_ASIEL)
              << SCARCE_NO_RESIDENCE;
    groups |= (uint32_t)(c->men > 0) << SCARCE_MEN;
    groups |= (uint32_t)(c->persons >= LARGE_FROM) << SCARCE_LARGE;
    groups |= (uint32_t)(has_trait(c, "ggz") || has_trait(c, "verslaving")) << SCARCE_CARE;
    groups |= (uint32_t)(c->trafficking == TRI_YES) << SCARCE_TRAFFICKING;
    groups |= (uint32_t)(c->need->threat_level == THREAT_ROOD) << SCARCE_CODE_RED;
    return groups;
}

/* A frozen location, or a place kept for a surge that is not, serves nobody. When that changes, its pools
 * count as changed (safety_apply.c). */
static bool is_supply(const struct engine *e, uint32_t pool)
{
    return !engine_pool_is_hidden(e, (struct pool_id){pool + 1}) &&
           !engine_pool_is_idle(e, (struct pool_id){pool + 1});
}

/* ---- rarity ---- */

static uint64_t turnover(const struct engine *e, uint32_t pool)
{
    const struct pool_kept *p = &e->pools[pool].pool;

    return p->units_total *
           (vocab_kind(e->vocab, p->kind)->max_hours != 0 ? SHORT_TURNOVER_PERCENT : UINT64_C(100));
}

static bool is_served(const struct scarcity *s, uint32_t pool, uint32_t slot)
{
    return (s->served[pool].bits[slot / 64] >> slot % 64 & 1) != 0;
}

/* The fewer units serve a profile, the more each of them matters. */
static uint64_t share_of(uint64_t supply)
{
    return supply > 0 ? UINT64_C(1000000000000) / supply : 0;
}

static void share_out(const struct engine *e, struct scarcity *s, uint32_t slot)
{
    uint64_t supply = 0;

    for (uint32_t p = 0; p < s->n_pools; p++)
        supply += is_served(s, p, slot) ? turnover(e, p) : 0;
    s->profiles[slot].share = share_of(supply);
    for (uint32_t p = 0; p < s->n_pools; p++) {
        if (is_served(s, p, slot)) {
            s->rarity[p] += s->profiles[slot].share;
            s->rarity_units += s->profiles[slot].share * e->pools[p].pool.units_total;
        }
    }
}

/* The same for all profiles at once, from nothing. */
static void share_out_all(const struct engine *e, struct scarcity *s)
{
    uint64_t supply[SCARCITY_PROFILES] = {0};

    s->units = 0;
    s->rarity_units = 0;
    for (uint32_t p = 0; p < s->n_pools; p++) {
        uint64_t units = turnover(e, p);

        for (unsigned w = 0; w < WORDS; w++) {
            for (uint64_t bits = s->served[p].bits[w]; bits != 0; bits &= bits - 1)
                supply[w * 64 + (unsigned)__builtin_ctzll(bits)] += units;
        }
    }
    for (unsigned k = 0; k < SCARCITY_PROFILES; k++)
        s->profiles[k].share = share_of(supply[k]);
    for (uint32_t p = 0; p < s->n_pools; p++) {
        s->rarity[p] = 0;
        for (unsigned w = 0; w < WORDS; w++) {
            for (uint64_t bits = s->served[p].bits[w]; bits != 0; bits &= bits - 1)
                s->rarity[p] += s->profiles[w * 64 + (unsigned)__builtin_ctzll(bits)].share;
        }
        s->rarity_units += s->rarity[p] * e->pools[p].pool.units_total;
        s->units += is_supply(e, p) ? e->pools[p].pool.units_total : 0;
    }
}

static void take_back(const struct engine *e, struct scarcity *s, uint32_t slot)
{
    for (uint32_t p = 0; p < s->n_pools; p++) {
        if (is_served(s, p, slot)) {
            s->rarity[p] -= s->profiles[slot].share;
            s->rarity_units -= s->profiles[slot].share * e->pools[p].pool.units_total;
            s->served[p].bits[slot / 64] &= ~(UINT64_C(1) << slot % 64);
        }
    }
    s->used -= s->profiles[slot].referral != 0;
    s->profiles[slot] = (struct profile){0};
}

/* ---- compiling ---- */

/* Does the pool serve the household of the slot? */
static void serve(const struct engine *e, struct scarcity *s, const struct match_ctx *c, uint32_t pool,
                  uint32_t slot)
{
    uint64_t bit = UINT64_C(1) << slot % 64;
    uint64_t *word = &s->served[pool].bits[slot / 64];
    struct match_place p;

    may_suit_place(e, c, pool, &p);
    *word = is_supply(e, pool) && does_serve(c, &p) ? *word | bit : *word & ~bit;
}

static void note_size(struct scarcity *s, int persons, uint32_t slot)
{
    uint64_t bit = UINT64_C(1) << slot % 64;

    for (int size = 0; size <= NEED_PERSONS_MAX; size++) {
        uint64_t *word = &s->larger[size].bits[slot / 64];

        *word = persons > size ? *word | bit : *word & ~bit;
    }
}

/* The profiles that take two units of the pool, if it serves them. */
static const uint64_t *larger_than_unit(const struct engine *e, const struct scarcity *s, uint32_t pool)
{
    uint8_t size = e->pools[pool].pool.unit_size;

    return s->larger[size < NEED_PERSONS_MAX ? size : NEED_PERSONS_MAX].bits;
}

static void compile(const struct engine *e, struct scarcity *s, uint64_t id)
{
    const struct referral *r = &e->referrals[id - 1].r;
    uint32_t slot = (uint32_t)(id % SCARCITY_PROFILES);
    struct match_ctx c;

    take_back(e, s, slot);
    if (!r->facts_known)
        return;
    may_suit_context(e, r, &c);
    note_size(s, c.persons, slot);
    for (uint32_t i = 0; i < s->n_pools; i++)
        serve(e, s, &c, i, slot);
    s->profiles[slot] = (struct profile){.referral = id, .groups = groups_of(&c)};
    s->used++;
    share_out(e, s, slot);
}

static void make_room(const struct engine *e, struct scarcity *s)
{
    struct served *served = mem_new(e->n_pools + 1u, sizeof *served);

    if (s->n_pools > 0)
        memcpy(served, s->served, s->n_pools * sizeof *served);
    free(s->served);
    free(s->rarity);
    s->served = served;
    s->rarity = mem_new(e->n_pools + 1u, sizeof s->rarity[0]);
    s->n_pools = e->n_pools;
}

/* Pools came or changed: those are held against the profiles anew, and what each profile weighs follows. */
static void compile_changed(const struct engine *e, struct scarcity *s)
{
    uint32_t *changed = mem_new(e->n_pools + 1u, sizeof *changed);
    uint32_t n = 0;

    if (s->n_pools != e->n_pools)
        make_room(e, s);
    for (uint32_t i = 0; i < s->n_pools; i++) {
        if (e->pools[i].has_changed)
            changed[n++] = i;
        e->pools[i].has_changed = false;
    }
    for (uint32_t slot = 0; slot < SCARCITY_PROFILES; slot++) {
        struct match_ctx c;

        if (s->profiles[slot].referral == 0)
            continue;
        may_suit_context(e, &e->referrals[s->profiles[slot].referral - 1].r, &c);
        for (uint32_t i = 0; i < n; i++)
            serve(e, s, &c, changed[i], slot);
    }
    share_out_all(e, s);
    s->supply = e->supply_version;
    free(changed);
}

struct scarcity *scarcity_new(void)
{
    return mem_new(1, sizeof(struct scarcity));
}

/* The memo: the engine is const to those who look, and what is compiled here follows from its state alone. */
static struct scarcity *compiled(const struct engine *e)
{
    struct scarcity *s = e->scarcity;

    if (s->supply != e->supply_version)
        compile_changed(e, s);
    if (s->seen + SCARCITY_PROFILES < e->n_referrals)
        s->seen = e->n_referrals - SCARCITY_PROFILES;
    while (s->seen < e->n_referrals)
        compile(e, s, ++s->seen);
    return s;
}

void scarcity_need_changed(struct engine *e, struct referral_id id)
{
    struct scarcity *s = e->scarcity;

    may_suit_forget(e, id);
    if (s->profiles[id.v % SCARCITY_PROFILES].referral == id.v)
        compile(e, s, id.v);
}

void scarcity_free(struct engine *e)
{
    if (e->scarcity != NULL) {
        free(e->scarcity->served);
        free(e->scarcity->rarity);
    }
    free(e->scarcity);
}

size_t scarcity_pool_bytes(const struct engine *e)
{
    const struct scarcity *s = e->scarcity;

    return s->n_pools > 0 ? (s->n_pools + 1u) * (sizeof s->served[0] + sizeof s->rarity[0]) : 0;
}

size_t scarcity_bytes(const struct engine *e)
{
    return sizeof *e->scarcity + scarcity_pool_bytes(e) + may_suit_bytes(e);
}

/* ---- prices ---- */

/* Units that may be offered of the pool now; an unknown number serves nobody for certain. */
static unsigned units_free(const struct engine *e, uint32_t pool, int64_t now_ms)
{
    struct pool_view v = engine_pool_view(e, (struct pool_id){pool + 1}, now_ms);

    if (v.offerable <= 0 || v.stopped || v.freshness == NOT_KNOWN || v.latest->deliverable == TRI_NO)
        return 0;
    return v.offerable < UNITS_ENOUGH ? (unsigned)v.offerable : UNITS_ENOUGH;
}

/* Free units of each profile, counted for all profiles at once: BIT[b] holds bit b of every count. At
 * UNITS_ENOUGH a count is full and stays so. */
#define COUNT_BITS 6
_Static_assert(1 << COUNT_BITS == UNITS_ENOUGH, "a count below enough has so many bits");

struct counts {
    uint64_t bit[COUNT_BITS][WORDS];
    uint64_t full[WORDS];
};

static void count_up(struct counts *n, const uint64_t profiles[WORDS], unsigned units)
{
    for (unsigned w = 0; w < WORDS; w++) {
        uint64_t carry = 0;

        for (unsigned b = 0; b < COUNT_BITS && (units >> b != 0 || carry != 0); b++) {
            uint64_t add = (units >> b & 1) != 0 ? profiles[w] : 0;
            uint64_t old = n->bit[b][w];

            n->bit[b][w] = old ^ add ^ carry;
            carry = (old & add) | (carry & (old ^ add));
        }
        n->full[w] |= units >= UNITS_ENOUGH ? profiles[w] : carry;
    }
}

static unsigned count_of(const struct counts *n, unsigned k)
{
    unsigned count = 0;

    if ((n->full[k / 64] >> k % 64 & 1) != 0)
        return UNITS_ENOUGH;
    for (unsigned b = 0; b < COUNT_BITS; b++)
        count |= (unsigned)(n->bit[b][k / 64] >> k % 64 & 1) << b;
    return count;
}

static void count_free(const struct engine *e, const struct scarcity *s, int64_t now_ms, struct counts *n)
{
    for (uint32_t p = 0; p < s->n_pools; p++) {
        const uint64_t *larger = larger_than_unit(e, s, p);
        unsigned units = units_free(e, p, now_ms);
        struct served by_one, by_two;

        if (units == 0)
            continue;
        for (unsigned w = 0; w < WORDS; w++) {
            by_one.bits[w] = s->served[p].bits[w] & ~larger[w];
            by_two.bits[w] = s->served[p].bits[w] & larger[w];
        }
        count_up(n, by_one.bits, units);
        if (units >= 2)
            count_up(n, by_two.bits, units / 2);
    }
}

void scarcity_at(const struct engine *e, int64_t now_ms, struct scarcity_moment *out)
{
    const struct scarcity *s = NULL;
    struct counts free_units = {0};
    uint32_t chance[UNITS_ENOUGH + 1] = {0}; /* g by number of free units; the last stays 0 */
    uint32_t a = e->settings.chance < 1000u ? e->settings.chance : 1000u;

    memset(out, 0, sizeof *out);
    if (e->settings.price_coverage == 0 && e->settings.price_rarity == 0)
        return;
    s = compiled(e);
    count_free(e, s, now_ms, &free_units);
    chance[1] = a * 1000u;
    for (unsigned m = 2; m < UNITS_ENOUGH; m++)
        chance[m] = chance[m - 1] * (1000u - a) / 1000u;
    for (unsigned k = 0; k < SCARCITY_PROFILES; k++) {
        out->loss[k] = chance[count_of(&free_units, k)]; /* an empty profile is served nowhere */
        out->at_risk[k / 64] |= (uint64_t)(out->loss[k] != 0) << k % 64;
    }
    out->profiles = s->used;
    out->now_ms = now_ms;
}

/* Word W of the profiles that can lose a chance at the pool: the last single unit is no loss to a household
 * that takes two. */
static uint64_t at_stake(const struct engine *e, const struct scarcity_moment *m, uint32_t pool, unsigned w,
                         bool is_single)
{
    const struct scarcity *s = e->scarcity;
    uint64_t too_large = is_single ? larger_than_unit(e, s, pool)[w] : 0;

    return m->at_risk[w] & s->served[pool].bits[w] & ~too_large;
}

static bool has_single_unit(const struct engine *e, const struct scarcity_moment *m, struct pool_id pool)
{
    return units_free(e, pool.v - 1, m->now_ms) == 1;
}

static int32_t rarity_of(const struct scarcity *s, uint32_t pool)
{
    uint64_t average = s->units > 0 ? s->rarity_units / s->units + 1 : 1;
    uint64_t rarity = s->rarity[pool] * 1000u / average;

    return (int32_t)(rarity < RARITY_MAX ? rarity : RARITY_MAX);
}

struct price scarcity_price(const struct engine *e, const struct scarcity_moment *m, struct pool_id pool)
{
    const struct scarcity *s = e->scarcity;
    struct price price = {0};
    uint32_t sum = 0; /* at most SCARCITY_PROFILES million */
    uint32_t of = m->profiles > PROFILES_MIN ? m->profiles : PROFILES_MIN;
    bool is_single = false;

    if (m->profiles == 0)
        return price;
    is_single = has_single_unit(e, m, pool);
    for (unsigned w = 0; w < WORDS; w++) {
        for (uint64_t bits = at_stake(e, m, pool.v - 1, w, is_single); bits != 0; bits &= bits - 1)
            sum += m->loss[w * 64 + (unsigned)__builtin_ctzll(bits)];
    }
    price.coverage = (int32_t)(sum / of);
    /* With little history rarity is noise as well. */
    price.rarity = (int32_t)((int64_t)rarity_of(s, pool.v - 1) * m->profiles / of);
    return price;
}

bool scarcity_group(const struct engine *e, const struct scarcity_moment *m, struct pool_id pool,
                    enum scarce_group *group, int *percent)
{
    const struct scarcity *s = e->scarcity;
    uint64_t by_group[SCARCE_N] = {0}, all = 0;
    unsigned households[SCARCE_N] = {0};
    unsigned best = 0;
    bool is_single = false;

    if (m->profiles == 0)
        return false;
    is_single = has_single_unit(e, m, pool);
    for (unsigned w = 0; w < WORDS; w++) {
        for (uint64_t bits = at_stake(e, m, pool.v - 1, w, is_single); bits != 0; bits &= bits - 1) {
            unsigned k = w * 64 + (unsigned)__builtin_ctzll(bits);

            all += m->loss[k];
            for (uint32_t groups = s->profiles[k].groups; groups != 0; groups &= groups - 1) {
                by_group[__builtin_ctz(groups)] += m->loss[k];
                households[__builtin_ctz(groups)]++;
            }
        }
    }
    for (unsigned g = 1; g < SCARCE_N; g++) {
        if (by_group[g] > by_group[best])
            best = g;
    }
    *group = (enum scarce_group)best;
    *percent = all > 0 ? (int)(by_group[best] * 100 / all) : 0;
    return *percent >= GROUP_PERCENT && households[best] >= GROUP_LEAST;
}
