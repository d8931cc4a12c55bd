/* What is told to whom, and how: the rows of schema/notify/rules.csv (event, audience, channels, text). An
 * event without a row is told to nobody; a row for an event that this version does not know does no harm, so
 * rows may come before and stay behind the code.
 *
 * event: a name of notify/names.h, or one that has no event ("request.unseen", "feed.silent").
 * audience: house (of the request's pool), referrer (organisation of the referral), provider (of the feed),
 * comensha, operator (helpdesk of the exchange), keeper (gatekeeper's desk), owner (of a clock), receiver and
 * sender (of what goes from one to another), asked (as a specialist), table (of an MDO), self (whose key it
 * is), municipality (of the region), overflow (houses of the region that keep places for a surge), region
 * (its Veilig Thuis), lead (of the referrer; of a house where no referral is meant), watcher (named as safety
 * owner of a bridge), relieved (was, and another is now). Asked, municipality, watcher and relieved are told
 * without any id (rules_is_bare). channels: one or more of mail sms voice webhook. text: key in texts.csv;
 * may be empty where the channels are webhooks only. */
#ifndef PLEK_NOTIFY_RULES_H
#define PLEK_NOTIFY_RULES_H

#include "flow/outbox_port.h"

enum group {
    GROUP_HOUSE,
    GROUP_REFERRER,
    GROUP_PROVIDER,
    GROUP_COMENSHA,
    GROUP_OPERATOR,
    GROUP_KEEPER,
    GROUP_OWNER,
    GROUP_RECEIVER,
    GROUP_SENDER,
    GROUP_ASKED,
    GROUP_TABLE,
    GROUP_SELF,
    GROUP_MUNICIPALITY,
    GROUP_OVERFLOW,
    GROUP_REGION,
    GROUP_LEAD, /* the team lead of the referrer, or of the house: its own targets, else those of the desk */
    GROUP_WATCHER,  /* over the household of a bridge: may not see it */
    GROUP_RELIEVED, /* it did, and another was named in its stead */
    GROUP_N
};

struct notify_rule {
    char event[OUTBOX_WORD_SIZE];
    enum group group;
    unsigned channels; /* bit = enum channel */
    char text[OUTBOX_WORD_SIZE];
};

struct rules;

/* Read TEXT, a table as above (NAME for messages). ERR_BAD_INPUT with line and reason in WHY. */
MUST_CHECK enum err rules_read(struct bytes text, const char *name, struct rules **out, char *why,
                               size_t why_size);
MUST_CHECK enum err rules_load(const char *path, struct rules **out, char *why, size_t why_size);
void rules_free(struct rules *r);

/* True if the group must not learn whom it is about: its messages hold no id, its texts no code. */
bool rules_is_bare(enum group group);

/* The rows of EVENT, one after the other: NULL begins, NULL is the end. Borrowed. */
const struct notify_rule *rules_next(const struct rules *r, const char *event,
                                     const struct notify_rule *after);
/* True if somebody is rung for EVENT (a text message or a call, whoever gets it): it is urgent, and neither
 * what rings nor the mail about it waits for a share of the outbox (notify/backlog.h). */
bool rules_is_urgent(const struct rules *r, const char *event);
/* Kinds of core's events that have a row; borrowed. */
const struct outbox_kinds *rules_kinds(const struct rules *r);
/* The NTH row from 0, in the order of the file; NULL past the end. For checks. */
const struct notify_rule *rules_at(const struct rules *r, size_t nth);

#endif
