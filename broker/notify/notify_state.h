/* What the files of this room share. Open within broker/notify, opaque outside. */
#ifndef PLEK_NOTIFY_NOTIFY_STATE_H
#define PLEK_NOTIFY_NOTIFY_STATE_H

#include "notify/backlog.h"
#include "notify/message.h"
#include "notify/notify.h"
#include "notify/rules.h"
#include "notify/subject.h"
#include "notify/template.h"
#include "notify/texts.h"
#include "notify/transfer.h"

#include <event2/event.h>

/* Deliveries under way at once, in all and of those the part that failed before: who is known to be away, and
 * takes its whole deadline to say so, never has more than that part, so that it delays nobody else. Each
 * receiver (a target, or a house by its night number) has one at a time. Mail and gateways are one server
 * each for all. Webhooks: so many that all who fall away at the same moment, before it is known of them,
 * leave room; a slot costs a connection and about 100 KiB while it is used. */
#define MAIL_MAX 8
#define MAIL_AGAIN_MAX 4
#define GATEWAY_MAX 8
#define GATEWAY_AGAIN_MAX 4
#define WEBHOOKS_MAX 256
#define WEBHOOKS_AGAIN_MAX 32

struct delivery; /* deliver.c */

struct channel_state {
    struct notify *n; /* back, for what was asked for it */
    bool on, fetching;
    int64_t look_at_ms; /* when to look for due rows next */
    unsigned under_way, max;
    unsigned again, again_max; /* of those under way: that failed before */
    struct template *template; /* sms, voice */
    char *url, *token, *from;
};

struct notify {
    struct notify_parts parts;
    struct notify_settings settings; /* its texts point to copies in OWNED */
    char **owned;
    size_t n_owned, cap_owned;
    struct crypto_key signing_key;
    struct rules *rules;
    struct texts *texts;
    struct transfers *transfers;
    struct event *tick, *kick;

    /* advance.c */
    uint64_t published, told, wanted; /* seqs: heard of; turned into rows; the last heard that has a row */
    uint64_t to;                      /* of the step under way */
    uint32_t catching_up;             /* the step is of this target alone; 0 = of all */
    bool caught_up_last;              /* they take turns */
    bool has_cursor, has_targets, advancing, cursor_asked;
    int64_t pause_until_ms; /* the database refused rows: nothing new is written before */
    struct unseen unseen;

    struct backlog backlog;
    struct notify_target *targets;
    size_t n_targets;
    bool targets_asked;
    int64_t targets_at_ms;

    struct channel_state channels[CHANNEL_N];
    struct delivery *deliveries;

    struct outbox_stats stats;
    bool has_stats, stats_asked, has_loads, loads_asked, stopped;
    int64_t stats_at_ms, purge_at_ms;
    struct listing *listings; /* notify.c */
};

int64_t notify_now_ms(const struct notify *n);
/* Another broker is at work: nothing more is read, written or sent. */
void notify_stop(struct notify *n);
const struct notify_target *notify_target_of(const struct notify *n, uint32_t id);
/* Do what can be done now. */
void notify_pump(struct notify *n);

/* ---- advance.c: events to rows ---- */
void advance_saw(struct notify *n, const struct event *ev);
void advance(struct notify *n);
void advance_feed(struct notify *n, struct org_id org, const char *channel, int64_t since_ms);

/* ---- deliver.c: rows to receivers ---- */
void deliver_due(struct notify *n);
void deliver_free_all(struct notify *n);

#endif
