/* The two clocks, as the loop reads them once a turn, each in a type of its own so that they cannot be mixed:
 * wall time is what people and deadlines mean and may jump; monotonic time only measures how long. */
#ifndef PLEK_LOOP_WALL_H
#define PLEK_LOOP_WALL_H

#include <stdint.h>

struct wall_ms { /* since 1970-01-01T00:00:00Z */
    int64_t v;
};
struct mono_ms { /* since some moment before the process began */
    int64_t v;
};

/* A source of both, so that a test of ten minutes takes a microsecond. */
struct clocks {
    void *ctx;
    struct wall_ms (*wall)(void *ctx);
    struct mono_ms (*mono)(void *ctx);
};

/* The host's clocks. */
struct clocks clocks_host(void);

#endif
