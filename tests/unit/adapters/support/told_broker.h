/* A broker that only knows what the courier speaks: feed-heartbeats, feed-messages and the content of orders,
 * in memory, over real TLS with a client certificate (the wire room's own server). Runs on the test's thread:
 * told by turns of BASE. */
#ifndef PLEK_TESTS_TOLD_BROKER_H
#define PLEK_TESTS_TOLD_BROKER_H

#include "../../wire/support/test_certs.h"
#include "base/json.h"

#define TOLD_MAX 256

struct event_base;
struct told_broker;

struct told_broker *told_open(struct event_base *base, const struct test_certs *certs);
uint16_t told_port(const struct told_broker *b);

/* The door is shut and everything forgotten but the port; and open again, asking for all once more. */
void told_stop(struct told_broker *b);
void told_start(struct told_broker *b);
void told_close(struct told_broker *b);

/* Messages are answered so: 201, or else this with PROBLEM as its type. */
void told_answers(struct told_broker *b, int status, const char *problem);
/* Only messages with reports are refused so, with "errors" that name the first; others are taken. */
void told_refuses_reports_only(struct told_broker *b, bool only);
/* Messages of PROVIDER are answered 500; NULL: of none. Borrowed. */
void told_fails_for(struct told_broker *b, const char *provider);
/* The next heartbeat is heard but never answered. */
void told_cuts_a_heartbeat(struct told_broker *b);
/* The same for heartbeats; 200 is the beginning. */
void told_beats(struct told_broker *b, int status);

/* Give an order (its kind "read" or "replay") with every heartbeat until it is answered. */
void told_order(struct told_broker *b, int64_t id, const char *kind, const char *provider,
                const char *message_id, bool test);
/* What a read order's content is; NULL: 404. Borrowed. */
void told_content(struct told_broker *b, struct bytes content);
bool told_answered(const struct told_broker *b, int64_t order);

/* Messages in the order in which they first came; the newest text of each. */
int told_messages(const struct told_broker *b);
const json_t *told_message(const struct told_broker *b, int i);
/* "" when there is no such message or text. */
const char *told_text(const struct told_broker *b, int i, const char *key);
int told_posts(const struct told_broker *b); /* requests with a message, also refused ones */
int told_heartbeats(const struct told_broker *b);
/* The last heartbeat's entry of PROVIDER, or NULL. */
const json_t *told_feed(const struct told_broker *b, const char *provider);

#endif
