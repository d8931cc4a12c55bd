/* The order of things: submit → decide → apply → journal → durable → answer → publish. Owns the engine.
 * Nothing is answered, shown or published before the events it rests on are durable; one rule for writes,
 * reads and streams.
 *
 * One turn (called by loop, in this order):
 *   flow_turn(now)     fall due, decide what was submitted (bounded), search again for those who wait where
 *                      something came free (bounded), apply, append, kick
 *   flow_deliver()     publish what became durable since the last turn, call back who waited for it
 * Completions are called from flow_deliver only, never from inside submit. A callback may submit, wait and
 * look; it may not turn, deliver, replay or free. */
#ifndef PLEK_FLOW_FLOW_H
#define PLEK_FLOW_FLOW_H

#include "core/engine.h"
#include "flow/journal_port.h"

struct flow;

struct flow_limits {
    uint32_t queue_max;     /* commands waiting to be decided: 4,096 */
    uint32_t undurable_max; /* events applied and not yet durable and published: 65,536; over it submit says
                               ERR_BUSY. As many completions may wait, and as many reads */
    uint32_t turn_max;      /* commands decided in one turn: 512, so that a turn stays below a few ms; eight
                               observations of a report count as one more */
    uint32_t search_max;    /* points spent in one turn on searching again for those who wait: 1,024;
                               what costs how much: flow/search_again.h. 0 = never, else at least
                               SEARCH_POINTS_MIN */
    uint32_t digest_every;  /* take a digest after so many events: 1,000; 0 = never */
};
struct flow_limits flow_limits_default(void);

/* What one command came to. TROUBLE is one of:
 *
 * - OK: OUTCOME holds and is durable, a refusal included.
 * - ERR_AWAY: the journal is away; nothing was promised and nothing will happen later by this submit (it was
 *   not decided). For a read: what it was built on is not durable.
 * - ERR_FENCED: another broker took over, or the database lost what it had committed. A command's fate is
 *   unknown here: never answer 'failed'; the client asks again with the same key and the other broker knows.
 *
 * OUTCOME is empty unless TROUBLE is OK. The engine may be looked at during the call, but it may be ahead of
 * what is durable: what is read from it goes out through flow_when_durable. */
typedef void flow_done_fn(void *ctx, enum err trouble, const struct outcome *outcome);

/* Called once per event, in order of seq without gaps, when it is durable. */
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
 * error: ERR_BUSY (bounds), ERR_AWAY (the journal is away: writes are refused at the door), ERR_FENCED. */
MUST_CHECK enum err flow_submit(struct flow *f, const struct command *cmd, flow_done_fn *done, void *ctx);

/* Call DONE when everything applied so far is durable (in the next deliver, if it is already): for reads,
 * which are built first and go out then. While the journal is away a read whose ground is durable goes on;
 * any other is given up, here or later, with ERR_AWAY. ERR_BUSY: too many wait. ERR_FENCED. */
MUST_CHECK enum err flow_when_durable(struct flow *f, flow_done_fn *done, void *ctx);

/* Work done in one turn is bounded; flow_has_work tells whether some is left. The clock of the engine never
 * runs back: an earlier NOW_MS than before (or than the journal's last row) counts as that one. */
void flow_turn(struct flow *f, int64_t now_ms);
void flow_deliver(struct flow *f);
bool flow_has_work(
    const struct flow *f); /* something can be done without waiting for the journal: do not sleep */
int64_t flow_next_due_ms(const struct flow *f); /* INT64_MAX = never; also while nothing can be decided */

const struct engine *flow_engine(const struct flow *f);
uint64_t flow_durable_seq(const struct flow *f);
uint64_t flow_published_seq(const struct flow *f); /* <= durable: where a stream that joins now goes on */
int64_t flow_now_ms(const struct flow *f);         /* the clock of the current turn */

enum flow_state { FLOW_OK, FLOW_AWAY, FLOW_FENCED };
enum flow_state flow_state(const struct flow *f);
int64_t flow_away_since_ms(const struct flow *f); /* 0 = not away */

#endif
