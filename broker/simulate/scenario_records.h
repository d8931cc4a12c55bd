/* The records that a matcher may see (R, S, P and A of matching.md 5.2), field by field behind the id: the
 * same in a scenario file and on the line of a driver (5.4). The id, and what is hidden behind the last field
 * here, are the caller's. */
#ifndef PLEK_SIMULATE_SCENARIO_RECORDS_H
#define PLEK_SIMULATE_SCENARIO_RECORDS_H

#include "simulate/scenario_line.h"
#include "simulate/world.h"

/* Read what follows the id. LAST is the highest number that may stand for a region (of a pool: for a site);
 * who has numbers of his own gives INT_MAX and looks them up. The first fault is kept in L. */
void record_region(struct scenario_line *l, struct sim_region *out);
void record_site(struct scenario_line *l, struct sim_site *out, int last); /* but respmed and delaymed */
void record_pool(struct scenario_line *l, struct sim_pool *out, int last); /* but stay_permille */
void record_referral(struct scenario_line *l, struct sim_referral *out, int last);

/* Write id and fields, each with a TAB before it; no line end. */
void record_write_region(struct buf *out, int id, const struct sim_region *r);
void record_write_site(struct buf *out, int id, const struct sim_site *s);
void record_write_pool(struct buf *out, int id, const struct sim_pool *p);
void record_write_referral(struct buf *out, const struct sim_referral *r);

#endif
