/* The room as a whole over an outbox in memory and a journal that takes nothing, on a clock of the test's
 * own. */
#ifndef PLEK_TEST_NOTIFY_SCENE_H
#define PLEK_TEST_NOTIFY_SCENE_H

#include "support/exchange.h"

#include "base/crypto.h"
#include "loop/loop.h"
#include "notify/notify.h"

#define ROWS_KEPT 64
#define EVENTS_KEPT 256

struct fake {
    struct event_base *base;
    struct outbox_row rows[ROWS_KEPT];
    size_t n;
    uint64_t cursor;
    struct notify_target targets[64];
    struct outbox_behind behind[64]; /* as it was written last, by target */
    size_t n_targets;
    struct outbox_event events[EVENTS_KEPT];
    struct buf clear[EVENTS_KEPT];
    size_t n_events;
    enum err commit_says;
    unsigned commits, opened, reads;
    char hook[64]; /* where webhooks go; "" = where nobody listens */
    struct later *waiting;
};

/* Says busy, or keeps what is asked until the test answers it. */
struct reveal {
    bool keeps;
    revealed_fn *done;
    void *ctx;
};

struct scene {
    struct exchange *x;
    struct loop *loop;
    struct flow *flow;
    struct journal_sink sink;
    struct fake fake;
    struct reveal reveal;
    struct notify *notify;
    struct crypto_key key;
    struct account who; /* the only account there is; id 0 = none */
    int64_t now_ms;     /* the wall clock */
};

struct scene *scene_new(void);
void add_target(struct scene *s, uint32_t id, unsigned org, unsigned location, enum channel channel);
/* Everything that happened in the exchange lies in the journal: replay it, and begin to tell. */
void begin(struct scene *s, struct notify_settings *over);
/* Turn for MS of the wall clock, in steps of half a second, a few turns each. */
void scene_pass(struct scene *s, int64_t ms);
void scene_free(struct scene *s);
size_t count(const struct scene *s, uint32_t target, const char *kind);

#endif
