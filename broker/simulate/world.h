/* A simulated year: the network of shelters, everybody who will need a place, and the truth that no matcher
 * may see (who accepts, how long a house takes to answer, how long a household stays). Read from a scenario
 * file or drawn from parameters and a seed (matching.md sections 2.1 and 5.2). Integers only; times are
 * minutes from Monday 00:00. Every draw is a hash of (seed, referral, pool), so that every policy meets the
 * same world. */
#ifndef PLEK_SIMULATE_WORLD_H
#define PLEK_SIMULATE_WORLD_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_REGIONS_MAX 64
#define SIM_NAME_SIZE 40
#define SIM_KIDS_MAX 10
#define SIM_QUANTILES 256
#define SIM_DAY 1440
/* Bounds of a world, ten times the Netherlands or more. The truth tables may take 256 MiB. */
#define SIM_SITES_MAX 2000
#define SIM_POOLS_MAX 8000
#define SIM_REFERRALS_MAX 200000
#define SIM_RESIDENTS_MAX 100000
#define SIM_PARS_MAX 500
#define SIM_HORIZON_MAX (10 * 366 * SIM_DAY)
#define SIM_TABLES_MAX (256u << 20)

/* Kind of a site. The first five are those of OPVSCN 1; the others serve the scenario nl2026. */
enum sim_kind {
    SIM_ORDINARY,
    SIM_COSM,
    SIM_OMM,
    SIM_SECURE, /* high security */
    SIM_MEN,
    SIM_FOLLOW_ON,  /* vervolg */
    SIM_SPECIALIST, /* national specialism */
    SIM_KIND_N
};
enum sim_sexpol { SIM_WOMEN_ONLY, SIM_MIXED, SIM_MEN_ONLY, SIM_SEXPOL_N };
enum sim_urgency { SIM_A, SIM_B, SIM_C, SIM_URGENCY_N };

/* Bits of statusmask and the status of a household (a household has one of them). */
#define SIM_STATUS_LEGAL 1
#define SIM_STATUS_PENDING 2
#define SIM_STATUS_NONE 4
/* Bits of capmask, needmask, softmask. */
#define SIM_CAP_PSYCH 1
#define SIM_CAP_ADDICTION 2
#define SIM_CAP_LVB 4
#define SIM_CAP_MEDICAL 8
#define SIM_CAP_YOUTH 16
#define SIM_CAP_COSM 32
#define SIM_CAP_OMM 64
#define SIM_CAP_ACUTE 128     /* nl2026: takes households at once; in OPVSCN 1 nobody asks for it */
#define SIM_CAP_FOLLOW_ON 256 /* nl2026: takes households that come from another house */

struct sim_region {
    char name[SIM_NAME_SIZE];
    int x, y; /* 100 m, Dutch grid */
    int weight;
};

struct sim_site {
    int region;
    enum sim_kind kind;
    int x, y;
    enum sim_sexpol sexpol;
    int sec;  /* 0 ordinary, 1 secret address, 2 guarded: carries households up to this level */
    bool h24; /* answers day and night; else Mon-Fri 8:30-18:00, weekend 10:00-16:00 */
    unsigned statusmask;
    bool ownonly; /* own region only; void from level 1 */
    bool nochild;
    unsigned capmask;
    uint64_t langmask; /* bit 0 = Dutch */
    int respmed_min;   /* hidden: median time to answer */
    int delaymed_min;  /* hidden: median age of a count */
};

struct sim_pool {
    int site;
    int size; /* persons in a unit */
    int units;
    int boymax; /* oldest boy admitted */
    bool wheel;
    bool emerg;        /* emergency units: short stay */
    int stay_permille; /* hidden: of the stay of a household */
};

struct sim_kid {
    bool boy;
    int age;
};

struct sim_referral {
    int id; /* as in the file; the index in the world is its place */
    int t;  /* -1: opens when the one it follows must leave */
    enum sim_urgency urg;
    int deadline; /* minute; where t is -1: minutes from when it opens; so too the next */
    int patience; /* minute from which it is unmet */
    int women, men;
    int n_kids;
    struct sim_kid kids[SIM_KIDS_MAX];
    bool wheel;
    unsigned status; /* one bit */
    int traff;       /* 0 no, 1 victim of trafficking, 2 with multiple problems */
    unsigned needmask, softmask;
    int sec;
    int lang;           /* 0 Dutch */
    int origin, anchor; /* regions; anchor = school or work */
    uint64_t excl;      /* regions it must not go to */
    /* hidden */
    bool local; /* tries its own region first, outside the exchange */
    int stay_min, block_min;
    bool ghost; /* the unit is shown as free while it is blocked */
    /* Index of the referral this one continues (nl2026), always a lower one; -1 = none. It opens when that
     * one must leave. One without SIM_CAP_FOLLOW_ON in its needmask is the step to crisis: it opens only
     * after an emergency unit, else it is passed over and its own follower, if any, opens instead. */
    int follows;
};

struct sim_resident {
    int pool;
    int end_min;
};

struct sim_par {
    char key[SIM_NAME_SIZE];
    int64_t value;
};

struct sim_reference { /* X line: frozen values to hold a run against; -1 = none */
    int ub_permille, lb_permille, firstfit_permille, firstfit_unmet_permille;
};

struct sim_world {
    char name[SIM_NAME_SIZE];
    int horizon_min;
    uint64_t wseed, sseed;
    struct sim_par *pars; /* every generator parameter, also those at their default */
    size_t n_pars;
    struct sim_region regions[SIM_REGIONS_MAX];
    int n_regions;
    struct sim_site *sites;
    int n_sites;
    struct sim_pool *pools;
    int n_pools;
    struct sim_resident *residents;
    int n_residents;
    int quantiles[SIM_QUANTILES];   /* log-normal(sigma .7), permille of the median */
    struct sim_referral *referrals; /* by t; a continued one has t = -1 and stands at the end */
    int n_referrals;
    uint8_t *accepts; /* n_referrals x accept_stride bytes: bit p = pool p would accept */
    size_t accept_stride;
    uint8_t *answer_q; /* n_referrals x n_sites: index in quantiles */
    uint8_t *delay_q;  /* n_referrals x n_sites: index in the exponential table of sim_delay() */
    int households_decline_permille; /* nl2026: an accepted place is turned down by the household */
    struct sim_reference reference;
};

/* ---- scenario.c: files ---- */
/* Read a scenario file. A file of header and PAR lines only is a set of parameters (world_is_drawn() is
 * false); one with R, S, P, A ... lines is a whole world. ERR_BAD_INPUT with "line N: what" in WHY; OUT is
 * then empty. */
MUST_CHECK enum err world_read(struct bytes text, struct sim_world *out, char *why, size_t why_size);
void world_write(const struct sim_world *w, struct buf *out);
bool world_is_drawn(const struct sim_world *w);
void world_fini(struct sim_world *w); /* frees what it holds; safe on a zeroed one and twice */

/* ---- generate.c ---- */
/* Draw the world of the parameters in PARAMS (name, pars) and SEED into OUT (zeroed). Unknown or impossible
 * parameter: ERR_BAD_INPUT, WHY names it. The same input gives the same bytes of world_write. */
MUST_CHECK enum err world_draw(const struct sim_world *params, uint64_t seed, struct sim_world *out,
                               char *why, size_t why_size);

/* ---- world.c: small truths ---- */
bool world_accepts(const struct sim_world *w, int referral, int pool);
/* The driver's own rules, written apart from core's: 0 = may be asked; else a bit per broken rule. */
enum sim_rule {
    SIM_RULE_REGION,  /* excluded region */
    SIM_RULE_PLACING, /* COSM and OMM only for trafficking, OMM for its level 2 or need */
    SIM_RULE_SIZE,
    SIM_RULE_SEX,
    SIM_RULE_NOCHILD,
    SIM_RULE_BOY,
    SIM_RULE_WHEEL,
    SIM_RULE_STATUS,
    SIM_RULE_SEC,
    SIM_RULE_CAP,
    SIM_RULE_OWN,
    SIM_RULE_N
};
unsigned world_broken_rules(const struct sim_world *w, int referral, int pool);
const char *sim_rule_name(enum sim_rule r);
bool site_is_open(const struct sim_site *s, int minute);
int site_opens(const struct sim_site *s, int minute); /* first minute >= MINUTE at which it is open */
/* Minutes from opening until SITE answers about REFERRAL asked at MINUTE (matching.md 5.3), and the delay
 * after which a change because of REFERRAL shows in its counts. */
int world_answer_at(const struct sim_world *w, int referral, int site, int minute); /* moment of the answer */
int world_sync_delay(const struct sim_world *w, int referral, int site);
int sim_exponential(int i); /* slot 0-255 of the exponential table, permille of its median */
/* May a world be this big? Holds the bounds above. */
bool world_size_is_allowed(int64_t pools, int64_t sites, int64_t referrals);
int world_persons(const struct sim_referral *r);
int world_km(const struct sim_world *w, int region, int site); /* straight line, whole km */
/* Needs a site of KIND where that is tier 1 (COSM, OMM, high security), matching.md 3.3. Always false for the
 * other kinds: they are tier 0 for everybody. */
bool world_needs_tier1(const struct sim_referral *r, enum sim_kind kind);
/* The groups of households that have few beds, for fairness. */
enum sim_group {
    SIM_G_TEEN_SON,
    SIM_G_WHEELCHAIR,
    SIM_G_NO_STATUS,
    SIM_G_PENDING,
    SIM_G_MEN,
    SIM_G_LARGE,
    SIM_G_CARE,
    SIM_G_TRAFFICKING,
    SIM_G_HIGH_THREAT,
    SIM_G_LANGUAGE,
    SIM_G_ORDINARY,
    SIM_GROUP_N
};
unsigned world_groups(const struct sim_referral *r); /* bits; ORDINARY = none of the others but language */
const char *sim_group_name(enum sim_group g);        /* "teen_son", "wheelchair", "no_status", ... */

#endif
