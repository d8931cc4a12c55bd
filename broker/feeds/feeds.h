/* What the adapters tell of the sources they read: which feeds there are, when something last came, what
 * became of each message, and what a person asked an adapter to do (read a file, try one again).
 *
 * All of it in memory, bounded, and lost with the process: the adapters keep the lasting copy and tell it
 * again when a heartbeat answers resync. Nothing here is believed of any pool; numbers reach the engine
 * through commands only.
 *
 * Pure: no clock, no I/O. Every function that judges age takes NOW. */
#ifndef PLEK_FEEDS_FEEDS_H
#define PLEK_FEEDS_FEEDS_H

#include "core/engine.h"
#include "feeds/feed_message.h"

struct feeds;

#define FEED_ADAPTER_SIZE 65
#define FEED_SOURCES_MAX 1000 /* of one heartbeat */
#define FEED_ORDERS_MAX 20    /* in one answer */
#define FEED_MESSAGES_KEPT 50 /* of one provider; as many as its adapter keeps */

struct feeds_limits {
    int64_t silent_ms;     /* 120 min: for a feed of which no expectation is known */
    int64_t away_ms;       /* 60 s without a heartbeat: the adapter is away */
    int64_t order_ms;      /* 10 min: an order that nobody answered has failed */
    int64_t upload_ms;     /* 30 min: an uploaded file and its preview live so long */
    size_t message_bytes;  /* 64 MiB of messages; over it the provider with most loses its oldest */
    unsigned uploads_org;  /* 3: waiting or previewed, of one organisation */
    unsigned uploads_kept; /* 8: of one organisation, previews and what is over included; the oldest go */
    unsigned uploads_max;  /* 64: of all */
    size_t upload_bytes;   /* 16 MiB of files that no adapter has read yet */
    unsigned replays_max;  /* 256 asked and not answered */
    unsigned adapters_max; /* 64; of one machine 4: then the one not heard for longest goes */
};
struct feeds_limits feeds_limits_default(void);

/* FIRST_ID: ids of messages, orders and uploads start above it. Taken from the clock of the start, so that a
 * number that somebody kept from before a restart names nothing rather than something else. STARTED_MS:
 * before it nobody can have been heard. */
struct feeds *feeds_new(const struct feeds_limits *limits, uint64_t first_id, int64_t started_ms);
void feeds_free(struct feeds *f);

/* ---- heartbeats ---- */

struct feed_source {
    struct org_id provider;
    enum feed_channel channel; /* drop, push or poll */
    char profile[FEED_PROFILE_SIZE];
    uint16_t expected_minutes; /* 1-1440: how often something should come */
    bool test;                 /* understood, not used */
    int64_t last_message_ms;   /* 0 = never */
    uint32_t waiting;          /* entries that wait in the adapter's spool */
    int64_t heard_since_ms;    /* by the feeds: since when adapters name it */
};

struct feed_heartbeat {
    uint32_t machine;
    char adapter[FEED_ADAPTER_SIZE];
    int64_t started_ms;
    const struct feed_source *sources; /* borrowed; each provider and channel once */
    uint16_t n;
    uint16_t foreign; /* sources it named too, of organisations that the machine does not carry */
};

struct feed_heard {
    bool resync; /* it must tell its messages again: it is heard for the first time since this process
                    began, or since it began itself */
    bool foreign_changed; /* for the log, once */
};

/* An adapter of MACHINE (0 = of any) that was heard in time reads PROVIDER. */
bool feeds_is_read(const struct feeds *f, uint32_t machine, struct org_id provider, int64_t now_ms);

enum feed_order_kind { FEED_ORDER_READ, FEED_ORDER_REPLAY };

struct feed_order {
    uint64_t id;
    enum feed_order_kind kind;
    struct org_id provider;
    char message_id[FEED_MESSAGE_ID_SIZE]; /* replay */
    size_t bytes;                          /* read */
    bool test;
};

/* Take what an adapter says of its sources: all of them, each time. */
struct feed_heard feeds_heartbeat(struct feeds *f, const struct feed_heartbeat *h, int64_t now_ms);

/* What MACHINE has to do for the providers its adapters read, oldest first; given again until it is answered
 * or too old. Returns how many, at most FEED_ORDERS_MAX. */
size_t feeds_orders(const struct feeds *f, uint32_t machine, int64_t now_ms,
                    struct feed_order out[FEED_ORDERS_MAX]);

/* The file of a read order; empty if it is gone. PROVIDER: whose. */
struct bytes feeds_content(const struct feeds *f, uint64_t order, int64_t now_ms, struct org_id *provider);

/* ---- messages ---- */

/* Keep M, whose lists are taken over; the same message_id of the same provider replaces what was told before.
 * Returns its id; KNOWN tells whether it was replaced. An answer to an order also moves that upload or
 * replay; one to an order that is not known (any more) is kept as a message and moves nothing. */
uint64_t feeds_tell(struct feeds *f, struct feed_message *m, int64_t now_ms, bool *known);

/* Borrowed until the next tell; NULL = not (any more) here. */
const struct feed_message *feeds_message(const struct feeds *f, uint64_t id);

/* Newest first, of PROVIDER (0 = of all); at most MAX into OUT, returns how many there are. */
size_t feeds_messages(const struct feeds *f, struct org_id provider, const struct feed_message **out,
                      size_t max);

enum feed_replay { FEED_REPLAY_NONE, FEED_REPLAY_ASKED, FEED_REPLAY_DONE, FEED_REPLAY_FAILED };
enum feed_replay feeds_replay_state(const struct feeds *f, const struct feed_message *m, int64_t now_ms);
const char *feed_replay_code(enum feed_replay v); /* "none" "asked" "done" "failed" */

/* Ask for a quarantined message to be read again. ERR_NOT_FOUND; ERR_CONFLICT: it was not quarantined, or it
 * is under way or done; ERR_BUSY: too many are under way. */
MUST_CHECK enum err feeds_replay(struct feeds *f, uint64_t message, int64_t now_ms, uint64_t *order);

/* ---- feeds: what people see ---- */

enum feed_state {
    FEED_OK,
    FEED_SILENT,            /* nothing came for twice the expected time, or ever since it is named so long */
    FEED_STATE_QUARANTINED, /* the last that came was put aside or refused */
    FEED_ADAPTER_AWAY, /* also: reports are only from before this process began, and no adapter came back */
    FEED_NEVER,        /* nothing came yet */
    FEED_STATE_N
};
const char *feed_state_code(enum feed_state v); /* "ok" "silent" "quarantined" "adapter_away" "never" */

struct feed_row {
    struct org_id provider;
    enum feed_channel channel; /* FEED_UNKNOWN: reports are in the journal, no adapter has spoken of it */
    const char *profile;       /* borrowed until the next heartbeat */
    uint16_t expected_minutes; /* 0 = not known */
    bool test;
    int64_t last_message_ms;        /* 0 = never */
    enum feed_outcome last_outcome; /* FEED_OUTCOME_N = none */
    int64_t last_heartbeat_ms;      /* 0 = none */
    uint32_t waiting;
    int64_t last_report_ms; /* newest report by a feed that the engine received and believes; 0 = none */
    enum feed_state state;
    /* silent: when something last came, or since when an adapter names it if nothing ever did; away: the last
     * heartbeat; quarantined for so long that it is an alarm: when something good last came; else 0. Where no
     * message is known the newest report counts, if the organisation has no other channel. */
    int64_t silent_since_ms;
    bool alarm; /* somebody must look: nothing comes, or nothing that can be used, or nobody fetches it */

    int64_t last_good_ms, heard_since_ms; /* for the judgement */
};

/* All feeds by organisation and channel, into a list that the caller frees; returns how many. */
size_t feeds_rows(const struct feeds *f, const struct engine *e, int64_t now_ms, struct feed_row **out);

/* Note what is known of a row; true if whether it is an alarm differs from what was noted before, so that it
 * is told once per change. A row that was never noted counts as no alarm. */
bool feeds_note(struct feeds *f, const struct feed_row *row);
/* All rows of this look were noted: what is no row any more is forgotten. */
void feeds_noted(struct feeds *f);

/* ---- uploads ---- */

enum upload_state {
    UPLOAD_WAITING,    /* for the adapter */
    UPLOAD_READ,       /* there is a preview */
    UPLOAD_UNREADABLE, /* complaints say why */
    UPLOAD_TAKEN,
    UPLOAD_EXPIRED,
    UPLOAD_UNANSWERED, /* no adapter read it in time, or none is there; it may still come */
    UPLOAD_STATE_N
};
const char *upload_state_code(enum upload_state v);

struct upload {
    uint64_t id, order;
    struct org_id org;
    bool test; /* to look only: asked so, or the provider is being connected */
    int64_t created_ms, expires_ms;
    uint8_t *content; /* until it was read, or nobody will; NULL then */
    size_t content_len;
    bool answered, readable, taken;
    struct command_key taken_key; /* under which it was taken: the same key hears the same again */
    /* What was understood: a copy, so that what was previewed is what is taken, whatever is told later. */
    struct feed_message read;
    bool previewed; /* somebody was shown the rows */
};

/* Take CONTENT (len > 0) for ORG. ERR_TOO_BIG: as many of ORG wait as may; ERR_BUSY: there is no room for
 * any. */
MUST_CHECK enum err feeds_upload(struct feeds *f, struct org_id org, struct bytes content, bool test,
                                 int64_t now_ms, uint64_t *id);

/* Drop what its time is over for: the bytes of a file that no adapter will be told to read any more
 * (order_ms, or upload_ms), and what was understood of one that was not taken within upload_ms. What was
 * taken keeps its rows until it makes room. Call it every few seconds: an upload does it too, but nobody may
 * come. */
void feeds_tidy(struct feeds *f, int64_t now_ms);

/* NULL = not (any more) here. Valid until the next upload or tell. */
struct upload *feeds_upload_find(struct feeds *f, uint64_t id);
enum upload_state feeds_upload_state(const struct feeds *f, const struct upload *u, int64_t now_ms);

/* ---- keys of writes that are no commands of the engine ---- */

struct feed_answer {
    uint64_t id;
    bool known; /* feeds_tell's */
};
enum feed_key { FEED_KEY_NEW, FEED_KEY_SAME, FEED_KEY_REUSED };

/* Was KEY used before? SAME fills ANSWER. Remembered are the last 4,096 of machines and the last 1,024 of
 * people, each for itself, so that a machine cannot push out a person's. Gone with the process, as is
 * everything that was done under them. */
enum feed_key feeds_key_find(const struct feeds *f, bool machine, const struct command_key *key,
                             struct feed_answer *answer);
void feeds_key_store(struct feeds *f, bool machine, const struct command_key *key,
                     const struct feed_answer *answer);

#endif
