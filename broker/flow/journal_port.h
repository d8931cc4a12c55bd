/* Where events become durable, seen from flow: a table of few functions, so that MariaDB and its in-memory
 * twin are the same to the engine. Rules: append queues and never blocks; kick starts one commit of
 * everything queued if none is under way; completions arrive by the sink, never from inside append or kick.
 */
#ifndef PLEK_FLOW_JOURNAL_PORT_H
#define PLEK_FLOW_JOURNAL_PORT_H

#include "base/bytes.h"
#include "core/event.h"

/* One row as it is written; the bytes are copied by append. */
struct journal_row {
    uint64_t seq;
    int64_t at_ms;
    enum event_kind kind;
    struct referral_id subject; /* whose key seals the private part; 0 = none */
    struct bytes clear;
    struct bytes private_part;
    uint64_t digest; /* engine_digest after this row, 0 = not taken here */
    bool more;       /* the next row is of the same command. A journal commits them together where it can: the
                        key of a command is its last row, and half a batch without its key would be judged anew */
};

/* What the journal tells flow. */
struct journal_sink {
    void *ctx;
    void (*on_durable)(void *ctx, uint64_t seq); /* everything up to SEQ is committed */
    void (*on_away)(void *ctx, const char *why); /* cannot commit now; keeps trying; nothing is lost */
    void (*on_back)(void *ctx);
    void (*on_fenced)(void *ctx, uint64_t epoch); /* another writer has a higher epoch: stop at once */
};

struct journal_port {
    void *ctx;
    void (*set_sink)(void *ctx, const struct journal_sink *sink);
    /* ERR_BUSY when its bound of queued bytes is reached: nothing was queued. Whole commands: the last row
     * has no `more`. */
    enum err (*append)(void *ctx, const struct journal_row *rows, size_t n);
    void (*kick)(void *ctx);
    bool (*is_away)(void *ctx);
};

/* Reading back at start, in order of seq; PRIVATE is empty where the key was destroyed. Return OK to go on.
 */
typedef enum err journal_row_fn(void *ctx, const struct journal_row *row);

#endif
