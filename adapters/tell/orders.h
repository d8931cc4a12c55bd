/* What the broker asks of us on behalf of a person: see courier.h. Carrying one out makes the body that
 * answers it; telling it is the courier's. */
#ifndef PLEK_ADAPTERS_ORDERS_H
#define PLEK_ADAPTERS_ORDERS_H

#include "adapters/intake/intake.h"
#include "adapters/intake/reload.h"

#define ORDERS_MAX 20 /* in one answer, by the API */

enum order_kind { ORDER_READ, ORDER_REPLAY };

struct order {
    int64_t id;
    enum order_kind kind;
    char provider[CODE_TEXT_SIZE];
    char message_id[65]; /* replay only */
    bool test;           /* read only: the person wants to look, not to use it */
};

/* Read the orders of a heartbeat's ANSWER into OUT; how many. One that cannot be understood is passed over,
 * with a line in the log. */
size_t orders_read(const json_t *answer, struct order out[ORDERS_MAX]);

/* Read CONTENT, uploaded for O, and return what to tell (a new reference): outcome test when O or the
 * provider is on trial, taken when it was understood (it stays the person's to use), else refused. MISSING:
 * there is no content, because WHY (it is told as it is). */
json_t *order_upload(const struct intake *in, const struct order *o, struct bytes content,
                     const char *missing);

/* Read the message of O once more. OUT is what to tell (a new reference), on disk among the messages if it
 * can be. ERR_BUSY, ERR_IO: not now, nothing is to be told yet. RELOAD may be NULL. */
MUST_CHECK enum err order_replay(const struct intake *in, struct reload *reload, const struct order *o,
                                 json_t **out);

#endif
