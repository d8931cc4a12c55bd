/* Tells the broker what becomes of every message (POST /feed-messages) and that we are alive (POST
 * /feed-heartbeats), and carries out what people ask of us by way of the broker: read an upload, read a
 * message of the quarantine once more. A thread of its own with libcurl; the numbers themselves go by
 * deliver.h.
 *
 * A heartbeat every so many seconds as the broker asks (2 at first). Without its 200, or when the broker
 * cannot be connected to: wait 1, 2, 4 ... 30 s, a quarter more or less, then a heartbeat first. Messages go
 * oldest first per provider, one provider after another; a provider whose message cannot be told has such a
 * wait of its own, and holds up nobody else:
 *
 *   200 201               told. The same message twice is one: the broker knows it by its messageId
 *   400 409 413 415 422   not wanted: set aside, with a line in the log
 *   403 404               the same when its problem says not_allowed or not_found
 *   everything else       not told now: as above
 *
 * A broker that has restarted says "resync", once: all messages that are kept (messages.h) are told again,
 * also when the answer to a heartbeat was lost that may have said so.
 *
 * Orders (in the answer to a heartbeat, again and again until answered):
 *   read    fetch what a person uploaded, at most INTAKE_BYTES_MAX, and read it by the provider's profile as
 *           any file; outcome test (only to look, or a provider on trial), taken (understood: the broker puts
 *           it to use as the person decides, it does not go by the spool) or refused. The file touches no
 * disk; what became of it is kept among the messages once it is told replay  read the profiles anew if they
 * changed, then the file in quarantine; outcome taken (on its way by the spool, out of quarantine), test (a
 * provider on trial) or refused */
#ifndef PLEK_ADAPTERS_COURIER_H
#define PLEK_ADAPTERS_COURIER_H

#include "adapters/intake/intake.h"
#include "adapters/intake/reload.h"
#include "adapters/tell/heartbeat.h"

struct courier;

struct courier_config {
    const char *broker; /* "https://host:port" */
    const char *ca;     /* PEM: who may sign the broker's certificate */
    const char *cert;   /* PEM: our certificate */
    const char *key;
    struct heartbeat_of of; /* copied; what it names is borrowed */
    struct reload *reload;  /* borrowed; NULL: profiles stay as they are */
    int first_wait_ms;      /* 1,000; 0 stands for it */
    int longest_wait_ms;    /* 30,000; 0 stands for it */
    int timeout_ms;         /* 30,000 for one request; 0 stands for it */
    int second_ms;          /* 1,000: what the broker's nextSeconds count; 0 stands for it */
};

struct courier_counts {
    uint64_t heartbeats; /* answered */
    uint64_t messages;   /* told */
    uint64_t aside;      /* not wanted by the broker */
    uint64_t orders;     /* answered */
    uint64_t failures;   /* tries that have to be repeated */
};

/* Start. CONFIG is copied; the intake it names must have messages. curl_global_init must have been called. */
struct courier *courier_start(const struct courier_config *config);

/* From any thread. */
struct courier_counts courier_counts(struct courier *c);

/* Break off what is under way (it is told again) and end the thread. NULL is fine. */
void courier_stop(struct courier *c);

#endif
