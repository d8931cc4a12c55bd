/* Small parts that several resource handlers share. */
#ifndef PLEK_HTTP_CALL_PARTS_H
#define PLEK_HTTP_CALL_PARTS_H

#include "core/vocab.h"
#include "http/call.h"

/* Read {"reason": "<code>"} of LIST from the body: its index + 1, 0 after a fault. */
uint8_t call_reason(struct call *call, enum vocab_list list);

/* Read {"poolIds": [...]} of CMD_ASK from the body: each once, at least one. MAY_BE_BRIDGE: "bridge" too. */
void call_pools_read(struct call *call, struct command *cmd, bool may_be_bridge);

/* Put in the access log that the actor reads the thing named in the path. False, and 503 answered, if the log
 * cannot take it. The row is written with the next batch, also when the database comes back later; what a
 * crash in between loses is the price of showing pages while the database is away. (An address is different:
 * its row is durable first.) ACTION is static text. */
bool call_record(struct call *call, const char *action);

#endif
