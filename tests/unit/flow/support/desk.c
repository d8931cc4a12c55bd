#include "desk.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void on_published(void *ctx, const struct engine *e, const struct event *ev)
{
    struct desk *d = ctx;

    (void)e;
    CHECK(d->n_published < COUNT_OF(d->published));
    d->published[d->n_published++] = ev->seq;
}

struct desk *desk_new(const struct flow_limits *limits)
{
    struct flow_limits usual = flow_limits_default();
    struct core_settings settings = core_settings_default();
    struct desk *d = mem_new(1, sizeof *d);

    fake_journal_init(&d->journal);
    d->flow = flow_new(engine_new(NULL, &settings), &d->journal.port, limits != NULL ? limits : &usual);
    flow_subscribe(d->flow, on_published, d);
    return d;
}

void desk_free(struct desk *d)
{
    flow_free(d->flow);
    fake_journal_fini(&d->journal);
    free(d);
}

static void on_done(void *ctx, enum err trouble, const struct outcome *outcome)
{
    struct note *n = ctx;

    n->calls++;
    n->trouble = trouble;
    n->outcome = *outcome;
    if (n->again != NULL) {
        CHECK(desk_define(n->desk, "uit-een-antwoord", 1, 0, n->again) == OK);
        CHECK(desk_read(n->desk, n->again) == OK);
    }
}

enum err desk_define(struct desk *d, const char *name, uint8_t region, uint64_t key, struct note *note)
{
    struct org org = {.kind = ORG_SHELTER, .region = region};
    struct command cmd = {.kind = CMD_DEFINE_ORG,
                          .actor = {.role = ROLE_SYSTEM},
                          .key = {.hi = key, .body = region},
                          .u.org = &org};
    enum err e = OK;

    snprintf(org.code, sizeof org.code, "%s", name);
    snprintf(org.name, sizeof org.name, "%s", name);
    e = flow_submit(d->flow, &cmd, note != NULL ? on_done : NULL, note);
    /* What it points to was copied: nothing may change with this. */
    org.region = 77;
    org.code[0] = '\0';
    return e;
}

enum err desk_read(struct desk *d, struct note *note)
{
    return flow_when_durable(d->flow, on_done, note);
}

void desk_turn(struct desk *d)
{
    flow_turn(d->flow, flow_now_ms(d->flow) + 1000);
    flow_deliver(d->flow);
}
