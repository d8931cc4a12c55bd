/* Waiting by turning the loop: never by the clock alone, and never for ever. */
#ifndef PLEK_TESTS_UNTIL_H
#define PLEK_TESTS_UNTIL_H

#include "base/time_text.h"

#include <event2/event.h>

#define UNTIL_MS 20000

static inline void until_turn(struct event_base *base)
{
    const struct timeval tick = {.tv_usec = 2000};
    event_base_loopexit(base, &tick);
    event_base_dispatch(base);
}

/* Turn the base of scene S until COND holds. Needs cmocka. */
#define until(s, cond)                                                                                       \
    do {                                                                                                     \
        int64_t bound_ = time_mono_ms() + UNTIL_MS;                                                          \
        while (!(cond)) {                                                                                    \
            if (time_mono_ms() > bound_)                                                                     \
                fail_msg("waited too long for: %s", #cond);                                                  \
            until_turn((s)->base);                                                                           \
        }                                                                                                    \
    } while (0)

#endif
