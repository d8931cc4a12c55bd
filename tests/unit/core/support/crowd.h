/* A crowded exchange, for figures of memory: as many pools and open referrals as one likes, each with what it
 * has in daily use. */
#ifndef PLEK_TEST_CORE_CROWD_H
#define PLEK_TEST_CORE_CROWD_H

#include "support/any_world.h"

struct crowd {
    uint32_t pools, referrals;
    bool own_names;  /* every pool has names of its own; else there are 49, as in the national demo */
    bool both_sides; /* of every pool both its feed and people have spoken; else of every second one */
};

/* Codes of 19 characters and names of 18, the averages of the national demo; three pools a location; nine
 * reports of each pool, so that as many are remembered as ever are; a stop at one in ten. Every referral has
 * two requests (one said no), a place announced to it and its timers; one in three a night without a place,
 * one in four a gate request, one in five another co-ordinator asked, one in ten each a bridge with
 * check-ins, an MDO with an item and a clock of a stay, one in fifty a specialist asked. How often that
 * happens is a guess: high, so that the figure is not too low. Prices are compiled, and every referral was
 * looked at. */
struct engine *crowd_new(const struct vocab *v, const struct crowd *c);

#endif
