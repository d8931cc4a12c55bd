/* Requests that nobody at the house has seen yet, and when the night number is to be rung for them. Volatile:
 * made from the engine's state at a start, and what was rung for already is known by the outbox. */
#ifndef PLEK_NOTIFY_UNSEEN_H
#define PLEK_NOTIFY_UNSEEN_H

#include "core/engine.h"

struct unseen {
    struct request_id *list;
    size_t n, cap;
};

/* How long a request may be unseen, from the moment that the house's clock starts. 0: half of the time after
 * which the broker rings again at that level (core's timers.ring_s; domain section 5: 5, 15 and 60 minutes),
 * and never where it does not ring again. */
struct unseen_limits {
    int64_t ms[THREAT_N];
};

/* All that wait now; looks at every request once. */
void unseen_fill(struct unseen *u, const struct engine *e);
void unseen_add(struct unseen *u, struct request_id id);
void unseen_fini(struct unseen *u);

/* Drop those that were seen or ended, and take out one that is due at NOW; false = none is. Call again until
 * it says so. */
bool unseen_take(struct unseen *u, const struct engine *e, const struct unseen_limits *limits, int64_t now_ms,
                 struct request_id *out);
/* Still pending and not seen. */
bool unseen_is(const struct engine *e, struct request_id id);

#endif
