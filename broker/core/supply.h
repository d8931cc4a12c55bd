/* The supply side: who offers what. Plain data; the engine owns the tables. Addresses, telephone and night
 * numbers are not here: they are sealed elsewhere and never enter the engine. */
#ifndef PLEK_CORE_SUPPLY_H
#define PLEK_CORE_SUPPLY_H

#include "core/ids.h"
#include "core/kinds.h"
#include "core/tri.h"

#define NAME_SIZE 64
#define CODE_SIZE 48

struct org {
    struct org_id id;
    enum org_kind kind;
    char code[CODE_SIZE];
    char name[NAME_SIZE];
    uint8_t region; /* REGION_NONE for national organisations */
};

struct location {
    struct location_id id;
    struct org_id org;
    char code[CODE_SIZE];
    char name[NAME_SIZE]; /* code name; shown inside the exchange */
    uint8_t region;
    uint16_t municipality; /* for travel estimates inside the exchange; never shown to other organisations */
    enum tri secret_address;
    enum tri guard_24h;
    enum tri night_intake;
    uint16_t intake_from_minute; /* of the day, Dutch time; intake outside these hours only if night_intake */
    uint16_t intake_until_minute;
    /* The same on Saturday and Sunday; 0 and 0 = as in the week, other equal ones = nobody then. */
    uint16_t weekend_from_minute;
    uint16_t weekend_until_minute;
    uint16_t answer_minutes; /* what the house itself says is usual */
};

#define AGE_NO_LIMIT INT16_C(32767)
#define AGE_NONE INT16_C(-1)    /* none admitted at all */
#define AGE_UNKNOWN INT16_C(-2) /* not known: ask */

/* Units of one kind with the same profile at one location. A unit is what one household gets. This is the
 * definition, as it comes in and lies in the journal; the engine keeps it in less (struct pool_kept). */
struct pool {
    struct pool_id id;
    struct location_id location;
    struct org_id org;
    char code[CODE_SIZE];
    char name[NAME_SIZE];
    char name_en[NAME_SIZE];
    enum kind kind;
    uint8_t unit_size; /* persons in one unit, >= 1 */
    uint16_t units_total;
    enum tri women;
    enum tri men;
    int16_t adult_age_min; /* years, inclusive; 0 = none */
    int16_t adult_age_max; /* inclusive; AGE_NO_LIMIT */
    enum tri children;
    int16_t son_age_max; /* oldest son admitted: inclusive age, AGE_NO_LIMIT, AGE_NONE or AGE_UNKNOWN */
    int16_t daughter_age_max;
    struct tri_set residences;    /* bit = enum residence */
    struct tri_set threat_levels; /* bit = enum threat_level */
    struct tri_set threat_kinds;  /* bit = enum threat_kind */
    struct tri_set traits;        /* yes = offered, no = refused or not there */
    uint64_t languages;           /* bit = language index; spoken by staff */
    uint64_t serves_regions;      /* bit = region whose people are served; all ones = national */
    bool safety_exception;        /* serves others too when their own region is unsafe */
    bool overflow;                /* kept for a surge: offered only while its region has one */
    enum tri linkable;            /* two adjoining units can serve one household */
    enum gatekeeper gatekeeper;
    char funding[16];        /* code of the funding stream; shown, never a condition */
    int64_t funded_until_ms; /* 0 = open-ended */
};

/* A pool as the engine keeps it: what the match looks at, in one line of the cache. Its texts, and how it is
 * funded, lie elsewhere (engine_pool_code() and the like). The fields mean what they mean above; their widths
 * hold every value of pool_is_valid() (core/records.h), and others never get here. */
struct pool_kept {
    struct tri_set traits;
    uint64_t languages;
    uint64_t serves_regions;
    struct pool_id id;
    struct location_id location;
    struct org_id org;
    int16_t adult_age_min, adult_age_max;
    int16_t son_age_max, daughter_age_max;
    uint16_t units_total;
    uint16_t residences_yes, residences_no; /* see pool_residences() */
    uint8_t threat_kinds_yes, threat_kinds_no;
    uint8_t threat_levels_yes : 4, threat_levels_no : 4;
    uint8_t unit_size;
    enum kind kind : 4;
    enum gatekeeper gatekeeper : 2;
    enum tri women : 2;
    enum tri men : 2;
    enum tri children : 2;
    enum tri linkable : 2;
    bool safety_exception : 1;
    bool overflow : 1;
};
_Static_assert(sizeof(struct pool_kept) == 64, "the match looks at one line of the cache per pool");
_Static_assert(KIND_N <= 16 && GATEKEEPER_N <= 4 && RESIDENCE_N <= 16 && THREAT_N <= 4 && THREAT_KIND_N <= 8,
               "the closed lists fit into struct pool_kept");

struct pool_kept pool_keep(const struct pool *p);
/* The other way round; texts and funding are left empty. */
struct pool pool_unkeep(const struct pool_kept *p);

static inline struct tri_set pool_residences(const struct pool_kept *p)
{
    return (struct tri_set){.yes = p->residences_yes, .no = p->residences_no};
}

static inline struct tri_set pool_threat_levels(const struct pool_kept *p)
{
    return (struct tri_set){.yes = p->threat_levels_yes, .no = p->threat_levels_no};
}

static inline struct tri_set pool_threat_kinds(const struct pool_kept *p)
{
    return (struct tri_set){.yes = p->threat_kinds_yes, .no = p->threat_kinds_no};
}

#endif
