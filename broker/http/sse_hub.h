/* The live streams: one small fact per durable event to everyone who may hear it, never anything else.
 *
 *   event durable ─► fact ─► ring of the last SSE_RING facts ─► each stream that core/audience grants it to
 *
 * A stream that comes back with Last-Event-ID goes on after that one: from the ring, in portions, as fast as
 * its client reads. What the ring no longer has cannot be told: the client gets `event: reset` and fetches
 * everything anew. Who may hear a fact is judged when it is sent, so a right that was lost meanwhile counts.
 *
 * Every stream belongs to a session and ends with it. An open stream counts as use of the session for
 * shelters only: a night desk that waits for the telephone to ring is at work, any other screen left alone is
 * not. */
#ifndef PLEK_HTTP_SSE_HUB_H
#define PLEK_HTTP_SSE_HUB_H

#include "http/call.h"

#define SSE_RING 8192         /* facts kept for those who come back: minutes of the busiest night */
#define SSE_SESSION_STREAMS 8 /* tabs share one stream; more than this is a fault of the client */
#define SSE_BEAT_S 15         /* a line at least so often: proxies and clients know that it lives */

struct sse_hub;

/* Subscribes to the app's flow: make it once, before the first turn or after replay. */
struct sse_hub *sse_hub_new(struct http_app *app, uint32_t streams_max);
/* Open streams are not ended: free the wire's server first or after. Flow must not deliver any more. */
void sse_hub_free(struct sse_hub *hub);

#define SSE_FROM_NOW UINT64_MAX
#define SSE_NOT_OURS (UINT64_MAX - 1) /* an id this exchange never gave: begins with a reset */

/* Begin a stream for CALL (a session is there) after AFTER_SEQ. Answers the request
 * in every case: 200 and the stream, 429 (too many of this session) or 503 (too many, or fenced). */
void sse_hub_open(struct sse_hub *hub, struct call *call, uint64_t after_seq);

/* End all streams of the session with this hash. */
void sse_hub_end_session(struct sse_hub *hub, const uint8_t hash[SESSION_HASH_BYTES]);

/* A feed of PROVIDER changed: `event: feed` to every stream whose person may see it. No durable event is
 * behind it, so it has no id and is told to those who listen now only: who comes back looks anew. */
void sse_hub_feed(struct sse_hub *hub, struct org_id provider);

/* From the wire. */
void sse_hub_drained(struct sse_hub *hub, struct wire_ticket ticket);
void sse_hub_closed(struct sse_hub *hub, struct wire_ticket ticket);

/* One second passed: one in SSE_BEAT_S of the streams gets its line and is looked at (session over, rights
 * changed). The hub's own timer calls it. */
void sse_hub_beat(struct sse_hub *hub);

uint32_t sse_hub_streams(const struct sse_hub *hub);

#endif
