#include "store/secrets.h"

#include "base/check.h"
#include "base/mem.h"

#include <event2/event.h>
#include <stdlib.h>
#include <utlist.h>

struct reveal {
    struct secrets *s;
    struct location_id location;
    revealed_fn *done;
    void *ctx;
    struct event *deadline;   /* while the log entry is not committed */
    struct sealed_read *read; /* after it */
    struct reveal *prev, *next;
};

struct secrets {
    struct secrets_port port;
    struct event_base *base;
    struct access_log *log;
    struct clerk *sealed;
    const struct vault *vault;
    uint32_t patience_ms;
    struct reveal *reveals;
    size_t n;
};

static void reveal_free(struct reveal *r)
{
    DL_DELETE(r->s->reveals, r);
    r->s->n--;
    event_free(r->deadline);
    free(r);
}

static void over(struct reveal *r, enum err trouble, const struct revealed_location *location)
{
    revealed_fn *done = r->done;
    void *ctx = r->ctx;

    reveal_free(r);
    done(ctx, trouble, location);
}

static void on_opened(void *ctx, enum err trouble, const struct revealed_location *location)
{
    struct reveal *r = ctx;

    r->read = NULL;
    over(r, trouble, location);
}

static void on_recorded(void *ctx, enum err trouble)
{
    struct reveal *r = ctx;

    evtimer_del(r->deadline);
    if (trouble == OK)
        trouble = sealed_location_read(r->s->sealed, r->s->vault, r->location, r->s->patience_ms, on_opened,
                                       r, &r->read);
    if (trouble != OK)
        over(r, trouble, NULL);
}

static void on_too_late(evutil_socket_t fd, short what, void *ctx)
{
    struct reveal *r = ctx;

    (void)fd;
    (void)what;
    access_log_forget(r->s->log, r);
    over(r, ERR_AWAY, NULL);
}

static enum err port_reveal(void *ctx, struct location_id location, const struct access_entry *entry,
                            revealed_fn *done, void *done_ctx)
{
    struct secrets *s = ctx;
    struct timeval tv = {.tv_sec = s->patience_ms / 1000,
                         .tv_usec = (suseconds_t)(s->patience_ms % 1000) * 1000};
    struct reveal *r;
    enum err e;

    if (s->n >= SECRETS_REVEALS_MAX)
        return ERR_BUSY;
    r = mem_new(1, sizeof *r);
    *r = (struct reveal){.s = s, .location = location, .done = done, .ctx = done_ctx};
    r->deadline = evtimer_new(s->base, on_too_late, r);
    CHECK(r->deadline != NULL && evtimer_add(r->deadline, &tv) == 0);
    DL_APPEND(s->reveals, r);
    s->n++;
    e = access_log_append(s->log, entry, on_recorded, r);
    if (e != OK)
        reveal_free(r);
    return e;
}

static enum err port_record(void *ctx, const struct access_entry *entry, recorded_fn *done, void *done_ctx)
{
    struct secrets *s = ctx;

    return access_log_append(s->log, entry, done, done_ctx);
}

struct secrets *secrets_new(struct event_base *base, struct access_log *log, struct clerk *sealed,
                            const struct vault *vault, uint32_t patience_ms)
{
    struct secrets *s = mem_new(1, sizeof *s);

    *s = (struct secrets){.base = base,
                          .log = log,
                          .sealed = sealed,
                          .vault = vault,
                          .patience_ms = patience_ms != 0 ? patience_ms : 3000};
    s->port = (struct secrets_port){.ctx = s, .reveal = port_reveal, .record = port_record};
    return s;
}

void secrets_free(struct secrets *s)
{
    if (s == NULL)
        return;
    while (s->reveals != NULL) {
        struct reveal *r = s->reveals;

        access_log_forget(s->log, r);
        sealed_read_free(r->read);
        reveal_free(r);
    }
    free(s);
}

const struct secrets_port *secrets_port(struct secrets *s)
{
    return &s->port;
}
