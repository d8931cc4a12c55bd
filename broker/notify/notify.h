/* Telling people and programs outside what happened: mail, text message, voice, signed webhooks.
 *
 *   durable events ─► rules × targets ─► outbox (one transaction with the cursor) ─► transfers ─► mark
 *   not seen in time ─┘                                          ▲── back-off ──────────┘
 *
 * At least once, with an id that stays the same; webhooks of one target in order; one slow receiver holds up
 * nobody but itself. Nothing is kept here that the outbox does not hold: a killed broker goes on where it
 * was. Bounded: rows read, deliveries under way, addresses opened. What a message may say: notify/message.h.
 */
#ifndef PLEK_NOTIFY_NOTIFY_H
#define PLEK_NOTIFY_NOTIFY_H

#include "flow/flow.h"
#include "flow/notify_port.h"
#include "flow/people_port.h"
#include "flow/secrets_port.h"
#include "notify/back_off.h"
#include "notify/unseen.h"

struct loop;
struct notify;

/* How a channel is tried again. ATTEMPTS: of one message; then it is given up, with an error in the log. */
struct notify_patience {
    struct back_off back_off;
    uint32_t attempts;
};

struct notify_gateway {
    const char *url;      /* https://...; "" = the channel is off */
    const char *template; /* file */
    const char *token, *from;
};

/* Texts are borrowed for notify_new, which copies them. A channel that is not set up is off: nothing is
 * queued for it. */
struct notify_settings {
    const char *rules, *texts; /* files */
    const char *ca_file;       /* PEM, "" = the system's */
    const char *smtp_url;      /* "" = no mail */
    bool smtp_plain;
    const char *smtp_user, *smtp_password, *smtp_from, *smtp_hello;
    struct notify_gateway sms, voice;
    const struct crypto_key *signing_key; /* NULL = no webhooks */
    const char *oin, *origin;
    struct notify_patience calm;   /* mail, webhooks */
    struct notify_patience urgent; /* text messages, voice: late is useless */
    struct unseen_limits unseen;
    uint32_t connect_ms, total_ms; /* of one attempt */
    uint64_t waiting_max;          /* rows of one channel, shared by its targets (notify/backlog.h) */
    int64_t keep_ms;               /* how long what ended stays in the list */
};

/* Everything is borrowed and outlives it. */
struct notify_parts {
    struct loop *loop;
    struct flow *flow;
    struct outbox_port outbox;
    struct secrets_port secrets;
    struct people_port people; /* of which account an act is; without it everybody is told of it */
};

/* Subscribes to FLOW, whose journal must have been replayed, and starts. ERR_IO / ERR_BAD_INPUT /
 * ERR_NOT_FOUND with one line in WHY: a file is missing or wrong, an address is no address, or libcurl cannot
 * do it. */
MUST_CHECK enum err notify_new(const struct notify_parts *parts, const struct notify_settings *settings,
                               struct notify **out, char *why, size_t why_size);
/* Breaks off what is under way; it is sent again at the next start. Flow must not deliver, and the outbox not
 * complete, any more. NULL is fine. */
void notify_free(struct notify *n);

/* Read the targets anew, now: a retired one gets nothing more. (Done each minute too.) */
void notify_refresh(struct notify *n);

struct notify_port notify_port(struct notify *n);

#endif
