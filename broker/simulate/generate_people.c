/* Who needs a place: the make-up of a household, what it needs and what is dangerous for it. The shares are
 * those of matching.md 2.1; where that text gives only the outcome ("9.4 % trafficking, 18 pools fit") the
 * numbers here are fitted to it, and tests/unit/simulate/generate_test.c holds the outcome. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

enum makeup { WOMAN, WOMAN_CHILDREN, MAN, MAN_CHILDREN, TWO_ADULTS, MAKEUPS };
static const int makeup_weights[MAKEUPS] = {450, 430, 60, 15, 45};
static const int child_weights[] = {42, 33, 15, 6, 3, 1};
/* Permille of a make-up that are victims of trafficking: 9.4 % in all. */
static const int trafficking[MAKEUPS] = {140, 45, 150, 20, 40};

static void draw_children(struct draw *d, struct sim_referral *r)
{
    static const int bands[] = {48, 27, 25}; /* under 6, 6-11, 12-17 */
    r->n_kids = 1 + draw_pick(d, child_weights, COUNT_OF(child_weights));
    for (int i = 0; i < r->n_kids; i++) {
        int from = 6 * draw_pick(d, bands, COUNT_OF(bands));
        r->kids[i].age = from + draw_range(d, 0, 5);
        r->kids[i].boy = draw_chance(d, 510);
    }
}

static enum makeup draw_makeup(struct draw *d, struct sim_referral *r)
{
    enum makeup m = (enum makeup)draw_pick(d, makeup_weights, MAKEUPS);
    bool couple = draw_chance(d, 470); /* of two adults: a woman and a man, else two women */
    bool children = m == WOMAN_CHILDREN || m == MAN_CHILDREN || (m == TWO_ADULTS && draw_chance(d, 400));
    bool man = m == MAN || m == MAN_CHILDREN;

    r->women = man ? 0 : m == TWO_ADULTS && !couple ? 2 : 1;
    r->men = man || (m == TWO_ADULTS && couple) ? 1 : 0;
    if (children)
        draw_children(d, r);
    return m;
}

/* Trafficking brings its own needs: half need the care of COSM or OMM, the others may also go elsewhere. */
static void draw_trafficking(const struct generator *g, struct draw *d, enum makeup m, struct sim_referral *r)
{
    bool victim = draw_chance(d, trafficking[m] * gen_par(g, SIM_PAR_TRAFFICKING) / 1000);
    bool multiple = draw_chance(d, 300);
    bool needs = draw_chance(d, multiple ? 540 : 460);
    unsigned cap = multiple ? SIM_CAP_OMM : SIM_CAP_COSM;

    if (!victim)
        return;
    r->traff = multiple ? 2 : 1;
    if (needs)
        r->needmask |= cap;
    else
        r->softmask |= cap;
}

/* At most one kind of care is required; others may be wished for. */
static void draw_care(struct draw *d, struct sim_referral *r)
{
    static const unsigned caps[] = {SIM_CAP_PSYCH,   SIM_CAP_ADDICTION, SIM_CAP_LVB,
                                    SIM_CAP_MEDICAL, SIM_CAP_YOUTH,     0};
    static const int required[] = {74, 17, 52, 18, 30, 809};
    static const int wished[] = {120, 30, 80, 40, 150};
    unsigned need = caps[draw_pick(d, required, COUNT_OF(required))];

    for (size_t i = 0; i < COUNT_OF(wished); i++) {
        if (draw_chance(d, wished[i]) && caps[i] != need)
            r->softmask |= caps[i];
    }
    r->needmask |= need;
    if (r->n_kids == 0) {
        r->needmask &= ~(unsigned)SIM_CAP_YOUTH;
        r->softmask &= ~(unsigned)SIM_CAP_YOUTH;
    }
}

/* Level 1 shuns the regions within 28 km of where it comes from and 0-2 others, level 2 within 50 km and 0-3
 * others; somewhere is always left. */
static void draw_danger(const struct sim_world *w, struct draw *d, struct sim_referral *r)
{
    static const int levels[] = {55, 41, 4};
    int km = 0;
    int others = 0;

    r->sec = draw_pick(d, levels, COUNT_OF(levels));
    others = draw_range(d, 0, r->sec + 1);
    km = r->sec == 2 ? 50 : 28;
    if (r->sec == 0)
        return;
    for (int i = 0; i < w->n_regions; i++) {
        if (gen_region_km(w, r->origin, i) < km)
            r->excl |= UINT64_C(1) << i;
    }
    for (int i = 0; i < others; i++)
        r->excl |= UINT64_C(1) << draw_range(d, 0, w->n_regions - 1);
}

/* School or work: mostly at home, else the nearest to home of three regions drawn by weight. */
static int draw_anchor(const struct sim_world *w, struct draw *d, int origin)
{
    int best = origin;
    bool home = draw_chance(d, 800);
    for (int i = 0; i < 3 && !home; i++) {
        int other = gen_region_by_weight(w, d);
        if (best == origin || gen_region_km(w, origin, other) < gen_region_km(w, origin, best))
            best = other;
    }
    return best;
}

static int draw_language(struct draw *d)
{
    static const int weights[] = {24, 18, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1};
    bool other = draw_chance(d, 370);
    int lang = 1 + draw_pick(d, weights, COUNT_OF(weights));
    return other ? lang : 0;
}

static void draw_urgency(const struct generator *g, struct draw *d, struct sim_referral *r)
{
    int a = gen_par(g, SIM_PAR_URGENT_A);
    int b = gen_par(g, SIM_PAR_URGENT_B);
    const int weights[] = {a, b, 1000 - a - b};
    r->urg = (enum sim_urgency)draw_pick(d, weights, COUNT_OF(weights));
}

void gen_stay(const struct generator *g, int index, struct sim_referral *r)
{
    struct draw d = draw_of(g->seed, DRAW_STAY, (uint64_t)index);
    int64_t stay = (int64_t)gen_par(g, SIM_PAR_STAY) * SIM_DAY;
    stay = stay * draw_lognormal(&d, 800) / g->stay_mean;
    stay = stay * (100 + 6 * r->n_kids) / 100;
    if (r->status == SIM_STATUS_NONE)
        stay = stay * 14 / 10;
    if (r->wheel)
        stay = stay * 12 / 10;
    r->stay_min = stay < 60 ? 60 : (int)stay;
    if (draw_chance(&d, gen_par(g, SIM_PAR_BLOCK))) {
        /* Exponential by its own table: the median is 1/1.44 of the mean. */
        int64_t median = (int64_t)gen_par(g, SIM_PAR_BLOCK_MIN) * 1000 / 1441;
        r->block_min = (int)(median * sim_exponential(draw_range(&d, 0, DRAW_TABLE - 1)) / 1000);
    }
    r->ghost = draw_chance(&d, gen_par(g, SIM_PAR_GHOST)) && r->block_min > 0;
}

void gen_household(const struct generator *g, int index, struct sim_referral *out)
{
    struct draw d = draw_of(g->seed, DRAW_HOUSEHOLD, (uint64_t)index);
    static const unsigned statuses[] = {SIM_STATUS_LEGAL, SIM_STATUS_PENDING, SIM_STATUS_NONE};
    /* Permille. Many victims of trafficking wait for a decision: 12 and 8 % in all. */
    static const int weights[] = {828, 96, 76};
    static const int weights_trafficking[] = {540, 350, 110};
    struct sim_referral r = {.id = index, .follows = -1};
    enum makeup m = draw_makeup(&d, &r);

    draw_trafficking(g, &d, m, &r);
    draw_care(&d, &r);
    r.wheel = draw_chance(&d, 31);
    r.status = statuses[draw_pick(&d, r.traff > 0 ? weights_trafficking : weights, COUNT_OF(weights))];
    r.origin = gen_region_by_weight(g->w, &d);
    r.anchor = draw_anchor(g->w, &d, r.origin);
    draw_danger(g->w, &d, &r);
    r.lang = draw_language(&d);
    draw_urgency(g, &d, &r);
    r.local = draw_chance(&d, gen_par(g, SIM_PAR_LOCAL));
    if (gen_par(g, SIM_PAR_CHAIN))
        r.needmask |= SIM_CAP_ACUTE;
    gen_stay(g, index, &r);
    *out = r;
}
