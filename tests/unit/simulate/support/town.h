/* Small worlds by hand, and a matcher that writes down what it hears and replies from a table. */
#ifndef PLEK_TEST_SIMULATE_TOWN_H
#define PLEK_TEST_SIMULATE_TOWN_H

#include "simulate/drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TOWN_DELAY 30 /* minutes until a count follows the truth */
#define TOWN_SLOW 10  /* minutes until a house answers, by day, urgency B */

/* POOLS houses of one pool with one unit, which take everybody at any hour; two regions 60 km apart: even
 * pools lie in region 0, odd ones in region 1. Everybody is accepted. Free with world_fini. */
void town(struct sim_world *w, int pools, int referrals);
/* A woman alone from region 0, urgency B, who has 24 hours and waits 72; she stays ten days. */
struct sim_referral *town_person(struct sim_world *w, int i, int t);
void town_declines(struct sim_world *w, int referral, int pool);
void town_resident(struct sim_world *w, int pool, int end_min);

struct town_rule {
    const char *on; /* a line of the log, as "480 ref 0" */
    struct sim_reply reply;
    int times; /* how often it still counts; 0 in the table = once */
};

struct town_desk {
    struct buf log; /* "<minute> pub 0 1", "<minute> ref 0", "<minute> gone 0 placed", "<minute> answer 7
                       accept" ... */
    struct town_rule *rules;
    size_t n_rules;
    bool counts; /* log pub too */
    int minute;
    struct sim_replies out;
};

#define ASK(number, whom, where, hold)                                                                       \
    {                                                                                                        \
        .kind = SIM_REQ, .req = (number), .referral = (whom), .pool = (where), .hold_min = (hold)            \
    }
#define CANCEL(number)                                                                                       \
    {                                                                                                        \
        .kind = SIM_CAN, .req = (number)                                                                     \
    }
#define WAKE_AT(minute)                                                                                      \
    {                                                                                                        \
        .kind = SIM_WAKE, .wake_min = (minute)                                                               \
    }

/* Drive W with RULES[N] and give the log; OUT is the caller's. Free the log with free(). */
char *town_drive(const struct sim_world *w, struct town_rule *rules, size_t n, bool counts,
                 struct sim_result *out);

/* ---- a desk that always asks the first pool that may be asked, one at a time, and a year drawn for it ----
 */
void town_year(struct sim_world *w, const char *scenario, uint64_t seed);
void town_drive_first_fit(const struct sim_world *w, struct sim_result *out);

#endif
