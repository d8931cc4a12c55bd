#include "core/may_suit.h"

#include "base/check.h"
#include "base/mem.h"
#include "core/engine_state.h"

#include <stdlib.h>

/* Bytes of bits for each live referral, on average: all have theirs up to 1,087 pools, with 10,000 one in
 * nine. Who comes after them is judged when it is looked at. */
#define BITS_EACH 136

struct may_suit {
    uint32_t n_kept; /* referrals whose bits are kept */
    /* Who was looked at last without bits: its pools are asked after one by one. 0 = nobody. */
    uint64_t looked_at;
    struct match_ctx look;
};

/* Rules that hold whatever is free, whoever was asked and whoever may place there. */
static const enum rule lasting[] = {
    RULE_UNSAFE,   RULE_TARGET,       RULE_SIZE,        RULE_SEX,   RULE_ADULT_AGE, RULE_CHILDREN, RULE_SON,
    RULE_DAUGHTER, RULE_THREAT_LEVEL, RULE_THREAT_KIND, RULE_TRAIT, RULE_RESIDENCE, RULE_SERVES,
};

void may_suit_context(const struct engine *e, const struct referral *r, struct match_ctx *c)
{
    struct match_query q = {
        .need = &r->need,
        .referrer_region = engine_org(e, r->org)->region,
        .now_ms = r->opened_at_ms,
        .deadline_ms = r->deadline_ms,
    };

    match_ctx_init(c, e->vocab, &e->settings, &q);
}

/* A pool as its profile says, whatever is free. */
void may_suit_place(const struct engine *e, const struct match_ctx *c, uint32_t pool, struct match_place *p)
{
    const struct pool_view nothing = {.freshness = FRESH, .offerable = UNITS_UNKNOWN};

    match_place_init(p, c, &e->pools[pool].pool, engine_location(e, e->pools[pool].pool.location), &nothing);
    p->room = INT32_MAX;
}

bool may_suit_judge(const struct match_ctx *c, const struct match_place *p)
{
    for (unsigned i = 0; i < COUNT_OF(lasting); i++) {
        if (match_rule(lasting[i], c, p) == VERDICT_OUT)
            return false;
    }
    return true;
}

uint32_t may_suit_rules(void)
{
    uint32_t mask = 0;

    for (unsigned i = 0; i < COUNT_OF(lasting); i++)
        mask |= 1u << lasting[i];
    return mask;
}

/* ---- which pools a referral may look at ---- */

static size_t bits_size(const struct engine *e)
{
    return e->n_pools / 64 + 1;
}

/* Those kept from when there were fewer pools count as if they were as large as new ones. */
static bool has_room(const struct engine *e, const struct referral_slot *slot)
{
    size_t others = e->may_suit->n_kept - (slot->may_suit != NULL);

    return (others + 1) * bits_size(e) * sizeof slot->may_suit[0] <= (size_t)BITS_EACH * e->n_live;
}

static void forget_bits(const struct engine *e, struct referral_slot *slot)
{
    e->may_suit->n_kept -= slot->may_suit != NULL;
    free(slot->may_suit);
    slot->may_suit = NULL;
}

/* Of a closed one nobody will ever free them. */
static bool is_kept_for(const struct referral *r)
{
    return r->facts_known && referral_is_live(r->state);
}

bool may_suit_is_known(const struct engine *e, struct referral_id id)
{
    const struct referral_slot *slot = &e->referrals[id.v - 1];

    return (slot->may_suit != NULL && slot->may_suit_supply == e->supply_version) ||
           (is_kept_for(&slot->r) && !has_room(e, slot));
}

const uint64_t *may_suit_bits(const struct engine *e, struct referral_id id)
{
    struct referral_slot *slot = &e->referrals[id.v - 1];
    struct match_ctx c;

    CHECK(engine_referral(e, id) != NULL);
    if (!is_kept_for(&slot->r))
        return NULL;
    if (slot->may_suit != NULL && slot->may_suit_supply == e->supply_version && has_room(e, slot))
        return slot->may_suit;
    forget_bits(e, slot);
    if (!has_room(e, slot))
        return NULL;
    slot->may_suit = mem_new(bits_size(e), sizeof slot->may_suit[0]);
    e->may_suit->n_kept++;
    slot->may_suit_supply = e->supply_version;
    may_suit_context(e, &slot->r, &c);
    for (uint32_t i = 0; i < e->n_pools; i++) {
        struct match_place p;

        may_suit_place(e, &c, i, &p);
        if (may_suit_judge(&c, &p))
            slot->may_suit[i / 64] |= UINT64_C(1) << i % 64;
    }
    return slot->may_suit;
}

bool may_suit_pool(const struct engine *e, struct referral_id id, struct pool_id pool)
{
    const uint64_t *bits = may_suit_bits(e, id);
    const struct referral *r = engine_referral(e, id);
    struct may_suit *s = e->may_suit;
    struct match_place p;

    if (bits != NULL)
        return (bits[(pool.v - 1) / 64] >> (pool.v - 1) % 64 & 1) != 0;
    if (!is_kept_for(r))
        return true;
    if (s->looked_at != id.v)
        may_suit_context(e, r, &s->look);
    s->looked_at = id.v;
    s->look.need = &r->need; /* its table may have moved since */
    may_suit_place(e, &s->look, pool.v - 1, &p);
    return may_suit_judge(&s->look, &p);
}

void may_suit_forget(struct engine *e, struct referral_id id)
{
    forget_bits(e, referral_slot(e, id));
    if (e->may_suit->looked_at == id.v)
        e->may_suit->looked_at = 0;
}

struct may_suit *may_suit_new(void)
{
    return mem_new(1, sizeof(struct may_suit));
}

void may_suit_free(struct engine *e)
{
    for (uint32_t i = 0; i < e->n_referrals; i++)
        free(e->referrals[i].may_suit);
    free(e->may_suit);
}

size_t may_suit_bytes(const struct engine *e)
{
    size_t bytes = sizeof *e->may_suit;

    for (uint32_t i = 0; i < e->n_referrals; i++)
        bytes += e->referrals[i].may_suit != NULL ? bits_size(e) * sizeof(uint64_t) : 0;
    return bytes;
}
