/* What became of the messages to people and programs outside, seen from http: main wires it to notify. */
#ifndef PLEK_FLOW_NOTIFY_PORT_H
#define PLEK_FLOW_NOTIFY_PORT_H

#include "flow/outbox_port.h"

/* ROWS and what they point to are for the call. TARGETS: the name of each row's target, "" if it is gone. */
typedef void notify_list_fn(void *ctx, enum err trouble, const struct outbox_row *rows,
                            const char *const *targets, size_t n);

struct notify_port {
    void *ctx;
    /* For /health; looked at every few seconds. */
    struct outbox_stats (*stats)(void *ctx);
    /* Newest first, of ORG (0 = all). One completion, never from inside the call. ERR_BUSY. */
    MUST_CHECK enum err (*list)(void *ctx, struct org_id org, bool given_up_only, unsigned limit,
                                notify_list_fn *done, void *done_ctx);
    /* Somebody must look: nothing comes in for ORG over CHANNEL (static text) since SINCE_MS. */
    void (*feed_silent)(void *ctx, struct org_id org, const char *channel, int64_t since_ms);
};

#endif
