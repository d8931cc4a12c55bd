/* The road of a file: from a folder or a push, through the spool, over real TLS with a client certificate to
 * a small broker in this process (the wire room's own server), which answers as told. */
#ifndef PLEK_TESTS_ROAD_H
#define PLEK_TESTS_ROAD_H

#include "../../wire/support/test_certs.h"
#include "adapters/tell/deliver.h"
#include "adapters/transport/drop.h"
#include "adapters/transport/push.h"
#include "support/until.h"

#define GOOD                                                                                                 \
    "<capaciteit xmlns=\"urn:veiligeplek:opvang:1\"><peilmoment>2026-01-01T00:00:00Z</peilmoment><plekken>"  \
    "<plek code=\"K1\"><vrij>1</vrij></plek></plekken></capaciteit>"
#define BAD "<!DOCTYPE x><capaciteit/>"

struct road {
    struct test_certs certs;
    char dir[128], drop_dir[160], quarantine_dir[160];
    struct event_base *base;
    struct wire_server *broker;
    struct ssl_ctx_st *tls;
    uint16_t port;
    int status; /* the broker's next answers */
    const char *answer;
    int requests;     /* it got */
    bool certificate; /* the last came with the adapter's */
    char keys[8][80]; /* idempotency keys, first eight requests */
    struct buf body;  /* of the last */
    const char *bad;  /* a request with this in its body gets 422 */
    struct profiles *profiles;
    struct intake intake;
    struct deliver *deliver;
    struct drop *drop;
    struct push *push;
    struct adapter_config config; /* of push */
};

/* For cmocka; *STATE is the road. Nothing is open yet but the broker and what is on disk. */
int road_setup(void **state);
int road_teardown(void **state);

/* The broker anew, at the same port. */
void road_start_broker(struct road *s);
void road_start_delivery(struct road *s);
void road_open_drop(struct road *s);

/* Path of NAME in lindehof's folder. Valid until the next call. */
const char *road_dropped(struct road *s, const char *name);
/* Files in DIR/BELOW; -1 if there is no such folder. */
int road_count(const char *dir, const char *below);

/* The oldest message that waits to be told, and is done with now: its CHANNEL and OUTCOME, and what it first
 * complains of (NULL: of nothing). */
void road_assert_message(struct road *s, const char *channel, const char *outcome, const char *complaint);

#endif
