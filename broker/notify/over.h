/* Whether there is still something to ring for. Volatile: looked at when a call or a text message is about to
 * go out, which may be an hour after it was written down. */
#ifndef PLEK_NOTIFY_OVER_H
#define PLEK_NOTIFY_OVER_H

#include "core/engine.h"
#include "flow/outbox_port.h"

/* True if ROW rings somebody (a call, a text message) for what was seen, answered or ended meanwhile: a
 * message that failed once comes behind newer ones, has no code in it, and must not be the last word. Mail
 * and webhooks are never over: who reads them later must not miss one, and each has its moment. */
bool over_is(const struct engine *e, const struct outbox_row *row);

#endif
