/* The ledger: how many units of a pool this exchange holds, and whether one more household may be asked for.
 *
 *   offerable = max(0, reported free - held)
 *
 * A unit counts as held while its request is pending or accepted, and after arrival until a report observed
 * later is believed: such a report knows of the resident by itself. */
#ifndef PLEK_CORE_LEDGER_H
#define PLEK_CORE_LEDGER_H

#include "core/engine.h"

/* Units that the pool is believed to have: as last reported, else as its profile says. */
int32_t ledger_units(const struct pool_kept *pool, const struct believed *latest);

/* max(0, free - held), UNITS_UNKNOWN where free was not said. LATEST is NULL for a pool never reported. */
int32_t ledger_offerable(const struct believed *latest, int32_t held);

/* A stop is in force at NOW: in what is believed, or in the last word of people. */
bool ledger_is_stopped(const struct believed *latest, const struct word *hand, int64_t now_ms);

/* May UNITS more be held without promising more than the house has? Whatever was reported as free. */
bool ledger_is_within(const struct engine *e, struct pool_id pool, int units);

/* May UNITS more be asked for at NOW? A number that still counts must leave them offerable. Where free is not
 * known, or the number is so old that it is unknown again, the house may be asked ('na overleg'), but never
 * for more units than it has: the answer, not the count, is the promise. */
bool ledger_has_room(const struct engine *e, struct pool_id pool, int units, int64_t now_ms);

/* May UNITS be taken by a household that stands at the door, for which FREED of the units held there (0 =
 * none) come free in the same decision? As above, but for three things: what it holds already is its own, so
 * a number must leave only those beside it; the sum is judged as it will be, so that a house which took units
 * away since is never promised beyond them; and a place kept for a surge that is over takes in whom it had
 * said yes to. */
bool ledger_has_room_at_door(const struct engine *e, struct pool_id pool, int units, int freed,
                             int64_t now_ms);

#endif
