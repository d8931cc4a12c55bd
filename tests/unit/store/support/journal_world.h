/* What the tests of the journal in MariaDB share: a migrated database, a writer on a ticking loop with a sink
 * that notes everything, rows whose content follows from their number, and a reader that checks them. */
#ifndef PLEK_TEST_JOURNAL_WORLD_H
#define PLEK_TEST_JOURNAL_WORLD_H

#include "store/journal_maria.h"
#include "cut_proxy.h"
#include "private_db.h"
#include "ticking.h"

/* Stands in every private part; must never be seen in a file of the server. */
#define PRIVATE_MARK "vrouw-35-met-twee-kinderen"
#define CLEAR_MARK "clear-part-of-row"

struct journal_world {
    struct private_db *server;
    struct ticking *t;
    struct crypto_key master;
    struct vault *vault;
    struct key_ring *ring;
    struct journal_maria_limits limits;
    struct journal_maria *j;
    const struct journal_port *port;
    struct journal_claim claim;

    uint64_t appended;
    uint64_t subjects; /* row SEQ belongs to referral 1 + SEQ % subjects */
    unsigned rows_per_turn;
    bool inside; /* in append or kick: the sink must not be called */

    uint64_t durable, durable_calls, fenced_by;
    unsigned away, back, fenced;
};

int journal_world_start(void **state); /* group: server */
int journal_world_stop(void **state);
int journal_world_begin(void **state); /* test: empty migrated database, loop, vault, ring; no writer yet */
int journal_world_end(void **state);

/* Take over and make a writer that reaches the server by SOCKET (NULL: its own). */
void journal_world_write(struct journal_world *w, const char *socket);
void journal_world_new_ring(struct journal_world *w, size_t keys_max);

/* Append N rows and kick. Ends the test on an error. */
void journal_world_append(struct journal_world *w, unsigned n);
/* Turn the loop until everything appended is durable. */
bool journal_world_drain(struct journal_world *w, int64_t ms);
/* Turn the loop, appending ROWS_PER_TURN rows each turn, until DONE or MS have passed. */
bool journal_world_load(struct journal_world *w, bool (*done)(void *), int64_t ms);

/* Read everything back with a new ring and check each row's content; DESTROYED (0 = none) is the referral
 * whose private parts must be empty. Returns how many rows there are. */
uint64_t journal_world_check(struct journal_world *w, uint64_t destroyed);

/* journal_load that only counts, for tests of its errors. */
enum err journal_world_reload(struct journal_world *w, struct key_ring *ring, uint64_t *rows, char *why);

bool journal_world_is_away(void *w);
bool journal_world_is_back(void *w);
bool journal_world_is_fenced(void *w);
bool journal_world_is_drained(void *w);

#endif
