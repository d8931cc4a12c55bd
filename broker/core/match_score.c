/* The fit score: 1000 less penalties (matching.md 3.2), in integers. It judges suitability only; neither the
 * chance of a yes nor the age of the number may enter (matching.md 3.3: both cost people a bed). */
#include "core/match_parts.h"

#include "base/mem.h"

enum cost {
    COST_DISTANCE = 400,     /* without threat: far from home or school, at FAR_KM and beyond */
    COST_OTHER_REGION = 120, /* funding and schools change with the region */
    COST_THREAT_NEAR = 200,  /* under threat: at the threat's own door, none from SAFE_KM */
    COST_THREAT_FAR = 200,   /* under threat: far from home or school, at THREAT_FAR_KM and beyond */
    COST_LANGUAGE = 180,     /* nobody in the house speaks it */
    COST_SOFT = 150,         /* all soft needs missing */
    COST_SECOND_MOVE = 150,  /* emergency place */
    KNOWN_HOUSE = 120        /* made up for where the household is known: the same as another region */
};
#define FAR_KM 100
#define SAFE_KM 70
#define THREAT_FAR_KM 180
#define TRAVEL_COST_MAX 10000
#define HISTORY 128 /* referrals from which the price counts in full: five days of the nation */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Kilometres from the nearest place the household must stay away from; with none named, from home. */
static int threat_km(const struct match_ctx *c, uint8_t region)
{
    const struct need *n = c->need;
    int km = INT16_MAX;

    for (uint8_t r = 0; r < vocab_regions(c->vocab); r++) {
        if ((n->unsafe_regions >> r & 1) != 0)
            km = smaller(km, vocab_km(c->vocab, r, region));
    }
    for (int i = 0; i < n->n_points; i++) {
        if (n->points[i].region < vocab_regions(c->vocab))
            km = smaller(km, vocab_km(c->vocab, n->points[i].region, region));
    }
    if (!c->unsafe_given && n->home_region < vocab_regions(c->vocab))
        km = vocab_km(c->vocab, n->home_region, region);
    return km;
}

void match_distance_costs(struct match_ctx *c)
{
    uint8_t school = c->need->school_region;
    uint8_t anchor = school < vocab_regions(c->vocab) ? school : c->from;

    for (uint8_t r = 0; r < vocab_regions(c->vocab); r++) {
        int km = anchor == REGION_NONE ? 0 : vocab_km(c->vocab, anchor, r);
        int cost = 0;

        if (c->need->threat_level >= THREAT_ORANJE) {
            cost = COST_THREAT_NEAR * (SAFE_KM - smaller(SAFE_KM, threat_km(c, r))) / SAFE_KM;
            cost += COST_THREAT_FAR * smaller(km, THREAT_FAR_KM) / THREAT_FAR_KM;
        } else {
            cost = COST_DISTANCE * smaller(km, FAR_KM) / FAR_KM;
            if (c->from != REGION_NONE && c->from != r)
                cost += COST_OTHER_REGION;
        }
        c->distance_cost[r] = (uint16_t)cost;
        c->travel_cost[r] = (uint16_t)smaller(c->settings->price_distance * km / 100, TRAVEL_COST_MAX);
    }
}

/* In proportion to what is missing; a soft need the house said nothing about counts half. */
static int soft_cost(const struct match_ctx *c, const struct match_place *p)
{
    uint64_t needed = c->traits.yes & c->soft;
    int n = __builtin_popcountll(needed);
    int missing = __builtin_popcountll(needed & p->traits.no);
    int unsaid = __builtin_popcountll(needed & ~p->traits.no & ~p->traits.yes);

    return n == 0 ? 0 : COST_SOFT * (2 * missing + unsaid) / (2 * n);
}

static bool language_is_missing(const struct match_ctx *c, const struct match_place *p)
{
    return c->need->language < VOCAB_LANGUAGES_MAX && c->need->language != c->dutch &&
           (p->pool->languages >> c->need->language & 1) == 0;
}

/* The house knows them: up to KNOWN_HOUSE of what was lost is given back, distance first. So it can only
 * raise, never over a perfect fit, and the terms still add up to what is missing. */
static void make_up_for(struct match_terms *t)
{
    int16_t *lost[] = {&t->distance, &t->soft, &t->language, &t->second_move};
    int left = KNOWN_HOUSE;

    for (unsigned i = 0; i < COUNT_OF(lost); i++) {
        int back = smaller(left, *lost[i]);

        *lost[i] = (int16_t)(*lost[i] - back);
        left -= back;
    }
}

int match_fit(const struct match_ctx *c, const struct match_place *p, struct match_terms *terms)
{
    bool is_placed = p->location->region < vocab_regions(c->vocab);
    int fit = 1000;

    terms->distance = (int16_t)(is_placed ? c->distance_cost[p->location->region] : 0);
    terms->soft = (int16_t)soft_cost(c, p);
    terms->language = language_is_missing(c, p) ? COST_LANGUAGE : 0;
    terms->second_move = p->kind->max_hours != 0 ? COST_SECOND_MOVE : 0;
    if (c->known_house.v != 0 && c->known_house.v == p->location->id.v)
        make_up_for(terms);
    fit -= terms->distance + terms->soft + terms->language + terms->second_move;
    return fit < 0 ? 0 : fit;
}

bool match_moves_again(const struct match_ctx *c, const struct match_place *p)
{
    return c->follows_up && p->kind->max_hours != 0;
}

int match_utility(const struct match_ctx *c, const struct match_place *p, int fit, struct price *price,
                  struct match_terms *terms)
{
    const struct core_settings *s = c->settings;
    int64_t points = 0;
    int travel = 0;

    *price = (struct price){0};
    terms->scarcity = 0;
    if (c->moment == NULL)
        return fit;
    if (p->location->region < vocab_regions(c->vocab)) {
        travel = c->travel_cost[p->location->region];
        terms->distance = (int16_t)(terms->distance + travel);
    }
    *price = scarcity_price(c->engine, c->moment, p->pool->id);
    points = ((int64_t)s->price_coverage * price->coverage + (int64_t)s->price_rarity * price->rarity) / 1000;
    /* A handful of referrals is chance, no demand: the price comes in with the history. */
    if (c->moment->profiles < HISTORY)
        points = points * c->moment->profiles / HISTORY;
    /* An emergency unit is free again within days: it costs the others less. */
    if (p->kind->max_hours != 0)
        points = points * s->price_short / 1000;
    terms->scarcity = (int16_t)(points < INT16_MAX ? points : INT16_MAX);
    return fit - travel - terms->scarcity;
}
