/* Masks into stated facts, for people. A place that is out says why, first the first failing rule; any other
 * says what speaks for it, then what to mind, then what to ask. Facts nobody would weigh are left unsaid. */
#include "core/match_parts.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/time_text.h"

#define NEAR_MINUTES 30   /* worth saying: the household keeps school, work and people */
#define SON_TELLS_FROM 10 /* years; houses draw their line at 11, 13, 15 or 17 (matching.md 2.1) */
#define FOR_MAX 10        /* leaves room for every kind of question */
#define MIND_MAX 14

struct statement {
    const struct match_ctx *c;
    const struct match_place *p;
    struct pool_match *m;
    unsigned limit; /* reasons there may be by now */
};

typedef void explain_fn(struct statement *s);

static void say(struct statement *s, enum reason_code code, int64_t a, int64_t b)
{
    struct pool_match *m = s->m;
    struct reason r = {
        .code = (uint8_t)code,
        .a = (int16_t)(a > INT16_MAX ? INT16_MAX : a),
        .b = (int16_t)(b > INT16_MAX ? INT16_MAX : b),
    };

    for (unsigned i = 0; i < m->n_reasons; i++) {
        /* Two rules may end in the same question. */
        if (m->reasons[i].code == r.code && m->reasons[i].a == r.a && m->reasons[i].b == r.b)
            return;
    }
    if (m->n_reasons < s->limit)
        m->reasons[m->n_reasons++] = r;
}

static void say_each(struct statement *s, enum reason_code code, uint64_t bits)
{
    for (; bits != 0; bits &= bits - 1)
        say(s, code, __builtin_ctzll(bits), 0);
}

static bool is_language_wanted(const struct match_ctx *c)
{
    return c->need->language < VOCAB_LANGUAGES_MAX && c->need->language != c->dutch;
}

static int64_t age_hours(const struct statement *s)
{
    return s->p->view.latest ? (s->c->now_ms - s->p->view.latest->observed_at_ms) / MS_HOUR : 0;
}

/* ---- against: one per rule that excludes ---- */

/* What its house is to the household, or that it is asked. */
static enum reason_code of_house(const struct statement *s)
{
    static const enum reason_code reasons[] = {
        [HOUSE_NONE] = REASON_OUT_ASKED,
        [HOUSE_UNWANTED_BEFORE] = REASON_ASK_UNWANTED,
        [HOUSE_REFUSED_BEFORE] = REASON_ASK_TURNED_AWAY,
        [HOUSE_UNSAFE] = REASON_ASK_LEFT_UNSAFE,
        [HOUSE_UNWANTED] = REASON_OUT_UNWANTED,
        [HOUSE_REFUSED] = REASON_OUT_TURNED_AWAY,
        [HOUSE_CONFLICT] = REASON_OUT_CONFLICT,
    };
    enum house_word word = match_house_word(s->c, s->p->location->id);

    return s->m->verdict == VERDICT_OUT && word < HOUSE_NO ? REASON_OUT_ASKED : reasons[word];
}

static void out_asked(struct statement *s)
{
    const struct match_asked *a = match_find_asked(s->c, s->p->pool->id);

    if (a != NULL && a->declined)
        say(s, REASON_OUT_DECLINED, a->decline_reason - 1, 0);
    else
        say(s, of_house(s), 0, 0);
}

static void out_stop(struct statement *s)
{
    say(s, REASON_OUT_STOP, 0, 0);
}

static void out_deliverable(struct statement *s)
{
    say(s, REASON_OUT_STAFF, 0, 0);
}

static void out_full(struct statement *s)
{
    int32_t total = s->p->view.latest != NULL && s->p->view.latest->total != UNITS_UNKNOWN
                        ? s->p->view.latest->total
                        : s->p->pool->units_total;

    say(s, REASON_OUT_FULL, total, 0);
}

static void out_unsafe(struct statement *s)
{
    const struct need *n = s->c->need;
    uint8_t region = s->p->location->region;

    if (region >= vocab_regions(s->c->vocab) || (n->unsafe_regions >> region & 1) != 0) {
        say(s, REASON_OUT_UNSAFE_REGION, region, 0);
        return;
    }
    for (int i = 0; i < n->n_points; i++) {
        bool on_map = n->points[i].region < vocab_regions(s->c->vocab);
        int minutes = on_map ? vocab_minutes(s->c->vocab, n->points[i].region, region) : 0;

        if (minutes < n->points[i].minutes || !on_map)
            say(s, REASON_OUT_UNSAFE_NEAR, n->points[i].region, minutes);
    }
}

static void out_gatekeeper(struct statement *s)
{
    say(s, s->p->gatekeeper == GATEKEEPER_COMENSHA ? REASON_OUT_COMENSHA : REASON_OUT_GI, 0, 0);
}

static void out_target(struct statement *s)
{
    say(s, REASON_OUT_TARGET, s->p->pool->kind, 0);
}

static void out_size(struct statement *s)
{
    say(s, REASON_OUT_SIZE, s->c->persons, s->p->pool->unit_size);
}

static void out_sex(struct statement *s)
{
    bool other = s->c->others > 0 && s->p->pool->women == TRI_NO && s->p->pool->men == TRI_NO;

    if (s->p->pool->women == TRI_NO && (s->c->women > 0 || other))
        say(s, REASON_OUT_WOMEN, 0, 0);
    if (s->p->pool->men == TRI_NO && (s->c->men > 0 || other))
        say(s, REASON_OUT_MEN, 0, 0);
}

/* The age that is outside; where no adult is admitted at all, any age will do. */
static void out_adult_age(struct statement *s)
{
    const struct pool_kept *p = s->p->pool;
    int low = s->c->adult_age_low;

    if (low >= 0 && low < p->adult_age_min)
        say(s, REASON_OUT_ADULT_AGE, low, p->adult_age_min);
    else
        say(s, REASON_OUT_ADULT_AGE, s->c->adult_age_high, p->adult_age_max);
}

static void out_children(struct statement *s)
{
    say(s, REASON_OUT_CHILDREN, 0, 0);
}

static void out_son(struct statement *s)
{
    int limit = s->p->pool->son_age_max;

    say(s, REASON_OUT_SON, s->c->oldest_boy > limit ? s->c->oldest_boy : s->c->oldest_other, limit);
}

static void out_daughter(struct statement *s)
{
    int limit = s->p->pool->daughter_age_max;

    say(s, REASON_OUT_DAUGHTER, s->c->oldest_girl > limit ? s->c->oldest_girl : s->c->oldest_other, limit);
}

static void out_residence(struct statement *s)
{
    say(s, REASON_OUT_RESIDENCE, s->c->need->residence, 0);
}

static void out_threat_level(struct statement *s)
{
    say(s, REASON_OUT_THREAT_LEVEL, s->c->need->threat_level, 0);
}

static void out_threat_kind(struct statement *s)
{
    say_each(s, REASON_OUT_THREAT_KIND,
             s->c->need->threat_kinds.yes & pool_threat_kinds(s->p->pool).no & ((1u << THREAT_KIND_N) - 1));
}

static void out_trait(struct statement *s)
{
    say_each(s, REASON_OUT_TRAIT, s->c->traits.yes & s->p->traits.no & s->c->excluding);
}

static void out_serves(struct statement *s)
{
    say(s, REASON_OUT_SERVES, s->c->need->home_region, 0);
}

static void out_night(struct statement *s)
{
    say(s, REASON_OUT_NIGHT, match_opens_day_minute(s->c, s->p->location), 0);
}

static void out_tier(struct statement *s)
{
    say(s, REASON_OUT_TIER, s->p->pool->kind, 0);
}

static explain_fn *const against[RULE_N] = {
    [RULE_ASKED] = out_asked,
    [RULE_STOP] = out_stop,
    [RULE_DELIVERABLE] = out_deliverable,
    [RULE_FULL] = out_full,
    [RULE_UNSAFE] = out_unsafe,
    [RULE_GATEKEEPER] = out_gatekeeper,
    [RULE_TARGET] = out_target,
    [RULE_SIZE] = out_size,
    [RULE_SEX] = out_sex,
    [RULE_ADULT_AGE] = out_adult_age,
    [RULE_CHILDREN] = out_children,
    [RULE_SON] = out_son,
    [RULE_DAUGHTER] = out_daughter,
    [RULE_RESIDENCE] = out_residence,
    [RULE_THREAT_LEVEL] = out_threat_level,
    [RULE_THREAT_KIND] = out_threat_kind,
    [RULE_TRAIT] = out_trait,
    [RULE_SERVES] = out_serves,
    [RULE_NIGHT] = out_night,
    [RULE_TIER] = out_tier,
};

/* ---- questions: one per rule that asks ---- */

static void ask_asked(struct statement *s)
{
    say(s, of_house(s), 0, 0);
}

static void ask_deliverable(struct statement *s)
{
    say(s, REASON_ASK_STAFF, 0, 0);
}

static void ask_full(struct statement *s)
{
    /* Never reported, or long ago: RULE_STALE asks the whole question. */
    if (s->p->view.freshness != NOT_KNOWN || s->p->view.overcommitted)
        say(s, REASON_ASK_FREE, 0, 0);
}

static void ask_trafficking(struct statement *s)
{
    say(s, REASON_ASK_THREAT_KIND, THREAT_KIND_NETWERK, 0);
}

static void ask_target(struct statement *s)
{
    if (s->p->pool->kind == KIND_MANNEN)
        say(s, REASON_ASK_SEX, 0, 0);
    else
        ask_trafficking(s);
}

static void ask_size(struct statement *s)
{
    if (s->c->need->keep_together && s->p->pool->linkable == TRI_UNKNOWN)
        say(s, REASON_ASK_LINK, s->c->persons, s->p->pool->unit_size);
    else
        say(s, REASON_ASK_FREE, 0, 0); /* are there two? */
}

static void ask_sex(struct statement *s)
{
    if (s->c->women > 0 && s->p->pool->women == TRI_UNKNOWN)
        say(s, REASON_ASK_WOMEN, 0, 0);
    if (s->c->men > 0 && s->p->pool->men == TRI_UNKNOWN)
        say(s, REASON_ASK_MEN, 0, 0);
    if (s->c->others > 0 && (s->p->pool->women != TRI_YES || s->p->pool->men != TRI_YES))
        say(s, REASON_ASK_SEX, 0, 0);
}

static void ask_adult_age(struct statement *s)
{
    const struct pool_kept *p = s->p->pool;

    say(s, REASON_ASK_ADULT_AGE, p->adult_age_min < 0 ? 0 : p->adult_age_min,
        p->adult_age_max < 0 ? AGE_NO_LIMIT : p->adult_age_max);
}

static void ask_children(struct statement *s)
{
    say(s, REASON_ASK_CHILDREN, 0, 0);
}

static int older(int a, int b)
{
    return a > b ? a : b;
}

static void ask_son(struct statement *s)
{
    say(s, REASON_ASK_SON, older(s->c->oldest_boy, s->c->oldest_other), 0);
}

static void ask_daughter(struct statement *s)
{
    say(s, REASON_ASK_DAUGHTER, older(s->c->oldest_girl, s->c->oldest_other), 0);
}

static void ask_residence(struct statement *s)
{
    say(s, REASON_ASK_RESIDENCE, s->c->need->residence, 0);
}

static void ask_threat_level(struct statement *s)
{
    say(s, REASON_ASK_THREAT_LEVEL, s->c->need->threat_level, 0);
}

static void ask_threat_kind(struct statement *s)
{
    struct tri_set need = s->c->need->threat_kinds;
    struct tri_set carried = pool_threat_kinds(s->p->pool);

    say_each(s, REASON_ASK_THREAT_KIND,
             ((need.yes & ~carried.yes) | (carried.no & ~need.no)) & ((1u << THREAT_KIND_N) - 1));
}

static void ask_trait(struct statement *s)
{
    struct tri_set need = s->c->traits;
    struct tri_set offer = s->p->traits;

    say_each(s, REASON_ASK_TRAIT, need.yes & ~offer.yes & ~offer.no & s->c->excluding);
    say_each(s, REASON_ASK_TRAIT_NEED, offer.no & ~need.no & ~need.yes & s->c->excluding);
}

static void ask_serves(struct statement *s)
{
    if (s->p->pool->safety_exception && s->c->need->threat_level == THREAT_UNKNOWN)
        ask_threat_level(s);
    else
        say(s, REASON_ASK_SERVES, 0, 0);
}

static void ask_night(struct statement *s)
{
    say(s, REASON_ASK_NIGHT, 0, 0);
}

static void ask_tier(struct statement *s)
{
    if (s->p->pool->kind == KIND_BEVEILIGD)
        say(s, REASON_ASK_TIER, s->p->pool->kind, 0);
    else
        ask_trafficking(s);
}

static void ask_stale(struct statement *s)
{
    say(s, REASON_ASK_STALE, age_hours(s), 0);
}

static explain_fn *const questions[RULE_N] = {
    [RULE_ASKED] = ask_asked,
    [RULE_DELIVERABLE] = ask_deliverable,
    [RULE_FULL] = ask_full,
    [RULE_TARGET] = ask_target,
    [RULE_SIZE] = ask_size,
    [RULE_SEX] = ask_sex,
    [RULE_ADULT_AGE] = ask_adult_age,
    [RULE_CHILDREN] = ask_children,
    [RULE_SON] = ask_son,
    [RULE_DAUGHTER] = ask_daughter,
    [RULE_RESIDENCE] = ask_residence,
    [RULE_THREAT_LEVEL] = ask_threat_level,
    [RULE_THREAT_KIND] = ask_threat_kind,
    [RULE_TRAIT] = ask_trait,
    [RULE_SERVES] = ask_serves,
    [RULE_NIGHT] = ask_night,
    [RULE_TIER] = ask_tier,
    [RULE_STALE] = ask_stale,
};

/* Let each rule in MASK speak; each is kept one line of room while an earlier one lists its details. */
static void speak(struct statement *s, uint32_t mask, explain_fn *const *voices)
{
    for (; mask != 0; mask &= mask - 1) {
        explain_fn *voice = voices[__builtin_ctz(mask)];

        CHECK(voice != NULL);
        s->limit = MATCH_REASONS_MAX - (unsigned)__builtin_popcount(mask) + 1;
        voice(s);
    }
}

/* ---- for, and what to mind ---- */

static void say_room(struct statement *s)
{
    enum reason_code code = s->m->units == 1                  ? REASON_ROOM
                            : s->p->pool->linkable == TRI_YES ? REASON_ROOM_LINKED
                                                              : REASON_ROOM_APART;

    if ((s->m->ask_mask & 1u << RULE_SIZE) == 0)
        say(s, code, s->c->persons, s->p->pool->unit_size);
}

static void say_safe(struct statement *s)
{
    const struct need *n = s->c->need;

    if (n->threat_level != THREAT_UNKNOWN &&
        tri_get(pool_threat_levels(s->p->pool), n->threat_level) == TRI_YES)
        say(s, REASON_THREAT_OK, n->threat_level, 0);
    if (s->c->unsafe_given)
        say(s, REASON_OUTSIDE_UNSAFE, 0, 0);
    if (s->p->location->secret_address == TRI_YES)
        say(s, REASON_SECRET, 0, 0);
    if (s->p->location->guard_24h == TRI_YES && s->c->guard_needed == TRI_YES)
        say(s, REASON_GUARDED, 0, 0);
}

/* Needed and offered, without what say_safe has told already. */
static uint64_t offered(const struct statement *s)
{
    uint64_t bits = s->c->traits.yes & s->p->traits.yes;

    if (s->c->secret_bit != NO_BIT && s->p->location->secret_address == TRI_YES)
        bits &= ~(UINT64_C(1) << s->c->secret_bit);
    if (s->c->guard_bit != NO_BIT && s->p->location->guard_24h == TRI_YES)
        bits &= ~(UINT64_C(1) << s->c->guard_bit);
    return bits;
}

static void say_for(struct statement *s)
{
    const struct match_ctx *c = s->c;
    const struct pool_kept *p = s->p->pool;
    bool speaks = is_language_wanted(c) && (p->languages >> c->need->language & 1) != 0;

    s->limit = FOR_MAX;
    say_room(s);
    if (c->known_house.v != 0 && c->known_house.v == s->p->location->id.v)
        say(s, REASON_KNOWN_HOUSE, 0, 0);
    say_safe(s);
    if (speaks)
        say(s, REASON_LANGUAGE_SPOKEN, c->need->language, 0);
    if (c->oldest_boy >= SON_TELLS_FROM && p->son_age_max >= c->oldest_boy)
        say(s, REASON_SON_OK, c->oldest_boy, p->son_age_max);
    if (c->need->residence != RESIDENCE_NL && c->need->residence != RESIDENCE_ONBEKEND &&
        tri_get(pool_residences(p), c->need->residence) == TRI_YES)
        say(s, REASON_RESIDENCE_OK, c->need->residence, 0);
    if (!c->office_hours && s->p->intake == INTAKE_NOW)
        say(s, REASON_NIGHT_OK, 0, 0);
    if (c->need->threat_level < THREAT_ORANJE && s->m->minutes >= 0 && s->m->minutes <= NEAR_MINUTES)
        say(s, REASON_NEAR, s->m->minutes, 0);
    say_each(s, REASON_TRAIT_OFFERED, offered(s));
}

static void say_mind(struct statement *s)
{
    const struct match_ctx *c = s->c;
    const struct match_place *p = s->p;

    s->limit = MIND_MAX;
    if (p->intake == INTAKE_LATER)
        say(s, REASON_OPENS_LATER, match_opens_day_minute(c, p->location), 0);
    if (p->kind->max_hours != 0)
        say(s, REASON_SHORT_STAY, p->kind->max_hours, 0);
    if (is_language_wanted(c) && (p->pool->languages >> c->need->language & 1) == 0)
        say(s, REASON_LANGUAGE_BY_PHONE, c->need->language, 0);
    if (s->m->minutes >= 0 && s->m->minutes >= c->settings->far_minutes)
        say(s, REASON_FAR, s->m->minutes, 0);
    if (p->view.freshness == AGEING)
        say(s, REASON_AGEING, age_hours(s), 0);
    if (p->offerable > 0 && p->offerable <= s->m->units)
        say(s, REASON_LAST_UNIT, 0, 0);
    say_each(s, REASON_TRAIT_SOFT_MISSING, c->traits.yes & p->traits.no & c->soft);
}

void match_explain(const struct match_ctx *c, const struct match_place *p, struct pool_match *m)
{
    struct statement s = {.c = c, .p = p, .m = m};

    m->n_reasons = 0;
    if (m->verdict == VERDICT_OUT) {
        speak(&s, m->out_mask, against);
        return;
    }
    say_for(&s);
    say_mind(&s);
    speak(&s, m->ask_mask, questions);
    /* Not what decides, but worth a question: what a house did not say of a wish, and a task to find out. */
    s.limit = MATCH_REASONS_MAX;
    if (c->need->residence == RESIDENCE_ONBEKEND)
        ask_residence(&s);
    say_each(&s, REASON_ASK_TRAIT, c->traits.yes & ~p->traits.yes & ~p->traits.no & c->soft);
}
