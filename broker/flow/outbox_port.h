/* What still has to be told to whom, kept where it survives the process, seen from notify: a table of few
 * functions that main wires to the store. Every call that takes a DONE completes exactly once, from the loop,
 * never from inside the call, unless it returns an error (ERR_BUSY: a queue is full, nothing was queued);
 * while the database is away the completion just comes later. Nothing here holds a word of a household. */
#ifndef PLEK_FLOW_OUTBOX_PORT_H
#define PLEK_FLOW_OUTBOX_PORT_H

#include "base/bytes.h"
#include "core/event.h"

enum channel { CHANNEL_MAIL, CHANNEL_SMS, CHANNEL_VOICE, CHANNEL_WEBHOOK, CHANNEL_N };

/* OUTBOX_UNNEEDED: what it was about is over, or its target was retired. */
enum outbox_status { OUTBOX_WAITING, OUTBOX_DELIVERED, OUTBOX_GIVEN_UP, OUTBOX_UNNEEDED, OUTBOX_STATUS_N };

#define OUTBOX_KEY_SIZE 41
#define OUTBOX_WORD_SIZE 41
#define OUTBOX_TROUBLE_SIZE 25
#define TARGET_NAME_SIZE 64
#define TARGET_ADDRESS_SIZE 513

static inline const char *channel_code(enum channel c)
{
    static const char *const list[CHANNEL_N] = {"mail", "sms", "voice", "webhook"};

    return (unsigned)c < CHANNEL_N ? list[c] : "";
}

static inline const char *outbox_status_code(enum outbox_status s)
{
    static const char *const list[OUTBOX_STATUS_N] = {"waiting", "delivered", "given_up", "unneeded"};

    return (unsigned)s < OUTBOX_STATUS_N ? list[s] : "";
}

/* One message to one target. */
struct outbox_row {
    uint64_t id;                 /* order; 0 before it is stored */
    char key[OUTBOX_KEY_SIZE];   /* what it is about: [a-z0-9-]; with the target the id that receivers see */
    uint32_t target;             /* its id */
    struct location_id location; /* whose night number; 0 where the target has an address of its own */
    enum channel channel;        /* the target's */
    char kind[OUTBOX_WORD_SIZE]; /* "request.made": an event's name, or one of notify's own */
    char text[OUTBOX_WORD_SIZE]; /* key of its text, "" for webhooks without one */
    char state[25];              /* of the request or referral, "" = none */
    int64_t at_ms;               /* of the event */
    struct org_id org; /* whose message it is: the target's, or the house's where the target is all's */
    struct referral_id referral; /* 0 = none, as all that follow */
    struct request_id request;
    struct pool_id pool;
    uint32_t attempts; /* made so far */
    int64_t next_at_ms;
    enum outbox_status status;
    char trouble[OUTBOX_TROUBLE_SIZE]; /* of the last attempt: a word, never anybody's text */
    int64_t done_at_ms;                /* 0 = waiting */
};

/* Where messages go. The address stays sealed until a message goes out. */
struct notify_target {
    uint32_t id;
    char name[TARGET_NAME_SIZE];
    struct org_id org;           /* 0: every house of every shelter (night numbers only) */
    struct location_id location; /* 0: the whole organisation */
    enum channel channel;
    bool english;
    bool night_number; /* its address is the sealed night number of the house */
    bool retired;
    uint64_t behind_from; /* first event that it was not told of; 0 = it goes with the cursor */
    uint8_t sealed[1024];
    uint16_t sealed_len;
};

struct outbox_stats {
    uint64_t waiting, given_up; /* given up: of those that are kept */
    uint64_t behind;      /* targets that are told later, because too much waits for them; notify sets it */
    int64_t oldest_at_ms; /* of the event of the oldest that waits; 0 = none */
    bool stopped;         /* nothing is told any more, and the rest is as it was then; notify sets it */
};

/* How many messages wait for a target. */
struct outbox_load {
    uint32_t target;
    uint64_t waiting;
};

/* A target is behind: it was told of no event from SEQ on; 0 = it is not. */
struct outbox_behind {
    uint32_t target;
    uint64_t from;
};

/* What is written in one transaction. */
struct outbox_step {
    const struct outbox_row *rows;
    size_t n_rows;
    uint64_t seq; /* the cursor's new place; 0 = leave it */
    const struct outbox_behind *behind;
    size_t n_behind;
};

/* A set of kinds of events. */
#define OUTBOX_KIND_WORDS 4
_Static_assert(EV_N <= OUTBOX_KIND_WORDS * 64, "every kind has its bit");
struct outbox_kinds {
    uint64_t bits[OUTBOX_KIND_WORDS];
};

static inline void outbox_kinds_add(struct outbox_kinds *k, enum event_kind kind)
{
    k->bits[(unsigned)kind / 64] |= UINT64_C(1) << ((unsigned)kind % 64);
}

static inline bool outbox_kinds_has(const struct outbox_kinds *k, enum event_kind kind)
{
    return (unsigned)kind < EV_N && (k->bits[(unsigned)kind / 64] >> ((unsigned)kind % 64) & 1u) != 0;
}

/* An event as the journal has it, without its private part. */
struct outbox_event {
    uint64_t seq;
    int64_t at_ms;
    enum event_kind kind;
    struct bytes clear;
};

typedef void outbox_done_fn(void *ctx, enum err trouble);
typedef void outbox_cursor_fn(void *ctx, enum err trouble, uint64_t seq);
typedef void outbox_events_fn(void *ctx, enum err trouble, const struct outbox_event *events, size_t n);
typedef void outbox_rows_fn(void *ctx, enum err trouble, const struct outbox_row *rows, size_t n);
typedef void outbox_targets_fn(void *ctx, enum err trouble, const struct notify_target *targets, size_t n);
typedef void outbox_loads_fn(void *ctx, enum err trouble, const struct outbox_load *loads, size_t n);
typedef void outbox_stats_fn(void *ctx, enum err trouble, const struct outbox_stats *stats);

struct outbox_port {
    void *ctx;
    MUST_CHECK enum err (*cursor)(void *ctx, outbox_cursor_fn *done, void *done_ctx);
    /* Events of KINDS with AFTER < seq <= UPTO, oldest first, at most LIMIT. */
    MUST_CHECK enum err (*events)(void *ctx, uint64_t after, uint64_t upto, const struct outbox_kinds *kinds,
                                  unsigned limit, outbox_events_fn *done, void *done_ctx);
    /* Add the rows of STEP (those whose key, target and location are there already are left as they are) and,
     * in the same transaction, move the cursor and say who is behind. ERR_FENCED: another broker is the
     * writer. Any other trouble: the database refused it, nothing of it is there, and later it may go well.
     */
    MUST_CHECK enum err (*commit)(void *ctx, const struct outbox_step *step, outbox_done_fn *done,
                                  void *done_ctx);
    /* What waits on CHANNEL and is due at NOW, at most LIMIT: one for each receiver (target, and house where
     * its number is meant); of a receiver and of all, those that were never tried before those that failed,
     * else oldest first. Of webhooks only the first that waits for a target, due or not, so that they arrive
     * in order. */
    MUST_CHECK enum err (*due)(void *ctx, enum channel channel, int64_t now_ms, unsigned limit,
                               outbox_rows_fn *done, void *done_ctx);
    /* Write attempts, next_at_ms, status, trouble and done_at_ms of ROW. */
    MUST_CHECK enum err (*mark)(void *ctx, const struct outbox_row *row, outbox_done_fn *done,
                                void *done_ctx);
    /* Of each target for which something waits; by target. */
    MUST_CHECK enum err (*loads)(void *ctx, outbox_loads_fn *done, void *done_ctx);
    MUST_CHECK enum err (*stats)(void *ctx, outbox_stats_fn *done, void *done_ctx);
    /* Newest first, of ORG (0 = of all), at most LIMIT. */
    MUST_CHECK enum err (*list)(void *ctx, struct org_id org, bool given_up_only, unsigned limit,
                                outbox_rows_fn *done, void *done_ctx);
    MUST_CHECK enum err (*targets)(void *ctx, outbox_targets_fn *done, void *done_ctx);
    /* Forget what ended before BEFORE_MS. */
    MUST_CHECK enum err (*purge)(void *ctx, int64_t before_ms, outbox_done_fn *done, void *done_ctx);
    /* The address of TARGET in clear; the caller wipes OUT. ERR_CRYPTO if its seal does not open. */
    MUST_CHECK enum err (*open)(void *ctx, const struct notify_target *target, char out[TARGET_ADDRESS_SIZE]);
};

#endif
