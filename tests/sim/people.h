/* Everybody who acts: workers who open, ask, travel and withdraw; shelters that report, see, answer, confirm;
 * feeds that are late, double or wrong; and those who try what they may not. They know only what was
 * published to them, so they act on what may be out of date by the time it arrives. */
#ifndef PLEK_SIM_PEOPLE_H
#define PLEK_SIM_PEOPLE_H

#include "world.h"

struct people;

struct people *people_new(struct world *w);
void people_free(struct people *p);

/* Define organisations, houses and pools, and seat the viewers. Before any fault. */
void people_arrive(struct people *p);

/* A broker came up: look at what it has. */
void people_broker_up(struct people *p);
/* A broker is gone, and with it the pages it was about to show. */
void people_broker_gone(struct people *p, uint64_t generation);

void people_published(struct people *p, const struct engine *e, const struct event *ev);

/* Do what is drawn for this step. Needs an active broker. */
void people_step(struct people *p);

/* The faults are over: bring every referral to its end, one act for each in a step. */
void people_calm_step(struct people *p);

#endif
