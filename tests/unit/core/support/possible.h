/* A possible event of each kind in a small world; spoiled, it must be refused. */
#ifndef PLEK_TEST_POSSIBLE_H
#define PLEK_TEST_POSSIBLE_H

#include "support/exchange.h"

/* A pending request to B (1), and a referral (2) that C said yes to (2) after A1 was asked too (3); a minor
 * alone (3) whose gate request (1) was taken and asked back. */
struct world {
    struct exchange *x;
    int64_t answer_by, lapse; /* of request 1 */
};

struct world world_of_all(void);
struct event an_event(const struct world *w, enum event_kind kind);
/* A possible event of each kind in this world. */
struct event possible(const struct world *w, enum event_kind kind);
void refused(const struct world *w, const struct event *ev, const char *what);

/* Make the possible event of KIND, spoil it, and see it refused. */
#define SPOIL(KIND, CHANGE)                                                                                  \
    do {                                                                                                     \
        struct event ev = possible(&w, KIND);                                                                \
        CHANGE;                                                                                              \
        refused(&w, &ev, #CHANGE);                                                                           \
    } while (0)
/* The boundary beside it is fine. */
#define KEEP(KIND, CHANGE)                                                                                   \
    do {                                                                                                     \
        struct world mine = world_of_all();                                                                  \
        struct event ev = possible(&mine, KIND);                                                             \
        char why[200] = "";                                                                                  \
        CHANGE;                                                                                              \
        if (engine_replay(mine.x->e, &ev, why, sizeof why) != OK)                                            \
            fail_msg("%s: %s", #CHANGE, why);                                                                \
        exchange_free(mine.x);                                                                               \
    } while (0)

#endif
