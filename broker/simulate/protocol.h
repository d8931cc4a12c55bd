/* The line protocol of matching.md 5.4 over a desk: whoever holds the truth of a world says line by line what
 * happens, and hears whom to ask. What we read and say is in the table of README.md. Bounded: a longer line,
 * a world larger than world.h allows, numbers out of range are faults with their line, which change nothing.
 */
#ifndef PLEK_SIMULATE_PROTOCOL_H
#define PLEK_SIMULATE_PROTOCOL_H

#include "base/bytes.h"
#include "simulate/matcher.h"

#define PROTOCOL_LINE_MAX 65536 /* bytes of a line, without its end */

struct protocol;

/* POLICY (borrowed, not the phone) decides; with RANKS every ask is preceded by where the best places stand.
 */
struct protocol *protocol_new(const struct sim_policy *policy, bool ranks);
void protocol_free(struct protocol *p);

/* Take LINE, without its end, and add the replies to OUT: whole lines, the last one OK unless LINE belongs to
 * the network (INIT and what stands between it and END). A line that was cut off is given one byte longer
 * than PROTOCOL_LINE_MAX. */
void protocol_line(struct protocol *p, struct bytes line, struct buf *out);

#endif
