/* The small truths of a world: the rules (written apart from core's, so that one can catch the other), when a
 * house is open, how long it takes, who belongs to which group. */
#include "simulate/world.h"

#include <stdlib.h>
#include <string.h>

void world_fini(struct sim_world *w)
{
    free(w->pars);
    free(w->sites);
    free(w->pools);
    free(w->residents);
    free(w->referrals);
    free(w->accepts);
    free(w->answer_q);
    free(w->delay_q);
    memset(w, 0, sizeof *w);
}

bool world_is_drawn(const struct sim_world *w)
{
    return w->n_pools > 0;
}

bool world_size_is_allowed(int64_t pools, int64_t sites, int64_t referrals)
{
    if (pools > SIM_POOLS_MAX || sites > SIM_SITES_MAX || referrals > SIM_REFERRALS_MAX)
        return false;
    return referrals * ((pools + 7) / 8 + 2 * sites) <= SIM_TABLES_MAX;
}

bool world_accepts(const struct sim_world *w, int referral, int pool)
{
    return w->accepts[(size_t)referral * w->accept_stride + (size_t)pool / 8] >> (pool % 8) & 1;
}

/* ---- rules ---- */

static int oldest_boy(const struct sim_referral *r)
{
    int oldest = -1;
    for (int i = 0; i < r->n_kids; i++) {
        if (r->kids[i].boy && r->kids[i].age > oldest)
            oldest = r->kids[i].age;
    }
    return oldest;
}

static bool may_be_placed(const struct sim_referral *r, enum sim_kind kind)
{
    if (kind == SIM_COSM)
        return r->traff > 0;
    if (kind == SIM_OMM)
        return r->traff == 2 || (r->traff > 0 && (r->needmask & SIM_CAP_OMM) != 0);
    return true;
}

static bool sexes_fit(const struct sim_referral *r, enum sim_sexpol policy)
{
    if (policy == SIM_WOMEN_ONLY)
        return r->men == 0;
    if (policy == SIM_MEN_ONLY)
        return r->women == 0;
    return true;
}

static unsigned bit(bool broken, enum sim_rule rule)
{
    return broken ? 1u << rule : 0;
}

unsigned world_broken_rules(const struct sim_world *w, int referral, int pool)
{
    const struct sim_referral *r = &w->referrals[referral];
    const struct sim_pool *p = &w->pools[pool];
    const struct sim_site *s = &w->sites[p->site];

    return bit(r->excl >> s->region & 1, SIM_RULE_REGION) |
           bit(!may_be_placed(r, s->kind), SIM_RULE_PLACING) |
           bit(world_persons(r) > p->size, SIM_RULE_SIZE) | bit(!sexes_fit(r, s->sexpol), SIM_RULE_SEX) |
           bit(s->nochild && r->n_kids > 0, SIM_RULE_NOCHILD) | bit(oldest_boy(r) > p->boymax, SIM_RULE_BOY) |
           bit(r->wheel && !p->wheel, SIM_RULE_WHEEL) |
           bit((s->statusmask & r->status) == 0, SIM_RULE_STATUS) | bit(r->sec > s->sec, SIM_RULE_SEC) |
           bit((r->needmask & ~s->capmask) != 0, SIM_RULE_CAP) |
           bit(s->ownonly && r->sec == 0 && r->origin != s->region, SIM_RULE_OWN);
}

const char *sim_rule_name(enum sim_rule r)
{
    static const char *const names[SIM_RULE_N] = {"region", "placing", "size", "sex", "nochild", "boy",
                                                  "wheel",  "status",  "sec",  "cap", "own"};
    return names[r];
}

bool world_needs_tier1(const struct sim_referral *r, enum sim_kind kind)
{
    if (kind == SIM_COSM || kind == SIM_OMM)
        return may_be_placed(r, kind);
    return kind == SIM_SECURE && r->sec == 2;
}

/* ---- time ---- */

static int minute_of_week(int minute)
{
    int m = minute % (7 * SIM_DAY);
    return m < 0 ? m + 7 * SIM_DAY : m;
}

/* Monday to Friday 8:30-18:00, weekend 10:00-16:00. */
static void opening_hours(int day, int *from, int *to)
{
    bool weekend = day % 7 >= 5;
    *from = weekend ? 10 * 60 : 8 * 60 + 30;
    *to = weekend ? 16 * 60 : 18 * 60;
}

bool site_is_open(const struct sim_site *s, int minute)
{
    int m = minute_of_week(minute);
    int from = 0;
    int to = 0;
    if (s->h24)
        return true;
    opening_hours(m / SIM_DAY, &from, &to);
    return m % SIM_DAY >= from && m % SIM_DAY < to;
}

int site_opens(const struct sim_site *s, int minute)
{
    int m = minute_of_week(minute);
    int day = m / SIM_DAY;
    int of_day = m % SIM_DAY;
    int from = 0;
    int to = 0;

    if (site_is_open(s, minute))
        return minute;
    opening_hours(day, &from, &to);
    if (of_day < from)
        return minute + from - of_day;
    opening_hours(day + 1, &from, &to);
    return minute + SIM_DAY - of_day + from;
}

int world_answer_at(const struct sim_world *w, int referral, int site, int minute)
{
    static const int by_urgency[SIM_URGENCY_N] = {7, 10, 13};
    const struct sim_site *s = &w->sites[site];
    int open = site_opens(s, minute);
    int hour = minute_of_week(open) % SIM_DAY / 60;
    int night = hour >= 8 && hour < 19 ? 10 : 16;
    int64_t q = w->quantiles[w->answer_q[(size_t)referral * (size_t)w->n_sites + (size_t)site]];

    return open +
           (int)(q * s->respmed_min * by_urgency[w->referrals[referral].urg] * night / (1000 * 10 * 10));
}

/* -log2(1 - (i + .5) / 256) in permille: exponential, against its median. */
static const int exponential[256] = {
    3,    8,    14,   20,   26,   31,   37,   43,   49,   55,   60,   66,   72,   78,   84,   90,
    96,   102,  108,  114,  120,  127,  133,  139,  145,  151,  158,  164,  170,  177,  183,  189,
    196,  202,  209,  215,  222,  229,  235,  242,  248,  255,  262,  269,  275,  282,  289,  296,
    303,  310,  317,  324,  331,  338,  345,  353,  360,  367,  374,  382,  389,  396,  404,  411,
    419,  426,  434,  442,  449,  457,  465,  473,  480,  488,  496,  504,  512,  520,  528,  536,
    545,  553,  561,  570,  578,  586,  595,  603,  612,  621,  629,  638,  647,  656,  665,  674,
    683,  692,  701,  710,  719,  729,  738,  747,  757,  766,  776,  786,  795,  805,  815,  825,
    835,  845,  855,  866,  876,  886,  897,  907,  918,  929,  939,  950,  961,  972,  983,  994,
    1006, 1017, 1028, 1040, 1052, 1063, 1075, 1087, 1099, 1111, 1123, 1136, 1148, 1161, 1173, 1186,
    1199, 1212, 1225, 1238, 1252, 1265, 1279, 1293, 1307, 1321, 1335, 1349, 1363, 1378, 1393, 1408,
    1423, 1438, 1453, 1469, 1484, 1500, 1516, 1532, 1549, 1565, 1582, 1599, 1616, 1634, 1651, 1669,
    1687, 1705, 1724, 1743, 1762, 1781, 1800, 1820, 1840, 1860, 1881, 1902, 1923, 1945, 1967, 1989,
    2011, 2034, 2057, 2081, 2105, 2130, 2155, 2180, 2206, 2232, 2259, 2286, 2313, 2342, 2371, 2400,
    2430, 2461, 2492, 2524, 2557, 2591, 2625, 2660, 2696, 2733, 2771, 2810, 2850, 2891, 2934, 2978,
    3023, 3069, 3117, 3167, 3219, 3272, 3328, 3385, 3445, 3508, 3574, 3642, 3715, 3791, 3871, 3956,
    4046, 4142, 4245, 4356, 4476, 4608, 4752, 4913, 5093, 5300, 5541, 5830, 6193, 6678, 7415, 9000};

int sim_exponential(int i)
{
    return exponential[i];
}

int world_sync_delay(const struct sim_world *w, int referral, int site)
{
    int64_t k = exponential[w->delay_q[(size_t)referral * (size_t)w->n_sites + (size_t)site]];
    return (int)(k * w->sites[site].delaymed_min / 1000);
}

/* ---- households ---- */

int world_persons(const struct sim_referral *r)
{
    return r->women + r->men + r->n_kids;
}

int world_km(const struct sim_world *w, int region, int site)
{
    int64_t dx = w->regions[region].x - w->sites[site].x;
    int64_t dy = w->regions[region].y - w->sites[site].y;
    int64_t square = dx * dx + dy * dy; /* of 100 m */
    int64_t lo = 0;
    int64_t hi = 30000; /* km; coordinates are within 100,000 of 100 m */
    while (lo < hi) {
        int64_t mid = (lo + hi + 1) / 2;
        if (mid * mid * 100 <= square)
            lo = mid;
        else
            hi = mid - 1;
    }
    return (int)lo;
}

unsigned world_groups(const struct sim_referral *r)
{
    unsigned groups = 0;
    groups |= oldest_boy(r) >= 12 ? 1u << SIM_G_TEEN_SON : 0;
    groups |= r->wheel ? 1u << SIM_G_WHEELCHAIR : 0;
    groups |= r->status == SIM_STATUS_NONE ? 1u << SIM_G_NO_STATUS : 0;
    groups |= r->status == SIM_STATUS_PENDING ? 1u << SIM_G_PENDING : 0;
    groups |= r->men > 0 ? 1u << SIM_G_MEN : 0;
    groups |= world_persons(r) >= 5 ? 1u << SIM_G_LARGE : 0;
    groups |= r->needmask & (SIM_CAP_PSYCH | SIM_CAP_ADDICTION) ? 1u << SIM_G_CARE : 0;
    groups |= r->traff > 0 ? 1u << SIM_G_TRAFFICKING : 0;
    groups |= r->sec == 2 ? 1u << SIM_G_HIGH_THREAT : 0;
    if (groups == 0)
        groups = 1u << SIM_G_ORDINARY;
    groups |= r->lang != 0 ? 1u << SIM_G_LANGUAGE : 0;
    return groups;
}

const char *sim_group_name(enum sim_group g)
{
    static const char *const names[SIM_GROUP_N] = {"teen_son",    "wheelchair", "no_status", "pending",
                                                   "men",         "large",      "care",      "trafficking",
                                                   "high_threat", "language",   "ordinary"};
    return names[g];
}
