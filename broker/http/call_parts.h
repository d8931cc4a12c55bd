/* Small parts that several resource handlers share. */
#ifndef PLEK_HTTP_CALL_PARTS_H
#define PLEK_HTTP_CALL_PARTS_H

#include "core/vocab.h"
#include "http/call.h"
#include "http/moments.h"
#include "http/throttle.h"

/* Read {"reason": "<code>"} of LIST from the body: its index + 1, 0 after a fault. */
uint8_t call_reason(struct call *call, enum vocab_list list);

/* Read {"poolIds": [...]} of CMD_ASK from the body: each once, at least one. MAY_BE_BRIDGE: "bridge" too. */
void call_pools_read(struct call *call, struct command *cmd, bool may_be_bridge);

/* Read the end of a reflection period at AT: a fault unless RESIDENCE is one that runs (-1: had a fault of
 * its own), and it lies ahead, within three months. */
int64_t call_residence_until(struct call *call, struct json_at at, int residence);

/* AT, or now if it is at most a minute ahead: what a device with another clock calls now. */
int64_t call_clock(const struct call *call, int64_t at_ms);

/* Read when a household came or left at AT: a fault unless it lies within BOUNDS, whose now is the broker's.
 * 0 where it is not there, or after a fault. */
int64_t call_moment_past(struct call *call, struct json_at at, struct moment_bounds bounds);

/* Take one of the tries that this account has for WHAT (static text); false, and 429 answered, if there is
 * none now. Forgotten when the broker starts anew. */
bool call_try(struct call *call, const char *what, const struct throttle_rate *rate);
/* Put it back: it was no miss. */
void call_try_back(struct call *call, const char *what, const struct throttle_rate *rate);

/* Put in the access log that the actor reads the thing named in the path. False, and 503 answered, if the log
 * cannot take it. The row is written with the next batch, also when the database comes back later; what a
 * crash in between loses is the price of showing pages while the database is away. (An address is different:
 * its row is durable first.) ACTION is static text. */
bool call_record(struct call *call, const char *action);

/* The same for a list: each of the N OBJECTS that it shows in full is a read of its own. */
bool late_record_each(const struct late *late, const char *action, const uint64_t *objects, size_t n);

/* The stay that the return CODE tells of in *OUT, NULL if there is none or its facts were erased. Only for
 * who may open a return; counted as a try unless it hits, and in the access log either way (return.read of
 * the referral, which late.id becomes, or return.miss). False, and answered, if that cannot be. */
bool call_return_code(struct call *call, const char *code, const struct stay **out);

#endif
