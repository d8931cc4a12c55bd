/* What the handlers of feeds share. */
#ifndef PLEK_HTTP_FEED_CALL_H
#define PLEK_HTTP_FEED_CALL_H

#include "feeds/feeds.h"
#include "http/call.h"

/* Idempotency of a write that is no command of the engine: true if CALL's key is new. If it was used with the
 * same body, ANSWER is what was answered then and SAME is set; with another body the refusal is given here.
 * After the work: feed_call_done. */
bool feed_call_is_new(struct call *call, struct feed_answer *answer, bool *same);
void feed_call_done(struct call *call, const struct feed_answer *answer);

#endif
