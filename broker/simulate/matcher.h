/* What a world asks of a matcher, as calls; line for line the protocol of matching.md 5.4, so that a desk
 * inside this program and one at the other end of a pipe are the same to the driver. A matcher sees the
 * visible columns of the world only: nothing that sim_referral, sim_site or sim_pool calls hidden. */
#ifndef PLEK_SIMULATE_MATCHER_H
#define PLEK_SIMULATE_MATCHER_H

#include "simulate/world.h"

enum sim_answer { SIM_ACCEPT, SIM_DECLINE, SIM_FULL, SIM_ANSWER_N };
enum sim_gone { SIM_GONE_LOCAL, SIM_GONE_UNMET, SIM_GONE_PLACED, SIM_GONE_N };

/* What a matcher says in reply; the driver empties the list after each call. */
struct sim_reply {
    enum sim_reply_kind { SIM_REQ, SIM_CAN, SIM_WAKE } kind;
    int req;      /* REQ, CAN: number chosen by the matcher, never used twice */
    int referral; /* REQ */
    int pool;     /* REQ */
    int hold_min; /* REQ: minutes from now after which the request ends by itself */
    int wake_min; /* WAKE: moment at which the driver must call wake() */
};

struct sim_replies {
    struct sim_reply *list;
    size_t n, cap;
};

struct matcher {
    void *ctx;
    struct sim_replies *out;             /* the matcher's list */
    void (*time)(void *ctx, int minute); /* before every other call of that minute; never back */
    void (*pub)(void *ctx, int pool, int free, int confirmed_min); /* published count is now FREE */
    void (*ref)(void *ctx, int referral);
    void (*gone)(void *ctx, int referral, enum sim_gone why);
    void (*answer)(void *ctx, int req, enum sim_answer answer);
    void (*expired)(void *ctx, int req);
    void (*wake)(void *ctx);
    void (*free)(void *ctx);
};

/* ---- policy.c, desk.c: somebody who works with the real core and always follows its proposal ---- */
enum sim_order { ORDER_UTILITY, ORDER_FIT, ORDER_NEAREST, ORDER_RANDOM };

struct sim_policy {
    const char *name;  /* as on the command line */
    const char *title; /* in a report */
    enum sim_order order;
    bool by_deadline;    /* freed units: earliest deadline first; else first come first served */
    bool windows;        /* scarce kinds wait for those who need them (tiers), until their window */
    bool price;          /* of scarcity in the utility */
    bool second_request; /* ask one more after silence */
    bool phone;          /* no exchange at all: ringing round (phone.c); the fields above do not count */
    int at_once; /* houses asked at once, whatever the threat; 0 = with second_request as core's settings
                    say for each level, else 1 */
    bool only_by_name; /* not among those that are run when none is named */
};

/* phone, nearest, nearest-deadline, random, best-score, ours, ours-without-price; what ours costs and gives
 * with another way of asking: ours-one, ours-two, ours-three at once and ours-patient, which never asks on by
 * itself. Ends with name NULL. */
extern const struct sim_policy sim_policies[];
const struct sim_policy *sim_policy_find(const char *name); /* NULL = none */

/* A desk over an engine of its own for the visible part of W (borrowed; it must outlive the desk). SEED only
 * matters to ORDER_RANDOM. The network of W is fixed; referrals may come to W until the call that tells of
 * them. CHECKs that the policy is not the phone, and that each referral is told once. */
struct matcher desk_new(const struct sim_world *w, const struct sim_policy *policy, uint64_t seed);

/* Where the best places stood when the desk asked. */
#define SIM_RANKS_MAX 10
struct sim_rank {
    int referral, position, pool; /* position from 1 */
    unsigned mask;                /* core's rules against it or to be asked about, a bit each */
    int tier;                     /* 1 = scarce, for a household that does not need it */
    int fit;                      /* 0 to 1000 */
    int coverage, rarity;         /* the price, in thousandths (core/match.h) */
    int utility;
};
struct sim_ranks {
    struct sim_rank *list;
    size_t n, cap;
};
/* Let DESK, which desk_new made, keep the first SIM_RANKS_MAX places at every ask. The list is the desk's;
 * the caller empties it after each call. */
struct sim_ranks *desk_keep_ranks(struct matcher *desk);

#endif
