/* What one year under one policy came to, as a line of JSON with fixed number formats: the same world, policy
 * and seed give the same bytes. */
#ifndef PLEK_SIMULATE_RESULT_JSON_H
#define PLEK_SIMULATE_RESULT_JSON_H

#include "simulate/drive.h"

/* Add one object and a newline to OUT. on_time, late, unmet and local are shares of all referrals that opened
 * (on_time includes local); on_time_n, late_n, unmet_n and local_n the numbers. A figure about nobody is
 * null. CHECK is "ok" or the fault that result_check named. BOUND may be NULL. */
void result_json(struct buf *out, const char *policy, uint64_t seed, const struct sim_world *w,
                 const struct sim_metrics *m, const char *check, const struct sim_bound *bound);

#endif
