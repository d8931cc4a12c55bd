#include "support/telling.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int telling_setup(void **state)
{
    struct telling *t = mem_new(1, sizeof *t);

    t->x = exchange_new();
    t->limits = feeds_limits_default();
    t->now = t->x->now;
    t->f = feeds_new(&t->limits, FIRST_ID, t->now);
    *state = t;
    return 0;
}

int telling_teardown(void **state)
{
    struct telling *t = *state;

    feeds_free(t->f);
    exchange_free(t->x);
    free(t);
    return 0;
}

struct feed_source a_source(const struct telling *t, unsigned provider, enum feed_channel channel,
                            int64_t ago_ms)
{
    return (struct feed_source){.provider = {provider},
                                .channel = channel,
                                .profile = "proef",
                                .expected_minutes = 60,
                                .last_message_ms = ago_ms < 0 ? 0 : t->now - ago_ms};
}

struct feed_heard beat(struct telling *t, uint32_t machine, const char *name, const struct feed_source *list,
                       uint16_t n)
{
    struct feed_heartbeat h = {.machine = machine, .started_ms = 5, .sources = list, .n = n};

    snprintf(h.adapter, sizeof h.adapter, "%s", name);
    return feeds_heartbeat(t->f, &h, t->now);
}

struct feed_message a_message(const struct telling *t, unsigned provider, const char *name,
                              enum feed_outcome outcome)
{
    struct feed_message m = {.machine = MACHINE_1,
                             .provider = {provider},
                             .channel = FEED_DROP,
                             .outcome = outcome,
                             .format = "csv",
                             .received_ms = t->now};

    snprintf(m.message_id, sizeof m.message_id, "%s", name);
    return m;
}

void add_reports(struct feed_message *m, unsigned pool, uint16_t n)
{
    m->reports = mem_new(n, sizeof *m->reports);
    m->n_reports = n;
    for (uint16_t i = 0; i < n; i++) {
        m->reports[i].o.pool.v = pool;
        m->reports[i].o.free = i;
        m->reports[i].line = i + 1;
    }
}

uint64_t tell(struct telling *t, struct feed_message m)
{
    bool known = false;

    return feeds_tell(t->f, &m, t->now, &known);
}

size_t count_rows(const struct telling *t)
{
    struct feed_row *rows = NULL;
    size_t n = feeds_rows(t->f, t->x->e, t->now, &rows);

    free(rows);
    return n;
}

struct feed_row the_row(const struct telling *t, unsigned provider, enum feed_channel channel)
{
    struct feed_row *rows = NULL, found = {0};
    size_t n = feeds_rows(t->f, t->x->e, t->now, &rows);

    for (size_t i = 0; i < n; i++) {
        if (rows[i].provider.v == provider && rows[i].channel == channel)
            found = rows[i];
    }
    free(rows);
    if (found.provider.v == 0)
        fail_msg("no feed of organisation %u by channel %u", provider, (unsigned)channel);
    found.profile = NULL;
    return found;
}
