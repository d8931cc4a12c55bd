/* What will happen, in order of time: a heap of events. At one minute the kinds go in the order of the enum
 * (matching.md 5.3: counts and departures, answers, ends of holds, arrivals, retries), then by number, so
 * that a year replays to the byte. */
#ifndef PLEK_SIMULATE_EVENTS_H
#define PLEK_SIMULATE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

enum sim_event_kind {
    SIM_EV_SYNC,     /* pool: its published count becomes the true one */
    SIM_EV_RESIDENT, /* resident: somebody who was in at the start leaves */
    SIM_EV_LEAVE,    /* referral: leaves the house */
    SIM_EV_UNBLOCK,  /* referral: the unit it left can be used again */
    SIM_EV_GIVE_UP,  /* referral: its patience is over; from this minute no answer counts */
    SIM_EV_ANSWER,   /* request (exchange) or referral (telephone): a house answers */
    SIM_EV_EXPIRE,   /* request: its hold ends */
    SIM_EV_ARRIVAL,  /* referral: opens */
    SIM_EV_RETRY     /* wake of the matcher, or referral: a call ends */
};

struct sim_event {
    int minute;
    enum sim_event_kind kind;
    int id;
};

struct sim_events { /* {0} is empty */
    struct sim_event *heap;
    size_t n, cap;
};

void events_push(struct sim_events *e, int minute, enum sim_event_kind kind, int id);
bool events_pop(struct sim_events *e, struct sim_event *out); /* false: nothing left */
void events_fini(struct sim_events *e);

#endif
