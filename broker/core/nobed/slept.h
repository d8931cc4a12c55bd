/* Where a household without a place slept, night by night: what people told, and where nobody told a night
 * what the exchange knows by itself, because a bridge stood (domain: section 5, 'No-bed path'). A hotel of
 * three weeks is in the register without anybody typing 21 nights.
 *
 * - A bridge has a night if it stood between 22:00 and 06:00, Dutch time: an hour off where the clock
 *   changes. Of two that stood, the one that began last: a household that moved slept where it went. A night
 * in a place, or in a bridge of another referral of the household, that began later is not the bridge's.
 * - It stood while that is known: an order until the end of its term, a hotel or a network whose household is
 *   not heard of until the check-in that it missed. Who checks in after that was there.
 * - Hotel and network sleep where their teller said, else 'hotel' and 'familie_vrienden'; a bridge bed is
 *   'andere_opvang'; an order 'terug_naar_huis', and only where no other bridge has the night: it says who is
 *   out of the house, not who is in it.
 * - Told by a person beats all: the exchange does not know better than who was there. */
#ifndef PLEK_CORE_NOBED_SLEPT_H
#define PLEK_CORE_NOBED_SLEPT_H

#include "core/nobed/nobed.h"

struct slept_night {
    struct night night;     /* of one that was not told: no reason */
    struct bridge_id known; /* which says so; 0 = told by a person */
};

/* The nights of a referral up to NOW, by day, one each, into OUT; returns how many. Of more than NIGHTS_MAX
 * the newest. The night in which NOW lies counts. Cost: its bridges x NIGHTS_MAX x NIGHTS_MAX at most. */
size_t slept_nights(const struct engine *e, struct referral_id id, int64_t now_ms,
                    struct slept_night out[NIGHTS_MAX]);

#endif
