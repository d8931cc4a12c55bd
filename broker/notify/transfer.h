/* Words with the outside over libcurl, on the loop: nothing here blocks it. Names are looked up in a thread
 * of libcurl's (Debian's is built with the threaded resolver; transfers_new refuses one that is not), and a
 * deadline that passes during a look-up does not wait for it (CURLOPT_QUICK_EXIT). HTTPS and SMTP only,
 * TLS 1.2 or newer with the peer verified, no proxy, no redirects, no cookies, an answer of at most 64 KiB
 * that is thrown away. */
#ifndef PLEK_NOTIFY_TRANSFER_H
#define PLEK_NOTIFY_TRANSFER_H

#include "base/bytes.h"
#include "notify/verdict.h"

struct event_base;
struct transfers;

struct transfer_order {
    const char *url;     /* https://..., smtp://host:port or smtps://host:port */
    const char *ca_file; /* PEM; "" = the system's */
    struct bytes body;
    struct bytes headers; /* "Name: value" lines, each with a NUL behind it */
    /* mail */
    const char *from, *to;
    const char *user, *password; /* "" = no sign-in */
    const char *hello;           /* the name we give */
    bool plain;                  /* smtp:// without STARTTLS: a relay on this machine only */
    uint32_t connect_ms, total_ms;
};

/* RETRY_MS: what the receiver asked for, 0 = nothing. */
typedef void transfer_done_fn(void *ctx, const struct answer *answer, int64_t retry_ms);

/* ERR_NOT_FOUND with the reason in WHY: this libcurl cannot do what is needed. */
MUST_CHECK enum err transfers_new(struct event_base *base, struct transfers **out, char *why,
                                  size_t why_size);
/* Breaks off what is under way, uncompleted. NULL is fine. */
void transfers_free(struct transfers *t);

/* Everything of ORDER is copied. Exactly one completion, never from inside the call. */
void transfer_start(struct transfers *t, const struct transfer_order *order, transfer_done_fn *done,
                    void *ctx);

#endif
