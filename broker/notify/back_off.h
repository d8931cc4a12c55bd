/* When to try again: twice as late each time, up to a bound, and spread out, so that what failed together
 * does not come back together. */
#ifndef PLEK_NOTIFY_BACK_OFF_H
#define PLEK_NOTIFY_BACK_OFF_H

#include <stdint.h>

struct back_off {
    int64_t first_ms; /* after the first failure */
    int64_t most_ms;
};

/* How long to wait after ATTEMPTS (>= 1) have failed: between half and all of what the doubling gives. DRAW
 * is any 64-bit number. ASKED_MS: what the receiver asked for (Retry-After), 0 = nothing; it is kept to up to
 * most_ms. */
int64_t back_off_ms(const struct back_off *b, uint32_t attempts, int64_t asked_ms, uint64_t draw);

#endif
