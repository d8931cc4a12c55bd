/* Hands the spool to the broker: a thread of its own with libcurl, oldest first per provider, as many entries
 * as waited in one request (bundle.h), at most 1,000 reports, with an Idempotency-Key. An entry leaves the
 * spool only after the broker's 200, or into quarantine after a refusal that repeating cannot change: entries
 * that are refused together are sent again one by one, so that only the bad one goes there.
 *
 *   200              done
 *   400 413 415 422  refused: quarantine with the broker's reason, and their message says so
 *   403 404          the same when the broker's problem says not_allowed or not_found: a pool that is not
 *                    ours to report
 *   everything else  wait 1 s, 2 s, ... 60 s for this provider and try again: nothing is lost. A 401, 403 or
 *                    404 is logged as an error: a person must enrol the certificate or mend the address */
#ifndef PLEK_ADAPTERS_DELIVER_H
#define PLEK_ADAPTERS_DELIVER_H

#include "adapters/spool/messages.h"
#include "adapters/spool/quarantine.h"
#include "adapters/spool/spool.h"

struct deliver;

struct deliver_config {
    const char *broker; /* "https://host:port" */
    const char *ca;     /* PEM: who may sign the broker's certificate */
    const char *cert;   /* PEM: our certificate */
    const char *key;
    struct messages *messages; /* borrowed; who is to be told of a refusal. May be NULL */
    int first_wait_ms;         /* 1,000; 0 stands for it */
    int longest_wait_ms;       /* 60,000; 0 stands for it */
    int timeout_ms;            /* 30,000 for one request; 0 stands for it */
};

struct deliver_counts {
    uint64_t reports;  /* confirmed by the broker */
    uint64_t refused;  /* entries quarantined */
    uint64_t failures; /* tries that have to be repeated */
};

/* Start. CONFIG is copied; spool and quarantine are borrowed. curl_global_init must have been called. */
struct deliver *deliver_start(const struct deliver_config *config, struct spool *spool, struct quarantine *q);

/* Something new is in the spool. From any thread. */
void deliver_wake(struct deliver *d);
struct deliver_counts deliver_counts(struct deliver *d);

/* Break off what is under way (it stays in the spool) and end the thread. NULL is fine. */
void deliver_stop(struct deliver *d);

#endif
