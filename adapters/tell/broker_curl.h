/* How the adapter's threads speak to the broker: a libcurl handle each, over verified TLS 1.2 or newer with
 * our client certificate, directly (no proxy, no redirects), every answer bounded. */
#ifndef PLEK_ADAPTERS_BROKER_CURL_H
#define PLEK_ADAPTERS_BROKER_CURL_H

#include "base/bytes.h"

#include <curl/curl.h>

struct broker_curl {
    const char *ca;   /* PEM: who may sign the broker's certificate */
    const char *cert; /* PEM: our certificate */
    const char *key;
    int timeout_ms; /* for one request */
    /* Asked now and then during a request: true breaks it off. */
    bool (*is_stopping)(void *ctx);
    void *ctx;
};

/* Where an answer goes. */
struct broker_answer {
    struct buf body;
    size_t bytes_max;
    bool too_big;
    bool in_doubt; /* not answered, but the broker may have got it */
};

/* Make a handle; SETUP is borrowed for as long as it lives, its texts only for the call. End with
 * curl_easy_cleanup. */
CURL *broker_curl_new(const struct broker_curl *setup);

/* Perform what was set on C, the answer into ANSWER, whose body is emptied first. The status, or 0 with WHY
 * (static): not reached, broken off, or larger than bytes_max. */
long broker_curl_perform(CURL *c, struct broker_answer *answer, const char **why);

/* True if ANSWER holds the words TYPE, as a problem's type. */
bool broker_says(const struct buf *answer, const char *type);

#endif
