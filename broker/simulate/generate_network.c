/* The houses and their pools, with the distributions of matching.md 2.1. */
#include "simulate/generate_parts.h"

#include "base/mem.h"

/* What is usual for a kind of house. In 174 houses 12 are high security and so on; the rest is ordinary. */
struct kind_row {
    int of_174;
    enum sim_param sites; /* their number, or -1: of_174 */
    enum sim_param units; /* exact number of units, or 0 */
    int mixed;            /* permille that takes men too */
    int sec;              /* level, or -1: half ordinary, half a secret address */
    unsigned caps;        /* always there */
    const int *sizes;     /* weights of 1, 2, 3, 4, 5, 6, 8 persons */
    enum sim_param stay;  /* SIM_PAR_N = as everywhere */
};

enum { SIZES = 7 };
static const int size_persons[SIZES] = {1, 2, 3, 4, 5, 6, 8};
static const int family_sizes[SIZES] = {24, 20, 19, 16, 11, 6, 4};
static const int trafficking_sizes[SIZES] = {62, 22, 12, 4, 0, 0, 0};
static const int men_sizes[SIZES] = {74, 16, 10, 0, 0, 0, 0};

static const struct kind_row kinds[SIM_KIND_N] = {
    [SIM_ORDINARY] = {0, SIM_PAR_SITES, SIM_PAR_UNITS_ORDINARY, 180, -1, 0, family_sizes, SIM_PAR_N},
    [SIM_COSM] = {6, SIM_PAR_SITES_COSM, SIM_PAR_UNITS_COSM, 400, 2, SIM_CAP_COSM, trafficking_sizes,
                  SIM_PAR_STAY_COSM},
    [SIM_OMM] = {5, SIM_PAR_SITES_OMM, SIM_PAR_UNITS_OMM, 400, 2,
                 SIM_CAP_OMM | SIM_CAP_COSM | SIM_CAP_PSYCH | SIM_CAP_ADDICTION | SIM_CAP_LVB,
                 trafficking_sizes, SIM_PAR_STAY_OMM},
    [SIM_SECURE] = {12, SIM_PAR_SITES_SECURE, SIM_PAR_UNITS_SECURE, 180, 2, 0, family_sizes, SIM_PAR_N},
    [SIM_MEN] = {7, SIM_PAR_SITES_MEN, SIM_PAR_UNITS_MEN, 0, -1, 0, men_sizes, SIM_PAR_N},
    [SIM_FOLLOW_ON] = {0, SIM_PAR_SITES_FOLLOW_ON, SIM_PAR_UNITS_FOLLOW_ON, 180, -1, 0, family_sizes,
                       SIM_PAR_STAY_FOLLOW_ON},
    [SIM_SPECIALIST] = {0, SIM_PAR_SITES_SPECIALIST, SIM_PAR_UNITS_SPECIALIST, 180, 2, SIM_CAP_YOUTH,
                        family_sizes, SIM_PAR_STAY_SPECIALIST},
};

static bool is_special(enum sim_kind k)
{
    return k == SIM_COSM || k == SIM_OMM || k == SIM_SECURE || k == SIM_MEN;
}

static int sites_of_kind(const struct generator *g, enum sim_kind k)
{
    int given = gen_par(g, kinds[k].sites);
    int n = (gen_par(g, SIM_PAR_SITES) * kinds[k].of_174 + 87) / 174;
    if (given >= 0)
        return given;
    return n < 1 ? 1 : n;
}

static unsigned draw_caps(struct draw *d)
{
    static const struct {
        unsigned cap;
        int permille;
    } caps[] = {{SIM_CAP_PSYCH, 300},
                {SIM_CAP_ADDICTION, 100},
                {SIM_CAP_LVB, 180},
                {SIM_CAP_MEDICAL, 80},
                {SIM_CAP_YOUTH, 120}};
    unsigned mask = 0;
    for (size_t i = 0; i < COUNT_OF(caps); i++)
        mask |= draw_chance(d, caps[i].permille) ? caps[i].cap : 0;
    return mask;
}

/* Dutch everywhere; the first foreign language in half of the houses, the rarer the less. */
static uint64_t draw_languages(struct draw *d)
{
    uint64_t mask = 1;
    for (int lang = 1; lang <= 12; lang++)
        mask |= draw_chance(d, 550 - 40 * lang) ? UINT64_C(1) << lang : 0;
    return mask;
}

static void draw_rules(const struct generator *g, struct draw *d, struct sim_site *s)
{
    const struct kind_row *k = &kinds[s->kind];
    bool open_to_all = s->kind == SIM_COSM || s->kind == SIM_OMM || s->kind == SIM_SECURE;
    bool own = draw_chance(d, 120);
    bool nochild = draw_chance(d, 120);
    int undocumented = gen_par(g, SIM_PAR_UNDOCUMENTED); /* these take who waits for a decision too */
    int status = draw_range(d, 0, 999);
    bool none = status < undocumented;
    bool pending = status < (undocumented > 560 ? undocumented : 560);
    bool secret = draw_chance(d, 500);

    s->sexpol = s->kind == SIM_MEN ? SIM_MEN_ONLY : draw_chance(d, k->mixed) ? SIM_MIXED : SIM_WOMEN_ONLY;
    s->sec = k->sec >= 0 ? k->sec : secret ? 1 : 0;
    s->ownonly = !open_to_all && s->kind != SIM_SPECIALIST && own;
    s->nochild = s->kind == SIM_ORDINARY && nochild;
    s->statusmask = SIM_STATUS_LEGAL;
    if (open_to_all || pending)
        s->statusmask |= SIM_STATUS_PENDING;
    if (open_to_all || none)
        s->statusmask |= SIM_STATUS_NONE;
}

static void draw_site(struct generator *g, enum sim_kind kind, int region)
{
    struct sim_world *w = g->w;
    struct draw d = draw_of(g->seed, DRAW_SITE, (uint64_t)w->n_sites);
    struct sim_site s = {.kind = kind};
    bool h24 = draw_chance(&d, gen_par(g, SIM_PAR_H24));

    s.region = region >= 0 ? region : gen_region_by_weight(w, &d);
    s.x = w->regions[s.region].x + draw_range(&d, -70, 70);
    s.y = w->regions[s.region].y + draw_range(&d, -70, 70);
    draw_rules(g, &d, &s);
    s.h24 = h24 || kind == SIM_SECURE;
    s.capmask = draw_caps(&d) | kinds[kind].caps;
    if (gen_par(g, SIM_PAR_CHAIN))
        s.capmask |= kind == SIM_FOLLOW_ON ? SIM_CAP_FOLLOW_ON : SIM_CAP_ACUTE;
    s.langmask = draw_languages(&d);
    s.respmed_min = (int)((int64_t)draw_range(&d, 12, 45) * gen_par(g, SIM_PAR_ANSWER) / 1000);
    s.respmed_min = s.respmed_min < 1 ? 1 : s.respmed_min;
    s.delaymed_min = (int)(draw_lognormal(&d, 800) * gen_par(g, SIM_PAR_DELAY) / 1000);
    s.delaymed_min = s.delaymed_min < 1 ? 1 : s.delaymed_min;
    w->sites[w->n_sites++] = s;
}

/* A region by weight where no house of this kind stands yet, while there is one. */
static int spread_region(const struct generator *g, uint64_t *taken)
{
    struct draw d = draw_of(g->seed, DRAW_SPREAD, (uint64_t)g->w->n_sites);
    int region = 0;
    for (int tries = 0; tries < 100; tries++) {
        region = gen_region_by_weight(g->w, &d);
        if (!(*taken >> region & 1))
            break;
    }
    *taken |= UINT64_C(1) << region;
    return region;
}

/* Every region has an ordinary house before any has two by weight; what is rare is spread over the country.
 */
static void draw_sites(struct generator *g)
{
    int others = 0;
    int ordinary = 0;
    for (enum sim_kind k = SIM_COSM; k < SIM_KIND_N; k++)
        others += sites_of_kind(g, k);
    ordinary = gen_par(g, SIM_PAR_SITES) - others;
    for (int i = 0; i < ordinary; i++)
        draw_site(g, SIM_ORDINARY, i < g->w->n_regions ? i : -1);
    for (enum sim_kind k = SIM_COSM; k < SIM_KIND_N; k++) {
        uint64_t taken = 0;
        for (int i = 0; i < sites_of_kind(g, k); i++)
            draw_site(g, k, spread_region(g, &taken));
    }
}

/* SITE_FACTOR: what the house itself does to a stay. */
static struct sim_pool draw_pool(struct generator *g, int site, int site_factor, bool emergency)
{
    static const int boy_ages[] = {11, 13, 15, 17};
    static const int boy_weights[] = {28, 24, 20, 28};
    static const int unit_weights[] = {34, 33, 19, 8, 6};
    static const int unit_weights_secure[] = {0, 34, 30, 22, 14};
    struct draw d = draw_of(g->seed, DRAW_POOL, (uint64_t)g->pools_drawn++);
    enum sim_kind kind = g->w->sites[site].kind;
    const struct kind_row *k = &kinds[kind];
    struct sim_pool p = {.site = site, .emerg = emergency};
    int64_t stay = site_factor;

    p.size = size_persons[draw_pick(&d, k->sizes, SIZES)];
    p.units = 1 + draw_pick(&d, kind == SIM_SECURE ? unit_weights_secure : unit_weights, 5);
    p.boymax = boy_ages[draw_pick(&d, boy_weights, COUNT_OF(boy_weights))];
    p.wheel = draw_chance(&d, gen_par(g, SIM_PAR_WHEELCHAIR));
    if (is_special(kind) && gen_par(g, SIM_PAR_SPECIAL) != 1000)
        p.units = (p.units * gen_par(g, SIM_PAR_SPECIAL) + draw_range(&d, 0, 999)) / 1000;
    if (emergency)
        stay = stay * gen_par(g, SIM_PAR_STAY_EMERGENCY) / 1000;
    else if (k->stay != SIM_PAR_N)
        stay = stay * gen_par(g, k->stay) / 1000;
    p.stay_permille = stay < 1 ? 1 : (int)stay;
    return p;
}

static void add_pool(struct generator *g, struct sim_pool p)
{
    g->w->pools[g->w->n_pools++] = p;
}

static int site_factor(const struct generator *g, int site)
{
    struct draw d = draw_of(g->seed, DRAW_SITE_STAY, (uint64_t)site);
    return draw_range(&d, gen_par(g, SIM_PAR_SITE_STAY_LOW), gen_par(g, SIM_PAR_SITE_STAY_HIGH));
}

/* 3.5 pools to a house, 2.4 with more units in high security: 595 pools in 174 houses. The first of an
 * ordinary house may be an emergency pool. */
static void draw_pools_as_they_fall(struct generator *g, int site)
{
    struct draw d = draw_of(g->seed, DRAW_EMERGENCY, (uint64_t)site);
    bool emergency = draw_chance(&d, gen_par(g, SIM_PAR_EMERGENCY));
    int hundredths = g->w->sites[site].kind == SIM_SECURE ? 240 : 350;
    int n = (site + 1) * hundredths / 100 - site * hundredths / 100;
    for (int i = 0; i < n; i++) {
        bool e = i == 0 && emergency && g->w->sites[site].kind == SIM_ORDINARY;
        struct sim_pool p = draw_pool(g, site, site_factor(g, site), e);
        if (p.units > 0)
            add_pool(g, p);
    }
}

/* Pools for the houses of KIND in turn, until there are exactly UNITS. */
static void draw_pools_to(struct generator *g, enum sim_kind kind, int units, bool emergency)
{
    int first = 0;
    int last = 0;
    while (first < g->w->n_sites && g->w->sites[first].kind != kind)
        first++;
    for (last = first; last < g->w->n_sites && g->w->sites[last].kind == kind;)
        last++;
    for (int site = first; units > 0 && first < last; site = site + 1 < last ? site + 1 : first) {
        struct sim_pool p = draw_pool(g, site, site_factor(g, site), emergency);
        p.units = p.units < 1 ? 1 : p.units > units ? units : p.units;
        units -= p.units;
        add_pool(g, p);
    }
}

/* Room for them all: 4 pools to a house as they fall, a unit each where their number is given. */
static int pools_at_most(const struct generator *g)
{
    int n = 4 * gen_par(g, SIM_PAR_SITES) + gen_par(g, SIM_PAR_UNITS_EMERGENCY);
    for (enum sim_kind k = SIM_ORDINARY; k < SIM_KIND_N; k++)
        n += gen_par(g, kinds[k].units);
    return n;
}

void gen_network(struct generator *g)
{
    g->w->sites = mem_new((size_t)gen_par(g, SIM_PAR_SITES), sizeof *g->w->sites);
    g->w->pools = mem_new((size_t)pools_at_most(g), sizeof *g->w->pools);
    draw_sites(g);
    for (int i = 0; i < g->w->n_sites; i++) {
        if (gen_par(g, kinds[g->w->sites[i].kind].units) == 0)
            draw_pools_as_they_fall(g, i);
    }
    for (enum sim_kind k = SIM_ORDINARY; k < SIM_KIND_N; k++)
        draw_pools_to(g, k, gen_par(g, kinds[k].units), false);
    draw_pools_to(g, SIM_ORDINARY, gen_par(g, SIM_PAR_UNITS_EMERGENCY), true);
}
