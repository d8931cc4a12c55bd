/* One message of a feed as the broker is told of it: body of POST /feed-messages. It says what became of a
 * file, never what stood in it: no name of the file, and of the file's own words only those that the formats
 * themselves define (feed_field). */
#ifndef PLEK_ADAPTERS_FEED_MESSAGE_H
#define PLEK_ADAPTERS_FEED_MESSAGE_H

#include "adapters/gate/report.h"

#define MESSAGE_ID_SIZE 33 /* 128 random bits in hex, and NUL */

enum channel { CHANNEL_DROP, CHANNEL_PUSH, CHANNEL_POLL, CHANNEL_UPLOAD, CHANNEL_REPLAY, CHANNEL_N };

enum feed_outcome {
    FEED_TAKEN,       /* on its way to the ledger by the spool */
    FEED_QUARANTINED, /* set aside: the complaints say why */
    FEED_TEST,        /* understood, not used */
    FEED_REFUSED /* could not be read and is not kept: an upload, a replay, a file that tells of people */
};

struct feed_message {
    const char *provider;
    const char *id; /* "" makes one */
    enum channel channel;
    const char *format;  /* format_name, or "" when there is no profile */
    const char *profile; /* its name, or "" */
    uint64_t bytes;
    int64_t received_at_ms;
    enum feed_outcome outcome;
    const char *replay_of; /* id of the message that is read again; NULL for none */
};

const char *channel_name(enum channel channel);
/* CHANNEL_N for what is none. */
enum channel channel_of(struct bytes name);

/* A new name for a message: also the key under which its reports wait in the spool. */
void feed_message_name(char out[MESSAGE_ID_SIZE]);

/* The body; a new reference. Reports go with it only where all of R was understood (taken, test). */
json_t *feed_message_json(const struct feed_message *m, const struct reading *r);

/* Make M, a body, say that its reports were set aside because the broker did not take them, for the reasons
 * in its answer PROBLEM (RFC 9457; NULL if it was none) with STATUS. */
void feed_message_refuse(json_t *m, enum feed_outcome outcome, const json_t *problem, int status);

/* Copy FIELD, the name or pointer of a complaint, with every part that is neither a number nor a word of the
 * formats or of persons.h replaced by '?': a provider may have put a name or a number of somebody where a key
 * belongs. */
void feed_field(const char *field, char out[64]);

/* Make complaints and notices of READING (report.h, reading_json) say no more than a message would: each
 * field by feed_field, each reason only if it is plain. */
void feed_plain_reading(json_t *reading);

/* False for a text that may hold a number or an address of somebody: more than eight digits in a row,
 * whatever blanks, dots and dashes stand between them, or '@'. The broker refuses such a text wherever it is
 * free. */
bool feed_is_plain(const char *text);

#endif
