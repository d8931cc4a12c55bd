/* What became of the last messages of each provider, on disk, until and after the broker was told: in the
 * folder .messages of the spool, a folder per provider, a file per message. The broker keeps what it is told
 * in memory only; this is the lasting copy, told again after it restarted.
 *
 * A file is {"message": body of POST /feed-messages, "file": name in quarantine or ""}. Its name says the
 * rest: NUMBER.ID.CHANNEL.STATE, STATE being new (not told yet), told, or aside (the broker does not want
 * it). NUMBER is the moment in ms, or one more than the last: names sort by age.
 *
 * Bounded: MESSAGES_KEPT and MESSAGES_BYTES_MAX for each provider; the oldest go, told or not. Keeping one
 * never fails a file: numbers are worth more than the account of them. What could not be written is counted.
 *
 * All calls may come from any thread. */
#ifndef PLEK_ADAPTERS_MESSAGES_H
#define PLEK_ADAPTERS_MESSAGES_H

#include "adapters/spool/feed_message.h"

#define MESSAGES_KEPT 50
#define MESSAGES_BYTES_MAX (4 * 1024 * 1024) /* of one provider: 1,000 reports have about 300 kB */
#define MESSAGE_FILE_SIZE 160                /* name of a file in quarantine */

struct messages;

struct messages_counts {
    uint64_t kept;        /* written */
    uint64_t unwritten;   /* lost: the disk was full or broken */
    uint64_t gone_untold; /* lost: more than are kept came while the broker was away */
    uint64_t told, aside; /* by messages_done */
    size_t waiting;       /* not told now */
};

struct message {
    char provider[CODE_TEXT_SIZE];
    char id[MESSAGE_ID_SIZE];
    uint64_t number;
    unsigned version; /* changes when its content is replaced */
    json_t *body;
    char file[MESSAGE_FILE_SIZE];
};

/* Use SPOOL_DIR/.messages, made if missing; what is there is found. ERR_IO with WHY. */
MUST_CHECK enum err messages_open(const char *spool_dir, struct messages **out, char *why, size_t why_size);
void messages_free(struct messages *m);

/* Sleep until UNTIL_MS of the monotonic clock or messages_rouse; with HEED_NEWS also only until something new
 * waits to be told, if nothing did at the last call. */
void messages_await(struct messages *m, int64_t until_ms, bool heed_news);
void messages_rouse(struct messages *m);

/* Keep BODY (taken over, of feed_message_json), with the name of its file in quarantine ("" for none). False:
 * it could not be written; that is counted and logged. */
bool messages_put(struct messages *m, json_t *body, const char *file);

/* The same of what the broker was told already (an upload): told again with all others, when it has forgotten
 * them. */
void messages_put_told(struct messages *m, json_t *body);

/* The broker did not take the reports of message ID of PROVIDER; they are in quarantine as FILE. Told again
 * with what PROBLEM says (borrowed, may be NULL). One that is only about to be kept (spool first, then
 * message) is kept so; without effect on one that is no longer kept. */
void messages_refused(struct messages *m, const char *provider, const char *id, const json_t *problem,
                      int status, const char *file);

/* Providers with something to tell, at most MAX; how many. */
size_t messages_waiting(struct messages *m, char (*out)[CODE_TEXT_SIZE], size_t max);

/* The oldest of PROVIDER that was not told. ERR_NOT_FOUND. One that cannot be read is dropped. The caller
 * ends it with message_fini. */
MUST_CHECK enum err messages_oldest(struct messages *m, const char *provider, struct message *out);

/* Message ID of PROVIDER, told or not. ERR_NOT_FOUND. */
MUST_CHECK enum err messages_find(struct messages *m, const char *provider, const char *id,
                                  struct message *out);
void message_fini(struct message *message);

/* The broker has it, or with ASIDE does not want it. If it was replaced meanwhile it stays to be told. */
void messages_done(struct messages *m, const struct message *message, bool aside);

/* Tell all again that were told, oldest first: the broker has forgotten them. */
void messages_tell_again(struct messages *m);

/* The same of message ID of PROVIDER alone, also if it was set aside. Without effect if it was not told yet.
 */
void messages_tell_one_again(struct messages *m, const char *provider, const char *id);

/* Name of the newest replay of message ID of PROVIDER in OUT, whatever came of it but refused
 * (taken, tested, or taken and then quarantined by the broker); false when there is none. */
bool messages_replay_of(struct messages *m, const char *provider, const char *id, char out[MESSAGE_ID_SIZE]);

/* PROVIDER was heard by CHANNEL now, without a message: a source that has nothing new. */
void messages_heard(struct messages *m, const char *provider, enum channel channel);

/* When PROVIDER was last heard by itself (not by an upload or a replay), and on which channel; 0 for never.
 * Never ahead of now: a moment that was, because the clock ran ahead, becomes the moment at which that is
 * seen, and stays. */
int64_t messages_last_heard(struct messages *m, const char *provider, enum channel *channel);

struct messages_counts messages_counts(struct messages *m);

#endif
