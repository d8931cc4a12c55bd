/* One question to a source: GET its URL over verified TLS, on a curl multi handle of the caller.
 *
 * Bounded: the deadlines below over all redirects together, INTAKE_BYTES_MAX of body counted as it arrives
 * (a Content-Length is not believed, but one or chunks must be there), 64 KiB of heads. Nothing compressed is
 * asked for; what comes compressed all the same is a bad file. Redirects are followed only to https on the
 * same host and port, at most POLL_REDIRECTS_MAX. No proxy, no cookies, HTTP/1.1. */
#ifndef PLEK_ADAPTERS_POLL_FETCH_H
#define PLEK_ADAPTERS_POLL_FETCH_H

#include "adapters/transport/poll_state.h"

#define POLL_REDIRECTS_MAX 3

struct poll_fetch;

enum poll_outcome {
    POLL_GOT,       /* 200: body and validators */
    POLL_SAME,      /* 304 to a question with validators */
    POLL_TOO_BIG,   /* the body passed INTAKE_BYTES_MAX; body holds its start */
    POLL_SHUT,      /* 401, 403, 404, 410: a person must act */
    POLL_TRY_AGAIN, /* 429, 5xx, and everything else that is no answer */
    POLL_BROKEN     /* no answer: network, TLS, deadline, a redirect that is not followed, no token */
};

struct poll_answer {
    enum poll_outcome outcome;
    long status;            /* 0 = none */
    const char *why;        /* static text */
    struct bytes body;      /* borrowed from the fetch */
    int64_t retry_after_ms; /* 0 = not said */
    struct poll_validators validators;
};

struct poll_deadlines {
    int total_ms;
    int connect_ms;
};

/* Ask SOURCE (borrowed) on MULTI (a CURLM), with the validators ASK that are not "". NULL with WHY (static)
 * if it cannot even begin. CTX is what poll_fetch_ctx gives back. */
struct poll_fetch *poll_fetch_start(void *multi, const struct poll_source *source,
                                    const struct poll_validators *ask, struct poll_deadlines deadlines,
                                    void *ctx, const char **why);

/* The fetch of an easy handle that curl reports as done, and its owner. */
struct poll_fetch *poll_fetch_of(void *easy);
void *poll_fetch_ctx(const struct poll_fetch *f);

/* Curl is done with CODE. False: a redirect is being followed, the fetch goes on. True: OUT is the answer. */
bool poll_fetch_done(struct poll_fetch *f, int code, struct poll_answer *out);

/* Break off if under way, and free. NULL is fine. */
void poll_fetch_free(struct poll_fetch *f);

#endif
