/* Inside of the feeds, shared by the files of this room only. */
#ifndef PLEK_FEEDS_FEEDS_STATE_H
#define PLEK_FEEDS_FEEDS_STATE_H

#include "feeds/feeds.h"

#define ADAPTERS_OF_MACHINE 4
#define MACHINE_KEYS 4096
#define PERSON_KEYS 1024

struct adapter {
    uint32_t machine;
    char name[FEED_ADAPTER_SIZE];
    int64_t started_ms, heartbeat_ms;
    struct feed_source *sources;
    uint16_t n, foreign;
};

struct provider {
    struct org_id org;
    struct feed_message *messages[FEED_MESSAGES_KEPT];
    unsigned n;
    size_t bytes;
    bool alarm[FEED_CHANNEL_N]; /* as last noted */
    bool noted[FEED_CHANNEL_N]; /* in this look */
};

struct key_row {
    struct command_key key;
    struct feed_answer answer;
};

/* A ring: the newest take the place of the oldest. */
struct key_ring_of {
    struct key_row *rows;
    unsigned cap, n, next;
};

struct feeds {
    struct feeds_limits limits;
    uint64_t last_id;
    int64_t started_ms;
    struct adapter *adapters;
    unsigned n_adapters;
    struct provider *providers;
    size_t n_providers, cap_providers;
    size_t message_bytes;
    struct upload **uploads; /* oldest first; room for uploads_max */
    unsigned n_uploads;
    struct key_ring_of keys[2]; /* people, machines */
};

struct provider *provider_find(const struct feeds *f, struct org_id org); /* NULL = none */
struct provider *provider_get(struct feeds *f, struct org_id org);        /* made if need be */

int64_t feeds_not_after(int64_t at_ms, int64_t now_ms);

/* ---- feed_uploads.c ---- */
void uploads_free(struct feeds *f);
/* Read orders of what MACHINE reads, appended to OUT[N]; returns the new count. */
size_t uploads_orders(const struct feeds *f, uint32_t machine, int64_t now_ms,
                      struct feed_order out[FEED_ORDERS_MAX], size_t n);
/* M answers the read order it names, if there is one of its provider. */
void uploads_answer(struct feeds *f, const struct feed_message *m, int64_t now_ms);

#endif
