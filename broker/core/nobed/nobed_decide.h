/* The no-bed path's part of a decision. Private to decide (core/decide.h says how). */
#ifndef PLEK_CORE_NOBED_DECIDE_H
#define PLEK_CORE_NOBED_DECIDE_H

#include "core/decide.h"

/* End every live bridge of a referral, in the commit that ends their reason. */
/* One bridge ends; its bed is let go of. */
void decide_bridge_ends(struct decision *d, const struct bridge *b, enum bridge_end end);
void decide_end_bridges(struct decision *d, const struct referral *r, enum bridge_end end);

/* The order that is a bridge of the referral was extended until UNTIL, as its clock says. */
void decide_order_until(struct decision *d, struct referral_id id, int64_t until_ms);

/* A house said yes to a request that is a bridge: from here its bed is a bridge of the referral. After the
 * event of the yes. */
void decide_open_bed(struct decision *d, const struct request *q);
/* The household reached the bed of REQUEST. */
enum refusal decide_bridge_arrival(struct decision *d, const struct request *q);
/* The household of R came to a place or to a bridge bed: the hotels and networks that it was in end as
 * `moved`, on its other referrals, and on R where IS_OWN_TOO. Those that were only planned stay, and so does
 * an order. */
void decide_leave_bridges(struct decision *d, const struct referral *r, bool is_own_too);
/* When they came to bed B is told otherwise, STARTED: its longest stay counts from then. It is warned of a
 * day before its end, and at the end; what rings goes on while there is less than that day, and for a leak.
 */
void decide_bed_term_moved(struct decision *d, const struct bridge *b, int64_t started_ms);
/* It did, at AT (0 = now): who is to pay for its nights from there. bridge_nights.c */
void decide_bridge_nights(struct decision *d, const struct bridge *b, int64_t at_ms);
/* The address of LOCATION is safe again, after that event: who is in its bridge beds is warned before the
 * term ends, as whoever reaches one; where that moment passed in the meantime, now. */
void decide_bridges_watched(struct decision *d, struct location_id location);
/* A bridge's alarm is due: ring it. */
void decide_bridge_due(struct decision *d, struct bridge_id id);

#endif
