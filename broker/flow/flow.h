/* The order of things: submit → decide → apply → journal → durable → answer → publish. Owns the engine.
 * Nothing is answered, shown or published before the events it rests on are durable; one rule for writes,
 * reads and streams.
 *
 * One turn (called by loop, in this order):
 *   flow_turn(now)     fall due, decide what was submitted (bounded), apply, append, kick
 *   flow_deliver()     call back what became durable since the last turn, publish its events
 * Completions are called from flow_deliver only, never from inside submit. */
#ifndef PLEK_FLOW_FLOW_H
#define PLEK_FLOW_FLOW_H

#include "core/engine.h"
#include "flow/journal_port.h"

struct flow;

struct flow_limits {
    uint32_t queue_max;     /* commands waiting to be decided: 4,096 */
    uint32_t undurable_max; /* events applied and not yet durable: 65,536; over it submit says ERR_BUSY */
    uint32_t turn_max;      /* commands decided in one turn: 512, so that a turn stays below a few ms */
    uint32_t digest_every;  /* take a digest after so many events: 1,000 */
};
struct flow_limits flow_limits_default(void);

/* What one command came to. STATE ERR_AWAY: the journal is away, nothing was promised and nothing will happen
 * later by this submit (it was not decided). The engine may be looked at during the call. */
typedef void flow_done_fn(void *ctx, enum err trouble, const struct outcome *outcome);

/* Called once per event, in order, when it is durable. */
typedef void flow_publish_fn(void *ctx, const struct engine *e, const struct event *ev);

/* Make a flow over an empty engine (owned from here) and a port (borrowed). */
struct flow *flow_new(struct engine *e, const struct journal_port *port, const struct flow_limits *limits);
void flow_free(struct flow *f); /* waiting completions are dropped, not called */

/* At start: apply one journaled row. ERR_BAD_INPUT (gap, undecodable, impossible, digest differs) with the
 * reason in WHY: the caller must not start. */
MUST_CHECK enum err flow_replay(struct flow *f, const struct journal_row *row, char *why, size_t why_size);

/* Publish durable events to FN from now on; at most 4 subscribers. */
void flow_subscribe(struct flow *f, flow_publish_fn *fn, void *ctx);

/* Queue a command; everything it points to is copied. DONE is called exactly once unless this returns an
 * error: ERR_BUSY (bounds), ERR_AWAY (the journal is away: writes are refused at the door). */
MUST_CHECK enum err flow_submit(struct flow *f, const struct command *cmd, flow_done_fn *done, void *ctx);

/* Call DONE when everything applied so far is durable (at once in the next deliver, if it is already): for
 * reads. */
MUST_CHECK enum err flow_when_durable(struct flow *f, flow_done_fn *done, void *ctx);

void flow_turn(struct flow *f, int64_t now_ms);
void flow_deliver(struct flow *f);
bool flow_has_work(const struct flow *f); /* queued commands or completions: do not sleep */
int64_t flow_next_due_ms(const struct flow *f);

const struct engine *flow_engine(const struct flow *f);
uint64_t flow_durable_seq(const struct flow *f);
int64_t flow_now_ms(const struct flow *f); /* the clock of the current turn */

enum flow_state { FLOW_OK, FLOW_AWAY, FLOW_FENCED };
enum flow_state flow_state(const struct flow *f);
int64_t flow_away_since_ms(const struct flow *f); /* 0 = not away */

#endif
