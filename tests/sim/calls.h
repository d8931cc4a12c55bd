/* The clients' side of a write: a command with its key, sent until it is answered, whatever happens to the
 * connection or the broker meanwhile; sometimes sent twice at once, and sometimes again after the answer,
 * which must then be the same. */
#ifndef PLEK_SIM_CALLS_H
#define PLEK_SIM_CALLS_H

#include "world.h"

#define CALLS_MAX 256 /* clients waiting for an answer */

/* In a command's 'draw': the sender may not do this, so it must not be done. */
#define DRAW_INTRUDER UINT64_C(0x1d1e)

/* Flights of this broker that have not come back. */
size_t calls_flying(const struct calls *c, uint64_t generation);

struct calls *calls_new(struct world *w);
void calls_free(struct calls *c);

/* Begin a call with CMD (copied), whose key is made here. ABOUT names the referral it is about, 0 = none.
 * False if all clients are busy. */
bool calls_begin(struct calls *c, const struct command *cmd, struct referral_id about);

/* True if a call about this referral is not answered yet. */
bool calls_is_busy(const struct calls *c, struct referral_id about);

/* Send what is due. */
void calls_step(struct calls *c);

/* A broker is gone: whoever waited for it asks again. */
void calls_broker_gone(struct calls *c, uint64_t generation);

size_t calls_open(const struct calls *c);        /* not answered yet */
const char *calls_oldest(const struct calls *c); /* what the oldest of them is, for the trace */

#endif
