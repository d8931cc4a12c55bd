/* The network that a driver tells between INIT and END: regions, sites and pools in any order, with ids of
 * its own choice. */
#ifndef PLEK_SIMULATE_PROTOCOL_NETWORK_H
#define PLEK_SIMULATE_PROTOCOL_NETWORK_H

#include "simulate/numbers.h"
#include "simulate/scenario_records.h"

struct network {        /* {0} is empty */
    struct sim_world w; /* until network_join its sites and pools speak of ids, not of places */
    struct sim_numbers regions, sites, pools; /* id to index */
    int *pool_ids;
    int *site_lines, *pool_lines; /* where they were told */
    size_t cap_sites, cap_pools;
    bool bits_are_ids; /* bit N of a mask of regions is the region with id N; else the Nth that was told */
};

/* Take one record R, S or P; a fault leaves NET as it was. Columns behind the visible ones are not read. */
void network_record(struct network *net, struct scenario_line *l);

/* All is told: look up who lies where. What lies nowhere is left out, with a line ERR each. */
void network_join(struct network *net, struct buf *faults);

/* Look up the regions of R, whose fields are ids, and its mask of regions. */
void network_places(const struct network *net, struct scenario_line *l, struct sim_referral *r);

void network_fini(struct network *net); /* {0} again */

#endif
