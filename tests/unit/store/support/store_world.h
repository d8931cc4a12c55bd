/* What the tests of people, codes and secrets share: a migrated server (both databases), a ticking loop and
 * two clerks. */
#ifndef PLEK_TEST_STORE_WORLD_H
#define PLEK_TEST_STORE_WORLD_H

#include "private_db.h"
#include "store/clerk.h"
#include "ticking.h"

struct store_world {
    struct private_db *server;
    struct ticking *t;
    struct clerk *clerk, *sealed;
    struct db *db, *sealed_db; /* blocking, for preparing and looking */
    char why[DB_WHY_SIZE];
    /* last completion */
    unsigned completions, want;
    enum err trouble;
};

int store_world_start(void **state); /* group */
int store_world_stop(void **state);
int store_world_begin(void **state); /* test */
int store_world_end(void **state);

/* A completion for any of the ports: notes trouble. */
void store_world_done(void *ctx, enum err trouble);
/* Turn the loop until N more completions came. */
bool store_world_wait(struct store_world *w, unsigned n, int64_t ms);
/* Turn the loop until the clerks have nothing left to do. */
bool store_world_settle(struct store_world *w, int64_t ms);
/* Reconnect the blocking connections after the server was killed. */
void store_world_reconnect(struct store_world *w);

#endif
