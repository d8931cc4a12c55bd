/* The hard rules: one small function each, in the order of enum rule. A rule says FITS, ASK (a fact is
 * missing on either side, and it matters) or OUT (a known conflict). Only what is known excludes; rules of
 * safety never ask. */
#include "core/match_parts.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

typedef enum verdict rule_fn(const struct match_ctx *c, const struct match_place *p);

static enum verdict verdict_of(enum tri allowed)
{
    return allowed == TRI_YES ? VERDICT_FITS : allowed == TRI_NO ? VERDICT_OUT : VERDICT_ASK;
}

const struct match_asked *match_find_asked(const struct match_ctx *c, struct pool_id pool)
{
    for (size_t i = 0; i < c->n_asked; i++) {
        if (c->asked[i].pool.v == pool.v)
            return &c->asked[i];
    }
    return NULL;
}

enum house_word match_house_word(const struct match_ctx *c, struct location_id id)
{
    for (size_t i = 0; i < c->n_houses; i++) {
        if (c->houses[i].location.v == id.v)
            return c->houses[i].word;
    }
    return HOUSE_NONE;
}

static enum verdict rule_asked(const struct match_ctx *c, const struct match_place *p)
{
    enum house_word word = match_house_word(c, p->pool->location);

    if (word >= HOUSE_NO || match_find_asked(c, p->pool->id) != NULL)
        return VERDICT_OUT;
    return word != HOUSE_NONE ? VERDICT_ASK : VERDICT_FITS;
}

static enum verdict rule_stop(const struct match_ctx *c, const struct match_place *p)
{
    (void)c;
    return p->view.stopped ? VERDICT_OUT : VERDICT_FITS;
}

static enum verdict rule_deliverable(const struct match_ctx *c, const struct match_place *p)
{
    (void)c;
    if (p->view.latest == NULL)
        return VERDICT_FITS; /* nothing was ever said: RULE_STALE asks */
    /* Yesterday's "no staff" says nothing of tonight. */
    if (p->view.freshness == NOT_KNOWN && p->view.latest->deliverable == TRI_NO)
        return VERDICT_ASK;
    return verdict_of(p->view.latest->deliverable);
}

static enum verdict rule_full(const struct match_ctx *c, const struct match_place *p)
{
    (void)c;
    /* Every unit promised by us is full, also where the house never said what is free. */
    if (p->offerable == 0 || p->room < 1)
        return VERDICT_OUT;
    return p->offerable == UNITS_UNKNOWN || p->view.overcommitted ? VERDICT_ASK : VERDICT_FITS;
}

static enum verdict rule_unsafe(const struct match_ctx *c, const struct match_place *p)
{
    if (!c->unsafe_given)
        return VERDICT_FITS;
    /* A place whose region is not known cannot be called safe. */
    if (p->location->region >= vocab_regions(c->vocab))
        return VERDICT_OUT;
    return (c->unsafe >> p->location->region & 1) != 0 ? VERDICT_OUT : VERDICT_FITS;
}

/* The right to place goes with a gate request (core/gate): nobody has it by asking nicely. */
static enum verdict rule_gatekeeper(const struct match_ctx *c, const struct match_place *p)
{
    if (p->gatekeeper == GATEKEEPER_NONE || (c->placing >> p->gatekeeper & 1) != 0)
        return VERDICT_FITS;
    return VERDICT_OUT;
}

static enum verdict rule_target(const struct match_ctx *c, const struct match_place *p)
{
    enum kind kind = p->pool->kind;

    if (c->need->minor_alone || kind == KIND_JEUGD)
        return c->need->minor_alone && kind == KIND_JEUGD ? VERDICT_FITS : VERDICT_OUT;
    if (kind == KIND_COSM || kind == KIND_OMM)
        return verdict_of(c->trafficking);
    /* For who may be a victim of trafficking while that is not clear yet: only a no excludes. */
    if (kind == KIND_UUR72)
        return c->trafficking == TRI_NO ? VERDICT_OUT : VERDICT_FITS;
    if (kind != KIND_MANNEN)
        return VERDICT_FITS;
    if (c->women > 0 || c->men + c->others == 0)
        return VERDICT_OUT;
    return c->others > 0 ? VERDICT_ASK : VERDICT_FITS;
}

static enum verdict rule_size(const struct match_ctx *c, const struct match_place *p)
{
    enum tri two_units = c->need->keep_together ? p->pool->linkable : TRI_YES;

    if (c->persons <= p->pool->unit_size)
        return VERDICT_FITS;
    if (c->persons > 2 * p->pool->unit_size || two_units == TRI_NO || p->offerable == 1 || p->room == 1)
        return VERDICT_OUT;
    return two_units == TRI_UNKNOWN || p->offerable == UNITS_UNKNOWN ? VERDICT_ASK : VERDICT_FITS;
}

static enum verdict rule_sex(const struct match_ctx *c, const struct match_place *p)
{
    enum tri women = p->pool->women;
    enum tri men = p->pool->men;

    if ((c->women > 0 && women == TRI_NO) || (c->men > 0 && men == TRI_NO) ||
        (c->others > 0 && women == TRI_NO && men == TRI_NO))
        return VERDICT_OUT;
    if ((c->women > 0 && women == TRI_UNKNOWN) || (c->men > 0 && men == TRI_UNKNOWN) ||
        (c->others > 0 && (women != TRI_YES || men != TRI_YES)))
        return VERDICT_ASK;
    return VERDICT_FITS;
}

static enum verdict rule_adult_age(const struct match_ctx *c, const struct match_place *p)
{
    int min = p->pool->adult_age_min;
    int max = p->pool->adult_age_max;

    if (c->women + c->men + c->others == 0)
        return VERDICT_FITS;
    if (max == AGE_NONE || (c->adult_age_low >= 0 && c->adult_age_low < min) ||
        (max != AGE_UNKNOWN && c->adult_age_high > max))
        return VERDICT_OUT;
    if (max == AGE_UNKNOWN || min == AGE_UNKNOWN ||
        (c->adult_age_unknown && (min > ADULT_AGE || max != AGE_NO_LIMIT)))
        return VERDICT_ASK;
    return VERDICT_FITS;
}

static enum verdict rule_children(const struct match_ctx *c, const struct match_place *p)
{
    return c->children == 0 ? VERDICT_FITS : verdict_of(p->pool->children);
}

/* Oldest son (or daughter) against the limit. A child of unknown or other sex counts for both limits: failing
 * both excludes, failing one is a question. */
static enum verdict child_age(int known, int other, int limit, int other_limit)
{
    if (known < 0 && other < 0)
        return VERDICT_FITS;
    if (limit == AGE_UNKNOWN)
        return VERDICT_ASK;
    if (known > limit)
        return VERDICT_OUT;
    if (other <= limit)
        return VERDICT_FITS;
    return other_limit != AGE_UNKNOWN && other > other_limit ? VERDICT_OUT : VERDICT_ASK;
}

static enum verdict rule_son(const struct match_ctx *c, const struct match_place *p)
{
    return child_age(c->oldest_boy, c->oldest_other, p->pool->son_age_max, p->pool->daughter_age_max);
}

static enum verdict rule_daughter(const struct match_ctx *c, const struct match_place *p)
{
    return child_age(c->oldest_girl, c->oldest_other, p->pool->daughter_age_max, p->pool->son_age_max);
}

static enum verdict rule_residence(const struct match_ctx *c, const struct match_place *p)
{
    /* Everything one can turn out to be. */
    const uint64_t known = ((UINT64_C(1) << RESIDENCE_N) - 1) & ~(UINT64_C(1) << RESIDENCE_ONBEKEND);

    if (c->need->residence != RESIDENCE_ONBEKEND)
        return verdict_of(tri_get(pool_residences(p->pool), c->need->residence));
    /* Not knowing never blocks a night bed (domain: section 3); finding out is a task for later. */
    if (p->kind->residence_unknown || (pool_residences(p->pool).yes & known) == known ||
        tri_get(pool_residences(p->pool), RESIDENCE_ONBEKEND) == TRI_YES)
        return VERDICT_FITS;
    return VERDICT_ASK;
}

static enum verdict rule_threat_level(const struct match_ctx *c, const struct match_place *p)
{
    const uint64_t known = 1u << THREAT_GROEN | 1u << THREAT_ORANJE | 1u << THREAT_ROOD;

    if (c->need->threat_level != THREAT_UNKNOWN)
        return verdict_of(tri_get(pool_threat_levels(p->pool), c->need->threat_level));
    return (pool_threat_levels(p->pool).no & known) != 0 ? VERDICT_ASK : VERDICT_FITS;
}

/* Needs against an offer, bit by bit: needed and refused is out; needed and not said, or refused and not
 * known to be unneeded, is a question. */
static enum verdict tri_sets_agree(struct tri_set need, struct tri_set offer, uint64_t mask)
{
    if ((need.yes & offer.no & mask) != 0)
        return VERDICT_OUT;
    if ((need.yes & ~offer.yes & mask) != 0 || (offer.no & ~need.no & mask) != 0)
        return VERDICT_ASK;
    return VERDICT_FITS;
}

static enum verdict rule_threat_kind(const struct match_ctx *c, const struct match_place *p)
{
    return tri_sets_agree(c->need->threat_kinds, pool_threat_kinds(p->pool),
                          (UINT64_C(1) << THREAT_KIND_N) - 1);
}

static enum verdict rule_trait(const struct match_ctx *c, const struct match_place *p)
{
    return tri_sets_agree(c->traits, p->traits, c->excluding);
}

static enum verdict rule_serves(const struct match_ctx *c, const struct match_place *p)
{
    uint8_t home = c->need->home_region;
    bool home_known = home < vocab_regions(c->vocab);

    if ((c->all_regions & ~p->pool->serves_regions) == 0 ||
        (home_known && (p->pool->serves_regions >> home & 1) != 0))
        return VERDICT_FITS;
    if (p->pool->safety_exception) {
        if (c->need->threat_level >= THREAT_ORANJE || c->home_unsafe)
            return VERDICT_FITS;
        if (c->need->threat_level == THREAT_UNKNOWN)
            return VERDICT_ASK;
    }
    return home_known ? VERDICT_OUT : VERDICT_ASK;
}

static enum verdict rule_night(const struct match_ctx *c, const struct match_place *p)
{
    (void)c;
    return p->intake == INTAKE_TOO_LATE  ? VERDICT_OUT
           : p->intake == INTAKE_UNKNOWN ? VERDICT_ASK
                                         : VERDICT_FITS;
}

/* A scarce place opens to households that do not need it some time before their deadline (matching.md 2.4: a
 * window costs the others little and gave guarded households .57 to .64 on time). */
static enum verdict rule_tier(const struct match_ctx *c, const struct match_place *p)
{
    int64_t window_ms = (int64_t)c->settings->tier_window_s[c->need->urgency] * MS_SECOND;

    if (p->needed == TRI_YES || c->deadline_ms - c->now_ms <= window_ms)
        return VERDICT_FITS;
    return p->needed == TRI_UNKNOWN ? VERDICT_ASK : VERDICT_OUT;
}

static enum verdict rule_stale(const struct match_ctx *c, const struct match_place *p)
{
    (void)c;
    return p->view.freshness >= STALE ? VERDICT_ASK : VERDICT_FITS;
}

static rule_fn *const rules[RULE_N] = {
    [RULE_ASKED] = rule_asked,
    [RULE_STOP] = rule_stop,
    [RULE_DELIVERABLE] = rule_deliverable,
    [RULE_FULL] = rule_full,
    [RULE_UNSAFE] = rule_unsafe,
    [RULE_GATEKEEPER] = rule_gatekeeper,
    [RULE_TARGET] = rule_target,
    [RULE_SIZE] = rule_size,
    [RULE_SEX] = rule_sex,
    [RULE_ADULT_AGE] = rule_adult_age,
    [RULE_CHILDREN] = rule_children,
    [RULE_SON] = rule_son,
    [RULE_DAUGHTER] = rule_daughter,
    [RULE_RESIDENCE] = rule_residence,
    [RULE_THREAT_LEVEL] = rule_threat_level,
    [RULE_THREAT_KIND] = rule_threat_kind,
    [RULE_TRAIT] = rule_trait,
    [RULE_SERVES] = rule_serves,
    [RULE_NIGHT] = rule_night,
    [RULE_TIER] = rule_tier,
    [RULE_STALE] = rule_stale,
};

enum verdict match_rule(enum rule rule, const struct match_ctx *c, const struct match_place *p)
{
    CHECK(rule < RULE_N);
    return rules[rule](c, p);
}

void match_judge(const struct match_ctx *c, const struct match_place *p, struct match_judgement *out)
{
    uint32_t masks[VERDICT_N] = {0};

    for (unsigned i = 0; i < RULE_N; i++)
        masks[rules[i](c, p)] |= 1u << i;
    out->out_mask = masks[VERDICT_OUT];
    out->ask_mask = masks[VERDICT_ASK];
    out->verdict = out->out_mask != 0 ? VERDICT_OUT : out->ask_mask != 0 ? VERDICT_ASK : VERDICT_FITS;
    out->units = c->persons > p->pool->unit_size && (out->out_mask & 1u << RULE_SIZE) == 0 ? 2 : 1;
}

bool match_excludes_but(const struct match_ctx *c, const struct match_place *p, uint32_t but)
{
    for (unsigned i = 0; i < RULE_N; i++) {
        if ((but >> i & 1) == 0 && rules[i](c, p) == VERDICT_OUT)
            return true;
    }
    return false;
}

bool match_excludes(const struct match_ctx *c, const struct match_place *p)
{
    return match_excludes_but(c, p, 0);
}

const char *rule_code(enum rule r)
{
    static const char *const codes[RULE_N] = {
        "asked",        "stop",        "deliverable", "full",     "unsafe", "gatekeeper", "target",
        "size",         "sex",         "adult_age",   "children", "son",    "daughter",   "residence",
        "threat_level", "threat_kind", "trait",       "serves",   "night",  "tier",       "stale"};

    CHECK(r < RULE_N);
    return codes[r];
}

const char *verdict_code(enum verdict v)
{
    static const char *const codes[VERDICT_N] = {"fits", "ask", "out"};

    CHECK(v < VERDICT_N);
    return codes[v];
}
