#include "simulate/core_map.h"

#include "base/check.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MAX 6
#define VALUE_SIZE 40
#define OWN_REGION_KM 5 /* a house of the own region is not next door either */
#define ADULT 30

/* ---- the vocabulary ---- */

struct rows {
    struct vocab_row *list;
    char (*values)[FIELDS_MAX][VALUE_SIZE];
    const char *(*value_of)[FIELDS_MAX];
    size_t n, max;
};

static void add(struct rows *r, const char *list, const char *const *names, size_t n)
{
    CHECK(r->n < r->max && n <= FIELDS_MAX);
    for (size_t i = 0; i < n; i++)
        r->value_of[r->n][i] = r->values[r->n][i];
    r->list[r->n] = (struct vocab_row){list, r->values[r->n][0], names, r->value_of[r->n], n};
    r->n++;
}

#define SET(r, field, ...) snprintf((r)->values[(r)->n][field], VALUE_SIZE, __VA_ARGS__)

static int region_km(const struct sim_world *w, int a, int b)
{
    double dx = w->regions[a].x - w->regions[b].x;
    double dy = w->regions[a].y - w->regions[b].y;

    return a == b ? OWN_REGION_KM : (int)(sqrt(dx * dx + dy * dy) / 10 + .5);
}

static void add_places(struct rows *r, const struct sim_world *w)
{
    static const char *const region[] = {"code", "name", "gemeente"};
    static const char *const town[] = {"code", "region"};
    static const char *const travel[] = {"from", "to", "minutes", "km"};

    for (int i = 0; i < w->n_regions; i++) {
        SET(r, 0, "R%02d", i + 1);
        SET(r, 1, "Regio %d", i + 1);
        SET(r, 2, "GM%04d", 100 + i);
        add(r, "regions", region, COUNT_OF(region));
    }
    for (int i = 0; i < w->n_regions; i++) {
        SET(r, 0, "GM%04d", 100 + i);
        SET(r, 1, "R%02d", i + 1);
        add(r, "municipalities", town, COUNT_OF(town));
    }
    for (int i = 0; i < w->n_regions; i++)
        for (int j = 0; j < w->n_regions; j++) {
            int km = region_km(w, i, j);

            SET(r, 0, "R%02d", i + 1);
            SET(r, 1, "R%02d", j + 1);
            SET(r, 2, "%d", km < 1440 ? km : 1440); /* at 60 km/h */
            SET(r, 3, "%d", km < 2000 ? km : 2000);
            add(r, "travel", travel, COUNT_OF(travel));
        }
}

/* A capability that must be there and one that would be good to have are two traits: in core a trait has one
 * rule. */
#define CAPS 9
static const char *const caps[CAPS] = {"psych", "addiction", "lvb",   "medical",  "youth",
                                       "cosm",  "omm",       "acute", "follow_on"};
#define TRAIT_SOFT_FROM CAPS
#define TRAIT_WHEELCHAIR (2 * CAPS)
#define TRAIT_SINGLE (2 * CAPS + 1) /* trafficking without multiple problems: OMM refuses it */
#define TRAITS (2 * CAPS + 2)

static void add_trait(struct rows *r, int bit, const char *code, const char *rule)
{
    static const char *const trait[] = {"code", "bit", "need_rule", "waivable"};

    SET(r, 0, "%s", code);
    SET(r, 1, "%d", bit);
    SET(r, 2, "%s", rule);
    SET(r, 3, "no");
    add(r, "traits", trait, COUNT_OF(trait));
}

static void add_traits(struct rows *r)
{
    for (int i = 0; i < CAPS; i++) {
        char soft[VALUE_SIZE];

        snprintf(soft, sizeof soft, "%s_soft", caps[i]);
        add_trait(r, i, caps[i], "must");
        add_trait(r, TRAIT_SOFT_FROM + i, soft, "soft");
    }
    add_trait(r, TRAIT_WHEELCHAIR, "rolstoel", "must");
    add_trait(r, TRAIT_SINGLE, "single_problem", "refusal");
}

static void add_lists(struct rows *r)
{
    static const char *const language[] = {"code", "bit"};
    static const char *const kind[] = {"code", "gatekeeper", "tier", "max_hours", "residence_unknown"};
    static const char *const urgency[] = {"code", "deadline_minutes"};
    static const char *const reason[] = {"code", "nr", "effect"};
    static const char *const lists[] = {"decline_reasons",   "withdraw_reasons", "unplaced_reasons",
                                        "departure_reasons", "destinations",     "stop_reasons"};
    static const int deadlines[URGENCY_N] = {4 * 60, 24 * 60, 72 * 60};

    for (int i = 0; i < VOCAB_LANGUAGES_MAX; i++) {
        if (i == 0)
            SET(r, 0, "nl");
        else
            SET(r, 0, "l%d", i);
        SET(r, 1, "%d", i);
        add(r, "languages", language, COUNT_OF(language));
    }
    for (int k = 0; k < KIND_N; k++) {
        bool comensha = k == KIND_COSM || k == KIND_OMM;

        SET(r, 0, "%s", kind_code((enum kind)k));
        SET(r, 1, "%s", comensha ? "comensha" : k == KIND_JEUGD ? "gi" : "none");
        SET(r, 2, "%d", comensha || k == KIND_BEVEILIGD);
        SET(r, 3, "%s", k == KIND_NOOD ? "72" : "");
        SET(r, 4, "%s", k == KIND_NOOD ? "yes" : "no");
        add(r, "kinds", kind, COUNT_OF(kind));
    }
    for (int u = 0; u < URGENCY_N; u++) {
        SET(r, 0, "%s", urgency_code((enum urgency)u));
        SET(r, 1, "%d", deadlines[u]);
        add(r, "urgencies", urgency, COUNT_OF(urgency));
    }
    for (size_t l = 0; l < COUNT_OF(lists); l++)
        for (int i = 0; i < 2; i++) {
            SET(r, 0, "%s", i == 0 ? "vol" : "anders");
            SET(r, 1, "%d", i + 1);
            SET(r, 2, "%s", i == 0 ? "full" : "");
            add(r, lists[l], reason, COUNT_OF(reason));
        }
}

struct vocab *map_vocab(const struct sim_world *w)
{
    size_t regions = (size_t)w->n_regions;
    struct rows r = {.max = regions * regions + 2 * regions + 256};
    struct vocab *v = NULL;
    char why[200] = "";

    r.list = mem_new(r.max, sizeof r.list[0]);
    r.values = mem_new(r.max, sizeof r.values[0]);
    r.value_of = mem_new(r.max, sizeof r.value_of[0]);
    add_places(&r, w);
    add_traits(&r);
    add_lists(&r);
    if (vocab_new(r.list, r.n, &v, why, sizeof why) != OK)
        check_failed(__FILE__, __LINE__, __func__, why);
    free(r.value_of);
    free(r.values);
    free(r.list);
    return v;
}

/* ---- who ---- */

struct org_id map_site_org(int site)
{
    return (struct org_id){(uint32_t)site + 1};
}

struct org_id map_comensha(const struct sim_world *w)
{
    return (struct org_id){(uint32_t)w->n_sites + 1};
}

struct org_id map_referrer(const struct sim_world *w, const struct sim_referral *r)
{
    if (r->traff > 0)
        return map_comensha(w);
    return (struct org_id){(uint32_t)(w->n_sites + 2 + r->origin)};
}

struct pool_id map_pool(int pool)
{
    return (struct pool_id){(uint32_t)pool + 1};
}

uint32_t map_orgs(const struct sim_world *w)
{
    return (uint32_t)(w->n_sites + 1 + w->n_regions);
}

struct org map_org(const struct sim_world *w, uint32_t index)
{
    uint32_t sites = (uint32_t)w->n_sites;
    struct org o = {.kind = ORG_SHELTER, .region = REGION_NONE};

    if (index < sites)
        o.region = (uint8_t)w->sites[index].region;
    else if (index == sites)
        o.kind = ORG_COMENSHA;
    else {
        o.kind = ORG_VEILIG_THUIS;
        o.region = (uint8_t)(index - sites - 1);
    }
    snprintf(o.code, sizeof o.code, "o%u", index);
    snprintf(o.name, sizeof o.name, "Organisatie %u", index);
    return o;
}

struct actor map_referrer_actor(const struct sim_world *w, const struct sim_referral *r)
{
    return (struct actor){
        .role = r->traff > 0 ? ROLE_COMENSHA : ROLE_REFERRER, .org = map_referrer(w, r), .account = {1}};
}

struct actor map_shelter_actor(int site)
{
    return (struct actor){.role = ROLE_SHELTER, .org = map_site_org(site), .account = {2}};
}

/* ---- what ---- */

static enum tri tri_of(bool yes)
{
    return yes ? TRI_YES : TRI_NO;
}

struct location map_location(const struct sim_world *w, int site)
{
    const struct sim_site *s = &w->sites[site];
    struct location l = {
        .org = map_site_org(site),
        .region = (uint8_t)s->region,
        .secret_address = tri_of(s->sec >= 1),
        .guard_24h = tri_of(s->sec >= 2),
        .night_intake = tri_of(s->h24),
        .intake_from_minute = 8 * 60 + 30,
        .intake_until_minute = 18 * 60,
        .weekend_from_minute = 10 * 60,
        .weekend_until_minute = 16 * 60,
    };

    snprintf(l.code, sizeof l.code, "s%d", site);
    snprintf(l.name, sizeof l.name, "Huis %d", site);
    return l;
}

static enum kind kind_of(const struct sim_site *s, const struct sim_pool *p)
{
    static const enum kind kinds[SIM_KIND_N] = {
        [SIM_ORDINARY] = KIND_CRISIS,       [SIM_COSM] = KIND_COSM,  [SIM_OMM] = KIND_OMM,
        [SIM_SECURE] = KIND_BEVEILIGD,      [SIM_MEN] = KIND_MANNEN, [SIM_FOLLOW_ON] = KIND_VERVOLG,
        [SIM_SPECIALIST] = KIND_SPECIALIST,
    };

    return s->kind == SIM_ORDINARY && p->emerg ? KIND_NOOD : kinds[s->kind];
}

/* Bits of MASK as traits from bit FROM: what is not in it is known to be missing. */
static void put_caps(struct tri_set *traits, unsigned mask, unsigned from)
{
    for (unsigned i = 0; i < CAPS; i++)
        tri_put(traits, from + i, tri_of((mask >> i & 1) != 0));
}

static const struct {
    unsigned bit;
    enum residence residence;
} statuses[] = {
    {SIM_STATUS_LEGAL, RESIDENCE_NL},
    {SIM_STATUS_PENDING, RESIDENCE_ASIEL},
    {SIM_STATUS_NONE, RESIDENCE_GEEN},
};

struct pool map_pool_profile(const struct sim_world *w, const struct vocab *v, int pool)
{
    const struct sim_pool *p = &w->pools[pool];
    const struct sim_site *s = &w->sites[p->site];
    uint64_t all_regions = w->n_regions == 64 ? UINT64_MAX : (UINT64_C(1) << w->n_regions) - 1;
    struct pool out = {
        .location = {(uint32_t)p->site + 1},
        .org = map_site_org(p->site),
        .kind = kind_of(s, p),
        .unit_size = (uint8_t)p->size,
        .units_total = (uint16_t)p->units,
        .women = tri_of(s->sexpol != SIM_MEN_ONLY),
        .men = tri_of(s->sexpol != SIM_WOMEN_ONLY),
        .adult_age_max = AGE_NO_LIMIT,
        .children = tri_of(!s->nochild),
        .son_age_max = (int16_t)p->boymax,
        .daughter_age_max = AGE_NO_LIMIT,
        .threat_kinds = {.yes = (UINT64_C(1) << THREAT_KIND_N) - 1},
        .languages = s->langmask,
        .serves_regions = s->ownonly ? UINT64_C(1) << s->region : all_regions,
        .safety_exception = true,
        .linkable = TRI_NO,
    };

    (void)v;
    for (int level = THREAT_GROEN; level <= THREAT_ROOD; level++)
        tri_put(&out.threat_levels, (unsigned)level, tri_of(s->sec >= level - THREAT_GROEN));
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        tri_put(&out.residences, statuses[i].residence, tri_of((s->statusmask & statuses[i].bit) != 0));
    put_caps(&out.traits, s->capmask, 0);
    put_caps(&out.traits, s->capmask, TRAIT_SOFT_FROM);
    tri_put(&out.traits, TRAIT_WHEELCHAIR, tri_of(p->wheel));
    tri_put(&out.traits, TRAIT_SINGLE, tri_of(s->kind != SIM_OMM));
    snprintf(out.code, sizeof out.code, "p%d", pool);
    snprintf(out.name, sizeof out.name, "Plek %d", pool);
    return out;
}

static void put_person(struct need *n, enum sex sex, int age)
{
    if (n->n_persons < NEED_PERSONS_MAX)
        n->persons[n->n_persons++] = (struct person){.sex = sex, .age = (int16_t)age};
}

/* By its real term, which a continued referral sets for itself. */
static enum urgency urgency_of(const struct sim_referral *r)
{
    static const enum urgency urgencies[SIM_URGENCY_N] = {URGENCY_NU, URGENCY_VANDAAG, URGENCY_DRIE_DAGEN};

    return urgencies[r->urg];
}

struct need map_need(const struct vocab *v, const struct sim_referral *r)
{
    bool is_single = r->traff == 1 && (r->needmask & SIM_CAP_OMM) == 0;
    struct need n = need_empty();

    n.urgency = urgency_of(r);
    n.threat_level = (enum threat_level)(THREAT_GROEN + r->sec);
    n.threat_kinds.no = (UINT64_C(1) << THREAT_KIND_N) - 1;
    if (r->traff > 0)
        tri_put(&n.threat_kinds, THREAT_KIND_NETWERK, TRI_YES);
    for (int i = 0; i < r->women; i++)
        put_person(&n, SEX_F, ADULT);
    for (int i = 0; i < r->men; i++)
        put_person(&n, SEX_M, ADULT);
    for (int i = 0; i < r->n_kids; i++)
        put_person(&n, r->kids[i].boy ? SEX_M : SEX_F, r->kids[i].age);
    n.keep_together = true;
    put_caps(&n.traits, r->needmask, 0);
    put_caps(&n.traits, r->softmask, TRAIT_SOFT_FROM);
    tri_put(&n.traits, TRAIT_WHEELCHAIR, tri_of(r->wheel));
    tri_put(&n.traits, TRAIT_SINGLE, tri_of(is_single));
    n.unsafe_regions = r->excl;
    n.home_region = (uint8_t)r->origin;
    n.school_region = (uint8_t)r->anchor;
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        if (r->status == statuses[i].bit)
            n.residence = statuses[i].residence;
    }
    n.language = (uint8_t)r->lang;
    CHECK(vocab_languages(v) > (size_t)r->lang);
    return n;
}
