/* Adapters and messages for the tests of feeds, over core's small exchange. */
#ifndef PLEK_TEST_FEEDS_TELLING_H
#define PLEK_TEST_FEEDS_TELLING_H

#include "support/exchange.h"

#include "base/time_text.h"
#include "feeds/feeds.h"

#define FIRST_ID 1000
#define MACHINE_1 1
#define MACHINE_2 2

struct telling {
    struct exchange *x;
    struct feeds *f;
    struct feeds_limits limits;
    int64_t now; /* of the exchange */
};

int telling_setup(void **state);
int telling_teardown(void **state);

/* One source of PROVIDER that was last heard AGO_MS ago (< 0: never). */
struct feed_source a_source(const struct telling *t, unsigned provider, enum feed_channel channel,
                            int64_t ago_ms);
struct feed_heard beat(struct telling *t, uint32_t machine, const char *name, const struct feed_source *list,
                       uint16_t n);
/* A message without lists, received now; named texts are copied. */
struct feed_message a_message(const struct telling *t, unsigned provider, const char *name,
                              enum feed_outcome outcome);
void add_reports(struct feed_message *m, unsigned pool, uint16_t n);
uint64_t tell(struct telling *t, struct feed_message m);
/* The row of PROVIDER and CHANNEL; fails if there is none. The profile is not kept. */
struct feed_row the_row(const struct telling *t, unsigned provider, enum feed_channel channel);
size_t count_rows(const struct telling *t);

#endif
