/* The bytes that go out: a mail, a webhook's event, and its signature. Made from ids, states, and a text that
 * is the same for everybody; there is nothing here that could hold more. */
#ifndef PLEK_NOTIFY_MESSAGE_H
#define PLEK_NOTIFY_MESSAGE_H

#include "base/crypto.h"
#include "flow/outbox_port.h"

#define MESSAGE_ID_SIZE 64

/* The id that receivers see and may tell doubles by: "<key>-<target>", with "-<location>" behind it where one
 * target is many night numbers. The same however often the message is sent. */
void message_id(const struct outbox_row *row, char out[MESSAGE_ID_SIZE]);

struct mail {
    const char *from, *to;      /* addresses; must be mail_address_is_good */
    const char *subject, *text; /* UTF-8, one line each */
    const char *id;
    const char *host; /* behind the @ of the Message-ID */
    int64_t at_ms;    /* of sending */
    bool english;
};
/* Append headers and body, RFC 5322 with CR LF, text as base64, nothing longer than a line may be. */
void message_mail(const struct mail *m, struct buf *out);
/* One mailbox "local@domain" of visible ASCII without quotes, brackets or lists. */
bool mail_address_is_good(const char *address);

struct event_source {
    const char *oin;    /* 20 digits: the organisation that runs the exchange */
    const char *origin; /* "https://...": where the schema of the data is */
};
/* Append a CloudEvents 1.0 event in structured JSON by the NL GOV profile 1.1:
 * type "nl.veiligeplek.<kind>.v1", source "urn:nld:oin:<oin>:systeem:veilige-plek", subject "request/<id>",
 * "referral/<id>" or "organisation/<id>", and as data ids and a state. */
void message_event(const struct outbox_row *row, const struct event_source *source, struct buf *out);

/* The headers that sign BODY sent by POST to URL at AT_MS (HTTP Message Signatures, RFC 9421, Ed25519; digest
 * by RFC 9530), each "Name: value" with a NUL behind it. Returns how many. */
#define MESSAGE_EVENT_TYPE "application/cloudevents+json"
size_t message_sign(const struct crypto_key *seed, const char *url, struct bytes body, int64_t at_ms,
                    struct buf *headers);
/* The name of the key in signatures: 16 hex digits of a hash of the public key. */
#define MESSAGE_KEY_ID_SIZE 17
void message_key_id(const struct crypto_key *seed, char out[MESSAGE_KEY_ID_SIZE]);

#endif
