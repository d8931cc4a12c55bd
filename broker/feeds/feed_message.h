/* What an adapter tells about one file, answer or delivery of a provider: what was understood of it, what was
 * not, and what became of it. Plain values; texts are bounded and were judged by http/feed_json.c before they
 * came here. Nothing of the file itself is kept but the counts that were understood. */
#ifndef PLEK_FEEDS_FEED_MESSAGE_H
#define PLEK_FEEDS_FEED_MESSAGE_H

#include "core/capacity.h"

#include <stdbool.h>
#include <stddef.h>

#define FEED_MESSAGE_ID_SIZE 65 /* 8-64 of A-Z a-z 0-9 - _, given by the adapter, and NUL */
#define FEED_REPORT_ID_SIZE 65  /* as in POST /capacity-reports */
#define FEED_FORMAT_SIZE 33
#define FEED_PROFILE_SIZE 65
#define FEED_FIELD_SIZE 65
#define FEED_REASON_SIZE 161 /* adapters/gate/report.h: 160 bytes */
#define FEED_REPORTS_MAX 1000
#define FEED_REMARKS_MAX 64
#define FEED_CROSS_MAX 200

/* How it came. UNKNOWN is no channel of a message: a feed of which no adapter has spoken yet. */
enum feed_channel { FEED_DROP, FEED_PUSH, FEED_POLL, FEED_UPLOAD, FEED_REPLAY, FEED_UNKNOWN, FEED_CHANNEL_N };

enum feed_outcome {
    FEED_TAKEN,       /* understood; its reports are on their way to the ledger */
    FEED_QUARANTINED, /* kept aside whole: complaints say why */
    FEED_TEST,        /* understood, not used: the provider is being connected */
    FEED_REFUSED, /* could not be read and is not kept: an upload, a replay, a file that tells of people */
    FEED_OUTCOME_N
};

struct feed_report {
    struct observation o;
    char id[FEED_REPORT_ID_SIZE];
    int32_t line; /* from 1; 0 = not known */
};

struct feed_remark {
    int32_t line;                  /* from 1; 0 = the whole file */
    char field[FEED_FIELD_SIZE];   /* "" = none in particular */
    char reason[FEED_REASON_SIZE]; /* English, without values from the file */
};

/* What the provider's own care messages (iWmo) say of a pool, beside what it reports. */
struct feed_cross {
    struct pool_id pool;
    int32_t occupied;
    char note[FEED_REASON_SIZE];
};

/* Owns its lists; {0} is an empty one. */
struct feed_message {
    uint64_t id;      /* given by feeds_tell */
    uint32_t machine; /* who told it */
    struct org_id provider;
    char message_id[FEED_MESSAGE_ID_SIZE];
    enum feed_channel channel;
    enum feed_outcome outcome;
    char format[FEED_FORMAT_SIZE];
    char profile[FEED_PROFILE_SIZE];      /* "" = none */
    char replay_of[FEED_MESSAGE_ID_SIZE]; /* "" = it is no replay */
    uint64_t order;                       /* that it answers; 0 = none */
    int64_t bytes;
    int64_t received_ms; /* more than two minutes ahead counts as now: clocks run apart */
    struct feed_report *reports;
    struct feed_remark *complaints, *notices;
    struct feed_cross *cross;
    uint16_t n_reports, n_complaints, n_notices, n_cross;
    int32_t more; /* complaints that were not kept */

    /* by the feeds */
    uint64_t replay_order;   /* the last one asked; 0 = never */
    int64_t replay_asked_ms; /* when; 0 = it was answered */
};

void feed_message_fini(struct feed_message *m);
size_t feed_message_bytes(const struct feed_message *m); /* memory it takes */

/* "drop" "push" "poll" "upload" "replay" "unknown"; "taken" "quarantined" "test" "refused". */
const char *feed_channel_code(enum feed_channel v);
const char *feed_outcome_code(enum feed_outcome v);
const char *const *feed_channel_codes(void);
const char *const *feed_outcome_codes(void);

#endif
