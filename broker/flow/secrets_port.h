/* Sealed addresses, and the record of who looked at what. Kept apart from the engine: addresses never enter
 * it. */
#ifndef PLEK_FLOW_SECRETS_PORT_H
#define PLEK_FLOW_SECRETS_PORT_H

#include "base/err.h"

#include <stdbool.h>

#include "core/ids.h"
#include "core/kinds.h"

struct revealed_location {
    char address[201];
    char night_number[33];
    char meeting_point[201];
};

/* Who looked at what, on what ground (NEN 7513 fields that apply here). */
struct access_entry {
    int64_t at_ms;
    const char *action; /* "referral.read" "location.reveal" "session.start" ... static text */
    struct account_id account;
    struct org_id org;
    enum role role;
    uint64_t object; /* referral, request or location id */
    enum ground ground;
    bool refused;
};

typedef void revealed_fn(void *ctx, enum err trouble, const struct revealed_location *location);
typedef void recorded_fn(void *ctx, enum err trouble);

struct secrets_port {
    void *ctx;
    /* Record first, durably, then open and hand over; one completion, never from inside the call.
     * ERR_NOT_FOUND if the location has no sealed row; ERR_AWAY if the database cannot be reached (then
     * nothing is shown). */
    MUST_CHECK enum err (*reveal)(void *ctx, struct location_id location, const struct access_entry *entry,
                                  revealed_fn *done, void *done_ctx);
    /* Record a read of a referral. Batched; ERR_BUSY when its queue is full (then the read is refused). DONE
     * may be NULL. */
    MUST_CHECK enum err (*record)(void *ctx, const struct access_entry *entry, recorded_fn *done,
                                  void *done_ctx);
};

#endif
