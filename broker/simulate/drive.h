/* One year of one world under one matcher: the driver owns the truth (matching.md 5.3), asks the matcher,
 * lets houses answer, people come and go and counts lag, and writes down what became of everybody. */
#ifndef PLEK_SIMULATE_DRIVE_H
#define PLEK_SIMULATE_DRIVE_H

#include "simulate/matcher.h"

enum sim_state { SIM_UNMET, SIM_ON_TIME, SIM_LATE, SIM_LOCAL, SIM_NOT_COME, SIM_STATE_N };

struct sim_fate {         /* of one referral */
    enum sim_state state; /* LOCAL: placed in its own region outside the exchange (also on time) */
    int t_open;           /* NOT_COME: a continued one that never opened */
    int t_accept;         /* -1 */
    int t_end;            /* the unit is free again; -1 */
    int pool;             /* -1 */
    int asks;
    int t_first_ask; /* -1 */
    int tier;        /* 1 = placed in a scarce kind without need */
    bool avoidable;  /* tier 1 while a tier-0 pool was fitting, available, answering and untried */
};

struct sim_result {
    struct sim_fate *fates; /* n_referrals of the world */
    int n;
    int64_t asks, declines, fulls, expired;
    int64_t safety_violations; /* asks that broke a rule, or that were no answerable ask at all */
    int64_t calls;             /* phone round: calls made */
    char first_violation[160]; /* "referral 12 pool 33: boy" */
};

/* Run W under M from start to horizon, and on until nobody who came before it waits. M is not freed. OUT is
 * the caller's, for result_fini. */
void drive(const struct sim_world *w, struct matcher *m, struct sim_result *out);
/* The same year by telephone: no exchange, no published counts (phone.c, matching.md 2.1). */
void drive_by_phone(const struct sim_world *w, uint64_t seed, struct sim_result *out);
void result_fini(struct sim_result *r);

/* ---- check.c: replay the fates against the truth, written apart from the driver ---- */
/* True if every placement keeps the rules, was accepted, in time order, within the units at every moment,
 * once. WHY names the first fault. */
bool result_check(const struct sim_world *w, const struct sim_result *r, char *why, size_t why_size);

/* ---- metrics.c ---- */
struct sim_metrics {
    int requests; /* referrals that opened */
    int on_time, late, unmet, local;
    double on_time_share, late_share, unmet_share;
    double median_hours, p90_hours; /* from opening to a yes, of those placed through the exchange */
    double median_hours_urgency[SIM_URGENCY_N];
    double on_time_urgency[SIM_URGENCY_N];
    double asks_per_placement;
    double distance_km; /* mean, school or work to the house */
    double fit;         /* mean fit 0..1 of placements (matching.md 3.2) */
    double out_of_region;
    double avoidable_burn, burn_share; /* of the placements in scarce kinds */
    double decline_share, expired_share;
    double group_on_time[SIM_GROUP_N]; /* -1 = nobody of that group */
    int group_n[SIM_GROUP_N];
    int64_t safety_violations;
};
void metrics_of(const struct sim_world *w, const struct sim_result *r, struct sim_metrics *out);

/* ---- bound.c ---- */
/* Share on time that no policy can exceed, not even one that knows the year (matching.md 5.6); in thousandths
 * of a point it is stable for a seed. Feasible: what a clairvoyant schedule reaches. */
struct sim_bound {
    double upper; /* the smaller of the two below */
    double any;   /* mu = 0: no plan for this world has more on time, not even one that picks short stays */
    double blind; /* mu = 1: for whoever cannot know a stay beforehand; holds in expectation over worlds.
                     1 = not computed (worlds with continued referrals) */
    double feasible; /* 0 = not computed */
};
void bound_of(const struct sim_world *w, int iterations, struct sim_bound *out);

#endif
