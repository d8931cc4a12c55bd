/* Who is really where, during one run: units in use, stays, blocks, households that move on, and what became
 * of everybody. The exchange (drive.c) and the telephone (phone.c) both stand on it; what a house publishes
 * is not known here. Inside the room only. */
#ifndef PLEK_SIMULATE_TRUTH_H
#define PLEK_SIMULATE_TRUTH_H

#include "simulate/drive.h"
#include "simulate/events.h"

/* A household that moves on looks for its next place so long before the end of its stay. */
#define SIM_MOVE_AHEAD_MIN (48 * 60)

enum sim_stage { SIM_NOT_YET, SIM_OPEN, SIM_DONE };

struct truth {
    const struct sim_world *w;
    struct sim_result *out;
    struct sim_events events;
    int *occupied;         /* per pool: units with a household, or blocked; never above its units */
    int *next;             /* per referral: the one that continues it, -1 */
    int *before;           /* per referral: the one whose unit it leaves when it is placed, -1 */
    enum sim_stage *stage; /* per referral */
    int undecided;         /* referrals that came or will come, without an end yet */
};

/* OUT is filled anew. Puts residents and arrivals in the events. */
void truth_init(struct truth *t, const struct sim_world *w, struct sim_result *out);
void truth_fini(struct truth *t); /* OUT stays */
/* The next event, or false when nobody is waiting any more and nobody will come. */
bool truth_next(struct truth *t, struct sim_event *out);

/* A referral opens at NOW: true if it now looks for a place, false if it found one in its own region (LOCAL
 * tries sites in order, the first pool that fits, has a unit that is free and not in HOLDS, and accepts;
 * HOLDS may be NULL). */
bool truth_open(struct truth *t, int referral, int now, const int *holds);
/* A house said yes at NOW, or the household found a place locally (STATE). The unit must be free. */
void truth_place(struct truth *t, int referral, int pool, int now, enum sim_state state);
void truth_give_up(struct truth *t, int referral, int now);
/* The household left: true if the unit is free, false if it stays blocked (UNBLOCK follows). */
bool truth_leave(struct truth *t, int referral, int now);
int truth_resident_leaves(struct truth *t, int resident); /* gives the pool */
void truth_unblock(struct truth *t, int referral);

bool truth_is_free(const struct truth *t, int pool);
/* Minute up to which a yes is on time; that of a continued referral is counted from its opening. */
int truth_deadline(const struct sim_world *w, const struct sim_result *r, int referral);
/* 1 = a scarce kind (COSM, OMM, high security) for somebody who does not need it. */
int truth_tier(const struct sim_world *w, int referral, int pool);
/* A yes that the household itself turns down (nl2026); the same for every policy. */
bool truth_household_declines(const struct sim_world *w, int referral, int pool);
/* Hash of a draw: splitmix64 finaliser over seed and three numbers (matching.md 5.2). */
uint64_t truth_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);
/* A minute; far away times stop at the end of int. */
int truth_minute(int64_t minute);

#endif
