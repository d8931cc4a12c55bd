/* The simulated world: one disk, the brokers that live on it, the clock, and everybody who talks to them.
 * Real core, real flow and the in-memory journal; only libevent, sockets and time are missing. One step is
 * what one turn of the loop sees: people act, the journal moves, the broker turns and delivers. */
#ifndef PLEK_SIM_WORLD_H
#define PLEK_SIM_WORLD_H

#include "checker.h"
#include "plan.h"

struct calls;
struct people;
struct viewers;

/* One life of a broker. */
struct broker {
    uint64_t generation;
    struct journal_memory *journal;
    struct flow *flow;
    struct world *world;
    uint64_t published; /* seq */
};

struct world {
    struct trace *trace;
    struct plan plan;
    struct rng rng;
    struct vocab *vocab;
    struct journal_disk *disk;
    struct checker *checker;
    struct calls *calls;
    struct people *people;
    struct viewers *viewers;
    int64_t now_ms;
    uint64_t step;
    uint64_t generation;
    struct broker *active;  /* NULL while nobody is up */
    struct broker *stalled; /* taken over from and not yet aware of it; usually NULL */
    uint64_t up_at_step;    /* when a dead broker is started again */
    bool calm;              /* faults are over: everything must come to an end */
};

struct world *world_new(struct trace *t, uint64_t seed, uint64_t steps, enum broken broken);
void world_free(struct world *w);

/* Everything, to the end or to the first breach. */
void world_run(struct world *w);

#endif
